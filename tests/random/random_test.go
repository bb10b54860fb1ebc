package random

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// queriesARound are asked of one schema.
const queriesARound = 120

// maxFailures ends the test: the rest would say the same.
const maxFailures = 12

// workers ask at once: a server has something to do while another compiles.
const workers = 2

// Random queries have PostgreSQL's answers, in both tiers, with vectors of several sizes, on one slice, on four and on
// two nodes, with tables joined in any order.
func TestRandomQueries(t *testing.T) {
	r := newRun(t)
	began := time.Now()
	t.Run("ask", func(t *testing.T) { // ends when all workers have
		for range workers {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				pg := r.pg.connect(t)
				for seed, ok := r.next(); ok; seed, ok = r.next() {
					r.round(t, pg, seed)
				}
			})
		}
	})
	t.Logf("%d queries in %.0fs, %d with rows, %d with the same error, %d refused by Slipher, explained %v, %d "+
		"asked in two ways (%d of them fail), last seed %d\n%s", r.asked, time.Since(began).Seconds(), r.found, r.bothFail,
		r.refused, r.explained[:len(rules)], r.pairs, r.pairsFail, r.seed-1, &r.tally)
	if lacks := r.lacks(); lacks != "" && r.asked >= 200 && r.failures == 0 {
		t.Error("what the generator makes: " + lacks)
	}
}

