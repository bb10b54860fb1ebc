package worker

import (
	"context"
	"slices"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/node/wire"
)

// sieves is what a query's nodes tell each other of the keys of join tables. Who has sealed its part of such a table
// tells all that sieve rows by it; these begin the stream that does when they have heard of everybody. Nobody waits
// long: that stream begins when the one that fills the table has ended on all nodes, and then all have told.
type sieves struct {
	of    map[int]*wire.Sieve // by table
	told  map[int][]string    // by table: the nodes that have told; guarded by the scheduler's lock
	heard map[int]int         // by table: of how many of them it is in the sieve; likewise
	news  chan struct{}       // 1: somebody has told
}

// addSieves makes what the query's nodes are to know of tables' keys.
func (q *query) addSieves() error {
	q.sieves = sieves{of: map[int]*wire.Sieve{}, told: map[int][]string{}, heard: map[int]int{},
		news: make(chan struct{}, 1)}
	for i := range q.start.Sieves {
		s := &q.start.Sieves[i]
		for _, id := range slices.Concat(s.Makers, s.Users) {
			if q.peers[id] == nil && id != q.ex.cfg.ID {
				return sqlerr.New(sqlerr.ProtocolViolation, "%s, who takes no part, is to know the keys of table %d", id, s.Table)
			}
		}
		q.sieves.of[s.Table] = s
	}
	return nil
}

// tellKeys tells those who want to know it what this node's part of a table, which is sealed, has for keys. Called
// without the lock.
func (q *query) tellKeys(table int) error {
	s, me := q.sieves.of[table], q.ex.cfg.ID
	if s == nil || !slices.Contains(s.Makers, me) {
		return nil
	}
	said, err := q.x.OwnSieve(table, len(s.Makers))
	if err != nil {
		return err
	}
	if err := fault.Point("worker.sieve"); err != nil {
		return err
	}
	for _, id := range s.Users {
		if id == me {
			err = q.hearKeys(me, table, said)
		} else if q.peers[id].Send(&wire.Data{Query: q.id, Exch: table, Kind: wire.DataSieve, Body: said}) != nil {
			err = wire.Lost(id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hearKeys notes what a node says of its part of a table. An error means that it does not keep to the protocol, or that
// there is no memory. Called without the lock.
func (q *query) hearKeys(node string, table int, said []byte) error {
	s := q.sieves.of[table]
	if s == nil || !slices.Contains(s.Makers, node) || !slices.Contains(s.Users, q.ex.cfg.ID) {
		return sqlerr.New(sqlerr.ProtocolViolation, "%s tells the keys of table %d, for which nobody has asked it", node, table)
	}
	sch := q.ex.sched
	sch.mu.Lock()
	again := slices.Contains(q.sieves.told[table], node)
	q.sieves.told[table] = append(q.sieves.told[table], node)
	sch.mu.Unlock()
	if again {
		return sqlerr.New(sqlerr.ProtocolViolation, "%s tells the keys of table %d twice", node, table)
	}
	if err := q.x.AddSieve(table, said); err != nil {
		return err
	}
	sch.mu.Lock()
	q.sieves.heard[table]++
	sch.mu.Unlock()
	select {
	case q.sieves.news <- struct{}{}:
	default:
	}
	return nil
}

// awaitKeys waits until all is known of the keys by which segments sieve rows. It ends early if the query has failed.
func (q *query) awaitKeys(ctx context.Context, segs []*segment) {
	for q.keysMissing(segs) {
		select {
		case <-q.sieves.news:
		case <-q.ctx.Done():
			return
		case <-ctx.Done():
			q.fail(sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request"))
			return
		}
	}
}

func (q *query) keysMissing(segs []*segment) bool {
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	for _, g := range segs {
		for _, t := range g.prog.Tables {
			if s := q.sieves.of[t.Table]; t.Sieve && s != nil && q.sieves.heard[t.Table] < len(s.Makers) {
				return true
			}
		}
	}
	return false
}
