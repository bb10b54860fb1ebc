package parse

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// dump prints a tree: type names and fields that are not zero, places left out.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		return dump(v.Elem())
	case reflect.Slice:
		var out []string
		for i := range v.Len() {
			out = append(out, dump(v.Index(i)))
		}
		return "[" + strings.Join(out, " ") + "]"
	case reflect.Struct:
		if t, ok := v.Interface().(types.Type); ok {
			return strings.ReplaceAll(t.String(), " ", "_")
		}
		var out []string
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Type == reflect.TypeFor[Pos]() || !f.IsExported() || v.Field(i).IsZero() || f.Name == "Source" ||
				f.Name == "Start" || f.Name == "End" {
				continue
			}
			out = append(out, f.Name+":"+dump(v.Field(i)))
		}
		return v.Type().Name() + "{" + strings.Join(out, " ") + "}"
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Uint8:
		if v.Type().Name() == "uint8" {
			return fmt.Sprintf("%q", rune(v.Uint()))
		}
	}
	return fmt.Sprint(v)
}

func errorText(sql string, err error) string {
	e := sqlerr.From(err)
	if e.Position == 0 {
		return fmt.Sprintf("ERROR %s: %s\n", e.Code, e.Message)
	}
	r := []rune(sql)
	rest := r[e.Position-1:]
	line, _, _ := strings.Cut(string(rest[:min(20, len(rest))]), "\n")
	return fmt.Sprintf("ERROR %s: %s\n  at %d: %s\n", e.Code, e.Message, e.Position, line)
}

// TestParse reads the statements of testdata and compares the trees or errors.
func TestParse(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "fuzz") {
			return // inputs of fuzz tests
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			ss, err := Parse(d.Input, Options{StandardStrings: d.HasArg("standard")})
			if err != nil {
				return errorText(d.Input, err)
			}
			var sb strings.Builder
			for _, s := range ss {
				fmt.Fprintf(&sb, "%s %s\n", s.Body.Tag(), dump(reflect.ValueOf(s.Body)))
			}
			return sb.String()
		})
	})
}

