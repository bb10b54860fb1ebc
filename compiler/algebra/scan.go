package algebra

import "slipher/catalog/state"

// Scan reads a stored table (Table set) or a catalog relation (Relation set).
type Scan struct {
	leaf
	silent
	sound

	Table    *state.Table
	Relation string // name by which the leader hands in rows
	Schema   string
	Alias    string
	Cols     []Column
	ColNos   []int // column number in the table for each of Cols
}

func (n *Scan) Columns() []Column               { return n.Cols }
func (n *Scan) WithInputs([]Node) Node          { return n }
func (n *Scan) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Scan) produces() ([]Column, []*Expr)   { return n.Cols, nil }

func (n *Scan) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}

func (n *Scan) format(f *formatter) {
	name := n.Relation
	if n.Table != nil {
		name = n.Table.Name
	}
	if n.Alias != name && n.Alias != "" {
		name += " " + n.Alias
	}
	f.line("scan %s.%s: %s", n.Schema, name, f.cols(n.Cols))
}
