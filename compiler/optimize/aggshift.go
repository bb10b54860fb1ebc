package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// shift is an integer expression that is another one and a number that is the same for all rows: x + c, x - c, c - x.
//
// What is accumulated of it follows from what is accumulated of x, with no accumulator of its own:
//
//	sum(x + c)  →  sum(x) + c * count(x)      min(x + c)  →  min(x) + c
//
// x + c fails for a row whose result is out of range, and so must its sum: the least and the greatest x have the least
// and the greatest result, which are computed beside (checked), in each group.
type shift struct {
	x, c *algebra.Expr
	op   *fn.Op
	t    types.Type // of the result, and of op's operands
	// flipped: c - x.
	flipped bool
}

// sharesShifts is how many arguments must be shifts of one expression, itself among them, that it is worth the while:
// what they have in common takes four accumulators.
const sharesShifts = 3

// shiftOf is e as a shift; false if it is none.
func shiftOf(e *algebra.Expr) (shift, bool) {
	if e.Kind != expr.Call || e.Op.Cast || len(e.Args) != 2 || !e.Type.IsInteger() || e.Volatile() {
		return shift{}, false
	}
	if e.Op.Name != "add" && e.Op.Name != "sub" {
		return shift{}, false
	}
	s := shift{x: e.Args[0], c: e.Args[1], op: e.Op, t: e.Type}
	if !s.x.HasColumn() {
		s.x, s.c, s.flipped = s.c, s.x, e.Op.Name == "sub"
	}
	if !s.x.HasColumn() || s.c.HasColumn() || s.c.MayFail() {
		return shift{}, false
	}
	s.x = narrower(s.x)
	return s, true
}

// narrower is e without casts to wider integers.
func narrower(e *algebra.Expr) *algebra.Expr {
	for e.Kind == expr.Call && e.Op.Cast && !e.Op.MayFail && e.Type.IsInteger() && e.Args[0].Type.IsInteger() {
		e = e.Args[0]
	}
	return e
}

// findShifts notes which arguments of calls are made of one expression's accumulators.
func (s *aggSplit) findShifts(calls []algebra.AggCall) {
	args := map[int]map[int]bool{} // by the number of the expression that is shifted
	note := func(x, arg *algebra.Expr) {
		k := s.p.numbers.Of(x)
		if args[k] == nil {
			args[k] = map[int]bool{}
		}
		args[k][s.p.numbers.Of(arg)] = true
	}
	for _, c := range calls {
		if len(c.Args) != 1 || c.Distinct {
			continue
		}
		if sh, ok := shiftOf(c.Args[0]); ok {
			note(sh.x, c.Args[0])
		} else if x := narrower(c.Args[0]); x.Type.IsInteger() && !x.Volatile() {
			note(x, x)
		}
	}
	s.shifts = map[int]bool{}
	for x, of := range args {
		if len(of) >= sharesShifts {
			s.shifts[x] = true
		}
	}
}

// followsShifts are the accumulators of which shifted knows how they follow; "" is the number of values.
var followsShifts = map[string]bool{"": true, "sum": true, "min": true, "max": true}

// shifted is what the accumulator name, or their number (name is ""), gives over x, from the accumulators of what x is
// a shift of; false if it is accumulated itself.
func (f *finisher) shifted(name string, x *algebra.Expr) (*algebra.Expr, bool) {
	sh, ok := shiftOf(x)
	if !ok || f.distinct != nil || !followsShifts[name] || !f.s.shifts[f.s.p.numbers.Of(sh.x)] {
		return nil, false
	}
	p := f.s.p
	// result is the shift of an extreme of x.
	result := func(accumulator string) (*algebra.Expr, bool) {
		e, err := p.cast(term(f.Accumulate(accumulator, sh.x)), sh.t)
		if err != nil {
			return nil, false
		}
		if sh.flipped {
			return p.call(sh.op.Name, sh.t, sh.c, e), true
		}
		return p.call(sh.op.Name, sh.t, e, sh.c), true
	}
	lo, ok := result("min")
	if !ok {
		return nil, false
	}
	hi, ok := result("max")
	if !ok {
		return nil, false
	}
	if sh.flipped {
		lo, hi = hi, lo
	}
	var value, none *algebra.Expr
	switch name {
	case "":
		value, none = term(f.Count(sh.x)), expr.Number[algebra.ColumnID](types.TInt8, 0)
	case "sum":
		var err error
		if value, err = f.shiftedSum(&sh); err != nil {
			return nil, false
		}
		none = algebra.Null(value.Type)
	case "min":
		value, none = lo, algebra.Null(sh.t)
	case "max":
		value, none = hi, algebra.Null(sh.t)
	}
	// It is NULL where there are no values, or c is: and true otherwise, if it does not fail.
	some := p.call("le", types.TBool, lo, hi)
	return expr.Choose(some, value, none), true
}

// shiftedSum: 2^63 rows of 64 bits, and their number times 64 bits, fit 128 bits.
func (f *finisher) shiftedSum(sh *shift) (*algebra.Expr, error) {
	p := f.s.p
	sum := term(f.Accumulate("sum", sh.x))
	c, err := p.cast(sh.c, types.TInt8)
	if err != nil {
		return nil, err
	}
	part := p.call("mul_nc", sum.Type, c, term(f.Count(sh.x)))
	if sh.flipped {
		return p.call("sub_nc", sum.Type, part, sum), nil
	}
	return p.call(sh.op.Name+"_nc", sum.Type, sum, part), nil
}
