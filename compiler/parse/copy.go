package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// copyStmt reads COPY in Redshift's option words or PostgreSQL's options.
//
// A path takes Redshift's defaults (fields between '|', NULL is \N); STDIN
// without options takes PostgreSQL's (tabs, backslash escapes), so that psql's
// \copy works. Redshift's words behind STDIN switch to Redshift's defaults. CSV
// follows: from a path and with Redshift's words by its rules, else by PostgreSQL's.
func (p *parser) copyStmt() (Body, error) {
	p.next()
	if t := p.peek(); t.isPunct("(") {
		return nil, p.unsupported(t, "COPY (query) TO")
	}
	if t := p.peek(); t.is("binary") && p.peekAt(1).kind == tokIdent && !p.peekAt(1).is("from") {
		return nil, p.unsupported(t, "COPY BINARY")
	}
	c := &Copy{}
	var err error
	if c.Table, err = p.qname(); err != nil {
		return nil, err
	}
	if p.peek().isPunct("(") {
		if c.Columns, err = p.names(); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.is("to") {
		return nil, p.unsupported(t, "COPY TO")
	}
	if err := p.expect("from"); err != nil {
		return nil, err
	}
	c.PathPos = p.pos()
	switch {
	case p.accept("stdin"), p.accept("stdout"):
		c.Stdin = true
	case p.peek().is("program"):
		return nil, p.unsupported(p.peek(), "COPY FROM PROGRAM")
	default:
		at := p.peek()
		if c.Path, err = p.str(); err != nil {
			return nil, err
		}
		if carriesSecret(c.Path) {
			p.secret(at)
		}
	}
	o := &copyOptions{parser: p, c: c}
	if p.peek().is("with") && p.peekAt(1).isPunct("(") || p.peek().isPunct("(") {
		p.accept("with")
		err = o.parenthesised()
	} else {
		err = o.words()
	}
	if err != nil {
		return nil, err
	}
	return c, o.finish()
}

// copyOptions collects options until the defaults of the format are known.
type copyOptions struct {
	*parser
	c         *Copy
	delimiter string
	delimPos  Pos
	delimSet  bool
	redshift  bool // one of Redshift's own words was used
}

// copyWord is one of COPY's option words: set reads what follows it.
type copyWord struct {
	redshift bool // does not exist in PostgreSQL
	set      func(o *copyOptions) error
}

func copyFlag(f func(*Copy) *bool) copyWord {
	return copyWord{true, func(o *copyOptions) error { *f(o.c) = true; return nil }}
}

// copyRefused are option words that are recognised and refused.
var copyRefused = wordSet(`fixedwidth json avro parquet orc shapefile manifest bzip2 lzop zstd ssh encrypted readratio
	ignoreallerrors job binary freeze oids force master_symmetric_key`)

// copyIgnored are words about where data comes from that mean nothing for a
// local file; each with its argument, a string constant, which is a secret or is not.
var copyIgnored = map[string]bool{"iam_role": false, "credentials": true, "access_key_id": true,
	"secret_access_key": true,
	"session_token":     true, "region": false}

// copyWords are the option words by name.
func copyWords() map[string]copyWord {
	return map[string]copyWord{
		"csv":              {false, (*copyOptions).csv},
		"delimiter":        {false, (*copyOptions).delimiterWord},
		"delimiters":       {false, (*copyOptions).delimiterWord},
		"header":           {false, func(o *copyOptions) error { o.c.IgnoreHeader = 1; return nil }},
		"null":             {false, (*copyOptions).null},
		"quote":            {false, (*copyOptions).quote},
		"escape":           {false, (*copyOptions).escape},
		"encoding":         {false, (*copyOptions).encoding},
		"format":           {true, (*copyOptions).format},
		"ignoreheader":     {true, (*copyOptions).ignoreHeader},
		"gzip":             {true, func(o *copyOptions) error { o.c.Compression = "gzip"; return nil }},
		"maxerror":         {true, (*copyOptions).maxError},
		"emptyasnull":      copyFlag(func(c *Copy) *bool { return &c.EmptyAsNull }),
		"blanksasnull":     copyFlag(func(c *Copy) *bool { return &c.BlanksAsNull }),
		"trimblanks":       copyFlag(func(c *Copy) *bool { return &c.TrimBlanks }),
		"truncatecolumns":  copyFlag(func(c *Copy) *bool { return &c.TruncateColumns }),
		"fillrecord":       copyFlag(func(c *Copy) *bool { return &c.FillRecord }),
		"ignoreblanklines": copyFlag(func(c *Copy) *bool { return &c.IgnoreBlankLines }),
		"removequotes":     copyFlag(func(c *Copy) *bool { return &c.RemoveQuotes }),
		"acceptanydate":    copyFlag(func(c *Copy) *bool { return &c.AcceptAnyDate }),
		"roundec":          copyFlag(func(c *Copy) *bool { return &c.RoundDec }),
		"explicit_ids":     copyFlag(func(c *Copy) *bool { return &c.ExplicitIDs }),
		"noload":           copyFlag(func(c *Copy) *bool { return &c.NoLoad }),
		"acceptinvchars":   {true, (*copyOptions).invalidChars},
		"dateformat":       {true, func(o *copyOptions) error { return o.formatString(&o.c.DateFormat) }},
		"timeformat":       {true, func(o *copyOptions) error { return o.formatString(&o.c.TimeFormat) }},
		"compupdate":       {true, func(o *copyOptions) error { return o.onOff(&o.c.CompUpdate) }},
		"statupdate":       {true, func(o *copyOptions) error { return o.onOff(&o.c.StatUpdate) }},
		"comprows":         {true, func(o *copyOptions) error { _, err := o.integer(); return err }},
	}
}

// words reads options as bare words, each maybe with an argument.
func (o *copyOptions) words() error {
	words := copyWords()
	o.accept("with")
	for o.i < len(o.toks) {
		at := o.peek()
		if at.kind != tokIdent {
			return o.unexpected()
		}
		if secret, ok := copyIgnored[at.text]; ok {
			o.redshift = true
			o.next()
			o.accept("as")
			t := o.peek()
			if t.kind != tokString && !(at.is("iam_role") && t.is("default")) {
				return o.unexpected()
			}
			if secret {
				o.secret(t) // and never kept
			}
			o.next()
			continue
		}
		if at.is("with") {
			o.next()
			continue
		}
		w, ok := words[at.text]
		if !ok {
			if copyRefused[at.text] {
				return o.unsupported(at, "COPY option %s", strings.ToUpper(at.text))
			}
			return o.unexpected()
		}
		o.next()
		o.redshift = o.redshift || w.redshift
		if err := w.set(o); err != nil {
			return err
		}
	}
	return nil
}

func (o *copyOptions) csv() error {
	o.c.Format = CopyCSV
	return nil
}

// asString reads [AS] 'x'.
func (o *copyOptions) asString() (string, Pos, error) {
	o.accept("as")
	t := o.peek()
	if t.kind != tokString {
		return "", 0, o.unexpected()
	}
	o.i++
	s, err := o.rawText(t)
	return s, Pos(t.start), err
}

func (o *copyOptions) delimiterWord() (err error) {
	o.delimiter, o.delimPos, err = o.asString()
	o.delimSet = true
	return err
}

func (o *copyOptions) null() (err error) {
	o.c.NullAs, _, err = o.asString()
	o.c.NullAsSet = true
	if s := o.c.NullAs; s == `\0` || s == `\000` { // the guide's words for a field that is one NUL
		o.c.NullAs = "\x00"
	}
	if err == nil && strings.ContainsAny(o.c.NullAs, "\r\n") {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	}
	return err
}

func (o *copyOptions) quote() error {
	s, at, err := o.asString()
	if err == nil {
		o.c.Quote, err = o.oneByte("quote", s, at)
	}
	return err
}

// escape is a flag in Redshift, [AS] 'c' in PostgreSQL's CSV.
func (o *copyOptions) escape() error {
	if !o.peek().is("as") && o.peek().kind != tokString {
		o.redshift = true
		o.c.EscapeChars = true
		return nil
	}
	s, at, err := o.asString()
	if err == nil {
		o.c.Escape, err = o.oneByte("escape", s, at)
	}
	return err
}

func (o *copyOptions) oneByte(what, s string, at Pos) (byte, error) {
	if len(s) == 1 && s[0] < 0x80 {
		return s[0], nil
	}
	if b, ok := octal(s); ok {
		return b, nil
	}
	return 0, o.stmt.ErrorAt(at, sqlerr.FeatureNotSupported, "COPY %s must be a single one-byte character", what)
}

// octal reads '\ddd', and '\t' and its like, as Redshift's DELIMITER takes them.
func octal(s string) (byte, bool) {
	if len(s) < 2 || s[0] != '\\' {
		return 0, false
	}
	switch s[1:] {
	case "t":
		return '\t', true
	case "\\":
		return '\\', true
	}
	v := 0
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '7' {
			return 0, false
		}
		v = v*8 + int(c-'0')
	}
	return byte(v), v > 0 && v < 0x80 && len(s) == 4
}

