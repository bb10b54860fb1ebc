package bind

import (
	"math"
	"strconv"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// limitClause is LIMIT or OFFSET.
type limitClause struct {
	what  string
	check string // the operation that passes its number on
	code  sqlerr.Code
}

var (
	limitCount  = limitClause{"LIMIT", "check_limit", sqlerr.InvalidLimit}
	limitOffset = limitClause{"OFFSET", "check_offset", sqlerr.InvalidOffset}
)

// limit keeps the rows that LIMIT, OFFSET and FETCH say. more: the node has columns of its own beside its input's.
//
// Numbers that are constants or the client's are known when a query starts, and make a Limit. All else, and WITH
// TIES, is a condition on the rows' numbers and ranks:
//
//	select(number - offset <= count and number > offset)(window(number)(join(t, project(count, offset)(one row))))
func (s *selection) limit(node algebra.Node) (out algebra.Node, more bool, err error) {
	b, q := s.b, s.q
	count, err := b.limitNumber(s.sc, q.Limit, limitCount)
	if err != nil {
		return nil, false, err
	}
	if l, ok := q.Limit.(*parse.Literal); ok && l.Kind == parse.NullLiteral && q.Ties {
		return nil, false, b.errorAt(l.Pos, sqlerr.InvalidLimit,
			"row count cannot be null in FETCH FIRST ... WITH TIES clause")
	}
	offset, err := b.limitNumber(s.sc, q.Offset, limitOffset)
	if err != nil {
		return nil, false, err
	}
	switch known := known(count) && known(offset); {
	case count == nil && offset == nil:
		return node, false, nil
	case known && !q.Ties:
		l := &algebra.Limit{In: node, Count: -1, Offset: -1}
		if count != nil {
			l.Count = count.Param
		}
		if offset != nil {
			l.Offset = offset.Param
		}
		return l, false, nil
	}
	var keys []algebra.SortKey
	if o, ok := node.(*algebra.Sort); ok {
		node, keys = o.In, o.Keys
	}
	return b.byNumber(node, keys, count, offset, q.Ties), true, nil
}

// known reports whether a number, if there is any, is known when a query starts.
func known(e *algebra.Expr) bool { return e == nil || e.Kind == expr.Parameter }

// limitNumber binds what LIMIT or OFFSET says; nil if that is nothing, or NULL.
func (b *binder) limitNumber(sc *scope, x parse.Expr, c limitClause) (*algebra.Expr, error) {
	if x == nil {
		return nil, nil
	}
	v, err := b.expr(sc.with(c.what), x)
	if err != nil {
		return nil, err
	}
	if f, err := strconv.ParseFloat(v.text, 64); err == nil && v.typ.Kind == types.Decimal && math.Abs(f) < 1<<53 {
		d := types.Int(int64(math.Round(f)))
		b.exactly(v)
		v.lit, v.typ, v.text = &d, types.TInt8, ""
		v.again = nil
	}
	if k := v.typ.Kind; k != types.Unknown && !v.typ.IsNumeric() {
		return nil, b.errorAt(x.At(), sqlerr.DatatypeMismatch, "argument of %s must be type bigint, not type %s", c.what,
			v.typ.Name())
	}
	e, err := b.coerce(v, types.TInt8, assignment)
	switch {
	case err != nil:
		return nil, err
	case e.IsNullConst():
		return nil, nil
	case e.Kind == expr.Parameter:
		if p := b.out.Params[e.Param]; p.Client == 0 && p.Value.Lo < 0 {
			return nil, b.errorAt(x.At(), c.code, "%s must not be negative", c.what)
		}
		if b.out.Params[e.Param].Client == 0 {
			b.out.Record.CheckValue(b.out.Record.Remake(e.Param), func(q plan.Param) bool { return q.Value.Lo >= 0 })
		}
		return e, nil
	}
	if at, own := b.ownVariable(sc, e, x.At()); own {
		return nil, b.errorAt(at, sqlerr.InvalidColumnReference, "argument of %s must not contain variables", c.what)
	}
	return e, nil
}

// ownVariable reports whether e reads a column that is not one of queries around sc's, and where that stands.
func (b *binder) ownVariable(sc *scope, e *algebra.Expr, at parse.Pos) (parse.Pos, bool) {
	found := false
	e.Walk(func(x *algebra.Expr) {
		x.Columns(func(id algebra.ColumnID) {
			for o := sc.env.outer; o != nil; o = o.env.outer {
				if o.makes(id) {
					return
				}
			}
			if p, ok := b.refs[x]; ok && !found {
				at = p.pos
			}
			found = true
		})
	})
	return at, found
}

// byNumber keeps rows by their numbers in the order of keys. What says how many is computed in a row of its own, once.
func (b *binder) byNumber(in algebra.Node, keys []algebra.SortKey, count, offset *algebra.Expr,
	ties bool) algebra.Node {
	one := &algebra.Project{In: &algebra.Values{Rows: [][]*algebra.Expr{{}}}}
	w := &algebra.Window{In: &algebra.Join{Kind: algebra.Inner, Left: in, Right: one}, OrderBy: keys}
	upTo := algebra.Frame{Peers: len(keys), Mode: expr.RangeFrame,
		Start: algebra.Bound{Kind: expr.UnboundedPreceding}, End: algebra.Bound{Kind: expr.CurrentRow}}
	numbers := func(name string) *algebra.Expr {
		c := algebra.Column{ID: b.newID(), Name: name, Type: types.TInt8}
		w.Calls = append(w.Calls, algebra.WindowCall{Fn: b.fns.Window(name), Type: types.TInt8, Frame: upTo})
		w.Cols = append(w.Cols, c)
		return c.Ref()
	}
	call := func(op string, t types.Type, args ...*algebra.Expr) *algebra.Expr {
		return expr.CallOf(b.fns.Op(op), t, nil, args...)
	}
	number := numbers("row_number")
	last := number // what is not more than the count
	if ties {
		last = numbers("rank")
	}
	var preds []*algebra.Expr
	if offset != nil {
		offset = call(limitOffset.check, types.TInt8, offset)
		if offset.Nullable {
			offset = &algebra.Expr{Kind: expr.Coalesce, Type: types.TInt8,
				Args: []*algebra.Expr{offset, algebra.Number(types.TInt8, 0)}}
		}
		offset = b.carry(one, "offset", offset)
		preds = append(preds, call("gt", types.TBool, number, offset))
		last = call("sub", types.TInt8, last, offset)
	}
	if count != nil {
		count = b.carry(one, "count", call(limitCount.check, types.TInt8, count))
		upTo := call("le", types.TBool, last, count)
		if ties { // the row in front of the first one may have peers, which are no ties of none
			upTo = expr.AllOf([]*algebra.Expr{upTo, call("gt", types.TBool, count, algebra.Number(types.TInt8, 0))})
		}
		if count.Nullable {
			upTo = expr.AnyOf([]*algebra.Expr{expr.TestNull(count), upTo})
		}
		preds = append(preds, upTo)
	}
	var out algebra.Node = &algebra.Select{In: w, Preds: preds}
	if len(keys) > 0 {
		out = &algebra.Sort{In: out, Keys: []algebra.SortKey{{Expr: number}}}
	}
	return out
}
