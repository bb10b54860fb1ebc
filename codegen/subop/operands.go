package subop

import (
	"reflect"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Suboperator is a structural operation with its operands: a struct whose fields of type Operand and Number, slices
// of them and structs of them, are the operands in the order in which an instruction carries them. An Operand left
// out is absent, a Number left out is 0.
type Suboperator interface {
	// op is the Op without its operands.
	op() Op
}

// Operand is one operand of an Op.
type Operand struct {
	Mode Mode
	P    types.Phys // of Vec, Par, Out
	at   int16      // its place among the op's operands
	Val  ValID      // of Vec, Out
	Off  int64      // state offset of Vec, Par, Out; the number of Imm
}

// Number is an operand that is a number known when the program is made: an offset in the state or in an entry, an
// index, a size, a seed.
type Number struct {
	N  int64
	at int16
}

// Num is n as an operand.
func Num[T ~int | ~int64](n T) Number { return Number{N: int64(n)} }

// Optional is n as an operand that may be absent.
func Optional[T ~int | ~int64](n T) Operand { return Operand{Mode: Imm, Off: int64(n)} }

// indexed is an operand as emitters name it.
type indexed interface{ index() int }

func (o Operand) index() int { return int(o.at) }
func (n Number) index() int  { return int(n.at) }

// vec, par and written are operands of the forms that primitives are built for.
func vec(p types.Phys, v ValID) Operand     { return Operand{Mode: Vec, P: p, Val: v} }
func par(p types.Phys) Operand              { return Operand{Mode: Par, P: p} }
func written(p types.Phys, v ValID) Operand { return Operand{Mode: Out, P: p, Val: v} }

// nullable are the two forms of a null flag: there is none, or a vector of them.
func nullable(v ValID) []Operand { return []Operand{{}, vec(types.I8, v)} }

// Kept is the selection that a suboperator writes.
type Kept struct{ Count, Rows Number }

// Keep makes the operands of a selection that is domain d.
func Keep(d Domain) Kept { return Kept{Count: Num(d.Count), Rows: Num(d.Sel)} }

// Make is s, a pointer that the op keeps, as an op of a program.
func Make(s Suboperator) Op {
	o := s.op()
	v := reflect.ValueOf(s).Elem()
	o.Args = number(make([]Operand, 0, operandsIn(v)), v)
	o.operands = s
	return o
}

// operandsIn is how many operands are in v, a struct.
func operandsIn(v reflect.Value) int {
	n := 0
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Operand, *Number:
			n++
		case *[]Operand:
			n += len(*f)
		default:
			if s := v.Field(i); s.Kind() == reflect.Struct {
				n += operandsIn(s)
			}
		}
	}
	return n
}

// number appends the operands in v, a struct, to args and tells each its place.
func number(args []Operand, v reflect.Value) []Operand {
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Operand:
			args = f.number(args)
		case *[]Operand:
			*f = append([]Operand(nil), *f...)
			for j := range *f {
				args = (*f)[j].number(args)
			}
		case *Number:
			f.at = int16(len(args))
			args = append(args, Operand{Mode: Imm, Off: f.N, at: f.at})
		default:
			if s := v.Field(i); s.Kind() == reflect.Struct {
				args = number(args, s)
			}
		}
	}
	return args
}

func (o *Operand) number(args []Operand) []Operand {
	if o.Mode == 0 {
		o.Mode = None
	}
	o.at = int16(len(args))
	return append(args, *o)
}

// emitter is what a Kind does, seen with the operands' names.
type emitter[S any] struct {
	before, row, after func(c *Ctx, o *S)
	dense              func(c *Ctx, o *S) bool
	variants           func(t *fn.Table) []S
}

// kindOf makes k of the emitter. A pointer to S is a Suboperator.
func kindOf[S any](k Kind, e emitter[S]) *Kind {
	bound := func(f func(*Ctx, *S)) func(*Ctx) {
		if f == nil {
			return nil
		}
		return func(c *Ctx) { f(c, c.op.operands.(*S)) }
	}
	k.Before, k.Row, k.After = bound(e.before), bound(e.row), bound(e.after)
	if e.dense != nil {
		k.Dense = func(c *Ctx) bool { return e.dense(c, c.op.operands.(*S)) }
	}
	k.Variants = func(t *fn.Table) []Op {
		var ops []Op
		for _, s := range e.variants(t) {
			ops = append(ops, Make(any(&s).(Suboperator)))
		}
		return ops
	}
	return &k
}
