package load

import (
	"bytes"
	"encoding/json"
	"strings"

	"slipher/catalog/sqlerr"
)

// foreignFormat is a format of files that COPY was not told of: an input that begins so is not loaded as text.
type foreignFormat struct {
	magic string
	name  string
	hint  string
}

var foreignFormats = []foreignFormat{
	{gzipMagic, "gzip data", "Add GZIP to the options of COPY."},
	{"PAR1", "a Parquet file", "COPY loads delimited text and CSV; FORMAT AS PARQUET is not supported yet."},
	{"ORC", "an ORC file", "COPY loads delimited text and CSV; FORMAT AS ORC is not supported yet."},
	{"Obj\x01", "an Avro file", "COPY loads delimited text and CSV; FORMAT AS AVRO is not supported yet."},
	{"\x28\xb5\x2f\xfd", "zstd data", "COPY loads text as it is or with GZIP; ZSTD is not supported yet."},
	{"BZh", "bzip2 data", "COPY loads text as it is or with GZIP; BZIP2 is not supported yet."},
	{"\x89LZO\x00", "lzop data", "COPY loads text as it is or with GZIP; LZOP is not supported yet."},
	{"\xfd7zXZ\x00", "xz data", "COPY loads text as it is or with GZIP."},
	{"PK\x03\x04", "a zip archive", "COPY loads text as it is or with GZIP."},
	{"\xff\xfe", "UTF-16 text", "COPY loads UTF-8."},
	{"\xfe\xff", "UTF-16 text", "COPY loads UTF-8."},
}

// foreign is an error if an input that begins with begin (a batch's worth, or all of it) is no text, or text of
// another format than the options say.
func (o *CopyOptions) foreign(begin []byte) error {
	for _, f := range foreignFormats {
		if bytes.HasPrefix(begin, []byte(f.magic)) && notText(begin[:min(len(begin), 64)]) {
			return sqlerr.New(sqlerr.BadCopyFormat, "input looks like %s", f.name).WithHint("%s", f.hint)
		}
	}
	if (len(o.Columns) > 1 || len(o.Columns) == 1 && !o.Columns[0].Type.IsString()) && looksJSON(begin) {
		return sqlerr.New(sqlerr.BadCopyFormat, "input looks like JSON").
			WithHint("COPY loads delimited text and CSV; FORMAT AS JSON is not supported yet.")
	}
	return nil
}

// notText reports whether bytes are not all of text: the letters of some formats are also words.
func notText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && !strings.ContainsRune("\t\n\v\f\r", rune(c)) || c >= 0x80 {
			return true
		}
	}
	return false
}

// jsonLine is how much of a first line is looked at.
const jsonLine = 64 << 10

// looksJSON reports whether the first line with anything in it is one object or array, or begins one. A field
// of text may hold either: then more follows on the line.
func looksJSON(begin []byte) bool {
	line := bytes.TrimLeft(begin[:min(len(begin), jsonLine)], " \t\r\n")
	if len(line) == 0 || line[0] != '{' && line[0] != '[' {
		return false
	}
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	d := json.NewDecoder(bytes.NewReader(line))
	for depth, tokens := 0, 0; ; tokens++ {
		t, err := d.Token()
		if err != nil {
			return !isSyntax(err) && tokens > 0
		}
		if tokens > 0 && depth == 0 {
			return false
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

func isSyntax(err error) bool {
	_, ok := err.(*json.SyntaxError)
	return ok
}
