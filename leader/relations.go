package leader

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/session"
	"slipher/node/wire"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// relationOf finds a catalog relation for the binder.
func relationOf(schema, name string) *bind.Relation {
	r := relations.Find(schema, name)
	if r == nil {
		return nil
	}
	out := &bind.Relation{Schema: r.Schema, Name: r.Name}
	for _, c := range r.Columns {
		out.Columns = append(out.Columns, plan.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable})
	}
	return out
}

// relationRows makes the rows that a source reads: schedule.Env.Rows. No name
// stands in both catalog schemas.
func (s *Server) relationRows(ctx context.Context, cat *state.Catalog, ses *session.Session, src *plan.Source) (wire.RowSource, error) {
	r := relations.Find("pg_catalog", src.Rows)
	if r == nil {
		r = relations.Find("information_schema", src.Rows)
	}
	if r == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", src.Rows)
	}
	rows, err := r.Rows(ctx, s.relationEnv(cat, ses))
	if err != nil {
		return nil, err
	}
	return &datumSource{rows: rows, cols: src.ColNos}, nil
}

func (s *Server) relationEnv(cat *state.Catalog, ses *session.Session) *relations.Env {
	return &relations.Env{
		Catalog: cat, Database: ses.CurrentDatabase(), User: ses.CurrentUser(), SearchPath: withTemp(s.sessions.tempSchema(ses), ses.SearchPath()), TempSchema: s.sessions.tempSchema(ses), PID: ses.BackendPID(),
		NowMicros: ses.NowMicros(), Functions: s.fns, Expression: parse.PortableExpr, Footer: s.facts.footers.Footer,
		Settings: func() []relations.Setting {
			var out []relations.Setting
			for _, p := range ses.Settings() {
				out = append(out, relations.Setting{Name: p.Name, Value: p.Value, Description: p.Doc})
			}
			return out
		},
		Sessions:     s.sessionRows,
		Nodes:        s.nodeRows,
		Leaders:      s.RaftStatus,
		LoadErrors:   s.errors.all,
		Transactions: s.transactionRows,
		Conflicts:    s.conflictRows,
		Queries:      s.history.all,
		Compiles:     s.history.allCompiles,
	}
}

func (s *Server) sessionRows() []relations.Session {
	var out []relations.Session
	for _, i := range s.sessions.list() {
		row := relations.Session{PID: i.PID, User: i.User, Database: i.Database, Remote: i.Remote, StartMicros: types.MicrosOf(i.Since)}
		if q := s.history.running(i.PID); q != nil {
			row.Query, row.QueryStartMicros = q.Text, q.StartMicros
		}
		out = append(out, row)
	}
	return out
}

// datumSource hands out rows made of values: wire.RowSource.
type datumSource struct {
	rows [][]types.Datum
	cols []int // of a row, for each column wanted
}

// Next gives the next chunk, nil at the end.
func (d *datumSource) Next(l *chunk.Layout, acct *mem.Account) (*chunk.Chunk, error) {
	if len(d.rows) == 0 {
		return nil, nil
	}
	rows := d.rows[:min(len(d.rows), abi.VectorRows)]
	d.rows = d.rows[len(rows):]
	return chunk.OfDatums(acct, l, len(rows), func(row, col int) types.Datum { return rows[row][d.cols[col]] })
}
