package relations

import (
	"context"
	"slices"
	"strings"

	"slipher/catalog/state"
)

// svvAll are the views drivers use for metadata of all databases.
func svvAll() []entry {
	const columnColumns = `database_name, schema_name, table_name, column_name varchar(128), ordinal_position int4`
	return []entry{
		{name: "svv_redshift_databases", view: true, rows: redshiftDatabases,
			columns: `database_name varchar(128), database_owner int4, database_type varchar(32), database_acl varchar(128)?,
				database_options varchar(128)?, database_isolation_level varchar(128)`,
			doc: "Databases."},
		{name: "svv_all_schemas", view: true, rows: allSchemas,
			columns: `database_name, schema_name varchar(128), schema_owner int4, schema_type varchar(128), schema_acl varchar(128)?,
				source_database varchar(128)?, schema_option varchar(128)?`,
			doc: "Schemas of all databases."},
		{name: "svv_redshift_schemas", view: true, rows: redshiftSchemas,
			columns: `database_name, schema_name varchar(128), schema_owner int4, schema_type varchar(16), schema_acl varchar(128)?, schema_option varchar(128)?`,
			doc:     "Schemas of all databases."},
		{name: "svv_all_tables", view: true, rows: allTables,
			columns: `database_name, schema_name, table_name varchar(128), table_type varchar(16), table_acl varchar(128)?, remarks varchar(128)?`,
			doc:     "Tables and views of all databases and the catalog's own."},
		{name: "svv_redshift_tables", view: true, rows: redshiftTables,
			columns: `database_name, schema_name, table_name varchar(128), table_type varchar(16), table_acl varchar(128)?, remarks varchar(128)?,
				table_owner varchar(128)`,
			doc: "Users' tables and views of all databases."},
		{name: "svv_all_columns", view: true, rows: allColumns,
			columns: columnColumns + `, column_default varchar(4000)?, is_nullable varchar(3), data_type varchar(128), character_maximum_length,
				numeric_precision, numeric_scale int4?, remarks varchar(256)?`,
			doc: "Columns of users' tables and views of all databases."},
		{name: "svv_redshift_columns", view: true, rows: redshiftColumns,
			columns: columnColumns + `, data_type varchar(32), column_default varchar(4000)?, is_nullable varchar(3), encoding varchar(128),
				distkey bool, sortkey int4, column_acl varchar(128)?, remarks varchar(256)?`,
			doc: "Columns of users' tables and views of all databases, with encodings and keys."},
		{name: "svv_redshift_functions", view: true, rows: redshiftFunctions,
			columns: `database_name, schema_name, function_name, function_type varchar(128), argument_type, result_type varchar(512)`,
			doc:     "Users' functions of all databases."},
	}
}

// open are the databases users work in.
func (e *Env) open() []*state.Database {
	return slices.DeleteFunc(e.Catalog.Databases(), func(d *state.Database) bool { return d.System || d.Template })
}

func redshiftDatabases(_ context.Context, env *Env, b *builder) error {
	names := map[string]string{"snapshot": "Snapshot Isolation", "serializable": "Serializable"}
	for _, d := range env.open() {
		b.add(d.Name, env.userID(d.Owner), "local", nil, nil, names[d.Isolation])
	}
	return nil
}

func allSchemas(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, s := range env.Catalog.Schemas(d.Name) {
			b.add(d.Name, s.Name, env.userID(s.Owner), "local", nil, nil, nil)
		}
	}
	return nil
}

func redshiftSchemas(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, s := range env.Catalog.Schemas(d.Name) {
			b.add(d.Name, s.Name, env.userID(s.Owner), "local", nil, nil)
		}
	}
	return nil
}

func allTables(_ context.Context, env *Env, b *builder) error {
	kinds := map[bool]string{true: "VIEW", false: "TABLE"}
	for _, r := range registry.all {
		b.add(env.Database, r.Schema, r.Name, "SYSTEM "+kinds[r.View], nil, nil)
	}
	for _, d := range env.open() {
		for _, t := range env.Catalog.Tables(d.Name) {
			b.add(d.Name, t.Schema, t.Name, strings.ToUpper(t.Noun()), nil, null(t.Comments.Of(0)))
		}
	}
	return nil
}

func redshiftTables(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, t := range env.Catalog.Tables(d.Name) {
			b.add(d.Name, t.Schema, t.Name, strings.ToUpper(t.Noun()), nil, null(t.Comments.Of(0)), t.Owner)
		}
	}
	return nil
}

func allColumns(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, t := range env.Catalog.Tables(d.Name) {
			for i, c := range t.Columns {
				f := typeFacts(c.Type)
				b.add(d.Name, t.Schema, t.Name, c.Name, i+1, null(env.defaultText(t, i)), yesNo(!c.NotNull), c.Type.Name(), f[0],
					f[2], f[4],
					null(t.Comments.Of(c.ID)))
			}
		}
	}
	return nil
}

func redshiftColumns(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, t := range env.Catalog.Tables(d.Name) {
			for i, c := range t.Columns {
				b.add(d.Name, t.Schema, t.Name, c.Name, i+1, c.Type.String(), null(env.defaultText(t, i)), yesNo(!c.NotNull),
					shownEncoding(t, i), i == t.DistPlace(), sortOrdinal(t, i), nil, null(t.Comments.Of(c.ID)))
			}
		}
	}
	return nil
}
