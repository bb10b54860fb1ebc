package fn

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"

	"slipher/catalog/automaton"
	"slipher/catalog/sqlerr"
)

// pattern is a compiled regular expression.
type pattern interface {
	match(s []byte) (bool, error)
	// find gives the first n matches from the left, all of them for n < 0, with groups or without. The result is dst,
	// overwritten.
	find(dst matches, s []byte, n int, groups bool) (matches, error)
	groups() int
	// linear: it is an automaton, whose time is bounded by the text's length, and cannot fail.
	linear() bool
}

// matches are matches in a text, of width offsets of bytes each: two for the whole and two for each group, -1 for a
// group that took no part.
type matches struct {
	at    []int
	width int
}

func (m matches) n() int             { return len(m.at) / max(m.width, 1) }
func (m matches) loc(i int) []int    { return m.at[i*m.width : (i+1)*m.width] }
func (m matches) none(w int) matches { return matches{m.at[:0], w} }

// regular is a pattern that Go's engine runs and, once it has been used for some texts, a table, as far as no groups
// are asked for.
type regular struct {
	re    *regexp.Regexp
	order automaton.Order
	uses  atomic.Int32
	table atomic.Pointer[automaton.Automaton]
}

// worthTable is after how many texts a table is made, which takes as long as some hundred short ones do without.
const worthTable = 100

// tableFor is the pattern's table if there is one for s.
func (r *regular) tableFor(s []byte) *automaton.Automaton {
	t := r.table.Load()
	if t == nil {
		if r.uses.Load() <= worthTable && r.uses.Add(1) == worthTable {
			r.table.Store(automaton.Compile(r.re.String(), r.order))
		}
		return nil
	}
	if !utf8.Valid(s) {
		return nil
	}
	return t
}

func (r *regular) match(s []byte) (bool, error) {
	if t := r.tableFor(s); t != nil {
		return t.Match(s), nil
	}
	return r.re.Match(s), nil
}

func (r *regular) find(dst matches, s []byte, n int, groups bool) (matches, error) {
	if groups && r.groups() > 0 {
		dst = dst.none(2 + 2*r.groups())
		for _, loc := range r.re.FindAllSubmatchIndex(s, n) {
			dst.at = append(dst.at, loc...)
		}
		return dst, nil
	}
	dst = dst.none(2)
	if t := r.tableFor(s); t != nil {
		dst.at = t.All(dst.at, s, n)
		return dst, nil
	}
	for _, loc := range r.re.FindAllIndex(s, n) {
		dst.at = append(dst.at, loc...)
	}
	return dst, nil
}

func (r *regular) groups() int  { return r.re.NumSubexp() }
func (r *regular) linear() bool { return true }

// backtracker is a pattern that looks around or back: it runs by trial, for as long as matchLimit at a text.
type backtracker struct{ re *regexp2.Regexp }

// matchLimit bounds what a pattern that backtracks may take for one text: such patterns can take exponential time.
const matchLimit = 5 * time.Second

var errMatchLimit = sqlerr.New(sqlerr.ProgramLimitExceeded, "a regular expression took longer than %v for one text",
	matchLimit).WithHint("A pattern without lookaround, back references and nested repetitions takes linear time.")

func (b backtracker) match(s []byte) (bool, error) {
	m, err := b.re.FindStringMatch(string(s))
	if err != nil {
		return false, errMatchLimit
	}
	return m != nil, nil
}

func (b backtracker) find(dst matches, s []byte, n int, groups bool) (matches, error) {
	dst = dst.none(2)
	if groups {
		dst.width += 2 * b.groups()
	}
	until := time.Now().Add(matchLimit)
	var offsets []int // once there is a match
	add := func(g regexp2.Group) {
		if len(g.Captures) == 0 {
			dst.at = append(dst.at, -1, -1)
			return
		}
		from, to := g.Index, g.Index+g.Length
		if offsets != nil {
			from, to = offsets[from], offsets[to]
		}
		dst.at = append(dst.at, from, to)
	}
	m, err := b.re.FindStringMatch(string(s))
	for err == nil && m != nil && dst.n() != n {
		if dst.n() == 0 {
			offsets = runeOffsets(s)
		}
		if add(m.Group); groups {
			for _, g := range m.Groups()[1:] {
				add(g)
			}
		}
		if time.Now().After(until) {
			return dst, errMatchLimit
		}
		m, err = b.re.FindNextMatch(m)
	}
	if err != nil {
		return dst, errMatchLimit
	}
	return dst, nil
}

func (b backtracker) groups() int  { return len(b.re.GetGroupNumbers()) - 1 }
func (b backtracker) linear() bool { return false }

// runeOffsets are the bytes at which the characters of s begin, and its length; nil: each character is a byte.
func runeOffsets(s []byte) []int {
	if n := utf8.RuneCount(s); n < len(s) {
		out := make([]int, 0, n+1)
		for i := range string(s) {
			out = append(out, i)
		}
		return append(out, len(s))
	}
	return nil
}

// dialect is how a pattern is read.
type dialect uint8

const (
	posix    dialect = iota // Redshift's: the first of several matches at a place, as Go's engine finds it
	perl                    // Redshift's with parameter p
	advanced                // PostgreSQL's: the longest of several matches at a place
)

// patterns are those that were compiled.
var patterns known[patternKey, pattern]

type patternKey struct {
	dialect dialect
	expr    string
}

// compilePattern compiles expr. shown is what an error shows of it. What is no automaton (lookaround, back references)
// is run by trial.
func compilePattern(d dialect, expr, shown string) (pattern, error) {
	return patterns.of(patternKey{d, expr}, func(k patternKey) (pattern, error) {
		if p := newPattern(k.dialect, k.expr); p != nil {
			return p, nil
		}
		return nil, sqlerr.New("2201B", "invalid regular expression: \"%s\"", shown)
	})
}

