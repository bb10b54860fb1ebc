package exec

import (
	"fmt"
	"sync"
	"sync/atomic"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/table"
	"slipher/runtime/loader"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// nullRow is the entry whose fields a left join reads where nothing matched: zeros, as many as an entry may have bytes.
// It is the process's, never written and never freed.
var nullRow = sync.OnceValue(func() offheap.View {
	return offheap.Of(heap.AllocZero(abi.PageSize), abi.PageSize)
})

// Code is a segment's programs. Special may be nil; it runs where its guards hold.
type Code struct{ Special, General *program.Segment }

// Options shape execution; zero values are defaults.
type Options struct {
	VectorRows int // rows a vector, at most abi.VectorRows
	TableStart int // entries a table starts with
	Tier       Tier
	Measure    bool // where its time goes: Instance.Spent
}

// Fn is a loaded fused entry point; the code stays mapped as long as it is referred to.
type Fn struct {
	Entry uintptr
	Code  *loader.Code
	Key   [32]byte // names the artifact, for breadcrumbs
}

// variant is one program of a segment, bound to primitives.
type variant struct {
	seg   *program.Segment
	bound *table.Program
	fused atomic.Pointer[Fn]
}

// Query is a query's code, parameters and tables on this node. NewInstance,
// SealTable, Parts and SetFused may be called concurrently.
type Query struct {
	e      *Engine
	opt    Options
	acct   *mem.Account
	accts  []*mem.Account // of acct, by segment
	segs   [][2]*variant  // special (may be nil), general
	clock  clock
	shared mem.Buf // cancel word, arena of parameters' strings (at 16), parameters (at 64)
	params []paramPlace
	lists  []mem.Buf

	mu       sync.Mutex          // held for moments only: Cancel takes it
	tables   map[int]*queryTable // guarded by mu
	sieves   map[int]*sieve      // by join table; guarded by mu
	kept     map[[2]int]*Part    // by table and slice: what steps remember; guarded by mu
	insts    []*Instance         // guarded by mu
	enough   map[int]bool        // segments that want no more input; guarded by mu
	closed   bool                // guarded by mu
	canceled atomic.Bool
}

// NewQuery binds the programs of a query. The caller closes it after all of its instances.
func (e *Engine) NewQuery(segs []Code, params []Param, acct *mem.Account, o Options) (*Query, error) {
	if o.VectorRows <= 0 || o.VectorRows > abi.VectorRows {
		o.VectorRows = abi.VectorRows
	}
	if o.TableStart <= 0 {
		o.TableStart = 1024
	}
	q := &Query{e: e, opt: o, acct: acct, tables: map[int]*queryTable{}, sieves: map[int]*sieve{},
		kept: map[[2]int]*Part{}, enough: map[int]bool{}}
	if o.Measure {
		q.clock = startClock()
	}
	var err error
	if q.shared, err = acct.Alloc(64 + 64*(len(params)+1)); err != nil {
		return nil, err
	}
	heap.SetArenaAccount(q.arena().Pointer(), acct.Counters())
	if err := q.setParams(params); err != nil {
		q.Close()
		return nil, err
	}
	for _, c := range segs {
		q.accts = append(q.accts, acct.Child(operator(c.General)))
		q.segs = append(q.segs, [2]*variant{})
		vs := &q.segs[len(q.segs)-1]
		for i, s := range []*program.Segment{c.Special, c.General} {
			if s == nil {
				continue
			}
			if vs[i], err = e.bind(s); err != nil {
				q.Close()
				return nil, err
			}
		}
	}
	return q, nil
}

// bind looks up a program's primitives.
func (e *Engine) bind(s *program.Segment) (*variant, error) {
	ins := make([]table.Instruction, len(s.Ins))
	for i, in := range s.Ins {
		addr, ok := e.lib.Addr(in.Fn)
		if !ok {
			return nil, fmt.Errorf("BUG: segment %d: no primitive %s (are those in this binary older than its code?)", s.ID, in.Fn)
		}
		ins[i] = table.Instruction{Fn: addr, Args: in.Off}
	}
	loops := make([]table.Loop, len(s.Loops))
	for i, l := range s.Loops {
		loops[i] = table.Loop{First: int64(l.First), Last: int64(l.Last), Count: l.Count, Again: l.Again, Enough: l.Enough,
			Yields: l.Yields, Tally: l.Tally}
	}
	return &variant{seg: s, bound: table.Bind(ins, loops, s.Source.Count, s.Ends)}, nil
}

func (q *Query) cancelWord() *int32  { return offheap.Word[int32](q.shared.View(), 0) }
func (q *Query) arena() offheap.View { return q.shared.View().From(16) }

// SetFused installs loaded code for a segment's variant; instances use it from their next input on.
func (q *Query) SetFused(seg int, special bool, f *Fn) {
	i := 1
	if special {
		i = 0
	}
	if v := q.segs[seg][i]; v != nil {
		v.fused.Store(f)
	}
}

// Memory is the most bytes that a segment has had at a time, with the part of a table that it fills.
func (q *Query) Memory(seg int) int64 { return q.accts[seg].Peak() }

// trimAbove is the peak, in bytes, from which on a query's memory is given back
// to the system: sorts of strings had left more than a gigabyte with the C library.
const trimAbove = 128 << 20

// Close frees everything; no instance may be running.
func (q *Query) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, in := range q.insts {
		in.free()
	}
	for _, t := range q.tables {
		if t != nil {
			t.free()
		}
	}
	q.tables = map[int]*queryTable{}
	for _, s := range q.sieves {
		s.buf.Free()
	}
	q.sieves, q.closed = map[int]*sieve{}, true
	for _, p := range q.kept {
		p.free()
	}
	q.kept = map[[2]int]*Part{}
	for _, vs := range q.segs {
		for _, v := range vs {
			if v != nil {
				v.bound.Free()
			}
		}
	}
	q.segs = nil
	for i := range q.lists {
		q.lists[i].Free()
	}
	if !q.shared.View().Nowhere() {
		freeArena(q.arena())
	}
	q.shared.Free()
	if q.acct.Peak() > trimAbove {
		heap.Trim()
	}
	return nil
}
