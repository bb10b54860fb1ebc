package parse

import (
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
)

// Passwords, keys and tokens stand in statements, and statements stand in logs, histories and messages. Whoever
// keeps or shows a text takes Statement.Redacted, or Redact where the text is no statement; errors about a text that
// may hold a secret go through veil.
//
// A statement that was parsed knows where its secrets are: the parser notes their tokens (parser.secret). Of a text
// that was not, nothing is known: no constant of it is shown, and nothing at all behind a word that announces a secret.

// hidden is what stands in the place of a secret.
const hidden = "***"

// secretWords are parts of the names that announce a secret: COPY's and UNLOAD's words, PASSWORD of users, settings.
var secretWords = []string{"password", "passwd", "secret", "credential", "token", "access_key", "accesskey",
	"private_key",
	"privatekey", "api_key", "apikey", "symmetric_key", "identified"}

// secretName reports whether a name announces a secret.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, w := range secretWords {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// secret notes that t is a secret.
func (p *parser) secret(t token) {
	p.stmt.secrets = append(p.stmt.secrets, Span{t.start, t.end})
}

// setConfig is the one function whose arguments may be secrets.
const setConfig = "set_config"

// settingSecrets notes what a query gives a setting that is a secret: set_config('app.password', 'x', …).
func (p *parser) settingSecrets(toks []token) {
	for i := range toks {
		if t := toks[i]; t.kind != tokIdent && t.kind != tokQuoted || t.text != setConfig || i+4 >= len(toks) ||
			!toks[i+1].isPunct("(") || toks[i+2].kind == tokString && !secretName(toks[i+2].text) {
			continue
		}
		depth := 0
		for _, t := range toks[i+3:] {
			switch {
			case t.isPunct("("):
				depth++
			case t.isPunct(")"):
				depth--
			case t.kind == tokString:
				p.secret(t)
			}
			if depth < 0 {
				break
			}
		}
	}
}

// carriesSecret reports whether the place that a URL names has a user's password or a signature in it.
func carriesSecret(url string) bool {
	_, rest, ok := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return ok && (strings.Contains(host, "@") || strings.Contains(host, ":") && strings.Contains(rest, "@") ||
		strings.Contains(rest, "?"))
}

// Redacted is the statement's own text without its secrets. Comments of one that has some are gone too: what was
// commented out may be another.
func (s *Statement) Redacted() string {
	if len(s.secrets) == 0 {
		return s.Text()
	}
	toks, err := lexAll(s.Source[s.Start:s.End], s.opts)
	if err != nil {
		return hidden
	}
	var out strings.Builder
	at := 0
	for _, t := range toks[:len(toks)-1] {
		out.WriteString(gap(s.Source[s.Start+at : s.Start+t.start]))
		at = t.end
		if s.isSecret(t) {
			out.WriteString("'" + hidden + "'")
		} else {
			out.WriteString(s.Source[s.Start+t.start : s.Start+t.end])
		}
	}
	return out.String()
}

func (s *Statement) isSecret(t token) bool {
	for _, x := range s.secrets {
		if x.Start < s.Start+t.end && s.Start+t.start < x.End {
			return true
		}
	}
	return false
}

// gap is what stands between two tokens, comments replaced by a blank.
func gap(s string) string {
	if strings.TrimSpace(s) != "" {
		return " "
	}
	return s
}

// Redact is a text that was not parsed, fit to be shown.
func Redact(src string, o Options) string { return withhold(src, o).shown }

// withheld is what Redact makes of a text.
type withheld struct {
	shown   string
	may     bool            // hold a secret: a word of it announces one
	words   map[string]bool // that are shown, in lower case
	literal []string        // constants that are not, their texts and values
}

