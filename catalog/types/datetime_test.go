package types

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
)

// postgresTable reads what PostgreSQL 15 says of texts: the text and an answer (or "ERROR SQLSTATE") for each column,
// divided by tabs. Lines of # are comments, \t and \u escapes are Go's.
func postgresTable(t *testing.T, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if f[0], err = strconv.Unquote(`"` + strings.ReplaceAll(f[0], `"`, `\"`) + `"`); err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		out = append(out, f)
	}
	return out
}

// answer is what ParseText makes of s, written as PostgreSQL's answers are.
func answer(typ Type, s string) string {
	d, err := ParseText(typ, s)
	if err == nil && typ.Kind == Bool {
		return strconv.FormatBool(d.Lo != 0) // what PostgreSQL casts it to
	}
	if err == nil {
		return FormatText(typ, d)
	}
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return "ERROR " + string(e.Code)
}

// rewrite writes our own answers, where they differ, behind PostgreSQL's: for review.
var rewrite = flag.Bool("rewrite", false, "write the tables of PostgreSQL's answers anew, with ours where they differ")

// asPostgres compares our answers for each type with a table's. Behind PostgreSQL's answers a row may have our own
// ones, where another is right here.
func asPostgres(t *testing.T, file string, answer func(typ Type, s string) string, typs ...Type) {
	t.Helper()
	rows := postgresTable(t, file)
	for i, row := range rows {
		n := 1 + len(typs)
		want := row[1:n]
		if len(row) > n {
			want = row[n:]
		}
		var ours []string
		for _, typ := range typs {
			ours = append(ours, answer(typ, row[0]))
		}
		if !slices.Equal(ours, want) && !*rewrite {
			t.Errorf("%q as %v = %q, want %q", row[0], typs, ours, want)
		}
		if rows[i] = row[:n]; !slices.Equal(ours, row[1:n]) {
			rows[i] = append(row[:n:n], ours...)
		}
	}
	if *rewrite {
		var sb strings.Builder
		for _, row := range rows {
			q := strconv.QuoteToASCII(row[0])
			fmt.Fprintf(&sb, "%s\t%s\n", strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`), strings.Join(row[1:], "\t"))
		}
		if err := os.WriteFile(file, []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Dates and timestamps are read whole or refused, as PostgreSQL does.
func TestDateTimesAsPostgres(t *testing.T) {
	asPostgres(t, "testdata/datetime.txt", answer, TDate, TTimestamp)
}

// Times are, too.
func TestTimesAsPostgres(t *testing.T) { asPostgres(t, "testdata/time.txt", answer, TTime) }

// So are times with zones.
func TestZonedTimesAsPostgres(t *testing.T) { asPostgres(t, "testdata/timetz.txt", answer, TZonedTime) }

// So are numbers and truth values.
func TestNumbersAsPostgres(t *testing.T) {
	asPostgres(t, "testdata/number.txt", answer, TInt2, TInt4, TInt8, TDecimal(12, 3), TFloat4, TFloat8, TBool)
}

// Intervals with and without fields. A row's text is the interval's, a bar and the fields, with a precision.
func TestIntervalsAsPostgres(t *testing.T) {
	asPostgres(t, "testdata/interval.txt", func(_ Type, s string) string {
		text, fields, _ := strings.Cut(s, "|")
		var f IntervalFields
		f.Fields, s, f.Rounded = strings.Cut(fields, "(")
		if f.Rounded {
			f.Precision = int(s[0] - '0')
		}
		d, err := ParseInterval(text, f)
		if err != nil {
			var e *sqlerr.Error
			errors.As(err, &e)
			return "ERROR " + string(e.Code)
		}
		return FormatText(TInterval, d)
	}, TInterval)
}
