package statement

import (
	"context"
	"fmt"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/names"
	"slipher/leader/query"
	"slipher/node/rms"
)

var analyzeRow = Row{
	Body: (*parse.Analyze)(nil), Access: Writes, Kind: relations.KindUtility,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		b := body.(*parse.Analyze)
		if b.Table == nil {
			return v.Cat.Tables(v.Ses.CurrentDatabase())
		}
		return found(v, optional(b.Table))
	},
	Asks: onTables(func(b *parse.Analyze) []parse.QName { return optional(b.Table) }, names.Ownership),
	Run:  runAnalyze,
}

// sampleRows is how many rows ANALYZE looks at: enough for distinct counts of
// dimensions, and a second's work for a wide table.
const sampleRows = 300_000

// runAnalyze is ANALYZE, of one table or of all tables of the database.
func runAnalyze(ctx context.Context, e *Engine, c *Call) error {
	cat := c.view()
	var tables []*state.Table
	if q := c.Body.(*parse.Analyze).Table; q != nil {
		t, err := c.names(cat).Target(*q)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	} else {
		tables = c.owned(cat.Tables(c.Session.CurrentDatabase()), "analyze")
	}
	for _, t := range tables {
		if err := e.analyze(ctx, c, cat, t); err != nil {
			return err
		}
	}
	return c.complete()
}

// analyzeLoaded makes statistics after a load, as STATUPDATE says: by itself only for a
// table that was empty before.
func (e *Engine) analyzeLoaded(ctx context.Context, c *Call, before *state.Table, b *parse.Copy) error {
	if b.StatUpdate == "off" || b.StatUpdate == "" && before.Version.Rows > 0 {
		return nil
	}
	cat := c.view()
	t := cat.TableByID(before.ID)
	if t == nil || t.Version.Rows == 0 {
		return nil
	}
	return e.analyze(ctx, c, cat, t)
}

// analyze makes the statistics of one table from a sample of its rows, read by a
// query like any other, and names them in the catalog.
func (e *Engine) analyze(ctx context.Context, c *Call, cat *state.Catalog, t *state.Table) error {
	cols := t.Stored()
	scan := &algebra.Scan{Table: t, Schema: t.Schema, Alias: t.Name}
	var out []plan.OutputColumn
	for i, col := range t.Columns {
		scan.Cols = append(scan.Cols, algebra.Column{ID: algebra.ColumnID(i), Name: col.Name, Type: col.Type,
			Nullable: !col.NotNull})
		scan.ColNos = append(scan.ColNos, i)
		out = append(out, plan.OutputColumn{Name: col.Name, Type: col.Type})
	}
	tree := &algebra.Statement{Root: scan, Output: out, NextID: algebra.ColumnID(len(cols))}
	q, err := compiler.Tree(tree, e.Environment(cat))
	if err != nil {
		return err
	}
	rows, err := e.Start(ctx, c.Session, &query.Planned{Cat: cat, Query: q, Sample: sampled(t)}, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	b := stats.NewBuilder(cols)
	row := make([]types.Datum, len(cols))
	for n := 0; n < sampleRows && rows.Next(ctx); n++ {
		chunk, at := rows.Chunk(), rows.Row()
		for i := range row {
			row[i] = chunk.Datum(i, at)
		}
		b.AddRow(row)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	st := b.Finish(t.Version.Rows)
	if err := e.widen(ctx, t, st); err != nil {
		return err
	}
	return e.keepStatistics(ctx, c, t, st)
}

// widen takes the least and the greatest value of each column from the zone maps
// of all blocks. A sample of sorted rows has but a part of the range: lineitem
// sorted by date had one year of seven, and "after 1995" was thought to keep no row.
func (e *Engine) widen(ctx context.Context, t *state.Table, st *stats.Table) error {
	for _, o := range t.Version.Objects.List() {
		if o.Inline() { // few rows, without a zone map
			continue
		}
		foot, err := e.Facts.Footers.Footer(ctx, o)
		if err != nil {
			return err
		}
		for _, rg := range foot.View(t.Stored()).RowGroups {
			for i := range st.Cols {
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

func (e *Engine) keepStatistics(ctx context.Context, c *Call, t *state.Table, st *stats.Table) error {
	data, err := st.Encode()
	if err != nil {
		return err
	}
	x := c.Session.Txn()
	id, err := x.WriteID(ctx)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s.stats", rms.Prefix(t.ID, x.Term(), uint64(id)))
	if err := e.Store.Put(ctx, name, data); err != nil {
		return err
	}
	_, err = x.Do(ctx, &state.SetStats{Table: t.ID, Object: name})
	return err
}
