package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// insertion is an INSERT being bound.
type insertion struct {
	b     *binder
	table *state.Table
	// from[i] is the source column that fills table column i: its index, or
	// -1 for the column's default.
	from []int
	cols []int // table column of each source column
	// defaults are the bound DEFAULTs by column: many rows share one.
	defaults map[int]*algebra.Expr
}

// insert binds INSERT. The tree yields the table's columns in order, cast by
// assignment rules.
//
// An identity column that gets no value is NULL: whoever loads the rows
// generates it. It is the one column that may be NULL though declared NOT NULL.
func (b *binder) insert(s *parse.Insert) error {
	tab, err := b.opts.Into, error(nil)
	if tab == nil {
		if tab, err = b.target(s.Table, inserting); err != nil {
			return err
		}
	}
	in := &insertion{b: b, table: tab}
	if err := in.columns(s); err != nil {
		return err
	}
	var node algebra.Node
	switch {
	case s.Query == nil:
		node, err = in.values([][]parse.Expr{{}}, s.Table.Pos)
	case s.Query.Values != nil && s.Query.OrderBy == nil && s.Query.Limit == nil && s.Query.Offset == nil:
		node, err = in.values(s.Query.Values, s.Table.Pos)
	default:
		node, err = in.query(s)
	}
	if err != nil {
		return err
	}
	b.out.Root, b.out.Insert = node, tab
	for i, c := range tab.Columns {
		b.out.Output = append(b.out.Output, plan.OutputColumn{Name: c.Name, Type: c.Type, TableOID: uint32(tab.ID),
			ColumnNo: int16(i + 1)})
	}
	return nil
}

// columns resolves the column list, or takes all columns in order.
func (in *insertion) columns(s *parse.Insert) error {
	t := in.table
	in.from = make([]int, len(t.Columns))
	for i := range in.from {
		in.from[i] = -1
	}
	if s.Columns == nil {
		for i := range t.Columns {
			in.from[i] = i
			in.cols = append(in.cols, i)
		}
		return nil
	}
	for k, c := range s.Columns {
		i := columnNumber(t, c.Name)
		if i < 0 {
			return in.b.noTarget(t, c.Name, c.Pos)
		}
		if in.from[i] >= 0 {
			return in.b.errorAt(c.Pos, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name)
		}
		in.from[i] = k
		in.cols = append(in.cols, i)
	}
	return nil
}

