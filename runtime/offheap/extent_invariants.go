//go:build invariants

package offheap

import "fmt"

// extent is what a View knows of its length, in bytes.
type extent struct{ n int64 }

func extentOf(n int) extent            { return extent{int64(n)} }
func (e extent) rest(off int64) extent { return extent{e.n - off} }

func (e extent) check(off, n int64) {
	if off < 0 || n < 0 || off > e.n-n {
		panic(fmt.Sprintf("BUG: bytes [%d, %d) of %d", off, off+n, e.n))
	}
}
