package bind

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Lookups is what a Catalog may offer besides: the answers of functions that have them from the catalog.
type Lookups interface {
	// Lookup is the answers of a function (fn.Row.Lookup) in this catalog version.
	Lookup(fns *fn.Table, name string) []relations.Answer
	// RegOID is the oid that a text means as a value of a type of oids that are written as names (regclass, regtype),
	// RegNames what is written for oids.
	RegOID(typ, text string) (uint32, error)
	RegNames(typ string) []relations.Answer
}

// lookupCall binds a call of a lookup to a CASE over lists of numbers, one arm
// for each answer: generated code never sees the catalog.
func (b *binder) lookupCall(f *parse.FuncCall, args []value) (value, error) {
	rows := b.fns.Rows(f.Name)
	at := slices.IndexFunc(rows, func(r *fn.Row) bool { return r.Takes(len(args)) })
	if at < 0 {
		return value{}, b.noFunction(f, args)
	}
	b.out.Record.Never()
	cat, offers := b.cat.(Lookups)
	if !offers {
		return value{}, b.unsupported(f.Pos, "function %s without a catalog", f.Name)
	}
	bd, err := rows[at].Ret(nil, nil)
	if err != nil {
		return value{}, err
	}
	l, ret, answers := rows[at].Lookup, bd.Ret, cat.Lookup(b.fns, f.Name)
	key := args[0]
	to := key.typ
	if !to.IsInteger() {
		to = types.TOID
	}
	arg, err := b.coerce(key, to, implicit)
	if err != nil {
		return value{}, err
	}
	pair := []*algebra.Expr{arg}
	if l.Pair {
		second, err := b.coerce(args[1], types.TInt4, implicit)
		if err != nil {
			return value{}, err
		}
		pair = append(pair, second)
	}
	e := b.answerFor(pair, ret, b.answer(ret, l.Otherwise), answers)
	return value{expr: e, typ: ret, pos: f.Pos}, nil
}

// answerFor is the answer for a number, or two: last for those that have none, NULL for NULL.
func (b *binder) answerFor(of []*algebra.Expr, ret types.Type, last *algebra.Expr,
	answers []relations.Answer) *algebra.Expr {
	e := &algebra.Expr{Kind: expr.Case, Type: ret, Nullable: true}
	for _, x := range of {
		if x.Nullable {
			e.Args = append(e.Args, expr.TestNull(x), algebra.Null(ret))
		}
	}
	for _, arm := range armsOf(answers, of[0].Type) {
		is := b.oneOf(of[0], of[0].Type, arm.keys)
		if len(of) > 1 {
			second := b.oneOf(of[1], types.TInt4, []types.Datum{types.Int(int64(arm.second))})
			is = &algebra.Expr{Kind: expr.And, Type: types.TBool, Nullable: is.Nullable || second.Nullable,
				Args: []*algebra.Expr{is, second}}
		}
		e.Args = append(e.Args, is, b.answer(ret, arm.value))
	}
	if len(e.Args) == 0 {
		return last
	}
	e.Args = append(e.Args, last)
	return e
}

// oneOf is e IN (list).
func (b *binder) oneOf(e *algebra.Expr, t types.Type, list []types.Datum) *algebra.Expr {
	p := plan.Param{Type: t, List: list, IsList: true}
	return &algebra.Expr{Kind: expr.InList, Type: types.TBool, Nullable: e.Nullable,
		Param: b.out.AddParam(p, algebra.Same(p)),
		Args:  []*algebra.Expr{e}}
}

// keptExpr is pg_get_expr: expressions are kept as their text.
func (b *binder) keptExpr(_ *parse.FuncCall, args []value) (value, error) { return args[0], nil }

func (b *binder) answer(t types.Type, d types.Datum) *algebra.Expr {
	if d.Null {
		return algebra.Null(t)
	}
	return b.hoistSame(t, d)
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
