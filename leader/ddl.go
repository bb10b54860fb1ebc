package leader

import (
	"context"
	"time"

	"slipher/catalog/ddl"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// runDDL runs a definition statement.
func (s *Server) runDDL(ctx context.Context, ses *session.Session, st *parse.Statement, w pgwire.ResultWriter) error {
	if _, err := s.define(ctx, ses, st, w); err != nil {
		return err
	}
	return w.Complete(st.Body.Tag())
}

// define plans a definition statement on what the transaction sees, and does it there. It
// returns the id of what it made, 0 if there was nothing to do.
func (s *Server) define(ctx context.Context, ses *session.Session, st *parse.Statement, w pgwire.ResultWriter) (made int64, err error) {
	x := ses.Txn()
	if t, ok := st.Body.(*parse.CreateTable); ok {
		if err := bind.CheckDefaults(st, t, s.view(x.View(), ses), s.fns); err != nil {
			return 0, err
		}
	}
	if d, ok := st.Body.(*parse.DropDatabase); ok && d.Name != ses.CurrentDatabase() {
		s.awaitLeaving(ctx, d.Name)
	}
	p, err := DefinitionPlan(s.scope(ses), st)
	if err != nil {
		return 0, err
	}
	for _, n := range p.Notices {
		w.Notice(pgwire.Notice{Severity: pgwire.Note, Error: *n})
	}
	if len(p.Command.Ops) == 0 {
		return 0, nil
	}
	if made, _ := state.Creates(p.Command.Ops[0]); x.ReadOnly() && (made.Table == nil || made.Table.Schema != s.sessions.tempSchema(ses)) {
		return 0, s.mayWrite(ses, st.Body.Tag(), "")
	}
	done, err := x.Do(ctx, p.Command.Ops...)
	if err != nil {
		return 0, err
	}
	x.Require(p.Command.Pre...)
	return done[0].ID, nil
}

// leavingTime is how long DROP DATABASE waits for other sessions: a client that
// has just closed its connection may not have been noticed yet. PostgreSQL's time.
const leavingTime = 5 * time.Second

// awaitLeaving waits until nobody is in a database, but not for long.
func (s *Server) awaitLeaving(ctx context.Context, database string) {
	ctx, cancel := context.WithTimeout(ctx, leavingTime)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for s.sessions.in(database) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) scope(ses *session.Session) ddl.Scope {
	return ddl.Scope{Catalog: ses.Txn().View(), TempSchema: s.sessions.tempSchema(ses), Database: ses.CurrentDatabase(), User: ses.CurrentUser(),
		SearchPath: ses.SearchPath(), Connections: s.sessions.in}
}

// DefinitionPlan turns a parsed definition statement into a catalog command.
// `slipher compile` uses it as well, on a catalog of its own.
func DefinitionPlan(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
	c := converter{st}
	switch b := st.Body.(type) {
	case *parse.CreateDatabase:
		return ddl.CreateDatabase(scope, ddl.Database{Name: b.Name, Position: st.Position(b.Pos), Options: b.Options})
	case *parse.DropDatabase:
		return ddl.DropDatabase(scope, b.Name, st.Position(b.Pos))
	case *parse.CreateSchema:
		return ddl.CreateSchema(scope, ddl.Schema{Name: b.Name, Position: st.Position(b.Pos), IfNotExists: b.IfNotExists,
			Owner: b.Authorization, QuotaMB: b.QuotaMB})
	case *parse.DropSchema:
		return ddl.DropSchema(scope, ddl.Drop{Names: c.names(b.Names), IfExists: b.IfExists, Cascade: b.Cascade})
	case *parse.CreateTable:
		return ddl.CreateTable(scope, c.table(b))
	case *parse.DropTable:
		return ddl.DropTable(scope, ddl.Drop{Names: c.names(b.Tables), IfExists: b.IfExists, Cascade: b.Cascade})
	}
	return nil, sqlerr.Unsupported("%s", st.Body.Tag())
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
	t := ddl.Table{Name: c.name(b.Table), Temp: b.Temp, IfNotExists: b.IfNotExists, DistStyle: b.DistStyle, SortStyle: b.SortStyle,
		SortKey: c.idents(b.SortKey), EncodeAuto: b.EncodeAuto, BackupNo: b.BackupNo}
	if b.DistKey != nil {
		t.DistKey = c.idents([]parse.Name{*b.DistKey})
	}
	for _, d := range b.Columns {
		t.Columns = append(t.Columns, ddl.Column{Name: d.Name, Position: c.st.Position(d.Pos), Type: d.Type, NotNull: d.NotNull, Null: d.Null,
			Default: d.Default, Identity: d.Identity, Encoding: d.Encoding, DistKey: d.DistKey, SortKey: d.SortKey,
			PrimaryKey: d.PrimaryKey, Unique: d.Unique, References: c.reference(d.References)})
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
