package ddl

import (
	"slices"
	"strconv"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// constraints collects the keys, those of columns first. They are kept for the
// planner and for tools; only NOT NULL is enforced.
func (b *builder) constraints() error {
	for i, d := range b.from {
		if d == nil {
			continue
		}
		id := []Ident{{Name: b.t.Columns[i].Name, Position: d.Position}}
		var own []Constraint
		if d.PrimaryKey {
			own = append(own, Constraint{Kind: "p", Columns: id, Position: d.Position})
		}
		if d.Unique {
			own = append(own, Constraint{Kind: "u", Columns: id, Position: d.Position})
		}
		if d.References != nil {
			own = append(own, Constraint{Kind: "f", Columns: id, Ref: d.References, Position: d.Position})
		}
		for _, c := range own {
			if err := b.constraint(c); err != nil {
				return err
			}
		}
	}
	for _, c := range b.in.Constraints {
		if err := b.constraint(c); err != nil {
			return err
		}
	}
	// A key may reference this very table, so foreign keys come when all else stands.
	for i := range b.t.Constraints {
		if k := &b.t.Constraints[i]; k.Kind == "f" {
			if err := b.reference(k); err != nil {
				return err
			}
		}
	}
	return nil
}

var constraintWords = map[string]string{"p": "primary key constraint", "u": "unique constraint",
	"f": "foreign key constraint"}

func (b *builder) constraint(c Constraint) error {
	for _, id := range c.Columns {
		if _, err := b.named(id, "key"); err != nil {
			return err
		}
	}
	columns, err := b.namedAll(c.Columns, constraintWords[c.Kind])
	if err != nil {
		return err
	}
	k := state.Constraint{Name: b.plan.cut(c.Name), Kind: c.Kind, Columns: state.FirstKey(columns...)}
	switch c.Kind {
	case "p":
		if b.t.PrimaryKey() != nil {
			return sqlerr.New(sqlerr.InvalidTableDefinition,
				"multiple primary keys for table \"%s\" are not allowed", b.t.Name).At(c.Position)
		}
		for _, n := range columns {
			if d := b.from[n]; d != nil && d.Null {
				return sqlerr.New(sqlerr.SyntaxError,
					"conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"",
					b.t.Columns[n].Name, b.t.Name).At(d.Position)
			}
			b.t.Columns[n].NotNull = true
		}
	case "f":
		if err := b.scope.local(c.Ref.Table); err != nil {
			return err
		}
		k.RefSchema, k.RefTable, k.RefColumns = c.Ref.Table.Schema, c.Ref.Table.Name, slices.Clone(c.Ref.Columns)
	}
	if k.Name == "" {
		k.Name = b.constraintName(k)
	} else if b.hasConstraint(k.Name) {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists",
			k.Name, b.t.Name).At(c.Position)
	}
	b.t.Constraints = append(b.t.Constraints, k)
	return nil
}

func (b *builder) hasConstraint(name string) bool {
	return slices.ContainsFunc(b.t.Constraints, func(k state.Constraint) bool { return k.Name == name })
}

// constraintName makes PostgreSQL's names: t_pkey, t_a_b_key, t_a_fkey, a
// number behind those that are taken.
func (b *builder) constraintName(k state.Constraint) string {
	base := b.t.Name
	if k.Kind != "p" {
		for _, n := range b.t.Places(k.Columns) {
			base += "_" + b.t.Columns[n].Name
		}
	}
	suffix := map[string]string{"p": "_pkey", "u": "_key", "f": "_fkey"}[k.Kind]
	for i := 0; ; i++ {
		end := suffix
		if i > 0 {
			end += strconv.Itoa(i)
		}
		name := base
		if len(name)+len(end) > state.MaxNameBytes {
			name = cutBytes(name, state.MaxNameBytes-len(end))
		}
		if !b.hasConstraint(name + end) {
			return name + end
		}
	}
}

// reference checks a foreign key against the table it names.
func (b *builder) reference(k *state.Constraint) error {
	target := &b.t
	self := k.RefTable == b.t.Name && (k.RefSchema == "" || k.RefSchema == b.t.Schema)
	if !self {
		n := Name{Schema: k.RefSchema, Name: k.RefTable}
		if target = b.scope.find(n); target != nil && target.IsView() {
			return sqlerr.New(sqlerr.WrongObjectType, "referenced relation \"%s\" is not a table", n.Name).At(n.Position)
		}
		if target == nil {
			return state.ErrNoTable(n.String()).WithHint("%s", b.scope.near(n))
		}
		if b.scope.TempSchema != "" && target.Schema == b.scope.TempSchema && b.t.Schema != target.Schema {
			return sqlerr.New(sqlerr.InvalidTableDefinition,
				"constraints on permanent tables may reference only permanent tables")
		}
		b.plan.Command.Pre = append(b.plan.Command.Pre, state.Precondition{Table: target.ID, Def: target.Def})
	}
	k.RefSchema = target.Schema
	if len(k.RefColumns) == 0 {
		pk := target.PrimaryKey()
		if pk == nil {
			return sqlerr.New(sqlerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", target.Name)
		}
		for _, n := range target.Places(pk) {
			k.RefColumns = append(k.RefColumns, target.Columns[n].Name)
		}
	}
	if len(k.RefColumns) != len(k.Columns) {
		return sqlerr.New(sqlerr.InvalidForeignKey,
			"number of referencing and referenced columns for foreign key disagree")
	}
	referenced, own := make([]int, len(k.RefColumns)), b.t.Places(k.Columns)
	for i, name := range k.RefColumns {
		if referenced[i] = target.Column(name); referenced[i] < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn,
				"column \"%s\" referenced in foreign key constraint does not exist", name)
		}
		if from, to := b.t.Columns[own[i]].Type, target.Columns[referenced[i]].Type; !types.Comparable(from, to) {
			return sqlerr.New(sqlerr.DatatypeMismatch, "foreign key constraint \"%s\" cannot be implemented", k.Name).
				WithDetail("Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.",
					b.t.Columns[own[i]].Name, name, from, to)
		}
	}
	if !slices.ContainsFunc(target.Constraints, func(c state.Constraint) bool {
		return c.Kind != "f" && sameColumns(target.Places(c.Columns), referenced)
	}) {
		return sqlerr.New(sqlerr.InvalidForeignKey,
			"there is no unique constraint matching given keys for referenced table \"%s\"", target.Name)
	}
	return nil
}

// sameColumns compares sets of distinct column numbers.
func sameColumns(a, b []int) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(n int) bool { return !slices.Contains(b, n) })
}
