package worker

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// reader is an engine whose instances decode what they scan, note rows that live (all, if the program does
// not look) and hand them to the sink, column by column.
type reader struct {
	mu   sync.Mutex
	rows [][]types.Datum // guarded by mu
	full error           // no instance can be made
}

func (e *reader) NewQuery(segs []Code, _ []wire.Param, acct *mem.Account, _ wire.Options) (Query, error) {
	return &readerQuery{e: e, segs: segs, acct: acct}, nil
}

type readerQuery struct {
	e    *reader
	segs []Code
	acct *mem.Account
}

func (q *readerQuery) NewInstance(seg, _ int, out Output, _ int) (Instance, error) {
	if q.e.full != nil {
		return nil, q.e.full
	}
	return &readerInstance{q: q, seg: q.segs[seg].General, out: out}, nil
}
func (q *readerQuery) SealTable(int) error { return nil }

// joinKey is the one key of every join table.
const joinKey = block.MaxRowGroupRows + 3007

func (q *readerQuery) OwnSieve(int, int) ([]byte, error) { return nil, nil }

func (q *readerQuery) AddSieve(int, []byte) error { return nil }

func (q *readerQuery) SieveKeys(t, k int) func(block.Range) bool { return q.JoinKeys(t, k) }

func (q *readerQuery) JoinKeys(int, int) func(block.Range) bool {
	return func(r block.Range) bool { return r.Lo <= joinKey && r.Hi >= joinKey }
}
func (q *readerQuery) Parts(int) []Part              { return nil }
func (q *readerQuery) SetFused(int, bool, FusedFn)   {}
func (q *readerQuery) StopSegment(int)               {}
func (q *readerQuery) Turn(_, _ int, _, _ []int) int { return 0 }
func (q *readerQuery) Memory(int) int64              { return 0 }
func (q *readerQuery) Cancel()                       {}
func (q *readerQuery) Close() error                  { return nil }

type readerInstance struct {
	q    *readerQuery
	seg  *program.Segment
	out  Output
	wait []*chunk.Chunk
	rg   *block.RowGroup // whose columns are
	cols [][]types.Datum
}

func (in *readerInstance) SetScan(rg *block.RowGroup, from, to int) error {
	if in.rg != rg {
		in.rg, in.cols = rg, nil
		for _, c := range in.seg.Source.Cols {
			vals, err := block.ReadColumn(rg, c.ColNo, c.Type)
			if err != nil {
				return err
			}
			in.cols = append(in.cols, vals)
		}
	}
	cols, live := in.cols, -1
	if last := len(cols) - 1; in.seg.Source.Cols[last].Type.Kind == types.Bool {
		live = last
	}
	var rows [][]types.Datum
	for r := from; r < to; r++ {
		if live >= 0 && cols[live][r].Lo == 0 {
			continue
		}
		var row []types.Datum
		for _, c := range cols {
			row = append(row, c[r])
		}
		rows = append(rows, row)
	}
	in.q.e.mu.Lock()
	in.q.e.rows = append(in.q.e.rows, rows...)
	in.q.e.mu.Unlock()
	if in.out == nil {
		return nil
	}
	l := chunk.LayoutOf(in.seg.Sink.Cols)
	for part := range slices.Chunk(rows, 1000) {
		c, err := chunk.New(in.q.acct, l)
		if err != nil {
			return err
		}
		for r, row := range part {
			for i := range l.Cols {
				c.SetDatum(i, r, row[i])
			}
		}
		c.SetRows(len(part))
		in.wait = append(in.wait, c)
	}
	return nil
}

func (in *readerInstance) Run() (RunState, error) {
	for len(in.wait) > 0 {
		if !in.out.Send(0, in.wait[0]) {
			return Blocked, nil
		}
		in.wait = in.wait[1:]
	}
	return Idle, nil
}
func (in *readerInstance) Finish() (RunState, error) { return in.Run() }
func (in *readerInstance) SetChunk(c *chunk.Chunk) {
	var rows [][]types.Datum
	for r := range c.Rows() {
		var row []types.Datum
		for col := range c.Layout.Cols {
			row = append(row, c.Datum(col, r))
		}
		rows = append(rows, row)
	}
	c.Free()
	in.q.e.mu.Lock()
	in.q.e.rows = append(in.q.e.rows, rows...)
	in.q.e.mu.Unlock()
}
func (in *readerInstance) SetPage(*page.Page) error { return nil }
func (in *readerInstance) SetPart(Part)             {}
func (in *readerInstance) SetValues()               {}
func (in *readerInstance) Fused() FusedFn           { return nil }
func (in *readerInstance) Yield()                   {}
func (in *readerInstance) Enough() bool             { return false }
func (in *readerInstance) Tiers() (int64, int64)    { return 0, 0 }
func (in *readerInstance) Spent() []time.Duration   { return nil }
func (in *readerInstance) Counts() []int64          { return nil }
func (in *readerInstance) Cut() (uint64, error)     { return math.MaxUint64, nil }
func (in *readerInstance) ErrorColumn() int         { return -1 }
func (in *readerInstance) Close() {
	for _, c := range in.wait {
		c.Free()
	}
}

