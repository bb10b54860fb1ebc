package exec

import (
	"sort"

	"slipher/catalog/types"
	"slipher/runtime/offheap"
)

// Param is a parameter's value.
type Param struct {
	Type   types.Type
	Value  types.Datum
	List   []types.Datum
	IsList bool
}

// paramSize are the bytes that a parameter of any class takes.
const paramSize = 16

// paramPlace is where a parameter's value (plain and without trailing blanks) lies, paramSize bytes each.
type paramPlace struct {
	plain, trim offheap.View
	null        bool
}

func (q *Query) setParams(params []Param) error {
	base := q.shared.View().From(64)
	for i, p := range params {
		at := base.From(64 * int64(i))
		pl := paramPlace{plain: at, trim: at.From(32), null: p.Value.Null && !p.IsList}
		switch {
		case p.IsList:
			l, err := q.list(p)
			if err != nil {
				return err
			}
			pl.plain.SetView(0, l)
		case !pl.null:
			offheap.SetDatum(pl.plain, 0, p.Type.Phys(), p.Value, q.arena())
			if p.Type.Phys() == types.Str {
				offheap.SetStr(pl.trim, 0, []byte(types.TrimBlanks(p.Value.S)), q.arena())
			}
		}
		q.params = append(q.params, pl)
	}
	return q.arenaErr()
}

// arenaErr is the refusal of memory for parameters' and constants' strings.
func (q *Query) arenaErr() error { return spoilt(q.arena(), q.acct) }

// list lays out an IN list: a count, then at 16 the sorted elements, integers
// as 64 bits, floats as doubles, strings without trailing blanks.
func (q *Query) list(p Param) (offheap.View, error) {
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
		es[i].S = types.TrimBlanks(es[i].S)
		if p.Type.Phys() == types.F32 {
			es[i] = types.Float(float64(float32(es[i].Float())))
		}
	}
	sort.Slice(es, func(i, j int) bool { return lessDatum(class, es[i], es[j]) })
	buf, err := q.acct.Alloc(16 + width*len(es))
	if err != nil {
		return offheap.View{}, err
	}
	q.lists = append(q.lists, buf)
	list := buf.View()
	offheap.Set(list, 0, int64(len(es)))
	for i, d := range es {
		offheap.SetDatum(list, int64(16+width*i), class, d, q.arena())
	}
	return list, nil
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
