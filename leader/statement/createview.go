package statement

import (
	"context"

	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

var createViewRow = Row{
	Body: (*parse.CreateView)(nil), Access: Writes, Kind: relations.KindDDL,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		if b := body.(*parse.CreateView); b.Replace {
			return found(v, []parse.QName{b.View})
		}
		return nil
	},
	Asks: func(v names.View, body parse.Body) []names.Request {
		b := body.(*parse.CreateView)
		out := creates(v, b.View, b.Temp)
		if b.Replace {
			out = append(out, on(v, []parse.QName{b.View}, names.Ownership)...)
		}
		return out
	},
	Run: runCreateView,
}

// runCreateView binds the view's query, to know its columns and what its names mean, and puts that into the catalog.
// Without schema binding it looks at the text alone.
func runCreateView(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.CreateView)
	if hasEffect(b) {
		return sqlerr.Unsupported("a view that calls a function with an effect")
	}
	o, read := query.BindOptions(c.Session, nil), c.Statement.Options()
	in := ddl.View{Name: converter{c.Statement}.name(b.View), Temp: b.Temp, Replace: b.Replace,
		View: state.View{Query: b.Text, StandardStrings: read.StandardStrings, AttributeCase: read.AttributeCase,
			QuotedCase: read.QuotedCase, Rounding: o.NumericRounding, Path: c.Session.SearchPath(), Late: b.Late}}
	if b.Late {
		if r := unqualified(b.Query); r != nil {
			return c.placed(r.QName, names.ErrUnqualified())
		}
		for _, n := range b.Names {
			in.View.Names = append(in.View.Names, n.Name)
		}
	} else {
		rec := &names.Recorder{View: c.names(c.view())}
		cols, err := bind.ViewColumns(c.Statement, b, rec, e.Fns, o)
		if err != nil {
			return err
		}
		for _, d := range cols {
			in.Columns = append(in.Columns, ddl.Column{Name: d.Name, Type: d.Type, Position: c.Position(d.Pos)})
		}
		in.View.Uses, in.View.Calls = rec.Uses, state.CallList(rec.Calls)
		in.View.Clock, in.View.Zone = c.Session.TransactionMicros(), c.Session.Zone().Name
	}
	p, err := ddl.CreateView(e.scope(c), in)
	if err != nil {
		return err
	}
	if _, err := e.do(ctx, c, p); err != nil {
		return err
	}
	return c.complete()
}

// unqualified is a name of FROM without a schema that no WITH query has; nil: there is none.
func unqualified(q *parse.Query) *parse.TableRef {
	with := map[string]bool{}
	parse.Visit(q, func(c parse.CTE) { with[c.Name] = true })
	var out *parse.TableRef
	parse.Visit(q, func(r parse.TableRef) {
		if out == nil && r.Schema == "" && !with[r.Name] {
			out = &r
		}
	})
	return out
}
