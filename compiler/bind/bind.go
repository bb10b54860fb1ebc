package bind

import (
	"errors"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Catalog is what the binder looks up: one session's view of one catalog version.
type Catalog interface {
	// Table finds a stored table that a query reads. An empty database is the current one, an empty
	// schema means the search path. No such table: nil and no error; the error is
	// for a database or schema that does not exist, or for a table that must not be read.
	Table(database, schema, name string) (*state.Table, error)
	// Find is Table of one that the statement changes: whether it may is not asked here.
	Find(database, schema, name string) (*state.Table, error)
	// Relation finds a relation whose rows the leader makes (pg_class, stv_slices),
	// nil if there is none; an empty schema means the search path with pg_catalog
	// in front.
	Relation(schema, name string) *Relation
	// Within is what the names in a view's query mean, and may read: its owner's rights count there.
	Within(view *state.Table) Catalog
	// Session answers leader-only functions.
	Session() fn.Session
}

// Relation is a catalog relation: its rows are handed in by name when a query runs.
type Relation struct {
	Schema  string
	Name    string
	Columns []plan.Column
}

// Options are what a client's Parse message adds.
type Options struct {
	// ParamTypes are declared types of $1, $2, …; Unknown (or missing) to be inferred.
	ParamTypes []types.Type
	// SingleMatch: an UPDATE … FROM in which a row has several matches is an error
	// (error_on_nondeterministic_update), instead of taking one of them.
	SingleMatch bool
	// NumericRounding: casts of decimals round, as assignments do (enable_numeric_rounding), instead of cutting digits.
	NumericRounding bool
	// Fold: strings without a collation of their own are compared in any case: the database's collation.
	Fold bool
	// Super is what the session's settings say of SUPERs.
	Super Super
	// Want, if set, are the types that a SELECT's columns get by the rules of assignment: EXECUTE's arguments.
	Want []types.Type
	// Record takes down what planning asks of the statement's literals; nil: nobody wants to know.
	Record *algebra.Record
	// Into, if set, is the table that an INSERT fills, whatever its name means: that of a
	// CREATE TABLE AS, whose query names what there was before it.
	Into *state.Table
}

// Bind binds SELECT, VALUES, INSERT, UPDATE, DELETE and the query of CREATE TABLE AS. EXPLAIN
// and PREPARE bind their inner statement.
func Bind(stmt *parse.Statement, cat Catalog, fns *fn.Table, o Options) (*algebra.Statement, error) {
	b := newBinder(stmt, cat, fns, o)
	var err error
	switch body := stmt.Body.(type) {
	case *parse.Select:
		err = b.selectStatement(body.Query)
	case *parse.Insert:
		err = b.insert(body)
	case *parse.Delete:
		err = b.delete(body)
	case *parse.Update:
		err = b.update(body)
	case *parse.CreateTableAs: // the query alone, for EXPLAIN
		err = b.selectStatement(body.Query)
	case *parse.Explain:
		return Bind(body.Inner, cat, fns, o)
	case *parse.Prepare:
		o.ParamTypes = body.Types
		return Bind(body.Inner, cat, fns, o)
	default:
		err = sqlerr.Unsupported("binding %s", stmt.Body.Tag())
	}
	if err != nil {
		return nil, err
	}
	b.defaultParams()
	b.out.NextID = b.nextID
	return b.out, nil
}

// ClientParams are the types of $1, $2, … of a bound statement, for Describe.
func ClientParams(s *algebra.Statement) []types.Type {
	n := 0
	for _, p := range s.Params {
		n = max(n, p.Client)
	}
	out := make([]types.Type, n)
	for i := range out {
		out[i] = types.TText
	}
	for _, p := range s.Params {
		if p.Client > 0 {
			out[p.Client-1] = p.Type
		}
	}
	return out
}

// binder is the state of binding one statement.
type binder struct {
	stmt   *parse.Statement
	cat    Catalog
	fns    *fn.Table
	opts   Options
	out    *algebra.Statement
	nextID algebra.ColumnID
	// client[n] is the index in out.Params of $n, once it has a type.
	client map[int]int
	// refs is where each column reference stands, for grouping errors.
	refs map[*algebra.Expr]columnPlace
	// want are the types an INSERT's query should give to untyped literals; the
	// outermost query takes them.
	want []types.Type
	// neutral are columns of inner queries that are strings without a collation (collate.go).
	neutral map[algebra.ColumnID]bool
	// numbers are of expressions that are equal.
	numbers expr.Numbers[algebra.ColumnID]
	// work counts bound nodes: aliases that use aliases can grow exponentially.
	work int
	// views are those whose queries are being bound, the innermost last; parsed are the queries of all that were met.
	views []*state.Table
	// trying: casts are made of operations that give NULL where they fail.
	trying bool
	// inDefault: a column's DEFAULT is being bound.
	inDefault bool
	parsed    map[state.TableID]*parse.Statement
	// body is that of the function that is being bound, bodies are those of all that were met.
	body   *body
	bodies map[state.FunctionID]inlined
	draws  int // of volatile values that are mentioned several times
	// apart is the part of work, in the definition (WITH) that is being bound, that went into other definitions;
	// stands is what its references stand for.
	apart, stands int
}

// columnPlace is a column reference's name and place.
type columnPlace struct {
	name string
	pos  parse.Pos
}

func newBinder(stmt *parse.Statement, cat Catalog, fns *fn.Table, o Options) *binder {
	out := &algebra.Statement{Record: o.Record, Zone: cat.Session().Zone().Table}
	return &binder{stmt: stmt, cat: cat, fns: fns, opts: o, out: out,
		client: map[int]int{}, refs: map[*algebra.Expr]columnPlace{},
		numbers: expr.Numbers[algebra.ColumnID]{Type: bytesOf,
			Param: expr.SameLiterals(func() []expr.Param { return out.Params })}}
}

// maxWork bounds the nodes of a bound statement.
const maxWork = 500_000

// step counts one bound node.
func (b *binder) step(at parse.Pos) error {
	if b.work++; b.work > maxWork {
		return b.tooComplex(at)
	}
	return nil
}

func (b *binder) tooComplex(at parse.Pos) error {
	return b.errorAt(at, sqlerr.StatementTooComplex, "statement is too complex: more than %d expressions", maxWork)
}

// errorAt makes an error that points into the statement.
func (b *binder) errorAt(at parse.Pos, code sqlerr.Code, format string, args ...any) error {
	return b.stmt.ErrorAt(at, code, format, args...)
}

func (b *binder) unsupported(at parse.Pos, format string, args ...any) error {
	return sqlerr.Unsupported(format, args...).At(b.stmt.Position(at))
}

// place gives err a position if it has none.
func (b *binder) place(err error, at parse.Pos) error {
	var e *sqlerr.Error
	if at >= 0 && errors.As(err, &e) {
		e.At(b.stmt.Position(at))
	}
	return err
}

// newID makes a fresh column id.
func (b *binder) newID() algebra.ColumnID {
	b.nextID++
	return b.nextID - 1
}

// selectStatement binds a top-level query.
func (b *binder) selectStatement(q *parse.Query) error {
	b.want = b.opts.Want
	r, err := b.query(q, around{})
	if err != nil {
		return err
	}
	if len(b.opts.Want) > 0 {
		if r, err = b.assigned(r, b.opts.Want, q.Pos); err != nil {
			return err
		}
	}
	b.out.Root = r.node
	for _, c := range r.cols {
		b.out.Output = append(b.out.Output, plan.OutputColumn{Name: c.name, Type: c.typ, TableOID: c.tableOID,
			ColumnNo: c.columnNo})
	}
	return nil
}

// assigned casts a query's columns to types by the rules of assignment.
func (b *binder) assigned(r *result, to []types.Type, at parse.Pos) (*result, error) {
	proj := &algebra.Project{In: r.node}
	out := &result{node: proj}
	for i := range r.cols {
		e, err := b.coerce(b.column(&r.cols[i], at), to[i], assignment)
		if err != nil {
			return nil, err
		}
		c := algebra.Column{ID: b.newID(), Name: r.cols[i].name, Type: to[i], Nullable: e.Nullable}
		proj.Exprs, proj.Cols = append(proj.Exprs, e), append(proj.Cols, c)
		out.cols = append(out.cols, column{name: c.Name, id: c.ID, typ: c.Type, nullable: c.Nullable})
	}
	return out, nil
}

// defaultParams gives parameters of the client that no context typed the type
// of text, and declares those that the text never mentions.
func (b *binder) defaultParams() {
	for n := 1; n <= max(b.stmt.Params, len(b.opts.ParamTypes)); n++ {
		if _, ok := b.client[n]; !ok {
			b.clientParam(n, types.TText)
		}
	}
}
