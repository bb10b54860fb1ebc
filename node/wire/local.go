package wire

import (
	"context"
	"fmt"
	"sync"
)

// Local connects the parts of one process: Go values are handed over. Its
// Conn finds parts by id and asks next for all others.
type Local struct {
	mu    sync.Mutex
	next  Peers            // nil: only this process; guarded by mu
	parts map[string]*part // guarded by mu
	fence *fence           // the Mux's, if there is one; guarded by mu
}

type part struct {
	id      string
	handler Handler
	done    chan struct{}
}

// NewLocal makes the switchboard of a process.
func NewLocal() *Local {
	l := &Local{parts: map[string]*part{}, fence: &fence{}}
	l.fence.join(l.tell)
	return l
}

// SetNext says who finds other processes. Terms are the Mux's from then on.
func (l *Local) SetNext(p Peers) {
	l.mu.Lock()
	l.next = p
	before := l.fence
	m, ok := p.(*Mux)
	if ok {
		l.fence = m.fence
	}
	l.mu.Unlock()
	if ok {
		m.fence.see(before.seen.Load())
		m.fence.join(l.tell)
	}
}

// Term is the highest leader term that this process has seen.
func (l *Local) Term() uint64 { return l.terms().seen.Load() }

// SetTerm notes a term that was learned otherwise: a leader's own. It never goes back.
func (l *Local) SetTerm(term uint64) { l.terms().see(term) }

func (l *Local) terms() *fence {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fence
}

// tell passes a new term on to the parts.
func (l *Local) tell(term uint64) {
	l.mu.Lock()
	parts := make([]*part, 0, len(l.parts))
	for _, p := range l.parts {
		parts = append(parts, p)
	}
	l.mu.Unlock()
	for _, p := range parts {
		if f, ok := p.handler.(Fenced); ok {
			f.Fence(term)
		}
	}
}

// Attach makes a part reachable under id.
func (l *Local) Attach(id string, h Handler) {
	l.mu.Lock()
	l.parts[id] = &part{id: id, handler: h, done: make(chan struct{})}
	term := l.fence.seen.Load()
	l.mu.Unlock()
	if f, ok := h.(Fenced); ok && term > 0 {
		f.Fence(term)
	}
}

// Detach takes a part away: its links are lost.
func (l *Local) Detach(id string) {
	l.mu.Lock()
	p := l.parts[id]
	delete(l.parts, id)
	others := make([]*part, 0, len(l.parts))
	for _, o := range l.parts {
		others = append(others, o)
	}
	l.mu.Unlock()
	if p == nil {
		return
	}
	close(p.done)
	for _, o := range others {
		o.handler.Gone(&localConn{l: l, from: o, to: p})
	}
}

// As gives the view of part id: what it sends comes from there.
func (l *Local) As(id string) Peers { return localView{l, id} }

type localView struct {
	l  *Local
	id string
}

func (v localView) Conn(ctx context.Context, id, addr string) (Conn, error) {
	v.l.mu.Lock()
	to, from, next := v.l.parts[id], v.l.parts[v.id], v.l.next
	v.l.mu.Unlock()
	if to != nil && from != nil {
		return &localConn{l: v.l, from: from, to: to}, nil
	}
	if next != nil {
		return next.Conn(ctx, id, addr)
	}
	return nil, fmt.Errorf("no link to %s", id)
}

type localConn struct {
	l        *Local
	from, to *part
}

func (c *localConn) Peer() string          { return c.to.id }
func (c *localConn) Local() bool           { return true }
func (c *localConn) Done() <-chan struct{} { return c.to.done }

func (c *localConn) Call(ctx context.Context, req Message) (Message, error) {
	return c.callAt(ctx, c.l.terms().term(req), req)
}

func (c *localConn) callAt(ctx context.Context, term uint64, req Message) (Message, error) {
	terms := c.l.terms()
	terms.see(term)
	if err := terms.check(req, term); err != nil {
		return nil, FromError(err)
	}
	select {
	case <-c.to.done:
		return nil, ErrLinkLost
	default:
	}
	type answer struct {
		m   Message
		err error
	}
	// The handler may outlive the caller's patience, as it may across a network.
	got := make(chan answer, 1)
	go func() {
		m, err := c.to.handler.Call(ctx, c.back(), req)
		got <- answer{m, err}
	}()
	select {
	case a := <-got:
		if a.err != nil {
			return nil, FromError(a.err)
		}
		return a.m, nil
	case <-c.to.done:
		return nil, ErrLinkLost
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *localConn) Send(d *Data) error {
	select {
	case <-c.to.done:
		d.Free()
		return ErrLinkLost
	default:
	}
	c.to.handler.Data(c.back(), d)
	return nil
}

func (c *localConn) back() *localConn { return &localConn{l: c.l, from: c.to, to: c.from} }

// Free releases the rows of a message that nobody will take.
func (d *Data) Free() {
	if d.Batch != nil {
		d.Batch.Free()
		d.Batch = nil
	}
}
