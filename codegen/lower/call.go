package lower

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// trim strips trailing blanks where there may be any.
func (l *lowerer) trim(e *plan.Expr, r result) result {
	if r.noBlanks || r.v.P != types.Str {
		return r
	}
	if e != nil && e.Kind == expr.Parameter {
		r.v, r.noBlanks = l.paramSlot(e.Param, trimmed), true
		return r
	}
	if t, ok := l.trimmed[r.v.Val]; ok && t.at == l.dom.at && r.v.Mode == subop.Vec {
		t.null = r.null
		return t
	}
	f := l.opt.Fns.Op("rtrim_blanks")
	out := l.vec(types.Str)
	l.emit(&subop.Scalar{Fn: f, Shape: fn.Shape{In: []types.Phys{types.Str}, Out: types.Str},
		Args: l.legalModes([]subop.Operand{r.v}), Result: out})
	t := result{v: read(out), null: r.null, at: l.dom.at, noBlanks: true}
	if r.v.Mode == subop.Vec {
		l.trimmed[r.v.Val] = t
	}
	return t
}

func (l *lowerer) call(e *plan.Expr) result {
	f := l.opt.Fns.Op(e.Op.Name) // of the table that primitives are made of: the meaning
	if f == nil {
		panic("BUG: no op " + e.Op.Name)
	}
	args := make([]result, len(e.Args))
	null := none
	for i, a := range e.Args {
		args[i] = l.expr(a)
		if f.IgnoresBlanks {
			args[i] = l.trim(a, args[i])
		}
		if f.Nulls == fn.Strict {
			null = l.orNull(null, args[i].null)
		}
	}
	if f.Nulls == fn.Strict && f.Emit != nil {
		if r, ok := l.narrowCall(e, f, args); ok {
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
	r := result{null: null, at: l.dom.at, bits: typeBits(e.Type), noBlanks: e.Type.IsBare()}
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
	l.emit(&subop.Scalar{Fn: f, Shape: sh, Args: l.legalModes(ops), Mask: mask, Result: out})
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
	l.emit(&subop.ScalarNull{Fn: f, Shape: sh, Args: ops, Nulls: nulls, Mask: mask, Result: out, ResultNull: outNull})
	r := result{v: read(out), null: read(outNull), at: l.dom.at, bits: typeBits(e.Type)}
	if !e.Nullable {
		r.null = none
	}
	return r
}

func (l *lowerer) hostCall(e *plan.Expr, f *fn.Op, args []result, ops []subop.Operand, null subop.Operand) result {
	h := program.HostCall{Op: f.Name, OutP: e.Type.Phys(), Count: l.dom.Count, Sel: l.dom.Sel}
	var reads []subop.ValID
	readBy := func(o subop.Operand) {
		if o.Mode == subop.Vec {
			reads = append(reads, o.Val)
		}
	}
	for i := range ops {
		v := l.spread(ops[i])
		readBy(v)
		readBy(args[i].null)
		h.In = append(h.In, v.Off)
		h.InP = append(h.InP, v.P)
		h.Nulls = append(h.Nulls, args[i].null.Off)
	}
	masked := l.mask
	if !l.mayFail(e) { // its value is known by the expression alone: found again where the mask is another
		l.mask = nil
	}
	m := l.failMask(null)
	if l.mask = masked; m.Mode == subop.Vec {
		h.Mask = m.Off
		readBy(m)
	}
	out, outNull := l.vec(h.OutP), l.vec(types.I8)
	h.Out, h.OutNull = out.Off, outNull.Off
	h.Ins = len(l.ops) // the next one
	l.out.Hosts = append(l.out.Hosts, h)
	l.emit(&subop.Host{Call: subop.Num(len(l.out.Hosts) - 1), Reads: reads})
	r := result{v: read(out), null: read(outNull), at: l.dom.at, bits: typeBits(e.Type)}
	if !e.Nullable { // the host writes its flags all the same
		r.null = none
	}
	return r
}
