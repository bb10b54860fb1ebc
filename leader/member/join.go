package member

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/pause"
	"slipher/node/rms"
	"slipher/node/wire"
)

// How often a leader looks, and how long it goes without an active leader before it asks around.
const (
	lookEvery  = 100 * time.Millisecond
	askEvery   = 400 * time.Millisecond
	leaderless = 2 * time.Second
	askTimeout = time.Second
)

// catchUp is how many entries behind a new leader may be when it gets its vote.
const catchUp = 64

// tellEvery is how many attempts to join pass between two log lines.
const tellEvery = 10

// ErrJoinSelf: a leader cannot join itself.
var ErrJoinSelf = errors.New("--join names this leader's own address only: it takes those of others, " +
	"the first leader is made with --bootstrap")

var errNoActive = errors.New("there is no active leader")

var errRemoved = errors.New("this leader was removed from the cluster: delete its directory and start it with " +
	"--join to have it back")

// Stay keeps this leader known to the others. It ends with ctx, or when the leader was removed.
func (m *Members) Stay(ctx context.Context) {
	if m.mux == nil {
		return
	}
	add := len(m.o.Join) > 0 // once: who is removed while running stays out
	active, heard, asked := "", time.Now(), time.Time{}
	for pause.Sleep(ctx, lookEvery) {
		if c := m.replica.Catalog().Cluster(); c != nil {
			m.Belong(c.ID)
			if err := m.o.CheckStorage(c.StorageURL); err != nil {
				m.o.Fail(err)
				return
			}
		}
		id, _ := m.replica.Leader()
		if id != active && id != "" {
			m.o.Moved(id)
		}
		if active = id; active != "" {
			heard = time.Now()
		}
		if active == m.o.ID {
			add = false
			continue
		}
		known := m.known()
		if known && active != "" {
			add = false
			m.o.Serves()
			continue
		}
		if time.Since(asked) < askEvery || known && time.Since(heard) < leaderless {
			continue
		}
		asked = time.Now()
		me := &wire.Join{ID: m.o.ID, Addr: m.mux.Addr(), SQL: m.SQLAddr(), Add: add, Applied: m.replica.Status().AppliedIndex}
		if _, _, err := m.askAround(ctx, m.othersMayBe(), me); err != nil {
			m.o.Fail(err)
			return
		}
	}
}

// known reports whether the cluster, as this replica has it, knows this leader and where it is.
func (m *Members) known() bool {
	member, ok := m.replica.Member(m.o.ID)
	if !ok || !member.Voter {
		return false
	}
	l := m.replica.Catalog().Leader(m.o.ID)
	return l != nil && *l == m.self()
}

func (m *Members) self() state.Leader {
	return state.Leader{ID: m.o.ID, Cluster: m.mux.Addr(), SQL: m.SQLAddr()}
}

// BeAdded makes this leader, which has nothing on its disk, a member without a vote. Its
// replica must not be open: it would give its voice without knowing what it has promised before.
func (m *Members) BeAdded(ctx context.Context) error {
	others := slices.DeleteFunc(slices.Clone(m.o.Join), func(a string) bool { return a == m.mux.Addr() })
	if len(others) == 0 {
		return ErrJoinSelf
	}
	for tries := 1; ; tries++ {
		done, why, err := m.askAround(ctx, others, &wire.Join{ID: m.o.ID, Addr: m.mux.Addr(), SQL: m.SQLAddr(), Add: true,
			Fresh: true})
		if err != nil || done {
			return err
		}
		if tries%tellEvery == 0 {
			m.o.Log.Warn("not joined yet", "join", others, "err", why)
		}
		if !pause.Sleep(ctx, askEvery) {
			return context.Cause(ctx)
		}
	}
}

// askAround tells all leaders that may be somewhere about this one. done: the active one
// has answered; why: one that has not. The error is final.
func (m *Members) askAround(ctx context.Context, addrs []string, join *wire.Join) (done bool, why, err error) {
	why = errNoActive
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, addr := range addrs {
		wg.Go(func() {
			j, e := m.ask(ctx, addr, join)
			if e == nil && !j.Active && j.Addr != "" && j.Addr != addr {
				j, e = m.ask(ctx, j.Addr, join)
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case e != nil:
				why = fmt.Errorf("%s: %w", addr, e)
				m.o.Log.Debug("leader not reached", "addr", addr, "err", e)
			case !j.Active:
			case j.Removed:
				err = errRemoved
			case j.Refused != "":
				err = errors.New(j.Refused)
			default:
				done = true
			}
		})
	}
	wg.Wait()
	return done, why, err
}

func (m *Members) ask(ctx context.Context, addr string, join *wire.Join) (*wire.Joined, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := m.mux.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	reply, err := conn.Call(ctx, join)
	if err != nil {
		return nil, err
	}
	j, ok := reply.(*wire.Joined)
	if !ok {
		return nil, fmt.Errorf("unexpected reply %T", reply)
	}
	return j, nil
}

// joined answers a Join.
func (m *Members) joined(ctx context.Context, from wire.Conn, ask *wire.Join) (wire.Message, error) {
	if ask.ID != from.Peer() {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "%s asks for %s", from.Peer(), ask.ID)
	}
	j := &wire.Joined{Cluster: m.mux.Cluster()}
	j.ID, j.Addr = m.ActiveLeader()
	if !m.o.Active() {
		if j.ID == m.o.ID { // it has won but does not serve yet
			j.ID, j.Addr = "", ""
		}
		return j, nil
	}
	m.changing.Lock()
	defer m.changing.Unlock()
	j.Active = true
	member, ok := m.replica.Member(ask.ID)
	switch {
	case !ok && !ask.Add:
		j.Removed = true
		return j, nil
	case member.Voter && ask.Fresh:
		j.Refused = fmt.Sprintf("leader %s has a vote, but its directory is empty: remove it first (SELECT "+
			"slipher_remove_leader('%s'))", ask.ID, ask.ID)
		return j, nil
	case !ok && rms.IsRelative(m.replica.Catalog().Cluster().StorageURL):
		j.Refused = fmt.Sprintf("managed storage lies in the directory of leader %s, where other leaders may not find it: "+
			"stop that, and run slipher relocate with an absolute --storage", m.o.ID)
		return j, nil
	case !ok:
		m.o.Log.Info("a leader joins", "leader", ask.ID, "addr", ask.Addr)
		if err := m.replica.AddLearner(ask.ID, ask.Addr); err != nil {
			return nil, err
		}
	case !member.Voter && !ask.Fresh && ask.Applied+catchUp >= m.replica.Status().CommitIndex:
		m.o.Log.Info("a leader gets a vote", "leader", ask.ID, "addr", ask.Addr)
		if err := m.replica.AddVoter(ask.ID, ask.Addr); err != nil {
			return nil, err
		}
		j.Voter = true
	default: // it also asks again, before it takes part, if our answer was lost
		j.Voter = member.Voter
	}
	return j, m.Register(ctx, state.Leader{ID: ask.ID, Cluster: ask.Addr, SQL: ask.SQL})
}
