package parse

// CopyFormat is the layout of COPY's input.
type CopyFormat uint8

const (
	CopyDelimited CopyFormat = iota // Redshift's default: fields between delimiters
	CopyCSV                         // quoted, by Redshift's rules
	CopyPGText                      // PostgreSQL's text format: tab, \N, backslash escapes
	CopyPGCSV                       // PostgreSQL's CSV: an empty unquoted field is NULL
)

// Copy is COPY table FROM source with all options resolved to values.
type Copy struct {
	Table   QName
	Columns []Name
	Stdin   bool
	Path    string // FROM 'path' or 'file://path', as written: of a file, a directory, a pattern, a prefix of names
	PathPos Pos

	Format       CopyFormat
	Delimiter    byte
	Quote        byte // CSV
	Escape       byte // CSV: 0 means the quote doubled
	NullAs       string
	NullAsSet    bool // NULL was given
	IgnoreHeader int
	Compression  string // "", "gzip"
	MaxError     int

	EmptyAsNull      bool
	BlanksAsNull     bool
	TrimBlanks       bool
	TruncateColumns  bool
	FillRecord       bool
	IgnoreBlankLines bool
	EscapeChars      bool // ESCAPE: backslash escapes in delimited input
	RemoveQuotes     bool
	AcceptInvChars   bool
	InvChar          byte // what replaces an invalid character
	AcceptAnyDate    bool
	RoundDec         bool
	ExplicitIDs      bool
	NoLoad           bool
	DateFormat       string // "" default, "auto"
	TimeFormat       string // "" default, "auto", "epochsecs", "epochmillisecs"
	CompUpdate       string // "", "on", "off", "preset"
	StatUpdate       string // "", "on", "off"
	// Postgres: PostgreSQL's syntax or a bare STDIN, so its defaults hold.
	Postgres bool
}

// Tag is the command's name.
func (*Copy) Tag() string { return "COPY" }
