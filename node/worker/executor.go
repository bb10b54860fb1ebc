package worker

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// Config is what an executor works with. Storage is nil on a leader, whose
// queries read no table.
type Config struct {
	ID        string
	Workers   int
	Engine    Engine
	Artifacts Artifacts // nil: only programs and code of this process
	Storage   *Storage
	Crumbs    Breadcrumbs // nil: none are kept
	Peers     wire.Peers
	Log       *slog.Logger
}

// Executor runs queries' segments on one node. It implements wire.Handler for
// the messages of queries.
type Executor struct {
	cfg   Config
	sched *Scheduler

	mu      sync.Mutex
	queries map[uint64]*query // guarded by mu
	term    uint64            // queries of lower ones have ended; guarded by mu
	code    *codeCache
	closed  bool
	ending  sync.WaitGroup // ends of queries nobody waits for
}

// New starts an executor's workers.
func New(cfg Config) *Executor {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Workers = max(cfg.Workers, 1)
	return &Executor{cfg: cfg, sched: NewScheduler(cfg.Workers), queries: map[uint64]*query{},
		code: newCodeCache(cfg.Artifacts)}
}

// Call implements wire.Handler.
func (e *Executor) Call(ctx context.Context, from wire.Conn, m wire.Message) (wire.Message, error) {
	switch m := m.(type) {
	case *wire.Ping:
		return &wire.OK{}, nil
	case *wire.StartQuery:
		return &wire.OK{}, e.start(ctx, from, m)
	case *wire.RunStream:
		q := e.find(m.Query)
		if q == nil {
			return nil, unknown(m.Query)
		}
		return q.run(ctx, m), nil
	case *wire.FusedCode:
		return e.fused(m)
	case *wire.Cancel:
		if q := e.find(m.Query); q != nil && q.leader.Peer() == from.Peer() {
			var why error = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
			if m.Error != nil {
				why = m.Error
			}
			q.stop(why)
		}
		return &wire.OK{}, nil
	case *wire.EndQuery:
		if q := e.find(m.Query); q == nil || q.leader.Peer() != from.Peer() {
			return &wire.OK{}, nil
		}
		return &wire.OK{}, e.end(m.Query)
	}
	return nil, sqlerr.New(sqlerr.ProtocolViolation, "unexpected message %T", m)
}

func unknown(id uint64) error {
	return sqlerr.New(sqlerr.ProtocolViolation, "query %d is not known here", id)
}

func (e *Executor) find(id uint64) *query {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.queries[id]
}

func (e *Executor) start(ctx context.Context, from wire.Conn, m *wire.StartQuery) error {
	q, err := newQuery(ctx, e, from, m)
	if err != nil {
		return err
	}
	for i := range m.Segments {
		s := &m.Segments[i]
		for _, f := range []struct {
			env     []byte
			special bool
		}{{s.FusedGeneral, false}, {s.FusedSpecial, true}} {
			if len(f.env) == 0 {
				continue
			}
			if err := q.setFused(i, f.special, f.env, nil); err != nil { // primitives do as well
				e.cfg.Log.Warn("fused code refused", "query", m.Query, "segment", i, "err", err)
			}
		}
	}
	e.mu.Lock()
	_, taken := e.queries[m.Query]
	switch {
	case m.Term < e.term:
		err = wire.ErrFenced(m.Term, e.term)
	case taken || e.closed:
		err = sqlerr.New(sqlerr.ProtocolViolation, "query %d cannot start here", m.Query)
	default:
		e.queries[m.Query] = q
	}
	e.mu.Unlock()
	if err != nil {
		q.stop(errAbandoned)
		_ = q.end()
		return err
	}
	select {
	case <-from.Done(): // Gone may have looked for its queries before
		_ = e.end(m.Query)
		return wire.ErrLinkLost
	default:
	}
	return fault.Point("worker.started")
}

// Fence implements wire.Fenced: queries of deposed leaders end. What they have
// written belongs to no table.
func (e *Executor) Fence(term uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.term = max(e.term, term)
	for id, q := range e.queries {
		switch why := wire.ErrFenced(q.start.Term, e.term); {
		case q.start.Term >= e.term:
		case q.leader.Local(): // it ends the query itself, when it has given back the rows that are ours
			q.fail(why)
		default:
			e.abandon(id, q, why)
		}
	}
}

// abandon ends a query for which no EndQuery will come, without waiting. Called with mu held.
func (e *Executor) abandon(id uint64, q *query, why error) {
	if e.closed {
		return // Close ends it
	}
	e.ending.Add(1)
	go func() {
		defer e.ending.Done()
		q.fail(why)
		if err := e.end(id); err != nil {
			e.cfg.Log.Error("query left memory behind", "query", id, "err", err)
		}
	}()
}

var errAbandoned = sqlerr.New(sqlerr.QueryCanceled, "the query has ended")

func (e *Executor) end(id uint64) error {
	e.mu.Lock()
	q := e.queries[id]
	delete(e.queries, id)
	e.mu.Unlock()
	if q == nil {
		return nil
	}
	q.stop(errAbandoned)
	return q.end()
}

