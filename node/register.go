package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slipher/catalog/fault"
	"slipher/node/wire"
)

// Waits between attempts to reach a leader: short, for slices lie idle meanwhile.
const (
	retryFirst = 50 * time.Millisecond
	retryLast  = 250 * time.Millisecond
	// A leader may be paused and another one active: dialTimeout bounds what a node
	// waits for it. Registering takes a write to the leaders' log.
	dialTimeout     = time.Second
	registerTimeout = 6 * time.Second
)

// stayRegistered keeps the node known to the active leader for as long as it lives.
func (n *Node) stayRegistered() {
	wait := retryFirst
	said := ""
	for n.ctx.Err() == nil && !n.isLeaving() {
		ctx, cancel := context.WithCancel(n.ctx)
		n.mu.Lock()
		n.giveUp = cancel
		n.mu.Unlock()
		conn, err := n.register(ctx)
		cancel()
		if err == nil {
			wait, said = retryFirst, ""
			n.once.Do(func() { close(n.ready) })
			select {
			case <-conn.Done():
				n.cfg.Log.Info("link to the leader lost", "node", n.cfg.ID, "leader", conn.Peer())
			case <-n.moved:
			case <-n.ctx.Done():
			}
			continue
		}
		if said != err.Error() {
			said = err.Error()
			n.cfg.Log.Info("not registered yet", "node", n.cfg.ID, "err", err)
		}
		select {
		case <-time.After(wait):
		case <-n.moved:
		case <-n.ctx.Done():
		}
		wait = min(2*wait, retryLast)
	}
	n.once.Do(func() {
		n.mu.Lock()
		n.err = errors.New("the node was stopped before it had its slices")
		n.mu.Unlock()
		close(n.ready)
	})
}

func (n *Node) isLeaving() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.leaving
}

// led notes that a leader says it is the active one.
func (n *Node) led(from wire.Conn, m *wire.Lead) error {
	if err := fault.Point("node.led"); err != nil {
		return err
	}
	n.mu.Lock()
	news := m.Term > n.lead.Term || m.Term == n.lead.Term && n.lead.ID == ""
	if news {
		n.lead = *m
		n.lead.ID = from.Peer()
		if n.giveUp != nil {
			n.giveUp() // it may hang on another leader
		}
	}
	n.mu.Unlock()
	if news {
		select {
		case n.moved <- struct{}{}:
		default:
		}
	}
	return nil
}

// addresses are the leaders to try: the one that last said it leads first, those given, those learned.
func (n *Node) addresses() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for _, a := range slices.Concat([]string{n.lead.Addr}, n.cfg.Leaders, n.leaders) {
		if a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// register tries the leaders in turn, before the others the one that another names.
func (n *Node) register(ctx context.Context) (wire.Conn, error) {
	if n.mux == nil {
		conn, err := n.peers.Conn(ctx, n.cfg.Leader, "")
		if err != nil {
			return nil, err
		}
		_, err = n.registerAt(ctx, conn)
		return conn, err
	}
	var first error
	tried := map[string]bool{}
	for todo := n.addresses(); len(todo) > 0; {
		addr := todo[0]
		todo = todo[1:]
		if tried[addr] {
			continue
		}
		tried[addr] = true
		conn, next, err := n.registerTo(ctx, addr)
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
		if next != "" {
			todo = slices.Insert(todo, 0, next)
		}
	}
	if first == nil {
		first = errors.New("no leader's address is given")
	}
	return nil, first
}

// registerTo tries the leader at addr. next is where it says the active one is.
func (n *Node) registerTo(ctx context.Context, addr string) (conn wire.Conn, next string, err error) {
	dial, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if conn, err = n.mux.Dial(dial, addr); err != nil {
		return nil, "", err
	}
	next, err = n.registerAt(ctx, conn)
	return conn, next, err
}

func (n *Node) registerAt(ctx context.Context, conn wire.Conn) (next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	if err := fault.Point("node.register"); err != nil {
		return "", err
	}
	m, err := conn.Call(ctx, &wire.Register{ID: n.cfg.ID, Addr: n.Addr(), Workers: n.cfg.Workers, Target: n.cfg.Target})
	if err != nil {
		return "", err
	}
	var reg *wire.Registered
	switch m := m.(type) {
	case *wire.Registered:
		reg = m
	case *wire.NotActive:
		return m.Addr, fmt.Errorf("leader %s is not the active one, that is %q", conn.Peer(), m.ID)
	default:
		return "", fmt.Errorf("unexpected reply %T", m)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if reg.Term < n.lead.Term {
		return n.lead.Addr, fmt.Errorf("leader %s leads in term %d, but %s in term %d", conn.Peer(), reg.Term, n.lead.ID,
			n.lead.Term)
	}
	if n.exec == nil {
		if err := n.open(reg); err != nil {
			return "", err
		}
	} else if reg.Storage != n.reg.Storage || string(reg.PublicKey) != string(n.reg.PublicKey) {
		return "", errors.New("the leader has another storage or key than before: this node must be started anew")
	}
	n.claim.Store(&reg.Claim)
	n.reg, n.slices = reg, reg.Slices
	n.lead = wire.Lead{Term: reg.Term, ID: reg.Leader, Addr: reg.Addr}
	if len(reg.Leaders) > 0 {
		n.leaders = reg.Leaders
	}
	return "", nil
}
