package leader

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// planned asks queries by the simple protocol and tells hits of the plan cache.
type planned struct {
	*house
	c *pgx.Conn
}

func (p *planned) answer(sql string) string {
	p.t.Helper()
	rs, err := p.c.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, r := range rs {
		for _, row := range r.Rows {
			var fields []string
			for _, v := range row {
				fields = append(fields, string(v))
			}
			lines = append(lines, strings.Join(fields, "|"))
		}
	}
	return strings.Join(lines, "\n")
}

func (p *planned) ask(sql, want string, hit bool) {
	p.t.Helper()
	p.hits(sql, p.answer, want, hit)
}

// hits runs a statement in some way, and tells hits of the plan cache.
func (p *planned) hits(sql string, run func(sql string) string, want string, hit bool) {
	p.t.Helper()
	before := p.leads.Load().statements.Plans.Stats()
	if got := run(sql); got != want {
		p.t.Errorf("%s: %q, want %q", sql, got, want)
	}
	if now := p.leads.Load().statements.Plans.Stats(); (now.Hits > before.Hits) != hit {
		p.t.Errorf("%s: %+v, before it %+v, want a hit: %v", sql, now, before, hit)
	}
}

// A query with other literals is answered by the plan of its shape, as long as nothing has changed that plans depend
// on.
func TestPlanCache(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	p := &planned{h, h.c}
	h.exec(`create table t (k int, v varchar(10), d date) sortkey(k);
		insert into t select i, 'v' || i % 7, date '2020-01-01' + i from (select generate_series(0, 999) i) g;
		create table other (k int, v varchar(10), d date); create view w as select k, v from t where k < 500`)
	const q = "select count(*), min(v) from t where k >= %d and d < date '2020-01-01' + %d"
	p.ask(fmt.Sprintf(q, 100, 200), "100|v0", false)
	p.ask(fmt.Sprintf(q, 101, 201), "100|v0", true)
	p.ask("SELECT count(*), min(v) FROM t -- again\n where k>=199 and d < date '2020-01-01' + 201", "2|v3", true)
	p.ask(fmt.Sprintf(q, 990, 1000), "10|v0", false) // far fewer
	p.ask(fmt.Sprintf(q, 985, 999), "14|v0", true)
	p.ask("select v from t where k = 5", "v5", false)
	p.ask("select v from t where k = 6", "v6", true)
	p.ask("select v from t where k = 3000000000", "", false) // another type
	p.ask("select v from w where k = 5", "v5", false)
	p.ask("select v from w where k = 7", "v0", true)
	p.ask("select 'a', 1", "a|1", false)
	p.ask("select 'b', 1", "b|1", true)
	p.ask("select 'bc', 1", "bc|1", false) // a wider column
	p.ask("select k from t where k < 3 order by 1 desc", "2\n1\n0", false)
	p.ask("select k from t where k < 2 order by 1 desc", "1\n0", true)
	p.ask("select k from t where k < 2 order by 2 desc", "ERROR: ORDER BY position 2 is not in select list (SQLSTATE 42P10)", false)
	p.ask("select k from t order by k limit 2", "0\n1", false)
	p.ask("select k from t order by k limit 3", "0\n1\n2", true)
	p.ask("select k from t where k in (5, 8, 5) order by k", "5\n8", false)
	p.ask("select k from t where k in (9, 9, 4) order by k", "4\n9", true)
	p.ask("select k from t where k in (1, 2, 3) order by k", "1\n2\n3", false) // more members
	p.ask("select 6 / (k - 8) from t where k = 7", "-6", false)
	p.ask("select 5 / (k - 9) from t where k = 9", "ERROR: Divide by zero (SQLSTATE 22012)", true)
	const product = "select count(*) from t where k < 3000000000 * %d"
	p.ask(fmt.Sprintf(product, 9000000000000000000), "ERROR: bigint out of range (SQLSTATE 22003)", false)
	p.ask(fmt.Sprintf(product, 3000000001), "1000", false) // is computed beforehand
	p.ask(fmt.Sprintf(product, 3000000002), "1000", true)
	p.ask("select k + 1, k + 1 from t where k = 7", "8|8", false)      // one expression
	const among = "select count(*) from t where k = any ('%s'::int[])" // as many comparisons as members
	p.ask(fmt.Sprintf(among, "{}"), "0", false)
	p.ask(fmt.Sprintf(among, "{1,2}"), "2", false)
	p.ask(fmt.Sprintf(among, "{null}"), "0", false)
	p.ask(fmt.Sprintf(among, "{1}"), "1", false)
	p.ask(fmt.Sprintf(among, "{}"), "0", true)
	p.ask("select k + 1, k + 2 from t where k = 7", "8|9", false)
	p.ask("select date_part('day', d) from t where k = 3", "4", false)
	p.ask("select date_part('month', d) from t where k = 3", "1", false)

	const point = "select v from t where k = %d"
	h.exec("delete from t where k = 9") // from here on rows may be deleted
	p.ask(fmt.Sprintf(point, 9), "", false)
	p.ask(fmt.Sprintf(point, 8), "v1", true)
	h.exec("insert into t values (9, 'new', null)")
	p.ask(fmt.Sprintf(point, 9), "new", true)
	h.exec("insert into t select k + 1000, v, d from t")
	h.exec("insert into t select k + 10000, v, d from t")
	p.ask(fmt.Sprintf(point, 11009), "new", false) // the table has four times as many rows
	h.exec("analyze t")
	p.ask(fmt.Sprintf(point, 9), "new", false)
	h.exec("set slipher_join_order = written")
	p.ask(fmt.Sprintf(point, 9), "new", false)
	h.exec("reset slipher_join_order")
	p.ask(fmt.Sprintf(point, 9), "new", true)
	h.exec("set slipher_plan_cache = off")
	p.ask(fmt.Sprintf(point, 9), "new", false)
	h.exec("reset slipher_plan_cache")

	// Names mean something else.
	h.exec("create temp table t (k int, v varchar(10)); insert into t values (9, 'temp')")
	p.ask(fmt.Sprintf(point, 9), "temp", false)
	p.ask(fmt.Sprintf(point, 9), "temp", true)
	h.exec("drop table t")
	p.ask(fmt.Sprintf(point, 9), "new", true)
	h.exec("create schema s; create table s.t (v varchar(10), k int); insert into s.t values ('s', 9); set search_path = s, public")
	p.ask(fmt.Sprintf(point, 9), "s", false)
	h.exec("reset search_path; drop view w; create view w as select k, 'x' || v as v from t")
	p.ask("select v from w where k = 6", "xv6", false)
	h.exec("drop view w; drop table t; create table t (k varchar(5), v int); insert into t values ('9', 1)")
	p.ask(fmt.Sprintf(point, 9), "1", false)
	h.exec("drop table t")
	p.ask(fmt.Sprintf(point, 9), `ERROR: relation "t" does not exist (SQLSTATE 42P01)`, false)
	if got := p.answer("select misses > hits, plans > 0 from stv_plan_cache"); got != "t|t" {
		t.Errorf("stv_plan_cache: %s", got)
	}
	// What prepared statements are described as.
	h.exec("create table t (k int, v varchar(10)); insert into t values (1, 'a'), (2, 'b')")
	for k, want := range []string{"", "a", "b"} {
		var v string
		err := h.c.QueryRow(context.Background(), "select v from t where k = $1", k).Scan(&v)
		if err != nil && err != pgx.ErrNoRows || v != want {
			t.Errorf("prepared, %d: %q, %v", k, v, err)
		}
	}
}

