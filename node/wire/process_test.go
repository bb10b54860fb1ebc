package wire

import (
	"context"
	"testing"
)

// A link of a process that has been followed by another one of its id is not used for what the other one
// takes part in.
func TestConnTo(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	ma, mb := pair(t, a, b, "s", "s")
	ctx := context.Background()
	first, err := mb.Dial(ctx, ma.Addr())
	if err != nil {
		t.Fatal(err)
	}
	is := ProcessOf(first)
	if is == "" || is != ProcessOf(At(first, 3)) {
		t.Errorf("process %q, with a term %q", is, ProcessOf(At(first, 3)))
	}
	if c, err := ConnTo(ctx, mb, &Peer{ID: "a", Addr: ma.Addr(), Process: is}); err != nil || c != first {
		t.Errorf("%v, %v", c, err)
	}
	// Who takes part is another process than any that can be reached.
	if c, err := ConnTo(ctx, mb, &Peer{ID: "a", Addr: ma.Addr(), Process: "gone"}); err == nil {
		t.Errorf("%v", c)
	}
	<-first.Done()
	// The link of before is of the process before: it is given up, and another one made.
	mb.mu.Lock()
	var old *link
	for _, l := range mb.links {
		old = l
	}
	mb.mu.Unlock()
	if old != nil {
		<-old.Done()
	}
	stale, err := mb.Dial(ctx, ma.Addr())
	if err != nil {
		t.Fatal(err)
	}
	stale.(*link).process = "before"
	c, err := ConnTo(ctx, mb, &Peer{ID: "a", Addr: ma.Addr(), Process: is})
	if err != nil || ProcessOf(c) != is {
		t.Errorf("%v, %v", c, err)
	}
	<-stale.Done()
}
