package member

import (
	"context"
	"log/slog"
	"sync"

	"slipher/catalog/replica"
	"slipher/node/wire"
)

// Members is this leader among the others.
type Members struct {
	o       Options
	mux     *wire.Mux        // nil: this leader has no address for others
	replica *replica.Replica // when opened is closed
	opened  chan struct{}    // peers may call before

	changing sync.Mutex // held while the active leader changes membership

	noting sync.Mutex
	noted  string // the cluster's id that is in the directory; guarded by noting
}

// Options say who this leader is, and whom to tell.
type Options struct {
	ID      string
	Dir     string   // of the data
	Join    []string // cluster addresses of leaders
	SQLAddr string   // where clients connect
	Log     *slog.Logger
	// Active reports whether this leader is the active one and serves.
	Active func() bool
	// Serves is told that clients can be served, here or by passing them on.
	Serves func()
	// Moved is told that another leader is the active one now.
	Moved func(id string)
	// Fail is told why this leader cannot go on.
	Fail func(error)
	// CheckStorage refuses the cluster's storage if this leader was told of another.
	CheckStorage func(url string) error
}

// New makes what Listen and Open complete.
func New(o Options) *Members { return &Members{o: o, opened: make(chan struct{})} }

// Listen is where other leaders connect, from now on.
func (m *Members) Listen(mux *wire.Mux) { m.mux = mux }

// Open says that the catalog is open. Once.
func (m *Members) Open(r *replica.Replica) {
	m.replica = r
	close(m.opened)
}

// Handler serves the messages of leaders, and hands all others to next.
func (m *Members) Handler(next wire.Handler) wire.Handler { return handler{next, m} }

// handler serves what other processes send to this one: leaders' messages itself.
type handler struct {
	wire.Handler
	m *Members
}

// Call implements wire.Handler.
func (h handler) Call(ctx context.Context, from wire.Conn, msg wire.Message) (wire.Message, error) {
	select {
	case <-h.m.opened:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	switch msg := msg.(type) {
	case *wire.Join:
		return h.m.joined(ctx, from, msg)
	case *wire.AskRaft:
		return h.m.raftStatus(), nil
	}
	return h.Handler.Call(ctx, from, msg)
}
