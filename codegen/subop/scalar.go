package subop

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// scalar runs a strict scalar operation. Operands: arguments, mask, result.
var scalar = &Kind{
	Name:        "fn",
	Elementwise: true,
	Row: func(c *Ctx) {
		n := len(c.op.Sh.In)
		args := make([]fn.Value, n)
		for i := range args {
			args[i] = c.In(i)
		}
		if c.Has(n) {
			c.mask = c.asBit(c.In(n)).v
		}
		r := c.op.Fn.Emit(c, c.op.Sh, args).(val)
		if r.p == types.I8 {
			r = c.asBit(r)
		}
		c.Set(n+1, r)
	},
	Variants: scalarVariants,
}

// scalarNull runs an operation with NULL rules of its own. Operands:
// arguments, their null flags, mask, result, result's null flag.
var scalarNull = &Kind{
	Name:        "fnnull",
	Elementwise: true,
	Row: func(c *Ctx) {
		n := len(c.op.Sh.In)
		args, nulls := make([]fn.Value, n), make([]fn.Value, n)
		for i := range args {
			args[i] = c.In(i)
			if c.Has(n + i) {
				nulls[i] = c.asBit(c.In(n + i))
			}
		}
		if c.Has(2 * n) {
			c.mask = c.asBit(c.In(2 * n)).v
		}
		r, null := c.op.Fn.EmitNull(c, c.op.Sh, args, nulls)
		v := r.(val)
		if v.p == types.I8 {
			v = c.asBit(v)
		}
		c.Set(2*n+1, v)
		if null == nil {
			null = c.Bool(false)
		}
		c.Set(2*n+2, c.asBit(null.(val)))
	},
	Variants: scalarNullVariants,
}

// Scalar makes the op for a strict operation; mask may be None.
func Scalar(f *fn.Op, sh fn.Shape, args []Operand, mask, out Operand) *Op {
	return &Op{Kind: kind("fn"), Fn: f, Sh: sh, Args: append(append([]Operand(nil), args...), mask, out)}
}

// ScalarNull makes the op for an operation with its own NULL rules.
func ScalarNull(f *fn.Op, sh fn.Shape, args, nulls []Operand, mask, out, outNull Operand) *Op {
	as := append(append([]Operand(nil), args...), nulls...)
	return &Op{Kind: kind("fnnull"), Fn: f, Sh: sh, Args: append(as, mask, out, outNull)}
}

// modes lists operand-mode combinations for n arguments: every one but "all parameters",
// which lowering computes over a vector all the same.
func modes(n int, alphabet []Mode) [][]Mode {
	if n == 0 {
		return [][]Mode{nil}
	}
	var out [][]Mode
	for _, rest := range modes(n-1, alphabet) {
		for _, m := range alphabet {
			out = append(out, append(append([]Mode(nil), rest...), m))
		}
	}
	return out
}

// argModes: with up to three arguments each may be a vector or a parameter;
// with more, lowering spreads parameters that stand before the last vector.
func argModes(n int) [][]Mode {
	if n == 0 {
		return [][]Mode{nil} // random()
	}
	if n <= 3 {
		return modes(n, []Mode{Vec, Par})[:1<<n-1] // the last one is all parameters
	}
	var out [][]Mode
	for first := 1; first <= n; first++ {
		ms := make([]Mode, n)
		for i := range ms {
			ms[i] = Par
			if i < first {
				ms[i] = Vec
			}
		}
		out = append(out, ms)
	}
	return out
}

func scalarVariants(t *fn.Table) []Op {
	var out []Op
	for _, f := range append(LogicOps(), t.Ops()...) {
		if f.Emit == nil || f.Nulls == fn.CustomNull {
			continue
		}
		masks := []Mode{None}
		if f.MayFail {
			masks = []Mode{None, Vec}
		}
		for _, sh := range f.Shapes {
			ms := argModes(len(sh.In))
			if f.Name == "copy" {
				ms = [][]Mode{{Par}, {Vec}}
			}
			for _, ms := range ms {
				for _, mm := range masks {
					args := make([]Operand, len(ms))
					for i, m := range ms {
						args[i] = Operand{Mode: m, P: sh.In[i], Val: ValID(i)}
					}
					out = append(out, *Scalar(f, sh, args, Operand{Mode: mm, P: types.I8, Val: 98}, Operand{Mode: Out, P: sh.Out, Val: 99}))
				}
			}
		}
	}
	return out
}

