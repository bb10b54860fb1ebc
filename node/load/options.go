package load

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

//go:generate go run github.com/tinylib/msgp -file options.go -o options_gen.go -io=false -tests=false

// Format is the layout of COPY's input.
type Format uint8

// The formats.
const (
	Delimited Format = iota // Redshift's default
	CSV                     // by Redshift's rules
	PGText                  // PostgreSQL's text format
	PGCSV                   // PostgreSQL's CSV: quotes anywhere in a field, an empty unquoted field is NULL
)

// CopyOptions is what splitting needs to know of a COPY. Pure data: it travels from the leader to nodes.
// The zero value of an option is its absence; Delimiter and (in CSV) Quote are always set.
type CopyOptions struct {
	Format    Format `msg:"fmt"`
	Delimiter byte   `msg:"delim"`
	Quote     byte   `msg:"quote"`
	Escape    byte   `msg:"esc"` // CSV: 0 or Quote means the quote doubled
	// NullAs stands for NULL when it is all of an unquoted field.
	NullAs           string         `msg:"null"`
	EndMark          bool           `msg:"endmark"` // a record `\.` ends the data: what psql up to 17 sends
	IgnoreHeader     int            `msg:"header"`  // records skipped at the start
	Gzip             bool           `msg:"gzip"`
	EmptyAsNull      bool           `msg:"emptynull"`
	BlanksAsNull     bool           `msg:"blanksnull"`
	TrimBlanks       bool           `msg:"trim"`
	TruncateColumns  bool           `msg:"trunc"`
	FillRecord       bool           `msg:"fill"`
	IgnoreBlankLines bool           `msg:"blanklines"`
	EscapeChars      bool           `msg:"escchars"` // ESCAPE of Delimited
	RemoveQuotes     bool           `msg:"unquote"`
	AcceptInvChars   bool           `msg:"invchars"`
	InvChar          byte           `msg:"invchar"` // replaces each byte of an invalid character
	Columns          copyColumnList `msg:"cols"`    // the input's fields, in order
}

// CopyColumn is the table column a field goes to.
type CopyColumn struct {
	Name    string     `msg:"name"`
	Type    types.Type `msg:"type"`
	NotNull bool       `msg:"nn"`
}

// Check refuses combinations that cannot work.
func (o *CopyOptions) Check() error {
	bad := func(format string, args ...any) error {
		return sqlerr.New(sqlerr.InvalidParameterValue, format, args...)
	}
	switch {
	case o.Delimiter == 0 || o.Delimiter == '\n' || o.Delimiter == '\r' || o.Delimiter >= 0x80:
		return bad("COPY delimiter must be a single ASCII character, not a line end")
	case o.quotes() && (o.Quote == 0 || o.Quote == o.Delimiter || o.Quote == '\n' || o.Quote == '\r' || o.Quote >= 0x80):
		return bad("COPY quote must be a single ASCII character other than the delimiter")
	case o.quotes() && (o.RemoveQuotes || o.EscapeChars):
		return bad("REMOVEQUOTES and ESCAPE do not go with CSV")
	case !o.quotes() && (o.EscapeChars || o.Format == PGText) && o.Delimiter == '\\':
		return bad("COPY delimiter cannot be a backslash here")
	}
	return nil
}

// quotes reports whether fields may be in quotes that take the meaning of what is within away.
func (o *CopyOptions) quotes() bool { return o.Format == CSV || o.Format == PGCSV }

// postgres reports whether PostgreSQL's rules of what is NULL hold: the NULL string alone.
func (o *CopyOptions) postgres() bool { return o.Format == PGText || o.Format == PGCSV }

// backslash reports whether a backslash takes the next byte's meaning away.
func (o *CopyOptions) backslash() bool {
	return o.Format == PGText || o.Format == Delimited && o.EscapeChars
}

// csvEscape is the byte that takes the meaning of the next one within CSV quotes, if it is not the quote.
func (o *CopyOptions) csvEscape() byte {
	if o.quotes() && o.Escape != o.Quote {
		return o.Escape
	}
	return 0
}
