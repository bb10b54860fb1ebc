package schedule_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/node/wire"
	"slipher/node/worker"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// fakeEngine runs programs of one BIGINT column without generated code: what
// the scheduling sees is all there (instances, parts, refused chunks). Tables hold the
// rows, and aggregate tables yield one row, their sum.
type fakeEngine struct {
	poison int64 // a row of this value is an error
	less   int   // rows saved in this table, if it is not 0, are one less, and none when that is least
	least  int64
}

const fakeRows = 7 // rows a chunk, so that there are many

func (e *fakeEngine) NewQuery(segs []worker.Code, _ []wire.Param, acct *mem.Account, _ wire.Options) (worker.Query,
	error) {
	return &fakeQuery{e: e, segs: segs, acct: acct, parts: map[int][]worker.Part{}, fused: map[int]bool{},
		sealed: map[int]bool{}}, nil
}

type fakeQuery struct {
	e    *fakeEngine
	segs []worker.Code
	acct *mem.Account

	mu     sync.Mutex
	parts  map[int][]worker.Part
	fused  map[int]bool
	sealed map[int]bool // by table
}

func (q *fakeQuery) NewInstance(seg, _ int, out worker.Output, dests int) (worker.Instance, error) {
	p := q.segs[seg].General
	in := &fakeInstance{q: q, seg: seg, p: p, out: out, open: make([][]int64, dests), wait: make([]chunk.Batch, dests)}
	return in, nil
}

func (*fakeQuery) OwnSieve(int, int) ([]byte, error) { return nil, nil }

func (*fakeQuery) AddSieve(int, []byte) error { return nil }

func (q *fakeQuery) SieveKeys(t, k int) func(block.Range) bool { return q.JoinKeys(t, k) }

// JoinKeys may be anything.
func (*fakeQuery) JoinKeys(int, int) func(block.Range) bool {
	return func(block.Range) bool { return true }
}

// SealTable refuses to seal twice, or before Finish has brought the last part.
func (q *fakeQuery) SealTable(t int) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.sealed[t] {
		return fmt.Errorf("table %d is sealed twice", t)
	}
	q.sealed[t] = true
	return nil
}
func (q *fakeQuery) Parts(t int) []worker.Part {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.parts[t]
}
func (q *fakeQuery) SetFused(seg int, _ bool, _ worker.FusedFn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fused[seg] = true
}
func (q *fakeQuery) StopSegment(int)  {}
func (q *fakeQuery) Memory(int) int64 { return 0 }
func (q *fakeQuery) Cancel()          {}
func (q *fakeQuery) Close() error     { return nil }
func (q *fakeQuery) Turn(work, next int, fresh, _ []int) (rows int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parts[work] = q.parts[next]
	for _, p := range q.parts[work] {
		rows += len(p.(*fakePart).rows)
	}
	for _, t := range append([]int{next}, fresh...) {
		q.parts[t], q.sealed[t] = nil, false
	}
	return rows
}

type fakeInstance struct {
	q     *fakeQuery
	seg   int
	p     *program.Segment
	out   worker.Output
	input []int64
	rows  []int64       // of the table part
	open  [][]int64     // rows to be sent, by destination
	wait  []chunk.Batch // of them, refused
	fused int64
}

type fakePart struct {
	kind program.SinkKind
	rows []int64
}

func (*fakePart) From() (int, int) { return 0, -1 }

func (in *fakeInstance) SetScan(rg *block.RowGroup, from, to int) error {
	for i := from; i < to; i++ {
		in.input = append(in.input, int64(i))
	}
	return nil
}
func (in *fakeInstance) SetChunk(c *chunk.Chunk) {
	for i := range c.Rows() {
		in.input = append(in.input, c.Int(0, i))
	}
	c.Free()
}
func (in *fakeInstance) SetPage(p *page.Page) error {
	for i := range p.Rows() {
		in.input = append(in.input, p.Datum(0, i).Lo)
	}
	p.Free()
	return nil
}
func (in *fakeInstance) SetPart(p worker.Part) {
	fp := p.(*fakePart)
	if fp.kind != program.SinkAggr {
		in.input = append(in.input, fp.rows...)
		return
	}
	sum := int64(0)
	for _, v := range fp.rows {
		sum += v
	}
	in.input = append(in.input, sum)
}
func (in *fakeInstance) SetValues() {
	for i := range 100 {
		in.input = append(in.input, int64(i))
	}
}

func (in *fakeInstance) Run() (worker.RunState, error) {
	in.q.mu.Lock()
	if in.q.fused[in.seg] {
		in.fused++
	}
	in.q.mu.Unlock()
	for len(in.input) > 0 {
		v := in.input[0]
		if in.q.e.poison != 0 && v == in.q.e.poison {
			return worker.Idle, sqlerr.New(sqlerr.DivisionByZero, "division by zero")
		}
		if in.out == nil {
			in.input = in.input[1:]
			if t := in.q.e.less; t != 0 && t == in.p.Sink.Table {
				if v--; v <= in.q.e.least {
					continue
				}
			}
			in.rows = append(in.rows, v)
			continue
		}
		d := int(uint64(v) % uint64(len(in.open)))
		if len(in.open[d]) == fakeRows {
			if sent, err := in.send(d); err != nil || !sent {
				return worker.Blocked, err
			}
		}
		in.open[d] = append(in.open[d], v)
		in.input = in.input[1:]
	}
	return worker.Idle, nil
}

