package relations

import (
	"context"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// columnsOfColumns is information_schema.columns' layout, svv_columns' too.
const columnsOfColumns = `table_catalog, table_schema, table_name, column_name name, ordinal_position int4, column_default text?,
	is_nullable varchar(3), data_type varchar(256), character_maximum_length, character_octet_length, numeric_precision,
	numeric_precision_radix, numeric_scale, datetime_precision int4?`

// infoTables are information_schema's relations about tables and columns.
func infoTables() []entry {
	return []entry{
		{name: "information_schema.schemata", rows: infoSchemata,
			columns: `catalog_name, schema_name, schema_owner name, default_character_set_catalog, default_character_set_schema,
				default_character_set_name name?, sql_path text?`,
			doc: "Schemas of the current database."},
		{name: "information_schema.tables", rows: infoTableRows,
			columns: `table_catalog, table_schema, table_name name, table_type varchar(16), self_referencing_column_name,
				reference_generation, user_defined_type_catalog, user_defined_type_schema, user_defined_type_name name?,
				is_insertable_into, is_typed varchar(3), commit_action varchar(16)?`,
			doc: "Tables, views and catalog relations of the current database."},
		{name: "information_schema.columns", rows: infoColumnRows,
			columns: columnsOfColumns + `, interval_type, interval_precision, character_set_catalog, character_set_schema,
				character_set_name, collation_catalog, collation_schema, collation_name, domain_catalog, domain_schema, domain_name name?,
				udt_catalog, udt_schema, udt_name name, scope_catalog, scope_schema, scope_name name?, maximum_cardinality int4?,
				dtd_identifier name, is_self_referencing, is_identity varchar(3), is_generated varchar(8), is_updatable varchar(3)`,
			doc: "Columns of everything in information_schema.tables."},
		{name: "information_schema.views",
			columns: `table_catalog, table_schema, table_name name, view_definition text?, check_option varchar(8), is_updatable,
				is_insertable_into varchar(3)`,
			rows: infoViews, doc: "Users' views and their queries as they were written."},
		{name: "information_schema.table_privileges", rows: infoPrivileges,
			columns: `grantor, grantee, table_catalog, table_schema, table_name name, privilege_type varchar(16), is_grantable, with_hierarchy varchar(3)`,
			doc:     "What owners may do with their tables."},
		{name: "information_schema.column_privileges",
			columns: `grantor, grantee, table_catalog, table_schema, table_name, column_name name, privilege_type varchar(16), is_grantable varchar(3)`,
			doc:     "Privileges on single columns: there are none yet."},
		{name: "information_schema.applicable_roles", columns: `grantee, role_name name, is_grantable varchar(3)`,
			doc: "Roles: there are none yet."},
		{name: "information_schema.enabled_roles", rows: func(_ context.Context, env *Env, b *builder) error {
			b.add(env.User)
			return nil
		}, columns: `role_name name`, doc: "The current user."},
		{name: "information_schema.routines", rows: routines, columns: `specific_catalog, specific_schema, specific_name, routine_catalog, routine_schema, routine_name name,
				routine_type varchar(16), data_type varchar(256)?, routine_definition text?`,
			doc: "Users' functions."},
		{name: "information_schema.parameters", rows: parameters, columns: `specific_catalog, specific_schema, specific_name name, ordinal_position int4,
				parameter_mode varchar(8), parameter_name name?, data_type varchar(256)`,
			doc: "Their parameters."},
		{name: "information_schema.sequences", columns: `sequence_catalog, sequence_schema, sequence_name name`, doc: "Sequences do not exist."},
		{name: "information_schema.triggers", columns: `trigger_catalog, trigger_schema, trigger_name, event_object_schema, event_object_table name`,
			doc: "Triggers do not exist."},
		{name: "information_schema.information_schema_catalog_name",
			rows: func(_ context.Context, env *Env, b *builder) error {
				b.add(env.Database)
				return nil
			}, columns: `catalog_name name`, doc: "The current database."},
		{name: "information_schema.sql_implementation_info", rows: implementationInfo,
			columns: `implementation_info_id, implementation_info_name text, integer_value int4?, character_value text?, comments text?`,
			doc:     "What the SQL standard lets a server say of itself."},
		{name: "information_schema.character_sets", rows: func(_ context.Context, env *Env, b *builder) error {
			b.add(nil, nil, "UTF8", "UCS", "UTF8", env.Database, catalogSchema, "default")
			return nil
		}, columns: `character_set_catalog, character_set_schema name?, character_set_name, character_repertoire, form_of_use name,
				default_collate_catalog, default_collate_schema, default_collate_name name`,
			doc: "UTF8."},
	}
}

func infoSchemata(_ context.Context, env *Env, b *builder) error {
	for _, s := range env.Catalog.Schemas(env.Database) {
		b.add(env.Database, s.Name, s.Owner, nil, nil, nil, nil)
	}
	return nil
}

// tableType is a catalog relation's table_type.
func tableType(r *Relation) string {
	if r.View {
		return "VIEW"
	}
	return "BASE TABLE"
}

// typeOf is the table_type of a table or view.
func typeOf(t *state.Table) string {
	if t.IsView() {
		return "VIEW"
	}
	return "BASE TABLE"
}

func infoTableRows(_ context.Context, env *Env, b *builder) error {
	row := func(schema, name, kind string, insertable bool) {
		b.add(env.Database, schema, name, kind, nil, nil, nil, nil, nil, yesNo(insertable), "NO", nil)
	}
	for _, r := range registry.all {
		row(r.Schema, r.Name, tableType(r), false)
	}
	for _, t := range env.tables() {
		row(t.Schema, t.Name, typeOf(t), !t.IsView())
	}
	return nil
}

// typeFacts are character_maximum_length … datetime_precision of a type.
func typeFacts(t types.Type) []any {
	f := t.Facts()
	var scale any
	if f.Exact {
		scale = f.Scale
	}
	return []any{null(f.Length), null(f.Length), null(f.Precision), null(f.Radix), scale, null(f.Fraction)}
}

// eachColumn calls f with columnsOfColumns' values for each column of the
// current database. in and c are nil for those of catalog relations.
func eachColumn(env *Env, f func(values []any, t types.Type, in *state.Table, c *state.Column)) {
	for _, r := range registry.all {
		for i, c := range r.Columns {
			f(append([]any{env.Database, r.Schema, r.Name, c.Name, i + 1, nil, yesNo(c.Nullable), c.Type.Name()},
				typeFacts(c.Type)...), c.Type, nil, nil)
		}
	}
	for _, t := range env.tables() {
		for i := range t.Columns {
			c := &t.Columns[i]
			f(append([]any{env.Database, t.Schema, t.Name, c.Name, i + 1, null(env.defaultText(t, i)), yesNo(!c.NotNull),
				c.Type.Name()},
				typeFacts(c.Type)...), c.Type, t, c)
		}
	}
}

func infoColumnRows(_ context.Context, env *Env, b *builder) error {
	eachColumn(env, func(values []any, t types.Type, in *state.Table, c *state.Column) {
		identity := c != nil && c.Identity != nil
		values = append(append(values, collationColumns(t)...), nil, nil, nil)
		b.add(append(values, env.Database, catalogSchema, t.TypName(), nil, nil, nil, nil, "", "NO", yesNo(identity), "NEVER",
			yesNo(c != nil && !in.IsView()))...)
	})
	return nil
}

// collationColumns are a column's from interval_type to collation_name: what is said of the collation is its name,
// unless it is that of bytes, and nothing of the others.
func collationColumns(t types.Type) []any {
	out := make([]any, 8)
	if t.Fold {
		out[7] = types.CollationName(true)
	}
	return out
}

func infoPrivileges(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		for _, p := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES"} {
			b.add(t.Owner, t.Owner, env.Database, t.Schema, t.Name, p, "YES", "NO")
		}
	}
	return nil
}

func implementationInfo(_ context.Context, _ *Env, b *builder) error {
	b.add("10003", "CATALOG NAME", nil, "Y", nil)
	b.add("13", "SERVER NAME", nil, "", nil)
	b.add("17", "DBMS NAME", nil, "Slipher", nil)
	b.add("18", "DBMS VERSION", nil, "08.00.0002", nil)
	b.add("23", "CURSOR COMMIT BEHAVIOR", 1, nil, "close cursors and retain prepared statements")
	b.add("26", "DEFAULT TRANSACTION ISOLATION", 8, nil, "SNAPSHOT or SERIALIZABLE; by database")
	b.add("28", "IDENTIFIER CASE", 3, nil, "stored in mixed case - case sensitive")
	b.add("46", "TRANSACTION CAPABLE", 2, nil, "both DML and DDL")
	b.add("85", "NULL COLLATION", 0, nil, "nulls higher than non-nulls")
	return nil
}
