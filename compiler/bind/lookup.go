package bind

import (
	"slipher/catalog/relations"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Lookups is what a Catalog may offer besides: functions whose answers are a
// list that comes from the catalog (pg_get_userbyid, pg_table_is_visible).
// A Catalog without it has none.
type Lookups interface {
	// Lookup finds such a function and its answers in this catalog version, nil
	// if there is none of the name.
	Lookup(name string) (*relations.Lookup, []relations.Answer)
}

// lookupCall binds a call of a lookup to a CASE over lists of numbers, one arm
// for each answer: generated code never sees the catalog. ok is false if f is none.
func (b *binder) lookupCall(f *parse.FuncCall, args []value) (v value, ok bool, err error) {
	if f.Name == "array_to_string" && len(args) == 2 {
		v, err := b.arrayText(args, f.Pos)
		return v, true, err
	}
	if f.Name == "pg_get_expr" && (len(args) == 2 || len(args) == 3) {
		return args[0], true, nil // expressions are kept as their text
	}
	cat, offers := b.cat.(Lookups)
	if !offers {
		return value{}, false, nil
	}
	l, answers := cat.Lookup(f.Name)
	if l == nil {
		return value{}, false, nil
	}
	if len(args) < l.MinArgs || len(args) > l.MaxArgs {
		return value{}, true, b.noFunction(f, args)
	}
	key := args[0]
	to := key.typ
	if !to.IsInteger() {
		to = types.TOID
	}
	arg, err := b.coerce(key, to, implicit)
	if err != nil {
		return value{}, true, err
	}
	pair := []*algebra.Expr{arg}
	if l.MinArgs > 1 {
		second, err := b.coerce(args[1], types.TInt4, implicit)
		if err != nil {
			return value{}, true, err
		}
		pair = append(pair, second)
	}
	e := &algebra.Expr{Kind: expr.Case, Type: l.Ret, Nullable: true}
	for _, x := range pair {
		if x.Nullable {
			e.Args = append(e.Args, isNull(x), algebra.Null(l.Ret))
		}
	}
	for _, arm := range armsOf(answers, to) {
		is := b.among(arg, to, arm.keys)
		if len(pair) > 1 {
			of := b.among(pair[1], types.TInt4, []types.Datum{types.Int(int64(arm.second))})
			is = &algebra.Expr{Kind: expr.And, Type: types.TBool, Nullable: is.Nullable || of.Nullable, Args: []*algebra.Expr{is, of}}
		}
		e.Args = append(e.Args, is, b.answer(l.Ret, arm.value))
	}
	last := b.answer(l.Ret, l.Otherwise)
	if len(e.Args) == 0 {
		return value{expr: last, typ: l.Ret, pos: f.Pos}, true, nil
	}
	e.Args = append(e.Args, last)
	return value{expr: e, typ: l.Ret, pos: f.Pos}, true, nil
}

// among is e IN (list).
func (b *binder) among(e *algebra.Expr, t types.Type, list []types.Datum) *algebra.Expr {
	b.out.Params = append(b.out.Params, plan.Param{Type: t, List: list, IsList: true})
	return &algebra.Expr{Kind: expr.InList, Type: types.TBool, Nullable: e.Nullable, Param: len(b.out.Params) - 1,
		Args: []*algebra.Expr{e}}
}

// arrayText is array_to_string over the arrays that there are: numbers in array
// notation in catalog relations.
func (b *binder) arrayText(args []value, at parse.Pos) (value, error) {
	inner, err := b.resolve("btrim", []value{args[0], constant("{}", at)}, at)
	if err != nil {
		return value{}, err
	}
	return b.resolve("replace", []value{inner, constant(",", at), args[1]}, at)
}

func constant(s string, at parse.Pos) value {
	d := types.String(s)
	return value{lit: &d, text: s, typ: types.TUnknown, pos: at}
}

func (b *binder) answer(t types.Type, d types.Datum) *algebra.Expr {
	if d.Null {
		return algebra.Null(t)
	}
	return b.hoist(t, d)
}

// lookupArm is one answer and the numbers that have it, ascending, with the second one, if there is any.
type lookupArm struct {
	value  types.Datum
	second int32
	keys   []types.Datum
}

// armsOf gathers equal answers, in the order of their first numbers. Numbers
// that a narrow argument cannot have are left out.
func armsOf(answers []relations.Answer, key types.Type) []lookupArm {
	var arms []lookupArm
	type kind struct {
		value  types.Datum
		second int32
	}
	at := map[kind]int{}
	bits := uint(key.Phys().Width())*8 - 1
	for _, a := range answers {
		if a.Key>>bits != 0 {
			continue
		}
		i, seen := at[kind{a.Value, a.Second}]
		if !seen {
			i = len(arms)
			at[kind{a.Value, a.Second}] = i
			arms = append(arms, lookupArm{value: a.Value, second: a.Second})
		}
		arms[i].keys = append(arms[i].keys, types.Int(a.Key))
	}
	return arms
}
