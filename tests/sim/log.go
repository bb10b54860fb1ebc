package sim

import (
	"context"
	"crypto/sha256"
	"fmt"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

var notActive = sqlerr.Wrap(replica.ErrNotActive, sqlerr.CannotConnectNow)

// proposal is a command on its way into the log.
type proposal struct {
	node *node
	life int // of the node's process
	term uint64
	data []byte
	rec  *record // the client's transaction that it is the commit of, nil: another's

	index int // in the committed log, -1: not there (yet)
	res   *state.Result
	err   error // what the proposer is told, beside res
}

// entry is a committed command.
type entry struct {
	data []byte
	by   *proposal
}

// commit puts the oldest proposal under way into the log.
func (s *Sim) commit() bool {
	if len(s.flight) == 0 || s.elected == nil || s.elected.paused || !s.elected.leads {
		return false // the next election decides
	}
	p := s.flight[0]
	s.flight = s.flight[1:]
	s.append(p)
	return true
}

// append commits a proposal. The model applies it at once.
func (s *Sim) append(p *proposal) {
	p.index = len(s.log)
	s.log = append(s.log, entry{p.data, p})
	cmd, err := state.DecodeCommand(p.data)
	if err != nil {
		s.fail("entry %d: %v", p.index, err)
		return
	}
	s.o.Mutation.apply(s.head, cmd)
	before := s.head
	next, res := before.Apply(cmd)
	s.head = next
	s.trace("commit %d by %s term %d txn %d %s: %v", p.index, p.node.id, cmd.Term, cmd.Txn, describe(cmd), res.Err)
	s.judge(p, cmd, before, next, res)
	if p.index%hashEvery == 0 {
		s.hashes[p.index] = digest(s, next)
	}
}

// hashEvery is the distance of the log entries behind which replicas are compared.
const hashEvery = 8

func digest(s *Sim, c *state.Catalog) [32]byte {
	data, err := c.Encode()
	if err != nil {
		s.fail("encode: %v", err)
	}
	return sha256.Sum256(data)
}

// apply has a replica apply the next entry of the log.
func (n *node) apply() {
	s := n.sim
	e := s.log[n.applied]
	cmd, err := state.DecodeCommand(e.data)
	if err != nil {
		s.fail("entry %d: %v", n.applied, err)
		return
	}
	s.o.Mutation.apply(n.cat, cmd)
	next, res := n.cat.Apply(cmd)
	n.cat = next
	close(n.changed)
	n.changed = make(chan struct{})
	if n.applied%hashEvery == 0 && digest(s, next) != s.hashes[n.applied] {
		s.fail("replica %s differs behind entry %d", n.id, n.applied)
	}
	if e.by.node == n && e.by.life == n.life {
		e.by.res = res
	}
	n.applied++
}

// settled is the id below which nothing will be proposed again: catalog/replica's rule.
func (n *node) settled() state.TxnID {
	if n.sim.now < n.hold {
		return 0
	}
	low := n.nextID
	for id := range n.ids {
		low = min(low, id)
	}
	return low
}

// The methods of txn.Log and keep.Log, each as catalog/replica has it.

// Catalog implements txn.Log.
func (n *node) Catalog() *state.Catalog { return n.cat }

// Changed implements txn.Log.
func (n *node) Changed() <-chan struct{} { return n.changed }

// Term implements txn.Log.
func (n *node) Term() uint64 { return n.opened }

// Begin implements txn.Log.
func (n *node) Begin(ctx context.Context) (state.TxnID, error) {
	s := n.sim
	for n.idLock {
		s.park(func() bool { return !n.idLock }, 0)
	}
	if n.nextID == n.endID {
		n.idLock = true
		defer func() {
			if n.idLock = false; n.forgets {
				n.forgets, n.nextID, n.endID = false, 0, 0
			}
		}()
		res, err := n.propose(ctx, &state.Command{Ops: []state.Op{&state.Allocate{What: state.AllocateTxn, Count: idBlock}}},
			nil)
		if err != nil {
			return 0, err
		}
		n.nextID = state.TxnID(res.Ops[0].ID)
		n.endID = n.nextID + idBlock
	}
	id := n.nextID
	n.nextID++
	n.ids[id] = true
	if s.given[id] {
		s.fail("transaction id %d is given twice", id)
	}
	s.given[id] = true
	return id, nil
}

// idBlock is how many transaction ids a leader takes at once: few, so that it happens often.
const idBlock = 5

// End implements txn.Log.
func (n *node) End(id state.TxnID) { delete(n.ids, id) }

// Propose implements txn.Log.
func (n *node) Propose(ctx context.Context, cmd *state.Command) (*state.Result, error) {
	s := n.sim
	if n.opened == 0 {
		return nil, notActive
	}
	c := *cmd
	if c.Term == 0 && c.Txn != 0 {
		c.Term = n.opened
	}
	c.Settled = n.settled()
	s.o.Mutation.propose(s, &c)
	if len(c.Ops) == 1 {
		if _, ok := c.Ops[0].(*state.Allocate); ok {
			return n.allocate(&c)
		}
	}
	var rec *record
	if c.Txn != 0 {
		rec = s.recs[s.cur]
	}
	return n.propose(ctx, &c, rec)
}

// propose gives a command to raft and waits.
func (n *node) propose(ctx context.Context, cmd *state.Command, rec *record) (*state.Result, error) {
	s := n.sim
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.pause() // commands of several actors overtake each other here
	if !n.leads {
		return nil, notActive
	}
	cmd.Micros = types.MicrosOf(s.clock())
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		return nil, err
	}
	p := &proposal{node: n, life: n.life, term: n.raftTerm, data: data, rec: rec, index: -1}
	n.asked = append(n.asked, p)
	if !n.stale() { // else it stays in n's own log, which the next leader overwrites
		s.flight = append(s.flight, p)
	}
	s.park(func() bool { return p.err != nil || p.res != nil }, 0)
	if p.err == nil && s.chance(s.o.Faults, 30) {
		p.err = fmt.Errorf("%w: the reply is lost", replica.ErrOutcomeUnknown)
		s.trace("%s: reply to %d is lost", n.id, p.index)
	}
	if p.err != nil {
		return nil, p.err
	}
	if p.res.Err != nil {
		e := *p.res.Err
		return p.res, &e
	}
	return p.res, nil
}

// allocate is a proposal that is answered without handing over: the transaction manager
// holds a lock meanwhile, which would stop the whole simulation.
func (n *node) allocate(cmd *state.Command) (*state.Result, error) {
	s := n.sim
	if !n.leads || n.stale() || s.chance(s.o.Faults, 10) {
		if s.rng.IntN(2) == 0 {
			return nil, notActive
		}
		return nil, replica.ErrOutcomeUnknown
	}
	for s.commit() {
	}
	if len(s.flight) > 0 {
		return nil, replica.ErrOutcomeUnknown
	}
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		return nil, err
	}
	p := &proposal{node: n, life: n.life, term: n.raftTerm, data: data, index: -1}
	s.append(p)
	n.catchUp()
	return p.res, nil
}

// catchUp applies everything committed.
func (n *node) catchUp() {
	for n.applied < len(n.sim.log) && n.sim.err == nil {
		n.apply()
	}
}