// Beside a hundred commits a second queries of one shape find their plan, and answers are those of the moment.
func TestPlanCacheBesideCommits(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	h.exec("create table t (k int, v int) sortkey(k); insert into t select i, i from (select generate_series(0, 9999) i) g")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	writer := h.connect()
	wg.Add(1)
	go func() {
		defer wg.Done()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				_, err := writer.Exec(context.Background(), fmt.Sprintf("insert into t values (%d, %d)", 20000+i, i))
				if err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	const sessions, each = 4, 250
	var readers sync.WaitGroup
	for s := range sessions {
		p := &planned{h, h.connect()}
		readers.Add(1)
		go func() {
			defer readers.Done()
			for i := range each {
				k := (i*37 + s*1000) % 9999
				sql := fmt.Sprintf("select a.v, count(*) from t a join t b on a.k = b.k where a.k = %d group by a.v", k)
				if got, want := p.answer(sql), fmt.Sprintf("%d|1", k); got != want {
					t.Errorf("%s: %s", sql, got)
				}
			}
		}()
	}
	readers.Wait()
	close(stop)
	wg.Wait()
	if s := h.leads.Load().statements.Plans.Stats(); s.Hits < sessions*each*99/100 {
		t.Errorf("%+v of %d queries", s, sessions*each)
	}
}
