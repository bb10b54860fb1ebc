package relations

import (
	"context"
	"unicode/utf8"

	"slipher/catalog/fn"
)

// stl are the logs: what the leader remembers of queries and loads.
func stl() []entry {
	return []entry{
		{name: "stl_query", rows: stlQuery,
			columns: `userid, query int4, label char(320), xid int8, pid int4, database char(32), querytxt char(4000), starttime, endtime timestamp,
				aborted, insert_pristine, concurrency_scaling_status int4`,
			doc: "Queries that ended."},
		{name: "svl_qlog", view: true, rows: svlQlog,
			columns: `userid, query int4, xid int8, pid int4, starttime, endtime timestamp, elapsed int8, aborted int4, label char(320),
				substring char(60), source_query int4?, concurrency_scaling_status_txt text, from_sp_call int4?`,
			doc: "Queries that ended, in short."},
		{name: "stl_querytext", rows: stlQuerytext,
			columns: `userid int4, xid int8, pid, query, sequence int4, text char(200)`, doc: "Texts of queries in pieces of 200 bytes."},
		{name: "stl_ddltext", rows: textOf(KindDDL),
			columns: `userid int4, xid int8, pid int4, label char(320), starttime, endtime timestamp, sequence int4, text char(200)`,
			doc:     "Texts of DDL statements in pieces of 200 bytes."},
		{name: "stl_utilitytext", rows: textOf(KindUtility),
			columns: `userid int4, xid int8, pid int4, label char(320), starttime, endtime timestamp, sequence int4, text char(200)`,
			doc:     "Texts of other statements in pieces of 200 bytes."},
		{name: "svl_statementtext", view: true, rows: svlStatementtext,
			columns: `userid int4, xid int8, pid int4, label char(320), starttime, endtime timestamp, sequence int4, type varchar(10), text char(200)`,
			doc:     "Texts of all statements in pieces of 200 bytes."},
		{name: "svl_compile", view: true, rows: svlCompile,
			columns: `userid int4, xid int8, pid, query, segment, locus int4, starttime, endtime timestamp, compile int4`,
			doc:     "Segments' code: made (1) or from a cache (0)."},
		{name: "stl_alert_event_log", rows: stlAlerts,
			columns: `userid, query, slice, segment, step, pid int4, xid int8, event, solution char(1024), event_time timestamp`,
			doc: "What makes queries slow, and what helps: missing statistics, nested loops, selective filters that scan all, rows " +
				"moved in large numbers. Segment and step are -1 if it is of the plan."},
		{name: "stl_load_errors", rows: stlLoadErrors,
			columns: `userid, slice, tbl int4, starttime timestamp, session, query int4, filename char(256), line_number int8, colname char(127),
				type, col_length char(10), position int4, raw_line, raw_field_value char(1024), err_code int4, err_reason char(100),
				is_partial int4, start_offset int8, copy_job_id int8`,
			doc: "Fields that COPY refused."},
		{name: "stl_loaderror_detail", rows: stlLoaderrorDetail,
			columns: `userid, slice, session, query int4, filename char(256), line_number int8, field int4, colname char(127), value char(1024),
				is_null int4, type, col_length char(10)`,
			doc: "Fields that COPY refused, the value alone."},
		{name: "stl_load_commits", rows: stlLoadCommits,
			columns: `userid, query, slice int4, name, filename char(256), byte_offset int8, lines_scanned, errors int4, curtime timestamp,
				status int4, file_format char(16), is_partial int4, start_offset int8, copy_job_id int8`,
			doc: "Files that COPY loaded, once it was committed. slice is -1: a file's records are dealt to all slices; " +
				"byte_offset is its length, unpacked."},
		{name: "sys_query_history", view: true, rows: sysQueryHistory,
			columns: `user_id int4, query_id int8, query_label char(320), transaction_id int8, session_id int4, database_name char(128),
				query_type char(32), status char(10), result_cache_hit bool, start_time timestamp, end_time timestamp?, elapsed_time, queue_time,
				execution_time int8, error_message char(512), returned_rows int8, returned_bytes int8?, query_text char(4000),
				redshift_version char(256), compute_type varchar(32), compile_time, planning_time int8, lock_wait_time int8?`,
			doc: "Queries that run or ran; times in microseconds. Nothing is queued, or answered from a cache of results. What " +
				"is not " +
				"measured is NULL. Fused code is compiled while the query runs: compile_time is within execution_time."},
		{name: "sys_load_error_detail", view: true, rows: sysLoadErrorDetail,
			columns: `user_id int4, query_id int8, transaction_id int8?, session_id int4, database_name char(64), table_id int4, start_time timestamp,
				file_name char(256), line_number int8, column_name char(127), column_type, column_length char(10), position int4,
				error_code int4, error_message char(512)`,
			doc: "Fields that COPY refused."},
	}
}

// ended calls f for the queries that ended.
func ended(env *Env, f func(q *Query)) {
	for _, q := range all(env.Queries) {
		if q.EndMicros != 0 {
			f(&q)
		}
	}
}

func stlQuery(_ context.Context, env *Env, b *builder) error {
	ended(env, func(q *Query) {
		if q.Kind == KindQuery {
			b.add(env.userID(q.User), q.ID, label(q), q.Txn, q.PID, q.Database, q.Text, q.StartMicros, q.EndMicros,
				bit(q.Aborted), 0, 0)
		}
	})
	return nil
}

