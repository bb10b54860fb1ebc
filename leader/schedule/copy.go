package schedule

import (
	"context"
	"errors"
	"io"
	"sync"

	"slipher/node/wire"
	"slipher/runtime/program"
)

// Copy is COPY's input.
type Copy struct {
	// Next gives the next batch of whole records; io.EOF at the end.
	Next func(ctx context.Context) (Batch, error)
	Text wire.Text // format, for the nodes
}

// Batch is a run of whole records of one file.
type Batch struct {
	File  string
	Line  int64 // of the first record, from 1
	Bytes []byte
}

// textCredits is how many batches a node may have that it has not split yet.
const textCredits = 3

// feeder deals batches of text to the nodes, to whoever has credit, in turn.
type feeder struct {
	mu      sync.Mutex
	cond    *sync.Cond
	nodes   []string
	credits map[string]int // guarded by mu
	turn    int
}

// grantText gives a node's credit back.
func (r *run) grantText(node string, n int) {
	r.mu.Lock()
	f := r.text
	r.mu.Unlock()
	if f == nil {
		return
	}
	f.mu.Lock()
	f.credits[node] += n
	f.cond.Broadcast()
	f.mu.Unlock()
}

// pick waits for a node with credit and takes one.
func (f *feeder) pick(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.cond.Broadcast()
	})
	defer stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		for i := range f.nodes {
			id := f.nodes[(f.turn+i)%len(f.nodes)]
			if f.credits[id] > 0 {
				f.credits[id]--
				f.turn = (f.turn + i + 1) % len(f.nodes)
				return id, nil
			}
		}
		f.cond.Wait()
	}
}

// feed sends COPY's text if the stream reads it. The function returned waits for the end.
func (r *run) feed(stream int) func() error {
	var to []string
	for _, id := range r.q.Streams[stream] {
		if s := r.q.Segments[id]; s.Source.Kind == program.SourceText {
			to = r.a.hosts(s)
		}
	}
	if to == nil || r.env.Copy == nil {
		return func() error { return nil }
	}
	f := &feeder{nodes: to, credits: map[string]int{}}
	f.cond = sync.NewCond(&f.mu)
	credits := textCredits
	if c := r.env.Options.Credits; c > 0 {
		credits = min(c, textCredits)
	}
	for _, id := range to {
		f.credits[id] = credits
	}
	r.mu.Lock()
	r.text = f
	r.mu.Unlock()
	done := make(chan error, 1)
	go func() {
		err := r.feedAll(f)
		if err != nil {
			r.fail(err)
		}
		done <- err
	}()
	return func() error { return <-done }
}

func (r *run) feedAll(f *feeder) error {
	for {
		b, err := r.env.Copy.Next(r.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		id, err := f.pick(r.ctx)
		if err != nil {
			return err
		}
		d := &wire.Data{Query: r.id, Exch: wire.TextExchange, Kind: wire.DataText, N: b.Line, Name: b.File, Body: b.Bytes}
		if err := r.a.conns[id].Send(d); err != nil {
			return wire.SendError(id, err)
		}
	}
	for _, id := range f.nodes {
		if err := r.a.conns[id].Send(&wire.Data{Query: r.id, Exch: wire.TextExchange, Kind: wire.DataEnd}); err != nil {
			return wire.Lost(id)
		}
	}
	return nil
}
