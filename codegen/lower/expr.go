package lower

import (
	"fmt"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// expr lowers e under the current domain and mask. Equal expressions are computed once.
func (l *lowerer) expr(e *plan.Expr) result {
	if e.Kind == plan.ExprCol {
		return l.col(e.Col)
	}
	key := l.key(e)
	if r, ok := l.cache[key]; ok && (!r.perRow() || r.at == l.dom.at) {
		return r
	}
	r := l.compute(e)
	l.cache[key] = r
	return r
}

// key identifies an expression and, if it can fail, the mask under which it was computed.
func (l *lowerer) key(e *plan.Expr) string {
	var s strings.Builder
	writeExpr(&s, e)
	if l.mask != nil && l.mayFail(e) {
		fmt.Fprintf(&s, " mask %d", l.mask.Val)
	}
	return s.String()
}

func writeExpr(s *strings.Builder, e *plan.Expr) {
	fmt.Fprintf(s, "(%d %d.%d.%d.%d %d %d %s", e.Kind, e.Type.Kind, e.Type.Prec, e.Type.Scale, e.Type.Len, e.Col, e.Param, e.Op)
	if e.Kind == plan.ExprConst {
		fmt.Fprintf(s, " %v %d %d %q", e.Const.Null, e.Const.Hi, e.Const.Lo, e.Const.S)
	}
	for _, a := range e.Args {
		writeExpr(s, a)
	}
	s.WriteByte(')')
}

// mayFail reports whether evaluating e can raise a data error.
func (l *lowerer) mayFail(e *plan.Expr) bool {
	if e.Kind == plan.ExprCall {
		if o := l.opt.Fns.Op(e.Op); o != nil && o.MayFail {
			return true
		}
	}
	for _, a := range e.Args {
		if l.mayFail(a) {
			return true
		}
	}
	return false
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
	l.emitAt(subop.Gather(*to.pos, from, out), to)
	return read(out)
}

// emitAt emits under the current selection if it is over to, else over all of to.
func (l *lowerer) emitAt(o *subop.Op, to *positions) {
	if l.dom.at == to {
		l.emit(o)
		return
	}
	l.emitIn(o, subop.Domain{Count: to.count}, 0)
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
	case plan.ExprParam:
		return l.param(e)
	case plan.ExprConst:
		return l.constant(e)
	case plan.ExprCall:
		return l.call(e)
	case plan.ExprAnd, plan.ExprOr:
		return l.logic(e)
	case plan.ExprNot:
		r := l.expr(e.Args[0])
		return result{v: l.logicOp("bool_not", types.I8, r.v), null: r.null, at: l.dom.at}
	case plan.ExprIsNull, plan.ExprIsNotNull:
		r := l.expr(e.Args[0])
		isNull := e.Kind == plan.ExprIsNull
		if r.null.Mode == subop.None {
			return l.constant(&plan.Expr{Kind: plan.ExprConst, Type: types.TBool, Const: types.BoolDatum(!isNull)})
		}
		if isNull {
			return result{v: r.null, null: none, at: l.dom.at}
		}
		return result{v: l.logicOp("bool_not", types.I8, r.null), null: none, at: l.dom.at}
	case plan.ExprCase:
		return l.caseExpr(e)
	case plan.ExprCoalesce:
		return l.coalesce(e)
	case plan.ExprInList:
		return l.inList(e)
	}
	panic(fmt.Sprintf("BUG: expression kind %d", e.Kind))
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
	l.emit(subop.Scalar(f, sh, args, none, o))
	return read(o)
}

// spread is r's value as a vector.
func (l *lowerer) spread(v subop.Operand) subop.Operand {
	if v.Mode != subop.Par {
		return v
	}
	return l.logicOp("copy", v.P, v)
}

// widen is r in class p, at least as wide.
func (l *lowerer) widen(r result, p types.Phys) subop.Operand {
	if r.v.P == p {
		return r.v
	}
	if !r.v.P.IsInt() || !p.IsInt() || r.v.P > p {
		panic(fmt.Sprintf("BUG: %v widened to %v", r.v.P, p))
	}
	return l.logicOp("widen", p, r.v)
}

func (l *lowerer) param(e *plan.Expr) result {
	p := l.q.Params[e.Param]
	r := result{v: l.paramSlot(e.Param, false), null: none, at: l.dom.at, bits: typeBits(e.Type)}
	if p.Client == 0 {
		if p.Value.Null {
			return l.nullResult(e.Type)
		}
		if e.Type.Phys().IsInt() {
			r.bits = min(r.bits, quantise(valueBits(p.Value)))
		}
		return r
	}
	if e.Nullable {
		r.null = l.logicOp("copy", types.I8, subop.Operand{Mode: subop.Par, P: types.I8, Off: r.v.Off + 16})
	}
	return r
}

