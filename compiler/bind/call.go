package bind

import (
	"slices"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// funcCall binds a function call: an aggregate, a special form, or a row of the table.
func (b *binder) funcCall(sc *scope, f *parse.FuncCall) (value, error) {
	if v, ok, err := b.userCall(sc, f); ok || err != nil {
		return v, err
	}
	if !builtIn(f) {
		args, err := b.exprs(sc, f.Args)
		if err != nil {
			return value{}, err
		}
		own := *f
		own.Name = f.Schema + "." + f.Name
		return value{}, b.noFunction(&own, args)
	}
	if agg := b.fns.Aggregate(f.Name); agg != nil {
		if f.Approximate && f.Distinct { // else an exact count is as near
			agg = b.fns.Aggregate(fn.ApproximateCount)
		}
		return b.aggregateCall(sc, f, agg)
	}
	if f.Star {
		return value{}, b.errorAt(f.Pos, sqlerr.UndefinedFunction, "function %s() does not exist", f.Name)
	}
	if f.Distinct {
		return value{}, b.errorAt(f.Pos, sqlerr.DatatypeMismatch, "DISTINCT specified, but %s is not an aggregate function",
			f.Name)
	}
	if err := b.notAggregate(f); err != nil {
		return value{}, err
	}
	if form := scopedForms()[f.Name]; form != nil && f.Schema == "" {
		return form(b, sc, f)
	}
	if b.fns.Window(f.Name) != nil {
		return b.windowCall(sc, f)
	}
	if b.fns.Set(f.Name) {
		return b.setCall(sc, f)
	}
	if b.fns.Special(f.Name) != nil {
		sc = sc.withoutSets(strings.ToUpper(f.Name))
	}
	args, err := b.arguments(sc, f)
	if err != nil {
		return value{}, err
	}
	if b.fns.Special(f.Name) != nil {
		takes := func(r *fn.Row) bool { return r.Takes(len(args)) }
		switch i := slices.IndexFunc(b.fns.Rows(f.Name), takes); {
		case i < 0:
			return value{}, b.noFunction(f, args)
		case b.fns.Rows(f.Name)[i].Special:
			return specialForms()[f.Name](b, f, args)
		}
	}
	if b.fns.Lookup(f.Name) != nil {
		return b.lookupCall(f, args)
	}
	if b.fns.Query(f.Name) != nil {
		return value{}, b.unsupported(f.Pos, "function %s elsewhere than in FROM", f.Name)
	}
	if len(b.fns.Rows(f.Name)) == 0 && fn.Refused(f.Name) {
		return value{}, b.unsupported(f.Pos, "function %s", f.Name)
	}
	return b.resolve(f.Name, args, f.Pos)
}

// partFirst reports whether the first argument of f may be a bare date part. It may, too, if nothing has the name of f
// but one of those functions has nearly: then the name is the mistake to be told, not that there is no column "day".
func (b *binder) partFirst(f *parse.FuncCall) bool {
	takes := func(name string) bool {
		return slices.ContainsFunc(b.fns.Rows(name), func(r *fn.Row) bool { return r.PartFirst() && r.Takes(len(f.Args)) })
	}
	if len(b.fns.Rows(f.Name)) > 0 || fn.Refused(f.Name) {
		return takes(f.Name)
	}
	near := similar.For(f.Name)
	for _, name := range b.fns.Names() {
		if takes(name) {
			near.Offer(name, name)
		}
	}
	return len(near.Best()) > 0
}

// arguments binds a call's arguments; a bare date part becomes a string constant.
func (b *binder) arguments(sc *scope, f *parse.FuncCall) ([]value, error) {
	var out []value
	for i, a := range f.Args {
		if r, ok := a.(*parse.ColumnRef); ok && i == 0 && len(r.Parts) == 1 && !r.Star && b.partFirst(f) {
			d := types.String(r.Parts[0])
			out = append(out, value{lit: &d, text: d.S, pos: r.Pos}.always())
			continue
		}
		var v value
		var err error
		if c := regCast(a); c != nil && i == 0 && b.fns.Lookup(f.Name) != nil {
			v, err = b.regOID(sc, c)
		} else {
			v, err = b.expr(sc, a)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// overload is the row of the function table that a call with arguments of these types means.
func (b *binder) overload(name string, args []value, at parse.Pos) (*fn.Row, fn.Bound, error) {
	ts := make([]types.Type, len(args))
	consts := make([]*types.Datum, len(args))
	for i, a := range args {
		ts[i], consts[i] = a.typ, a.lit
	}
	row, bd, err := b.fns.Resolve(name, ts, consts)
	if err != nil {
		return row, bd, b.place(b.nearFunction(name, err), at)
	}
	b.checkResolved(name, args, bd)
	return row, bd, nil
}

// checkResolved says that a call of these arguments, some of which are constants, must mean the same in other
// statements.
func (b *binder) checkResolved(name string, args []value, bd fn.Bound) {
	if b.out.Record == nil {
		return
	}
	ts, same, agains := make([]types.Type, len(args)), make([]*types.Datum, len(args)), make([]again, len(args))
	any := false
	for i, a := range args {
		if ts[i], same[i] = a.typ, a.lit; a.lit == nil {
			continue
		}
		if a.lit.Null {
			continue
		}
		if agains[i] = a.again; a.again == nil {
			b.out.Record.Opaque()
			return
		}
		any = true
	}
	if !any {
		return
	}
	fns := b.fns
	b.out.Record.Check(func(o *algebra.Other) bool {
		consts := slices.Clone(same)
		for i, a := range agains {
			if a == nil {
				continue
			}
			v, ok := a(o)
			if !ok || v.typ != ts[i] {
				return false
			}
			consts[i] = v.lit
		}
		_, now, err := fns.Resolve(name, ts, consts)
		return err == nil && now.Same(&bd)
	})
}

// resolve binds a call of a row of the function table.
func (b *binder) resolve(name string, args []value, at parse.Pos) (value, error) {
	row, bd, err := b.overload(name, args, at)
	if err != nil {
		return value{}, err
	}
	if args, err = b.collate(&bd, args, at); err != nil {
		return value{}, err
	}
	if row.Leader != nil {
		return b.leaderCall(row, bd, args, at)
	}
	if row.Effect {
		return b.effectCall(row, bd, args, at)
	}
	var es []*algebra.Expr
	for i, t := range bd.Args {
		if t.Kind == types.Unknown && args[i].lit != nil {
			continue // a constant that Ret has turned into Extra
		}
		e, err := b.coerce(args[i], t, implicit)
		if err != nil {
			return value{}, err
		}
		es = append(es, e)
	}
	if bd.Op == nil { // the argument itself, under another type
		e := es[0]
		if e = b.relabeled(e, bd.Ret.Fold); e.Type != bd.Ret {
			c := *e
			c.Type = bd.Ret
			e = &c
		}
		return value{expr: e, typ: bd.Ret, pos: at}, nil
	}
	return value{expr: b.call(bd, es), typ: bd.Ret, pos: at}, nil
}

// leaderCall replaces a leader-only function of constants by its result.
func (b *binder) leaderCall(row *fn.Row, bd fn.Bound, args []value, at parse.Pos) (value, error) {
	var ds []types.Datum
	for i, a := range args {
		if a.lit == nil {
			return value{}, b.unsupported(at, "function %s with an argument that is not a constant", row.Name)
		}
		d := *a.lit
		if i < len(bd.Args) && !d.Null && a.typ.Kind == types.Unknown && bd.Args[i].Kind != types.Unknown {
			var err error
			if d, err = b.parseText(bd.Args[i], a.lit.S); err != nil {
				return value{}, b.place(err, a.pos)
			}
		}
		ds = append(ds, d)
	}
	d, err := row.Leader(b.cat.Session(), ds)
	if err != nil {
		return value{}, b.place(err, at)
	}
	for _, a := range args {
		b.exactly(a)
	}
	made := func(o *algebra.Other) (plan.Param, bool) {
		now, err := row.Leader(o.Session, ds)
		return plan.Param{Type: bd.Ret, Value: now}, err == nil && now.Null == d.Null
	}
	if d.Null {
		b.out.Record.CheckValue(made, func(plan.Param) bool { return true })
		return value{expr: algebra.Null(bd.Ret), typ: bd.Ret, pos: at}, nil
	}
	return value{expr: b.hoist(bd.Ret, d, made), typ: bd.Ret, pos: at}, nil
}

// effectCall makes a parameter of a call that is run when the query is executed.
func (b *binder) effectCall(row *fn.Row, bd fn.Bound, args []value, at parse.Pos) (value, error) {
	b.out.Record.Never()
	call := &plan.Effect{Name: row.Name}
	for i, t := range bd.Args {
		e, err := b.coerce(args[i], t, implicit)
		if err != nil {
			return value{}, err
		}
		if e.Kind == expr.Constant {
			e = b.hoistSame(t, e.Const)
		}
		if e.Kind != expr.Parameter {
			return value{}, b.unsupported(at, "function %s with an argument that is not a constant", row.Name)
		}
		call.Args = append(call.Args, e.Param)
	}
	b.out.AddParam(plan.Param{Type: bd.Ret, Client: expr.EffectResult, Effect: call}, nil)
	return value{expr: &algebra.Expr{Kind: expr.Parameter, Type: bd.Ret, Nullable: true, Param: len(b.out.Params) - 1},
		typ: bd.Ret, pos: at}, nil
}

// builtIn reports whether a call may mean a built-in function.
func builtIn(f *parse.FuncCall) bool { return f.Schema == "" || f.Schema == "pg_catalog" }

// noFunction says that no overload takes these arguments.
func (b *binder) noFunction(f *parse.FuncCall, args []value) error {
	var ts []string
	first := len(args) - len(f.Names)
	for i, a := range args {
		name := ""
		if i >= first {
			name = f.Names[i-first].Name + " => "
		}
		ts = append(ts, name+a.typ.Name())
	}
	return b.errorAt(f.Pos, sqlerr.UndefinedFunction, "function %s(%s) does not exist", f.Name,
		strings.Join(ts, ", ")).(*sqlerr.Error).
		WithHint("No function matches the given name and argument types. You may need to add explicit type casts.")
}

// commonType is the common type of t and v's; constants of a type that fits count less.
func commonType(t types.Type, v value) (types.Type, bool) {
	if t.Kind == types.Unknown {
		return v.typ, true
	}
	if v.typ.Kind == types.Unknown {
		return t, true
	}
	return fn.CommonType(t, v.typ, types.DecimalUnion)
}
