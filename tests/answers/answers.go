package answers

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// Read is the answer in a file, without its header.
func Read(t testing.TB, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
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

// Compare checks a result against an answer: integers and texts exactly, floating point to a relative 1e-6, decimals to
// one unit of the last digit shown; rows in their order, or, where that may be open, as a set.
func Compare(got cluster.Result, want [][]string, ordered bool) error {
	if len(got.Rows) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got.Rows), len(want))
	}
	first := inOrder(got, want)
	if first == nil || ordered {
		return first
	}
	sorted, answer := got, slices.Clone(want)
	sorted.Rows = slices.Clone(got.Rows)
	slices.SortFunc(sorted.Rows, func(a, b []cluster.Value) int { return strings.Compare(key(values(a)), key(values(b))) })
	slices.SortFunc(answer, func(a, b []string) int { return strings.Compare(key(a), key(b)) })
	if inOrder(sorted, answer) == nil {
		return nil
	}
	return first
}

func values(row []cluster.Value) []string {
	out := make([]string, len(row))
	for i, v := range row {
		if out[i] = v.Text; !v.Valid {
			out[i] = `\N`
		}
	}
	return out
}

// key is what rows are sorted by: numbers by what is the same in all their forms.
func key(row []string) string {
	var b strings.Builder
	for _, v := range row {
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			v = fmt.Sprintf("%.6g", f)
		}
		b.WriteString(strings.TrimRight(v, " "))
		b.WriteByte(0)
	}
	return b.String()
}

func inOrder(got cluster.Result, want [][]string) error {
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
		// An answer that was computed as DOUBLE has no more digits than that.
		near := new(big.Rat).Mul(new(big.Rat).Abs(b), big.NewRat(1, 1e12))
		return a.Sub(a, b).Abs(a).Cmp(unit) <= 0 || a.Cmp(near) <= 0
	default:
		return strings.TrimRight(v.Text, " ") == strings.TrimRight(want, " ")
	}
}