func (o *copyOptions) encoding() error {
	o.accept("as")
	t := o.next()
	if t.badEscape {
		return escapeError(o.src, t, o.opts)
	}
	switch strings.ToLower(strings.ReplaceAll(t.text, "-", "")) {
	case "utf8", "unicode":
		return nil
	}
	return o.unsupported(t, "COPY encoding %s", t.text)
}

// format reads FORMAT [AS] CSV.
func (o *copyOptions) format() error {
	o.accept("as")
	return o.formatName(o.next())
}

func (o *copyOptions) formatName(t token) error {
	if t.badEscape {
		return escapeError(o.src, t, o.opts)
	}
	switch t.text {
	case "csv":
		o.c.Format = CopyCSV
	case "text":
		o.c.Format = CopyPGText
	case "delimiter":
		o.i--
	case "":
		return o.unexpected()
	default:
		return o.unsupported(t, "COPY format %s", strings.ToUpper(t.text))
	}
	return nil
}

func (o *copyOptions) ignoreHeader() error {
	o.accept("as")
	return o.count(&o.c.IgnoreHeader, 0, 1<<31-1, "IGNOREHEADER")
}

func (o *copyOptions) maxError() error {
	o.accept("as")
	return o.count(&o.c.MaxError, 0, 100000, "MAXERROR")
}