func environ(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func number(t *testing.T, name, otherwise string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(environ(name, otherwise), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// run is one test's servers and counts.
type run struct {
	t        *testing.T
	pg       *postgres
	clusters servers
	deadline time.Time
	fused    int // of so many queries one is asked in the fused tier too
	enough   int // failures
	most     int // queries

	mu   sync.Mutex // guards what follows
	seed uint64     // of the next round
	last uint64     // no seed from here on
	tally
	failures int
}

// newRun starts the servers and reads how much to ask.
func newRun(t *testing.T) *run {
	t.Helper()
	short, rounds := "45s", "4"
	if cluster.Long() {
		short, rounds = "10m", "1000000"
	}
	if os.Getenv("SLIPHER_RANDOM_TIME") != "" {
		rounds = "1000000"
	}
	limit, err := time.ParseDuration(environ("SLIPHER_RANDOM_TIME", short))
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, pg: startPostgres(t), clusters: startServers(t, shapes...)}
	r.seed = number(t, "SLIPHER_RANDOM_SEED", "1")
	r.last = r.seed + number(t, "SLIPHER_RANDOM_ROUNDS", rounds)
	r.fused = int(number(t, "SLIPHER_RANDOM_FUSED", "16"))
	r.enough = int(number(t, "SLIPHER_RANDOM_FAILURES", fmt.Sprint(maxFailures)))
	r.most = int(number(t, "SLIPHER_RANDOM_QUERIES", "1000000"))
	r.deadline = time.Now().Add(limit)
	return r
}

// next is the seed of the next round, if there is one.
func (r *run) next() (uint64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seed == r.last || r.over() {
		return 0, false
	}
	r.seed++
	return r.seed - 1, true
}

// over says whether enough is asked. The caller holds mu.
func (r *run) over() bool {
	return time.Now().After(r.deadline) || r.failures >= r.enough || r.asked+r.pairs >= r.most
}

func (r *run) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over()
}

// newGen makes what a seed stands for.
func newGen(seed uint64) gen { return gen{Rand: rand.New(rand.NewPCG(seed, 0x51))} }

// round makes a schema and asks about it.
func (r *run) round(t *testing.T, pg *pgconn.PgConn, seed uint64) {
	g := newGen(seed)
	s := g.newSchema()
	conns := r.clusters.open(t, fmt.Sprintf("random%d", seed))
	defer conns.close(t)
	makeSchema(t, pg, fmt.Sprintf("random%d", seed))
	for _, tab := range s {
		load(t, tab, g.chance(50), pg, conns.admins())
	}
	b := newBuilder(g, s)
	views := b.makeViews(t, pg, conns.admins())
	for i := 0; i < queriesARound && !r.ended(); i++ {
		b.begin()
		q := &quest{run: r, t: t, seed: seed, schema: s, views: views, conns: conns, number: i}
		if i%6 == 5 {
			q.compare(b.partition())
			continue
		}
		query := b.question()
		want := askPostgres(pg, query.pg)
		for n := 0; n < 3 && len(want.rows) == 0 && g.chance(75); n++ { // one without rows says little
			b.begin()
			query = b.question()
			want = askPostgres(pg, query.pg)
		}
		q.ask(query, want)
	}
}

// makeSchema makes an empty schema in PostgreSQL, where names are looked for from now on, in the zone of the name.
func makeSchema(t *testing.T, pg *pgconn.PgConn, name string) {
	t.Helper()
	sql := fmt.Sprintf("drop schema if exists %[1]s cascade; create schema %[1]s; set search_path = %[1]s; ", name)
	if a := askPostgres(pg, sql+ofBytes+setZone(name)); a.err != nil {
		t.Fatal(a.err)
	}
}

// ofBytes is what PostgreSQL lacks of VARBYTE, and of MIN and MAX.
var ofBytes = func() string {
	sql := "create domain varbyte as bytea; create function from_hex(text) returns bytea immutable strict language sql " +
		"as $$select decode($1, 'hex')$$; "
	for _, t := range []string{"bytea", "uuid"} {
		for word, chooses := range map[string]string{"min": "least", "max": "greatest"} {
			sql += fmt.Sprintf("create function %[1]s_%[2]s(%[1]s, %[1]s) returns %[1]s immutable strict language sql "+
				"as 'select %[3]s($1, $2)'; create aggregate %[2]s(%[1]s) (sfunc = %[1]s_%[2]s, stype = %[1]s); ", t, word, chooses)
		}
	}
	return sql
}()

// question is a query of any kind.
func (b *builder) question() query {
	depth := pick(b.gen, []int{0, 0, 1, 2})
	switch n := b.IntN(100); {
	case n < 2:
		return b.reckless()
	case n < 5:
		return b.kept()
	case n < 18:
		return b.with(depth)
	}
	return b.query(depth, nil)
}

// load fills one table everywhere: by COPY, or by INSERTs that make many blocks.
func load(t *testing.T, tab *table, byCopy bool, pg *pgconn.PgConn, conns []*cluster.Conn) {
	t.Helper()
	insert := strings.Join(tab.inserts(500), ";")
	if a := askPostgres(pg, tab.ddl()+";"+insert); a.err != nil {
		t.Fatalf("%v\n%s", a.err, insert)
	}
	for _, c := range conns {
		defer rewrite(t, c, tab)
		c.Exec(t, tab.ddl()+tab.attrs)
		if byCopy {
			if _, err := c.CopyIn("copy "+tab.name+" from stdin with (format csv)", strings.NewReader(tab.csv())); err != nil {
				t.Fatalf("%s\n%s", tab.ddl(), cluster.ErrorText(err))
			}
			continue
		}
		for _, sql := range tab.inserts(max(10, len(tab.rows)/4)) {
			c.Exec(t, sql)
		}
	}
}

// rewrite puts some of a table's rows, or all, into new objects and leaves deleted ones behind: what is asked
// afterwards has the same answer.
func rewrite(t *testing.T, c *cluster.Conn, tab *table) {
	switch n := len(tab.rows) + len(tab.cols); n % 4 { // as it comes, but the same for a seed
	case 0:
		c.Exec(t, fmt.Sprintf("update %s set c0 = c0", tab.name))
	case 1, 2:
		c.Exec(t, fmt.Sprintf("update %s set c0 = c0 where c0 is not null", tab.name))
	}
}

// tables shows the small tables that a query or a view names, and the views.
func tables(s schema, views string, q query) string {
	var b strings.Builder
	all := q.sl + views
	for _, t := range s {
		if !strings.Contains(all, t.name+" ") {
			continue
		}
		fmt.Fprintf(&b, "%s%s;\n", t.ddl(), t.attrs)
		if len(t.rows) > 60 {
			fmt.Fprintf(&b, "-- %d rows\n", len(t.rows))
			continue
		}
		for _, i := range t.inserts(60) {
			b.WriteString(i + ";\n")
		}
	}
	if strings.Contains(q.sl, " v0 ") || strings.Contains(q.sl, " v1 ") || strings.Contains(q.sl, " v2 ") {
		b.WriteString(views)
	}
	return b.String()
}

// reckless is a query over integers that may overflow or divide by zero, without
// anything that lets one system skip a row that the other computes.
func (b *builder) reckless() query {
	t := pick(b.gen, b.schema)
	var s scope
	for i, c := range t.cols {
		if c.isInt() {
			s = append(s, text(c, 0, fmt.Sprintf("c%d", i)))
		}
	}
	if len(s) == 0 {
		return b.selection(0, nil)
	}
	e := pick(b.gen, s)
	for range 2 + b.IntN(3) {
		x := pick(b.gen, s)
		if b.chance(60) {
			x = text(typ{k: kInt4}, 0, pick(b.gen, []string{"2147483647", "1", "9223372036854775807", "32767::smallint", "(-1)",
				"0", "100000"}))
			if strings.HasPrefix(x.sl, "92") {
				x.t.k = kInt8
			} else if strings.HasPrefix(x.sl, "327") {
				x.t.k = kInt2
			}
		}
		e = form(typ{k: max(e.t.k, x.t.k)}, 0, "("+pick(b.gen,
			[]string{"%s + %s", "%s - %s", "%s * %s", "%s / %s", "%s %% %s", "%s * %s"})+")", e, x)
		if b.chance(20) {
			e = form(typ{k: kInt2}, 0, "%s::smallint", e)
		}
	}
	q := form(e.t, 0, "select %s as x0 from "+t.name+" t", e)
	return query{sl: q.sl, pg: q.pg, cols: []expr{e}}
}
