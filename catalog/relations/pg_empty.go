package relations

// pgEmpty are relations that tools look into and that have nothing to show. Their columns are the ones tools read.
func pgEmpty() []entry {
	const nothing = "Present for tools; nothing of the kind exists here."
	var out []entry
	for _, e := range []struct{ name, columns string }{
		{"pg_depend", `classid, objid oid, objsubid int4, refclassid, refobjid oid, refobjsubid int4, deptype char(1)`},
		{"pg_shdepend", `dbid, classid, objid, refclassid, refobjid oid, deptype char(1)`},
		{"pg_rewrite", `oid oid, rulename name, ev_class oid, ev_attr int2, ev_type char(1), ev_enabled char(1), is_instead bool, ev_qual, ev_action text`},
		{"pg_rules", `schemaname, tablename, rulename name, definition text`},
		{"pg_operator", `oid oid, oprname name, oprnamespace oid, oprowner int4, oprkind char(1), oprcanhash bool, oprleft, oprright, oprresult, oprcom, oprnegate, oprcode oid`},
		{"pg_opclass", `oid oid, opcname name, opcnamespace oid, opcowner int4, opcdefault bool, opcintype oid`},
		{"pg_aggregate", `aggfnoid oid, aggtransfn name, aggfinalfn name, aggtranstype oid, agginitval text?`},
		{"pg_cast", `oid oid, castsource, casttarget, castfunc oid, castcontext char(1)`},
		{"pg_conversion", `oid oid, conname name, connamespace oid, conowner int4, conforencoding, contoencoding int4`},
		{"pg_trigger", `oid oid, tgrelid oid, tgname name, tgfoid oid, tgtype int2, tgenabled char(1), tgisinternal bool, tgconstraint oid, tgnargs int2`},
		{"pg_inherits", `inhrelid, inhparent oid, inhseqno int4, inhdetachpending bool`},
		{"pg_statistic", `starelid oid, staattnum int2, stanullfrac float4, stawidth int4, stadistinct float4`},
		{"pg_statistic_ext", `oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner int4, stxkeys int2vector, stxkind text[]`},
		{"pg_statistic_indicator", `stairelid oid, stairows, staiins, staidels float4`},
		{"pg_default_acl", `oid oid, defacluser int4, defaclnamespace oid, defaclobjtype char(1), defaclacl text[]?`},
		{"pg_enum", `oid oid, enumtypid oid, enumsortorder float4, enumlabel name`},
		{"pg_range", `rngtypid, rngsubtype, rngcollation, rngsubopc oid`},
		{"pg_extension", `oid oid, extname name, extowner int4, extnamespace oid, extrelocatable bool, extversion text`},
		{"pg_available_extensions", `name name, default_version, installed_version, comment text?`},
		{"pg_sequence", `seqrelid, seqtypid oid, seqstart, seqincrement, seqmax, seqmin, seqcache int8, seqcycle bool`},
		{"pg_sequences", `schemaname, sequencename, sequenceowner name`},
		{"pg_matviews", `schemaname, matviewname, matviewowner name, ispopulated bool, definition text`},
		{"pg_policy", `oid oid, polname name, polrelid oid, polcmd char(1), polpermissive bool, polroles oid[]?, polqual text?, polwithcheck text?`},
		{"pg_policies", `schemaname, tablename, policyname name, permissive text, roles name[]?, cmd text, qual text?, with_check text?`},
		{"pg_event_trigger", `oid oid, evtname name, evtevent name, evtowner int4, evtfoid oid, evtenabled char(1)`},
		{"pg_foreign_data_wrapper", `oid oid, fdwname name, fdwowner int4, fdwoptions text[]?`},
		{"pg_foreign_server", `oid oid, srvname name, srvowner int4, srvfdw oid, srvoptions text[]?`},
		{"pg_foreign_table", `ftrelid, ftserver oid, ftoptions text[]?`},
		{"pg_partitioned_table", `partrelid oid, partstrat char(1), partnatts int2`},
		{"pg_publication", `oid oid, pubname name, pubowner int4, puballtables bool`},
		{"pg_publication_rel", `oid oid, prpubid, prrelid oid`},
		{"pg_subscription", `oid oid, subdbid oid, subname name, subowner int4`},
		{"pg_seclabel", `objoid, classoid oid, objsubid int4, provider, label text`},
		{"pg_db_role_setting", `setdatabase, setrole oid, setconfig text[]?`},
		{"pg_prepared_xacts", `transaction int8, gid text, prepared timestamp, owner, database name`},
		{"pg_cursors", `name, statement text, is_holdable, is_binary, is_scrollable bool, creation_time timestamp`},
		{"pg_external_schema", `esoid oid, eskind int4, esdbname text, esoptions text`},
		{"pg_library", `oid oid, name name, language_oid oid, file_store_id int4, owner int4`},
		{"svv_external_schemas", `esoid oid, eskind int4, schemaname name, esowner int4, databasename, esoptions text`},
		{"svv_external_databases", `eskind int4, esoptions text, databasename, location, parameters text`},
		{"svv_external_tables", `redshift_database_name, schemaname, tablename text, tabletype varchar(24), location, input_format, output_format, serialization_lib, serde_parameters text, compressed int4, parameters text`},
		{"svv_external_columns", `redshift_database_name, schemaname, tablename, columnname, external_type text, columnnum, part_key int4, is_nullable text`},
		{"svv_external_partitions", `schemaname, tablename, values, location, input_format, output_format, serialization_lib, serde_parameters text, compressed int4, parameters text`},
		{"svv_mv_info", `database_name, schema_name, user_name, name char(128), is_stale char(1), owner char(128), state int4, autorewrite, autorefresh char(1)`},
		{"svv_datashares", `share_name varchar(255), share_id int4, share_owner int4, source_database varchar(255), share_type varchar(8)`},
		{"svv_interleaved_columns", `tbl int4, col int4, interleaved_skew numeric(19:2), last_reindex timestamp`},
		{"svv_vacuum_progress", `table_name, status, time_remaining_estimate text?`},
	} {
		doc := nothing
		if silent[e.name] {
			doc = "Present for tools; what there is of the kind is not listed."
		}
		out = append(out, entry{name: e.name, view: e.name[:3] != "pg_", columns: e.columns, doc: doc})
	}
	return out
}

// silent are those of pgEmpty whose subject does exist: to join them with others finds nothing, and means nothing.
var silent = map[string]bool{"pg_depend": true, "pg_shdepend": true, "pg_operator": true, "pg_opclass": true,
	"pg_aggregate": true,
	"pg_cast":      true, "pg_statistic": true, "pg_statistic_indicator": true, "svv_interleaved_columns": true,
	"svv_vacuum_progress": true}
