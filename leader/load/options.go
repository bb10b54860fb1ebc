package load

import (
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/node/load"
)

// formats maps the parser's formats to the loader's.
var formats = map[parse.CopyFormat]load.Format{parse.CopyDelimited: load.Delimited, parse.CopyCSV: load.CSV,
	parse.CopyPGText: load.PGText,
	parse.CopyPGCSV:  load.PGCSV}

func options(b *parse.Copy, t *state.Table, fields []int) *load.CopyOptions {
	o := &load.CopyOptions{
		Format: formats[b.Format], EndMark: b.Stdin || b.Format == parse.CopyPGText, Delimiter: b.Delimiter, Quote: b.Quote,
		Escape: b.Escape, NullAs: b.NullAs,
		IgnoreHeader: b.IgnoreHeader, Gzip: b.Compression == "gzip", EmptyAsNull: b.EmptyAsNull, BlanksAsNull: b.BlanksAsNull,
		TrimBlanks: b.TrimBlanks, TruncateColumns: b.TruncateColumns, FillRecord: b.FillRecord,
		IgnoreBlankLines: b.IgnoreBlankLines,
		EscapeChars:      b.EscapeChars, RemoveQuotes: b.RemoveQuotes, AcceptInvChars: b.AcceptInvChars, InvChar: b.InvChar,
	}
	for _, i := range fields {
		c := t.Columns[i]
		o.Columns = append(o.Columns, load.CopyColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull})
	}
	return o
}
