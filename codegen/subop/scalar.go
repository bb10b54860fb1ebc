package subop

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Scalar runs a strict scalar operation.
type Scalar struct {
	Fn     *fn.Op
	Shape  fn.Shape // its physical instance
	Args   []Operand
	Mask   Operand // rows for which it may fail; absent: all
	Result Operand
}

func (s *Scalar) op() Op { return Op{Kind: scalar, Fn: s.Fn} }

var scalar = kindOf(Kind{Name: "fn", Elementwise: true}, emitter[Scalar]{
	row: func(c *Ctx, o *Scalar) {
		args := make([]fn.Value, len(o.Args))
		for i, a := range o.Args {
			args[i] = c.In(a)
		}
		if c.Has(o.Mask) {
			c.mask = c.asBit(c.In(o.Mask)).v
		}
		c.Set(o.Result, c.stored(o.Fn.Emit(c, o.Shape, args)))
	},
	variants: scalarVariants,
})

// ScalarNull runs an operation with NULL rules of its own.
type ScalarNull struct {
	Fn                 *fn.Op
	Shape              fn.Shape
	Args, Nulls        []Operand
	Mask               Operand // rows for which it may fail; absent: all
	Result, ResultNull Operand
}

func (s *ScalarNull) op() Op { return Op{Kind: scalarNull, Fn: s.Fn} }

var scalarNull = kindOf(Kind{Name: "fnnull", Elementwise: true}, emitter[ScalarNull]{
	row: func(c *Ctx, o *ScalarNull) {
		args, nulls := make([]fn.Value, len(o.Args)), make([]fn.Value, len(o.Args))
		for i, a := range o.Args {
			args[i] = c.In(a)
			if c.Has(o.Nulls[i]) {
				nulls[i] = c.asBit(c.In(o.Nulls[i]))
			}
		}
		if c.Has(o.Mask) {
			c.mask = c.asBit(c.In(o.Mask)).v
		}
		r, null := o.Fn.EmitNull(c, o.Shape, args, nulls)
		c.Set(o.Result, c.stored(r))
		if null == nil {
			null = c.Bool(false)
		}
		c.Set(o.ResultNull, c.asBit(null.(val)))
	},
	variants: scalarNullVariants,
})

// stored is v as vectors hold it: booleans are bits.
func (c *Ctx) stored(v fn.Value) val {
	if r := v.(val); r.p == types.I8 {
		return c.asBit(r)
	}
	return v.(val)
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

func scalarVariants(t *fn.Table) []Scalar {
	var out []Scalar
	for _, f := range append(LogicOps(), t.Ops()...) {
		if f.Emit == nil || f.Nulls == fn.CustomNull {
			continue
		}
		masks := []Operand{{}}
		if f.MayFail {
			masks = nullable(97)
		}
		for _, sh := range f.Shapes {
			ms := argModes(len(sh.In))
			if f == spread {
				ms = [][]Mode{{Par}, {Vec}}
			}
			for _, ms := range ms {
				for _, mask := range masks {
					args := make([]Operand, len(ms))
					for i, m := range ms {
						args[i] = Operand{Mode: m, P: sh.In[i], Val: ValID(i)}
					}
					out = append(out, Scalar{Fn: f, Shape: sh, Args: args, Mask: mask, Result: written(sh.Out, 99)})
				}
			}
		}
	}
	return out
}

func scalarNullVariants(t *fn.Table) []ScalarNull {
	var out []ScalarNull
	for _, f := range t.Ops() {
		if f.EmitNull == nil {
			continue
		}
		masks := []Operand{{}}
		if f.MayFail {
			masks = nullable(97)
		}
		for _, sh := range f.Shapes {
			n := len(sh.In)
			// Arguments are vectors here (lowering spreads parameters); each may be NULL or not.
			nms := modes(n, []Mode{Vec, None})
			if f.Tries != nil && n > 1 { // the others are constants
				nms = [][]Mode{slices.Repeat([]Mode{None}, n), append([]Mode{Vec}, slices.Repeat([]Mode{None}, n-1)...)}
			}
			for _, nm := range nms {
				for _, mask := range masks {
					args, nulls := make([]Operand, n), make([]Operand, n)
					for i := range args {
						args[i] = Operand{Mode: Vec, P: sh.In[i], Val: ValID(i)}
						nulls[i] = Operand{Mode: nm[i], P: types.I8, Val: ValID(20 + i)}
					}
					out = append(out, ScalarNull{Fn: f, Shape: sh, Args: args, Nulls: nulls, Mask: mask,
						Result: written(sh.Out, 98), ResultNull: written(types.I8, 99)})
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
	boolOp("bool_andnot", "a AND NOT b of truth bytes",
		func(b fn.Builder, x, y fn.Value) fn.Value { return b.And(x, b.Not(y)) }),
	{Name: "bool_not", Shapes: []fn.Shape{{In: []types.Phys{types.I8}, Out: types.I8}}, Doc: "NOT of a truth byte",
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.Not(a[0]) }},
	{Name: "choose", Shapes: chooseShapes(), Doc: "CASE: the second argument where the first is true, else the third",
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.Select(a[0], a[1], a[2]) }},
	spread,
	{Name: "widen", Doc: "an integer in a wider class", Shapes: []fn.Shape{
		{In: []types.Phys{types.I64}, Out: types.I128}, {In: []types.Phys{types.I32}, Out: types.I64},
		{In: []types.Phys{types.I16}, Out: types.I64}, {In: []types.Phys{types.I16}, Out: types.I32}},
		Emit: func(b fn.Builder, sh fn.Shape, a []fn.Value) fn.Value { return b.SExt(a[0], sh.Out) }},
	{Name: "canonical_float", Doc: "-0 as 0, every NaN the same: floats as keys", Shapes: []fn.Shape{
		{In: []types.Phys{types.F32}, Out: types.F32}, {In: []types.Phys{types.F64}, Out: types.F64}},
		Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return b.(*Ctx).canonicalFloat(a[0].(val)) }},
	{Name: "narrow", Doc: "an integer known to fit a narrower class",
		Shapes: []fn.Shape{{In: []types.Phys{types.I128}, Out: types.I64}},
		Emit:   func(b fn.Builder, sh fn.Shape, a []fn.Value) fn.Value { return b.Trunc(a[0], sh.Out) }},
}

// spread alone is also built for a parameter without a vector beside it.
var spread = &fn.Op{Name: "copy", Shapes: copyShapes(), Doc: "the argument: spreads a parameter over a vector",
	Emit: func(b fn.Builder, _ fn.Shape, a []fn.Value) fn.Value { return a[0] }}

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
