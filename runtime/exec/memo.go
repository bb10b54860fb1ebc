package exec

import (
	"math/bits"

	"slipher/catalog/types"
	"slipher/runtime/offheap"
)

// memo remembers which rows of a vector have which operands, so that a host function, which is dear, runs once for
// equal ones: columns of few values repeat them, and constants are vectors, too. It is exact: operands are compared bit
// by bit (short strings are in their words, long ones are equal here only where they lie at one place).
type memo struct {
	rows [memoSize]int32 // 1 + the last row with the operands of the slot; 0: none
	keys [memoSize][memoWords]uint64

	looked, found int // in this vector
	rest          int // vectors for which it is not asked
	pause         int // the last rest
}

const (
	memoBits  = 8
	memoSize  = 1 << memoBits
	memoWords = 7 // three strings, and which operands are NULL
	// After memoTrial rows of a vector one in eight must have been found. Else it is not asked for the rest of the
	// vector and for some of the next ones, up to memoPause.
	memoTrial = 128
	memoPause = 64
)

// memoOf is the memo of host call k for the next vector, nil: none.
func (in *Instance) memoOf(k int) *memo {
	h := &in.cur.v.seg.Hosts[k]
	words := 1
	for _, p := range h.InP {
		words += wordsOf(p)
	}
	if words > memoWords {
		return nil
	}
	for len(in.memos) <= k {
		in.memos = append(in.memos, nil)
	}
	if in.memos[k] == nil {
		in.memos[k] = &memo{}
	}
	m := in.memos[k]
	if m.rest > 0 {
		m.rest--
		return nil
	}
	clear(m.rows[:])
	m.looked, m.found = 0, 0
	return m
}

func wordsOf(p types.Phys) int { return (p.Width() + 7) / 8 }

// pays reports whether enough is found.
func (m *memo) pays() bool {
	switch {
	case m.looked != memoTrial:
	case 8*m.found < m.looked:
		m.pause = min(2*m.pause+1, memoPause)
		m.rest = m.pause
		return false
	default:
		m.pause = 0
	}
	return true
}

// row is an earlier row of the vector with the operands of this one, -1 if none is known. This one is remembered.
func (m *memo) row(c *hostCall, row int) int {
	var key [memoWords]uint64
	at := 1
	for i, p := range c.h.InP {
		n := wordsOf(p)
		if c.Null(i, row) { // there is garbage
			key[0] |= 1 << i
		} else if off := c.arg(i, row); n == 1 {
			key[at] = wordAt(c.view, off, p)
		} else {
			key[at], key[at+1] = offheap.At[uint64](c.view, off), offheap.At[uint64](c.view, off+8)
		}
		at += n
	}
	h := key[0]
	for _, w := range key[1:at] {
		hi, lo := bits.Mul64(h^w^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
		h = hi ^ lo
	}
	slot := h >> (64 - memoBits)
	last := int(m.rows[slot]) - 1
	m.looked++
	if last >= 0 && m.keys[slot] == key {
		m.found++
		return last
	}
	m.rows[slot], m.keys[slot] = int32(row)+1, key
	return -1
}

// wordAt is a value of up to 8 bytes.
func wordAt(v offheap.View, off int64, p types.Phys) uint64 {
	switch p.Width() {
	case 1:
		return uint64(offheap.At[uint8](v, off))
	case 2:
		return uint64(offheap.At[uint16](v, off))
	case 4:
		return uint64(offheap.At[uint32](v, off))
	}
	return offheap.At[uint64](v, off)
}

// copyRow gives a row the result of another one of the vector.
func (c *hostCall) copyRow(row, from int) {
	n := c.h.OutP.Width()
	copy(c.view.Bytes(c.out(row), n), c.view.Bytes(c.out(from), n))
	offheap.Set(c.view, c.h.OutNull+int64(row), offheap.At[byte](c.view, c.h.OutNull+int64(from)))
}