// fused installs better code. Code that cannot be used is not an error of the query.
func (e *Executor) fused(m *wire.FusedCode) (wire.Message, error) {
	q := e.find(m.Query)
	if q == nil || m.Segment < 0 || m.Segment >= len(q.start.Segments) {
		return &wire.FusedReply{}, nil
	}
	if !m.Failed {
		if len(m.Object) > 0 {
			if h := sha256.Sum256(m.Object); string(h[:]) != string(m.Hash) {
				return nil, sqlerr.New(sqlerr.ProtocolViolation, "the artifact is not what its hash says")
			}
		}
		switch err := q.setFused(m.Segment, m.Special, m.Object, m.Hash); {
		case errors.Is(err, errNotHere):
			return &wire.FusedReply{NeedObject: true}, nil
		case err != nil:
			e.cfg.Log.Warn("fused code refused", "query", m.Query, "segment", m.Segment, "err", err)
		}
	}
	if !m.Special || m.Failed {
		q.release(m.Segment)
	}
	return &wire.FusedReply{}, nil
}

// setFused hands code (an envelope, or the hash of one that is here) to the
// engine, unless the query is being taken apart. Until its end the query holds the code.
func (q *query) setFused(seg int, special bool, env, hash []byte) error {
	p := q.codes[seg].General
	if special {
		p = q.codes[seg].Special
	}
	l, err := q.ex.code.acquire(env, hash)
	if err != nil {
		return err
	}
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	switch {
	case p == nil || p.Hash != l.Program:
		err = fmt.Errorf("it was made from program %s", l.Program)
	case q.err == nil:
		q.x.SetFused(seg, special, l.Fn)
		q.held = append(q.held, l)
		return nil
	}
	q.ex.code.release(l)
	return err
}

// release lets a segment run that waited for fused code. The leader sends the general variant last.
func (q *query) release(seg int) {
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	for _, g := range q.segs {
		if g.id == seg {
			g.held = false
		}
	}
	q.ex.sched.cond.Broadcast()
}

// Data implements wire.Handler.
func (e *Executor) Data(from wire.Conn, d *wire.Data) {
	q := e.find(d.Query)
	if q == nil {
		d.Free() // a query that has ended
		return
	}
	switch {
	case d.Kind == wire.DataTurn:
		if err := q.heard(from.Peer(), d); err != nil {
			q.fail(err)
		}
		return // it has woken who waits for it
	case d.Kind == wire.DataSieve:
		if err := q.hearKeys(from.Peer(), d.Exch, d.Body); err != nil {
			q.fail(err)
		}
		return // likewise
	case d.Kind == wire.DataCredit && d.Exch == wire.ReturnExchange:
		e.sched.mu.Lock()
		if q.ret != nil {
			q.ret.Grant(d.Dest, int(d.N), d.Turn)
		}
		e.sched.mu.Unlock()
	case d.Kind == wire.DataCredit:
		if o := q.out[d.Exch]; o != nil {
			o.Grant(d.Dest, int(d.N), d.Turn)
		}
	case d.Kind == wire.DataEnough:
		e.sched.mu.Lock()
		o := q.boxOf(d.Exch)
		e.sched.mu.Unlock()
		if o != nil && o.Enough(d.Dest, d.Turn) {
			q.unwanted(d.Exch)
		}
	case d.Exch == wire.TextExchange && q.text != nil:
		e.sched.mu.Lock()
		if q.err == nil {
			if err := q.text.put(d); err != nil {
				q.failLocked(err, -1)
			}
		}
		e.sched.mu.Unlock()
	default:
		b := q.in[d.Exch]
		if b == nil {
			d.Free()
			q.fail(sqlerr.New(sqlerr.ProtocolViolation, "unexpected data for exchange %d from %s", d.Exch, from.Peer()))
			return
		}
		if err := b.Put(from, d); err != nil {
			q.fail(err)
		}
	}
	e.sched.Wake()
}

// Gone implements wire.Handler: queries with a lost peer fail. If it was the
// leader's link by which a query came, nobody will send EndQuery.
func (e *Executor) Gone(peer wire.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, q := range e.queries {
		_, takesPart := q.peers[peer.Peer()]
		switch {
		case q.leader.Peer() == peer.Peer() && lost(q.leader):
			e.abandon(id, q, wire.Lost(peer.Peer()))
		case takesPart || q.leader.Peer() == peer.Peer():
			q.fail(wire.Lost(peer.Peer()))
		}
	}
}

func lost(c wire.Conn) bool {
	select {
	case <-c.Done():
		return true
	default:
		return false
	}
}

// Close stops all queries and the workers.
func (e *Executor) Close() error {
	e.mu.Lock()
	e.closed = true
	var ids []uint64
	for id := range e.queries {
		ids = append(ids, id)
	}
	e.mu.Unlock()
	var first error
	for _, id := range ids {
		if err := e.end(id); err != nil && first == nil {
			first = err
		}
	}
	e.ending.Wait()
	e.sched.Close()
	if e.cfg.Storage != nil {
		e.cfg.Storage.small.Close()
	}
	return first
}

// programs gives a segment's programs, from the process or from signed artifacts.
func (e *Executor) programs(s *wire.Segment) (Code, error) {
	open := func(p *wire.Program) (*program.Segment, error) {
		switch {
		case p.Segment != nil:
			return p.Segment, nil
		case len(p.Envelope) == 0:
			return nil, nil
		}
		return e.code.program(p.Envelope)
	}
	var c Code
	var err error
	if c.General, err = open(&s.General); err != nil {
		return c, err
	}
	if c.General == nil {
		return c, sqlerr.New(sqlerr.ProtocolViolation, "segment %d has no program", s.ID)
	}
	c.Special, err = open(&s.Special)
	return c, err
}
