package fn

import (
	"slices"
	"strings"
	"testing"

	"slipher/catalog/types"
)

// What is long takes time in proportion: lines of base64 of the longest VARBYTE, and the groups of many matches of a
// pattern that runs by trial, whose limit would end one that grows as the square.
func TestLongTexts(t *testing.T) {
	out, err := byteEncoding("base64").write(strings.Repeat("x", types.MaxVarbyte))
	if lines := strings.Count(out, "\n"); err != nil || lines != (types.MaxVarbyte+2)/3*4/76 {
		t.Errorf("%d lines, %v", lines, err)
	}
	for _, s := range []string{"ab", "éb", "\xffb"} {
		const n = 150_000
		p, err := compilePattern(perl, "(.)(b)(c)?", "")
		if err != nil {
			t.Fatal(err)
		}
		all, err := p.find(matches{}, []byte(strings.Repeat(s, n)), -1, true)
		if err != nil || all.n() != n {
			t.Errorf("%q: %d matches, %v", s, all.n(), err)
			continue
		}
		last, k := all.loc(n-1), len(s)
		if want := []int{n*k - k, n * k, n*k - k, n*k - 1, n*k - 1, n * k, -1, -1}; !slices.Equal(last, want) {
			t.Errorf("%q: the last match is %v, not %v", s, last, want)
		}
	}
}
