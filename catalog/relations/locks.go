package relations

import "context"

// locks are the relations about transactions that are open, or were refused.
func locks() []entry {
	return []entry{
		{name: "svv_transactions", view: true, rows: svvTransactions,
			columns: `txn_owner, txn_db text, xid int8, pid int4, txn_start timestamp, lock_mode text?, lockable_object_type text, relation int4?, granted bool`,
			doc: "Open transactions, the tables they use and those they wait for: writers for LOCK, LOCK for both. What " +
				"writers do to each other is refused at commit."},
		{name: "pg_locks", view: true, rows: pgLocks,
			columns: `locktype text, relation, database oid?, transaction int8, pid int4, mode text, granted bool`,
			doc:     "svv_transactions in PostgreSQL's form."},
		{name: "stv_locks", view: true, rows: stvLocks,
			columns: `table_id int4, last_commit, last_update timestamp?, lock_owner int8, lock_owner_pid int4, lock_owner_start_ts timestamp, lock_owner_end_ts timestamp?, lock_status char(22)`,
			doc:     "Tables that open transactions are changing or have locked, or wait for."},
		{name: "stl_tr_conflict", view: true, rows: stlTrConflict,
			columns: `xact_id int8, process_id int4, xact_start_ts, abort_time timestamp, table_id int8`,
			doc:     "Transactions refused because another one had changed the same rows or what they had read."},
	}
}

func svvTransactions(_ context.Context, env *Env, b *builder) error {
	for _, t := range all(env.Transactions) {
		b.add(t.User, t.Database, t.ID, t.PID, t.StartMicros, "ExclusiveLock", "transactionid", nil, true)
		for _, l := range t.Locks {
			b.add(t.User, t.Database, t.ID, t.PID, t.StartMicros, l.Mode, "relation", l.Table, !l.Waiting)
		}
	}
	return nil
}

func pgLocks(_ context.Context, env *Env, b *builder) error {
	for _, t := range all(env.Transactions) {
		b.add("transactionid", nil, nil, t.ID, t.PID, "ExclusiveLock", true)
		for _, l := range t.Locks {
			b.add("relation", l.Table, env.databaseID(t.Database), t.ID, t.PID, l.Mode, !l.Waiting)
		}
	}
	return nil
}

func stvLocks(_ context.Context, env *Env, b *builder) error {
	for _, t := range all(env.Transactions) {
		for _, l := range t.Locks {
			status := "Holding write lock"
			if l.Waiting {
				status = "Waiting for write lock"
			}
			if l.Mode != "AccessShareLock" {
				b.add(l.Table, nil, nil, t.ID, t.PID, t.StartMicros, nil, status)
			}
		}
	}
	return nil
}

func stlTrConflict(_ context.Context, env *Env, b *builder) error {
	for _, c := range all(env.Conflicts) {
		b.add(c.ID, c.PID, c.StartMicros, c.AbortMicros, int64(c.Table))
	}
	return nil
}
