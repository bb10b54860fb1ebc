package schedule

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/cluster"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// Config is what the leader's scheduling works with.
type Config struct {
	ID      string           // the leader's
	Cluster *cluster.Cluster // nil: no nodes, only leader queries
	Local   wire.Handler     // the leader's own executor
	Peers   wire.Peers       // as the leader; finds the leader itself, too
	// Reserve gives the first of count ordinals of an identity column.
	Reserve func(ctx context.Context, t state.TableID, column types.ColumnID, count int64) (int64, error)
	// Seal makes the signed artifact of a program for nodes in other processes.
	Seal func(*program.Segment) ([]byte, error)
	Log  *slog.Logger
}

// Service schedules queries and is the wire.Handler of the leader's process.
type Service struct {
	cfg    Config
	lastID atomic.Uint64

	mu     sync.Mutex
	runs   map[uint64]*run   // guarded by mu
	sealed map[string][]byte // programs by hash; guarded by mu
	shapes map[string]bool   // hashes of programs run before; guarded by mu
}

// New makes the service. Attach it to the process's wire.Local under the leader's id.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Service{cfg: cfg, runs: map[uint64]*run{}, sealed: map[string][]byte{}}
}

// Busy reports whether queries run.
func (s *Service) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.runs) > 0
}

// Call implements wire.Handler.
func (s *Service) Call(ctx context.Context, from wire.Conn, m wire.Message) (wire.Message, error) {
	switch m := m.(type) {
	case *wire.Register:
		if s.cfg.Cluster == nil {
			return nil, sqlerr.New(sqlerr.CannotConnectNow, "this process takes no nodes")
		}
		return s.cfg.Cluster.Register(ctx, from, m)
	case *wire.Leave:
		return &wire.OK{}, s.leave(ctx, from)
	case *wire.Ping:
		return &wire.OK{}, nil
	case *wire.ReserveIdentity:
		first, err := s.cfg.Reserve(ctx, m.Table, types.ColumnID(m.Column), m.Count)
		return &wire.Reserved{First: first}, err
	}
	if from.Peer() != s.cfg.ID { // queries come from the leader only
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "unexpected message %T from %s", m, from.Peer())
	}
	return s.cfg.Local.Call(ctx, from, m)
}

// Data implements wire.Handler.
func (s *Service) Data(from wire.Conn, d *wire.Data) {
	told := d.Kind == wire.DataCredit || d.Kind == wire.DataEnough // by a reader
	if (d.Exch == wire.ReturnExchange && !told) ||
		(d.Exch == wire.TextExchange && d.Kind == wire.DataCredit) {
		s.mu.Lock()
		r := s.runs[d.Query]
		s.mu.Unlock()
		switch {
		case r == nil:
			d.Free()
		case d.Exch == wire.ReturnExchange:
			r.returns.Put(from, d)
		default:
			r.grantText(from.Peer(), int(d.N))
		}
		return
	}
	s.cfg.Local.Data(from, d)
}

// Gone implements wire.Handler.
func (s *Service) Gone(peer wire.Conn) {
	s.mu.Lock()
	var hit []*run
	for _, r := range s.runs {
		if r.takesPart(peer.Peer()) {
			hit = append(hit, r)
		}
	}
	s.mu.Unlock()
	for _, r := range hit {
		r.fail(wire.Lost(peer.Peer()))
	}
	if s.cfg.Cluster != nil {
		s.cfg.Cluster.Gone(peer)
	}
	s.cfg.Local.Gone(peer)
}

// program is a program as it goes to nodes: as it is, and signed if some are elsewhere.
func (s *Service) program(p *program.Segment, remote bool) (wire.Program, error) {
	if p == nil {
		return wire.Program{}, nil
	}
	if !remote {
		return wire.Program{Segment: p}, nil
	}
	s.mu.Lock()
	env := s.sealed[p.Hash]
	s.mu.Unlock()
	if env == nil || p.Hash == "" {
		var err error
		if env, err = s.cfg.Seal(p); err != nil {
			return wire.Program{}, err
		}
		s.mu.Lock()
		if len(s.sealed) > 4096 {
			clear(s.sealed)
		}
		s.sealed[p.Hash] = env
		s.mu.Unlock()
	}
	return wire.Program{Segment: p, Envelope: env}, nil
}