// newPattern is nil for what is no pattern of either engine.
func newPattern(d dialect, expr string) pattern {
	if d != perl {
		re, err := regexp.Compile(expr)
		switch {
		case err != nil:
		case d == advanced && re.MatchString(""): // between a match and the next one it may match nothing
		default:
			r := &regular{re: re}
			if d == advanced && !lazy.MatchString(expr) {
				re.Longest()
				r.order = automaton.Longest
			}
			return r
		}
	}
	// Of Perl's syntax, \d and the like mean ASCII, and $ the text's end.
	re, err := regexp2.Compile(expr, regexp2.RE2)
	if err != nil {
		return nil
	}
	re.MatchTimeout = matchLimit
	return backtracker{re}
}

// lazy finds a repetition that is to be short: a pattern that has one does not take the longest match.
var lazy = regexp.MustCompile(`[*+?}]\?`)

// lastPattern spares rows that have the pattern of the row in front a search.
type lastPattern struct {
	expr, params string
	p            pattern
}

// of compiles a pattern with parameters by compile.
func (l *lastPattern) of(expr, params []byte, compile func(expr, params string) (pattern, error)) (pattern, error) {
	if l.p != nil && string(expr) == l.expr && string(params) == l.params {
		return l.p, nil
	}
	l.expr, l.params = string(expr), string(params)
	var err error
	l.p, err = compile(l.expr, l.params)
	return l.p, err
}

// compileRegexp compiles a pattern with Redshift's parameters: c and i for case, e for a group, p for Perl's dialect.
func compileRegexp(expr, params string) (pattern, error) {
	d, flags := posix, ""
	for _, c := range params {
		switch c {
		case 'i':
			flags = "i"
		case 'c':
			flags = ""
		case 'p':
			d = perl
		case 'e':
		default:
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression parameter \"%c\"", c)
		}
	}
	if d == posix {
		flags += "s" // the dot is any character, in Perl any but the end of a line
	}
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	return compilePattern(d, flags+expr, expr)
}

// compileAdvanced compiles a pattern with PostgreSQL's options. global is whether g is one of them.
func compileAdvanced(expr, options string) (p pattern, global bool, err error) {
	anyCase, dots, lines, literal := "", "s", "", false
	for _, c := range options {
		switch c {
		case 'g':
			global = true
		case 'i':
			anyCase = "i"
		case 'c':
			anyCase = ""
		case 'n', 'm':
			dots, lines = "", "m"
		case 'p':
			dots, lines = "", ""
		case 'w':
			dots, lines = "s", "m"
		case 's':
			dots, lines = "s", ""
		case 'q':
			literal = true
		case 'a', 'b', 'e', 't':
		case 'x':
			return nil, false, sqlerr.Unsupported("regular expression option \"x\"")
		default:
			return nil, false, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%c\"", c)
		}
	}
	written := expr
	if literal {
		expr = regexp.QuoteMeta(expr)
	} else {
		expr = perlEscapes(expr)
	}
	if f := anyCase + dots + lines; f != "" {
		expr = "(?" + f + ")" + expr
	}
	p, err = compilePattern(advanced, expr, written)
	return p, global, err
}

// perlEscapes writes PostgreSQL's escapes of places between characters as Perl does.
func perlEscapes(expr string) string {
	var out strings.Builder
	for i := 0; i < len(expr); i++ {
		if expr[i] != '\\' || i+1 == len(expr) {
			out.WriteByte(expr[i])
			continue
		}
		i++
		switch expr[i] {
		case 'y':
			out.WriteString(`\b`)
		case 'Y':
			out.WriteString(`\B`)
		case 'm':
			out.WriteString(`\b(?=\w)`)
		case 'M':
			out.WriteString(`\b(?<=\w)`)
		case 'Z':
			out.WriteString(`\z`)
		default:
			out.WriteByte('\\')
			out.WriteByte(expr[i])
		}
	}
	return out.String()
}

// replacing is a replacement: texts and the groups of a match, \1 to \9 (or $1), 0 or & for the whole.
type replacing []replacementPart

type replacementPart struct {
	text  []byte
	group int // -1: the text
}

// groups reports whether there are any but the whole.
func (t replacing) groups() bool {
	return slices.ContainsFunc(t, func(p replacementPart) bool { return p.group > 0 })
}

func replacement(r []byte) replacing {
	var t replacing
	text := func(b byte) {
		if n := len(t); n > 0 && t[n-1].group < 0 {
			t[n-1].text = append(t[n-1].text, b)
			return
		}
		t = append(t, replacementPart{text: []byte{b}, group: -1})
	}
	for i := 0; i < len(r); i++ {
		digit := i+1 < len(r) && r[i+1] >= '0' && r[i+1] <= '9'
		switch {
		case (r[i] == '\\' || r[i] == '$') && digit:
			i++
			t = append(t, replacementPart{group: int(r[i] - '0')})
		case r[i] == '\\' && i+1 < len(r) && r[i+1] == '&':
			i++
			t = append(t, replacementPart{})
		case r[i] == '\\' && i+1 < len(r):
			i++
			text(r[i])
		default:
			text(r[i])
		}
	}
	return t
}

// appendTo adds the replacement of a match in s.
func (t replacing) appendTo(dst, s []byte, loc []int) []byte {
	for _, p := range t {
		switch {
		case p.group < 0:
			dst = append(dst, p.text...)
		case 2*p.group < len(loc) && loc[2*p.group] >= 0:
			dst = append(dst, s[loc[2*p.group]:loc[2*p.group+1]]...)
		}
	}
	return dst
}
