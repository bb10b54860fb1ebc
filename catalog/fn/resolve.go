package fn

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// Resolve picks the overload of name for actual argument types and binds it.
//
// Each argument costs nothing if its kind is the declared one, little if a class
// holds it or it is an untyped literal, more the further an implicit conversion
// goes; the cheapest row wins, the earlier of equals. No row: 42883.
func (t *Table) Resolve(name string, args []types.Type, consts []*types.Datum) (*Row, Bound, error) {
	var best *Row
	bestCost := -1
	for _, r := range t.rows[name] {
		c := t.matchCost(r, args)
		if c >= 0 && (best == nil || c < bestCost) {
			best, bestCost = r, c
		}
	}
	if best == nil {
		return nil, Bound{}, notFound(name, args)
	}
	if best.Ret == nil {
		return best, Bound{}, nil
	}
	if consts == nil {
		consts = make([]*types.Datum, len(args))
	}
	b, err := best.Ret(args, consts)
	if err == errNoMatch {
		err = notFound(name, args)
	}
	return best, b, err
}

// Special is the special form of a name, nil if it is none.
func (t *Table) Special(name string) *Row {
	if rows := t.rows[name]; len(rows) > 0 && rows[0].Special {
		return rows[0]
	}
	return nil
}

// Type is a type that stands for those that p takes, Unknown for all.
func (p Param) Type() types.Type {
	switch p.Class {
	case AnyNumeric:
		return types.TDecimal(types.MaxPrecision, 0)
	case AnyInteger:
		return types.TInt8
	case AnyString:
		return types.TText
	case AnyFloat:
		return types.TFloat8
	case AnyType:
		return types.TUnknown
	case AnyArray:
		return types.Type{Kind: types.Array}
	}
	if p.Kind == types.Varchar {
		return types.TText
	}
	return types.Type{Kind: p.Kind}
}

// Result is the type of what r gives for the types of its parameters, Unknown if that hangs on the arguments.
func (r *Row) Result() types.Type {
	first, second := r.result(types.TInt4), r.result(types.TText)
	switch {
	case first.Kind == types.Unknown || first.Kind == second.Kind:
		return second
	case second.Kind == types.Unknown:
		return first
	}
	return types.TUnknown
}

// result is r's result for arguments of type any where all types fit, Unknown if there is none.
func (r *Row) result(any types.Type) types.Type {
	args, consts := make([]types.Type, len(r.Args)), make([]*types.Datum, len(r.Args))
	for i, p := range r.Args {
		if args[i] = p.Type(); args[i].Kind == types.Unknown {
			args[i] = any
		}
		if p.Name == partName {
			d := types.String("day")
			consts[i] = &d
		} else if p.Class == ExactKind && p.Kind == types.Int4 {
			d := types.Int(1)
			consts[i] = &d
		}
	}
	switch {
	case r.Agg != nil:
		if _, ret, ok := r.Agg.Bind(args[0]); ok {
			return ret
		}
	case r.Ret != nil:
		if b, err := r.Ret(args, consts); err == nil {
			return b.Ret
		}
	}
	return types.TUnknown
}

// Window is the window function of a name, nil if it is none.
func (t *Table) Window(name string) *Window {
	if rows := t.rows[name]; len(rows) > 0 {
		return rows[0].Window
	}
	return nil
}

// Set reports whether name is that of a function of several rows.
func (t *Table) Set(name string) bool {
	rows := t.rows[name]
	return len(rows) > 0 && rows[0].Set != nil
}

// Shown is what a result column that a call of name makes is called.
func (t *Table) Shown(name string) string {
	if rows := t.rows[name]; len(rows) > 0 && rows[0].Shown != "" {
		return rows[0].Shown
	}
	return name
}

// Takes reports whether so many arguments fit r's.
func (r *Row) Takes(n int) bool { return n == len(r.Args) || r.Variadic && n > len(r.Args) }

// PartFirst reports whether the first argument is a date part, which may be a bare word: DATEADD(day, …).
func (r *Row) PartFirst() bool { return len(r.Args) > 0 && r.Args[0].Name == partName }

// partName is the name of a parameter that is a date part.
const partName = "part"

// IsOperator reports whether name is an operator's: its errors say so.
func IsOperator(name string) bool {
	return name != "" && strings.Trim(name, "+-*/<>=~!@#%^&|?") == ""
}

func notFound(name string, args []types.Type) error {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Name()
	}
	if IsOperator(name) && len(args) == 2 {
		return sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s %s %s", names[0], name, names[1]).
			WithHint("No operator matches the given name and argument type(s). You may need to add explicit type casts.")
	}
	if IsOperator(name) && len(args) == 1 {
		return sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s %s", name, names[0]).
			WithHint("No operator matches the given name and argument type. You may need to add an explicit type cast.")
	}
	return sqlerr.New(sqlerr.UndefinedFunction, "function %s(%s) does not exist", name, strings.Join(names, ", ")).
		WithHint("No function matches the given name and argument types. You may need to add explicit type casts.")
}

// matchCost is what calling r with args costs, -1 if it cannot be.
func (t *Table) matchCost(r *Row, args []types.Type) int {
	if !r.Takes(len(args)) {
		return -1
	}
	total := 0
	for i, a := range args {
		c := t.argumentCost(a, r.Args[min(i, len(r.Args)-1)])
		if c < 0 {
			return -1
		}
		total += c
	}
	return total
}

// argumentCost is what passing a value of type a to p costs, -1 if it cannot be.
func (t *Table) argumentCost(a types.Type, p Param) int {
	if p.Class == AnyArray && a.Kind != types.Unknown {
		return accepts(a.IsArray())
	}
	if a.Kind == types.Unknown {
		if p.Class == AnyString || p.Class == ExactKind && (p.Kind == types.Varchar || p.Kind == types.Char) {
			return 1
		}
		return 2
	}
	switch p.Class {
	case AnyType:
		return 3
	case AnyNumeric:
		return accepts(a.IsNumeric() || a.Kind == types.OID)
	case AnyInteger:
		return accepts(a.IsInteger() || a.Kind == types.OID)
	case AnyFloat:
		return accepts(a.IsNumeric() && a.Phys().IsFloat())
	case AnyString:
		if a.IsString() {
			return 1
		}
		return t.kindCost(a.Kind, types.Varchar)
	}
	return t.kindCost(a.Kind, p.Kind)
}

// ConversionCost is what passing a value of type a to a parameter of a kind costs, as for Resolve; -1 if it cannot be.
func (t *Table) ConversionCost(a types.Type, to types.Kind) int {
	return t.argumentCost(a, Param{Class: ExactKind, Kind: to})
}

func accepts(ok bool) int {
	if ok {
		return 1
	}
	return -1
}

// kindCost is the price of the implicit conversion between kinds, -1 if there is none.
func (t *Table) kindCost(from, to types.Kind) int {
	if from == to {
		return 0
	}
	if r := t.casts[castKey{from, to}]; r != nil && r.Cost > 0 {
		return r.Cost
	}
	return -1
}
