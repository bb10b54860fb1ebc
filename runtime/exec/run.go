package exec

import (
	"math"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

func freeArena(a offheap.View) { heap.ArenaFree(a.Pointer()) }

// spoilt is the refusal of memory for strings that Go code has put into an arena of an account.
func spoilt(a offheap.View, acct *mem.Account) error {
	if heap.ArenaSpoilt(a.Pointer()) {
		return acct.Refusal()
	}
	return nil
}

// RunState is how a run ended.
type RunState int

const (
	Idle    RunState = iota // the input is consumed
	Blocked                 // output was refused: run again when it would be taken
	Yielded                 // others want their turn: run again
)

// Run works on the input until it is consumed, output is refused, a row fails or somebody asks it to come back.
func (in *Instance) Run() (RunState, error) {
	yield := false
	for {
		if (yield || len(in.units) == 0) && in.limited && len(in.flush) == 0 {
			in.flushAll() // who reads may have enough with these
		}
		if sent, err := in.sendFull(); err != nil {
			return in.fail(err)
		} else if !sent {
			return Blocked, nil
		}
		switch {
		case len(in.units) == 0:
			in.endInput()
			return Idle, nil
		case yield:
			return Yielded, nil
		}
		u := in.next()
		if !u.base.Nowhere() {
			in.cur.view().SetView(in.cur.v.seg.Source.Base, u.base)
		}
		var st abi.Status
		switch state := in.cur.view().Pointer(); {
		case in.fused != nil && in.meter.Meter != nil:
			st = table.CallMeasured(in.fused.Entry, state, u.from, u.to, in.meter.Meter)
		case in.fused != nil:
			st = table.Call(in.fused.Entry, state, u.from, u.to)
		case in.meter.Meter != nil:
			st = in.cur.v.bound.Measure(state, u.from, u.to, in.meter.Meter)
		default:
			st = in.cur.v.bound.Run(state, u.from, u.to)
		}
		switch st {
		case abi.Done:
			in.worked()
			continue
		case abi.Enough:
			in.enough.Store(true)
			in.dropInput()
			continue
		case abi.Stopped:
			over, err := in.stopped()
			if err != nil {
				return in.fail(err)
			}
			if over {
				in.dropInput()
			}
			yield = true
			continue
		}
		if err := in.act(st); err != nil {
			return in.fail(err)
		}
	}
}

// dropInput forgets what is left of the input.
func (in *Instance) dropInput() {
	in.units = nil
	offheap.Set[int64](in.cur.view(), abi.StateResume, 0)
}

// flushAll marks all destinations for which there are rows.
func (in *Instance) flushAll() {
	in.whole = true
	for i := range in.ndests {
		if in.outlet.holds(i) {
			in.flush = append(in.flush, i)
		}
	}
}

// fail drops the input.
func (in *Instance) fail(err error) (RunState, error) {
	if in.q.canceled.Load() { // growing and sorting were given up, not out of memory
		err = canceled()
	}
	in.dropInput()
	in.endInput()
	return Idle, err
}

// act does what generated code left for.
func (in *Instance) act(st abi.Status) error {
	switch st {
	case abi.OutputFull:
		for i := range in.ndests {
			heavy := in.outlet.heavy(i)
			if heavy || in.outlet.full(i, in.q.mostRows(in.cur.v)) {
				in.flush = append(in.flush, i)
			}
			if heavy {
				in.cut()
			}
		}
		if len(in.flush) == 0 {
			return sqlerr.New(sqlerr.InternalError, "BUG: there is room for what generated code has no room for")
		}
		return nil
	case abi.Grow:
		return in.grow()
	case abi.Host:
		if err := in.host(int(offheap.At[int64](in.cur.view(), abi.StateWhat))); err != nil {
			return err
		}
		return spoilt(in.small.View(), in.acct)
	case abi.NoMemory: // or the query is canceled: fail says so
		return in.refusal()
	case abi.Error:
		e := offheap.At[int64](in.cur.view(), abi.StateErrCode)
		in.errOp = int(e >> 32)
		return fn.Code(int32(e)).Err()
	}
	return sqlerr.New(sqlerr.InternalError, "BUG: generated code returned status %d", st)
}

// refusal is that of memory for generated code. What its step remembers counts for the segment that began with it.
func (in *Instance) refusal() error {
	if in.seen != nil && !in.acct.Refused() {
		return in.q.accts[in.seen.seg].Refusal()
	}
	return in.acct.Refusal()
}

// grow makes room in the table that is filled. A sort of which only the first rows are wanted drops the others.
func (in *Instance) grow() error {
	if in.seen != nil && in.seen.table == int(offheap.At[int64](in.cur.view(), abi.StateWhat)) {
		return in.seen.tab.Grow(in.q.opt.VectorRows)
	}
	p := in.part
	if keep := in.keep(); keep > 0 && p.tab.Count() > 4*keep+2*abi.VectorRows { // a page is full
		if err := p.tab.Trim(p.shape.SortKeyOff, keep, p.shape.Strings()); err != nil {
			return err
		}
	}
	return p.tab.Grow(in.q.mostRows(in.cur.v))
}

// Cut is the first eight bytes of the last key that a sort of which only the first rows are wanted still takes; all
// bits set: it takes any. It looks for that early: rows behind need not be read.
func (in *Instance) Cut() (uint64, error) {
	keep, tab := in.keep(), in.part.tab
	if keep == 0 || in.seen != nil {
		return math.MaxUint64, nil
	}
	if tab.Cut() == math.MaxUint64 && tab.Count() > 4*keep+firstCut {
		if err := tab.Trim(in.part.shape.SortKeyOff, keep, in.part.shape.Strings()); err != nil {
			return 0, err
		}
	}
	return tab.Cut(), nil
}

// firstCut is how many rows more than four times those wanted there are when a sort is cut first.
const firstCut = 64

// keep is how many sorted rows are wanted, 0: all.
func (in *Instance) keep() int {
	s := in.q.segs[in.seg][1].seg.Sink
	if s.Kind != program.SinkSort || s.LimitParam < 0 {
		return 0
	}
	n := offheap.At[int64](in.q.params[s.LimitParam].plain, 0)
	if in.q.params[s.LimitParam].null {
		return 0
	}
	if s.OffsetParam >= 0 && !in.q.params[s.OffsetParam].null {
		n += offheap.At[int64](in.q.params[s.OffsetParam].plain, 0)
	}
	if n < 0 || n > 1<<24 {
		return 0
	}
	return max(int(n), 1)
}

// sendFull hands over what is due for the destinations marked and makes room for more; false if some is refused.
func (in *Instance) sendFull() (bool, error) {
	for len(in.flush) > 0 {
		i := in.flush[len(in.flush)-1]
		if !in.outlet.hand(i, in.whole, in.out) {
			return false, nil
		}
		if !in.finished {
			// While this fails i stays marked: generated code must not see the address of a chunk that is gone.
			if err := in.open(i); err != nil {
				return true, err
			}
		}
		in.flush = in.flush[:len(in.flush)-1]
	}
	in.whole = in.finished
	return true, nil
}

// open makes room for a vector of rows for a destination.
func (in *Instance) open(dest int) error {
	if err := in.outlet.ready(dest, in.q.mostRows(in.cur.v)); err != nil {
		return err
	}
	in.dests.View().SetView(8*int64(dest), in.outlet.place(dest))
	return nil
}

func (in *Instance) endInput() {
	if in.input != nil {
		in.input.Free()
		in.input = nil
	}
	in.count()
	freeArena(in.small.View())
}

// count takes the sums of rows that generated code has made over the input.
func (in *Instance) count() {
	st := in.cur.view()
	n := offheap.At[int64](st, abi.StateRowsIn) + in.adopted
	offheap.Set[int64](st, abi.StateRowsIn, 0)
	in.adopted = 0
	in.counts[0] = n
	for i, at := range in.cur.v.seg.Tallies {
		if at != 0 {
			n = offheap.At[int64](st, at)
			offheap.Set[int64](st, at, 0)
		}
		in.counts[i+1] = n
	}
}

// Finish ends the instance: rows that wait are sent, a table's part is handed to the query.
func (in *Instance) Finish() (RunState, error) {
	if !in.finished {
		in.finished = true
		in.flushAll()
		if in.part != nil {
			if err := in.finishPart(); err != nil {
				return in.fail(err)
			}
		}
	}
	if sent, err := in.sendFull(); err != nil || sent {
		return Idle, err
	}
	return Blocked, nil
}

func (in *Instance) finishPart() error {
	p := in.part
	p.tab.End()
	p.rows = p.tab.Count()
	if p.shape.Kind == program.SinkSort {
		var err error
		if p.order, p.rows, err = p.tab.Sort(p.shape.SortKeyOff, in.keep()); err != nil {
			return err
		}
	}
	in.q.mu.Lock()
	defer in.q.mu.Unlock()
	for _, s := range in.q.segs[in.seg][1].seg.Tables {
		if s.Writes && !s.Kept {
			t := in.q.table(s.Table)
			t.parts = append(t.parts, p)
		}
	}
	in.part = nil
	return nil
}
