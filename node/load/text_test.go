package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// split runs an input through Splitter and SplitText. Rows come as fields joined by "|", NULL
// as ~, errors as !line:code:column.
func split(t testing.TB, in io.Reader, o CopyOptions, batch, rows int) []string {
	t.Helper()
	acct := mem.NewAccount("test", 0)
	cols := make([]chunk.Col, len(o.Columns))
	for i := range cols {
		cols[i] = chunk.Col{Type: types.TText, Nullable: true}
	}
	l := chunk.LayoutOf(cols)
	sp, err := NewSplitter(in, &o)
	if err != nil {
		t.Fatal(err)
	}
	sp.size = batch
	var out []string
	for {
		b, err := sp.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		parts, bad, err := SplitText(&b, &o, l, acct, rows, 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			for r := 0; r < p.Chunk.Rows(); r++ {
				var f []string
				for c := range cols {
					if p.Chunk.IsNull(c, r) {
						f = append(f, "~")
					} else {
						f = append(f, string(p.Chunk.Str(c, r)))
					}
				}
				out = append(out, strings.Join(f, "|"))
				p.Record(r, 0)
			}
			p.Chunk.Free()
		}
		for _, e := range bad {
			out = append(out, fmt.Sprintf("!%d:%d:%d", e.Line, e.Code, e.Column))
		}
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
	return out
}

// options are the given options with columns: s a VARCHAR(20), i an INTEGER, S and I the same NOT NULL.
func options(cols string, o CopyOptions) CopyOptions {
	if o.Delimiter == 0 {
		o.Delimiter = map[Format]byte{Delimited: '|', CSV: ',', PGText: '\t', PGCSV: ','}[o.Format]
	}
	if o.quotes() && o.Quote == 0 {
		o.Quote = '"'
	}
	if o.NullAs == "" && o.Format != PGCSV {
		o.NullAs = `\N`
	}
	for i, c := range cols {
		col := CopyColumn{Name: fmt.Sprintf("c%d", i), Type: types.TVarchar(20), NotNull: c < 'a'}
		if c|0x20 == 'i' {
			col.Type = types.TInt4
		}
		o.Columns = append(o.Columns, col)
	}
	return o
}

// The rules of the Redshift guide, COPY, "Data format parameters" and "Data conversion parameters", at every batch and
// chunk size.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, in string
		o        CopyOptions
		want     string // rows separated by ;
	}{
		{"delimited", "a|1\nbb|2\n", options("si", CopyOptions{}), "a|1;bb|2"},
		{"no line end", "a|1\r\nbb|2", options("si", CopyOptions{}), "a|1;bb|2"},
		{"trailing delimiter", "a|1|\nbb|2|\n", options("si", CopyOptions{}), "a|1;bb|2"},
		{"empty and null", "|\n\\N|\\N\n", options("si", CopyOptions{}), "|~;~|~"},
		{"empty as null", "|\n", options("si", CopyOptions{EmptyAsNull: true}), "~|~"},
		{"null as", "NA|NA\nNAB|1\n", options("si", CopyOptions{NullAs: "NA"}), "~|~;NAB|1"},
		{"blanks", "  |  \n", options("si", CopyOptions{}), "  |~"},
		{"blanks as null", "  |  \nx |1\n", options("si", CopyOptions{BlanksAsNull: true}), "~|~;x |1"},
		{"trim", "x  |1\n", options("si", CopyOptions{TrimBlanks: true}), "x|1"},
		{"too many", "a|1|x\nb|2\n", options("si", CopyOptions{}), "b|2;!1:1202:1"},
		{"too few", "a\nb|2\n", options("si", CopyOptions{}), "b|2;!1:1203:1"},
		{"fill", "a\nb|2\n", options("ssi", CopyOptions{FillRecord: true}), "a||~;b|2|~"},
		{"fill with null as", "a\n", options("ssi", CopyOptions{FillRecord: true, NullAs: "x"}), "a||~"},
		{"csv fill", "a\n\"b\"\n", options("ssi", CopyOptions{Format: CSV, FillRecord: true}), "a||~;b||~"},
		{"blank lines", "a|1\n\nb|2\n", options("si", CopyOptions{}), "a|1;b|2;!2:1211:-1"},
		{"ignore blank lines", "a|1\n\nb|2\n", options("si", CopyOptions{IgnoreBlankLines: true}), "a|1;b|2"},
		{"not null", "|1\n\\N|2\na|\n", options("SI", CopyOptions{}), "|1;!2:1213:0;!3:1213:1"},
		{"header", "x|y\na|1\n", options("si", CopyOptions{IgnoreHeader: 1}), "a|1"},
		{"too long", "123456789012345678901|1\n12345678901234567890|2\n", options("si", CopyOptions{}),
			"12345678901234567890|2;!1:1204:0"},
		{"truncate", "1234567890123456789é|1\n", options("si", CopyOptions{TruncateColumns: true}), "1234567890123456789|1"},
		{"utf8", "a\xffb|1\nc|2\n", options("si", CopyOptions{}), "c|2;!1:1220:0"},
		{"utf8 replaced", "a\xff\xfeb|1\n", options("si", CopyOptions{AcceptInvChars: true, InvChar: '^'}), "a^^b|1"},
		{"nul", "a\x00b|1\nc|2\n", options("si", CopyOptions{}), "c|2;!1:1220:0"},
		{"bom", "\xef\xbb\xbfa|1\n", options("si", CopyOptions{}), "a|1"},
		{"escape", "a\\|b|1\nx\\\ny|2\n\\N|3\nq\\\\|4\n", options("si", CopyOptions{EscapeChars: true}),
			"a|b|1;x\ny|2;~|3;q\\|4"},
		{"remove quotes", "\"a|b\"|1\n'c'|'2'\nd\"e|3\n\"open|4\nf|5\n", options("si", CopyOptions{RemoveQuotes: true}),
			"a|b|1;c|2;d\"e|3;f|5;!4:1214:0"},
		{"csv", "a,1\n\"b,b\",2\n\"say \"\"hi\"\"\",3\n", options("si", CopyOptions{Format: CSV}), "a|1;b,b|2;say \"hi\"|3"},
		{"csv lines", "\"two\nlines\",1\r\nb,2\r\n", options("si", CopyOptions{Format: CSV}), "two\nlines|1;b|2"},
		{"csv null", ",\n\"\",\"\"\nNA,1\n\"NA\",2\n", options("si", CopyOptions{Format: CSV, NullAs: "NA"}),
			"|~;|~;~|1;NA|2"},
		{"csv default null", "\\N,\\N\n\"\\N\",1\n", options("si", CopyOptions{Format: CSV}), "~|~;\\N|1"},
		{"csv empty as null", ",1\n\"\",2\n", options("si", CopyOptions{Format: CSV, EmptyAsNull: true}), "~|1;~|2"},
		{"csv not null", ",1\nx,\n", options("SI", CopyOptions{Format: CSV}), "|1;!2:1213:1"},
		{"csv blanks", "  \"a, b \"\t,  1\n b ,\" 2\" \r\n\f\"c\"\v,\t\"3\" \n", options("ss", CopyOptions{Format: CSV}),
			"a, b |  1; b | 2;c|3"},
		{"csv blank delimiter", " \"a\" \tb\n\t\"c\"\n", options("ss", CopyOptions{Format: CSV, Delimiter: '\t'}), "a|b;|c"},
		{"csv inner quotes", "a\"b,c\"d,1\nb,2\n5\" pipe,3\n\"c\",4\n", options("si", CopyOptions{Format: CSV}),
			"b|2;c|4;!1:1216:0;!3:1216:0"},
		{"csv stray", "\"say \"\"\"@x\",1\nb,2\n\"c\" x,3\n\"d\"\n,4\n", options("si", CopyOptions{Format: CSV}),
			"b|2;|4;!1:1216:0;!3:1216:0;!4:1203:1"},
		{"csv stray behind lines", "\"a\nb\"c,\"1\"\nd,2\n", options("si", CopyOptions{Format: CSV}), "d|2;!1:1216:0"},
		{"csv open", "a,1\n\"b,2\nc,3\n", options("si", CopyOptions{Format: CSV}), "a|1;!2:1216:0"},
		{"csv mark", "a,1\n\"\n\\.\n\",2\n\\.\nnot data\n", options("si", CopyOptions{Format: CSV, EndMark: true}),
			"a|1;\n\\.\n|2"},
		{"delimited mark", "a|1\n\\.x|2\n\\.\nnot data\n", options("si", CopyOptions{EndMark: true}), "a|1;\\.x|2"},
		{"no mark", "a\n\\.\n", options("s", CopyOptions{}), "a;\\."},
		{"csv empty", "\"a\"\n\n\"\"\nb", options("s", CopyOptions{Format: CSV}), "a;;;b"},
		{"bom and quotes", "\xef\xbb\xbf\"a\nb\",1\n", options("si", CopyOptions{Format: CSV}), "a\nb|1"},
		{"fill empty as null", "a\n", options("ssi", CopyOptions{FillRecord: true, EmptyAsNull: true}), "a|~|~"},
		{"fill null as empty", "a\n", options("ssi", CopyOptions{Format: CSV, FillRecord: true, EmptyAsNull: true}), "a|~|~"},
		{"pg csv null", ",\n\"\",\"\"\n\\N,1\n", options("ss", CopyOptions{Format: PGCSV}), "~|~;|;\\N|1"},
		{"pg csv null as", ",\nx,\"x\"\n", options("ss", CopyOptions{Format: PGCSV, NullAs: "x"}), "|;~|x"},
		{"pg csv blanks", " \"a\" ,  \n", options("ss", CopyOptions{Format: PGCSV}), " a |  "},
		{"pg csv inner quotes", "a\"b,c\"d,1\n", options("si", CopyOptions{Format: PGCSV}), "ab,cd|1"},
		{"pg csv lines", "a\"\n\"b,1\nc,2\n", options("si", CopyOptions{Format: PGCSV}), "a\nb|1;c|2"},
		{"pg csv open", "a,1\n\"b,2\n", options("si", CopyOptions{Format: PGCSV}), "a|1;!2:1214:0"},
		{"pg csv mark", "a,1\n\"x\n\\.\n\",2\n\\.\n\"not data", options("si", CopyOptions{Format: PGCSV, EndMark: true}),
			"a|1;x\n\\.\n|2"},
		{"csv many", "\"a\",1,\"x\ny\"\nb,2\n", options("si", CopyOptions{Format: CSV}), "b|2;!1:1202:1"},
		{"csv trailing", "a,1,\nb,2\n", options("si", CopyOptions{Format: CSV}), "b|2;!1:1202:1"},
		{"csv few", "\"a\"\nb,2\n", options("si", CopyOptions{Format: CSV}), "b|2;!1:1203:1"},
		{"csv escape", "\"a\\\"b\\\\\",1\n", options("si", CopyOptions{Format: CSV, Escape: '\\'}), "a\"b\\|1"},
		{"csv header", "\"h\n1\",h\na,1\n", options("si", CopyOptions{Format: CSV, IgnoreHeader: 1}), "a|1"},
		{"csv bad utf8", "\"a\xff\",1\n\"b\",2\n", options("si", CopyOptions{Format: CSV}), "b|2;!1:1220:0"},
		{"pg", "a\t1\n\\N\t2\nx\\ty\\n\t3\n\\\\N\t4\n\\101\\x42\t5\n\\.\nnot data\n",
			options("si", CopyOptions{Format: PGText, EndMark: true}), "a|1;~|2;x\ty\n|3;\\N|4;AB|5"},
		{"pg newline", "a\\\nb\t1\n", options("si", CopyOptions{Format: PGText}), "a\nb|1"},
		{"pg too many", "a\t1\tx\nb\t2\n", options("si", CopyOptions{Format: PGText}), "b|2;!1:1202:1"},
		{"pg bad escape", "\\377\t1\nb\t2\n", options("si", CopyOptions{Format: PGText}), "b|2;!1:1220:0"},
		{"empty", "", options("si", CopyOptions{}), ""},
	} {
		for _, batch := range []int{7, 16, 1 << 20} {
			for _, rows := range []int{1, 2, 1024} {
				got := split(t, strings.NewReader(c.in), c.o, batch, rows)
				// Errors are reported by batch: behind all rows for comparison.
				var good, bad []string
				for _, g := range got {
					if strings.HasPrefix(g, "!") {
						bad = append(bad, g)
					} else {
						good = append(good, g)
					}
				}
				if s := strings.Join(append(good, bad...), ";"); s != c.want {
					t.Errorf("%s (batches of %d, %d rows a chunk):\ngot  %q\nwant %q", c.name, batch, rows, s, c.want)
				}
			}
		}
	}
}