func stlAlerts(_ context.Context, env *Env, b *builder) error {
	for _, a := range all(env.Alerts) {
		b.add(env.userID(a.User), a.Query, 0, a.Segment, a.Step, a.PID, a.Txn, a.Event, a.Solution, a.Micros)
	}
	return nil
}

// label is a query's group, "default" without one.
func label(q *Query) string {
	if q.Label == "" {
		return "default"
	}
	return q.Label
}

func svlQlog(_ context.Context, env *Env, b *builder) error {
	ended(env, func(q *Query) {
		if q.Kind == KindQuery {
			b.add(env.userID(q.User), q.ID, q.Txn, q.PID, q.StartMicros, q.EndMicros, q.EndMicros-q.StartMicros, bit(q.Aborted),
				label(q),
				q.Text, nil, "0 - Ran on the main cluster", nil)
		}
	})
	return nil
}

// pieces cuts text into runs of at most 200 bytes, at characters' ends.
func pieces(text string) []string {
	var out []string
	for len(text) > 0 {
		n := min(len(text), 200)
		for n < len(text) && n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		if n == 0 {
			n = min(len(text), 200) // no UTF-8: cut anywhere
		}
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

func stlQuerytext(_ context.Context, env *Env, b *builder) error {
	ended(env, func(q *Query) {
		if q.Kind != KindQuery {
			return
		}
		for i, piece := range pieces(q.Text) {
			b.add(env.userID(q.User), q.Txn, q.PID, q.ID, i, piece)
		}
	})
	return nil
}

func textOf(kind QueryKind) func(context.Context, *Env, *builder) error {
	return func(_ context.Context, env *Env, b *builder) error {
		ended(env, func(q *Query) {
			if q.Kind != kind {
				return
			}
			for i, piece := range pieces(q.Text) {
				b.add(env.userID(q.User), q.Txn, q.PID, label(q), q.StartMicros, q.EndMicros, i, piece)
			}
		})
		return nil
	}
}

// kindNames are svl_statementtext.type of each QueryKind.
var kindNames = []string{"QUERY", "DDL", "UTILITY"}

func svlStatementtext(_ context.Context, env *Env, b *builder) error {
	ended(env, func(q *Query) {
		for i, piece := range pieces(q.Text) {
			b.add(env.userID(q.User), q.Txn, q.PID, label(q), q.StartMicros, q.EndMicros, i, kindNames[q.Kind], piece)
		}
	})
	return nil
}

func svlCompile(_ context.Context, env *Env, b *builder) error {
	for _, c := range all(env.Compiles) {
		locus := 1
		if c.OnLeader {
			locus = 2
		}
		b.add(env.userID(c.User), c.Txn, c.PID, c.Query, c.Segment, locus, c.StartMicros, c.EndMicros, bit(c.Compiled))
	}
	return nil
}

func stlLoadErrors(_ context.Context, env *Env, b *builder) error {
	for _, e := range all(env.LoadErrors) {
		b.add(e.UserID, e.Slice, e.Table, e.StartMicros, e.PID, e.Query, e.File, e.Line, e.Column, e.Type, e.Length,
			e.Position, e.RawLine, e.RawValue, e.Code, e.Reason, 0, e.StartOffset, int64(-1))
	}
	return nil
}

func stlLoaderrorDetail(_ context.Context, env *Env, b *builder) error {
	for _, e := range all(env.LoadErrors) {
		field := -1
		if t := env.Catalog.TableByID(e.Table); t != nil {
			field = t.Column(e.Column)
		}
		b.add(e.UserID, e.Slice, e.PID, e.Query, e.File, e.Line, field, e.Column, e.RawValue, 0, e.Type, e.Length)
	}
	return nil
}

func stlLoadCommits(_ context.Context, env *Env, b *builder) error {
	for _, l := range all(env.Loads) {
		b.add(l.UserID, l.Query, -1, l.Table, l.File, l.Bytes, l.Lines, l.Errors, l.EndMicros, 1, "Text", 0, int64(0),
			int64(-1))
	}
	return nil
}

func sysQueryHistory(_ context.Context, env *Env, b *builder) error {
	compiled := map[int64]int64{} // by query
	for _, c := range all(env.Compiles) {
		compiled[c.Query] += c.EndMicros - c.StartMicros
	}
	for _, q := range all(env.Queries) {
		status, end := "success", q.EndMicros
		switch {
		case end == 0:
			status, end = "running", env.NowMicros
		case q.Aborted && q.Error == "":
			status = "canceled"
		case q.Aborted:
			status = "failed"
		}
		elapsed := max(0, end-q.StartMicros)
		b.add(env.userID(q.User), q.ID, label(&q), q.Txn, q.PID, q.Database, kindNames[q.Kind], status, false, q.StartMicros,
			null(q.EndMicros),
			elapsed, int64(0), max(0, elapsed-q.PlanMicros), q.Error, q.Rows, nil, q.Text, fn.Version, "primary",
			compiled[q.ID], q.PlanMicros, nil)
	}
	return nil
}

func sysLoadErrorDetail(_ context.Context, env *Env, b *builder) error {
	for _, e := range all(env.LoadErrors) {
		database := ""
		if t := env.Catalog.TableByID(e.Table); t != nil {
			database = t.Database
		}
		b.add(e.UserID, e.Query, nil, e.PID, database, e.Table, e.StartMicros, e.File, e.Line, e.Column, e.Type, e.Length,
			e.Position, e.Code, e.Reason)
	}
	return nil
}
