package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

// maxColumns is Redshift's limit on columns of a table.
const maxColumns = 1600

// systemColumns cannot be columns of a user's table.
var systemColumns = map[string]bool{"oid": true, "tableoid": true, "xmin": true, "xmax": true, "cmin": true, "cmax": true, "ctid": true}

// NewTable makes the definition that a CREATE TABLE describes. Left to the
// caller: ID, Owner, CreatedMicros, an empty Database, Schema if none was written,
// and whether the name is free.
func NewTable(stmt *parse.Statement, ct *parse.CreateTable, cat Catalog, fns *fn.Table) (*state.Table, error) {
	d := &definition{b: newBinder(stmt, cat, fns, Options{}), ct: ct, table: &state.Table{
		Database: ct.Table.Database, Schema: ct.Table.Schema, Name: ct.Table.Name,
		DistStyle: state.DistAuto, DistKey: -1, SortStyle: state.SortAuto, Backup: !ct.BackupNo,
	}}
	for _, f := range []func() error{d.columns, d.distribution, d.sortKey, d.constraints} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return d.table, nil
}

// definition is a CREATE TABLE on its way to a state.Table.
type definition struct {
	b     *binder
	ct    *parse.CreateTable
	table *state.Table
	like  *state.Table // of the first LIKE, whose distribution and sort key are taken over
}