// node is an executor with storage and a leader that answers nothing.
type testNode struct {
	ex     *Executor
	engine *reader
	store  rms.Store
	conn   wire.Conn
	last   uint64
}

type nobody struct{}

func (nobody) Call(context.Context, wire.Conn, wire.Message) (wire.Message, error) {
	return nil, fmt.Errorf("nobody answers")
}
func (nobody) Data(wire.Conn, *wire.Data) {}
func (nobody) Gone(wire.Conn)             {}

func newTestNode(t *testing.T, store rms.Store, dir string) *testNode {
	n := &testNode{engine: &reader{}, store: store}
	local := wire.NewLocal()
	n.ex = New(Config{ID: "n1", Workers: 2, Engine: n.engine, Peers: local.As("n1"), Log: slog.New(slog.DiscardHandler),
		Storage: &Storage{Store: store, Cache: rms.NewCache(store, dir, 1<<20), Budget: load.NewBudget(64 << 20)}})
	local.Attach("n1", n.ex)
	local.Attach("leader", nobody{})
	var err error
	if n.conn, err = local.As("leader").Conn(context.Background(), "n1", ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.ex.Close(); err != nil {
			t.Error(err)
		}
		if err := n.ex.cfg.Storage.Cache.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// run runs a query of one segment and returns the rows it saw, in the order of their first columns.
func (n *testNode) run(t *testing.T, m *wire.StartQuery) ([][]types.Datum, *wire.StreamDone) {
	t.Helper()
	n.last++
	m.Query = n.last
	if m.Peers == nil {
		m.Peers = []wire.Peer{{ID: "n1", Slices: []state.SliceID{0, 1, 2}}}
	}
	n.engine.rows = nil
	ctx := context.Background()
	if _, err := n.conn.Call(ctx, m); err != nil {
		t.Fatal(err)
	}
	r, err := n.conn.Call(ctx, &wire.RunStream{Query: m.Query})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.conn.Call(ctx, &wire.EndQuery{Query: m.Query}); err != nil {
		t.Fatal(err)
	}
	rows := n.engine.rows
	slices.SortFunc(rows, func(a, b []types.Datum) int { return int(a[0].Lo - b[0].Lo) })
	return rows, r.(*wire.StreamDone)
}

// scanQuery scans columns colNos of a table with types typs; addresses and live rows included if asked for.
func scanQuery(typs []types.Type, refs []state.ObjectRef, sink program.Sink, colNos ...int) *wire.StartQuery {
	sc := wire.Scan{Columns: types.Columns(typs...), Objects: refs}
	p := &program.Segment{Sink: sink}
	for i := range refs {
		sc.Indexes = append(sc.Indexes, 10+i)
	}
	for _, c := range colNos {
		typ := types.TInt8
		if c < len(typs) {
			typ = typs[c]
		} else if c == len(typs)+1 {
			typ = types.TBool
		}
		p.Source.Cols = append(p.Source.Cols, program.SourceCol{ColNo: c, Type: typ, Cursor: 128})
	}
	return &wire.StartQuery{Scans: []wire.Scan{sc}, Segments: []wire.Segment{{Here: true,
		General: wire.Program{Segment: p}}}}
}

var scanTypes = []types.Type{types.TInt8, types.TVarchar(100), types.TDecimal(30, 2)}

func scanRow(i int) []types.Datum {
	row := []types.Datum{types.Int(int64(i)), types.String(fmt.Sprintf("a long name of number %d", i)),
		types.Int128(int64(i), 5)}
	if i%5 == 0 {
		row[1] = types.NullDatum
	}
	if i%7 == 0 {
		row[2] = types.NullDatum
	}
	return row
}

// write makes an object of rows [from, to) of a slice; small ones with Data.
func write(t testing.TB, store rms.Store, slice state.SliceID, from, to int, inline int64) state.ObjectRef {
	t.Helper()
	target := load.Target{Slice: slice, Prefix: rms.Prefix(1, 1, uint64(from+1))}
	var cols []chunk.Col
	for i, typ := range scanTypes {
		target.Columns = append(target.Columns, load.TargetColumn{Name: fmt.Sprint(i), Type: typ})
		cols = append(cols, chunk.Col{Type: typ, Nullable: i > 0})
	}
	w := load.NewWriter(context.Background(), store, target, load.NewBudget(1<<30))
	w.SetInline(inline)
	acct := mem.NewAccount("test", 0)
	for at := from; at < to; {
		c, err := chunk.New(acct, chunk.LayoutOf(cols))
		if err != nil {
			t.Fatal(err)
		}
		n := min(to-at, 2000)
		for r := range n {
			for i, d := range scanRow(at + r) {
				c.SetDatum(i, r, d)
			}
		}
		c.SetRows(n)
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
		c.Free()
		at += n
	}
	refs, err := w.Finish()
	if err != nil || len(refs) != 1 || (refs[0].Data != nil) != (inline > 0) {
		t.Fatalf("%d objects, %v", len(refs), err)
	}
	return refs[0]
}
