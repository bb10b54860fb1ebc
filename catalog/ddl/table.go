package ddl

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
)

// Table is CREATE TABLE as written, its types resolved.
type Table struct {
	Name        Name
	Temp        bool
	IfNotExists bool
	Columns     []Column
	Constraints []Constraint
	Like        []Like

	DistStyle  *state.DistStyle // nil: not written
	DistKey    []Ident          // DISTKEY(col) behind the columns; more than one is an error
	SortStyle  *state.SortStyle // nil: not written
	SortKey    []Ident
	EncodeAuto bool
	BackupNo   bool
}

// Column is one column of CREATE TABLE.
type Column struct {
	Name     string
	Position int
	Type     types.Type
	// TypeName, if set, is a type that tables do not take: it is refused by this name.
	TypeName   string
	NotNull    bool
	Null       bool // NULL written
	Default    string
	Identity   *state.Identity
	Encoding   string
	Collation  string // in full; "" that of the database
	DistKey    bool
	SortKey    bool
	PrimaryKey bool
	Unique     bool
	References *Reference
}

// Ident is a column's name and place.
type Ident struct {
	Name     string
	Position int
}

// Constraint is a table constraint. Kind as in state.Constraint.
type Constraint struct {
	Name     string
	Kind     string
	Columns  []Ident
	Ref      *Reference
	Position int
}

// Reference is REFERENCES table [(columns)].
type Reference struct {
	Table   Name
	Columns []string
}

// Like is LIKE parent [INCLUDING DEFAULTS], in front of column number Before.
type Like struct {
	Table    Name
	Defaults bool
	Before   int
}

// maxColumns is Redshift's limit.
const maxColumns = 1600

// CreateTable plans CREATE TABLE.
//
// DISTSTYLE AUTO (the default) is settled here once: KEY on a primary key of
// one column, else EVEN. Redshift starts with ALL and moves rows in the
// background when the table has grown; we would have to rewrite the table for
// that, and for a table that stays small EVEN costs nothing either.
func CreateTable(s Scope, in Table) (*Plan, error) {
	b := builder{scope: s, in: in, plan: &Plan{}}
	place := s.target
	if in.Temp {
		place = s.temporary
	}
	schema, err := place(in.Name)
	if err != nil {
		return nil, err
	}
	b.t = state.Table{Database: s.Database, Schema: schema, Name: b.plan.cut(in.Name.Name), Owner: s.User,
		Backup: !in.BackupNo}
	if state.IsSystemSchema(schema) {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", schema)
	}
	if s.Catalog.Table(s.Database, schema, b.t.Name) != nil {
		if in.IfNotExists {
			b.plan.notice(sqlerr.DuplicateTable, "relation \"%s\" already exists, skipping", b.t.Name)
			return b.plan, nil
		}
		return nil, sqlerr.New(sqlerr.DuplicateTable, "Relation \"%s\" already exists", b.t.Name).At(in.Name.Position)
	}
	for _, step := range []func() error{b.columns, b.constraints, b.sortKey, b.distribution, b.encodings} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	b.plan.add(&state.CreateTable{Table: b.t, IfNotExists: in.IfNotExists})
	return b.plan, nil
}

// builder makes one state.Table.
type builder struct {
	scope Scope
	in    Table
	plan  *Plan
	t     state.Table
	// parent is the table of the only LIKE, whose attributes are inherited.
	parent *state.Table
	// from[i] is column i's definition, nil if it came by LIKE.
	from []*Column
}

// systemColumns cannot be users' names although Redshift has no such columns.
var systemColumns = map[string]bool{"oid": true, "tableoid": true, "xmin": true, "cmin": true,
	"xmax": true, "cmax": true, "ctid": true}

