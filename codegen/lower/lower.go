package lower

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
	"slipher/runtime/program"
)

// Facts says what is known of a stored column in the table version that the
// query reads; specialised programs rely on it and nodes check it.
type Facts struct {
	NoNulls  bool
	Bits     uint8 // |v| < 2^Bits; 0: unknown
	NoBlanks bool
}

// Options shape a program.
type Options struct {
	Fns *fn.Table
	// Facts of column colNo of a scanned table; nil: the general variant.
	Facts func(t *plan.TableRef, colNo int) Facts
	// PrefetchRows: tables with at least so many expected rows get a prefetch loop.
	PrefetchRows int64
}

// Program is a lowered segment: loops for the fused tier, and the same as
// primitive calls with the state's layout.
type Program struct {
	Loops   []subop.Loop
	Numbers [][]int // of each loop's ops, for error reports
	Seg     program.Segment
}

// Segment lowers one segment of q.
func Segment(q *plan.Query, s *plan.Segment, o Options) *Program {
	rows := vectorRows(q, s)
	p := segment(q, s, o, rows)
	for p.Seg.StateSize > stateBytes && rows > program.LeastVector {
		rows /= 2
		if rows <= program.LeastVector || p.Seg.StateSize/abi.VectorRows*rows <= stateBytes {
			p = segment(q, s, o, rows)
		}
	}
	return p
}

// stateBytes bounds an instance's vectors: in segments of a thousand columns they have fewer rows.
const stateBytes = 8 << 20

// vectorRows is how many rows a vector may have for two of them to fit what s sends at once.
func vectorRows(q *plan.Query, s *plan.Segment) int {
	switch {
	case s.Sink.Kind.Fills():
		return abi.VectorRows
	case s.Sink.Kind == program.SinkDist:
		_, t := kept(q, &s.Sink)
		return min(abi.VectorRows, program.RowsAtOnce(entryOf(t).size)/2)
	}
	return min(abi.VectorRows, program.ChunkRows(s.Sink.Output())/2)
}

func segment(q *plan.Query, s *plan.Segment, o Options, rows int) *Program {
	l := &lowerer{q: q, seg: s, opt: o, rows: int64(rows), size: abi.StateHeadSize, known: newKnown(q.Params),
		cache: map[cacheKey]result{}, trimmed: map[subop.ValID]result{}, params: map[paramKey]subop.Operand{},
		consts: map[string]subop.Operand{}, yields: map[int64]int{}}
	p := l.segment()
	p.Seg.Vector = rows
	return p
}

// positions is a set of row positions: the source's vector, or the pairs of a probe.
type positions struct {
	id     int
	count  int64          // state offset of the dense row count
	pos    *subop.Operand // of a probe: the row of parent each pair comes from
	parent *positions
}

// domain is the rows under work: all of at, or those a filter kept.
type domain struct {
	subop.Domain
	at *positions
}

// result is a lowered expression: a value per row with its null flag.
type result struct {
	v    subop.Operand // Vec or Par
	null subop.Operand // Vec or None
	at   *positions    // of the Vecs
	// bits: |v| < 2^bits for integers; v.P may be narrower than the SQL type's class.
	bits     int
	noBlanks bool
}

// perRow reports whether r is more than a parameter: it holds in its own positions only.
func (r *result) perRow() bool { return r.v.Mode == subop.Vec || r.null.Mode == subop.Vec }

// column is one column of the current layout, fetched when first asked for.
type column struct {
	typ   types.Type
	res   result
	fetch func() result
}

type paramKey struct {
	param int
	form  paramForm
}

// paramForm is a form in which programs want a parameter.
type paramForm uint8

const (
	asGiven paramForm = iota
	trimmed           // without trailing blanks
	asLimit           // NULL is no limit
)

type lowerer struct {
	q   *plan.Query
	seg *plan.Segment
	opt Options
	// rows is how many rows vectors have room for.
	rows int64

	ops     []subop.Op
	doms    []subop.Domain
	again   []int64 // parallel to ops: a probe's more word
	enough  []int64 // parallel to ops: a limit's met word
	outCols []int   // parallel to ops
	// yields has, for the state offset of a domain's row count, the op that makes the domain.
	yields map[int64]int
	// tallied are the domains that steps end with, in order, by their count's offset; 0: the one in front of the step.
	tallied []int64

	size  int64
	vals  int
	npos  int
	dom   domain
	cols  []column
	known known
	cache map[cacheKey]result
	// drawn are the draws of the Once that is being lowered.
	drawn map[int]result
	// trimmed are the vectors of strings without trailing blanks, by the vector they were made of.
	trimmed map[subop.ValID]result
	mask    *subop.Operand // rows for which failing operations count; nil: all
	step    string         // name of the step being lowered
	outCol  int            // 1 + the output column being lowered, for error reports

	sorted *sorted // the source, if it is a sort table

	params map[paramKey]subop.Operand
	consts map[string]subop.Operand
	out    program.Segment
}

// slot lays out n bytes of state under a name.
func (l *lowerer) slot(name string, n int64) int64 {
	l.size = (l.size + 63) &^ 63
	off := l.size
	l.size += n
	l.out.Slots = append(l.out.Slots, program.Slot{Name: name, Off: off, Size: n})
	return off
}

// word lays out 8 (or n) bytes without aligning to a cache line.
func (l *lowerer) word(name string, n int64) int64 {
	l.size = (l.size + 15) &^ 15
	off := l.size
	l.size += n
	l.out.Slots = append(l.out.Slots, program.Slot{Name: name, Off: off, Size: n})
	return off
}