// paramSlot is where parameter i stands: 16 bytes of value, then its null byte.
func (l *lowerer) paramSlot(i int, trim bool) subop.Operand {
	k := paramKey{i, trim}
	if o, ok := l.params[k]; ok {
		return o
	}
	p := l.q.Params[i]
	off := l.word(fmt.Sprintf("$%d", i), 32)
	l.out.Params = append(l.out.Params, program.ParamSlot{Param: i, Slot: off, Null: off + 16, Phys: p.Type.Phys(), IsList: p.IsList, Trim: trim})
	o := subop.Operand{Mode: subop.Par, P: p.Type.Phys(), Off: off}
	l.params[k] = o
	return o
}

func (l *lowerer) constant(e *plan.Expr) result {
	if e.Const.Null {
		return l.nullResult(e.Type)
	}
	r := result{v: l.constSlot(e.Type.Phys(), e.Const), null: none, at: l.dom.at, bits: typeBits(e.Type)}
	if e.Type.Phys().IsInt() {
		r.bits = valueBits(e.Const)
	}
	if e.Type.Phys() == types.Str {
		r.noBlanks = !strings.HasSuffix(e.Const.S, " ")
	}
	return r
}

func (l *lowerer) constSlot(p types.Phys, d types.Datum) subop.Operand {
	k := fmt.Sprintf("%d %d %d %q", p, d.Hi, d.Lo, d.S)
	if o, ok := l.consts[k]; ok {
		return o
	}
	off := l.word("const", 16)
	l.out.Consts = append(l.out.Consts, program.ConstSlot{Slot: off, Phys: p, V: d})
	o := subop.Operand{Mode: subop.Par, P: p, Off: off}
	l.consts[k] = o
	return o
}

// nullResult is the NULL of a type.
func (l *lowerer) nullResult(t types.Type) result {
	one := l.constSlot(types.I8, types.Int(1))
	return result{v: l.constSlot(t.Phys(), types.Datum{}), null: l.logicOp("copy", types.I8, one), at: l.dom.at, bits: 0, noBlanks: true}
}

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

