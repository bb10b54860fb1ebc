package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

// age is age(later, earlier), or age(earlier) to the day's beginning.
func (b *binder) age(f *parse.FuncCall, args []value) (value, error) {
	if len(args) == 1 {
		today, err := b.resolve("current_date", nil, f.Pos)
		if err != nil {
			return value{}, err
		}
		args = []value{today, args[0]}
	}
	es, err := b.coerceAll(args, types.TTimestamp)
	if err != nil {
		return value{}, err
	}
	e := b.call(fn.Bound{Op: b.fns.Op("timestamp_age"), Ret: types.TInterval}, es)
	return value{expr: e, typ: types.TInterval, pos: f.Pos}, nil
}

// overlaps is (start, end) OVERLAPS (start, end), where a length may be in the place of an end.
func (b *binder) overlaps(f *parse.FuncCall, args []value) (value, error) {
	t, err := b.common([]value{args[0], args[2]}, "OVERLAPS")
	if err != nil {
		return value{}, err
	}
	for _, end := range []int{1, 3} {
		if args[end].typ.Kind == types.Interval {
			if args[end], err = b.operator("+", []value{args[end-1], args[end]}, args[end].pos); err != nil {
				return value{}, err
			}
		}
		if args[end].typ.Kind != types.Unknown {
			both := []value{{typ: t, pos: f.Pos}, {typ: args[end].typ, pos: args[end].pos}}
			if t, err = b.common(both, "OVERLAPS"); err != nil {
				return value{}, err
			}
		}
	}
	switch {
	case t.Kind == types.Date, t.IsString():
		t = types.TTimestamp
	case t.Family() != types.Dates && t.Family() != types.Times:
		return value{}, b.errorAt(f.Pos, sqlerr.UndefinedFunction, "function overlaps of type %s does not exist", t.Name())
	}
	es, err := b.coerceAll(args, t)
	if err != nil {
		return value{}, err
	}
	return boolean(b.call(fn.Bound{Op: b.fns.Op("overlaps"), Ret: types.TBool}, es), f.Pos), nil
}
