package exec

import (
	"unsafe"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// Sinks by compiler/plan's numbers, which programs carry.
const (
	sinkHash = iota
	sinkAggr
	sinkSort
)

func freeArena(a unsafe.Pointer) { heap.ArenaFree(a) }

// Output takes an instance's chunks. False: no credit, the chunk stays with the instance.
type Output interface {
	Send(dest int, c *chunk.Chunk) bool
}

// RunState is how a run ended.
type RunState int

const (
	Idle    RunState = iota // the input is consumed
	Blocked                 // output was refused: run again when it would be taken
)

// state is an instance's memory for one variant.
type state struct {
	v   *variant
	buf mem.Buf
}

func (s *state) at(off int64) unsafe.Pointer { return unsafe.Add(s.buf.Ptr(), off) }
func (s *state) word(off int64) *int64       { return (*int64)(s.at(off)) }

// unit is a stretch of rows generated code is called for.
type unit struct {
	from, to int
	base     unsafe.Pointer // SourceTable: first entry or address array
}

// Instance is the private state of one worker or slice for one segment. Not
// safe for concurrent use.
type Instance struct {
	q      *Query
	seg    int
	states [2]*state // special, general
	cur    *state
	fused  *Fn
	out    Output
	part   *Part // the table part it fills, nil
	layout *chunk.Layout
	chunks []*chunk.Chunk
	dests  mem.Buf // addresses of chunks
	small  mem.Buf // arena, counters
	units  []unit
	input  *chunk.Chunk
	flush  []int

	finished bool
	errOp    int
	nFused   int64
	nSpecial int64
	rows     int64
}

// NewInstance makes an instance of a segment; dests is the number of
// destinations of its sink (0 if it fills a table).
func (q *Query) NewInstance(seg int, out Output, dests int) (*Instance, error) {
	in := &Instance{q: q, seg: seg, out: out}
	g := q.segs[seg][1].seg
	if err := in.init(g, dests); err != nil {
		in.free()
		return nil, err
	}
	q.mu.Lock()
	q.insts = append(q.insts, in)
	q.mu.Unlock()
	return in, nil
}

func (in *Instance) init(g *program.Segment, dests int) error {
	var err error
	n := len(g.Counters)
	if in.small, err = in.q.acct.Alloc(abi.ArenaSize + 8*n + 64); err != nil {
		return err
	}
	if k := int(g.Sink.Kind); k <= sinkSort {
		if err := in.openPart(g); err != nil {
			return err
		}
	} else {
		if in.dests, err = in.q.acct.Alloc(8 * max(dests, 1)); err != nil {
			return err
		}
		in.layout = chunk.FromProgram(g.Sink.Cols)
		in.chunks = make([]*chunk.Chunk, dests)
		for i := range in.chunks {
			if err := in.newChunk(i); err != nil {
				return err
			}
		}
	}
	for i, v := range in.q.segs[in.seg] {
		if v == nil {
			continue
		}
		if in.states[i], err = in.newState(v); err != nil {
			return err
		}
	}
	in.cur = in.states[1]
	return nil
}

// openPart makes the table part that the instance fills.
func (in *Instance) openPart(g *program.Segment) error {
	for _, s := range g.Tables {
		if !s.Writes {
			continue
		}
		p := &Part{shape: s.Shape, acct: in.q.acct}
		var init []byte
		if s.Shape.Kind == sinkAggr {
			init = make([]byte, s.Shape.EntrySize)
			for _, o := range s.Shape.NoneBytes {
				init[o] = 1
			}
		}
		p.tab = table.New(s.Shape.EntrySize, s.Shape.Kind == sinkAggr && s.Shape.Keyed, in.q.opt.TableStart, init)
		if p.tab == nil {
			return outOfMemory()
		}
		in.part = p
		if err := p.account(); err != nil {
			return err
		}
	}
	return nil
}

func (in *Instance) newState(v *variant) (*state, error) {
	buf, err := in.q.acct.Alloc(v.seg.StateSize)
	if err != nil {
		return nil, err
	}
	s := &state{v: v, buf: buf}
	q := in.q
	ptr := func(off int64, p unsafe.Pointer) { *(*unsafe.Pointer)(s.at(off)) = p }
	ptr(abi.StateCancel, unsafe.Pointer(q.cancelWord()))
	ptr(abi.StateArena, in.small.Ptr())
	ptr(abi.StateNull, q.nullRow())
	*s.word(abi.StateVector) = int64(q.opt.VectorRows)
	for _, p := range v.seg.Params {
		from := q.params[p.Param].plain
		if p.Trim {
			from = q.params[p.Param].trim
		}
		*(*[16]byte)(s.at(p.Slot)) = *(*[16]byte)(from)
		if q.params[p.Param].null {
			*(*byte)(s.at(p.Null)) = 1
		}
	}
	for i, off := range v.seg.Counters {
		ptr(off, unsafe.Add(in.small.Ptr(), abi.ArenaSize+8*i))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, c := range v.seg.Consts {
		putDatum(s.at(c.Slot), q.arena(), c.Phys, c.V)
	}
	for _, t := range v.seg.Tables {
		switch {
		case t.Writes:
			ptr(t.Slot, in.part.tab.Ptr())
		case q.table(t.Table).join != nil:
			ptr(t.Slot, q.table(t.Table).join.Ptr())
		default:
			return nil, sqlerr.New(sqlerr.InternalError, "BUG: table %d is not sealed", t.Table)
		}
	}
	if g := v.seg.Sink.Group; g != 0 {
		if in.part.tab.Count() == 0 {
			init := make([]byte, in.part.shape.EntrySize)
			for _, o := range in.part.shape.NoneBytes {
				init[o] = 1
			}
			if in.part.tab.AddEntry(init) == nil {
				return nil, outOfMemory()
			}
		}
		first, _ := in.part.tab.Slab(0)
		ptr(g, first)
	}
	if v.seg.Sink.Dests != 0 {
		ptr(v.seg.Sink.Dests, in.dests.Ptr())
		*s.word(v.seg.Sink.NDests) = int64(len(in.chunks))
	}
	return s, nil
}

func (in *Instance) newChunk(i int) error {
	c, err := chunk.New(in.q.acct, in.layout)
	if err != nil {
		return err
	}
	in.chunks[i] = c
	*(*unsafe.Pointer)(unsafe.Add(in.dests.Ptr(), 8*i)) = c.Ptr()
	return nil
}

// choose picks variant and tier for the next input.
func (in *Instance) choose(s *state) {
	in.cur, in.fused = s, nil
	if in.q.opt.Tier != Primitives {
		in.fused = s.v.fused.Load()
	}
	if s == in.states[0] {
		in.nSpecial++
	}
	if in.fused != nil {
		in.nFused++
	}
}

// SetScan gives rows [from, to) of an opened row group, beginning at a section.
// Guards decide on the variant. Errors of blocks surface in Run.
func (in *Instance) SetScan(rg *block.RowGroup, from, to int) error {
	s := in.states[1]
	if sp := in.states[0]; sp != nil && holds(sp.v.seg, rg.Meta()) {
		s = sp
	}
	in.choose(s)
	for _, c := range s.v.seg.Source.Cols {
		if c.Cursor == 0 {
			continue
		}
		if err := rg.FillCursor(c.ColNo, s.at(c.Cursor)); err != nil {
			return err
		}
	}
	in.units = in.units[:0]
	if abi.VectorRows%in.q.opt.VectorRows == 0 {
		in.units = append(in.units, unit{from: from, to: to})
		return nil
	}
	// Odd vector sizes (tests): no vector may reach into the next section.
	for at := from; at < to; at += abi.VectorRows {
		in.units = append(in.units, unit{from: at, to: min(at+abi.VectorRows, to)})
	}
	return nil
}

// holds checks a program's guards against a row group.
func holds(p *program.Segment, m *block.RowGroupMeta) bool {
	for _, g := range p.Guards {
		b := &m.Cols[p.Source.Cols[g.Col].ColNo]
		if g.NoNulls && b.Nulls > 0 || g.Bits > 0 && b.Bits > g.Bits || g.NoBlanks && b.TrailingBlanks {
			return false
		}
	}
	return true
}

// SetChunk gives a chunk; the instance frees it once consumed.
func (in *Instance) SetChunk(c *chunk.Chunk) {
	in.choose(in.states[1])
	in.input = c
	*(*unsafe.Pointer)(in.cur.at(in.cur.v.seg.Source.Base)) = c.Ptr()
	in.units = append(in.units[:0], unit{from: 0, to: c.Rows()})
}

// SetPart gives a part of a table of the query.
func (in *Instance) SetPart(p *Part) {
	in.choose(in.states[1])
	in.units = in.units[:0]
	if p.shape.Kind == sinkSort {
		in.units = append(in.units, unit{to: p.rows, base: p.order})
		return
	}
	for i := 0; i < p.tab.Slabs(); i++ {
		base, n := p.tab.Slab(i)
		in.units = append(in.units, unit{to: n, base: base})
	}
}

// SetValues lets the program make its literal rows.
func (in *Instance) SetValues() {
	in.choose(in.states[1])
	if b := in.cur.v.seg.Source.Base; b != 0 {
		*(*unsafe.Pointer)(in.cur.at(b)) = in.cur.buf.Ptr()
	}
	in.units = append(in.units[:0], unit{to: in.cur.v.seg.Source.Rows})
}

// Run works on the input until it is consumed, output is refused or a row fails.
func (in *Instance) Run() (RunState, error) {
	for {
		if !in.sendFull() {
			return Blocked, nil
		}
		if len(in.units) == 0 {
			in.endInput()
			return Idle, nil
		}
		u := in.units[0]
		if u.base != nil {
			*(*unsafe.Pointer)(in.cur.at(in.cur.v.seg.Source.Base)) = u.base
		}
		var st abi.Status
		if in.fused != nil {
			st = table.Call(in.fused.Entry, in.cur.buf.Ptr(), u.from, u.to)
		} else {
			st = in.cur.v.bound.Run(in.cur.buf.Ptr(), u.from, u.to)
		}
		if st == abi.Done {
			in.units = in.units[1:]
			continue
		}
		if err := in.act(st); err != nil {
			in.units = nil
			*in.cur.word(abi.StateResume) = 0
			in.endInput()
			return Idle, err
		}
	}
}

// act does what generated code left for.
func (in *Instance) act(st abi.Status) error {
	switch st {
	case abi.OutputFull:
		for i, c := range in.chunks {
			if c.Rows()+in.q.opt.VectorRows > abi.ChunkCapRows {
				in.flush = append(in.flush, i)
			}
		}
		if len(in.flush) == 0 {
			return sqlerr.New(sqlerr.InternalError, "BUG: output is full but no chunk is")
		}
		return nil
	case abi.Grow:
		return in.grow()
	case abi.Host:
		return in.host(int(*in.cur.word(abi.StateWhat)))
	case abi.Cancelled:
		return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	case abi.Error:
		e := *in.cur.word(abi.StateErrCode)
		in.errOp = int(e >> 32)
		return fn.Code(int32(e)).Err()
	}
	return sqlerr.New(sqlerr.InternalError, "BUG: generated code returned status %d", st)
}

// grow makes room in the table that is filled. A sort of which only the first rows are wanted drops the others.
func (in *Instance) grow() error {
	p := in.part
	if keep := in.keep(); keep > 0 && p.tab.Count() > 4*keep+4*abi.VectorRows {
		if !p.tab.Trim(p.shape.SortKeyOff, keep) {
			return outOfMemory()
		}
	}
	if !p.tab.Grow(in.q.opt.VectorRows) {
		return outOfMemory()
	}
	return p.account()
}

// keep is how many sorted rows are wanted, 0: all.
func (in *Instance) keep() int {
	s := in.q.segs[in.seg][1].seg.Sink
	if s.Kind != sinkSort || s.LimitParam < 0 {
		return 0
	}
	n := *(*int64)(in.q.params[s.LimitParam].plain)
	if in.q.params[s.LimitParam].null {
		return 0
	}
	if s.OffsetParam >= 0 && !in.q.params[s.OffsetParam].null {
		n += *(*int64)(in.q.params[s.OffsetParam].plain)
	}
	if n < 0 || n > 1<<24 {
		return 0
	}
	return max(int(n), 1)
}

// sendFull hands over the chunks marked as full; false if one is refused.
func (in *Instance) sendFull() bool {
	for len(in.flush) > 0 {
		i := in.flush[len(in.flush)-1]
		if in.chunks[i].Rows() > 0 {
			if !in.out.Send(i, in.chunks[i]) {
				return false
			}
			in.chunks[i] = nil
			if err := in.newChunk(i); err != nil {
				// The account is at its limit: the next entry of the code reports it.
				in.q.Cancel()
				return true
			}
		}
		in.flush = in.flush[:len(in.flush)-1]
	}
	return true
}

func (in *Instance) endInput() {
	if in.input != nil {
		in.input.Free()
		in.input = nil
	}
	in.rows += *in.cur.word(abi.StateRowsIn)
	*in.cur.word(abi.StateRowsIn) = 0
	freeArena(in.small.Ptr())
}

// Finish ends the instance: what chunks hold is sent, a table's part is handed to the query.
func (in *Instance) Finish() (RunState, error) {
	if !in.finished {
		in.finished = true
		for i := range in.chunks {
			in.flush = append(in.flush, i)
		}
		if in.part != nil {
			if err := in.finishPart(); err != nil {
				return Idle, err
			}
		}
	}
	if !in.sendFull() {
		return Blocked, nil
	}
	return Idle, nil
}

func (in *Instance) finishPart() error {
	p := in.part
	p.rows = p.tab.Count()
	if p.shape.Kind == sinkSort {
		p.order, p.rows = p.tab.Sort(p.shape.SortKeyOff, in.keep())
		if p.order == nil {
			return outOfMemory()
		}
	}
	if err := p.account(); err != nil {
		return err
	}
	in.q.mu.Lock()
	defer in.q.mu.Unlock()
	for _, s := range in.q.segs[in.seg][1].seg.Tables {
		if s.Writes {
			t := in.q.table(s.Table)
			t.parts = append(t.parts, p)
		}
	}
	in.part = nil
	return nil
}

// Fused is the fused code that the present input runs on, nil on primitives.
func (in *Instance) Fused() *Fn { return in.fused }

// Tiers counts inputs run on fused code and on the special variant.
func (in *Instance) Tiers() (fused, special int64) { return in.nFused, in.nSpecial }

// Rows is the number of rows the source has yielded.
func (in *Instance) Rows() int64 { return in.rows }

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
}

func (in *Instance) free() {
	if in.input != nil {
		in.input.Free()
		in.input = nil
	}
	for _, c := range in.chunks {
		if c != nil {
			c.Free()
		}
	}
	in.chunks = nil
	if in.part != nil {
		in.part.free()
		in.part = nil
	}
	if in.small.Ptr() != nil {
		freeArena(in.small.Ptr())
	}
	in.small.Free()
	in.dests.Free()
	for i, s := range in.states {
		if s != nil {
			s.buf.Free()
			in.states[i] = nil
		}
	}
}
