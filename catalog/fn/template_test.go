package fn

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// postgresRows reads a table of what PostgreSQL 15 answers: a line's columns are divided by |, the answer last.
func postgresRows(t *testing.T, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "|"))
		}
	}
	return out
}

func orError(s string, err error) string {
	if err == nil {
		return s
	}
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return "ERROR " + string(e.Code)
}

var rewrite = flag.Bool("rewrite", false, "write the tables of PostgreSQL's answers anew, with ours where they differ")

// asPostgres compares answers with a table's. Behind PostgreSQL's a row may have our own one, where another is right
// here.
func asPostgres(t *testing.T, file string, cols int, answer func(row []string) (string, error)) {
	t.Helper()
	rows := postgresRows(t, file)
	for i, row := range rows {
		got := orError(answer(row))
		if want := row[len(row)-1]; got != want && !*rewrite {
			t.Errorf("%q = %q, want %q", row[:cols], got, want)
		}
		if rows[i] = row[:cols+1]; got != row[cols] {
			rows[i] = append(rows[i], got)
		}
	}
	if *rewrite {
		var sb strings.Builder
		for _, row := range rows {
			sb.WriteString(strings.Join(row, "|") + "\n")
		}
		if err := os.WriteFile("testdata/"+file, []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TO_CHAR of numbers writes what PostgreSQL writes.
func TestNumberToCharAsPostgres(t *testing.T) {
	asPostgres(t, "to_char_number.txt", 2, func(row []string) (string, error) {
		n, err := parseNumberTemplate(row[1])
		if err != nil {
			return "", err
		}
		return n.format(row[0]), nil
	})
}

// TO_NUMBER reads what PostgreSQL reads, or refuses text that the template leaves over.
func TestToNumberAsPostgres(t *testing.T) {
	asPostgres(t, "to_number.txt", 2, func(row []string) (string, error) {
		n, err := parseNumberTemplate(row[1])
		if err != nil {
			return "", err
		}
		scale := min(n.frac+n.shift, types.MaxPrecision-1)
		d, err := n.parse(row[0], scale)
		if err != nil {
			return "", err
		}
		out := types.FormatDecimal(d.I128(), scale)
		if scale > 0 {
			out = strings.TrimSuffix(strings.TrimRight(out, "0"), ".")
		}
		return out, nil
	})
}

func value(t types.Type, s string) types.Datum {
	d, err := types.ParseText(t, s)
	if err != nil {
		panic(err)
	}
	return d
}

func formatTimestamp(ts int64, template string) (string, error) {
	t, err := dateTemplateOf(template)
	if err != nil {
		return "", err
	}
	return string(appendTimestamp(nil, ts, t)), nil
}

// TO_CHAR of timestamps and intervals writes what PostgreSQL writes.
func TestTimeToCharAsPostgres(t *testing.T) {
	asPostgres(t, "to_char_timestamp.txt", 2, func(row []string) (string, error) {
		return formatTimestamp(value(types.TTimestamp, row[0]).Lo, row[1])
	})
	asPostgres(t, "to_char_interval.txt", 2, func(row []string) (string, error) {
		d := value(types.TInterval, row[0])
		return formatInterval(d.Hi, d.Lo, row[1])
	})
}

// TO_DATE and TO_TIMESTAMP read what PostgreSQL reads. They are strict there.
func TestByTemplateAsPostgres(t *testing.T) {
	for _, file := range []string{"to_date.txt", "to_timestamp.txt"} {
		asPostgres(t, file, 2, func(row []string) (string, error) {
			r, err := parseByTemplate(row[0], row[1], true)
			if err != nil {
				return "", err
			}
			if file == "to_date.txt" {
				days, _ := types.SplitTimestamp(r.ts)
				return types.FormatText(types.TDate, types.Int(days)), nil
			}
			return types.FormatText(types.TTimestamp, types.Int(r.ts-int64(r.offset)*1e6)), nil
		})
	}
}

// SP is refused by name, not passed over.
func TestSpelledTemplate(t *testing.T) {
	for _, template := range []string{"DDSP", "FMDDthSP", "YYYYSP-MM"} {
		_, written := (&moment{}).format(template)
		_, read := parseByTemplate("2024", template, true)
		for _, err := range []error{written, read} {
			if err == nil || sqlerr.From(err).Code != sqlerr.FeatureNotSupported {
				t.Errorf("%s: %v", template, err)
			}
		}
	}
}