// send sends the rows for a destination; false: they are refused.
func (in *fakeInstance) send(d int) (bool, error) {
	if in.wait[d] == nil {
		rows := in.open[d]
		at := func(r, col int) types.Datum {
			if col > 0 {
				return types.String(string(sortKey(rows[r])))
			}
			return types.Int(rows[r])
		}
		var err error
		if in.p.Sink.Kind == program.SinkDist {
			in.wait[d], err = page.OfDatums(in.q.acct, &in.p.Sink.Shape, len(rows), at)
		} else {
			in.wait[d], err = chunk.OfDatums(in.q.acct, chunk.LayoutOf(in.p.Sink.Cols), len(rows), at)
		}
		if err != nil {
			in.wait[d] = nil
			return false, err
		}
	}
	if !in.out.Send(d, in.wait[d]) {
		return false, nil
	}
	in.wait[d], in.open[d] = nil, nil
	return true, nil
}

func sortKey(v int64) []byte {
	return binary.BigEndian.AppendUint64([]byte("a long key: "), uint64(v))
}

func (in *fakeInstance) Finish() (worker.RunState, error) {
	for d := range in.open {
		if len(in.open[d]) == 0 {
			continue
		}
		if sent, err := in.send(d); err != nil || !sent {
			return worker.Blocked, err
		}
	}
	if in.out == nil {
		if in.p.Sink.Kind == program.SinkSort {
			sort.Slice(in.rows, func(i, j int) bool { return in.rows[i] < in.rows[j] })
		}
		in.q.mu.Lock()
		if in.q.sealed[in.p.Sink.Table] {
			in.q.mu.Unlock()
			return worker.Idle, fmt.Errorf("a part for table %d, which is sealed", in.p.Sink.Table)
		}
		in.q.parts[in.p.Sink.Table] = append(in.q.parts[in.p.Sink.Table], &fakePart{in.p.Sink.Kind, in.rows})
		in.q.mu.Unlock()
	}
	return worker.Idle, nil
}

func (in *fakeInstance) Yield()                 {}
func (in *fakeInstance) Enough() bool           { return false }
func (in *fakeInstance) Tiers() (int64, int64)  { return in.fused, 0 }
func (in *fakeInstance) Spent() []time.Duration { return nil }

func (in *fakeInstance) Counts() []int64       { return nil }
func (in *fakeInstance) Cut() (uint64, error)  { return math.MaxUint64, nil }
func (in *fakeInstance) ErrorColumn() int      { return 0 }
func (in *fakeInstance) Fused() worker.FusedFn { return nil }

func (in *fakeInstance) Close() {
	for i, b := range in.wait {
		if b != nil {
			b.Free()
			in.wait[i] = nil
		}
	}
}

// build makes a plan and its programs of segments given as source → sink.
type build struct {
	q    plan.Query
	code []code
}

// programs counts programs: each has a hash of its own.
var programs atomic.Int64

type code = struct{ general *program.Segment }

func (b *build) seg(stream int, where plan.Where, src plan.Source, sink plan.Sink) *build {
	id := len(b.q.Segments)
	col := plan.Column{Type: types.TInt8}
	src.Cols = []plan.Column{col}
	b.q.Segments = append(b.q.Segments, &plan.Segment{ID: id, Stream: stream, Where: where, Source: src, Sink: sink})
	for len(b.q.Streams) <= stream {
		b.q.Streams = append(b.q.Streams, nil)
	}
	b.q.Streams[stream] = append(b.q.Streams[stream], id)
	p := &program.Segment{ID: id, Hash: fmt.Sprint(programs.Add(1)),
		Source: program.Source{Kind: src.Kind, Table: src.TableID, Exchange: src.Exchange,
			Cols: []program.SourceCol{{Type: types.TInt8}}},
		Sink: program.Sink{Kind: sink.Kind, Table: sink.TableID, Exchange: sink.Exchange, Dist: sink.Dist}}
	switch {
	case sink.Kind == program.SinkDist:
		p.Sink.Shape = program.TableShape{Kind: program.SinkSave, EntrySize: 16, SortKeyOff: -1,
			Fields: []program.Field{{Type: types.TInt8, NullOff: -1}}}
	case sink.Kind > program.SinkDist:
		cols := []chunk.Col{{Type: types.TInt8}}
		if sink.Order != nil {
			cols = append(cols, chunk.Col{Type: types.TText})
		}
		p.Sink.Cols = chunk.LayoutOf(cols).Cols
	}
	b.code = append(b.code, code{p})
	return b
}
