package algebra

import (
	"slipher/catalog/state"
	"slipher/compiler/plan"
)

// Statement is a bound query or the query part of a statement that changes a table.
type Statement struct {
	Root   Node
	Output []plan.OutputColumn // names and types as shown, one for each of Root.Columns()
	Params []plan.Param        // hoisted literals and the client's, by number
	Insert *state.Table        // target of INSERT and UPDATE; Root yields its columns, in order, cast
	// Delete is the target of DELETE and UPDATE. Root yields the address of a row to delete: DELETE nothing
	// else and perhaps several times, UPDATE behind the columns of the row that replaces it, once.
	Delete *state.Table
	Defs   []Definition // what References refer to; none to itself or one behind it
	NextID ColumnID     // first unused id
	// Record takes down what planning asks of the statement's literals; nil: nobody wants to know.
	Record *Record
}

// Fresh makes a column id.
func (s *Statement) Fresh() ColumnID {
	s.NextID++
	return s.NextID - 1
}

// Changes reports whether the statement changes a table.
func (s *Statement) Changes() bool { return s.Insert != nil || s.Delete != nil }
