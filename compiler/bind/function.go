package bind

import (
	"errors"
	"fmt"
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// Functions is what a Catalog may offer besides: functions that users have made of SQL expressions.
type Functions interface {
	// Functions are those that a call may mean: of a schema, or, if that is "", of the search path, the nearest first. So
	// many of them are ahead of the built-in ones.
	Functions(schema, name string) (found []*state.Function, ahead int)
	// Called notes that a call by this name means f.
	Called(schema, name string, f *state.Function)
	// Body is what the names in a function's body mean.
	Body(f *state.Function) Catalog
}

// body is a function's body that is being bound: for one call, in its place.
type body struct {
	of   *state.Function
	args []argument
	// around is the body that the call is in, nil if it is in none.
	around *body
}

// argument is what a call gives for an argument. It is bound before the body, and once; who mentions it several times
// has one value, and equal expressions are computed once.
type argument struct {
	expr     *algebra.Expr // of the type declared
	size     int           // in nodes
	uses     int
	volatile bool
}

// inlined is a function's body as it was parsed.
type inlined struct {
	stmt *parse.Statement
	expr parse.Expr
}

// userCall binds a call of a function that a user has made, in the place of the call. Not ok: it means no such one.
// The built-in ones come first where the search path does not say otherwise, but for those that take the arguments less
// exactly.
func (b *binder) userCall(sc *scope, f *parse.FuncCall) (v value, ok bool, err error) {
	cat, offers := b.cat.(Functions)
	if !offers || f.Keyword || f.Schema == "pg_catalog" {
		return value{}, false, b.noNames(f)
	}
	found, ahead := cat.Functions(f.Schema, f.Name)
	builtIn := f.Schema == "" && (len(b.fns.Rows(f.Name)) > 0 || scopedForms()[f.Name] != nil)
	if builtIn && b.inDefault { // which means the same, whatever functions were made since
		return value{}, false, b.noNames(f)
	}
	own := builtIn && !b.plainRows(f.Name)
	if own { // who has a grammar of its own binds its arguments itself
		found = slices.DeleteFunc(slices.Clone(found[:ahead]), func(u *state.Function) bool { return placesOf(u, f) == nil })
		builtIn = false
	}
	if len(found) == 0 {
		return value{}, false, b.noNames(f)
	}
	if err := b.plainCall(f); err != nil {
		return value{}, false, err
	}
	var args []value
	if builtIn {
		args, err = b.arguments(sc, f)
	} else {
		args, err = b.exprs(sc, f.Args)
	}
	if err != nil {
		return value{}, false, err
	}
	best, err := b.bestFunction(f, found, args)
	if err != nil {
		return value{}, false, err
	}
	if builtIn && !b.hides(f, best, slices.Contains(found[:ahead], best.of), args) {
		if err := b.noNames(f); err != nil {
			return value{}, false, err
		}
		v, err = b.resolve(f.Name, args, f.Pos)
		return v, true, err
	}
	switch {
	case best.of == nil && own:
		return value{}, false, b.noNames(f)
	case best.of == nil:
		return value{}, false, b.noFunction(f, args)
	}
	cat.Called(f.Schema, f.Name, best.of)
	v, err = b.inline(best, args, f.Pos)
	return v, true, err
}

// plainRows reports whether the built-in functions of a name are rows of the table and nothing else.
func (b *binder) plainRows(name string) bool {
	return b.fns.Aggregate(name) == nil && b.fns.Window(name) == nil && !b.fns.Set(name) && b.fns.Special(name) == nil &&
		b.fns.Lookup(name) == nil && scopedForms()[name] == nil
}

// noNames refuses names of arguments in calls of built-in functions that have none.
func (b *binder) noNames(f *parse.FuncCall) error {
	if len(f.Names) == 0 || slices.ContainsFunc(b.fns.Rows(f.Name), func(r *fn.Row) bool { return r.Named }) {
		return nil
	}
	return b.unsupported(f.Names[0].Pos, "a named argument of a built-in function")
}

// plainCall refuses what only a call of an aggregate or a window function may have around its arguments.
func (b *binder) plainCall(f *parse.FuncCall) error {
	for _, c := range []struct {
		has  bool
		what string
	}{{f.Star, f.Name + "(*)"}, {f.Distinct, "DISTINCT"}, {f.WithinGroup, "WITHIN GROUP"}, {len(f.Order) > 0, "ORDER BY"},
		{f.Filter != nil, "FILTER"}, {f.Approximate, "APPROXIMATE"}} {
		if c.has {
			return b.errorAt(f.Pos, sqlerr.WrongObjectType, "%s specified, but %s is not an aggregate function", c.what, f.Name)
		}
	}
	if f.Over != nil || f.IgnoreNulls {
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"OVER specified, but %s is not a window function nor an aggregate function", f.Name)
	}
	return nil
}

