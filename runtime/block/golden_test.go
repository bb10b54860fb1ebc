package block

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"slipher/catalog/types"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// The bytes of blocks and footers do not change unnoticed: a change needs a new format version.
func TestGoldenBytes(t *testing.T) {
	var e Encoder
	defer e.Close()
	var out strings.Builder
	dump := func(what string, b []byte) {
		fmt.Fprintf(&out, "# %s: %d bytes\n", what, len(b))
		for at := 0; at < len(b); at += 32 {
			line := b[at:min(at+32, len(b))]
			if strings.Trim(string(line), "\x00") != "" {
				fmt.Fprintf(&out, "%5d %s\n", at, hex.EncodeToString(line))
			}
		}
	}
	ints := func(typ types.Type, vs ...int64) column {
		c := column{typ: typ}
		for _, v := range vs {
			c.vals = append(c.vals, types.Int(v))
		}
		return c
	}
	sorted := ints(types.TInt8)
	for i := range 100 {
		sorted.vals = append(sorted.vals, types.Int(int64(1000+i*3)))
	}
	runs := ints(types.TInt4)
	for i := range 300 {
		runs.vals = append(runs.vals, types.Int(int64(i/150*99999)))
	}
	far := ints(types.TInt8)
	for i := range 40 {
		far.vals = append(far.vals, types.Int(int64(1000+i*i*20-i%3*9000)))
	}
	far.vals[30] = types.Int(1 << 44)
	withNull := ints(types.TInt2, 5, 6, 7)
	withNull.vals[1] = types.NullDatum
	strs := column{typ: types.TVarchar(40)}
	for i := range 12 {
		strs.vals = append(strs.vals, types.String([]string{"a", "a longer string ", "b"}[i%3]))
	}
	foot := Footer{Format: FormatVersion, Columns: []types.ColumnID{1, 2, 3, 4, 5, 6, 7, 300, 70000, 70001}}
	rg := RowGroupMeta{Rows: 3}
	for _, c := range []struct {
		what, enc string
		col       column
	}{
		{"int8 az64 sorted", "az64", sorted}, {"int4 az64 runs", "az64", runs}, {"int2 with NULL raw", "raw", withNull},
		{"decimal(38,0) constant", "az64", ints(types.TDecimal(38, 0), -2, -2)}, {"varchar bytedict", "bytedict", strs},
		{"varchar raw", "raw", strs},
		{"int8 mostly8", "mostly8", sorted}, {"int4 delta", "delta", runs},
		{"int8 bytedict", "bytedict", ints(types.TInt8, 9, 1<<40, 9, 9)},
		{"int8 delta32k", "delta32k", far},
	} {
		m, data, err := e.Encode(c.col.build(t), c.col.typ, c.enc)
		if err != nil {
			t.Fatal(err)
		}
		dump(c.what, data)
		rg.Cols = append(rg.Cols, m)
	}
	foot.RowGroups = append(foot.RowGroups, rg)
	b, err := AppendTrailer(nil, &foot)
	if err != nil {
		t.Fatal(err)
	}
	dump("footer", b)
	const path = "testdata/golden.txt"
	if *rewrite {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != out.String() {
		t.Errorf("bytes differ from %s; -rewrite, and look at the difference", path)
	}
}

// Every encoding has its id, documentation and a type it is for.
func TestEncodingTable(t *testing.T) {
	for i, e := range encodings {
		if int(e.ID) != i+1 || e.Doc == "" || e.encode == nil {
			t.Errorf("row %d: %+v", i, e)
		}
		if CheckEncoding(e.Name, types.TInt8) != nil && CheckEncoding(e.Name, types.TVarchar(9)) != nil {
			t.Errorf("%s is for no type", e.Name)
		}
	}
}