func (o *copyOptions) count(dst *int, lo, hi int64, what string) error {
	at := o.pos()
	n, err := o.integer()
	if err != nil {
		return err
	}
	if n < lo || n > hi {
		return o.stmt.ErrorAt(at, sqlerr.InvalidParameterValue, "%s must be between %d and %d", what, lo, hi)
	}
	*dst = int(n)
	return nil
}

func (o *copyOptions) invalidChars() error {
	o.c.AcceptInvChars, o.c.InvChar = true, '?'
	if !o.peek().is("as") && o.peek().kind != tokString {
		return nil
	}
	s, at, err := o.asString()
	if err == nil {
		o.c.InvChar, err = o.oneByte("replacement", s, at)
	}
	return err
}

func (o *copyOptions) formatString(dst *string) error {
	s, _, err := o.asString()
	*dst = s
	switch l := strings.ToLower(s); l {
	case "auto", "epochsecs", "epochmillisecs":
		*dst = l
	}
	return err
}

func (o *copyOptions) onOff(dst *string) error {
	switch w := o.acceptAny("on", "off", "true", "false", "preset"); w {
	case "":
		*dst = "on"
	case "true":
		*dst = "on"
	case "false":
		*dst = "off"
	default:
		*dst = w
	}
	return nil
}

// finish sets what the format leaves open and checks that options agree.
func (o *copyOptions) finish() error {
	c := o.c
	if c.Stdin && !o.redshift {
		c.Postgres = true
	}
	switch {
	case c.Postgres && c.Format == CopyDelimited:
		c.Format = CopyPGText
	case c.Postgres && c.Format == CopyCSV:
		c.Format = CopyPGCSV
	}
	quotes := c.Format == CopyCSV || c.Format == CopyPGCSV
	c.Delimiter = map[CopyFormat]byte{CopyDelimited: '|', CopyCSV: ',', CopyPGText: '\t', CopyPGCSV: ','}[c.Format]
	if o.delimSet {
		var err error
		if c.Delimiter, err = o.oneByte("delimiter", o.delimiter, o.delimPos); err != nil {
			return err
		}
	}
	if c.Delimiter == '\n' || c.Delimiter == '\r' {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	}
	if !quotes && (c.Quote != 0 || c.Escape != 0) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "COPY quote and escape are available only in CSV mode")
	}
	if quotes {
		if c.Quote == 0 {
			c.Quote = '"'
		}
		if c.Quote == c.Delimiter {
			return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter and quote must be different")
		}
		if c.RemoveQuotes || c.EscapeChars {
			return sqlerr.New(sqlerr.InvalidParameterValue, "CSV is not compatible with REMOVEQUOTES or ESCAPE")
		}
	}
	// In PostgreSQL's CSV an unquoted empty field is NULL: NullAs "" says just that.
	if !c.NullAsSet && c.Format != CopyPGCSV {
		c.NullAs = `\N`
	}
	return nil
}
