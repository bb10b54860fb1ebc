package fn

import "slipher/catalog/types"

// Aggregate is what makes a Row an aggregate function: a value of a group's rows. It has one argument, two, or none
// (count(*)), and perhaps constants behind it.
type Aggregate struct {
	// Name is what it is called in plans: aliases have one.
	Name string
	// Bind gives the type that an argument is cast to, and the result's. false: there is no such aggregate.
	Bind func(arg types.Type) (cast, ret types.Type, ok bool)
	// Star is the result's type without an argument, Unknown: it needs one.
	Star types.Type
	// NeverNull: it has a value over no rows, too; else it is NULL.
	NeverNull bool
	// IgnoresDuplicates: DISTINCT makes no difference.
	IgnoresDuplicates bool
	// Counts: which values there are does not matter, but how many. Keys may stand for them.
	Counts bool
	// Constants are what stands for strings behind the argument that are left out or NULL. A call gives constants
	// there.
	Constants []string
	// Pair: it has a second argument, which is cast to what the first one is.
	Pair bool
	// OrderedSet: its argument is what WITHIN GROUP (ORDER BY …) orders by. A call's own arguments are constants of the
	// types Direct. The last argument of all is 1 if the order descends, else 0.
	OrderedSet bool
	// WholeOnly: what is made of its state takes as long as making it, so that it is no window function over frames that
	// are less than the partition.
	WholeOnly bool
	Direct    []types.Type
	// Ordered: a call may have WITHIN GROUP (ORDER BY …). Its last argument is then the row's sort key (order_key), a
	// string whose bytes are ordered as the rows are; empty if nothing was said.
	Ordered bool
	// Arrays: its first argument is given to it as an array of one element, which is not NULL where the argument is.
	Arrays bool
	// Spread is how its results lie over groups of so many values on the average (at least 1) that lie as x does. nil:
	// nobody knows.
	Spread func(x Spread, rows float64) Spread
	// Finish makes the result of accumulators over the group's rows, out of all arguments.
	Finish func(f Finisher, args []Term) (Term, error)
}

// Term is an expression while an aggregate is planned: over rows (the argument) or over accumulators' states.
type Term any

// Finisher is what Finish writes against. Rows are those of the group, with DISTINCT each value of the first argument
// once.
type Finisher interface {
	Type(x Term) types.Type
	// Accumulate is the state of an accumulator over the values x of the rows, or over the rows (x nil).
	Accumulate(name string, x Term) Term
	// Count is the number of values of x that are not NULL.
	Count(x Term) Term
	// Cast converts as an assignment does.
	Cast(x Term, to types.Type) (Term, error)
	Call(op string, ret types.Type, args ...Term) Term
	Const(t types.Type, d types.Datum) Term
	// Case is CASE WHEN cond THEN a ELSE b END.
	Case(cond, a, b Term) Term
}

// plainAggregate is an aggregate that is an accumulator.
func plainAggregate(accumulator string) func(Finisher, []Term) (Term, error) {
	return func(f Finisher, args []Term) (Term, error) { return f.Accumulate(accumulator, args[0]), nil }
}

// aggregate is a row of an aggregate over one argument.
func aggregate(name, doc string, arg Param, a *Aggregate) *Row {
	if a.Name == "" {
		a.Name = name
	}
	return &Row{Name: name, Args: []Param{arg}, Agg: a, Doc: doc}
}

// Aggregate is the aggregate function of a name, nil if it is none.
func (t *Table) Aggregate(name string) *Aggregate {
	if rows := t.rows[name]; len(rows) > 0 {
		return rows[0].Agg
	}
	return nil
}
