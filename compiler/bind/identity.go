package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// ordered is what rows are sorted and compared by for e: itself, or the key of a value of a type with an order of its
// own. Of a type that has none (equated, sortable) it is itself, for nothing.
func (b *binder) ordered(e *algebra.Expr) *algebra.Expr {
	if !e.Type.IsComparable() {
		return e
	}
	return expr.KeyOf(b.fns, e)
}

// equated refuses a type of whose values nobody knows whether they are equal.
func (b *binder) equated(t types.Type, at parse.Pos) error {
	if !t.IsComparable() {
		return b.errorAt(at, sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", t.Name())
	}
	return nil
}

// equatedAll is equated of columns.
func (b *binder) equatedAll(cols []algebra.Column, at parse.Pos) error {
	for _, c := range cols {
		if err := b.equated(c.Type, at); err != nil {
			return err
		}
	}
	return nil
}

// sortable refuses a type of whose values nobody knows which is less.
func (b *binder) sortable(t types.Type, at parse.Pos) error {
	if t.IsComparable() {
		return nil
	}
	return b.errorAt(at, sqlerr.UndefinedFunction, "could not identify an ordering operator for type %s",
		t.Name()).(*sqlerr.Error).WithHint("Use an explicit ordering operator or modify the query.")
}

// identifies refuses a type whose values may be equal and yet differ in their bits, where rows are told apart by them.
func (b *binder) identifies(t types.Type, what string, at parse.Pos) error {
	if err := b.equated(t, at); err != nil {
		return err
	}
	switch {
	case t.Fold:
		return b.unsupported(at, "%s of case-insensitive strings", what)
	case t.OwnOrder():
		return b.unsupported(at, "%s of type %s", what, t.Name())
	}
	return nil
}
