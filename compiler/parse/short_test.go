package parse

import (
	"reflect"
	"strings"
	"testing"
)

// long reads an INSERT by libpg_query.
func long(t *testing.T, sql string, o Options) *Insert {
	t.Helper()
	toks, err := scan(sql, o)
	if err != nil {
		t.Fatalf("%q: %v", sql, err)
	}
	toks = splitTokens(toks)[0]
	st := &Statement{Source: sql, opts: o, Start: toks[0].start, End: toks[len(toks)-1].end}
	body, err := (&parser{src: sql, toks: toks, opts: o, stmt: st, end: st.End}).query()
	if err != nil {
		t.Fatalf("%q: %v", sql, err)
	}
	return body.(*Insert)
}

// Short reads exactly the INSERTs of constants, as libpg_query reads them, nil for all else.
func TestShort(t *testing.T) {
	for _, sql := range []string{
		"insert into t values (1)", "INSERT INTO s.t (a, \"B\") VALUES (-1, 'it''s'), (2.50, null) ; ",
		"insert into #t values (default, true, FALSE, E'a\\nb', '')", " insert /* x */ into db.s.t values\n(1,2)--end",
		"insert into t (A, b) values (007, 00.70), (-2147483648, 2147483647), (2147483648, -9223372036854775808), (- 1, -.5)",
		"insert into t values ('" + strings.Repeat("x", 1<<20) + "')",
	} {
		s := Short(sql, Options{})
		if s == nil {
			t.Errorf("%s: not read", sql)
			continue
		}
		got, want := dump(reflect.ValueOf(Full(s).Body)), dump(reflect.ValueOf(long(t, sql, Options{})))
		if got != want {
			t.Errorf("%.100s:\n%.1000s\nwant\n%.1000s", sql, got, want)
		}
	}
	for _, sql := range []string{
		"insert into t values (1); select 1", "insert into t select 1", "insert into t values (1 + 1)",
		"insert into t values ($1)",
		"insert into t values (1, 2), (3)", "insert into t values ()", "insert into t values (1) returning a",
		"insert into t values (a)",
		"insert into t values (0x1F), (1)", "insert into t values (1_000)", "insert into t values (1e5)",
		"insert into t values ('a' 'b')",
		"insert into t values (- -1)", "insert into t values (+1)", "insert into t values (1,)", "insert into t values (1",
		"insert t values (1)",
		"insert into t values (date '2020-01-01')", "insert into t values (-null)", "insert into t values (B'1')", "inserts",
		"insert",
		"insert into t values (current_date)", "insert into select values (1)", "insert into t values ('\xff')",
	} {
		if s := Short(sql, Options{}); s != nil {
			t.Errorf("%s: read as %s", sql, dump(reflect.ValueOf(s.Body)))
		}
	}
}

// FuzzShort: what Short reads, libpg_query reads too, as the same statement.
func FuzzShort(f *testing.F) {
	for _, s := range []string{"insert into t values (1, 'a', null), (-2.5, '', default)",
		"insert into a.b (c) values (true)"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, sql string, standard bool) {
		o := Options{StandardStrings: standard}
		s := Short(sql, o)
		if s == nil {
			return
		}
		got, want := dump(reflect.ValueOf(Full(s).Body)), dump(reflect.ValueOf(long(t, sql, o)))
		if got != want {
			t.Fatalf("%q:\n%s\nwant\n%s", sql, got, want)
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
