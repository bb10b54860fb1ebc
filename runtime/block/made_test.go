package block

import (
	"testing"

	"slipher/catalog/types"
)

// Made blocks decode to what was asked for, whole and in vectors that start anywhere in a section.
func TestMadeBlocks(t *testing.T) {
	for _, rows := range []int{0, 1, 1000, 1024, 1025, 5000, MaxRowGroupRows} {
		dead := map[int]bool{}
		for _, r := range []int{0, 1, 1023, 1025, 3000, 4999, MaxRowGroupRows - 1} {
			if r < rows {
				dead[r] = true
			}
		}
		bits := make([]uint64, (rows+63)/64)
		for r := range dead {
			bits[r/64] |= 1 << (r % 64)
		}
		const first = 7<<32 | 131072
		vals := make([]int64, rows)
		for i := range vals {
			vals[i] = int64(i*i) - 9
		}
		count, err1 := CountBlock(rows, first)
		live, err2 := LiveBlock(rows, bits)
		ones, err3 := LiveBlock(rows, nil)
		ints, err4 := Int64Block(vals)
		if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
			t.Fatal(err1, err2, err3, err4)
		}
		for _, step := range []int{1024, 128, 1} {
			c, l, o, v := count.read(types.TInt8, 0, rows, step), live.read(types.TBool, 0, rows, step),
				ones.read(types.TBool, 0, rows, step), ints.read(types.TInt8, 0, rows, step)
			for r := range rows {
				if c[r].Lo != first+int64(r) || l[r].Lo != 1 == !dead[r] || o[r].Lo != 1 || v[r].Lo != vals[r] || c[r].Null ||
					l[r].Null {
					t.Fatalf("row %d of %d: %v %v %v %v", r, rows, c[r], l[r], o[r], v[r])
				}
			}
		}
		if rows > 0 && (!live.SectionMayMatch(0, "=", types.Int(0)) || !count.SectionMayMatch(0, "<", types.Int(0))) {
			t.Error("a made block's zone map rules something out")
		}
		for _, b := range []*Block{count, live, ones, ints} {
			b.Close()
		}
	}
}