// withhold reads a text as far as it can be read.
func withhold(src string, o Options) withheld {
	w := withheld{words: map[string]bool{}}
	l := &lexer{src: src, backslash: !o.StandardStrings}
	var out strings.Builder
	var before, last token // of the two tokens in front
	// Behind the first quote nothing is known where there is a secret: any quote may be where none was meant, and
	// make a word of it.
	at, user, quotes := 0, false, -1
	for !w.may {
		t, err := l.next()
		if err != nil {
			w.may = secretName(src)
			if quotes >= 0 {
				w.shown = out.String()[:quotes] + hidden
				return w
			}
			out.WriteString(" " + hidden)
			break
		}
		if t.kind == tokEOF {
			break
		}
		out.WriteString(gap(src[at:t.start]))
		at = t.end
		if quotes < 0 && (t.kind == tokString || t.kind == tokBits || t.kind == tokQuoted) {
			quotes = out.Len()
		}
		switch t.kind {
		case tokIdent, tokPunct, tokOp, tokParam:
			out.WriteString(src[t.start:t.end])
			if quotes < 0 {
				w.words[strings.ToLower(src[t.start:t.end])] = true
			}
		case tokQuoted:
			out.WriteString(`"` + hidden + `"`)
			w.hide(src, t)
		case tokInt, tokNumber:
			out.WriteString(hidden)
			w.hide(src, t)
		default:
			out.WriteString("'" + hidden + "'")
			w.hide(src, t)
		}
		// A constant with such a word in it counts, too.
		w.may = user || secretName(t.text)
		user = (last.is("create") || last.is("alter") || before.is("create")) &&
			(t.is("user") || t.is("role") || t.is("group") || t.is("login"))
		before, last = last, t
	}
	if w.may && at < len(src) {
		out.WriteString(" " + hidden)
		for { // what is behind the word is not shown in messages either
			t, err := l.next()
			if err != nil || t.kind == tokEOF {
				break
			}
			if t.kind != tokPunct && t.kind != tokOp && t.kind != tokIdent {
				w.hide(src, t)
			}
		}
	}
	w.shown = out.String()
	if w.may && quotes >= 0 {
		w.shown = w.shown[:quotes] + hidden
	}
	return w
}

func (w *withheld) hide(src string, t token) {
	w.literal = append(w.literal, src[t.start:t.end], t.text)
}

// veil takes from an error about src what may be a secret: all that it quotes but words in front of the one that
// announces a secret.
func veil(src string, o Options, err error) error {
	if w := withhold(src, o); w.may {
		return w.veil(err)
	}
	return err
}

// RedactError is an error about a text that was not parsed, fit to be shown beside Redact's text.
func RedactError(src string, o Options, err error) error {
	w := withhold(src, o)
	return w.veil(err)
}

func (w *withheld) veil(err error) error {
	e := *sqlerr.From(err)
	e.Message, e.Detail, e.Hint, e.Where = w.message(e.Message), w.message(e.Detail), w.message(e.Hint), w.message(e.Where)
	return &e
}

// message is a message without what is withheld.
func (w *withheld) message(s string) string {
	const near = `at or near "`
	if i := strings.Index(s, near); i >= 0 {
		i += len(near)
		if end := strings.LastIndexByte(s, '"'); end >= i && !w.words[strings.ToLower(s[i:end])] {
			s = s[:i] + hidden + s[end:]
		}
	}
	low := strings.ToLower(s)
	for _, l := range w.literal { // of a large statement there are many: most are in no message
		if len(l) > len(s) {
			continue
		}
		if quoted := `"` + l + `"`; strings.Contains(s, quoted) {
			s = strings.ReplaceAll(s, quoted, `"`+hidden+`"`)
			low = strings.ToLower(s)
		}
		if len(l) < 4 {
			continue
		}
		if l = strings.ToLower(l); strings.Contains(low, l) {
			s = replaceFolded(s, low, l)
			low = strings.ToLower(s)
		}
	}
	return s
}

// replaceFolded hides l in s where low, which is s in lower case, has it.
func replaceFolded(s, low, l string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return hidden // the places in low may be others
	}
	var out strings.Builder
	at := 0
	for {
		i := strings.Index(low[at:], l)
		if i < 0 {
			break
		}
		out.WriteString(s[at:at+i] + hidden)
		at += i + len(l)
	}
	return out.String() + s[at:]
}
