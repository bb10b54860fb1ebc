package expr

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Ref names a column: by id in a statement's algebra, by position in a plan's layouts.
type Ref interface{ ~int }

// Expr is an expression. Which of the fields mean something is the kind's.
type Expr[R Ref] struct {
	Kind     Kind
	Type     types.Type
	Nullable bool
	Col      R           // Column
	Param    int         // Parameter, InList: index into the statement's parameters
	Const    types.Datum // Constant: part of the program (not hoisted), may be NULL
	Op       *fn.Op      // Call
	Sure     bool        // Call: it cannot fail even if Op may; constants among Args rule that out
	// Draw, of a Call that gives another value each time: calls of one draw have one value in a row, if a Once around
	// them makes it. 0: each has its own.
	Draw int
	Args []*Expr[R]
	Rel  Relation[R] // Any, Scalar
}

// Kind is the kind of an expression.
type Kind uint8

// The kinds. Their meaning is in codegen/lower, but for those that hold a relation: a plan has none of these.
const (
	Column Kind = iota
	Parameter
	Constant
	Call
	And       // Args, three-valued; a later argument is not evaluated (cannot fail) where an earlier is false
	Or        // likewise where an earlier is true
	Not       // Args[0]
	IsNull    // Args[0]
	IsNotNull // Args[0]
	Case      // Args: cond1, value1, cond2, value2, …, else (always present)
	Coalesce  // Args; a later argument is not evaluated where an earlier is not NULL
	InList    // Args[0] IN the parameter's List
	Once      // the last of Args; in front of it expressions whose draws are made first, for all that it has of them
	Any       // Rel has a row for which its condition is true; NULL if it has none and one for which that is NULL
	Scalar    // the one column of Rel's one row; NULL if there is none, an error if there are several
)

// Relation is a subquery in an expression. It has columns of its own, and free ones, which are
// those of the row that the expression is evaluated for.
type Relation[R Ref] interface {
	// Free are the free columns, without duplicates, in a fixed order.
	Free() []R
	// Replace is the relation with f's answers for references to free columns.
	Replace(f func(*Expr[R]) *Expr[R]) Relation[R]
	// Text is the same for relations that mean the same, whatever their own columns are called by. param, if not nil,
	// gives the first of all parameters that are the same.
	Text(param func(i int) int) string
}

// Param is one parameter of a statement. Literal parameters carry their value;
// the client's ($1..) get it at execution.
type Param struct {
	Type   types.Type
	Client int           // number of the client's parameter, 0 for a literal
	Value  types.Datum   // literals, and list elements' type is Type
	List   []types.Datum // an IN list: sorted, distinct, no NULL
	IsList bool
	// Zone: the value is the session's time zone, a zone.Table.
	Zone bool
	// Effect is a call that the leader runs when the query is executed; its result is the value.
	// Client is EffectResult then. nil: none.
	Effect *Effect
}

// EffectResult is Param.Client of a call with an effect: nothing is known of the
// value while planning.
const EffectResult = -1

// Effect is a call of a function that changes something (fn.Row.Effect).
type Effect struct {
	Name string
	Args []int // parameters of the query
}

// SortKey orders rows. NULLs sort as the largest value unless NullsFirst says otherwise.
type SortKey[R Ref] struct {
	Expr       *Expr[R]
	Desc       bool
	NullsFirst bool
}

// Col is a reference to a column.
func Col[R Ref](c R, t types.Type, nullable bool) *Expr[R] {
	return &Expr[R]{Kind: Column, Type: t, Nullable: nullable, Col: c}
}

// CallOf applies op to args, and to constants of the program behind them. The result may be NULL if
// an argument may, or if op decides that itself.
func CallOf[R Ref](op *fn.Op, ret types.Type, extra []fn.Const, args ...*Expr[R]) *Expr[R] {
	e := &Expr[R]{Kind: Call, Type: ret, Op: op, Nullable: op.Nulls == fn.CustomNull, Args: args[:len(args):len(args)]}
	for _, a := range args {
		e.Nullable = e.Nullable || a.Nullable
	}
	for _, c := range extra {
		e.Args = append(e.Args, &Expr[R]{Kind: Constant, Type: types.OfPhys(c.Phys), Const: c.V, Nullable: c.V.Null})
	}
	return e
}

// KeyOf is what values of e are compared by: their keys if its type has an order of its own, else themselves.
func KeyOf[R Ref](fns *fn.Table, e *Expr[R]) *Expr[R] {
	if !e.Type.OwnOrder() {
		return e
	}
	return CallOf(fns.KeyOf(e.Type), e.Type.KeyType(), nil, e)
}

// Compares is what e compares its two arguments by; fn.NoComparison if it is none.
func (e *Expr[R]) Compares() fn.Comparison {
	if e.Kind != Call {
		return fn.NoComparison
	}
	return e.Op.Compares
}

// Choose is CASE WHEN cond THEN a ELSE b END.
func Choose[R Ref](cond, a, b *Expr[R]) *Expr[R] {
	return &Expr[R]{Kind: Case, Type: a.Type, Nullable: a.Nullable || b.Nullable, Args: []*Expr[R]{cond, a, b}}
}

// As is e under another type whose values are the same bytes.
func (e *Expr[R]) As(t types.Type) *Expr[R] {
	if e.Type == t {
		return e
	}
	c := *e
	c.Type = t
	return &c
}
