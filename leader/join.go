package leader

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/datadir"
	"slipher/leader/schedule"
	"slipher/node/rms"
	"slipher/node/wire"
)

// Membership. A leader that is not the active one looks now and then whether the
// cluster knows it and its addresses; if not it asks around (wire.Join): the
// active leader writes them down, others say who is active, and the link alone tells each of
// them where it is. So leaders find each other although all of them came back elsewhere.

// How often a leader looks, and how long it goes without an active leader before it asks around.
const (
	lookEvery  = 100 * time.Millisecond
	askEvery   = 400 * time.Millisecond
	leaderless = 2 * time.Second
	askTimeout = time.Second
)

// catchUp is how many entries behind a new leader may be when it gets its vote.
const catchUp = 64

// joining is what membership needs to remember.
type joining struct {
	mu sync.Mutex // held while the active leader changes membership

	noting sync.Mutex
	noted  string // the cluster's id that is in the directory; guarded by noting
}

// tellEvery is how many attempts to join pass between two log lines.
const tellEvery = 10

var errJoinSelf = errors.New("--join names this leader's own address only: it takes those of others, the first leader is made with --bootstrap")

var errNoActive = errors.New("there is no active leader")

var errRemoved = errors.New("this leader was removed from the cluster: delete its directory and start it with --join to have it back")

