package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// orNull is the union of null flags.
func (l *lowerer) orNull(a, b subop.Operand) subop.Operand {
	switch {
	case a.Mode == subop.None:
		return b
	case b.Mode == subop.None || a == b:
		return a
	}
	return l.logicOp("bool_or", types.I8, a, b)
}

// failMask are the rows where a failing op counts: the current mask without NULLs.
func (l *lowerer) failMask(null subop.Operand) subop.Operand {
	switch {
	case null.Mode == subop.None && l.mask == nil:
		return none
	case null.Mode == subop.None:
		return *l.mask
	case l.mask == nil:
		return l.logicOp("bool_not", types.I8, null)
	}
	return l.logicOp("bool_andnot", types.I8, *l.mask, null)
}

// logic is three-valued AND and OR. With t = true and nf = not false of each side:
// AND: t = t1 & t2, nf = nf1 & nf2; OR likewise with |; NULL = nf without t.
func (l *lowerer) logic(e *plan.Expr) result {
	and := e.Kind == expr.And
	op := "bool_or"
	if and {
		op = "bool_and"
	}
	saved := l.mask
	defer func() { l.mask = saved }()
	var t, nf subop.Operand
	nullable := false
	for i, a := range e.Args {
		r := l.expr(a)
		at, anf := r.v, r.v
		if r.null.Mode != subop.None {
			nullable = true
			at = l.logicOp("bool_andnot", types.I8, r.v, r.null)
			anf = l.logicOp("bool_or", types.I8, r.v, r.null)
		}
		if i == 0 {
			t, nf = at, anf
		} else {
			sameSides := t == nf && at == anf
			t = l.logicOp(op, types.I8, t, at)
			if sameSides {
				nf = t
			} else {
				nf = l.logicOp(op, types.I8, nf, anf)
			}
		}
		if i+1 < len(e.Args) && l.anyMayFail(e.Args[i+1:]) {
			// What follows is not evaluated where the outcome is decided.
			if and {
				l.restrict(saved, nf)
			} else {
				l.restrict(saved, l.logicOp("bool_not", types.I8, t))
			}
		}
	}
	r := result{v: t, null: none, at: l.dom.at}
	if nullable {
		r.null = l.logicOp("bool_andnot", types.I8, nf, t)
	}
	return r
}

// restrict makes the mask outer AND rows.
func (l *lowerer) restrict(outer *subop.Operand, rows subop.Operand) {
	if outer != nil {
		rows = l.logicOp("bool_and", types.I8, *outer, rows)
	} else {
		rows = l.spread(rows)
	}
	l.mask = &rows
}

// truth is where r is true, as a vector or parameter without NULL.
func (l *lowerer) truth(r result) subop.Operand {
	if r.null.Mode == subop.None {
		return r.v
	}
	return l.logicOp("bool_andnot", types.I8, r.v, r.null)
}

// arm is one branch of a CASE: its value where cond holds and no earlier one did.
type arm struct {
	cond subop.Operand
	val  result
}

func (l *lowerer) caseExpr(e *plan.Expr) result {
	saved := l.mask
	defer func() { l.mask = saved }()
	var arms []arm
	n := len(e.Args) / 2
	fails := l.mayFail(e)
	var left *subop.Operand // rows no earlier condition took
	for i := 0; i < n; i++ {
		l.mask = merge(l, saved, left, fails)
		c := l.truth(l.expr(e.Args[2*i]))
		if fails {
			taken := c
			if left != nil {
				taken = l.logicOp("bool_and", types.I8, *left, c)
			}
			l.restrict(saved, taken)
		}
		arms = append(arms, arm{c, l.expr(e.Args[2*i+1])})
		if fails {
			var rest subop.Operand
			if left == nil {
				rest = l.logicOp("bool_not", types.I8, c)
			} else {
				rest = l.logicOp("bool_andnot", types.I8, *left, c)
			}
			left = &rest
		}
	}
	l.mask = merge(l, saved, left, fails)
	return l.choose(e.Type, arms, l.expr(e.Args[len(e.Args)-1]))
}

// merge is the mask outer AND left.
func merge(l *lowerer, outer, left *subop.Operand, fails bool) *subop.Operand {
	if !fails || left == nil {
		return outer
	}
	l.restrict(outer, *left)
	return l.mask
}

func (l *lowerer) coalesce(e *plan.Expr) result {
	saved := l.mask
	defer func() { l.mask = saved }()
	var arms []arm
	var last result
	for i, a := range e.Args {
		last = l.expr(a)
		if last.null.Mode == subop.None || i == len(e.Args)-1 {
			break
		}
		c := l.logicOp("bool_not", types.I8, last.null)
		val := last
		val.null = none
		arms = append(arms, arm{c, val})
		if l.anyMayFail(e.Args[i+1:]) {
			outer := l.mask
			l.restrict(outer, last.null)
		}
	}
	return l.choose(e.Type, arms, last)
}

// choose folds arms, last first, into one value.
func (l *lowerer) choose(t types.Type, arms []arm, els result) result {
	p := els.v.P
	nullable := els.null.Mode != subop.None
	r := result{at: l.dom.at, bits: els.bits, noBlanks: els.noBlanks}
	for _, a := range arms {
		if a.val.v.P > p && p.IsInt() {
			p = a.val.v.P
		}
		nullable = nullable || a.val.null.Mode != subop.None
		r.bits = max(r.bits, a.val.bits)
		r.noBlanks = r.noBlanks && a.val.noBlanks
	}
	if p.IsInt() && p < t.Phys() && t.Kind != types.Decimal {
		p = t.Phys()
	}
	v := l.widen(els, p)
	null := els.null
	if nullable && null.Mode == subop.None {
		null = l.constSlot(types.I8, types.Int(0))
	}
	for i := len(arms) - 1; i >= 0; i-- {
		a := arms[i]
		v = l.logicOp("choose", p, a.cond, l.widen(a.val, p), v)
		if nullable {
			an := a.val.null
			if an.Mode == subop.None {
				an = l.constSlot(types.I8, types.Int(0))
			}
			null = l.logicOp("choose", types.I8, a.cond, an, null)
		}
	}
	r.v, r.null = v, l.spread(null)
	return r
}

func (l *lowerer) inList(e *plan.Expr) result {
	r := l.trim(e.Args[0], l.expr(e.Args[0]))
	list := l.paramSlot(e.Param, asGiven)
	out := l.vec(types.I8)
	// The list is laid out by its type: a value that was computed in fewer bits is widened.
	l.emit(&subop.InList{Value: l.spread(l.widen(r, e.Args[0].Type.Phys())), List: subop.Num(list.Off), Found: out})
	return result{v: read(out), null: r.null, at: l.dom.at}
}
