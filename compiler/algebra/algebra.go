package algebra

import (
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// Column is one output column of a node.
type Column struct {
	ID       ColumnID
	Name     string
	Type     types.Type
	Nullable bool
}

// Node is a logical operator.
type Node interface {
	Columns() []Column
	Inputs() []Node
}

// Statement is a bound query or the query part of a statement that changes a table.
type Statement struct {
	Root   Node
	Output []plan.OutputColumn // names and types as shown, one for each of Root.Columns()
	Params []plan.Param        // hoisted literals and the client's, by number
	Insert *state.Table        // target of INSERT and UPDATE; Root yields its columns, in order, cast
	// Delete is the target of DELETE and UPDATE. Root yields the address of a row to delete: DELETE nothing
	// else and perhaps several times, UPDATE behind the columns of the row that replaces it, once.
	Delete *state.Table
	NextID ColumnID // first unused id
}

// Scan reads a stored table (Table set) or a catalog relation (Relation set).
type Scan struct {
	Table    *state.Table
	Relation string // name by which the leader hands in rows
	Schema   string
	Alias    string
	Cols     []Column
	ColNos   []int // column number in the table for each of Cols
}

// Values are literal rows. One row of no columns is a FROM-less SELECT.
type Values struct {
	Cols []Column
	Rows [][]*Expr
	// Literals has for each of Cols its constants, one a row, where there are so many rows of
	// constants alone that they are data: Rows is nil then.
	Literals [][]types.Datum
}

// Len is the number of rows.
func (n *Values) Len() int {
	if len(n.Literals) > 0 {
		return len(n.Literals[0])
	}
	return len(n.Rows)
}

// Text is COPY's input: fields split from text on each slice, all
// VARCHAR(65535) that may be NULL.
type Text struct{ Cols []Column }

// Select keeps rows for which all predicates are true (conjuncts, in written order).
type Select struct {
	In    Node
	Preds []*Expr
}

// Project computes Exprs[i] as Cols[i].
type Project struct {
	In    Node
	Cols  []Column
	Exprs []*Expr
}

// JoinKind is the kind of a logical join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Semi
	Anti
)

// Join pairs rows of Left and Right. On are conjuncts over both; none is a cross join.
type Join struct {
	Kind        JoinKind
	Left, Right Node
	On          []*Expr
}

// Aggregate groups by Keys (none: one row). Output: one column a key, then one an aggregate.
type Aggregate struct {
	In   Node
	Keys []*Expr
	Aggs []AggCall
	Cols []Column
}

// AggCall is an aggregate as SQL knows it; splitting it into accumulators is the optimizer's.
type AggCall struct {
	Name     string // "count", "sum", "avg", "min", "max", "stddev_samp", "var_pop", "bool_and", …
	Star     bool   // count(*)
	Distinct bool
	Args     []*Expr    // already cast to what the result rule wants
	Type     types.Type // of the result: bind's aggregates
}

// Distinct removes duplicate rows.
type Distinct struct{ In Node }

// Sort orders rows.
type Sort struct {
	In   Node
	Keys []SortKey
}

// Limit keeps Count rows behind Offset rows: parameters' numbers, -1 for none.
type Limit struct {
	In            Node
	Count, Offset int
}

func (n *Scan) Columns() []Column      { return n.Cols }
func (n *Values) Columns() []Column    { return n.Cols }
func (n *Text) Columns() []Column      { return n.Cols }
func (n *Select) Columns() []Column    { return n.In.Columns() }
func (n *Project) Columns() []Column   { return n.Cols }
func (n *Aggregate) Columns() []Column { return n.Cols }
func (n *Distinct) Columns() []Column  { return n.In.Columns() }
func (n *Sort) Columns() []Column      { return n.In.Columns() }
func (n *Limit) Columns() []Column     { return n.In.Columns() }

// Columns are the left side's, then, unless semi or anti, the right side's.
func (n *Join) Columns() []Column {
	out := append([]Column(nil), n.Left.Columns()...)
	if n.Kind == Semi || n.Kind == Anti {
		return out
	}
	for _, c := range n.Right.Columns() {
		c.Nullable = c.Nullable || n.Kind == Left
		out = append(out, c)
	}
	return out
}

func (n *Scan) Inputs() []Node      { return nil }
func (n *Values) Inputs() []Node    { return nil }
func (n *Text) Inputs() []Node      { return nil }
func (n *Select) Inputs() []Node    { return []Node{n.In} }
func (n *Project) Inputs() []Node   { return []Node{n.In} }
func (n *Aggregate) Inputs() []Node { return []Node{n.In} }
func (n *Distinct) Inputs() []Node  { return []Node{n.In} }
func (n *Sort) Inputs() []Node      { return []Node{n.In} }
func (n *Limit) Inputs() []Node     { return []Node{n.In} }
func (n *Join) Inputs() []Node      { return []Node{n.Left, n.Right} }
