package exec

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/table"
	"slipher/runtime/loader"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// nullRowSize bounds the entries whose fields a left join may read where nothing matched.
const nullRowSize = 64 << 10

// Code is a segment's programs. Special may be nil; it runs where its guards hold.
type Code struct{ Special, General *program.Segment }

// Param is a parameter's value.
type Param struct {
	Type   types.Type
	Value  types.Datum
	List   []types.Datum
	IsList bool
}

// Options shape execution; zero values are defaults.
type Options struct {
	VectorRows int // rows a vector, at most abi.VectorRows
	TableStart int // entries a table starts with
	Tier       Tier
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
	segs   [][2]*variant // special (may be nil), general
	shared mem.Buf       // cancel word, arena of parameters' strings (at 16), null row (at 64), parameters
	params []paramPlace
	lists  []mem.Buf

	mu     sync.Mutex
	tables map[int]*queryTable // guarded by mu
	insts  []*Instance         // guarded by mu
}

// queryTable is a table of the query on this node.
type queryTable struct {
	parts []*Part
	join  *table.Join
	bytes int64 // accounted for join
}

// Part is what one instance put into a table.
type Part struct {
	tab   *table.Table
	shape program.TableShape
	acct  *mem.Account
	bytes int64 // accounted
	order unsafe.Pointer
	rows  int
}

// Rows is the number of entries.
func (p *Part) Rows() int { return p.rows }

// paramPlace is where a parameter's value (plain and without trailing blanks) lies.
type paramPlace struct {
	plain, trim unsafe.Pointer // 16 bytes each
	null        bool
}

// NewQuery binds the programs of a query. The caller closes it after all of its instances.
func (e *Engine) NewQuery(segs []Code, params []Param, acct *mem.Account, o Options) (*Query, error) {
	if o.VectorRows <= 0 || o.VectorRows > abi.VectorRows {
		o.VectorRows = abi.VectorRows
	}
	if o.TableStart <= 0 {
		o.TableStart = 1024
	}
	q := &Query{e: e, opt: o, acct: acct, tables: map[int]*queryTable{}}
	var err error
	if q.shared, err = acct.Alloc(64 + nullRowSize + 64*(len(params)+1)); err != nil {
		return nil, err
	}
	if err := q.setParams(params); err != nil {
		q.Close()
		return nil, err
	}
	for _, c := range segs {
		var vs [2]*variant
		for i, s := range []*program.Segment{c.Special, c.General} {
			if s == nil {
				continue
			}
			if vs[i], err = e.bind(s); err != nil {
				q.Close()
				return nil, err
			}
		}
		q.segs = append(q.segs, vs)
	}
	return q, nil
}

// bind looks up a program's primitives.
func (e *Engine) bind(s *program.Segment) (*variant, error) {
	ins := make([]table.Instruction, len(s.Ins))
	for i, in := range s.Ins {
		addr, ok := e.lib.Addr(in.Fn)
		if !ok {
			return nil, fmt.Errorf("BUG: segment %d: no primitive %s", s.ID, in.Fn)
		}
		ins[i] = table.Instruction{Fn: addr, Args: in.Off}
	}
	loops := make([]table.Loop, len(s.Loops))
	for i, l := range s.Loops {
		loops[i] = table.Loop{First: int64(l.First), Last: int64(l.Last), Count: l.Count, Again: l.Again}
	}
	return &variant{seg: s, bound: table.Bind(ins, loops, s.Source.Count)}, nil
}

func (q *Query) cancelWord() *int32      { return (*int32)(q.shared.Ptr()) }
func (q *Query) nullRow() unsafe.Pointer { return unsafe.Add(q.shared.Ptr(), 64) }
func (q *Query) arena() unsafe.Pointer   { return unsafe.Add(q.shared.Ptr(), 16) }

// Cancel makes generated code return at its next vector.
func (q *Query) Cancel() { atomic.StoreInt32(q.cancelWord(), 1) }

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

func (q *Query) setParams(params []Param) error {
	base := unsafe.Add(q.shared.Ptr(), 64+nullRowSize)
	for i, p := range params {
		at := unsafe.Add(base, 64*i)
		pl := paramPlace{plain: at, trim: unsafe.Add(at, 32), null: p.Value.Null && !p.IsList}
		switch {
		case p.IsList:
			l, err := q.list(p)
			if err != nil {
				return err
			}
			*(*uintptr)(pl.plain) = uintptr(l)
		case !pl.null:
			putDatum(pl.plain, q.arena(), p.Type.Phys(), p.Value)
			if p.Type.Phys() == types.Str {
				chunk.PutStr(pl.trim, q.arena(), []byte(strings.TrimRight(p.Value.S, " ")))
			}
		}
		q.params = append(q.params, pl)
	}
	return nil
}