// match is a function that a call may mean.
type match struct {
	of        *state.Function // nil: none
	places    []int           // of the call's arguments among the function's
	cost      int
	preferred int // arguments that are converted to the type that is preferred to others of its kind
}

// bestFunction is what a call means among functions: as with built-in ones, what converts least. Of those that differ
// in nothing but their schema the first is meant.
func (b *binder) bestFunction(f *parse.FuncCall, among []*state.Function, args []value) (match, error) {
	var best []match
	for _, u := range among {
		places := placesOf(u, f)
		if places == nil || slices.ContainsFunc(best, func(m match) bool { return sameTypes(m.of, u) }) {
			continue
		}
		m := match{of: u, places: places}
		for i, a := range args {
			to := u.Args[places[i]].Type
			c := b.fns.ConversionCost(a.typ, to.Kind)
			if c < 0 {
				m.of = nil
				break
			}
			m.cost += c
			if c > 0 && to.Kind == types.Float8 {
				m.preferred++
			}
		}
		switch {
		case m.of == nil:
		case len(best) == 0, m.cost < best[0].cost, m.cost == best[0].cost && m.preferred > best[0].preferred:
			best = []match{m}
		case m.cost == best[0].cost && m.preferred == best[0].preferred:
			best = append(best, m)
		}
	}
	switch len(best) {
	case 0:
		return match{}, nil
	case 1:
		return best[0], nil
	}
	return match{}, b.errorAt(f.Pos, sqlerr.AmbiguousFunction, "function %s is not unique",
		signatureOf(f, args)).(*sqlerr.Error).
		WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
}

func sameTypes(f, g *state.Function) bool {
	return slices.EqualFunc(f.Args, g.Args, func(a, b state.Argument) bool { return a.Type.OID() == b.Type.OID() })
}

func signatureOf(f *parse.FuncCall, args []value) string {
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.typ
	}
	return state.Signature(f.Name, ts)
}

// placesOf are the places of a call's arguments among those of a function, nil if it takes others. It must be given
// all.
func placesOf(u *state.Function, f *parse.FuncCall) []int {
	if len(f.Args) != len(u.Args) {
		return nil
	}
	places := make([]int, 0, len(f.Args)+1) // never nil
	first := len(f.Args) - len(f.Names)
	for i := range f.Args {
		at := i
		if i >= first {
			name := f.Names[i-first].Name
			at = slices.IndexFunc(u.Args, func(a state.Argument) bool { return a.Name == name })
		}
		if at < 0 || slices.Contains(places, at) {
			return nil
		}
		places = append(places, at)
	}
	return places
}

// hides reports whether a user's function is meant rather than a built-in one of its name.
func (b *binder) hides(f *parse.FuncCall, m match, ahead bool, args []value) bool {
	if m.of == nil {
		return false
	}
	ts, consts := make([]types.Type, len(args)), make([]*types.Datum, len(args))
	for i, a := range args {
		ts[i], consts[i] = a.typ, a.lit
	}
	_, bd, err := b.fns.Resolve(f.Name, ts, consts)
	if err != nil || len(f.Names) > 0 {
		return true
	}
	cost := 0
	for i, t := range bd.Args {
		if i < len(args) && t.Kind != types.Unknown {
			cost += max(b.fns.ConversionCost(args[i].typ, t.Kind), 0)
		}
	}
	return m.cost < cost || m.cost == cost && ahead
}

