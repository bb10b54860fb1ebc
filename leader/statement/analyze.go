package statement

import (
	"context"
	"fmt"
	"slices"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
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
		which, err := e.wanted(c.Body.(*parse.Analyze), t)
		if err != nil {
			return err
		}
		if err := e.analyze(ctx, c, cat, t, which); err != nil {
			return err
		}
	}
	return c.complete()
}

// analyzesAloud reports whether the statement is an ANALYZE that tells what it does, in PostgreSQL's words.
func analyzesAloud(body parse.Body) bool {
	b, is := body.(*parse.Analyze)
	return is && b.Verbose
}

// wanted are the columns that a statement names, or those that conditions have used since the leader began or before
// the last ANALYZE, with the table's keys; nil: all.
func (e *Engine) wanted(b *parse.Analyze, t *state.Table) ([]int, error) {
	var out []int
	for _, n := range b.Columns {
		i := t.Column(n.Name)
		if i < 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", n.Name, t.Name)
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	if !b.Predicates {
		return out, nil
	}
	used := e.predicates(t)
	if len(used) == 0 {
		return nil, nil
	}
	out = nil
	for i := range t.Columns {
		if used[t.Columns[i].ID] || i == t.DistPlace() || slices.Contains(t.SortPlaces(), i) {
			out = append(out, i)
		}
	}
	return out, nil
}

// predicates are the columns that conditions, joins and groupings have used.
func (e *Engine) predicates(t *state.Table) map[types.ColumnID]bool {
	used, _ := e.Stats.Uses.Of(t.ID)
	if old, err := e.Stats.Analyzed(t); err == nil && old != nil {
		for _, c := range old.Cols {
			if c.Predicate {
				used[c.ID] = true
			}
		}
	}
	return used
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
	return e.analyze(ctx, c, cat, t, nil)
}

// analyze makes the statistics of one table from a sample of its rows, read by a
// query like any other, and names them in the catalog. which are the columns, nil: all.
func (e *Engine) analyze(ctx context.Context, c *Call, cat *state.Catalog, t *state.Table, which []int) error {
	if which == nil {
		for i := range t.Columns {
			which = append(which, i)
		}
	}
	cols := make([]types.Column, len(which))
	for i, no := range which {
		cols[i] = t.Stored()[no]
	}
	part := sampled(t)
	verbose := analyzesAloud(c.Body)
	if verbose {
		info(c.Out, "analyzing \"%s.%s\"", t.Schema, t.Name)
	}
	q, err := compiler.Tree(e.sampling(t, part, which), e.Environment(cat))
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
		b.Counted(counted.Only(which))
	}
	old, err := e.Stats.Analyzed(t)
	if err != nil {
		old = nil // it is in the way of nothing
	}
	for _, set := range e.combined(t, old) {
		if at := placesIn(which, set); at != nil {
			b.Joint(at)
		}
	}
	row := make([]types.Datum, len(cols))
	read := 0
	for ; rows.Next(ctx); read++ {
		chunk, at := rows.Chunk(), rows.Row()
		for i := range row {
			row[i] = chunk.Datum(i, at)
		}
		b.AddRow(row)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if verbose {
		live, dead := int64(0), int64(0)
		for _, o := range part.Version.Objects.All() {
			live, dead = live+o.Live(), dead+o.Dead
		}
		info(c.Out, "\"%s\": scanned %d of %d objects, containing %d live rows and %d dead rows; %d rows in sample, "+
			"%d estimated total rows", t.Name, part.Version.Objects.Len(), t.Version.Objects.Len(), live, dead, read,
			t.Version.Rows)
	}
	st := b.Finish(t.Version.Rows)
	if len(which) < len(t.Columns) {
		if old == nil {
			old = counted
		}
		st = st.Beside(old, t.Stored())
	}
	used := e.predicates(t)
	for i := range st.Cols {
		st.Cols[i].Predicate = used[st.Cols[i].ID]
	}
	return e.keepStatistics(ctx, c, t, st)
}

// combined are the sets of columns, by their numbers, whose combinations of values are counted: those that the table's
// keys declare, those that plans have asked for, and those that were counted before.
func (e *Engine) combined(t *state.Table, old *stats.Table) [][]int {
	var out [][]int
	add := func(set []int) {
		slices.Sort(set)
		if len(set) < 2 || set[0] < 0 || slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, set) }) {
			return
		}
		out = append(out, set)
	}
	numbers := func(ids []types.ColumnID) (set []int) {
		for _, id := range ids {
			set = append(set, slices.IndexFunc(t.Columns, func(c state.Column) bool { return c.ID == id }))
		}
		return set
	}
	for _, k := range t.Constraints {
		add(slices.Clone(t.Places(k.Columns)))
	}
	_, sets := e.Stats.Uses.Of(t.ID)
	for _, s := range sets {
		add(numbers(s))
	}
	if old != nil {
		for _, j := range old.Joints {
			if len(out) < mostCombined {
				add(numbers(j.Columns))
			}
		}
	}
	return out
}

// mostCombined bounds the sets of columns that are remembered from ANALYZE to ANALYZE.
const mostCombined = 64

// placesIn is where each of set stands in which, nil if one does not.
func placesIn(which, set []int) []int {
	out := make([]int, len(set))
	for i, no := range set {
		if out[i] = slices.Index(which, no); out[i] < 0 {
			return nil
		}
	}
	return out
}

// sampling is a query for columns of so many rows of part as statistics want, evenly chosen by where they lie: the same
// ones as long as the table has the same objects.
func (e *Engine) sampling(t, part *state.Table, which []int) *algebra.Statement {
	want := stats.Wanted(len(which))
	scan := &algebra.Scan{Table: t, Schema: t.Schema, Alias: t.Name}
	st := &algebra.Statement{}
	for _, i := range which {
		col := t.Columns[i]
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
