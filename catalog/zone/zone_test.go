package zone_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// rows reads a table of PostgreSQL 15's answers; columns are divided by |.
func rows(t *testing.T, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		out = append(out, strings.Split(line, "|"))
	}
	return out
}

func micros(t *testing.T, s string) int64 {
	t.Helper()
	d, err := types.ParseText(types.TTimestamp, s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Lo
}

// Clocks show what PostgreSQL's do, far in the past and the future and around changes, which also says what moment is
// meant by a time that is left out or comes twice.
func TestClocksAsPostgres(t *testing.T) {
	for _, row := range rows(t, "postgres.txt") {
		z, ok := zone.Find(row[0])
		if !ok {
			t.Fatalf("no zone %s", row[0])
		}
		f := z.Table.Local
		if row[1] == "utc" {
			f = z.Table.UTC
		}
		if got := types.FormatText(types.TTimestamp, types.Int(f(micros(t, row[2])))); got != row[3] {
			t.Errorf("%s, %s of %s = %s, want %s", row[0], row[1], row[2], got, row[3])
		}
	}
}

// SET timezone knows what PostgreSQL knows, and writes it in the same way.
func TestNamesAsPostgres(t *testing.T) {
	for _, row := range rows(t, "names.txt") {
		got := "ERROR 22023"
		if z, ok := zone.Find(row[0]); ok {
			got = z.Name
		}
		if got != row[1] {
			t.Errorf("%q is %s, want %s", row[0], got, row[1])
		}
	}
}

// Every listed name has its rules, and a table that generated code can search.
func TestAllZones(t *testing.T) {
	for _, n := range zone.Names() {
		z, ok := zone.Find(strings.ToLower(n))
		if !ok || z.Name != n || z.Table.Name() != n || len(z.Table) > types.MaxVarchar {
			t.Errorf("%s: %v, %s, %d bytes", n, ok, z.Name, len(z.Table))
		}
		loc, err := time.LoadLocation(n)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			at := time.Unix(rand.Int64N(10e9)-5e9, 0).In(loc)
			micros := types.MicrosOf(at)
			name, secs := at.Zone()
			if got := z.Table.Abbreviation(micros); got != name || z.Table.Offset(micros) != secs {
				t.Errorf("%s at %v: %s, %d", n, at, got, z.Table.Offset(micros))
			}
		}
	}
}