// inline binds a function's body in the place of a call: its arguments have the types that were declared, by the rules
// of assignment, and so has what it gives.
func (b *binder) inline(m match, args []value, at parse.Pos) (value, error) {
	depth := 0
	for in := b.body; in != nil; in = in.around {
		if in.of.ID == m.of.ID {
			return value{}, b.place(state.ErrRecursive(m.of.Signature()), at)
		}
		depth++
	}
	switch {
	case b.inDefault:
		return value{}, b.unsupported(at, "a function of the user's in a DEFAULT expression")
	case depth == maxViews:
		return value{}, b.errorAt(at, sqlerr.StatementTooComplex, "more than %d functions stand on each other", maxViews)
	}
	given := make([]argument, len(args))
	for i, a := range args {
		e, err := b.coerce(a, b.declaredFor(m.of.Args[m.places[i]].Type, a), assignment)
		if err != nil {
			return value{}, b.place(err, a.pos)
		}
		g := argument{expr: e, volatile: e.Volatile()}
		if g.volatile {
			g.expr = e.Drawn(b.nextDraw)
		}
		g.expr.Walk(func(*algebra.Expr) { g.size++ })
		given[m.places[i]] = g
	}
	return b.inBody(m.of, given, at)
}

func (b *binder) nextDraw() int {
	b.draws++
	return b.draws
}

// inBody binds the body of a function over arguments.
func (b *binder) inBody(f *state.Function, args []argument, at parse.Pos) (v value, err error) {
	stmt, cat, want, around := b.stmt, b.cat, b.want, b.body
	in := &body{of: f, args: args, around: around}
	defer func() {
		b.stmt, b.cat, b.want, b.body = stmt, cat, want, around
		err = b.inFunction(err, f, at)
	}()
	text, err := b.parseBody(f)
	if err != nil {
		return value{}, err
	}
	b.stmt, b.cat, b.want, b.body = text.stmt, cat.(Functions).Body(f), nil, in
	v, err = b.expr((&scope{}).with("the body of an SQL function"), text.expr)
	if err != nil {
		return value{}, err
	}
	e, err := b.returned(v, f, text.expr.At())
	if err != nil {
		return value{}, err
	}
	var values []*algebra.Expr
	for _, a := range args {
		if a.uses > 0 && a.volatile {
			values = append(values, a.expr)
		}
	}
	seen := map[*algebra.Subquery]bool{}
	for _, s := range subqueries(e) {
		if seen[s] && volatileIn(s.Root) {
			return value{}, b.unsupported(text.expr.At(),
				"a volatile subquery as an argument that a function's body has in several places")
		}
		seen[s] = true
	}
	return value{expr: expr.OnceOf(values, e), typ: e.Type, pos: at}, nil
}

// returned is what a body gives as the type that its function returns.
func (b *binder) returned(v value, f *state.Function, at parse.Pos) (*algebra.Expr, error) {
	to := b.declaredFor(f.Returns, v)
	if v.typ.Kind != types.Unknown {
		if _, ok := b.fns.Cast(v.typ, to, assignment); !ok && v.typ != to {
			return nil, sqlerr.From(b.errorAt(at, sqlerr.InvalidFunctionDefinition,
				"return type mismatch in function declared to return %s", f.Returns.Name())).
				WithDetail("Actual return type is %s.", v.typ.Name())
		}
	}
	e, err := b.coerce(v, to, assignment)
	return e, b.place(err, at)
}