// Packed input, read a byte at a time, is the same; a file may be several that were packed one by one.
func TestSplitGzip(t *testing.T) {
	var z bytes.Buffer
	ends := map[int]bool{}
	for _, text := range []string{"a|1\nb|", "", "2\n"} {
		w := gzip.NewWriter(&z)
		w.Name = "name"
		fmt.Fprint(w, text)
		w.Close()
		ends[z.Len()] = true
	}
	o := options("si", CopyOptions{Gzip: true})
	for in, want := range map[string]string{z.String(): "a|1;b|2", "": ""} {
		if got := split(t, iotest.OneByteReader(strings.NewReader(in)), o, 1<<20, 10); strings.Join(got, ";") != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	next := func(in string, o CopyOptions) error {
		sp, err := NewSplitter(strings.NewReader(in), &o)
		for err == nil {
			_, err = sp.Next()
		}
		return err
	}
	if err := next("plain", o); sqlerr.From(err).Code != sqlerr.DataException || sqlerr.From(err).Hint == "" {
		t.Errorf("plain text passes for gzip: %v", err)
	}
	// Cut off anywhere, it is not taken for whole.
	for n := 1; n < z.Len(); n++ {
		if err := next(z.String()[:n], o); (err == io.EOF) != ends[n] {
			t.Errorf("%d of %d bytes: %v", n, z.Len(), err)
		}
	}
	if err := next(z.String()+"garbage", o); sqlerr.From(err).Code != sqlerr.DataException {
		t.Errorf("garbage behind it: %v", err)
	}
	broken := errors.New("broken disk")
	sp, _ := NewSplitter(io.MultiReader(strings.NewReader(z.String()[:15]), iotest.ErrReader(broken)), &o)
	if _, err := sp.Next(); !errors.Is(err, broken) {
		t.Errorf("a reader's error: %v", err)
	}
}

// What is no text, or of another format than COPY was told, is not loaded as rows.
func TestForeign(t *testing.T) {
	two, one := options("ss", CopyOptions{}), options("s", CopyOptions{})
	for _, c := range []struct {
		in   string
		o    CopyOptions
		want string // in the message; "": it is text
	}{
		{"\x1f\x8b\x08\x00", one, "gzip"},
		{"PAR1\x15\x04\x15\x10", one, "Parquet"},
		{"PAR1|PAR2\nx|y\n", two, ""},
		{"ORC\x0a\x03\x00", one, "ORC"},
		{"Obj\x01\x04\x14", one, "Avro"},
		{"BZh91AY&SY\xff", one, "bzip2"},
		{"BZh|Bundesheer\n", two, ""},
		{"\xff\xfea\x00", one, "UTF-16"},
		{"{\"a\": 1, \"b\": \"x|y\"}\n{\"a\": 2}\n", two, "JSON"},
		{"[\n  {\"a\": 1}\n]\n", two, "JSON"},
		{"\n {\n", two, "JSON"},
		{"[1, 2]", two, "JSON"},
		{"{\"a\": 1}\n", one, ""},
		{"{\"a\": 1}\n", options("i", CopyOptions{}), "JSON"},
		{"{\"a\": 1}|x\n", two, ""},
		{"{}\tx\n", options("ss", CopyOptions{Format: PGText}), ""},
		{"{1,2}|x\n", two, ""},
		{"[a|b\n", two, ""},
		{"", two, ""},
	} {
		sp, err := NewSplitter(strings.NewReader(c.in), &c.o)
		if err == nil {
			_, err = sp.Next()
		}
		if err == nil || err == io.EOF {
			if c.want != "" {
				t.Errorf("%q passes", c.in)
			}
			continue
		}
		if e := sqlerr.From(err); c.want == "" || !strings.Contains(e.Message, c.want) || e.Hint == "" ||
			e.Code != sqlerr.BadCopyFormat {
			t.Errorf("%q: %v %s, want %s", c.in, err, e.Hint, c.want)
		}
	}
}

// A batch of which more records are bad than a load may refuse is not split to its end.
func TestSplitStops(t *testing.T) {
	o := options("si", CopyOptions{})
	acct := mem.NewAccount("test", 0)
	col := chunk.Col{Type: types.TText, Nullable: true}
	b := Batch{Data: []byte(strings.Repeat("bad\n", 1000)), Line: 1}
	_, bad, err := SplitText(&b, &o, chunk.LayoutOf([]chunk.Col{col, col}), acct, 100, 3)
	if err != nil || len(bad) != 4 {
		t.Error(len(bad), err)
	}
}

// A bad record is described for stl_load_errors.
func TestRecordError(t *testing.T) {
	o := options("siS", CopyOptions{})
	acct := mem.NewAccount("test", 0)
	col := chunk.Col{Type: types.TText, Nullable: true}
	b := Batch{Data: []byte("a|1|x\nthis value is much too long for it|2|y\n"), Line: 10, Offset: 100}
	parts, bad, err := SplitText(&b, &o, chunk.LayoutOf([]chunk.Col{col, col, col}), acct, 100, 100)
	if err != nil || len(parts) != 1 || len(bad) != 1 {
		t.Fatal(parts, bad, err)
	}
	want := RecordError{Line: 11, Offset: 106, Column: 0, Name: "c0", Type: "character varying(20)",
		Value: "this value is much too long for it",
		Raw:   "this value is much too long for it|2|y", Code: 1204, Reason: "String length exceeds DDL length"}
	if bad[0] != want {
		t.Errorf("got  %+v\nwant %+v", bad[0], want)
	}
	if e := parts[0].Record(0, 2); e.Value != "x" || e.Line != 10 || e.Raw != "a|1|x" || e.Name != "c2" {
		t.Errorf("%+v", e)
	}
	parts[0].Chunk.Free()
}

// No input makes the splitter fail or depend on where batches are cut.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("a,\"b\"\"\n\",c\n\\N,\\x41\n"), byte(0))
	f.Add([]byte("a|'b|c'|\"d\n\\\n|"), byte(3))
	f.Fuzz(func(t *testing.T, in []byte, mode byte) {
		o := CopyOptions{Format: Format(mode % 4), EscapeChars: mode&8 != 0, RemoveQuotes: mode&16 != 0,
			AcceptInvChars: mode&32 != 0, InvChar: '?', FillRecord: mode&64 != 0}
		if o.quotes() {
			o.EscapeChars, o.RemoveQuotes = false, false
			if mode&128 != 0 {
				o.Escape = '\\'
			}
		}
		o = options("sis", o)
		split(t, bytes.NewReader(in), o, 64, 3)
	})
}

func BenchmarkSplitText(b *testing.B) {
	line := "1|155190|7706|1|17.00|21168.23|0.04|0.02|N|O|1996-03-13|1996-02-12|1996-03-22|DELIVER IN " +
		"PERSON|TRUCK|egular courts above the\n"
	o := options("iiiissssssssssss", CopyOptions{})
	for i := range o.Columns {
		o.Columns[i].Type = types.TVarchar(100)
	}
	acct := mem.NewAccount("bench", 0)
	cols := make([]chunk.Col, len(o.Columns))
	for i := range cols {
		cols[i] = chunk.Col{Type: types.TText, Nullable: true}
	}
	l := chunk.LayoutOf(cols)
	batch := Batch{Data: []byte(strings.Repeat(line, 8000)), Line: 1}
	b.SetBytes(int64(len(batch.Data)))
	b.ReportAllocs()
	for b.Loop() {
		parts, _, err := SplitText(&batch, &o, l, acct, 1024, 0)
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range parts {
			p.Chunk.Free()
		}
	}
}
