package leader

import (
	"context"
	"fmt"
	"testing"
)

// change runs a statement that changes a table.
func (p *planned) change(sql, want string, hit bool) {
	p.t.Helper()
	p.hits(sql, func(sql string) string {
		rs, err := p.c.PgConn().Exec(context.Background(), sql).ReadAll()
		if err != nil {
			return err.Error()
		}
		return rs[len(rs)-1].CommandTag.String()
	}, want, hit)
}

// INSERT of a query, UPDATE and DELETE with other literals are run by the plan of their shape: on the version of the
// moment, in blocks, with defaults that have literals of their own.
func TestPlanCacheOfChanges(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	p := &planned{h, h.c}
	h.exec(`create table t (k int not null, v varchar(10), n int default 7) sortkey(k);
		insert into t select i, 'v' || i % 7, i % 5 from (select generate_series(0, 999) i) g;
		create table u (k int, v varchar(10), n int default 7); create view w as select * from t where k < 5`)
	all := func(want string) {
		t.Helper()
		if got := p.answer("select count(*), sum(k), sum(n), min(v) from t"); got != want {
			t.Errorf("t: %s, want %s", got, want)
		}
	}
	const update = "update t set v = '%s' where k = %d"
	p.change(fmt.Sprintf(update, "a", 5), "UPDATE 1", false)
	p.change(fmt.Sprintf(update, "b", 6), "UPDATE 1", false) // from here on rows may be deleted
	p.change(fmt.Sprintf(update, "c", 6), "UPDATE 1", true)  // the row that the last one wrote
	p.change(fmt.Sprintf(update, "longer than it is", 6), "ERROR: value too long for type character varying(10) (SQLSTATE 22001)", false)
	p.change(fmt.Sprintf(update, "vx", 7), "UPDATE 1", true)
	if got := p.answer("select v from t where k in (5, 6) order by k"); got != "a\nc" {
		t.Errorf("updated: %q", got)
	}
	p.change("delete from t where k = 990", "DELETE 1", false)
	p.change("delete from t where k = 990", "DELETE 0", true)
	p.change("delete from t where k = 991", "DELETE 1", true)
	all("998|497519|1999|a")

	p.change("insert into u select k, v from t where k < 3", "INSERT 0 3", false)
	p.change("insert into u select k, v from t where k < 4", "INSERT 0 4", true)
	p.change("insert into u (k, v) select 17, 'x' from t where k = 17", "INSERT 0 1", false)
	p.change("insert into u (k, v) select 18, 'y' from t where k = 18", "INSERT 0 1", true) // the default's 7 stays
	if got := p.answer("select k, v, n from u where k > 3 order by k"); got != "17|x|7\n18|y|7" {
		t.Errorf("inserted: %q", got)
	}
	p.change("insert into u values (1 + 1, 'z' || 'z')", "INSERT 0 1", false)
	p.change("insert into u values (2 + 2, 'q' || 'q')", "INSERT 0 1", true)
	p.change("insert into u values (20 + 2, default)", "INSERT 0 1", false)
	if got := p.answer("select k, v, n from u where v in ('zz', 'qq') order by k"); got != "2|zz|7\n4|qq|7" {
		t.Errorf("values: %q", got)
	}
	p.change("delete from t using u where u.k = t.k and u.v = 'x'", "DELETE 1", false)
	p.change("delete from t using u where u.k = t.k and u.v = 'y'", "DELETE 1", true)
	p.change("insert into t select null, 'x' from u where k = 17", "ERROR: Cannot insert a NULL value into a NOT NULL column (SQLSTATE 23502)", false)
	p.change("insert into t select nullif(k, 17), 'x' from u where k = 17", "ERROR: Cannot insert a NULL value into a NOT NULL column (SQLSTATE 23502)", false)
	p.change("insert into t select nullif(k, 15), 'x' from u where k = 17", "INSERT 0 1", false)
	p.change("insert into t select nullif(k, 16), 'x' from u where k = 18", "INSERT 0 1", true)

	// A block sees its own changes, and takes them back.
	h.exec("begin")
	p.change("delete from t where k = 100", "DELETE 1", true)
	p.change("delete from t where k = 100", "DELETE 0", true)
	h.exec("rollback")
	p.change("delete from t where k = 100", "DELETE 1", true)
	h.exec("begin read only")
	p.change("delete from t where k = 101", "ERROR: cannot execute DELETE in a read-only transaction (SQLSTATE 25006)", true)
	h.exec("rollback")

	// Names, definitions and settings that are others.
	p.change("delete from w where k = 1", `ERROR: cannot delete from view "w" (SQLSTATE 55000)`, false)
	h.exec("create temp table t (k int)")
	p.change("delete from t where k = 104", "DELETE 0", false)
	h.exec("drop table t")
	p.change("delete from t where k = 105", "DELETE 1", true)
	h.exec("set error_on_nondeterministic_update = on")
	p.change(fmt.Sprintf(update, "e", 106), "UPDATE 1", false)
	h.exec("reset error_on_nondeterministic_update; set slipher_trust_declared_keys = on")
	p.change("delete from t where k = 107", "DELETE 1", false)
	h.exec("reset slipher_trust_declared_keys; drop view w; drop table t")
	p.change("delete from t where k = 109", `ERROR: relation "t" does not exist (SQLSTATE 42P01)`, false)

	// Prepared statements.
	h.exec("create table t (k int, v varchar(10)); insert into t values (1, 'a'), (2, 'b')")
	ctx := context.Background()
	for i := range 2 {
		before := h.leads.Load().statements.Plans.Stats()
		tag, err := h.c.Exec(ctx, "update t set v = v || $1 where k = $2", "x", i+1)
		if err != nil || tag.String() != "UPDATE 1" {
			t.Errorf("prepared: %v, %v", tag, err)
		}
		if now := h.leads.Load().statements.Plans.Stats(); (now.Hits > before.Hits) != (i > 0) {
			t.Errorf("prepared: %+v, before it %+v", now, before)
		}
	}
	if got := p.answer("select v from t order by k"); got != "ax\nbx" {
		t.Errorf("prepared: %q", got)
	}
}
