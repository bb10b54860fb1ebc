package exec

import (
	"sort"
	"strings"
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/chunk"
)

// Param is a parameter's value.
type Param struct {
	Type   types.Type
	Value  types.Datum
	List   []types.Datum
	IsList bool
}

// paramPlace is where a parameter's value (plain and without trailing blanks) lies.
type paramPlace struct {
	plain, trim unsafe.Pointer // 16 bytes each
	null        bool
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
	return q.arenaErr()
}

// arenaErr is the refusal of memory for parameters' and constants' strings.
func (q *Query) arenaErr() error { return spoilt(q.arena(), q.acct) }

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
		if p.Type.Phys() == types.F32 {
			es[i] = types.Float(float64(float32(es[i].Float())))
		}
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
