package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Copy binds the load of a COPY: a projection over algebra.Text that casts each
// field to its column by COPY's rules and fills the other columns by their
// defaults. fields[i] is the table column that field i of the input fills.
func Copy(stmt *parse.Statement, c *parse.Copy, cat Catalog, fns *fn.Table, o Options) (s *algebra.Statement,
	fields []int, err error) {
	b := newBinder(stmt, cat, fns, o)
	tab, err := b.target(c.Table, copying)
	if err != nil {
		return nil, nil, err
	}
	in := &insertion{b: b, table: tab}
	target := &parse.Insert{Table: c.Table}
	for _, n := range c.Columns {
		target.Columns = append(target.Columns, parse.InsertColumn(n))
	}
	if err := in.columns(target); err != nil {
		return nil, nil, err
	}
	text := &algebra.Text{}
	proj := &algebra.Project{In: text}
	ofColumn := map[int]algebra.Column{}
	for _, i := range in.cols {
		col := tab.Columns[i]
		if id := col.Identity; id != nil && !id.ByDefault && !c.ExplicitIDs {
			if c.Columns != nil {
				return nil, nil, b.errorAt(c.Table.Pos, sqlerr.FeatureNotSupported, "cannot set an identity column to a value")
			}
			continue // the input has no field for it
		}
		f := algebra.Column{ID: b.newID(), Name: col.Name, Type: types.TText, Nullable: true}
		text.Cols = append(text.Cols, f)
		ofColumn[i] = f
		fields = append(fields, i)
	}
	for i, col := range tab.Columns {
		var e *algebra.Expr
		if f, ok := ofColumn[i]; ok {
			ctx := fn.Copying
			if c.TruncateColumns && col.Type.IsString() {
				ctx = explicit
			} else if c.RoundDec && col.Type.Kind == types.Decimal {
				ctx = assignment
			}
			format := c.TimeFormat
			if col.Type.Kind == types.Date {
				format = c.DateFormat
			}
			if bd, ok, bad := fn.CopyTime(col.Type, format, c.AcceptAnyDate); bad != nil {
				err = bad
			} else if ok {
				e = b.call(bd, []*algebra.Expr{f.Ref()})
			} else {
				e, err = b.cast(f.Ref(), col.Type, ctx, c.Table.Pos)
			}
			if err == nil {
				e, err = in.notNull(i, e, c.Table.Pos)
			}
		} else {
			e, err = in.defaultOf(i)
		}
		if err != nil {
			return nil, nil, err
		}
		proj.Exprs = append(proj.Exprs, e)
		proj.Cols = append(proj.Cols, algebra.Column{ID: b.newID(), Name: col.Name, Type: col.Type, Nullable: e.Nullable})
		b.out.Output = append(b.out.Output, plan.OutputColumn{Name: col.Name, Type: col.Type, TableOID: uint32(tab.ID),
			ColumnNo: int16(i + 1)})
	}
	b.out.Root, b.out.Insert, b.out.NextID = proj, tab, b.nextID
	return b.out, fields, nil
}
