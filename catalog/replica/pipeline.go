package replica

import (
	"sync"

	"github.com/hashicorp/raft"
)

// pipeline is raft's of entries to one follower, with an end. raft sends and takes answers in two goroutines. The one
// that takes them leaves at the first answer that refuses; the one that sends does not hear of that while it hands on
// the next message, and waits for a reader of answers that waits for the one that has left (raft 1.8.0,
// netPipeline). Such a follower got no entries any more, and raft's shutdown waited for the sender for ever.
// Here the pipeline is closed behind a refusal, so that sending fails and raft begins anew.
type pipeline struct {
	raft.AppendPipeline
	answers chan raft.AppendFuture
	closed  chan struct{}
	once    sync.Once
	wg      sync.WaitGroup
}

func newPipeline(p raft.AppendPipeline) *pipeline {
	n := &pipeline{AppendPipeline: p, answers: make(chan raft.AppendFuture), closed: make(chan struct{})}
	n.wg.Go(n.hand)
	return n
}

// hand hands answers on, the refusing one as the last.
func (n *pipeline) hand() {
	for {
		var f raft.AppendFuture
		select {
		case f = <-n.AppendPipeline.Consumer():
		case <-n.closed:
			return
		}
		// An error in place of an answer leaves it as it was: no success.
		last := !f.Response().Success || f.Response().Term > f.Request().Term
		if last {
			_ = n.AppendPipeline.Close()
		}
		select {
		case n.answers <- f:
		case <-n.closed:
			return
		}
		if last {
			return
		}
	}
}

// Consumer implements raft.AppendPipeline.
func (n *pipeline) Consumer() <-chan raft.AppendFuture { return n.answers }

// Close implements raft.AppendPipeline.
func (n *pipeline) Close() error {
	n.once.Do(func() { close(n.closed) })
	err := n.AppendPipeline.Close()
	n.wg.Wait()
	return err
}
