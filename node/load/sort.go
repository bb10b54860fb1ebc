package load

import (
	"bytes"
	"cmp"
	"math"
	"math/bits"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// keyed is a row and (a prefix of) its sort key as a number.
type keyed struct {
	key uint64
	row uint32
}

// sortBytes is what order takes a row: two arrays of keyed, and the result.
const sortBytes = 2*16 + 4

// order returns the buffered rows in the order they are to be stored: by the
// sort key if there is one, else as they came. NULLs come last. 57014 if the writer's context ends.
func (w *Writer) order() ([]uint32, error) {
	n := w.rows
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	if len(w.target.SortKey) == 0 || n < 2 || w.target.SortStyle == state.SortNone ||
		w.target.SortStyle == state.SortAuto {
		return rows, nil
	}
	ks := make([]keyed, n)
	if w.target.SortStyle == state.SortInterleaved {
		w.zOrder(ks)
	} else {
		c := &w.cols[w.target.SortKey[0]]
		for i := range ks {
			if i%(1<<14) == 0 && w.canceled() {
				break
			}
			ks[i] = keyed{c.prefix(uint32(i)), uint32(i)}
		}
	}
	ks = radixSort(ks, w.canceled)
	if w.target.SortStyle == state.SortCompound {
		w.breakTies(ks)
	}
	if err := w.wanted(); err != nil {
		return nil, err
	}
	for i, k := range ks {
		rows[i] = k.row
	}
	return rows, nil
}

// canceled reports whether nobody wants what is written any more. Sorting a million rows asks it every few
// milliseconds and then leaves them in any order.
func (w *Writer) canceled() bool { return w.ctx.Err() != nil }

// wanted is 57014 when the writer's context has ended.
func (w *Writer) wanted() error {
	if err := w.ctx.Err(); err != nil {
		return sqlerr.Wrap(err, sqlerr.QueryCanceled)
	}
	return nil
}

// breakTies sorts rows whose prefixes are equal by the whole key.
func (w *Writer) breakTies(ks []keyed) {
	first := &w.cols[w.target.SortKey[0]]
	if len(w.target.SortKey) == 1 && first.exactPrefix() {
		return
	}
	compared, over := 0, false
	for i := 0; i < len(ks) && !over; {
		j := i + 1
		for j < len(ks) && ks[j].key == ks[i].key {
			j++
		}
		if j-i > 1 {
			slices.SortStableFunc(ks[i:j], func(a, b keyed) int {
				if compared++; compared%1024 == 0 && w.canceled() {
					over = true
				}
				if over {
					return 0
				}
				for _, k := range w.target.SortKey {
					if c := w.cols[k].compare(a.row, b.row); c != 0 {
						return c
					}
				}
				return 0
			})
		}
		i = j
	}
}

// exactPrefix reports whether prefix tells all values apart.
func (c *column) exactPrefix() bool {
	return c.phys != types.Str && c.phys != types.I128 && c.nulls.len == 0
}

// prefix is a number that orders rows as compare does, as far as it goes.
func (c *column) prefix(row uint32) uint64 {
	if c.null(row) {
		return math.MaxUint64
	}
	switch c.phys {
	case types.Str:
		s := trimBlanks(c.str(row))
		k := uint64(0)
		for i := 0; i < 8; i++ {
			k <<= 8
			if i < len(s) {
				k |= uint64(s[i])
			}
		}
		return k
	case types.I128:
		hi, _ := c.wide(row)
		return uint64(hi) ^ 1<<63
	case types.F32, types.F64:
		return uint64(types.FloatOrder(c.float(row))) ^ 1<<63
	}
	return uint64(c.word(row)) ^ 1<<63
}

// compare orders two rows as SQL does, NULL last.
func (c *column) compare(a, b uint32) int {
	if na, nb := c.null(a), c.null(b); na || nb {
		switch {
		case na && nb:
			return 0
		case na:
			return 1
		}
		return -1
	}
	switch c.phys {
	case types.Str:
		return bytes.Compare(trimBlanks(c.str(a)), trimBlanks(c.str(b)))
	case types.I128:
		ah, al := c.wide(a)
		bh, bl := c.wide(b)
		if ah != bh {
			return cmp.Compare(ah, bh)
		}
		return cmp.Compare(uint64(al), uint64(bl))
	}
	return cmp.Compare(c.prefix(a), c.prefix(b))
}

func trimBlanks(s []byte) []byte { return bytes.TrimRight(s, " ") }

func (c *column) float(row uint32) float64 {
	if c.phys == types.F32 {
		return float64(math.Float32frombits(uint32(c.word(row))))
	}
	return math.Float64frombits(uint64(c.word(row)))
}

// zOrder fills ks with keys that interleave the bits of the key's columns. Each
// column's range in this flush is spread over its share of the bits.
func (w *Writer) zOrder(ks []keyed) {
	cols := w.target.SortKey
	if len(cols) > 8 {
		cols = cols[:8] // Redshift allows eight
	}
	share := 64 / len(cols)
	for i := range ks {
		ks[i] = keyed{0, uint32(i)}
	}
	for k, col := range cols {
		c := &w.cols[col]
		lo, hi := uint64(math.MaxUint64), uint64(0)
		for i := range ks {
			p := c.prefix(uint32(i))
			lo, hi = min(lo, p), max(hi, p)
		}
		free := bits.LeadingZeros64(hi - lo)
		for i := range ks {
			if i%(1<<14) == 0 && w.canceled() {
				return
			}
			v := (c.prefix(uint32(i)) - lo) << free >> (64 - share)
			for b := 0; b < share; b++ {
				ks[i].key |= (v >> b & 1) << (b*len(cols) + len(cols) - 1 - k)
			}
		}
	}
}

// radixSort sorts by key, stably, a byte at a time; bytes all keys share cost one pass together. The
// result may be another slice than ks. It is not sorted if canceled, asked before each pass, says so.
func radixSort(ks []keyed, canceled func() bool) []keyed {
	var counts [8][256]uint32
	sorted := true
	for i, k := range ks {
		sorted = sorted && (i == 0 || ks[i-1].key <= k.key)
		for b := range counts {
			counts[b][byte(k.key>>(8*b))]++
		}
	}
	if sorted {
		return ks
	}
	tmp := make([]keyed, len(ks))
	for b := range counts {
		cnt, shift := &counts[b], 8*b
		if cnt[byte(ks[0].key>>shift)] == uint32(len(ks)) {
			continue
		}
		if canceled() {
			return ks
		}
		sum := uint32(0)
		for i, n := range cnt {
			cnt[i], sum = sum, sum+n
		}
		for _, k := range ks {
			d := byte(k.key >> shift)
			tmp[cnt[d]] = k
			cnt[d]++
		}
		ks, tmp = tmp, ks
	}
	return ks
}