// blankless are operations on strings in whose arguments trailing blanks do not count.
var blankless = map[string]bool{"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true}

// trim strips trailing blanks where there may be any.
func (l *lowerer) trim(e *plan.Expr, r result) result {
	if r.noBlanks || r.v.P != types.Str {
		return r
	}
	if e != nil && e.Kind == plan.ExprParam {
		r.v, r.noBlanks = l.paramSlot(e.Param, true), true
		return r
	}
	key := fmt.Sprintf("trim %d", r.v.Val)
	if t, ok := l.cache[key]; ok && t.at == l.dom.at && r.v.Mode == subop.Vec {
		return t
	}
	f := l.opt.Fns.Op("rtrim_blanks")
	out := l.vec(types.Str)
	l.emit(subop.Scalar(f, fn.Shape{In: []types.Phys{types.Str}, Out: types.Str}, l.legalModes([]subop.Operand{r.v}), none, out))
	t := result{v: read(out), null: r.null, at: l.dom.at, noBlanks: true}
	if r.v.Mode == subop.Vec {
		l.cache[key] = t
	}
	return t
}

func (l *lowerer) call(e *plan.Expr) result {
	f := l.opt.Fns.Op(e.Op)
	if f == nil {
		panic("BUG: no op " + e.Op)
	}
	args := make([]result, len(e.Args))
	null := none
	for i, a := range e.Args {
		args[i] = l.expr(a)
		if blankless[e.Op] {
			args[i] = l.trim(a, args[i])
		}
		if f.Nulls == fn.Strict {
			null = l.orNull(null, args[i].null)
		}
	}
	if f.Nulls == fn.Strict && f.Emit != nil {
		if r, ok := l.narrowCall(e, args); ok {
			r.null = null
			return r
		}
	}
	sh := fn.Shape{Out: e.Type.Phys()}
	ops := make([]subop.Operand, len(args))
	for i, a := range e.Args {
		ops[i] = l.widen(args[i], a.Type.Phys())
		sh.In = append(sh.In, a.Type.Phys())
	}
	if f.Host == nil && !hasShape(f, sh) {
		panic(fmt.Sprintf("BUG: op %s has no shape %v", f.Name, sh))
	}
	r := result{null: null, at: l.dom.at, bits: typeBits(e.Type), noBlanks: e.Type.Kind == types.Char}
	switch {
	case f.Host != nil:
		return l.hostCall(e, f, args, ops, null)
	case f.Nulls == fn.CustomNull:
		return l.customNull(e, f, sh, args, ops)
	}
	mask := none
	if f.MayFail {
		mask = l.failMask(null)
	}
	out := l.vec(sh.Out)
	l.emit(subop.Scalar(f, sh, l.legalModes(ops), mask, out))
	r.v = read(out)
	return r
}

// legalModes spreads parameters where no primitive takes them: one if there is no
// vector, and with more than three arguments those in front of the last vector.
func (l *lowerer) legalModes(ops []subop.Operand) []subop.Operand {
	last := -1
	for i, o := range ops {
		if o.Mode == subop.Vec {
			last = i
		}
	}
	if last < 0 && len(ops) > 0 {
		ops[0] = l.spread(ops[0]) // no primitive works on parameters alone
	}
	if len(ops) > 3 {
		for i := 0; i < last; i++ {
			ops[i] = l.spread(ops[i])
		}
	}
	return ops
}

func hasShape(f *fn.Op, sh fn.Shape) bool {
	for _, s := range f.Shapes {
		if s.Out == sh.Out && len(s.In) == len(sh.In) {
			same := true
			for i := range s.In {
				same = same && s.In[i] == sh.In[i]
			}
			if same {
				return true
			}
		}
	}
	return false
}

func (l *lowerer) customNull(e *plan.Expr, f *fn.Op, sh fn.Shape, args []result, ops []subop.Operand) result {
	nulls := make([]subop.Operand, len(args))
	for i := range ops {
		ops[i] = l.spread(ops[i])
		nulls[i] = args[i].null
	}
	mask := none
	if f.MayFail {
		mask = l.failMask(none)
	}
	out, outNull := l.vec(sh.Out), l.vec(types.I8)
	l.emit(subop.ScalarNull(f, sh, ops, nulls, mask, out, outNull))
	r := result{v: read(out), null: read(outNull), at: l.dom.at, bits: typeBits(e.Type)}
	if !e.Nullable {
		r.null = none
	}
	return r
}

func (l *lowerer) hostCall(e *plan.Expr, f *fn.Op, args []result, ops []subop.Operand, null subop.Operand) result {
	h := program.HostCall{Op: f.Name, OutP: e.Type.Phys(), Count: l.dom.Count, Sel: l.dom.Sel}
	var reads []subop.Operand
	for i := range ops {
		v := l.spread(ops[i])
		reads = append(reads, v, args[i].null)
		h.In = append(h.In, v.Off)
		h.InP = append(h.InP, v.P)
		h.Nulls = append(h.Nulls, args[i].null.Off)
	}
	if m := l.failMask(null); m.Mode == subop.Vec {
		h.Mask = m.Off
		reads = append(reads, m)
	}
	out, outNull := l.vec(h.OutP), l.vec(types.I8)
	h.Out, h.OutNull = out.Off, outNull.Off
	l.out.Hosts = append(l.out.Hosts, h)
	l.emit(subop.Host(int64(len(l.out.Hosts)-1), reads...))
	return result{v: read(out), null: read(outNull), at: l.dom.at, bits: typeBits(e.Type)}
}

// logic is three-valued AND and OR. With t = true and nf = not false of each side:
// AND: t = t1 & t2, nf = nf1 & nf2; OR likewise with |; NULL = nf without t.
func (l *lowerer) logic(e *plan.Expr) result {
	and := e.Kind == plan.ExprAnd
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

func (l *lowerer) anyMayFail(es []*plan.Expr) bool {
	for _, e := range es {
		if l.mayFail(e) {
			return true
		}
	}
	return false
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
	r.v, r.null = v, null
	if null.Mode == subop.Par {
		r.null = l.spread(null)
	}
	return r
}

func (l *lowerer) inList(e *plan.Expr) result {
	r := l.trim(e.Args[0], l.expr(e.Args[0]))
	list := l.paramSlot(e.Param, false)
	out := l.vec(types.I8)
	// The list is laid out by its type: a value that was computed in fewer bits is widened.
	l.emit(subop.InList(l.spread(l.widen(r, e.Args[0].Type.Phys())), list.Off, out))
	return result{v: read(out), null: r.null, at: l.dom.at}
}
