package relations

import (
	"context"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// utf8Encoding is PostgreSQL's number of UTF8.
const utf8Encoding = 6

// pgCluster are the relations about databases, users, settings and sessions.
func pgCluster() []entry {
	return []entry{
		{name: "pg_database", rows: pgDatabase,
			columns: `oid oid, datname name, datdba int4, encoding int4, datcollate, datctype name, datistemplate, datallowconn bool,
				datconnlimit int4, datlastsysoid oid, datvacuumxid, datfrozenxid int8, dattablespace oid, datconfig text[]?, datacl text[]?`,
			doc: "Databases of the cluster."},
		{name: "pg_database_info", view: true, rows: pgDatabaseInfo,
			columns: `datid oid, datname name, datdba int4, encoding int4, datistemplate, datallowconn bool, datconnlimit text, datconfig text[]?`,
			doc:     "Databases with their isolation level."},
		{name: "stv_db_isolation_level", view: true, rows: dbIsolation,
			columns: `db_name name, isolation_level varchar(64)`, doc: "Databases' isolation levels."},
		{name: "pg_namespace", rows: pgNamespace, columns: `oid oid, nspname name, nspowner int4, nspacl text[]?`,
			doc: "Schemas of the current database."},
		{name: "pg_user", view: true, rows: pgUser,
			columns: `usename name, usesysid int4, usecreatedb, usesuper, usecatupd bool, passwd varchar(64)?, valuntil timestamp?, useconfig text[]?`,
			doc:     "Users."},
		{name: "pg_shadow", rows: pgUser,
			columns: `usename name, usesysid int4, usecreatedb, usesuper, usecatupd bool, passwd varchar(64)?, valuntil timestamp?, useconfig text[]?`,
			doc:     "Users; passwords do not exist yet."},
		{name: "pg_user_info", view: true, rows: pgUserInfo,
			columns: `usename name, usesysid int4, usecreatedb, usesuper, usecatupd bool, passwd varchar(64)?, valuntil timestamp?,
				useconfig text[]?, useconnlimit text, sessiontimeout int4`,
			doc: "Users with their connection limits."},
		{name: "svv_user_info", view: true, rows: svvUserInfo,
			columns: `user_name varchar(128), user_id int4, createdb, superuser, catalog_update bool, connection_limit varchar(64),
				syslog_access varchar(64), last_ddl_timestamp timestamp?, session_timeout int4, external_user_id varchar(128)?`,
			doc: "Users with their attributes."},
		{name: "pg_roles", view: true, rows: pgRoles,
			columns: `oid oid, rolname name, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcatupdate, rolcanlogin, rolreplication,
				rolbypassrls bool, rolconnlimit int4, rolpassword text?, rolvaliduntil timestamp?, rolconfig text[]?`,
			doc: "Users, in the form newer tools ask for."},
		{name: "pg_group", columns: `groname name, grosysid int4, grolist int4[]?`, doc: "Groups: there are none yet."},
		{name: "pg_auth_members", columns: `roleid, member, grantor oid, admin_option bool`, doc: "Memberships: there are none yet."},
		{name: "pg_settings", view: true, rows: pgSettings,
			columns: `name, setting text, unit text?, category, short_desc text, context, vartype, source text, min_val, max_val, boot_val,
				reset_val text?`,
			doc: "Session parameters with their values in this session."},
		{name: "pg_stat_activity", view: true, rows: pgStatActivity,
			columns: `datid oid, datname name, procpid int4, pid int4, usesysid int4, usename name, application_name text, client_addr text?,
				current_query text, query text, state text, waiting bool, query_start timestamp?, backend_start timestamp`,
			doc: "Connected clients and what they run."},
		{name: "pg_timezone_names", view: true, rows: pgTimezoneNames,
			columns: `name, abbrev text, utc_offset interval, is_dst bool`, doc: "Time zones as they are now."},
		{name: "pg_timezone_abbrevs", view: true, rows: pgTimezoneAbbrevs,
			columns: `abbrev text, utc_offset interval, is_dst bool`, doc: "Abbreviations of time zones."},
		{name: "pg_am", rows: func(_ context.Context, _ *Env, b *builder) error {
			b.add(btree, "btree", 0, "i")
			return nil
		}, columns: `oid oid, amname name, amhandler oid, amtype char(1)`, doc: "The access method that declared keys claim."},
		{name: "pg_language", rows: func(_ context.Context, _ *Env, b *builder) error {
			b.add(12, "internal", false, false)
			b.add(14, "sql", false, true)
			return nil
		}, columns: `oid oid, lanname name, lanispl, lanpltrusted bool`, doc: "Languages of functions."},
		{name: "pg_tablespace", rows: func(_ context.Context, _ *Env, b *builder) error {
			b.add(1663, "pg_default", 1, nil, nil)
			b.add(1664, "pg_global", 1, nil, nil)
			return nil
		}, columns: `oid oid, spcname name, spcowner int4, spcacl text[]?, spcoptions text[]?`, doc: "PostgreSQL's two; data is in managed storage."},
		{name: "pg_collation", rows: func(_ context.Context, env *Env, b *builder) error {
			b.add(defaultCollation, "default", env.schemaID(catalogSchema), 1, -1, "", "")
			b.add(950, "C", env.schemaID(catalogSchema), 1, -1, "C", "C")
			b.add(foldedCollation, types.CaseInsensitive, env.schemaID(catalogSchema), 1, utf8Encoding, types.CaseInsensitive,
				types.CaseInsensitive)
			return nil
		}, columns: `oid oid, collname name, collnamespace oid, collowner int4, collencoding int4, collcollate, collctype name`,
			doc: "The bytewise order, by its two names, and that of any case."},
	}
}

func allowsConnections(d *state.Database) bool { return !d.System }

func pgDatabase(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.Catalog.Databases() {
		collate := "C"
		if d.CaseFold {
			collate = types.CaseInsensitive
		}
		b.add(d.ID, d.Name, env.userID(d.Owner), utf8Encoding, collate, "C", d.Template, allowsConnections(d), d.ConnLimit,
			state.FirstUserOID-1,
			int64(0), int64(0), 1663, nil, nil)
	}
	return nil
}

// concurrencyModels are Redshift's numbers in pg_database_info.datconfig.
var concurrencyModels = map[string]string{"snapshot": "{concurrency_model=1}", "serializable": "{concurrency_model=2}"}

func connLimit(d *state.Database) any {
	if d.ConnLimit < 0 {
		return "UNLIMITED"
	}
	return array([]int{d.ConnLimit})
}

func pgDatabaseInfo(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.Catalog.Databases() {
		b.add(d.ID, d.Name, env.userID(d.Owner), utf8Encoding, d.Template, allowsConnections(d), connLimit(d),
			null(concurrencyModels[d.Isolation]))
	}
	return nil
}

func dbIsolation(_ context.Context, env *Env, b *builder) error {
	names := map[string]string{"snapshot": "Snapshot Isolation", "serializable": "Serializable"}
	for _, d := range env.Catalog.Databases() {
		if !d.System && !d.Template {
			b.add(d.Name, names[d.Isolation])
		}
	}
	return nil
}

func pgNamespace(_ context.Context, env *Env, b *builder) error {
	for _, s := range env.Catalog.Schemas(env.Database) {
		b.add(s.ID, s.Name, env.userID(s.Owner), nil)
	}
	return nil
}

func pgUser(_ context.Context, env *Env, b *builder) error {
	for _, u := range env.Catalog.Users() {
		b.add(u.Name, u.ID, u.CreateDB, u.Superuser, false, "********", nil, nil)
	}
	return nil
}

func pgUserInfo(_ context.Context, env *Env, b *builder) error {
	for _, u := range env.Catalog.Users() {
		b.add(u.Name, u.ID, u.CreateDB, u.Superuser, false, "********", nil, nil, "UNLIMITED", 0)
	}
	return nil
}

func svvUserInfo(_ context.Context, env *Env, b *builder) error {
	for _, u := range env.Catalog.Users() {
		b.add(u.Name, u.ID, u.CreateDB, u.Superuser, false, "UNLIMITED", "UNRESTRICTED", nil, 0, nil)
	}
	return nil
}

func pgRoles(_ context.Context, env *Env, b *builder) error {
	for _, u := range env.Catalog.Users() {
		b.add(u.ID, u.Name, u.Superuser, true, u.Superuser, u.CreateDB, false, u.Name != state.SystemUser, false, u.Superuser,
			-1,
			"********", nil, nil)
	}
	return nil
}

func pgSettings(_ context.Context, env *Env, b *builder) error {
	for _, s := range all(env.Settings) {
		b.add(s.Name, s.Value, nil, "Session", s.Description, "user", "string", "session", nil, nil, nil, nil)
	}
	return nil
}

func pgStatActivity(_ context.Context, env *Env, b *builder) error {
	for _, s := range all(env.Sessions) {
		database := state.DatabaseID(0)
		if d := env.Catalog.Database(s.Database); d != nil {
			database = d.ID
		}
		query, is := "<IDLE>", "idle"
		if s.Query != "" {
			query, is = s.Query, "active"
		}
		b.add(database, s.Database, s.PID, s.PID, env.userID(s.User), s.User, s.Application, null(s.Remote), query, query, is,
			false,
			null(s.QueryStartMicros), s.StartMicros)
	}
	return nil
}
