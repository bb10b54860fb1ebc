package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// CreateFunction is CREATE [OR REPLACE] FUNCTION of LANGUAGE sql.
type CreateFunction struct {
	Function   QName
	Replace    bool
	Args       []FunctionArg
	Returns    types.Type
	Volatility string // "v", "s", "i"
	Body       string
	// At is where the body stands. Verbatim: to the letter, so that a place in it is one behind At.
	At       Pos
	Verbatim bool
}

// FunctionArg is an argument in a function's declaration.
type FunctionArg struct {
	Pos
	Name string // "": it has none
	Type types.Type
}

// Signature names a function: by its arguments' types, or, if Any, as the only one of the name.
type Signature struct {
	QName
	Args []types.Type
	Any  bool
}

// DropFunction is DROP FUNCTION.
type DropFunction struct {
	Functions []Signature
	IfExists  bool
	Cascade   bool
}

// AlterFunction is ALTER FUNCTION … RENAME TO or OWNER TO: one of the two is set.
type AlterFunction struct {
	Function      Signature
	Rename, Owner Name
}

// Tag is CREATE FUNCTION's completion tag.
func (*CreateFunction) Tag() string { return "CREATE FUNCTION" }

// Tag is DROP FUNCTION's completion tag.
func (*DropFunction) Tag() string { return "DROP FUNCTION" }

// Tag is ALTER FUNCTION's completion tag.
func (*AlterFunction) Tag() string { return "ALTER FUNCTION" }

// createFunction reads what follows CREATE FUNCTION.
func (p *parser) createFunction(replace bool) (Body, error) {
	s := &CreateFunction{Replace: replace}
	var err error
	if s.Function, err = p.qname(); err != nil {
		return nil, err
	}
	if s.Args, err = p.functionArgs(); err != nil {
		return nil, err
	}
	if !p.accept("returns") {
		return nil, p.unexpected()
	}
	if t := p.peek(); t.is("table") || t.is("setof") {
		return nil, p.unsupported(t, "RETURNS %s", strings.ToUpper(t.text))
	}
	if s.Returns, err = p.argumentType(); err != nil {
		return nil, err
	}
	o := functionOptions{p: p, s: s}
	for p.i < len(p.toks) {
		if err := o.option(); err != nil {
			return nil, err
		}
	}
	return s, o.complete()
}

// functionOptions reads what stands behind RETURNS, in any order.
type functionOptions struct {
	p                          *parser
	s                          *CreateFunction
	body, language, volatility bool
}

// once refuses an option that was given before.
func (o *functionOptions) once(seen *bool, at token) error {
	if *seen {
		return o.p.stmt.ErrorAt(Pos(at.start), sqlerr.SyntaxError, "conflicting or redundant options")
	}
	*seen = true
	return nil
}

func (o *functionOptions) option() error {
	p, at := o.p, o.p.peek()
	if v, ok := map[string]string{"volatile": "v", "stable": "s", "immutable": "i"}[at.text]; ok && at.kind == tokIdent {
		p.next()
		o.s.Volatility = v
		return o.once(&o.volatility, at)
	}
	switch {
	case p.accept("called", "on", "null", "input"), p.accept("security", "invoker"): // so they are
		return nil
	case p.accept("language"):
		if err := o.once(&o.language, at); err != nil {
			return err
		}
		return o.inLanguage()
	case p.accept("as"):
		if err := o.once(&o.body, at); err != nil {
			return err
		}
		return o.text()
	}
	if n, ok := refusedOptions[at.text]; ok && at.kind == tokIdent {
		var words []string
		for k := range n {
			words = append(words, strings.ToUpper(p.peekAt(k).text))
		}
		return p.unsupported(at, "a function with %s", strings.Join(words, " "))
	}
	return p.unexpected()
}

// refusedOptions are those of PostgreSQL's functions, with the number of words that name them.
var refusedOptions = map[string]int{"strict": 1, "returns": 5, "leakproof": 1, "not": 2, "window": 1, "cost": 1,
	"rows": 1, "parallel": 1, "security": 2, "external": 1, "set": 1, "support": 1, "transform": 1, "return": 1,
	"begin": 2}

// inLanguage reads a language's name: SQL is the only one.
func (o *functionOptions) inLanguage() error {
	p, at := o.p, o.p.peek()
	if at.kind != tokIdent && at.kind != tokQuoted && at.kind != tokString {
		return p.unexpected()
	}
	p.next()
	switch name := strings.ToLower(at.text); {
	case name == "sql":
		return nil
	case strings.HasPrefix(name, "plpython"):
		return sqlerr.Unsupported("language %s", name).At(charPosition(p.src, at.start)).
			WithHint("Write the function as an SQL expression: LANGUAGE sql. Redshift has ended Python functions as well.")
	default:
		return p.stmt.ErrorAt(Pos(at.start), sqlerr.UndefinedObject, "language \"%s\" does not exist", name).(*sqlerr.Error).
			WithHint("Functions are written in SQL.")
	}
}

