package parse

import (
	"reflect"
	"strings"
	"testing"
)

// Short reads exactly the INSERTs of constants: each cell as Parse reads it, nil for all else.
func TestShort(t *testing.T) {
	for _, sql := range []string{
		"insert into t values (1)", "INSERT INTO s.t (a, \"B\") VALUES (-1, 'it''s'), (2.50, null) ; ",
		"insert into #t values (default, true, FALSE, E'a\\nb', '')", " insert /* x */ into db.s.t values\n(1,2)--end",
	} {
		s := Short(sql, Options{})
		if s == nil {
			t.Errorf("%s: not read", sql)
			continue
		}
		full, err := Full(s)
		if err != nil {
			t.Fatal(err)
		}
		want, got := full.Body.(*Insert), s.Body.(*ShortInsert)
		if want.Table.String() != got.Table.String() || s.Text() != full.Text() || len(want.Columns) != len(got.Columns) {
			t.Errorf("%s: %+v, want %+v", sql, got, want)
		}
		for r, row := range want.Query.Values {
			for i, e := range row {
				c := got.Rows[r][i]
				_, isDefault := e.(*DefaultExpr)
				if l, ok := e.(*Literal); isDefault != c.Default || ok && (l.Kind != c.Kind || l.Kind != BoolLiteral && l.Text != c.Text) {
					t.Errorf("%s: row %d cell %d: %+v, want %+v", sql, r, i, c, e)
				}
			}
		}
	}
	for _, sql := range []string{
		"insert into t values (1); select 1", "insert into t select 1", "insert into t values (1 + 1)", "insert into t values ($1)",
		"insert into t values (1, 2), (3)", "insert into t values ()", "insert into t values (1) returning a", "insert into t values (a)",
		"insert into t values (0x1F), (1)", "insert into t values (1_000)", "insert into t values (1e5)", "insert into t values ('a' 'b')",
		"insert into t values (- -1)", "insert into t values (+1)", "insert into t values (1,)", "insert into t values (1", "insert t values (1)",
		"insert into t values (date '2020-01-01')", "insert into t values (-null)", "insert into t values (B'1')", "inserts", "insert",
		"insert into t values (current_date)", "insert into select values (1)", "insert into t values ('\xff')",
		"insert into t values ('" + strings.Repeat("x", MaxShort) + "')",
	} {
		if s := Short(sql, Options{}); s != nil {
			t.Errorf("%s: read as %s", sql, dump(reflect.ValueOf(s.Body)))
		}
	}
}

// FuzzShort: what Short reads, Parse reads too, with the same cells.
func FuzzShort(f *testing.F) {
	for _, s := range []string{"insert into t values (1, 'a', null), (-2.5, '', default)", "insert into a.b (c) values (true)"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, sql string, standard bool) {
		o := Options{StandardStrings: standard}
		s := Short(sql, o)
		if s == nil {
			return
		}
		full, err := Full(s)
		if err != nil {
			t.Fatalf("%q: %v", sql, err)
		}
		ins, ok := full.Body.(*Insert)
		if !ok || ins.Query == nil || len(ins.Query.Values) != len(s.Body.(*ShortInsert).Rows) {
			t.Fatalf("%q: %s", sql, dump(reflect.ValueOf(full.Body)))
		}
	})
}

func BenchmarkShort(b *testing.B) {
	sql := "insert into events values (12345, 3, 'event number 12345', 345.25, '2026-11-20 17:00:45')"
	for b.Loop() {
		if Short(sql, Options{}) == nil {
			b.Fatal("not read")
		}
	}
}
