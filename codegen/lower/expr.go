package lower

import (
	"fmt"
	"maps"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// expr lowers e under the current domain and mask. Equal expressions are computed
// once, but for those that give another value each time.
func (l *lowerer) expr(e *plan.Expr) result {
	if e.Kind == expr.Column {
		return l.col(int(e.Col))
	}
	if r, ok := l.drawn[e.Draw]; ok {
		return r
	}
	key := l.key(e)
	if r, ok := l.cache[key]; ok && (!r.perRow() || r.at == l.dom.at) {
		return r
	}
	r := l.compute(e)
	if !l.known.facts.Volatile(e) {
		l.cache[key] = r
	}
	return r
}

// col is column i of the current layout in the current positions.
func (l *lowerer) col(i int) result {
	c := &l.cols[i]
	if c.fetch != nil {
		f := c.fetch
		c.fetch = nil
		c.res = f()
	}
	if c.res.perRow() && c.res.at != l.dom.at {
		c.res = l.bring(c.res, l.dom.at)
	}
	return c.res
}

// bring gathers a value into the positions of a later probe.
func (l *lowerer) bring(r result, to *positions) result {
	if r.at == to {
		return r
	}
	if to == nil {
		panic("BUG: value of positions that are not below the current ones")
	}
	r = l.bring(r, to.parent)
	if r.v.Mode == subop.Vec {
		r.v = l.gather(r.v, to)
	}
	if r.null.Mode == subop.Vec {
		r.null = l.gather(r.null, to)
	}
	r.at = to
	return r
}

func (l *lowerer) gather(from subop.Operand, to *positions) subop.Operand {
	out := l.vec(from.P)
	l.emitAt(&subop.Gather{Row: *to.pos, From: from, Value: out}, to)
	return read(out)
}

// emitAt emits under the current selection if it is over to, else over all of to.
func (l *lowerer) emitAt(s subop.Suboperator, to *positions) {
	if l.dom.at == to {
		l.emit(s)
		return
	}
	l.emitIn(s, subop.Domain{Count: to.count}, 0)
}

// among emits what f emits for the rows of p, not for those of a later join: a
// column fetched there is used by its own positions.
func (l *lowerer) among(p *positions, f func()) {
	now := l.dom
	if now.at != p {
		l.dom = domain{Domain: subop.Domain{Count: p.count}, at: p}
	}
	f()
	l.dom = now
}

func (l *lowerer) compute(e *plan.Expr) result {
	switch e.Kind {
	case expr.Parameter:
		return l.param(e)
	case expr.Constant:
		return l.constant(e)
	case expr.Call:
		return l.call(e)
	case expr.And, expr.Or:
		return l.logic(e)
	case expr.Not:
		r := l.expr(e.Args[0])
		return result{v: l.logicOp("bool_not", types.I8, r.v), null: r.null, at: l.dom.at}
	case expr.IsNull, expr.IsNotNull:
		r := l.expr(e.Args[0])
		isNull := e.Kind == expr.IsNull
		if r.null.Mode == subop.None {
			return l.constant(&plan.Expr{Kind: expr.Constant, Type: types.TBool, Const: types.BoolDatum(!isNull)})
		}
		if isNull {
			return result{v: r.null, null: none, at: l.dom.at}
		}
		return result{v: l.logicOp("bool_not", types.I8, r.null), null: none, at: l.dom.at}
	case expr.Case:
		return l.caseExpr(e)
	case expr.Coalesce:
		return l.coalesce(e)
	case expr.InList:
		return l.inList(e)
	case expr.Once:
		return l.once(e)
	}
	panic(fmt.Sprintf("BUG: expression kind %d", e.Kind))
}

// once makes the draws of e's values, under the mask of e itself, then its result, all of whose calls of these draws
// find them, whatever mask they are under.
func (l *lowerer) once(e *plan.Expr) result {
	outer := l.drawn
	defer func() { l.drawn = outer }()
	if l.drawn = maps.Clone(outer); l.drawn == nil {
		l.drawn = map[int]result{}
	}
	last := len(e.Args) - 1
	for _, a := range e.Args[:last] {
		l.draw(a)
	}
	return l.expr(e.Args[last])
}

func (l *lowerer) draw(e *plan.Expr) {
	for _, a := range e.Args {
		l.draw(a)
	}
	if _, made := l.drawn[e.Draw]; e.Draw > 0 && !made {
		l.drawn[e.Draw] = l.compute(e)
	}
}

// logicOp emits one of subop.LogicOps and returns its result.
func (l *lowerer) logicOp(name string, out types.Phys, args ...subop.Operand) subop.Operand {
	f := subop.LogicOp(name)
	if name != "copy" {
		args = l.legalModes(args)
	}
	sh := fn.Shape{Out: out}
	for _, a := range args {
		sh.In = append(sh.In, a.P)
	}
	o := l.vec(out)
	l.emit(&subop.Scalar{Fn: f, Shape: sh, Args: args, Result: o})
	return read(o)
}

// spread is r's value as a vector.
func (l *lowerer) spread(v subop.Operand) subop.Operand {
	if v.Mode != subop.Par {
		return v
	}
	return l.logicOp("copy", v.P, v)
}

// vector is r in class p, at least as wide, as a vector, and where it is NULL as one.
func (l *lowerer) vector(r result, p types.Phys) (v, null subop.Operand) {
	return l.spread(l.widen(r, p)), l.spread(r.null)
}

// widen is r in class p, at least as wide.
func (l *lowerer) widen(r result, p types.Phys) subop.Operand {
	if r.v.P == p {
		return r.v
	}
	if !r.v.P.IsInt() || !p.IsInt() || r.v.P > p {
		panic(fmt.Sprintf("BUG: %v widened to %v", r.v.P, p))
	}
	if p == types.I128 && r.v.P < types.I64 {
		r.v = l.logicOp("widen", types.I64, r.v)
	}
	return l.logicOp("widen", p, r.v)
}
