package subop

import (
	"fmt"
	"strings"

	"slipher/catalog/fn"
)

// ValID numbers a value (a vector) of a program.
type ValID int

// Mode says what an operand is.
type Mode byte

const (
	Vec  Mode = 'v' // a vector: element of the current row
	Par  Mode = 'p' // one value in the state for all rows: parameter, constant
	Imm  Mode = 'i' // an immediate number: entry offset, index, state offset
	Out  Mode = 'o' // a vector written
	None Mode = 'n' // absent: a null vector that is ruled out
)

// Op is one suboperator in a program.
type Op struct {
	Kind *Kind
	Fn   *fn.Op // of kinds made from a scalar operation
	Args []Operand
	// operands is the Suboperator that Args are of, a pointer to it: how emitters name them.
	operands any
	Note     string // the SQL step it comes from, for names: "aggr", "filter"
	// Reads are vectors read behind the op's back, by Go: fused code keeps them in memory.
	Reads []ValID
}

// Kind is a suboperator's emitter: before the vector, per row, after it. A Kind
// with Row nil works on whole vectors and has a loop of its own.
type Kind struct {
	Name   string
	Before func(c *Ctx)
	Row    func(c *Ctx)
	After  func(c *Ctx)
	// Dense, if set, may do the work of Row for a whole dense vector in a primitive; false: it did not.
	Dense func(c *Ctx) bool
	// Alone: the op makes its own loops (probe) or ends one (filter): the fuser
	// puts nothing behind it into the same loop.
	Ends bool
	// Walks: Before walks over the domain's rows itself (probes).
	Walks bool
	// Reaches: reads vectors at other rows than the loop's own, so that they must be in memory.
	Reaches bool
	// Elementwise: rows do not depend on each other through memory.
	Elementwise bool
	// Fails: a structural kind that can raise data errors.
	Fails bool
	// Variants lists the signatures of which primitives are built.
	Variants func(t *fn.Table) []Op
}

// Domain is the rows a loop runs over: Count rows, through the selection vector
// Sel if it is not 0. Both are state offsets.
type Domain struct {
	Count, Sel int64
}

// Signature names the primitive that runs op on its own under a dense or
// selected domain: everything but the offsets.
func (o *Op) Signature(selected bool) string {
	var s strings.Builder
	s.WriteString(o.Kind.Name)
	if o.Fn != nil {
		s.WriteString("." + o.Fn.Name)
	}
	for _, a := range o.Args {
		if a.Mode == Vec || a.Mode == Par || a.Mode == Out {
			s.WriteString("." + a.P.String())
		}
	}
	s.WriteByte(':')
	for _, a := range o.Args {
		s.WriteByte(byte(a.Mode))
	}
	if selected {
		s.WriteString(":sel")
	}
	return s.String()
}

// Offsets are the numbers that a primitive call carries: count, selection, operands.
func (o *Op) Offsets(d Domain) []int64 {
	out := []int64{d.Count, d.Sel}
	for _, a := range o.Args {
		out = append(out, a.Off)
	}
	return out
}

// MayFail reports whether the op can raise a data error.
func (o *Op) MayFail() bool { return o.Fn != nil && o.Fn.MayFail }

func (o *Op) String() string {
	var s strings.Builder
	s.WriteString(o.Kind.Name)
	if o.Fn != nil {
		s.Reset()
		s.WriteString(o.Fn.Name)
	}
	var outs, ins []string
	for _, a := range o.Args {
		switch a.Mode {
		case Vec:
			ins = append(ins, fmt.Sprintf("v%d", a.Val))
		case Out:
			outs = append(outs, fmt.Sprintf("v%d:%s", a.Val, a.P))
		case Par:
			ins = append(ins, fmt.Sprintf("[%d]:%s", a.Off, a.P))
		case Imm:
			ins = append(ins, fmt.Sprint(a.Off))
		}
	}
	r := s.String() + "(" + strings.Join(ins, ", ") + ")"
	if len(outs) > 0 {
		r = strings.Join(outs, ", ") + " = " + r
	}
	return r
}