// stayMember keeps this leader known to the others. It ends with ctx, or when the leader was removed.
func (s *Server) stayMember(ctx context.Context) {
	if s.mux == nil {
		return
	}
	add := len(s.opts.Join) > 0 // once: who is removed while running stays out
	active, heard, asked := "", time.Now(), time.Time{}
	for sleep(ctx, lookEvery) {
		if c := s.replica.Catalog().Cluster(); c != nil {
			s.belong(c.ID)
			if err := s.checkStorage(c.StorageURL); err != nil {
				s.life.fail(err)
				return
			}
		}
		id, _ := s.replica.Leader()
		if id != active && id != "" {
			s.front.Moved(id)
		}
		if active = id; active != "" {
			heard = time.Now()
		}
		if active == s.opts.ID {
			add = false
			continue
		}
		known := s.known()
		if known && active != "" {
			add = false
			s.life.serves()
			continue
		}
		if time.Since(asked) < askEvery || known && time.Since(heard) < leaderless {
			continue
		}
		asked = time.Now()
		me := &wire.Join{ID: s.opts.ID, Addr: s.mux.Addr(), SQL: s.sqlAddr(), Add: add, Applied: s.replica.Status().AppliedIndex}
		if _, _, err := s.askAround(ctx, s.othersMayBe(), me); err != nil {
			s.life.fail(err)
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// known reports whether the cluster, as this replica has it, knows this leader and where it is.
func (s *Server) known() bool {
	m, ok := s.replica.Member(s.opts.ID)
	if !ok || !m.Voter {
		return false
	}
	l := s.replica.Catalog().Leader(s.opts.ID)
	return l != nil && *l == s.self()
}

func (s *Server) self() state.Leader {
	return state.Leader{ID: s.opts.ID, Cluster: s.mux.Addr(), SQL: s.sqlAddr()}
}

// beAdded makes this leader, which has nothing on its disk, a member without a vote. Its
// replica must not be open: it would give its voice without knowing what it has promised before.
func (s *Server) beAdded(ctx context.Context) error {
	others := slices.DeleteFunc(slices.Clone(s.opts.Join), func(a string) bool { return a == s.mux.Addr() })
	if len(others) == 0 {
		return errJoinSelf
	}
	for tries := 1; ; tries++ {
		done, why, err := s.askAround(ctx, others, &wire.Join{ID: s.opts.ID, Addr: s.mux.Addr(), SQL: s.sqlAddr(), Add: true, Fresh: true})
		if err != nil || done {
			return err
		}
		if tries%tellEvery == 0 {
			s.log.Warn("not joined yet", "join", others, "err", why)
		}
		if !sleep(ctx, askEvery) {
			return context.Cause(ctx)
		}
	}
}

// askAround tells all leaders that may be somewhere about this one. done: the active one
// has answered; why: one that has not. The error is final.
func (s *Server) askAround(ctx context.Context, addrs []string, join *wire.Join) (done bool, why, err error) {
	why = errNoActive
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, addr := range addrs {
		wg.Go(func() {
			j, e := s.ask(ctx, addr, join)
			if e == nil && !j.Active && j.Addr != "" && j.Addr != addr {
				j, e = s.ask(ctx, j.Addr, join)
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case e != nil:
				why = fmt.Errorf("%s: %w", addr, e)
				s.log.Debug("leader not reached", "addr", addr, "err", e)
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

func (s *Server) ask(ctx context.Context, addr string, join *wire.Join) (*wire.Joined, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := s.mux.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	m, err := conn.Call(ctx, join)
	if err != nil {
		return nil, err
	}
	j, ok := m.(*wire.Joined)
	if !ok {
		return nil, fmt.Errorf("unexpected reply %T", m)
	}
	return j, nil
}

// joined answers a Join.
func (s *Server) joined(ctx context.Context, from wire.Conn, m *wire.Join) (wire.Message, error) {
	if m.ID != from.Peer() {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "%s asks for %s", from.Peer(), m.ID)
	}
	j := &wire.Joined{Cluster: s.mux.Cluster()}
	j.ID, j.Addr = s.activeLeader()
	if s.life.active() == 0 {
		if j.ID == s.opts.ID { // it has won but does not serve yet
			j.ID, j.Addr = "", ""
		}
		return j, nil
	}
	s.joining.mu.Lock()
	defer s.joining.mu.Unlock()
	j.Active = true
	member, ok := s.replica.Member(m.ID)
	switch {
	case !ok && !m.Add:
		j.Removed = true
		return j, nil
	case member.Voter && m.Fresh:
		j.Refused = fmt.Sprintf("leader %s has a vote, but its directory is empty: remove it first (SELECT slipher_remove_leader('%s'))", m.ID, m.ID)
		return j, nil
	case !ok && rms.IsRelative(s.replica.Catalog().Cluster().StorageURL):
		j.Refused = fmt.Sprintf("managed storage lies in the directory of leader %s, where other leaders may not find it: stop that, and run slipher relocate with an absolute --storage", s.opts.ID)
		return j, nil
	case !ok:
		s.log.Info("a leader joins", "leader", m.ID, "addr", m.Addr)
		if err := s.replica.AddLearner(m.ID, m.Addr); err != nil {
			return nil, err
		}
	case !member.Voter && !m.Fresh && m.Applied+catchUp >= s.replica.Status().CommitIndex:
		s.log.Info("a leader gets a vote", "leader", m.ID, "addr", m.Addr)
		if err := s.replica.AddVoter(m.ID, m.Addr); err != nil {
			return nil, err
		}
		j.Voter = true
	default: // it also asks again, before it takes part, if our answer was lost
		j.Voter = member.Voter
	}
	return j, s.register(ctx, state.Leader{ID: m.ID, Cluster: m.Addr, SQL: m.SQL})
}

// belong notes which cluster this leader belongs to: a peer of another, at an address
// that once was a leader's, must not be taken for that leader.
func (s *Server) belong(cluster string) {
	s.joining.noting.Lock()
	defer s.joining.noting.Unlock()
	if s.joining.noted == cluster {
		return
	}
	s.joining.noted = cluster
	s.mux.SetCluster(cluster)
	file := filepath.Join(s.opts.Dir, datadir.ClusterFile)
	if old, err := os.ReadFile(file); err == nil && string(old) == cluster {
		return
	}
	if err := os.WriteFile(file+".new", []byte(cluster), 0o600); err == nil {
		err = os.Rename(file+".new", file)
		if err != nil {
			s.log.Warn("the cluster's id is not noted", "err", err)
		}
	}
}

// belongsTo is the cluster noted in the directory, "" if none is.
func (s *Server) belongsTo() string {
	id, err := os.ReadFile(filepath.Join(s.opts.Dir, datadir.ClusterFile))
	if err != nil {
		return ""
	}
	return string(id)
}

// register writes a leader's addresses to the catalog.
func (s *Server) register(ctx context.Context, l state.Leader) error {
	if old := s.replica.Catalog().Leader(l.ID); old != nil && *old == l {
		return nil
	}
	_, err := s.replica.Propose(ctx, &state.Command{Ops: []state.Op{&state.RegisterLeader{Leader: l}}})
	return err
}

// locate says where the leader id takes links: it has told us itself, or the
// active one. "" if nobody has. replica.Options.Locate.
func (s *Server) locate(id string) string {
	if a := s.mux.AddrOf(id); a != "" {
		return a
	}
	select {
	case <-s.opened:
	default: // raft is about to start
		return ""
	}
	if l := s.replica.Catalog().Leader(id); l != nil {
		return l.Cluster
	}
	return ""
}

// activeLeader is the active leader and where it takes links, "" if there is none.
func (s *Server) activeLeader() (id, addr string) {
	if id, addr = s.replica.Leader(); id == "" || s.mux == nil {
		return id, ""
	}
	if id == s.opts.ID {
		return id, s.mux.Addr()
	}
	if a := s.mux.AddrOf(id); a != "" {
		return id, a
	}
	return id, addr
}

// leaderAddrs are where the leaders take links: cluster.Config.Leaders.
func (s *Server) leaderAddrs() []string {
	var out []string
	for _, l := range s.replica.Catalog().Leaders() {
		out = append(out, l.Cluster)
	}
	return out
}

// othersMayBe are all addresses at which another leader may take links.
func (s *Server) othersMayBe() []string {
	var out []string
	add := func(a string) {
		if a != "" && a != s.mux.Addr() && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	if _, a := s.activeLeader(); a != "" {
		add(a)
	}
	for _, l := range s.replica.Catalog().Leaders() {
		if l.ID != s.opts.ID {
			add(s.locate(l.ID))
		}
	}
	for _, m := range s.replica.Members() {
		if m.ID != s.opts.ID {
			add(m.Address)
		}
	}
	for _, a := range s.opts.Join {
		add(a)
	}
	return out
}

// sqlAddr is the SQL address as others can dial it: one that names no host
// gets that of the cluster address.
func (s *Server) sqlAddr() string {
	addr := s.SQLAddr()
	host, port, err := net.SplitHostPort(addr)
	if err != nil || s.mux == nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return addr
	}
	if host, _, err = net.SplitHostPort(s.mux.Addr()); err != nil {
		return addr
	}
	return net.JoinHostPort(host, port)
}

// peerHandler serves what other processes send to this one: leaders' messages
// itself, all else by the scheduler.
type peerHandler struct {
	*schedule.Service
	s *Server
}

// Call implements wire.Handler.
func (h peerHandler) Call(ctx context.Context, from wire.Conn, m wire.Message) (wire.Message, error) {
	select {
	case <-h.s.opened:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	switch m := m.(type) {
	case *wire.Join:
		return h.s.joined(ctx, from, m)
	case *wire.AskRaft:
		return h.s.raftStatus(), nil
	}
	return h.Service.Call(ctx, from, m)
}

// checkStorage refuses a --storage that is not the cluster's, on a leader that stands by.
func (s *Server) checkStorage(url string) error {
	if s.opts.Storage == "" || s.opts.Relocate || s.opts.Storage == rms.Resolve(s.opts.Dir, url) {
		return nil
	}
	return fmt.Errorf("the managed storage of the cluster is %s, not %s as --storage says", url, s.opts.Storage)
}
