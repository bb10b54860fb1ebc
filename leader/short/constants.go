package short

import (
	"context"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

// Constants is INSERT INTO t VALUES of constants: it finds or makes a template for each shape of a row, turns constants
// into its arguments, and runs it. ErrLong: it goes the long way, as whatever is unusual does, mistakes first of all.
func (i *Inserter) Constants(ctx context.Context, ses query.Session, b *parse.ShortInsert) (int64, error) {
	cat := i.Look(ses)
	t := names.View{Cat: cat, Ses: ses}.Stored(b.Table)
	if t == nil {
		return 0, ErrLong
	}
	cols, ok := insertColumns(t, b)
	if !ok || len(b.Rows) > MaxRows || storedBytes(t, cols, b.Rows) > query.InlineBytes {
		return 0, ErrLong
	}
	var batches []batch
	byShape := map[string]int{}
	for _, row := range b.Rows {
		shape := shapeOf(cols, row)
		at, ok := byShape[shape]
		if !ok {
			key := templateKey{table: t.ID, def: t.Def, shape: shape, options: optionsOf(ses)}
			tmpl, err := i.template(key, func() (*Template, error) {
				if !plainDefaults(t) {
					return nil, nil
				}
				st, params := shortStatement(ses, t, cols, row)
				return i.compile(ses, cat, st, params)
			})
			if err != nil || tmpl == nil {
				return 0, ErrLong
			}
			at = len(batches)
			byShape[shape] = at
			batches = append(batches, batch{template: tmpl})
		}
		args, ok := shortArgs(ses, t, cols, row)
		if !ok {
			return 0, ErrLong
		}
		batches[at].args = append(batches[at].args, args)
	}
	return i.insert(ctx, ses, t, batches)
}

// storedBytes is what rows take in the commit, about.
func storedBytes(t *state.Table, cols []int, rows [][]parse.ShortCell) int {
	each := 0
	for _, c := range t.Columns {
		if c.Type.Phys() == types.Str {
			each += 2 + len(c.Default)
		} else {
			each += c.Type.Phys().Width()
		}
	}
	n := len(rows) * each
	for _, row := range rows {
		for i, c := range row {
			if t.Columns[cols[i]].Type.Phys() == types.Str {
				n += len(c.Text)
			}
		}
	}
	return n
}

// insertColumns are the columns that cells stand for.
func insertColumns(t *state.Table, b *parse.ShortInsert) ([]int, bool) {
	var out []int
	if b.Columns == nil {
		for i := range t.Columns {
			out = append(out, i)
		}
		return out, len(out) == len(b.Rows[0])
	}
	seen := make([]bool, len(t.Columns))
	for _, c := range b.Columns {
		i := t.Column(c.Name)
		if i < 0 || seen[i] {
			return nil, false
		}
		seen[i] = true
		out = append(out, i)
	}
	return out, len(out) == len(b.Rows[0])
}

// shapeOf says which columns a row names and which cells are arguments.
func shapeOf(cols []int, row []parse.ShortCell) string {
	var b strings.Builder
	for i, c := range row {
		kind := byte('$')
		switch {
		case c.Default:
			kind = 'd'
		case c.Kind == parse.NullLiteral:
			kind = '0'
		}
		b.WriteByte(kind)
		b.WriteByte(byte(cols[i]))
		b.WriteByte(byte(cols[i] >> 8))
	}
	return b.String()
}

// shortStatement is INSERT INTO t (cols) VALUES ($1, NULL, DEFAULT, …): a parameter for each constant,
// of its column's type, so that its text is read as the constant's would be.
func shortStatement(ses query.Session, t *state.Table, cols []int,
	row []parse.ShortCell) (*parse.Statement, []types.Type) {
	ins := &parse.Insert{Table: parse.QName{Pos: -1, Schema: t.Schema, Name: t.Name}}
	if t.Database != ses.CurrentDatabase() {
		ins.Table.Database = t.Database
	}
	var cells []parse.Expr
	var params []types.Type
	for i, c := range row {
		ins.Columns = append(ins.Columns, parse.InsertColumn{Pos: -1, Name: t.Columns[cols[i]].Name})
		switch {
		case c.Default:
			cells = append(cells, &parse.DefaultExpr{Pos: -1})
		case c.Kind == parse.NullLiteral:
			cells = append(cells, &parse.Literal{Pos: -1, Kind: parse.NullLiteral})
		default:
			params = append(params, t.Columns[cols[i]].Type)
			cells = append(cells, &parse.ParamRef{Pos: -1, N: len(params)})
		}
	}
	ins.Query = &parse.Query{Pos: -1, Values: [][]parse.Expr{cells}}
	return &parse.Statement{Body: ins, Params: len(params)}, params
}

// shortArgs are the values of a row's constants in their columns' types. It reads only what the
// binder reads by the same rule, the text as a value of the column's type; false: something else, or wrong.
func shortArgs(ses query.Session, t *state.Table, cols []int, row []parse.ShortCell) ([]types.Datum, bool) {
	var out []types.Datum
	z := ses.Zone().Table
	for i, c := range row {
		if c.Default || c.Kind == parse.NullLiteral {
			continue
		}
		to := t.Columns[cols[i]].Type
		if !readsAs(c, to) {
			return nil, false
		}
		d, err := types.ParseTextIn(to, c.Text, z)
		if err != nil || d.Null {
			return nil, false
		}
		out = append(out, d)
	}
	return out, true
}

// readsAs: the binder reads such a constant as text of the column's type.
func readsAs(c parse.ShortCell, to types.Type) bool {
	switch c.Kind {
	case parse.StringLiteral:
		_, other := to.LiteralType()
		return !other
	case parse.BoolLiteral:
		return to.Kind == types.Bool
	case parse.IntLiteral:
		return to.IsNumeric()
	case parse.NumberLiteral:
		return to.Kind == types.Decimal || to.Kind == types.Float8
	}
	return false
}

// plainDefaults: no DEFAULT of the table's depends on anything but its text.
func plainDefaults(t *state.Table) bool {
	for _, c := range t.Columns {
		if c.Default == "" {
			continue
		}
		e, err := parse.StoredExpr(c.Default)
		if err != nil || !plainExpr(e) {
			return false
		}
	}
	return true
}

// plainExpr: a constant, a parameter, or one of these cast.
func plainExpr(e parse.Expr) bool {
	switch x := e.(type) {
	case *parse.Literal, *parse.ParamRef, *parse.DefaultExpr:
		return true
	case *parse.CastExpr:
		return !x.Try && plainExpr(x.Arg)
	case *parse.OpExpr:
		return x.Left == nil && plainExpr(x.Right) // a sign
	}
	return false
}