// declaredFor is the type that a function declares for v: a decimal without digits has v's.
func (b *binder) declaredFor(t types.Type, v value) types.Type {
	if t.Kind != types.Decimal || t.Prec > 0 {
		return t
	}
	switch {
	case v.typ.Kind == types.Decimal:
		return v.typ
	case v.typ.IsInteger():
		return types.IntegerAsDecimal(v.typ)
	case v.typ.Kind != types.Unknown, v.client > 0:
		return types.TDecimal(types.MaxPrecision, 10)
	case v.lit != nil && !v.lit.Null:
		t := types.DecimalOf(v.lit.S)
		b.checkValue(v, func(w value) bool { return types.DecimalOf(w.lit.S) == t })
		return t
	}
	return types.TDecimal(18, 0)
}

// subqueries are those in an expression, each as often as it stands there.
func subqueries(e *algebra.Expr) (out []*algebra.Subquery) {
	e.Walk(func(x *algebra.Expr) {
		if x.Rel != nil {
			out = append(out, x.Rel.(*algebra.Subquery))
		}
	})
	return out
}

// volatileIn reports whether something in n gives another value each time.
func volatileIn(n algebra.Node) bool {
	found := false
	algebra.WalkAll(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) { found = found || e.Volatile() })
	})
	return found
}

// parseBody reads a function's body, once a statement.
func (b *binder) parseBody(f *state.Function) (inlined, error) {
	if t, ok := b.bodies[f.ID]; ok {
		return t, nil
	}
	st, e, err := parse.ParseFunctionBody(f.Body, parse.Options{StandardStrings: f.StandardStrings,
		AttributeCase: f.AttributeCase, QuotedCase: f.QuotedCase})
	if err != nil {
		return inlined{}, err
	}
	if b.bodies == nil {
		b.bodies = map[state.FunctionID]inlined{}
	}
	b.bodies[f.ID] = inlined{st, e}
	return b.bodies[f.ID], nil
}

// inFunction is an error from a function's body: where it is in that text means nothing to the user, whose statement
// has the call at a place.
func (b *binder) inFunction(err error, f *state.Function, at parse.Pos) error {
	var e *sqlerr.Error
	if err == nil || at < 0 || !errors.As(err, &e) {
		return err
	}
	own := *e
	own.Position = 0
	if own.Where != "" {
		own.Where += "\n"
	}
	own.Where += fmt.Sprintf("SQL function \"%s\"", f.Name)
	return own.At(b.stmt.Position(at))
}

// argument is $n in a function's body.
func (b *binder) argument(n int, at parse.Pos) (value, error) {
	if n < 1 || n > len(b.body.args) {
		return value{}, b.errorAt(at, sqlerr.UndefinedParameter, "there is no parameter $%d", n)
	}
	a := &b.body.args[n-1]
	a.uses++
	if b.work += a.size; b.work > maxWork {
		return value{}, b.tooComplex(at)
	}
	return value{expr: a.expr, typ: a.expr.Type, pos: at}, nil
}

// namedArgument is the number of the argument that a name means in a function's body, 0 if it means none: its own, or
// behind the function's.
func (b *binder) namedArgument(r *parse.ColumnRef) int {
	n := len(r.Parts)
	if b.body == nil || n > 2 || n == 2 && r.Parts[0] != b.body.of.Name {
		return 0
	}
	return 1 + slices.IndexFunc(b.body.of.Args, func(a state.Argument) bool { return a.Name == r.Parts[n-1] })
}

// CheckFunction binds the body of a function that is being made. Errors are at places in the body.
func CheckFunction(f *state.Function, cat Catalog, fns *fn.Table, o Options) error {
	o.ParamTypes = nil
	b := newBinder(&parse.Statement{}, cat, fns, o)
	args := make([]argument, len(f.Args))
	for i, a := range f.Args {
		args[i] = argument{expr: expr.Col(b.newID(), b.declaredFor(a.Type, value{}), true), size: 1}
	}
	_, err := b.inBody(f, args, -1)
	return err
}