// putDatum writes a value in its class's form.
func putDatum(at, arena unsafe.Pointer, p types.Phys, d types.Datum) {
	switch p {
	case types.I8:
		*(*int8)(at) = int8(d.Lo)
	case types.I16:
		*(*int16)(at) = int16(d.Lo)
	case types.I32:
		*(*int32)(at) = int32(d.Lo)
	case types.I64:
		*(*int64)(at) = d.Lo
	case types.I128:
		*(*int64)(at), *(*int64)(unsafe.Add(at, 8)) = d.Lo, d.Hi
	case types.F32:
		*(*float32)(at) = float32(d.Float())
	case types.F64:
		*(*float64)(at) = d.Float()
	case types.Str:
		chunk.PutStr(at, arena, []byte(d.S))
	}
}

// list lays out an IN list: a count, then at 16 the sorted elements, integers
// as 64 bits, floats as doubles, strings without trailing blanks.
func (q *Query) list(p Param) (unsafe.Pointer, error) {
	class := p.Type.Phys()
	width := 8
	switch {
	case class == types.Str || class == types.I128:
		width = 16
	case class.IsFloat():
		class = types.F64
	default:
		class = types.I64
	}
	es := append([]types.Datum(nil), p.List...)
	for i := range es {
		es[i].S = strings.TrimRight(es[i].S, " ")
	}
	sort.Slice(es, func(i, j int) bool { return lessDatum(class, es[i], es[j]) })
	buf, err := q.acct.Alloc(16 + width*len(es))
	if err != nil {
		return nil, err
	}
	q.lists = append(q.lists, buf)
	*(*int64)(buf.Ptr()) = int64(len(es))
	for i, d := range es {
		putDatum(unsafe.Add(buf.Ptr(), 16+width*i), q.arena(), class, d)
	}
	return buf.Ptr(), nil
}

func lessDatum(p types.Phys, a, b types.Datum) bool {
	switch p {
	case types.Str:
		return a.S < b.S
	case types.F64:
		return a.Float() < b.Float()
	case types.I128:
		if a.Hi != b.Hi {
			return a.Hi < b.Hi
		}
		return uint64(a.Lo) < uint64(b.Lo)
	}
	return a.Lo < b.Lo
}

// SealTable ends the filling of a table: a join table's parts are assembled
// into one directory. A table nobody filled is sealed empty.
func (q *Query) SealTable(id int) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.table(id)
	slot := q.slotOf(id)
	if slot == nil || slot.Shape.Kind != sinkHash || t.join != nil {
		return nil
	}
	tabs := make([]*table.Table, len(t.parts))
	var rows int64
	for i, p := range t.parts {
		tabs[i] = p.tab
		rows += int64(p.tab.Count())
	}
	need := rows*int64(slot.Shape.EntrySize) + 16*rows + 128
	if err := q.acct.Reserve(need); err != nil {
		return err
	}
	t.bytes = need
	if t.join = table.Seal(tabs, slot.Shape.EntrySize); t.join == nil {
		return outOfMemory()
	}
	return nil
}

func outOfMemory() error { return sqlerr.New(sqlerr.OutOfMemory, "out of memory") }

// slotOf finds a table's shape in the programs.
func (q *Query) slotOf(id int) *program.TableSlot {
	for _, vs := range q.segs {
		for i := range vs[1].seg.Tables {
			if s := &vs[1].seg.Tables[i]; s.Table == id {
				return s
			}
		}
	}
	return nil
}

// table is guarded by mu.
func (q *Query) table(id int) *queryTable {
	t := q.tables[id]
	if t == nil {
		t = &queryTable{}
		q.tables[id] = t
	}
	return t
}

// Parts are the parts of a table whose instances have finished.
func (q *Query) Parts(id int) []*Part {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]*Part(nil), q.table(id).parts...)
}

// Close frees everything; no instance may be running.
func (q *Query) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, in := range q.insts {
		in.free()
	}
	for _, t := range q.tables {
		for _, p := range t.parts {
			p.free()
		}
		if t.join != nil {
			t.join.Free()
		}
		q.acct.Release(t.bytes)
	}
	q.tables = map[int]*queryTable{}
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
	if q.shared.Ptr() != nil {
		freeArena(q.arena())
	}
	q.shared.Free()
	return nil
}

func (p *Part) free() {
	if p.order != nil {
		table.FreeOrder(p.order)
		p.order = nil
	}
	p.tab.Free()
	p.acct.Release(p.bytes)
	p.bytes = 0
}

// account brings the part's account up to what its table uses.
func (p *Part) account() error {
	n := p.tab.Bytes()
	if d := n - p.bytes; d != 0 {
		if err := p.acct.Reserve(d); err != nil {
			return err
		}
		p.bytes = n
	}
	return nil
}
