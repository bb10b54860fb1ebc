package statement

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

var createFunctionRow = Row{
	Body: (*parse.CreateFunction)(nil), Access: Writes, Kind: relations.KindDDL,
	Asks: func(v names.View, body parse.Body) []names.Request {
		b := body.(*parse.CreateFunction)
		out := creates(v, b.Function, false)
		if b.Replace {
			out = append(out, onFunctions(v, signature(b))...)
		}
		return out
	},
	Run: runCreateFunction,
}

// signature is the function that a CREATE FUNCTION makes.
func signature(b *parse.CreateFunction) parse.Signature {
	s := parse.Signature{QName: b.Function}
	for _, a := range b.Args {
		s.Args = append(s.Args, a.Type)
	}
	return s
}

// onFunctions asks for ownership of functions.
func onFunctions(v names.View, named ...parse.Signature) []names.Request {
	var out []names.Request
	for _, n := range named {
		if f, err := functionScope(v).Function(converter{}.function(n)); err == nil && f != nil {
			out = append(out, names.Request{Privilege: names.Ownership, On: names.Function(f)})
		}
	}
	return out
}

// functionScope is where functions are named.
func functionScope(v names.View) ddl.Scope {
	return ddl.Scope{Catalog: v.Cat, Database: v.Ses.CurrentDatabase(), User: v.Ses.CurrentUser(),
		SearchPath: v.Ses.SearchPath()}
}

// function is a function's name for the catalog; without a statement it has no place.
func (c converter) function(n parse.Signature) ddl.FunctionName {
	out := ddl.FunctionName{Name: ddl.Name{Database: n.Database, Schema: n.Schema, Name: n.Name}, Args: n.Args, Any: n.Any}
	if c.st != nil {
		out.Position = c.st.Position(n.Pos)
	}
	return out
}

// runCreateFunction binds the function's body, to know what its names mean, and puts it into the catalog.
func runCreateFunction(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.CreateFunction)
	if len(b.Body) > types.MaxVarchar {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "the body of a function has at most %d bytes, not %d",
			types.MaxVarchar, len(b.Body))
	}
	read := c.Statement.Options()
	in := ddl.Function{Name: converter{c.Statement}.name(b.Function), Replace: b.Replace,
		Is: state.Function{Returns: b.Returns, Volatility: b.Volatility, Body: b.Body,
			StandardStrings: read.StandardStrings, AttributeCase: read.AttributeCase, QuotedCase: read.QuotedCase,
			Path: slices.Clone(c.Session.SearchPath())}}
	for _, a := range b.Args {
		in.Args = append(in.Args, ddl.Argument{Name: a.Name, Type: a.Type, Position: c.Position(a.Pos)})
	}
	f, p, err := ddl.NewFunction(e.scope(c), in)
	if err != nil {
		return err
	}
	_, body, err := parse.ParseFunctionBody(b.Body, read)
	if err != nil {
		return c.inBody(b, err)
	}
	if hasEffect(body) {
		return c.inBody(b, sqlerr.Unsupported("a function that calls one with an effect"))
	}
	maker := &names.Maker{View: c.names(c.view()), Of: f}
	if err := bind.CheckFunction(f, maker, e.Fns, query.BindOptions(c.Session, nil)); err != nil {
		return c.inBody(b, err)
	}
	f.Calls = state.CallList(maker.Calls)
	p.Make(f)
	if _, err := e.do(ctx, c, p); err != nil {
		return err
	}
	return c.complete()
}

// inBody points an error in a function's body to where it is in the statement, as near as that can be said.
func (c *Call) inBody(b *parse.CreateFunction, err error) error {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err
	}
	own := *e
	own.Position = c.Position(b.At)
	if b.Verbatim && e.Position > 0 && e.Position <= utf8.RuneCountInString(b.Body)+1 {
		own.Position += e.Position - 1
	}
	return &own
}
