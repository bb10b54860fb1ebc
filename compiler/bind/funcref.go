package bind

import (
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// funcRef binds functions in FROM: a column for each, of as many rows as the longest of them has, one for a function
// that gives a value alone. before are the names that their arguments may read.
func (b *binder) funcRef(x *parse.FuncRef, env around, before *scope) (algebra.Node, *scope, error) {
	if f, ok := x.Calls[0].(*parse.FuncCall); ok && len(x.Calls) == 1 && b.fns.Query(f.Name) != nil {
		return b.queryRef(x, f)
	}
	if x.Defined {
		return nil, nil, b.unsupported(x.Pos, "a list of column definitions")
	}
	sets := &setCalls{b: b, number: b.newID(), several: len(x.Calls) > 1}
	sc := (&scope{env: around{ctes: env.ctes, outer: before}}).with("functions in FROM")
	proj := &algebra.Project{}
	rel := &relation{alias: x.Alias}
	add := func(name string, e *algebra.Expr) {
		c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable}
		proj.Exprs, proj.Cols = append(proj.Exprs, e), append(proj.Cols, c)
		rel.cols = append(rel.cols, &column{name: name, id: c.ID, typ: c.Type, nullable: c.Nullable})
	}
	for _, call := range x.Calls {
		e, err := b.fromCall(sc, sets, call)
		if err != nil {
			return nil, nil, err
		}
		name, _ := b.figureName(call)
		if rel.alias == "" {
			rel.alias = name
		}
		if len(x.Calls) == 1 && x.Alias != "" {
			name = x.Alias
		}
		add(name, e)
	}
	switch x.Ordinality {
	case parse.FromOne:
		add("ordinality", expr.CallOf(b.fns.Op("add"), types.TInt8, nil, sets.ref(), algebra.Number(types.TInt8, 1)))
	case parse.FromZero:
		add("ordinality", sets.ref())
	}
	copies := sets.over(&algebra.Values{Rows: [][]*algebra.Expr{{}}})
	if copies.Function = rel.alias; len(x.Calls) == 1 {
		copies.Function, _ = b.figureName(x.Calls[0])
	}
	copies.Alias = rel.alias
	proj.In = copies
	s, err := b.rename(&scope{rels: []*relation{rel}, visible: rel.cols}, rel.alias, x.Columns, x.Pos)
	return proj, s, err
}

// fromCall binds one function of FROM.
func (b *binder) fromCall(sc *scope, sets *setCalls, call parse.Expr) (*algebra.Expr, error) {
	if f, ok := call.(*parse.FuncCall); ok && builtIn(f) && b.fns.Set(f.Name) {
		in := *sc
		in.sets = sets
		v, err := b.setCall(&in, f)
		if err != nil {
			return nil, err
		}
		return v.expr, nil
	}
	f, ok := call.(*parse.FuncCall)
	if !ok {
		return nil, b.unsupported(call.At(), "this expression in FROM")
	}
	if builtIn(f) && b.fns.Aggregate(f.Name) != nil {
		return nil, b.errorAt(f.Pos, sqlerr.GroupingError, "aggregate functions are not allowed in functions in FROM")
	}
	e, err := b.item(sc.withoutSets("another function of FROM"), call)
	if err != nil {
		return nil, err
	}
	e, _ = sets.add(e, algebra.Number(types.TInt8, 1))
	return e, nil
}

// queryRef binds a function of FROM whose rows are those of a query (fn.Row.Query). The types of a list of column
// definitions are not asked for: the query has its own.
func (b *binder) queryRef(x *parse.FuncRef, f *parse.FuncCall) (algebra.Node, *scope, error) {
	row := b.fns.Query(f.Name)
	args, err := b.arguments(&scope{}, f)
	if err != nil {
		return nil, nil, err
	}
	if !row.Takes(len(args)) || x.Ordinality != parse.Unnumbered {
		return nil, nil, b.noFunction(f, args)
	}
	text := row.Query
	for _, a := range args {
		if a.lit == nil || a.lit.Null {
			return nil, nil, b.unsupported(f.Pos, "function %s with an argument that is not a constant", row.Name)
		}
		cat, offers := b.cat.(Lookups)
		if !offers {
			return nil, nil, b.unsupported(f.Pos, "function %s without a catalog", f.Name)
		}
		oid, err := cat.RegOID("regclass", a.lit.S)
		if err != nil {
			return nil, nil, b.place(err, a.pos)
		}
		b.exactly(a)
		b.out.Record.Never()
		text = fmt.Sprintf(text, oid)
	}
	st, err := parse.ParseOne(text, parse.Options{})
	if err != nil {
		return nil, nil, b.place(err, f.Pos)
	}
	r, err := b.query(st.Body.(*parse.Select).Query, around{})
	if err != nil {
		return nil, nil, b.place(err, f.Pos)
	}
	alias := x.Alias
	if alias == "" {
		alias = f.Name
	}
	sc, err := b.derived(r, alias, x.Columns, x.Pos)
	return r.node, sc, err
}
