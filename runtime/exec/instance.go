package exec

import (
	"math"
	"slices"
	"sync/atomic"

	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// state is an instance's memory for one variant.
type state struct {
	v   *variant
	buf mem.Buf
}

func (s *state) view() offheap.View { return s.buf.View() }

// Instance is the private state of one worker or slice for one segment. Not
// safe for concurrent use.
type Instance struct {
	q        *Query
	seg      int
	acct     *mem.Account // the segment's
	states   [2]*state    // special, general
	cur      *state
	fused    *Fn
	out      Output
	part     *Part // the table part it fills, nil
	seen     *Part // the part that its step works on, the query's; nil
	slice    int   // that it works for, -1: none in particular
	outlet   outlet
	ndests   int
	dests    mem.Buf // addresses of what rows go into, by destination
	small    mem.Buf // arena, counters, stop word
	units    []unit
	memos    []*memo // by host call; nil: not used yet
	unitRows int     // how many rows generated code is called for at once; pace.go
	kept     int64   // bytes of strings of all that it had made of its rows when pace.go looked last
	input    chunk.Batch
	flush    []int // destinations to which rows are to be sent
	whole    bool  // all rows, not only what is due

	enough   atomic.Bool // its input is over, whatever there is
	limited  bool        // it is behind a LIMIT: what it has is sent soon
	finished bool
	errOp    int
	nFused   int64
	nSpecial int64
	adopted  int64   // rows of the present input that went to the table as they were
	counts   []int64 // of the last input: Counts
	meter    meter
}

// NewInstance makes an instance of a segment, for a slice (-1: for none in particular); dests is the number of
// destinations of its sink (0 if it fills a table).
func (q *Query) NewInstance(seg, slice int, out Output, dests int) (*Instance, error) {
	in := &Instance{q: q, seg: seg, slice: slice, acct: q.accts[seg], out: out, unitRows: firstRows}
	g := q.segs[seg][1].seg
	if err := in.init(g, dests); err != nil {
		in.free()
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.insts = append(q.insts, in)
	if q.enough[seg] {
		in.enough.Store(true)
	}
	if q.canceled.Load() || q.enough[seg] {
		in.stop()
	}
	return in, nil
}

func (in *Instance) init(g *program.Segment, dests int) error {
	var err error
	n := len(g.Counters)
	if in.small, err = in.acct.Alloc(abi.ArenaSize + 8*n + 64); err != nil {
		return err
	}
	heap.SetArenaAccount(in.small.View().Pointer(), in.acct.Counters())
	in.setCancelWord()
	if err := in.openMeter(g); err != nil {
		return err
	}
	if err := in.openParts(g); err != nil {
		return err
	}
	if !g.Sink.Kind.Fills() {
		if in.dests, err = in.acct.Alloc(8 * max(dests, 1)); err != nil {
			return err
		}
		in.ndests = dests
		in.limited = slices.ContainsFunc(g.Loops, func(l program.Loop) bool { return l.Enough != 0 })
	}
	for i, v := range in.q.segs[in.seg] {
		if v == nil {
			continue
		}
		buf, err := in.acct.Alloc(v.seg.StateSize)
		if err != nil {
			return err
		}
		in.states[i] = &state{v: v, buf: buf}
		if err := in.fill(in.states[i]); err != nil {
			return err
		}
	}
	in.cur = in.states[1]
	in.counts = make([]int64, 1+len(g.Tallies))
	return in.openOutlet(g, dests)
}

// openOutlet makes the way out of a segment that fills no table.
func (in *Instance) openOutlet(g *program.Segment, dests int) error {
	if g.Sink.Kind.Fills() {
		return nil
	}
	if g.Sink.Kind == program.SinkDist {
		o, err := newRowOutlet(in.acct, &g.Sink.Shape, dests, in.q.opt, in.q.cancelWord())
		if err != nil {
			return err
		}
		in.outlet = o
	} else {
		in.outlet = newChunkOutlet(in.acct, g.Sink.Cols, dests)
	}
	for i := range dests {
		if err := in.open(i); err != nil {
			return err
		}
	}
	return nil
}

// openParts makes the table part that the instance fills, and finds the one that its step works on.
func (in *Instance) openParts(g *program.Segment) error {
	for _, s := range g.Tables {
		switch {
		case !s.Writes:
		case s.Kept:
			var err error
			if in.seen, err = in.q.keptPart(in, s); err != nil {
				return err
			}
		default:
			tab, err := in.newTable(s)
			if err != nil {
				return err
			}
			in.part = &Part{tab: tab, shape: s.Shape, seg: in.seg, slice: in.slice}
		}
	}
	return nil
}

// newTable makes an empty part of a table.
func (in *Instance) newTable(s program.TableSlot) (*table.Table, error) {
	var init []byte
	if s.Shape.Kind == program.SinkAggr {
		init = make([]byte, s.Shape.EntrySize)
		for _, o := range s.Shape.NoneBytes {
			init[o] = 1
		}
	}
	tab, err := table.New(in.acct, s.Shape.EntrySize, s.Shape.Kind == program.SinkAggr && s.Shape.Keyed,
		in.q.opt.TableStart, init)
	if err != nil {
		return nil, err
	}
	tab.SetCancel(in.q.cancelWord())
	return tab, nil
}

// fill writes what stays the same for all inputs: addresses, parameters, constants.
func (in *Instance) fill(s *state) error {
	q, v := in.q, s.v
	st := s.view()
	st.SetView(abi.StateStop, in.stopWord())
	st.SetView(abi.StateArena, in.small.View())
	st.SetView(abi.StateNull, nullRow())
	if in.meter.Meter != nil {
		st.SetView(abi.StateMeter, in.meter.View())
	}
	offheap.Set(st, abi.StateVector, int64(q.mostRows(v)))
	for _, p := range v.seg.Params {
		from := q.params[p.Param].plain
		if p.Limit && q.params[p.Param].null {
			offheap.Set[int64](st, p.Slot, math.MaxInt64)
			continue
		}
		if p.Trim {
			from = q.params[p.Param].trim
		}
		offheap.Set(st, p.Slot, offheap.At[[paramSize]byte](from, 0))
		switch { // the state may have been filled before: Reset
		case q.params[p.Param].null:
			offheap.Set[byte](st, p.Null, 1)
		case p.Null != 0:
			offheap.Set[byte](st, p.Null, 0)
		}
	}
	for _, a := range v.seg.Arenas {
		heap.SetArenaAccount(st.From(a).Pointer(), in.acct.Counters())
	}
	for i, off := range v.seg.Counters {
		st.SetView(off, in.small.View().From(abi.ArenaSize+8*int64(i)))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, c := range v.seg.Consts {
		if !c.V.Null {
			offheap.SetDatum(st, c.Slot, c.Phys, c.V, q.arena())
		}
	}
	for _, t := range v.seg.Tables {
		switch {
		case t.Sieve:
			if q.sieves[t.Table] == nil {
				return sqlerr.New(sqlerr.InternalError, "BUG: the keys of table %d are not known", t.Table)
			}
			st.SetView(t.Slot, q.sieves[t.Table].buf.View())
		case t.Kept:
			st.SetView(t.Slot, in.seen.tab.View())
		case t.Writes:
			st.SetView(t.Slot, in.part.tab.View())
		case q.table(t.Table).join != nil:
			st.SetView(t.Slot, q.table(t.Table).join.View())
		default:
			return sqlerr.New(sqlerr.InternalError, "BUG: table %d is not sealed", t.Table)
		}
	}
	if g := v.seg.Sink.Group; g != 0 {
		if in.part.tab.Count() == 0 {
			init := make([]byte, in.part.shape.EntrySize)
			for _, o := range in.part.shape.NoneBytes {
				init[o] = 1
			}
			if err := in.part.tab.AddEntry(init); err != nil {
				return err
			}
		}
		first, _ := in.part.tab.Page(0)
		st.SetView(g, first)
	}
	if v.seg.Sink.Dests != 0 {
		st.SetView(v.seg.Sink.Dests, in.dests.View())
		offheap.Set(st, v.seg.Sink.NDests, int64(in.ndests))
	}
	return q.arenaErr()
}

// Fused is the fused code that the present input runs on, nil on primitives.
func (in *Instance) Fused() *Fn { return in.fused }

// Tiers counts inputs run on fused code and on the special variant.
func (in *Instance) Tiers() (fused, special int64) { return in.nFused, in.nSpecial }

// Counts are rows of the input that was consumed last: what the source has yielded, then what was left behind each
// step. They are valid until the next Run.
func (in *Instance) Counts() []int64 { return in.counts }

// ErrorColumn is the output column (from 0) whose expression failed last, -1 if not known.
func (in *Instance) ErrorColumn() int {
	p := in.cur.v.seg
	if in.errOp < 1 || in.errOp > len(p.Ins) {
		return -1
	}
	return p.Ins[in.errOp-1].Col - 1
}

// Close frees the instance's memory early; Query.Close does it otherwise.
func (in *Instance) Close() {
	in.q.mu.Lock()
	defer in.q.mu.Unlock()
	in.free()
	in.q.insts = slices.DeleteFunc(in.q.insts, func(o *Instance) bool { return o == in })
}

func (in *Instance) free() {
	if in.input != nil {
		in.input.Free()
		in.input = nil
	}
	if in.outlet != nil {
		in.outlet.free()
		in.outlet = nil
	}
	if in.part != nil {
		in.part.free()
		in.part = nil
	}
	if small := in.small.View(); !small.Nowhere() {
		freeArena(small)
	}
	in.small.Free()
	in.dests.Free()
	in.meter.buf.Free()
	for i, s := range in.states {
		if s != nil {
			for _, a := range s.v.seg.Arenas {
				freeArena(s.view().From(a))
			}
			s.buf.Free()
			in.states[i] = nil
		}
	}
}
