//go:build !invariants

package offheap

// extent is what a View knows of its length: nothing.
type extent struct{}

func extentOf(int) extent         { return extent{} }
func (extent) rest(int64) extent  { return extent{} }
func (extent) check(off, n int64) {}
