package fn

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// Version is what version() says: clients look for the word Redshift.
const Version = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat " +
	"3.4.2-6.fc3), Redshift 1.0.12103 (Slipher)"

// sessionGroup is what only the session or the statement's clock knows: the
// binder replaces these calls by constants.
func sessionGroup() Group {
	T, I := types.TText, types.TInt4
	leader := func(name string, where Where, ret types.Type, doc string,
		f func(s Session, args []types.Datum) (types.Datum, error), params ...types.Type) *Row {
		return &Row{Name: name, Args: exact(params...), Vol: Stable, Where: where, Leader: f, Doc: doc,
			Ret: func([]types.Type, []*types.Datum) (Bound, error) { return Bound{Args: params, Ret: ret}, nil }}
	}
	text := func(f func(s Session) string) func(Session, []types.Datum) (types.Datum, error) {
		return func(s Session, _ []types.Datum) (types.Datum, error) { return types.String(f(s)), nil }
	}
	number := func(f func(s Session) int64) func(Session, []types.Datum) (types.Datum, error) {
		return func(s Session, _ []types.Datum) (types.Datum, error) { return types.Int(f(s)), nil }
	}
	always := func(d types.Datum) func(Session, []types.Datum) (types.Datum, error) {
		return func(Session, []types.Datum) (types.Datum, error) { return d, nil }
	}
	D, S, Z := types.TDate, types.TTimestamp, types.TTimestamptz
	// What the clock of the session's zone shows.
	transaction := func(s Session) int64 { return s.Zone().Table.Local(s.TransactionMicros()) }
	wholeSecond := func(s Session) int64 { return s.Zone().Table.Local(s.NowMicros() - mod(s.NowMicros(), 1000000)) }
	today := func(s Session) int64 { d, _ := types.SplitTimestamp(transaction(s)); return d }
	rows := []*Row{
		leader("version", LeaderOnly, T, "Product and version.", always(types.String(Version))),
		leader("getdate", Anywhere, S, "Start of the statement, in whole seconds.", number(wholeSecond)),
		leader("sysdate", Anywhere, S, "Start of the transaction.", number(transaction)),
		leader("current_date", Anywhere, D, "Date of the transaction's start.", number(today)),
		leader("now", LeaderOnly, Z, "Start of the transaction.", number(Session.TransactionMicros)),
		leader("current_timestamp", LeaderOnly, Z, "Start of the transaction.", number(Session.TransactionMicros)),
		leader("current_time", LeaderOnly, types.TZonedTime, "Start of the transaction, the time of day.", currentTime),
		leader("localtime", LeaderOnly, types.TTime, "Start of the transaction, the time of day.",
			number(func(s Session) int64 {
				_, micros := types.SplitTimestamp(transaction(s))
				return micros
			})),
		leader("localtimestamp", LeaderOnly, S, "Start of the transaction.", number(transaction)),
		leader("current_database", Anywhere, types.TName, "Name of the database.", text(Session.CurrentDatabase)),
		shownAs("current_database", leader("current_catalog", Anywhere, types.TName, "Name of the database.",
			text(Session.CurrentDatabase))),
		leader("current_schema", LeaderOnly, types.TName, "First schema of the search path.", text(Session.CurrentSchema)),
		leader("current_schemas", LeaderOnly, types.ArrayOf(types.TName),
			"The schemas of the search path; true: with those that are looked into without being there.",
			func(s Session, args []types.Datum) (types.Datum, error) {
				names := s.Schemas()
				if args[0].Null {
					return types.NullDatum, nil
				}
				if args[0].Lo != 0 && !slices.Contains(names, "pg_catalog") {
					names = append([]string{"pg_catalog"}, names...)
				}
				var ds []types.Datum
				for _, n := range names {
					ds = append(ds, types.String(n))
				}
				return types.MakeArray(types.TName, ds...), nil
			}, types.TBool),
		leader("pg_backend_pid", LeaderOnly, I, "Process id of the session.",
			number(func(s Session) int64 { return int64(s.BackendPID()) })),
		leader("current_user_id", Anywhere, I, "Id of the user.", always(types.Int(100))),
		leader("pg_last_copy_id", LeaderOnly, I, "Query of the last COPY; -1 if there is none.", number(Session.LastCopy)),
		leader("pg_last_query_id", LeaderOnly, I, "The last query; -1 if there is none.", number(Session.LastQuery)),
		leader("pg_is_in_recovery", LeaderOnly, types.TBool, "Never.", always(types.BoolDatum(false))),
		leader("current_setting", LeaderOnly, T, "Value of a parameter.", currentSetting, T),
		leader("set_config", LeaderOnly, T, "Sets a parameter and returns it.", setConfig, T, T, types.TBool),
	}
	for _, n := range []string{"current_user", "session_user", "user"} {
		rows = append(rows, leader(n, Anywhere, types.TName, "Name of the user.", text(Session.CurrentUser)))
	}
	any := Param{Class: AnyType}
	for _, p := range []struct {
		name string
		args int // without the user, who may stand in front
	}{{"has_table_privilege", 2}, {"has_schema_privilege", 2}, {"has_database_privilege", 2}, {"has_column_privilege", 3},
		{"has_any_column_privilege", 2}, {"has_function_privilege", 2}, {"has_language_privilege", 2},
		{"has_sequence_privilege", 2}, {"has_tablespace_privilege", 2}, {"has_type_privilege", 2}, {"pg_has_role", 2}} {
		for n := p.args; n <= p.args+1; n++ {
			rows = append(rows, &Row{Name: p.name, Args: slices.Repeat([]Param{any}, n), Where: LeaderOnly, Special: true,
				Doc: "Whether a user may; everyone may everything yet."})
		}
	}
	no := always(types.BoolDatum(false))
	rows = append(rows,
		leader("user_is_member_of", LeaderOnly, types.TBool, "Whether a user is in a role; there is none yet.", no, T, T),
		leader("role_is_member_of", LeaderOnly, types.TBool, "Whether a role is in a role; there is none yet.", no, T, T),
		leader("pg_last_copy_count", LeaderOnly, types.TInt8, "The rows that the last COPY loaded.",
			number(Session.CopiedRows)),
		leader("pg_last_unload_id", LeaderOnly, I, "-1: there is no UNLOAD.", always(types.Int(-1))),
		leader("pg_last_unload_count", LeaderOnly, types.TInt8, "0: there is no UNLOAD.", always(types.Int(0))),
		leader("db_collation", LeaderOnly, T, "How the database's strings are compared: case_sensitive or case_insensitive.",
			text(func(s Session) string { return types.CollationName(s.FoldsCase()) })),
		leader("default_iam_role", LeaderOnly, T, "Empty: there are no IAM roles.", always(types.String(""))),
		leader("pg_client_encoding", LeaderOnly, types.TName, "UTF8.", always(types.String("UTF8"))),
		leader("getdatabaseencoding", LeaderOnly, types.TName, "UTF8.", always(types.String("UTF8"))),
	)
	return Group{Rows: rows}
}

func currentTime(s Session, _ []types.Datum) (types.Datum, error) {
	now, z := s.TransactionMicros(), s.Zone().Table
	_, local := types.SplitTimestamp(z.Local(now))
	v, err := types.TimetzOf(types.TZonedTime, local, z.Offset(now))
	return types.Int(v), err
}

// mod is a - b*floor(a/b).
func mod(a, b int64) int64 { return ((a % b) + b) % b }

func currentSetting(s Session, args []types.Datum) (types.Datum, error) {
	if args[0].Null {
		return types.NullDatum, nil
	}
	v, ok := s.Setting(args[0].S)
	if !ok {
		return types.Datum{}, sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter \"%s\"", args[0].S)
	}
	return types.String(v), nil
}

func setConfig(s Session, args []types.Datum) (types.Datum, error) {
	if args[0].Null {
		return types.Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "the name of a parameter is needed")
	}
	v, err := s.SetSetting(args[0].S, args[1].S, !args[2].Null && args[2].Lo != 0)
	return types.String(v), err
}

// shownAs is r, whose result columns are called name.
func shownAs(name string, r *Row) *Row {
	r.Shown = name
	return r
}