func columnNumber(t *state.Table, name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// checkWidth compares the number of source expressions with the target columns.
// Without a column list fewer are fine.
func (in *insertion) checkWidth(n int, listed bool, at parse.Pos) error {
	if n > len(in.cols) {
		return in.b.errorAt(at, sqlerr.SyntaxError, "INSERT has more expressions than target columns")
	}
	if n < len(in.cols) && listed {
		return in.b.errorAt(at, sqlerr.SyntaxError, "INSERT has more target columns than expressions")
	}
	return nil
}

// values binds VALUES rows cell by cell in the column's type.
func (in *insertion) values(rows [][]parse.Expr, at parse.Pos) (algebra.Node, error) {
	b := in.b
	node := &algebra.Values{}
	sc := (&scope{}).with("VALUES")
	listed := len(in.cols) < len(in.table.Columns)
	for i, c := range in.table.Columns {
		listed = listed || in.from[i] != i
		node.Cols = append(node.Cols, algebra.Column{ID: b.newID(), Name: c.Name, Type: c.Type})
	}
	mark := len(b.out.Params)
	for _, row := range rows {
		b.work = 0 // a cell is as large as it is written
		if len(row) > 0 {
			at = row[min(len(row)-1, len(in.cols))].At()
		}
		if err := in.checkWidth(len(row), listed && len(row) > 0, at); err != nil {
			return nil, err
		}
		var out []*algebra.Expr
		for i := range in.table.Columns {
			var cell parse.Expr
			if k := in.from[i]; k >= 0 && k < len(row) {
				if _, isDefault := row[k].(*parse.DefaultExpr); !isDefault {
					cell = row[k]
				}
			}
			e, err := in.cell(sc, i, cell)
			if err != nil {
				return nil, err
			}
			node.Cols[i].Nullable = node.Cols[i].Nullable || e.Nullable
			out = append(out, e)
		}
		node.Rows = append(node.Rows, out)
	}
	b.literalRows(node, mark)
	return node, nil
}

// cell binds the value of column i, its default if e is nil.
func (in *insertion) cell(sc *scope, i int, e parse.Expr) (*algebra.Expr, error) {
	if e == nil {
		return in.defaultOf(i)
	}
	if err := in.checkIdentity(i, e.At()); err != nil {
		return nil, err
	}
	v, err := in.b.expr(sc, e)
	if err != nil {
		return nil, err
	}
	return in.assign(i, v)
}

func (in *insertion) checkIdentity(i int, at parse.Pos) error {
	if id := in.table.Columns[i].Identity; id != nil && !id.ByDefault {
		return in.b.errorAt(at, sqlerr.FeatureNotSupported, "cannot set an identity column to a value")
	}
	return nil
}

// assign casts v to column i's type and guards NOT NULL.
func (in *insertion) assign(i int, v value) (*algebra.Expr, error) {
	b, c := in.b, in.table.Columns[i]
	if v.client == 0 && v.typ.Kind != types.Unknown {
		if _, ok := b.fns.Cast(v.typ, c.Type, assignment); !ok {
			return nil, b.errorAt(v.pos, sqlerr.DatatypeMismatch, "column \"%s\" is of type %s but expression is of type %s",
				c.Name, c.Type.Name(), v.typ.Name()).(*sqlerr.Error).
				WithHint("You will need to rewrite or cast the expression.")
		}
	}
	e, err := b.coerce(v, c.Type, assignment)
	if err != nil {
		return nil, err
	}
	return in.notNull(i, e, v.pos)
}

// checkNotNull is the operation that passes its argument on and fails on NULL.
const checkNotNull = "check_not_null"

// notNull guards column i if it is declared NOT NULL and e may be NULL.
func (in *insertion) notNull(i int, e *algebra.Expr, at parse.Pos) (*algebra.Expr, error) {
	c := in.table.Columns[i]
	if !c.NotNull || !e.Nullable {
		return e, nil
	}
	if e.Kind == expr.Constant {
		return nil, in.b.errorAt(at, sqlerr.NotNullViolation, "Cannot insert a NULL value into column %s", c.Name)
	}
	return in.b.notNullCall(e), nil
}

// notNullCall is e, with an error where it is NULL.
func (b *binder) notNullCall(e *algebra.Expr) *algebra.Expr {
	return &algebra.Expr{Kind: expr.Call, Type: e.Type, Op: b.fns.Op(checkNotNull), Args: []*algebra.Expr{e}}
}

// defaultOf is the default of column i: NULL if none is declared, and for an
// identity column the NULL that the loader replaces.
func (in *insertion) defaultOf(i int) (*algebra.Expr, error) {
	c := in.table.Columns[i]
	if c.Identity != nil {
		return algebra.Null(c.Type), nil
	}
	if c.Default == "" {
		return in.notNull(i, algebra.Null(c.Type), -1)
	}
	if e := in.defaults[i]; e != nil {
		return e, nil
	}
	e, err := in.b.defaultExpr(c)
	if err == nil {
		e, err = in.notNull(i, e, -1)
	}
	if in.defaults == nil {
		in.defaults = map[int]*algebra.Expr{}
	}
	in.defaults[i] = e
	return e, err
}

// defaultExpr binds a column's DEFAULT text in the column's type.
func (b *binder) defaultExpr(c state.Column) (*algebra.Expr, error) {
	e, err := parse.StoredExpr(c.Default)
	if err != nil {
		return nil, err
	}
	stmt := b.stmt // positions in the default's text mean nothing to the user
	b.stmt, b.inDefault = &parse.Statement{Source: c.Default, End: len(c.Default)}, true
	defer func() { b.stmt, b.inDefault = stmt, false }()
	v, err := b.expr((&scope{}).with("DEFAULT expressions"), e)
	if err != nil {
		return nil, err
	}
	// A default that no longer binds is an error of the statement as a whole.
	out, err := b.coerce(v, c.Type, assignment)
	if err != nil {
		return nil, sqlerr.New(sqlerr.From(err).Code, "default of column \"%s\": %s", c.Name, err)
	}
	return out, nil
}

// query binds INSERT … SELECT: a projection over the query casts its columns.
func (in *insertion) query(s *parse.Insert) (algebra.Node, error) {
	b := in.b
	env, err := b.with(s.With, around{})
	if err != nil {
		return nil, err
	}
	b.want = nil
	for _, i := range in.cols {
		b.want = append(b.want, in.table.Columns[i].Type)
	}
	r, err := b.query(s.Query, env)
	if err != nil {
		return nil, err
	}
	if err := in.checkWidth(len(r.cols), s.Columns != nil, s.Query.Pos); err != nil {
		return nil, err
	}
	proj := &algebra.Project{In: r.node}
	for i, c := range in.table.Columns {
		var e *algebra.Expr
		if k := in.from[i]; k >= 0 && k < len(r.cols) {
			if err := in.checkIdentity(i, s.Table.Pos); err != nil {
				return nil, err
			}
			e, err = in.assign(i, b.column(&r.cols[k], s.Query.Pos))
		} else {
			e, err = in.defaultOf(i)
		}
		if err != nil {
			return nil, err
		}
		proj.Exprs = append(proj.Exprs, e)
		proj.Cols = append(proj.Cols, algebra.Column{ID: b.newID(), Name: c.Name, Type: c.Type, Nullable: e.Nullable})
	}
	return proj, nil
}