// vec makes a fresh vector of class p to be written.
func (l *lowerer) vec(p types.Phys) subop.Operand {
	l.vals++
	off := l.slot(fmt.Sprintf("v%d", l.vals), int64(p.Width())*l.rows)
	return subop.Operand{Mode: subop.Out, P: p, Val: subop.ValID(l.vals), Off: off}
}

// read is the vector o to be read.
func read(o subop.Operand) subop.Operand {
	if o.Mode == subop.Out {
		o.Mode = subop.Vec
	}
	return o
}

var none = subop.Operand{Mode: subop.None}

// emit appends an op under the current domain.
func (l *lowerer) emit(s subop.Suboperator) { l.emitIn(s, l.dom.Domain, 0) }

func (l *lowerer) emitIn(s subop.Suboperator, d subop.Domain, again int64) {
	o := subop.Make(s)
	o.Note = l.step
	l.ops = append(l.ops, o)
	l.doms = append(l.doms, d)
	l.again = append(l.again, again)
	l.enough = append(l.enough, 0)
	l.outCols = append(l.outCols, l.outCol)
}

// enter makes d, which the op emitted last has made, the domain of what follows.
func (l *lowerer) enter(d domain) {
	l.yields[d.Count] = len(l.ops) - 1
	l.dom = d
}

// newSelection makes the domain a filter writes.
func (l *lowerer) newSelection() domain {
	return domain{Domain: subop.Domain{Count: l.word("count", 8), Sel: l.slot("sel", 4*l.rows)}, at: l.dom.at}
}

func (l *lowerer) newPositions(pos *subop.Operand) *positions {
	l.npos++
	p := &positions{id: l.npos, count: l.word(fmt.Sprintf("rows%d", l.npos), 8), pos: pos}
	if pos != nil {
		p.parent = l.dom.at
	}
	return p
}

func (l *lowerer) segment() *Program {
	l.out.ID = l.seg.ID
	if l.seg.Adopts() {
		l.adopt()
		return l.finish()
	}
	l.source()
	l.out.Ends = append(l.out.Ends, len(l.ops))
	for _, st := range l.seg.Steps {
		l.step = st.Label()
		before := l.dom.Count
		st.Accept(steps{l})
		if l.dom.Count == before {
			l.tallied = append(l.tallied, 0)
		} else {
			l.tallied = append(l.tallied, l.dom.Count)
		}
		l.out.Ends = append(l.out.Ends, len(l.ops))
	}
	l.sink()
	return l.finish()
}

// finish groups ops into loops and binds them to primitives.
func (l *lowerer) finish() *Program {
	tallies := l.tallies()
	l.size = (l.size + 63) &^ 63
	p := &Program{Seg: l.out}
	p.Seg.StateSize = int(l.size)
	number := 0
	for i := range l.ops {
		o := &l.ops[i]
		number++
		if l.startsLoop(i) {
			name := fmt.Sprintf("L%d", len(p.Loops))
			if o.Note != "" {
				name += "." + o.Note
			}
			p.Loops = append(p.Loops, subop.Loop{Name: name, Domain: l.doms[i], Again: l.again[i], Step: p.Seg.StepOf(i)})
			p.Numbers = append(p.Numbers, nil)
			p.Seg.Loops = append(p.Seg.Loops, program.Loop{Name: name, First: i, Count: l.doms[i].Count, Again: l.again[i]})
		}
		n := len(p.Loops) - 1
		p.Loops[n].Ops = append(p.Loops[n].Ops, o)
		if w := l.enough[i]; w != 0 { // its op ends the loop
			p.Loops[n].Enough, p.Seg.Loops[n].Enough = w, w
		}
		if t, ok := tallies[i]; ok { // likewise
			p.Loops[n].Yields, p.Loops[n].Tally = t.yields, t.sum
			p.Seg.Loops[n].Yields, p.Seg.Loops[n].Tally = t.yields, t.sum
		}
		p.Numbers[n] = append(p.Numbers[n], number)
		p.Seg.Loops[n].Last = i + 1
		p.Seg.Ins = append(p.Seg.Ins, program.Ins{Fn: subop.PrimitiveName(o, l.doms[i]),
			Off: append(o.Offsets(l.doms[i]), int64(number)), Col: l.outCols[i]})
	}
	return p
}

// tally is where the rows that an op yields are counted.
type tally struct{ yields, sum int64 }

// tallies lays out, behind all else in the state, sums of rows by step, and gives them by the op that makes the rows.
//
// A loop that makes a domain is through once for each of its fillings, whatever it was left for meanwhile: so the sum
// is taken at its end, a load and an add a vector.
func (l *lowerer) tallies() map[int]tally {
	out := map[int]tally{}
	for _, count := range l.tallied {
		if count == 0 {
			l.out.Tallies = append(l.out.Tallies, 0)
			continue
		}
		t := tally{count, l.word("tally", 8)}
		out[l.yields[count]] = t
		l.out.Tallies = append(l.out.Tallies, t.sum)
	}
	return out
}

// startsLoop decides where loops break: at a change of domain, behind an op
// that ends its loop (filters, prefetches), around ops on whole vectors.
func (l *lowerer) startsLoop(i int) bool {
	if i == 0 || l.doms[i] != l.doms[i-1] {
		return true
	}
	prev, cur := l.ops[i-1].Kind, l.ops[i].Kind
	return prev.Ends || prev.Row == nil || cur.Row == nil || l.again[i] != 0
}