// text reads the body's text.
func (o *functionOptions) text() error {
	p, at := o.p, o.p.peek()
	var err error
	if o.s.Body, err = p.str(); err != nil {
		return err
	}
	if p.peek().isPunct(",") {
		return p.unsupported(p.peek(), "a function in an object file")
	}
	from := at.start
	if written := p.src[at.start:at.end]; written[0] == '$' {
		from += strings.IndexByte(written[1:], '$') + 2
	} else {
		from += strings.IndexByte(written, '\'') + 1
	}
	o.s.At = Pos(at.start)
	if strings.HasPrefix(p.src[from:at.end], o.s.Body) {
		o.s.At, o.s.Verbatim = Pos(from), true
	}
	return nil
}

// complete checks that what a function cannot be without is there.
func (o *functionOptions) complete() error {
	switch {
	case !o.body:
		return sqlerr.New(sqlerr.InvalidFunctionDefinition, "no function body specified")
	case !o.language:
		return sqlerr.New(sqlerr.InvalidFunctionDefinition, "no language specified")
	}
	if !o.volatility {
		o.s.Volatility = "v"
	}
	return nil
}

// functionArgs reads ( [name] type, … ).
func (p *parser) functionArgs() ([]FunctionArg, error) {
	if err := p.expectPunct("("); err != nil {
		return nil, err
	}
	if p.acceptPunct(")") {
		return nil, nil
	}
	var out []FunctionArg
	for {
		a, err := p.functionArg()
		if err != nil {
			return nil, err
		}
		out = append(out, a)
		if !p.acceptPunct(",") {
			break
		}
	}
	return out, p.expectPunct(")")
}

// functionArg reads an argument: Redshift's are types alone, PostgreSQL's may have names. A word in front of a comma is
// a type, one in front of what is a type a name.
func (p *parser) functionArg() (a FunctionArg, err error) {
	a.Pos = p.pos()
	switch t := p.peek(); {
	case t.is("out"), t.is("inout"), t.is("variadic"):
		if next := p.peekAt(1); next.kind == tokIdent || next.kind == tokQuoted {
			return a, p.unsupported(t, "an argument of a function that is %s", strings.ToUpper(t.text))
		}
	case t.is("in"):
		p.next()
	}
	from := p.i
	if a.Type, err = p.argumentType(); err != nil || !p.endsArgument() {
		if next := p.toks[from:]; len(next) > 1 && (next[1].kind == tokIdent || next[1].kind == tokQuoted) &&
			!p.defaults(next[1]) {
			p.i = from
			var n Name
			if n, err = p.ident(); err != nil {
				return a, err
			}
			a.Pos, a.Name = n.Pos, n.Name
			a.Type, err = p.argumentType()
		}
	}
	if t := p.peek(); err == nil && p.defaults(t) {
		err = p.unsupported(t, "a default of a function's argument")
	}
	return a, err
}

func (p *parser) endsArgument() bool {
	t := p.peek()
	return t.isPunct(",") || t.isPunct(")") || p.defaults(t)
}

func (p *parser) defaults(t token) bool { return t.is("default") || t.isPunct("=") || t.isPunct(":=") }

// argumentType reads the type of an argument or a result. Strings without a length may have any, and so may decimals
// without digits: those have the precision 0.
func (p *parser) argumentType() (types.Type, error) {
	if t := p.peek(); t.kind == tokIdent && strings.HasPrefix(t.text, "any") && polymorphic[t.text] {
		return types.Type{}, p.unsupported(t, "type %s of an SQL function", strings.ToUpper(t.text))
	}
	t, err := p.typeName(true)
	if err == nil && t.Kind == types.Decimal && !p.toks[p.i-1].isPunct(")") {
		t = types.Type{Kind: types.Decimal}
	}
	return t, err
}

// polymorphic are PostgreSQL's types that stand for others. Redshift has the first one, for Python's functions.
var polymorphic = wordSet("anyelement anyarray anynonarray anyenum anyrange anycompatible any")

// signature reads the name of a function and, if they are there, its arguments.
func (p *parser) signature() (s Signature, err error) {
	if s.QName, err = p.qname(); err != nil {
		return s, err
	}
	if s.Any = !p.peek().isPunct("("); s.Any {
		return s, nil
	}
	args, err := p.functionArgs()
	for _, a := range args {
		s.Args = append(s.Args, a.Type)
	}
	return s, err
}

