package relations

import (
	"context"
	"slices"

	"slipher/catalog/state"
)

// infoKeys are information_schema's relations about constraints.
func infoKeys() []entry {
	return []entry{
		{name: "information_schema.table_constraints", rows: infoConstraints,
			columns: `constraint_catalog, constraint_schema, constraint_name, table_catalog, table_schema, table_name name,
				constraint_type varchar(16), is_deferrable, initially_deferred, enforced varchar(3)`,
			doc: "Primary, unique and foreign keys: declared, not enforced."},
		{name: "information_schema.key_column_usage", rows: infoKeyColumns,
			columns: `constraint_catalog, constraint_schema, constraint_name, table_catalog, table_schema, table_name, column_name name,
				ordinal_position int4, position_in_unique_constraint int4?`,
			doc: "Columns of keys."},
		{name: "information_schema.constraint_column_usage", rows: infoConstraintColumns,
			columns: `table_catalog, table_schema, table_name, column_name, constraint_catalog, constraint_schema, constraint_name name`,
			doc:     "Columns that keys are about: a foreign key's are those it references."},
		{name: "information_schema.referential_constraints", rows: infoReferential,
			columns: `constraint_catalog, constraint_schema, constraint_name name, unique_constraint_catalog, unique_constraint_schema,
				unique_constraint_name name?, match_option, update_rule, delete_rule varchar(16)`,
			doc: "Foreign keys and the keys they reference."},
		{name: "information_schema.check_constraints",
			columns: `constraint_catalog, constraint_schema, constraint_name name, check_clause text`, doc: "CHECK does not exist."},
	}
}

// constraintTypes are constraint_type of each Constraint.Kind.
var constraintTypes = map[string]string{"p": "PRIMARY KEY", "u": "UNIQUE", "f": "FOREIGN KEY"}

// eachKey calls f for every constraint of the current database.
func eachKey(env *Env, f func(t *state.Table, k *state.Constraint)) {
	for _, t := range env.tables() {
		for i := range t.Constraints {
			f(t, &t.Constraints[i])
		}
	}
}

func infoConstraints(_ context.Context, env *Env, b *builder) error {
	eachKey(env, func(t *state.Table, k *state.Constraint) {
		b.add(env.Database, t.Schema, k.Name, env.Database, t.Schema, t.Name, constraintTypes[k.Kind], "NO", "NO", "NO")
	})
	return nil
}

func infoKeyColumns(_ context.Context, env *Env, b *builder) error {
	eachKey(env, func(t *state.Table, k *state.Constraint) {
		for i, c := range t.Places(k.Columns) {
			var unique any
			if k.Kind == "f" {
				unique = i + 1
			}
			b.add(env.Database, t.Schema, k.Name, env.Database, t.Schema, t.Name, t.Columns[c].Name, i+1, unique)
		}
	})
	return nil
}

func infoConstraintColumns(_ context.Context, env *Env, b *builder) error {
	eachKey(env, func(t *state.Table, k *state.Constraint) {
		schema, table, names := t.Schema, t.Name, columnNames(t, t.Places(k.Columns))
		if k.Kind == "f" {
			schema, table, names = k.RefSchema, k.RefTable, k.RefColumns
		}
		for _, n := range names {
			b.add(env.Database, schema, table, n, env.Database, t.Schema, k.Name)
		}
	})
	return nil
}

func infoReferential(_ context.Context, env *Env, b *builder) error {
	eachKey(env, func(t *state.Table, k *state.Constraint) {
		if k.Kind != "f" {
			return
		}
		var schema, name any
		if target, columns := referenced(env, t, k); target != nil {
			for _, other := range target.Constraints {
				if other.Kind != "f" && slices.Equal(target.Places(other.Columns), columns) {
					schema, name = target.Schema, other.Name
				}
			}
		}
		b.add(env.Database, t.Schema, k.Name, env.Database, schema, name, "NONE", "NO ACTION", "NO ACTION")
	})
	return nil
}
