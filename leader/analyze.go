package leader

import (
	"context"
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
	"slipher/leader/session"
	"slipher/node/rms"
)

// sampleRows is how many rows ANALYZE looks at: enough for distinct counts of
// dimensions, and a second's work for a wide table.
const sampleRows = 300_000

// runAnalyze is ANALYZE, of one table or of all tables of the database.
func (s *Server) runAnalyze(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Analyze, w pgwire.ResultWriter) error {
	cat := ses.Txn().View()
	tables := cat.Tables(ses.CurrentDatabase())
	if b.Table != nil {
		t, err := s.view(cat, ses).target(b.Table.Database, b.Table.Schema, b.Table.Name)
		if err != nil {
			return err
		}
		tables = []*state.Table{t}
	}
	for _, t := range tables {
		if err := s.analyze(ctx, ses, cat, t); err != nil {
			return err
		}
	}
	return w.Complete("ANALYZE")
}

// analyzeLoaded makes statistics after a load, as STATUPDATE says: by itself only for a
// table that was empty before.
func (s *Server) analyzeLoaded(ctx context.Context, ses *session.Session, before *state.Table, b *parse.Copy) error {
	if b.StatUpdate == "off" || b.StatUpdate == "" && before.Version.Rows > 0 {
		return nil
	}
	cat := ses.Txn().View()
	t := cat.TableByID(before.ID)
	if t == nil || t.Version.Rows == 0 {
		return nil
	}
	return s.analyze(ctx, ses, cat, t)
}

// analyze makes the statistics of one table from a sample of its rows, read by a
// query like any other, and names them in the catalog.
func (s *Server) analyze(ctx context.Context, ses *session.Session, cat *state.Catalog, t *state.Table) error {
	cols := make([]types.Type, len(t.Columns))
	scan := &algebra.Scan{Table: t, Schema: t.Schema, Alias: t.Name}
	var out []plan.OutputColumn
	for i, c := range t.Columns {
		cols[i] = c.Type
		scan.Cols = append(scan.Cols, algebra.Column{ID: algebra.ColumnID(i), Name: c.Name, Type: c.Type, Nullable: !c.NotNull})
		scan.ColNos = append(scan.ColNos, i)
		out = append(out, plan.OutputColumn{Name: c.Name, Type: c.Type})
	}
	q, err := compiler.Tree(&algebra.Statement{Root: scan, Output: out, NextID: algebra.ColumnID(len(cols))}, s.environment(cat))
	if err != nil {
		return err
	}
	rows, err := s.start(ctx, ses, &planned{cat: cat, query: q, sample: sampled(t)}, nil, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	b := stats.NewBuilder(cols)
	row := make([]types.Datum, len(cols))
	for n := 0; n < sampleRows && rows.Next(ctx); n++ {
		c, at := rows.Chunk(), rows.Row()
		for i := range row {
			row[i] = c.Datum(i, at)
		}
		b.AddRow(row)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	st := b.Finish(t.Version.Rows)
	if err := s.widen(ctx, t, st); err != nil {
		return err
	}
	return s.keepStatistics(ctx, ses, t, st)
}

// widen takes the least and the greatest value of each column from the zone maps
// of all blocks. A sample of sorted rows has but a part of the range: lineitem
// sorted by date had one year of seven, and "after 1995" was thought to keep no row.
func (s *Server) widen(ctx context.Context, t *state.Table, st *stats.Table) error {
	for _, o := range t.Version.Objects.List() {
		if o.Inline() { // few rows, without a zone map
			continue
		}
		foot, err := s.facts.footers.Footer(ctx, o)
		if err != nil {
			return err
		}
		for _, rg := range foot.RowGroups {
			for i := range min(len(rg.Cols), len(st.Cols)) {
				have, c, typ := &st.Cols[i], rg.Cols[i], t.Columns[i].Type
				if !c.Min.Null && (have.Min.Null || types.Compare(typ.Phys(), c.Min, have.Min) < 0) {
					have.Min = c.Min
				}
				if !c.Max.Null && !c.MaxOpen && (have.Max.Null || types.Compare(typ.Phys(), c.Max, have.Max) > 0) {
					have.Max = c.Max
				}
			}
		}
	}
	return nil
}

// sampled is t with so many of its objects, evenly chosen, that they hold
// enough rows. Objects are whole loads of a slice: their rows are a fair share of each load.
func sampled(t *state.Table) *state.Table {
	if t.Version.Rows <= 2*sampleRows {
		return t
	}
	own := *t
	own.Version.Objects = state.Objects{}
	step := max(int(t.Version.Rows/(2*sampleRows)), 1)
	for i, o := range t.Version.Objects.All() {
		if i%step == 0 {
			own.Version.Objects = own.Version.Objects.With(o)
		}
	}
	return &own
}

func (s *Server) keepStatistics(ctx context.Context, ses *session.Session, t *state.Table, st *stats.Table) error {
	data, err := st.Encode()
	if err != nil {
		return err
	}
	x := ses.Txn()
	id, err := x.WriteID(ctx)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s.stats", rms.Prefix(t.ID, x.Term(), uint64(id)))
	if err := s.store.Put(ctx, name, data); err != nil {
		return err
	}
	_, err = x.Do(ctx, &state.SetStats{Table: t.ID, Object: name})
	return err
}