func (d *definition) columns() error {
	likes := d.ct.Like
	encoded := false
	takeLikes := func(before int) error {
		for ; len(likes) > 0 && likes[0].Before == before; likes = likes[1:] {
			if err := d.likeColumns(likes[0]); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range d.ct.Columns {
		if err := takeLikes(i); err != nil {
			return err
		}
		c := &d.ct.Columns[i]
		if err := d.column(c); err != nil {
			return err
		}
		encoded = encoded || c.Encoding != ""
	}
	if err := takeLikes(len(d.ct.Columns)); err != nil {
		return err
	}
	d.table.EncodeAuto = d.ct.EncodeAuto || !encoded
	if d.like != nil && !d.ct.EncodeAuto {
		d.table.EncodeAuto = d.table.EncodeAuto && d.like.EncodeAuto
	}
	if len(d.table.Columns) > maxColumns {
		return d.b.errorAt(d.ct.Table.Pos, sqlerr.ProgramLimitExceeded, "tables can have at most %d columns", maxColumns)
	}
	return nil
}

func (d *definition) column(c *parse.ColumnDef) error {
	b := d.b
	switch c.Type.Kind {
	case types.Interval, types.OID, types.Name, types.Unknown:
		return b.errorAt(c.Pos, sqlerr.FeatureNotSupported, "Column \"%s.%s\" has unsupported type \"%s\".", d.table.Name, c.Name, bareType(c.Type))
	}
	if systemColumns[c.Name] {
		return b.errorAt(c.Pos, sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", c.Name)
	}
	if c.Null && c.NotNull {
		return b.errorAt(c.Pos, sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", c.Name, d.table.Name)
	}
	col := state.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Encoding: c.Encoding, Default: c.Default, Identity: c.Identity}
	if c.Identity != nil {
		if c.Type.Kind != types.Int4 && c.Type.Kind != types.Int8 {
			return b.errorAt(c.Pos, sqlerr.InvalidTableDefinition, "identity column \"%s\" must be of type integer or bigint", c.Name)
		}
		if c.Default != "" {
			return b.errorAt(c.Pos, sqlerr.InvalidTableDefinition, "both default and identity specified for column \"%s\" of table \"%s\"", c.Name, d.table.Name)
		}
	}
	if c.Default != "" {
		if _, err := b.defaultExpr(col); err != nil {
			return b.place(err, c.DefaultExpr.At())
		}
	}
	return d.add(col, c.Pos)
}

func (d *definition) add(c state.Column, at parse.Pos) error {
	if columnNumber(d.table, c.Name) >= 0 {
		return d.b.errorAt(at, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name)
	}
	d.table.Columns = append(d.table.Columns, c)
	return nil
}

// likeColumns takes over the columns of LIKE's parent: names, types, NOT NULL,
// encodings, with INCLUDING DEFAULTS the defaults; never identities.
func (d *definition) likeColumns(l parse.LikeClause) error {
	p, err := d.b.cat.Table(l.Table.Database, l.Table.Schema, l.Table.Name)
	if err != nil {
		return d.b.place(err, l.Table.Pos)
	}
	if p == nil {
		return d.b.noTable(l.Table)
	}
	if d.like == nil {
		d.like = p
	}
	for _, c := range p.Columns {
		c.Identity = nil
		if !l.Defaults {
			c.Default = ""
		}
		if err := d.add(c, l.Table.Pos); err != nil {
			return err
		}
	}
	return nil
}

// find resolves a column named in an attribute.
func (d *definition) find(n parse.Name) (int, error) {
	i := columnNumber(d.table, n.Name)
	if i < 0 {
		return 0, d.b.errorAt(n.Pos, sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", n.Name)
	}
	return i, nil
}

// distribution settles style and key: DISTKEY alone means KEY, nothing AUTO.
func (d *definition) distribution() error {
	b, ct, t := d.b, d.ct, d.table
	var keys []parse.Name
	for _, c := range ct.Columns {
		if c.DistKey {
			keys = append(keys, parse.Name{Pos: c.Pos, Name: c.Name})
		}
	}
	if ct.DistKey != nil {
		keys = append(keys, *ct.DistKey)
	}
	if len(keys) > 1 {
		return b.errorAt(keys[1].Pos, sqlerr.InvalidTableDefinition, "cannot specify more than one column as the distribution key")
	}
	switch {
	case len(keys) == 1:
		i, err := d.find(keys[0])
		if err != nil {
			return err
		}
		if ct.DistStyle != nil && *ct.DistStyle != state.DistKey && *ct.DistStyle != state.DistAuto {
			return b.errorAt(keys[0].Pos, sqlerr.InvalidTableDefinition, "cannot specify a distribution key with DISTSTYLE EVEN or ALL")
		}
		t.DistStyle, t.DistKey = state.DistKey, i
	case ct.DistStyle != nil && *ct.DistStyle == state.DistKey:
		return b.errorAt(ct.Table.Pos, sqlerr.InvalidTableDefinition, "must specify a distribution key for DISTSTYLE KEY")
	case ct.DistStyle != nil:
		t.DistStyle = *ct.DistStyle
	case d.like != nil:
		t.DistStyle = d.like.DistStyle
		if d.like.DistKey >= 0 {
			t.DistKey = columnNumber(t, d.like.Columns[d.like.DistKey].Name)
		}
	}
	t.Effective = t.DistStyle
	if t.Effective == state.DistAuto {
		t.Effective = state.DistEven
	}
	return nil
}

// The most columns a sort key may have.
const (
	maxCompound    = 400
	maxInterleaved = 8
)

func (d *definition) sortKey() error {
	b, ct, t := d.b, d.ct, d.table
	names := ct.SortKey
	style := state.SortAuto
	if ct.SortStyle != nil {
		style = *ct.SortStyle
	}
	for _, c := range ct.Columns {
		if !c.SortKey {
			continue
		}
		if len(names) > 0 || ct.SortStyle != nil {
			return b.errorAt(c.Pos, sqlerr.InvalidTableDefinition, "cannot specify more than one sort key")
		}
		names, style = []parse.Name{{Pos: c.Pos, Name: c.Name}}, state.SortCompound
	}
	if len(names) == 0 && d.like != nil && ct.SortStyle == nil {
		t.SortStyle = d.like.SortStyle
		for _, k := range d.like.SortKey {
			t.SortKey = append(t.SortKey, columnNumber(t, d.like.Columns[k].Name))
		}
		return nil
	}
	most := maxCompound
	if style == state.SortInterleaved {
		most = maxInterleaved
	}
	if len(names) > most {
		return b.errorAt(names[most].Pos, sqlerr.ProgramLimitExceeded, "a sort key of this kind can have at most %d columns", most)
	}
	for _, n := range names {
		i, err := d.find(n)
		if err != nil {
			return err
		}
		for _, k := range t.SortKey {
			if k == i {
				return b.errorAt(n.Pos, sqlerr.InvalidTableDefinition, "column \"%s\" appears twice in the sort key", n.Name)
			}
		}
		t.SortKey = append(t.SortKey, i)
	}
	t.SortStyle = style
	return nil
}

// constraints collects PRIMARY KEY, UNIQUE and FOREIGN KEY: kept, not enforced.
func (d *definition) constraints() error {
	all := append([]parse.TableConstraint(nil), d.ct.Constraints...)
	for _, c := range d.ct.Columns {
		self := []parse.Name{{Pos: c.Pos, Name: c.Name}}
		if c.PrimaryKey {
			all = append(all, parse.TableConstraint{Pos: c.Pos, Kind: "p", Columns: self})
		}
		if c.Unique {
			all = append(all, parse.TableConstraint{Pos: c.Pos, Kind: "u", Columns: self})
		}
		if c.References != nil {
			all = append(all, parse.TableConstraint{Pos: c.Pos, Kind: "f", Columns: self, Ref: c.References})
		}
	}
	primary := 0
	for _, c := range all {
		out := state.Constraint{Name: c.Name, Kind: c.Kind}
		for _, n := range c.Columns {
			i, err := d.find(n)
			if err != nil {
				return err
			}
			out.Columns = append(out.Columns, i)
			if c.Kind == "p" {
				d.table.Columns[i].NotNull = true
			}
		}
		if c.Kind == "p" {
			if primary++; primary > 1 {
				return d.b.errorAt(c.Pos, sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", d.table.Name)
			}
		}
		if c.Ref != nil {
			if err := d.reference(c, &out); err != nil {
				return err
			}
		}
		if out.Name == "" {
			out.Name = constraintName(d.table, out)
		}
		d.table.Constraints = append(d.table.Constraints, out)
	}
	return nil
}

// reference resolves REFERENCES: the named columns, or the parent's primary key.
func (d *definition) reference(c parse.TableConstraint, out *state.Constraint) error {
	q := c.Ref.Table
	parent := d.table
	if q.Name != d.table.Name || q.Schema != d.table.Schema {
		var err error
		if parent, err = d.b.cat.Table(q.Database, q.Schema, q.Name); err != nil {
			return d.b.place(err, q.Pos)
		}
		if parent == nil {
			return d.b.noTable(q)
		}
	}
	out.RefSchema, out.RefTable, out.RefColumns = parent.Schema, parent.Name, c.Ref.Columns
	for _, n := range c.Ref.Columns {
		if columnNumber(parent, n) < 0 {
			return d.b.errorAt(q.Pos, sqlerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", n)
		}
	}
	if len(out.RefColumns) == 0 {
		for _, p := range parent.Constraints {
			for _, k := range p.Columns {
				if p.Kind == "p" {
					out.RefColumns = append(out.RefColumns, parent.Columns[k].Name)
				}
			}
		}
		if len(out.RefColumns) == 0 {
			return d.b.errorAt(q.Pos, sqlerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", parent.Name)
		}
	}
	if len(out.RefColumns) != len(out.Columns) {
		return d.b.errorAt(q.Pos, sqlerr.InvalidTableDefinition, "number of referencing and referenced columns for foreign key disagree")
	}
	return nil
}

// constraintName is PostgreSQL's choice: t_pkey, t_a_key, t_a_fkey.
func constraintName(t *state.Table, c state.Constraint) string {
	n := t.Name
	if c.Kind != "p" {
		for _, i := range c.Columns {
			n += "_" + t.Columns[i].Name
		}
	}
	return n + map[string]string{"p": "_pkey", "u": "_key", "f": "_fkey"}[c.Kind]
}
