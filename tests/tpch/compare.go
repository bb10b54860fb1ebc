package tpch

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// The queries of this package; their rows are in the order of ORDER BY and no
// two of them tie in the answers.
var queries = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}

// readQuery is the text of query n.
func readQuery(t testing.TB, n int) string {
	t.Helper()
	text, err := os.ReadFile(cluster.Data("tpch", "queries", fmt.Sprintf("q%02d.sql", n)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readAnswer is the answer of query n in dir, without its header.
func readAnswer(t testing.TB, dir string, n int) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, fmt.Sprintf("q%02d.csv", n)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// oids of types that are compared by more than their text.
const (
	float4OID  = 700
	float8OID  = 701
	numericOID = 1700
)

// compare checks a result against an answer: integers and texts exactly, floating
// point to a relative 1e-6, decimals to one unit of the last digit shown.
func compare(got cluster.Result, want [][]string) error {
	if len(got.Rows) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got.Rows), len(want))
	}
	for i, row := range got.Rows {
		if len(row) != len(want[i]) {
			return fmt.Errorf("%d columns, want %d", len(row), len(want[i]))
		}
		for j, v := range row {
			if !equal(got.Types[j], v, want[i][j]) {
				return fmt.Errorf("row %d column %s: %s, want %s", i+1, got.Columns[j], v, want[i][j])
			}
		}
	}
	return nil
}

func equal(oid uint32, v cluster.Value, want string) bool {
	if !v.Valid || want == `\N` {
		return !v.Valid && want == `\N`
	}
	switch oid {
	case float4OID, float8OID:
		a, err1 := strconv.ParseFloat(v.Text, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		return err1 == nil && err2 == nil && math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b))
	case numericOID:
		a, ok1 := new(big.Rat).SetString(v.Text)
		b, ok2 := new(big.Rat).SetString(want)
		if !ok1 || !ok2 {
			return false
		}
		_, frac, _ := strings.Cut(v.Text, ".")
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(frac))), nil))
		return a.Sub(a, b).Abs(a).Cmp(unit) <= 0
	default:
		return strings.TrimRight(v.Text, " ") == strings.TrimRight(want, " ")
	}
}
