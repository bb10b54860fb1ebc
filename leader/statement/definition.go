package statement

import (
	"context"

	"slipher/catalog/ddl"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
)

// Define turns a parsed definition statement into a catalog command.
// `slipher compile` uses it as well, on a catalog of its own.
func Define(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
	define := Of(st.Body).Define
	if define == nil {
		return nil, sqlerr.Unsupported("%s", st.Body.Tag())
	}
	return define(scope, st)
}

// runDefinition is Row.Run of a statement that is nothing but a definition.
func runDefinition(ctx context.Context, e *Engine, c *Call) error {
	if _, err := e.define(ctx, c, Of(c.Body)); err != nil {
		return err
	}
	return c.complete()
}

// define plans a definition statement on what the transaction sees, and does it there. It
// returns the id of what it made, 0 if there was nothing to do.
func (e *Engine) define(ctx context.Context, c *Call, row *Row) (made int64, err error) {
	p, err := row.Define(e.scope(c), c.Statement)
	if err != nil {
		return 0, err
	}
	return e.do(ctx, c, p)
}

// do does what was planned in the statement's transaction.
func (e *Engine) do(ctx context.Context, c *Call, p *ddl.Plan) (made int64, err error) {
	x := c.Session.Txn()
	for _, n := range p.Notices {
		c.Out.Notice(pgwire.Notice{Severity: pgwire.Note, Error: *n})
	}
	if len(p.Command.Ops) == 0 {
		x.Keep() // that there was nothing to do is something read: what follows must find it so
		return 0, nil
	}
	schema := "" // of the new table, which may be temporary
	if made, _ := state.Creates(p.Command.Ops[0]); made.Table != nil {
		schema = made.Table.Schema
	}
	if err := c.mayChange(schema); err != nil {
		return 0, err
	}
	done, err := x.Do(ctx, p.Command.Ops...)
	if err != nil {
		return 0, err
	}
	x.Require(p.Command.Pre...)
	return done[0].ID, nil
}

// scope is what a definition sees.
func (e *Engine) scope(c *Call) ddl.Scope {
	s := c.Session
	return ddl.Scope{Catalog: c.view(), TempSchema: s.TempSchema(), Database: s.CurrentDatabase(), User: s.CurrentUser(),
		SearchPath: s.SearchPath(), Connections: e.Clients}
}

// converter gives the catalog's definition structs their content from the syntax tree.
type converter struct{ st *parse.Statement }

func (c converter) name(q parse.QName) ddl.Name {
	return ddl.Name{Database: q.Database, Schema: q.Schema, Name: q.Name, Position: c.st.Position(q.Pos)}
}

func (c converter) names(qs []parse.QName) []ddl.Name {
	out := make([]ddl.Name, len(qs))
	for i, q := range qs {
		out[i] = c.name(q)
	}
	return out
}

func (c converter) idents(ns []parse.Name) []ddl.Ident {
	out := make([]ddl.Ident, len(ns))
	for i, n := range ns {
		out[i] = ddl.Ident{Name: n.Name, Position: c.st.Position(n.Pos)}
	}
	return out
}

func (c converter) reference(r *parse.Reference) *ddl.Reference {
	if r == nil {
		return nil
	}
	return &ddl.Reference{Table: c.name(r.Table), Columns: r.Columns}
}

func (c converter) table(b *parse.CreateTable) ddl.Table {
	t := ddl.Table{Name: c.name(b.Table), Temp: b.Temp, IfNotExists: b.IfNotExists, DistStyle: b.DistStyle,
		SortStyle: b.SortStyle, SortKey: c.idents(b.SortKey), EncodeAuto: b.EncodeAuto, BackupNo: b.BackupNo}
	if b.DistKey != nil {
		t.DistKey = c.idents([]parse.Name{*b.DistKey})
	}
	for _, d := range b.Columns {
		t.Columns = append(t.Columns, ddl.Column{Name: d.Name, Position: c.st.Position(d.Pos), Type: d.Type,
			NotNull: d.NotNull, Null: d.Null, Default: d.Default, Identity: d.Identity, Encoding: d.Encoding, DistKey: d.DistKey,
			SortKey: d.SortKey, Collation: d.Collation, PrimaryKey: d.PrimaryKey, Unique: d.Unique,
			References: c.reference(d.References)})
	}
	for _, k := range b.Constraints {
		t.Constraints = append(t.Constraints, ddl.Constraint{Name: k.Name, Kind: k.Kind, Columns: c.idents(k.Columns),
			Ref: c.reference(k.Ref), Position: c.st.Position(k.Pos)})
	}
	for _, l := range b.Like {
		t.Like = append(t.Like, ddl.Like{Table: c.name(l.Table), Defaults: l.Defaults, Before: l.Before})
	}
	return t
}
