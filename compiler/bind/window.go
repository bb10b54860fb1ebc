package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// windowCall refuses a call of a window function: for its arguments, for want of OVER, or because nothing runs it.
func (b *binder) windowCall(f *parse.FuncCall, args []value) (value, error) {
	if _, _, err := b.overload(f.Name, args, f.Pos); err != nil {
		return value{}, err
	}
	if !f.Over {
		return value{}, b.errorAt(f.Pos, sqlerr.WrongObjectType, "window function %s requires an OVER clause", f.Name)
	}
	return value{}, b.unsupported(f.Pos, "window function %s", f.Name)
}

// aggregateWindow refuses a call of an aggregate over a window, for its arguments first.
func (b *binder) aggregateWindow(sc *scope, f *parse.FuncCall, agg *fn.Aggregate) (value, error) {
	if !f.Star {
		if err := b.aggregateArgs(sc, f, &algebra.AggCall{Fn: agg}); err != nil {
			return value{}, err
		}
	}
	return value{}, b.unsupported(f.Pos, "window function %s", f.Name)
}
