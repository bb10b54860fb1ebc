package statement

import (
	"context"
	"fmt"
	"slices"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
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
	part := sampled(t)
	q, err := compiler.Tree(e.sampling(t, part, stats.Wanted(len(cols))), e.Environment(cat))
	if err != nil {
		return err
	}
	rows, err := e.Start(ctx, c.Session, &query.Planned{Cat: cat, Query: q, Sample: part}, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	b := stats.NewBuilder(cols)
	counted, err := e.Stats.Counted(ctx, t)
	if err != nil {
		return err
	}
	if counted != nil {
		b.Counted(counted)
	}
	for _, set := range combined(t) {
		b.Joint(set)
	}
	row := make([]types.Datum, len(cols))
	for rows.Next(ctx) {
		chunk, at := rows.Chunk(), rows.Row()
		for i := range row {
			row[i] = chunk.Datum(i, at)
		}
		b.AddRow(row)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	return e.keepStatistics(ctx, c, t, b.Finish(t.Version.Rows))
}

// combined are the sets of columns whose combinations of values are counted: those that the table's keys declare.
func combined(t *state.Table) [][]int {
	var out [][]int
	add := func(set []int) {
		if len(set) < 2 || slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, set) }) {
			return
		}
		out = append(out, set)
	}
	for _, k := range t.Constraints {
		add(slices.Sorted(slices.Values(t.Places(k.Columns))))
	}
	return out
}

// sampling is a query for about want rows of part, evenly chosen by where they lie: the same ones as long as the table
// has the same objects.
func (e *Engine) sampling(t, part *state.Table, want int64) *algebra.Statement {
	scan := &algebra.Scan{Table: t, Schema: t.Schema, Alias: t.Name}
	st := &algebra.Statement{}
	for i, col := range t.Columns {
		scan.Cols = append(scan.Cols, algebra.Column{ID: st.Fresh(), Name: col.Name, Type: col.Type, Nullable: !col.NotNull})
		scan.ColNos = append(scan.ColNos, i)
		st.Output = append(st.Output, plan.OutputColumn{Name: col.Name, Type: col.Type})
	}
	st.Root = scan
	have := int64(0)
	for _, o := range part.Version.Objects.All() {
		have += o.Live()
	}
	if have <= want {
		return st
	}
	cols, refs := scan.Cols, []*algebra.Expr{}
	for _, c := range cols {
		refs = append(refs, c.Ref())
	}
	id := algebra.Column{ID: st.Fresh(), Name: "rowid", Type: types.TInt8}
	scan.Cols = append(cols[:len(cols):len(cols)], id)
	scan.ColNos = append(scan.ColNos, t.RowIDColumn())
	// address * spread mod prime, which goes through all numbers below the prime in small, even steps
	number := func(v int64) *algebra.Expr { return expr.Number[algebra.ColumnID](types.TInt8, v) }
	op := func(name string, ret types.Type, args ...*algebra.Expr) *algebra.Expr {
		return expr.CallOf(e.Fns.Op(name), ret, nil, args...)
	}
	const prime, spread = 1<<31 - 1, 1_103_515_245
	place := op("mod", types.TInt8, op("mul", types.TInt8, op("mod", types.TInt8, id.Ref(), number(prime)),
		number(spread)), number(prime))
	few := op("lt", types.TBool, place, number(int64(float64(prime)*float64(want)/float64(have))))
	st.Root = &algebra.Project{In: &algebra.Select{In: scan, Preds: []*algebra.Expr{few}}, Cols: fresh(st, cols),
		Exprs: refs}
	return st
}

// fresh is cols under new ids.
func fresh(st *algebra.Statement, cols []algebra.Column) []algebra.Column {
	out := slices.Clone(cols)
	for i := range out {
		out[i].ID = st.Fresh()
	}
	return out
}

// scannedRows is about how many rows ANALYZE reads to choose from: some seconds' work.
const scannedRows = 32_000_000

// sampled is t with so many of its objects, evenly chosen, that they hold
// enough rows. Objects are whole loads of a slice: their rows are a fair share of each load.
func sampled(t *state.Table) *state.Table {
	if t.Version.Rows <= 2*scannedRows {
		return t
	}
	own := *t
	own.Version.Objects = state.Objects{}
	step := max(int(t.Version.Rows/scannedRows), 1)
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
