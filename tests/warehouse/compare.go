package warehouse

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"os"
	"strings"
)

// Answer is what a query must give.
type Answer struct{ Rows [][]string }

// ReadAnswer reads an answer from CSV with a header. NULL is \N.
func ReadAnswer(path string) (*Answer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: %v", path, err)
	}
	return &Answer{rows[1:]}, nil
}

// Differs says how r is not the answer, "" if it is. Rows may come in any order:
// ties under ORDER BY may, and order is tested elsewhere.
func (a *Answer) Differs(r *Result) string {
	if len(a.Rows) != len(r.Rows) {
		return fmt.Sprintf("%d rows, want %d", len(r.Rows), len(a.Rows))
	}
	used := make([]bool, len(r.Rows))
	for i, want := range a.Rows {
		found := false
		for k := range r.Rows {
			j := (i + k) % len(r.Rows) // most rows stand at their place
			if !used[j] && equalRow(want, r.Rows[j], r.OIDs) {
				used[j], found = true, true
				break
			}
		}
		if !found {
			return fmt.Sprintf("no row like %q; row %d is %q", want, i, r.Rows[i])
		}
	}
	return ""
}

func equalRow(want, got []string, oids []uint32) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if !equalValue(want[i], got[i], oids[i]) {
			return false
		}
	}
	return true
}

// equalValue compares by type: floats to a relative 1e-6, decimals to one unit
// of the last digit shown, all else as text, trailing blanks aside.
func equalValue(want, got string, oid uint32) bool {
	if strings.TrimRight(want, " ") == strings.TrimRight(got, " ") {
		return true
	}
	if want == `\N` || got == `\N` {
		return false
	}
	switch oid {
	case 700, 701:
		var a, b float64
		if _, err := fmt.Sscan(want, &a); err != nil {
			return false
		}
		if _, err := fmt.Sscan(got, &b); err != nil {
			return false
		}
		return math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b))
	case 1700, 20, 23, 21:
		a, ok1 := new(big.Rat).SetString(want)
		b, ok2 := new(big.Rat).SetString(got)
		if !ok1 || !ok2 {
			return false
		}
		diff := new(big.Rat).Sub(a, b)
		digits := 0
		if _, frac, ok := strings.Cut(got, "."); ok {
			digits = len(frac)
		}
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
		if oid != 1700 {
			unit = new(big.Rat)
		}
		// A reference that was computed as DOUBLE has no more digits than that.
		near := new(big.Rat).Mul(new(big.Rat).Abs(b), big.NewRat(1, 1e12))
		diff.Abs(diff)
		return diff.Cmp(unit) <= 0 || oid == 1700 && diff.Cmp(near) <= 0
	}
	return false
}
