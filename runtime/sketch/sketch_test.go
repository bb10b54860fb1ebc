package sketch

import (
	"math"
	"strings"
	"testing"

	"slipher/catalog/types"
)

// Proves that counts are right within their error, from one value to millions, whatever the values are, and that what
// is merged or encoded counts as what was seen.
func TestEstimate(t *testing.T) {
	for _, n := range []int{0, 1, 2, 10, 100, 1000, 5000, 20_000, 100_000, 3_000_000} {
		var whole, left, right Sketch
		for i := range n {
			h := Hash(uint64(i * 8)) // regular, as keys are
			whole.Add(h)
			whole.Add(h)
			if i%3 == 0 {
				left.Add(h)
			} else {
				right.Add(h)
			}
		}
		tolerance := 0.045 * float64(n)
		if n <= 100 {
			tolerance = 1.5
		}
		if got := whole.Estimate(); math.Abs(got-float64(n)) > tolerance {
			t.Errorf("%d values: %.1f", n, got)
		}
		var merged, read Sketch
		merged.Merge(&left)
		merged.Merge(&right)
		for _, s := range []*Sketch{&left, &right} {
			data := s.Append(nil)
			if len(data) > registers+1 {
				t.Errorf("%d values: %d bytes", n, len(data))
			}
			if err := read.MergeEncoded(data); err != nil {
				t.Fatal(err)
			}
		}
		if a, b, c := whole.Estimate(), merged.Estimate(), read.Estimate(); a != b || a != c {
			t.Errorf("%d values: %v, merged %v, read %v", n, a, b, c)
		}
	}
}

// Equal values have one hash; strings of all lengths have others each.
func TestHash(t *testing.T) {
	if HashWide(-1, -5) != Hash(^uint64(4)) || HashWide(0, 7) != Hash(7) || HashWide(1, 7) == Hash(7) {
		t.Error("integers of two widths")
	}
	if HashText([]byte("ab  ")) != HashText([]byte("ab")) || HashText([]byte("ab")) == HashText([]byte("ab\x00")) {
		t.Error("blanks")
	}
	seen := map[uint64]int{}
	for n := range 3000 {
		seen[HashText([]byte(strings.Repeat("x", n)))]++
	}
	if len(seen) != 3000 {
		t.Errorf("%d hashes of 3000 strings", len(seen))
	}
}

// Proves that a value's hash is that of the column's class it is stored in, and one for what is equal.
func TestHashValue(t *testing.T) {
	for _, c := range []struct {
		class types.Phys
		value types.Datum
		want  uint64
	}{
		{types.I32, types.NullDatum, 0},
		{types.I16, types.Int(-5), Hash(^uint64(4))},
		{types.I128, types.Int(-5), Hash(^uint64(4))},
		{types.I128, types.Int128(7, 5), HashWide(7, 5)},
		{types.F64, types.Float(math.Copysign(0, -1)), HashValue(types.F64, types.Float(0))},
		{types.F32, types.Float(1.5), HashValue(types.F64, types.Float(1.5))},
		{types.Str, types.String("ab  "), HashText([]byte("ab"))},
	} {
		if got := HashValue(c.class, c.value); got != c.want {
			t.Errorf("%v of class %v: %x, not %x", c.value, c.class, got, c.want)
		}
	}
}

// What is damaged is refused, and never more is read than there is.
func FuzzMergeEncoded(f *testing.F) {
	var s Sketch
	for i := range 100 {
		s.Add(Hash(uint64(i)))
	}
	f.Add(s.Append(nil))
	f.Add([]byte{all})
	f.Add([]byte{few, 255, 255, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Sketch
		if s.MergeEncoded(data) == nil {
			if n := s.Estimate(); n < 0 || math.IsNaN(n) {
				t.Errorf("%v values", n)
			}
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	var s Sketch
	for i := range b.N {
		s.Add(Hash(uint64(i)))
	}
}

func BenchmarkAddText(b *testing.B) {
	var s Sketch
	text := []byte("a comment of forty bytes or even more")
	for i := range b.N {
		text[0] = byte(i)
		s.Add(HashText(text))
	}
}
