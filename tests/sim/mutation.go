package sim

import (
	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/state"
	"slipher/leader/keep"
)

// Mutation breaks one guard, to see whether the checks notice.
type Mutation int

// What can be broken.
const (
	None         Mutation = iota
	NoFence               // commands of earlier terms count
	NoTxn                 // each proposal has a transaction id of its own: repeated ones count again
	NoConflict            // rows that are gone already can be deleted again
	NoReads               // SERIALIZABLE says nothing of what it has read
	NoPins                // garbage is collected although somebody reads it
	NoRunning             // objects of open transactions are taken for orphans
	WrongDeletes          // merges delete as many rows as were deleted meanwhile, but others
	EarlySettled          // results are forgotten while somebody may still ask for them
	NoTemps               // objects of temporary tables are taken for orphans
	NoLocks               // LOCK locks nothing
	mutationsEnd
)

func (m Mutation) String() string {
	return [...]string{"none", "no fence", "no transaction ids", "no conflicts", "no reads", "no pins",
		"no running writers", "wrong deletes", "early settled", "no temporary tables", "no locks"}[m]
}

// propose changes a command on its way into the log.
func (m Mutation) propose(s *Sim, cmd *state.Command) {
	switch m {
	case NoFence:
		cmd.Term = 0
	case NoTxn:
		if cmd.Txn != 0 {
			s.madeUp++
			cmd.Txn, cmd.Settled = 1<<40+s.madeUp, 0
		}
	case NoReads:
		cmd.Reads = nil
	case EarlySettled:
		if cmd.Txn != 0 {
			cmd.Settled = cmd.Txn + 1
		}
	case WrongDeletes:
		for i := range cmd.Ops {
			r, ok := cmd.Ops[i].(*state.Replace)
			if !ok {
				continue
			}
			own := *r
			own.New = nil
			for _, n := range r.New {
				if n.Dead > 0 {
					first := roaring.New()
					first.AddRange(0, uint64(n.Dead))
					n.Deleted, _ = first.ToBytes()
				}
				own.New = append(own.New, n)
			}
			cmd.Ops = []state.Op{&own}
		}
	}
}

// apply changes a committed command before it is applied, on all replicas alike.
func (m Mutation) apply(c *state.Catalog, cmd *state.Command) {
	if m != NoConflict {
		return
	}
	for i := range cmd.Ops {
		d, ok := cmd.Ops[i].(*state.Delta)
		if !ok {
			continue
		}
		t := c.TableByID(d.Table)
		if t == nil {
			continue
		}
		own := map[string]bool{}
		for _, a := range d.Adds {
			own[a.Name] = true
		}
		var kept []state.RowSet
		for _, set := range d.Deletes {
			o := t.Version.Objects.Find(set.Object)
			if o == nil && !own[set.Object] {
				continue
			}
			if o != nil && len(o.Deleted) > 0 {
				want, gone := roaring.New(), roaring.New()
				want.FromBuffer(set.Rows)
				gone.FromBuffer(o.Deleted)
				set.Rows, _ = roaring.AndNot(want, gone).ToBytes()
			}
			kept = append(kept, set)
		}
		d.Deletes = kept
	}
}

// readers is whom a keeper asks.
func (m Mutation) readers(n *node) keep.Readers {
	switch m {
	case NoPins:
		return noPins{n.txns, n}
	case NoTemps:
		return noTemps{n.txns}
	case NoRunning:
		return noRunning{n.txns}
	}
	return n.txns
}

type noPins struct {
	keep.Readers
	n *node
}

func (r noPins) Oldest() uint64 { return r.n.cat.Version() }

type noRunning struct{ keep.Readers }

func (noRunning) Running(state.TxnID) bool { return false }

type noTemps struct{ keep.Readers }

func (noTemps) TempObjects() map[string]bool { return nil }