func scalarNullVariants(t *fn.Table) []Op {
	var out []Op
	for _, f := range t.Ops() {
		if f.EmitNull == nil {
			continue
		}
		masks := []Mode{None}
		if f.MayFail {
			masks = []Mode{None, Vec}
		}
		for _, sh := range f.Shapes {
			n := len(sh.In)
			// Arguments are vectors here (lowering spreads parameters); each may be NULL or not.
			for _, nm := range modes(n, []Mode{Vec, None}) {
				for _, mm := range masks {
					args, nulls := make([]Operand, n), make([]Operand, n)
					for i := range args {
						args[i] = Operand{Mode: Vec, P: sh.In[i], Val: ValID(i)}
						nulls[i] = Operand{Mode: nm[i], P: types.I8, Val: ValID(20 + i)}
					}
					out = append(out, *ScalarNull(f, sh, args, nulls, Operand{Mode: mm, P: types.I8, Val: 97},
						Operand{Mode: Out, P: sh.Out, Val: 98}, Operand{Mode: Out, P: types.I8, Val: 99}))
				}
			}
		}
	}
	return out
}

// allClasses are the classes a value can have.
var allClasses = []types.Phys{types.I8, types.I16, types.I32, types.I64, types.I128, types.F32, types.F64, types.Str}

// LogicOps are the operations lowering itself needs: three-valued logic is made
// of them, CASE, and the spreading and widening of values.
func LogicOps() []*fn.Op {
	return logicOps
}

// LogicOp finds one of LogicOps.
func LogicOp(name string) *fn.Op {
	for _, o := range logicOps {
		if o.Name == name {
			return o
		}
	}
	panic("BUG: no logic op " + name)
}

var logicOps = []*fn.Op{
	boolOp("bool_and", "a AND b of truth bytes", func(b fn.Builder, x, y fn.Value) fn.Value { return b.And(x, y) }),
	boolOp("bool_or", "a OR b of truth bytes", func(b fn.Builder, x, y fn.Value) fn.Value { return b.Or(x, y) }),
	boolOp("bool_andnot", "a AND NOT b of truth bytes", func(b fn.Builder, x, y fn.Value) fn.Value { return b.And(x, b.Not(y)) }),
	{Name: "bool_not", Shapes: []fn.Shape{{In: []types.Phys{types.I8}, Out: types.I8}}, Doc: "NOT of a truth byte",
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.Not(a[0]) }},
	{Name: "choose", Shapes: chooseShapes(), Doc: "CASE: the second argument where the first is true, else the third",
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.Select(a[0], a[1], a[2]) }},
	{Name: "copy", Shapes: copyShapes(), Doc: "the argument: spreads a parameter over a vector",
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return a[0] }},
	{Name: "widen", Doc: "an integer in a wider class", Shapes: []fn.Shape{
		{In: []types.Phys{types.I64}, Out: types.I128}, {In: []types.Phys{types.I32}, Out: types.I64},
		{In: []types.Phys{types.I16}, Out: types.I64}, {In: []types.Phys{types.I16}, Out: types.I32}},
		Emit: func(b fn.Builder, sh fn.Shape, a []fn.Value) fn.Value { return b.SExt(a[0], sh.Out) }},
	{Name: "canonical_float", Doc: "-0 as 0, every NaN the same: floats as keys", Shapes: []fn.Shape{
		{In: []types.Phys{types.F32}, Out: types.F32}, {In: []types.Phys{types.F64}, Out: types.F64}},
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.(*Ctx).canonicalFloat(a[0].(val)) }},
	{Name: "narrow", Doc: "an integer known to fit a narrower class", Shapes: []fn.Shape{{In: []types.Phys{types.I128}, Out: types.I64}},
		Emit: func(b fn.Builder, sh fn.Shape, a []fn.Value) fn.Value { return b.Trunc(a[0], sh.Out) }},
}

func boolOp(name, doc string, f func(b fn.Builder, x, y fn.Value) fn.Value) *fn.Op {
	return &fn.Op{Name: name, Doc: doc, Commutes: name != "bool_andnot",
		Shapes: []fn.Shape{{In: []types.Phys{types.I8, types.I8}, Out: types.I8}},
		Emit:   func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return f(b, a[0], a[1]) }}
}

func chooseShapes() []fn.Shape {
	var out []fn.Shape
	for _, p := range allClasses {
		out = append(out, fn.Shape{In: []types.Phys{types.I8, p, p}, Out: p})
	}
	return out
}

func copyShapes() []fn.Shape {
	var out []fn.Shape
	for _, p := range allClasses {
		out = append(out, fn.Shape{In: []types.Phys{p}, Out: p})
	}
	return out
}