// dropFunction reads what follows DROP FUNCTION.
func (p *parser) dropFunction() (Body, error) {
	s := &DropFunction{IfExists: p.accept("if", "exists")}
	for {
		f, err := p.signature()
		if err != nil {
			return nil, err
		}
		s.Functions = append(s.Functions, f)
		if !p.acceptPunct(",") {
			break
		}
	}
	s.Cascade = p.acceptAny("cascade", "restrict") == "cascade"
	return s, nil
}

// alter reads ALTER FUNCTION and refuses the rest by name.
func (p *parser) alter() (Body, error) {
	if p.peekAt(1).is("database") {
		p.i += 2
		return p.alterDatabase()
	}
	if !p.peekAt(1).is("function") {
		return nil, p.refuse(2)
	}
	p.i += 2
	s := &AlterFunction{}
	var err error
	if s.Function, err = p.signature(); err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case p.accept("rename", "to"):
		s.Rename, err = p.ident()
	case p.accept("owner", "to"):
		s.Owner, err = p.ident()
	case t.kind == tokIdent:
		return nil, p.unsupported(t, "ALTER FUNCTION … %s", strings.ToUpper(t.text))
	default:
		return nil, p.unexpected()
	}
	return s, err
}

// ParseFunctionBody reads the body of an SQL function: a SELECT of one expression, in which $1 is the first argument.
// What else a SELECT may have is refused by name (0A000), as in Redshift.
func ParseFunctionBody(text string, o Options) (*Statement, Expr, error) {
	all, err := Parse(text, o)
	switch {
	case err != nil:
		return nil, nil, err
	case len(all) == 0:
		return nil, nil, sqlerr.New(sqlerr.InvalidFunctionDefinition, "an SQL function needs a SELECT as its body")
	case len(all) > 1:
		return nil, nil, refusedInBody(all[0], Pos(all[1].Start), "several statements")
	}
	st := all[0]
	s, ok := st.Body.(*Select)
	if !ok {
		what := st.Body.Tag()
		if _, into := st.Body.(*CreateTableAs); into && strings.EqualFold(st.Text()[:6], "select") {
			what = "INTO"
		}
		return nil, nil, refusedInBody(st, Pos(st.Start), "%s", what)
	}
	q := s.Query
	if what, at := clauseInBody(q); what != "" {
		return nil, nil, refusedInBody(st, at, "%s", what)
	}
	if len(q.Targets) != 1 {
		return nil, nil, st.ErrorAt(q.Targets[1].Expr.At(), sqlerr.InvalidFunctionDefinition,
			"an SQL function gives one value, its SELECT has %d columns", len(q.Targets))
	}
	e := q.Targets[0].Expr
	at, sub := Pos(-1), false
	Visit(e, func(s SubqueryExpr) { at, sub = s.Pos, true })
	if sub {
		return nil, nil, refusedInBody(st, at, "a subquery")
	}
	return st, e, nil
}

// clauseInBody is a clause of q that the body of a function cannot have, and where it is, as near as that is known; ""
// if q has none.
func clauseInBody(q *Query) (what string, at Pos) {
	for _, c := range []struct {
		has  bool
		what string
		at   []Expr
	}{{len(q.With.Items) > 0, "WITH", nil}, {q.Set != nil, "a set operation", nil}, {q.Values != nil, "VALUES", nil},
		{len(q.From) > 0, "FROM", nil}, {q.Where != nil, "WHERE", []Expr{q.Where}}, {q.Connect != nil, "CONNECT BY", nil},
		{len(q.GroupBy) > 0 || q.GroupAll != nil, "GROUP BY", q.GroupBy}, {q.Having != nil, "HAVING", []Expr{q.Having}},
		{q.Qualify != nil, "QUALIFY", []Expr{q.Qualify}}, {len(q.Windows) > 0, "WINDOW", nil},
		{q.Distinct || len(q.DistinctOn) > 0, "DISTINCT", nil}, {len(q.OrderBy) > 0, "ORDER BY", nil},
		{q.Limit != nil, "LIMIT", []Expr{q.Limit}}, {q.Offset != nil, "OFFSET", []Expr{q.Offset}}} {
		if c.has && len(c.at) > 0 {
			return c.what, c.at[0].At()
		}
		if c.has {
			return c.what, q.Pos
		}
	}
	return "", q.Pos
}

func refusedInBody(st *Statement, at Pos, what string, args ...any) error {
	return sqlerr.Unsupported(what+" in the body of an SQL function", args...).At(st.Position(at))
}
