package state

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
)

// Sets of row positions travel as roaring bitmaps in the portable format. The ones
// the catalog keeps are canonical: every container in its smallest form, so that
// equal sets are equal bytes, whoever made them and in whatever steps.

// readRows reads a set of positions that may come from anywhere. It borrows data.
func readRows(data []byte) (*roaring.Bitmap, error) {
	b := roaring.New()
	if len(data) == 0 {
		return b, nil
	}
	n, err := b.FromBuffer(data)
	if err != nil {
		return nil, fmt.Errorf("set of rows: %w", err)
	}
	if n != int64(len(data)) {
		return nil, fmt.Errorf("set of rows: %d bytes too many", int64(len(data))-n)
	}
	if b.IsEmpty() {
		return roaring.New(), nil
	}
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("set of rows: %w", err)
	}
	return b, nil
}

// writeRows is b's canonical form, nil for no rows. b is changed in form only.
func writeRows(b *roaring.Bitmap) ([]byte, error) {
	if b.IsEmpty() {
		return nil, nil
	}
	b.RunOptimize()
	return b.ToBytes()
}

// Union is the rows of a or b or both in canonical form, and how many they are.
// nil is no rows. Bytes that are no bitmap count as no rows: callers that take
// bytes from elsewhere check them with Rows first.
func Union(a, b []byte) ([]byte, int64) {
	x, err := readRows(a)
	if err != nil {
		x = roaring.New()
	}
	y, err := readRows(b)
	if err != nil {
		y = roaring.New()
	}
	sum := roaring.Or(x, y)
	out, err := writeRows(sum)
	if err != nil {
		return nil, 0
	}
	return out, int64(sum.GetCardinality())
}

// Rows is how many positions a set holds. It fails if the bytes are no bitmap.
func Rows(set []byte) (int64, error) {
	b, err := readRows(set)
	if err != nil {
		return 0, err
	}
	return int64(b.GetCardinality()), nil
}
