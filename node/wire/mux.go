package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
)

// Mux holds a process's links to other processes: it takes links on one
// address and dials the peers it wants, one session a pair. (Two, for as long as both
// live, if both sides dial at the same moment: each then sends on the one it keeps.)
type Mux struct {
	handler Handler
	log     *slog.Logger
	ln      net.Listener
	raft    *Streams
	sql     *Streams
	fence   *fence

	mu      sync.Mutex
	me      Identity             // Cluster is filled in when it is learned; guarded by mu
	links   map[string]*link     // by peer id; guarded by mu
	all     map[*link]struct{}   // guarded by mu
	dialing map[string]*dialling // by address; guarded by mu
	closed  bool
	wg      sync.WaitGroup
}

type dialling struct {
	done chan struct{}
	l    *link
	err  error
}

// maxHandshakes bounds the unproven connections a stranger can hold open.
const maxHandshakes = 64

// Listen opens the cluster address (port 0 picks one) and serves links.
func Listen(me Identity, addr string, h Handler, log *slog.Logger) (*Mux, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if me.Addr == "" {
		me.Addr = ln.Addr().String()
	}
	me.process = newProcess()
	m := &Mux{me: me, handler: h, log: log, ln: ln, fence: &fence{},
		links: map[string]*link{}, all: map[*link]struct{}{}, dialing: map[string]*dialling{}}
	m.raft, m.sql = newStreams(m, streamRaft), newStreams(m, streamSQL)
	if f, ok := h.(Fenced); ok {
		m.fence.join(f.Fence)
	}
	m.wg.Add(1)
	go m.accept()
	return m, nil
}

// Addr is where the mux takes links.
func (m *Mux) Addr() string { return m.me.Addr }

// Raft is the listener and dialer for raft's streams.
func (m *Mux) Raft() *Streams { return m.raft }

// SQL is the listener and dialer for clients that one leader passes on to another.
func (m *Mux) SQL() *Streams { return m.sql }

// AddrOf is where the peer id takes links, as it has said itself, "" if there is no link to it.
func (m *Mux) AddrOf(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.links[id]; l != nil && !l.sess.IsClosed() {
		return l.addr
	}
	return ""
}

// SetCluster says which cluster this process belongs to.
func (m *Mux) SetCluster(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.me.Cluster = id
}

// Term is the highest leader term that this process has seen.
func (m *Mux) Term() uint64 { return m.fence.seen.Load() }

// SetTerm notes a term that was learned otherwise: a leader's own. It never goes back.
func (m *Mux) SetTerm(term uint64) { m.fence.see(term) }

// Cluster is the cluster's id, "" if not known yet.
func (m *Mux) Cluster() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.me.Cluster
}

func (m *Mux) identity() Identity {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.me
}

func (m *Mux) accept() {
	defer m.wg.Done()
	sem := make(chan struct{}, maxHandshakes)
	refused := newRefusals(m.log)
	for {
		c, err := m.ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of file descriptors, perhaps
			continue
		}
		sem <- struct{}{}
		m.wg.Add(1)
		go func() {
			defer m.wg.Done()
			info, err := acceptHandshake(c, m.identity(), m.taken)
			<-sem
			if err != nil {
				refused.note(c.RemoteAddr().String(), err)
				_ = c.Close()
				return
			}
			h := &heard{Conn: c}
			s, err := yamux.Server(h, yamuxConfig())
			if err != nil {
				_ = c.Close()
				return
			}
			if _, err := m.add(info, s, h); err != nil {
				_ = s.Close()
			}
		}()
	}
}

// taken refuses a second process of one id. The same address again is a peer
// that came back before the loss of its link was noticed.
func (m *Mux) taken(p peerInfo) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.links[p.id]; l != nil && l.addr != p.addr && !l.sess.IsClosed() {
		return fmt.Errorf("the id %s is taken by the process at %s", p.id, l.addr)
	}
	return nil
}

// Dial gives the link to whoever takes links at addr.
func (m *Mux) Dial(ctx context.Context, addr string) (Conn, error) {
	m.mu.Lock()
	for _, l := range m.links {
		if l.addr == addr && !l.sess.IsClosed() {
			m.mu.Unlock()
			return l, nil
		}
	}
	d := m.dialing[addr]
	if d == nil {
		d = &dialling{done: make(chan struct{})}
		m.dialing[addr] = d
		go func() {
			d.l, d.err = m.dial(addr)
			m.mu.Lock()
			delete(m.dialing, addr)
			m.mu.Unlock()
			close(d.done)
		}()
	}
	m.mu.Unlock()
	select {
	case <-d.done:
		if d.err != nil {
			return nil, d.err
		}
		return d.l, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *Mux) dial(addr string) (*link, error) {
	c, err := net.DialTimeout("tcp", addr, connectTimeout)
	if err != nil {
		return nil, err
	}
	info, err := dialHandshake(c, m.identity())
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	if info.addr == "" {
		info.addr = addr
	}
	h := &heard{Conn: c}
	s, err := yamux.Client(h, yamuxConfig())
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	l, err := m.add(info, s, h)
	if err != nil {
		_ = s.Close()
	}
	return l, err
}

// Conn implements Peers.
func (m *Mux) Conn(ctx context.Context, id, addr string) (Conn, error) {
	m.mu.Lock()
	l := m.links[id]
	m.mu.Unlock()
	if l != nil && !l.sess.IsClosed() {
		return l, nil
	}
	if addr == "" {
		return nil, fmt.Errorf("no link to %s", id)
	}
	c, err := m.Dial(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("no link to %s: %w", id, err)
	}
	if c.Peer() != id {
		return nil, fmt.Errorf("at %s is %s, not %s", addr, c.Peer(), id)
	}
	return c, nil
}

func (m *Mux) add(info peerInfo, s *yamux.Session, h *heard) (*link, error) {
	l := newLink(m, info, s, h)
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, net.ErrClosed
	}
	if m.me.Cluster == "" {
		m.me.Cluster = info.cluster
	}
	// A later link takes the place of an earlier one: a restarted peer.
	m.links[info.id] = l
	m.all[l] = struct{}{}
	m.wg.Add(1)
	m.mu.Unlock()
	go func() {
		defer m.wg.Done()
		l.run(func() {
			m.mu.Lock()
			if m.links[info.id] == l {
				delete(m.links, info.id)
			}
			m.mu.Unlock()
			m.handler.Gone(l)
		})
		m.mu.Lock()
		delete(m.all, l)
		m.mu.Unlock()
	}()
	return l, nil
}

// Close ends all links and waits for what serves them.
func (m *Mux) Close() error {
	m.mu.Lock()
	m.closed = true
	all := make([]*link, 0, len(m.all))
	for l := range m.all {
		all = append(all, l)
	}
	m.mu.Unlock()
	err := m.ln.Close()
	for _, l := range all {
		_ = l.sess.Close()
	}
	m.raft.shut()
	m.sql.shut()
	m.wg.Wait()
	return err
}
