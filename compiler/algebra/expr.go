package algebra

import (
	"slipher/catalog/types"
	"slipher/compiler/expr"
)

// ColumnID names a column in a whole statement: each producer (scan, projection,
// aggregate) makes fresh ids. compiler/optimize turns it into a position of a row layout.
type ColumnID int

// Expr is an expression over columns by id.
type Expr = expr.Expr[ColumnID]

// SortKey orders rows.
type SortKey = expr.SortKey[ColumnID]

// Ref is a reference to the column.
func (c Column) Ref() *Expr { return expr.Col(c.ID, c.Type, c.Nullable) }

// Refs are references to columns.
func Refs(cols []Column) []*Expr {
	out := make([]*Expr, len(cols))
	for i, c := range cols {
		out[i] = c.Ref()
	}
	return out
}

// Constants, as package expr makes them.

func Truth(v bool) *Expr                 { return expr.Truth[ColumnID](v) }
func Null(t types.Type) *Expr            { return expr.Null[ColumnID](t) }
func Zero(t types.Type) *Expr            { return expr.Zero[ColumnID](t) }
func Number(t types.Type, v int64) *Expr { return expr.Number[ColumnID](t, v) }
