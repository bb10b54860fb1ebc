package lower

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
	"slipher/runtime/program"
)

// entry is the layout of one kind of table entry. Reader and writer segments
// compute it from the same plan.Table, so they agree:
//
//	0: hash   16: packed key [strings, 16-byte fields, 8-byte words, null words]   payload or accumulators   null bytes
//
// A saved row begins with its payload.
type entry struct {
	size      int
	key       subop.KeyShape
	keyStride int   // of packed keys in the state's buffer
	keyOff    []int // of each key within the packed key
	keyNull   []int // of each nullable key's null word within the packed key, -1
	pay       []int // entry offsets of payload fields
	payNull   []int // entry offsets of their null bytes, -1
	aggs      []accumulator
	// shown keeps, per VARCHAR group key, the shortest of the values that are equal but for trailing blanks.
	shown   map[int]accumulator
	sortKey int         // entry offset of the normalised key, -1
	mark    int         // entry offset of the byte that a full join sets, -1
	prefix  map[int]int // entry offsets of how long so many leading keys are
	shape   program.TableShape
}

type accumulator struct {
	fn   *fn.Accumulator
	p    types.Phys
	off  int
	none int // entry offset of the "no input yet" byte, -1
}

// shortest of strings that are equal but for trailing blanks is the least.
var shortest = fn.Default().Accumulator("min")

const keyStart = 16

// A packed key has its strings first, then what else takes 16 bytes, then all else, a word each.
const keyClasses = 3

func keyPass(p types.Phys) int {
	switch {
	case p == types.Str:
		return 0
	case p == types.I128:
		return 1
	}
	return 2
}

// stateOf is the class of an accumulator's state.
func stateOf(a plan.Agg) types.Phys {
	if a.Arg == nil {
		return a.Fn.State(types.NoPhys)
	}
	return a.Fn.State(a.Arg.Type.Phys())
}

func entryOf(t *plan.Table) *entry {
	e := &entry{sortKey: -1, mark: -1, shown: map[int]accumulator{}}
	e.keyOff = make([]int, len(t.Keys))
	e.keyNull = make([]int, len(t.Keys))
	off := 0
	for pass := range keyClasses {
		for i, k := range t.Keys {
			p := k.Type.Phys()
			if keyPass(p) != pass {
				continue
			}
			e.keyOff[i] = off
			off += max(8, p.Width())
			if p == types.Str {
				e.key.Strings.N++
			}
		}
	}
	for i, k := range t.Keys {
		e.keyNull[i] = -1
		if k.Nullable && t.Kind == program.SinkAggr {
			e.keyNull[i] = off
			off += 8
		}
	}
	e.key.KeyOff, e.key.KeySize = subop.Num(keyStart), subop.Num(off)
	e.keyStride = (off + 15) &^ 15
	off += keyStart
	if t.Kind == program.SinkSave {
		off = 0 // no hash, no key
	}
	place := func(p types.Phys) int {
		w := p.Width()
		off = (off + w - 1) / w * w
		at := off
		off += w
		return at
	}
	e.pay, e.payNull = make([]int, len(t.Payload)), make([]int, len(t.Payload))
	if t.Kind == program.SinkSort {
		e.sortKey = place(types.Str)
		e.prefixes(t, place)
	}
	for _, w := range []int{16, 8, 4, 2, 1} {
		for i, c := range t.Payload {
			if c.Type.Phys().Width() == w {
				e.pay[i] = place(c.Type.Phys())
			}
		}
	}
	for i, c := range t.Payload {
		e.payNull[i] = -1
		if c.Nullable {
			e.payNull[i] = place(types.I8)
		}
	}
	if t.Marks {
		e.mark = place(types.I8)
	}
	if t.Kind == program.SinkAggr {
		e.accumulators(t, place)
	}
	e.size = max((off+15)&^15, 16)
	e.key.EntrySize = subop.Num(e.size)
	e.describe(t)
	return e
}

// Fits refuses a query that has a table or an exchange one of whose rows is more than a page holds.
func Fits(q *plan.Query) error {
	const most = abi.PageSize - abi.PageRows
	fits := func(t *plan.Table) error {
		if size := entryOf(t).size; size > most {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "row is too big: size %d, maximum size %d", size, most)
		}
		return nil
	}
	for _, t := range q.Tables {
		if err := fits(t); err != nil {
			return err
		}
	}
	for _, s := range q.Segments {
		if s.Sink.Kind != program.SinkDist {
			continue
		}
		_, t := kept(q, &s.Sink)
		if err := fits(t); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) accumulators(t *plan.Table, place func(types.Phys) int) {
	e.aggs = make([]accumulator, len(t.Aggs))
	for _, w := range []int{16, 8, 4, 2, 1} {
		for i, a := range t.Aggs {
			if p := stateOf(a.Agg); p.Width() == w {
				e.aggs[i] = accumulator{fn: a.Agg.Fn, p: p, off: place(p), none: -1}
			}
		}
		for i, k := range t.Keys {
			if w == 16 && k.Type.Kind == types.Varchar {
				e.shown[i] = accumulator{fn: shortest, p: types.Str, off: place(types.Str)}
			}
		}
	}
	flag := func() int {
		at := place(types.I8)
		e.shape.NoneBytes = append(e.shape.NoneBytes, at)
		return at
	}
	for i, a := range t.Aggs {
		x := &e.aggs[i]
		if x.fn.Opens || !x.fn.NeverNull && a.Out.Nullable {
			x.none = flag()
		}
	}
	for i := range t.Keys {
		if s, ok := e.shown[i]; ok {
			s.none = flag()
			e.shown[i] = s
		}
	}
}

// describe fills the part of the layout that the runtime and people read.
func (e *entry) describe(t *plan.Table) {
	s := &e.shape
	s.Kind, s.EntrySize, s.KeyOff, s.KeySize, s.SortKeyOff = t.Kind, e.size, keyStart, int(e.key.KeySize.N), e.sortKey
	s.Keyed = len(t.Keys) > 0
	for i, k := range t.Keys {
		n := -1
		if e.keyNull[i] >= 0 {
			n = keyStart + e.keyNull[i]
		}
		s.Fields = append(s.Fields, program.Field{Name: "key." + k.Name, Off: keyStart + e.keyOff[i], Type: k.Type,
			NullOff: n})
	}
	for i, c := range t.Payload {
		s.Fields = append(s.Fields, program.Field{Name: c.Name, Off: e.pay[i], Type: c.Type, NullOff: e.payNull[i]})
	}
	for i, a := range t.Aggs {
		s.Fields = append(s.Fields, program.Field{Name: a.Out.Name, Off: e.aggs[i].off, Type: a.Out.Type,
			NullOff: e.aggs[i].none})
	}
}
