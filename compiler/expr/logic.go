package expr

import "slipher/catalog/types"

// Conjuncts splits ANDs, in order, and drops what is always TRUE.
func Conjuncts[R Ref](es ...*Expr[R]) []*Expr[R] {
	var out []*Expr[R]
	for _, e := range es {
		switch v, ok := e.TruthOf(); {
		case ok && v:
		case e.Kind == And:
			out = append(out, Conjuncts(e.Args...)...)
		default:
			out = append(out, e)
		}
	}
	return out
}

// Arms are the alternatives of an OR, nested ones flattened: e itself if it is none.
func Arms[R Ref](e *Expr[R]) []*Expr[R] {
	if e.Kind != Or {
		return []*Expr[R]{e}
	}
	var out []*Expr[R]
	for _, a := range e.Args {
		out = append(out, Arms(a)...)
	}
	return out
}

// AllOf is the conjunction of one or more parts: the part itself if there is one.
func AllOf[R Ref](parts []*Expr[R]) *Expr[R] { return junction(And, parts) }

// AnyOf is the disjunction of one or more parts: the part itself if there is one.
func AnyOf[R Ref](parts []*Expr[R]) *Expr[R] { return junction(Or, parts) }

func junction[R Ref](kind Kind, parts []*Expr[R]) *Expr[R] {
	if len(parts) == 1 {
		return parts[0]
	}
	e := &Expr[R]{Kind: kind, Type: parts[0].Type, Args: parts}
	for _, p := range parts {
		e.Nullable = e.Nullable || p.Nullable
	}
	return e
}

// Negate is NOT e, as it is written.
func Negate[R Ref](e *Expr[R]) *Expr[R] {
	return &Expr[R]{Kind: Not, Type: e.Type, Nullable: e.Nullable, Args: []*Expr[R]{e}}
}

// TestNull is e IS NULL.
func TestNull[R Ref](e *Expr[R]) *Expr[R] {
	return &Expr[R]{Kind: IsNull, Type: types.TBool, Args: []*Expr[R]{e}}
}

// TestNotNull is e IS NOT NULL.
func TestNotNull[R Ref](e *Expr[R]) *Expr[R] {
	return &Expr[R]{Kind: IsNotNull, Type: types.TBool, Args: []*Expr[R]{e}}
}

// NotNull are expressions that are equal, pair by pair, exactly where e is the same, NULL being the same as NULL: one
// that may be NULL becomes two that may not.
func NotNull[R Ref](e *Expr[R]) []*Expr[R] {
	if !e.Nullable {
		return []*Expr[R]{e}
	}
	return []*Expr[R]{TestNull(e),
		{Kind: Coalesce, Type: e.Type, Args: []*Expr[R]{e, Zero[R](e.Type)}}}
}
