package exec

import (
	"sync/atomic"

	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/offheap"
)

// Generated code looks at its instance's stop word before every loop and comes back when it is set; it
// does not know why. What the word was set for is noted first, the word comes second; who comes back
// clears the word first and looks for the reason second: no reason is missed.

// stopWord lies behind the counters.
func (in *Instance) stopWord() offheap.View {
	n := len(in.q.segs[in.seg][1].seg.Counters)
	return in.small.View().From(abi.ArenaSize + 8*int64(n)) // init allocates 64 bytes more
}

// setStop sets the stop word. Generated code reads it meanwhile.
func (in *Instance) setStop(v int32) { atomic.StoreInt32(offheap.Word[int32](in.stopWord(), 0), v) }

// setCancelWord puts the address of the query's cancel word behind the stop word: long kernels look at it.
func (in *Instance) setCancelWord() {
	in.stopWord().SetView(8, in.q.shared.View())
}

// stop makes the instance's code come back. Called with q.mu held, which keeps the word's memory.
func (in *Instance) stop() {
	if !in.small.View().Nowhere() {
		in.setStop(1)
	}
}

// Yield makes a Run under way return Yielded soon, at the latest after one loop over one
// vector. It may be called at any time, by anybody.
func (in *Instance) Yield() {
	in.q.mu.Lock()
	defer in.q.mu.Unlock()
	in.stop()
}

// Enough reports whether the instance wants no more input: a LIMIT is met, or its segment was told
// so. Finish is all that is left to do with it.
func (in *Instance) Enough() bool { return in.enough.Load() }

// Cancel makes all work on the query end soon with 57014. Behind Close it does nothing.
func (q *Query) Cancel() {
	q.canceled.Store(true)
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.shared.View().Nowhere() {
		atomic.StoreInt32(q.cancelWord(), 1)
	}
	for _, in := range q.insts {
		in.stop()
	}
}

// StopSegment ends the input of all instances of a segment, without an error: nobody wants its rows.
func (q *Query) StopSegment(seg int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough[seg] = true
	for _, in := range q.insts {
		if in.seg == seg {
			in.enough.Store(true)
			in.stop()
		}
	}
}

// stopped looks why generated code came back. False: only for the others' sake.
func (in *Instance) stopped() (over bool, err error) {
	in.setStop(0)
	if in.q.canceled.Load() {
		return true, canceled()
	}
	return in.enough.Load(), nil
}

func canceled() error {
	return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
}
