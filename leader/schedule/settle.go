package schedule

import (
	"context"
	"time"
)

// A query whose rows are all here has nothing left to lose with a node. So that
// small results seldom end halfway, the reader waits a moment for their end before it takes the
// first row: the client has read nothing until then, and the query can be run again.
const (
	settleWait = 10 * time.Millisecond
	settleRows = 4096 // more are no small result
)

// complete reports whether everything that the nodes return is here. Called with mu held.
func (r *Returns) complete() bool {
	if len(r.nodes) > 0 {
		return false
	}
	for _, run := range r.runs {
		if !run.ended {
			return false
		}
	}
	return true
}

// settle waits for the first rows, then a moment for the last ones, unless as many as are
// wanted are here.
func (r *Returns) settle(ctx context.Context, want int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	late := false
	if r.wait(ctx, func() bool { return len(r.ready) > 0 || r.complete() }) != nil {
		return
	}
	t := time.AfterFunc(settleWait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		late = true
		r.cond.Broadcast()
	})
	defer t.Stop()
	_ = r.wait(ctx, func() bool {
		rows := int64(0)
		for _, run := range r.runs {
			for _, c := range run.queue {
				rows += int64(c.Rows())
			}
		}
		return late || rows >= min(want, settleRows) || r.complete()
	})
}

// harmless reports whether a loss takes nothing away: all that the query returns, or
// writes, is here.
func (r *run) harmless(err error) bool {
	if !Lost(err) {
		return false
	}
	r.mu.Lock()
	gathered := r.gathered
	r.mu.Unlock()
	if gathered || r.env.Insert != nil {
		return gathered
	}
	r.returns.mu.Lock()
	defer r.returns.mu.Unlock()
	return r.returns.complete()
}
