package algebra

import (
	"slices"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler/expr"
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
	// Zone is the session's time zone.
	Zone zone.Table
}

// ZoneParam is the session's time zone as an operand of zoned operations (fn.Bound): the same parameter for all.
func (s *Statement) ZoneParam() *Expr {
	i := slices.IndexFunc(s.Params, func(p plan.Param) bool { return p.Zone })
	if i < 0 {
		of := func(z zone.Table) plan.Param {
			return plan.Param{Type: types.TText, Value: types.String(string(z)), Zone: true}
		}
		i = s.AddParam(of(s.Zone), func(o *Other) (plan.Param, bool) { return of(o.Session.Zone().Table), true })
	}
	return &Expr{Kind: expr.Parameter, Type: types.TText, Param: i}
}

// Fresh makes a column id.
func (s *Statement) Fresh() ColumnID {
	s.NextID++
	return s.NextID - 1
}

// Changes reports whether the statement changes a table.
func (s *Statement) Changes() bool { return s.Insert != nil || s.Delete != nil }