// TestDepth proves both sides of the depth guard: what people write works, what
// would overflow the C stack is an error and the process lives.
func TestDepth(t *testing.T) {
	chain := func(op string, n int) string { return "select 1" + strings.Repeat(op+"1", n-1) }
	nested := func(open, mid, end string, n int) string {
		return "select " + strings.Repeat(open, n) + mid + strings.Repeat(end, n)
	}
	list := func(n int) string { return "select 1 in (1" + strings.Repeat(",1", n-1) + ")" }
	unions := "select 1" + strings.Repeat(" union all select 1", 300)
	for _, c := range []struct {
		name, sql string
		ok        bool
	}{
		{"1000 terms", chain("+", 1000), true},
		{"64000 terms", chain("+", 64000), false},
		{"5000 terms", chain(" || ", 5000), false},
		{"1000 list members", list(1000), true},
		{"50000 list members", list(50000), true},
		{"2000 ANDs", chain(" and ", 2000), true},
		{"300 parentheses", nested("(", "1", ")", 300), true},
		{"100000 parentheses", nested("(", "1", ")", 100000), false},
		{"100000 open parentheses", nested("(", "", "", 100000), false},
		{"100000 signs", nested("- ", "1", "", 100000), false},
		{"100000 nots", nested("not ", "true", "", 100000), false},
		{"50000 casts", nested("", "1", "::int", 50000), false},
		{"100 cases", nested("case when true then ", "1", " end", 100), true},
		{"30000 cases", nested("case when true then ", "1", " end", 30000), false},
		{"30000 functions", nested("abs(", "1", ")", 30000), false},
		{"right nesting", nested("1+(", "1", ")", 10000), false},
		{"joins", "select 1 from t" + strings.Repeat(" join t on 1=1", 10000), false},
		{"subqueries", "select * from " + strings.Repeat("(select * from ", 3000) + "t" + strings.Repeat(") x", 3000), false},
		{"brackets", "select a" + strings.Repeat("[1]", 20000), true},
		{"unions", unions, true},
		{"20000 unions", "select 1" + strings.Repeat(" union all select 1", 20000), false},
		{"20000 dots", "select a" + strings.Repeat(".b", 20000), true},
		{"default", "create table t (a int default 1" + strings.Repeat("+1", 64000) + ")", false},
	} {
		_, err := Parse(c.sql, Options{})
		deep := err != nil && sqlerr.From(err).Code == sqlerr.StatementTooComplex
		if deep == c.ok {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// TestSplit proves that statements are cut at the right semicolons and keep
// their offsets.
func TestSplit(t *testing.T) {
	src := " select ';' ;; select 1 -- ;\n; select $$;$$ /* ; /* ; */ */ "
	spans, err := SplitStatements(src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range spans {
		got = append(got, src[s.Start:s.End])
	}
	if want := []string{"select ';'", "select 1", "select $$;$$"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestBytes proves that what is no text is refused by its first byte, before the C parser sees it.
func TestBytes(t *testing.T) {
	for src, want := range map[string]string{
		"select 'é\xff\xfe'":    `invalid byte sequence for encoding "UTF8": 0xff`,
		"select 1 as \xc3(":     `invalid byte sequence for encoding "UTF8": 0xc3`,
		"select '\xed\xa0\x80'": `invalid byte sequence for encoding "UTF8": 0xed`, // a surrogate
		"select 1\x00":          `invalid byte sequence for encoding "UTF8": 0x00`,
	} {
		_, err := Parse(src, Options{})
		var e *sqlerr.Error
		if !errors.As(err, &e) || e.Code != sqlerr.InvalidByteSequence || e.Message != want {
			t.Errorf("%q: %v, want %s", src, err, want)
		}
	}
	if _, err := Parse("select '\ufffd'", Options{}); err != nil {
		t.Error(err)
	}
}

// TestPositions proves that offsets survive the dialect pass and non-ASCII text:
// each error must point at the word "here".
func TestPositions(t *testing.T) {
	for _, sql := range []string{
		"select 1; select 'é€😀' from here here2 here3 x",
		"select top 5 'é' a, b c here from t",
		"select a::varchar(max), b from t where here here",
		"select convert(integer, 'é') from t a here",
		"select 1 minus select 2 from a b here here2",
	} {
		_, err := Parse(sql, Options{})
		if err == nil {
			t.Errorf("%s: no error", sql)
			continue
		}
		p := sqlerr.From(err).Position
		if r := []rune(sql); p < 1 || p > len(r) || !strings.HasPrefix(string(r[p-1:]), "here") {
			t.Errorf("%s: error %q at %d: %q", sql, err, p, string(r[max(p-1, 0):]))
		}
	}
	s, err := Parse("select 'é', top from t; select top 3 distinct 'é', here from t", Options{})
	if err != nil {
		t.Fatal(err)
	}
	q := s[1].Body.(*Select).Query
	e := q.Targets[1].Expr
	if at := s[1].Source[e.At():]; !strings.HasPrefix(at, "here") || q.Limit == nil || !q.Distinct {
		t.Errorf("TOP: %q, %+v", at, q)
	}
}

// TestConcurrent proves that parsers may run at once; the C library redirects
// the process's standard error.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if _, err := Parse("select a, b from t where c = 'x'", Options{}); err != nil {
					t.Error(err)
				}
				if _, err := Parse("select from from", Options{}); err == nil {
					t.Error("no error")
				}
			}
		})
	}
	wg.Wait()
}

// FuzzParse feeds any text to the parser: errors are fine, dying is not; the
// tokens of a statement must lie inside the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select top 5 a from t minus select 1", "copy t from '/x' csv delimiter '|'",
		"select convert(varchar(max), a) from t",
		`select 'a\'b', E'\x41', $$x$$, U&'\0041', "q""q"`, "create table t (a int default 1+(2) not null, b varchar(max) encode lzo) diststyle all",
		"select a from t qualify row_number() over () = 1", "explain (compile 'ir,asm') select 1",
		"set a = 'b'; show all; begin; end",
		"select /* /* */ */ 1 -- x", "select case when a then b else c end", "insert into t values (1, default), (2, 'x')",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, sql string, standard bool) {
		ss, err := Parse(sql, Options{StandardStrings: standard})
		if err != nil {
			if e := sqlerr.From(err); e.Code == sqlerr.InternalError || e.Position < 0 || e.Position > len([]rune(sql))+1 {
				t.Errorf("%q: %s %v at %d", sql, e.Code, e, e.Position)
			}
			return
		}
		for _, s := range ss {
			if s.Start < 0 || s.End > len(sql) || s.Start >= s.End {
				t.Errorf("%q: span %d..%d", sql, s.Start, s.End)
			}
		}
	})
}