func (b *builder) columns() error {
	like := b.in.Like
	for i := range b.in.Columns {
		for len(like) > 0 && like[0].Before <= i {
			if err := b.inherit(like[0]); err != nil {
				return err
			}
			like = like[1:]
		}
		if err := b.column(&b.in.Columns[i]); err != nil {
			return err
		}
	}
	for _, l := range like {
		if err := b.inherit(l); err != nil {
			return err
		}
	}
	switch n := len(b.t.Columns); {
	case n == 0:
		return sqlerr.New(sqlerr.InvalidTableDefinition, "table \"%s\" has no columns", b.t.Name)
	case n > maxColumns:
		return sqlerr.New(sqlerr.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	return nil
}

// column checks and adds one column.
func (b *builder) column(d *Column) error {
	c := state.Column{Name: b.plan.cut(d.Name), Type: d.Type, NotNull: d.NotNull, Default: d.Default, Identity: d.Identity}
	err := b.checkType(d, c.Name)
	if err != nil {
		return err
	}
	if (d.NotNull || d.PrimaryKey || d.Identity != nil) && d.Null {
		return sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"",
			c.Name, b.t.Name).At(d.Position)
	}
	if d.Identity != nil {
		if err := b.checkIdentity(d, c.Name); err != nil {
			return err
		}
		c.NotNull = true
	}
	if c.Type, err = b.collated(d); err != nil {
		return err
	}
	if err := block.CheckEncoding(d.Encoding, d.Type); err != nil {
		return sqlerr.From(err).At(d.Position)
	}
	c.Encoding = d.Encoding
	if c.Encoding == "none" {
		c.Encoding = "raw"
	}
	return b.append(c, d)
}

// collated is the type of a column with its collation: its own, or the database's.
func (b *builder) collated(d *Column) (types.Type, error) {
	fold, chosen := types.CollationOf(d.Collation)
	switch {
	case chosen && d.Type.Kind == types.Super:
		return d.Type, sqlerr.Unsupported("COLLATE of a SUPER").At(d.Position)
	case chosen && !d.Type.Collates():
		return d.Type, sqlerr.New(sqlerr.DatatypeMismatch, "collations are not supported by type %s",
			d.Type.Name()).At(d.Position)
	case !chosen:
		db := b.scope.Catalog.Database(b.scope.Database)
		fold = db != nil && db.CaseFold
	}
	return d.Type.Collated(fold), nil
}

func (b *builder) append(c state.Column, d *Column) error {
	position := 0
	if d != nil {
		position = d.Position
	}
	switch {
	case systemColumns[c.Name]:
		return sqlerr.New(sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name",
			c.Name).At(position)
	case b.t.Column(c.Name) >= 0:
		return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name).At(position)
	}
	b.t.Columns = append(b.t.Columns, c)
	b.from = append(b.from, d)
	return nil
}

// checkType refuses types that no table holds and sizes out of range.
func (b *builder) checkType(d *Column, name string) error {
	unsupported := d.TypeName
	if unsupported == "" && !d.Type.IsColumn() {
		unsupported = d.Type.String()
	}
	if err := d.Type.Check(); err != nil && d.Type.IsColumn() {
		return err.At(d.Position)
	}
	if unsupported != "" {
		return sqlerr.New(sqlerr.FeatureNotSupported, "Column \"%s.%s\" has unsupported type \"%s\".",
			b.t.Name, name, unsupported).At(d.Position)
	}
	return nil
}

func (b *builder) checkIdentity(d *Column, name string) error {
	switch {
	case d.Type.Kind != types.Int4 && d.Type.Kind != types.Int8:
		return sqlerr.New(sqlerr.InvalidTableDefinition,
			"identity column \"%s\" must be of type INT or BIGINT", name).At(d.Position)
	case d.Default != "":
		return sqlerr.New(sqlerr.SyntaxError, "both default and identity specified for column \"%s\" of table \"%s\"",
			name, b.t.Name).At(d.Position)
	case d.Identity.Step == 0:
		return sqlerr.New(sqlerr.InvalidParameterValue, "identity step of column \"%s\" must not be zero",
			name).At(d.Position)
	}
	return nil
}

// inherit adds the columns of a parent: types, NOT NULL, encodings, and the
// defaults if asked for. One parent alone also lends its distribution, sort key
// and BACKUP. Keys are never inherited.
func (b *builder) inherit(l Like) error {
	parent, err := b.scope.Existing(l.Table)
	if err != nil {
		return err
	}
	if parent.IsView() && parent.View.Late {
		return sqlerr.Unsupported("LIKE a view without schema binding").At(l.Table.Position)
	}
	if len(b.in.Like) == 1 && !parent.IsView() {
		b.parent = parent
		b.t.Backup = b.t.Backup && parent.Backup
	}
	for _, c := range parent.Columns {
		c.ID, c.Initial = 0, nil // another column, as old as its table
		if !l.Defaults {
			c.Default, c.Identity = "", nil
		}
		if err := b.append(c, nil); err != nil {
			return err
		}
	}
	b.plan.Command.Pre = append(b.plan.Command.Pre, state.Precondition{Table: parent.ID, Def: parent.Def})
	return nil
}

// named finds a column that a clause names.
func (b *builder) named(id Ident, clause string) (int, error) {
	n := b.t.Column(cutQuietly(id.Name))
	if n < 0 {
		return 0, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in %s does not exist", id.Name,
			clause).At(id.Position).
			WithHint("%s", b.t.NearColumn(id.Name))
	}
	return n, nil
}

// cutQuietly shortens a name that has had its notice where it was defined.
func cutQuietly(name string) string { return (&Plan{}).cut(name) }

// namedAll finds columns that must differ.
func (b *builder) namedAll(ids []Ident, clause string) ([]int, error) {
	out := make([]int, len(ids))
	for i, id := range ids {
		n, err := b.named(id, clause)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out[:i], n) {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" appears twice in %s", id.Name, clause).At(id.Position)
		}
		out[i] = n
	}
	return out, nil
}
