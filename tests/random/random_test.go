package random

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// settings are how each query is run: both tiers, several vector sizes.
var settings = []cluster.Config{
	{Tier: cluster.Primitives, VectorRows: 1024},
	{Tier: cluster.Fused, VectorRows: 3, TableStart: 1},
	{Tier: cluster.Primitives, VectorRows: 1, TableStart: 1},
	{Tier: cluster.Fused, VectorRows: 1024},
}

// queriesARound are asked of one schema.
const queriesARound = 60

// maxFailures ends the test: the rest would say the same.
const maxFailures = 12

// Random queries have PostgreSQL's answers, in both tiers, with vectors of
// several sizes, on one process and on two nodes.
func TestRandomQueries(t *testing.T) {
	seed, err := strconv.ParseUint(environ("SLIPHER_RANDOM_SEED", "1"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	limit, err := time.ParseDuration(environ("SLIPHER_RANDOM_TIME",
		map[bool]string{false: "45s", true: "10m"}[cluster.Long()]))
	if err != nil {
		t.Fatal(err)
	}
	rounds := 4
	if cluster.Long() || os.Getenv("SLIPHER_RANDOM_TIME") != "" {
		rounds = math.MaxInt
	}
	r := &run{t: t, pg: startPostgres(t)}
	for _, shape := range cluster.Shapes {
		r.clusters = append(r.clusters, cluster.Start(t, shape, cluster.WithLLVM))
	}
	r.deadline = time.Now().Add(limit)
	for ; rounds > 0 && time.Now().Before(r.deadline) && r.failures < maxFailures; seed++ {
		r.round(seed)
		rounds--
	}
	t.Logf("%d queries, %d with rows, %d with the same error, %d refused by Slipher, %d asked in two ways (%d of them fail), "+
		"last seed %d\n%s", r.asked, r.found, r.bothFail, r.refused, r.pairs, r.pairsFail, seed-1, &r.tally)
	if lacks := r.lacks(); lacks != "" && r.asked >= 60 {
		t.Error("what the generator makes: " + lacks)
	}
}

func environ(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// run is one test's servers and counts.
type run struct {
	t        *testing.T
	pg       *pgconn.PgConn
	clusters []*cluster.Cluster
	deadline time.Time

	tally
	pairs, pairsFail, failures int
}

// round makes a schema and asks about it.
func (r *run) round(seed uint64) {
	t := r.t
	g := gen{Rand: rand.New(rand.NewPCG(seed, 0x51))}
	s := g.newSchema()
	name := fmt.Sprintf("random%d", seed)
	var conns [2][]*cluster.Conn // of each cluster, one for each setting
	for i, c := range r.clusters {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "create database "+name)
		admin.Close()
		for _, cfg := range settings {
			conn := c.Connect(t, name)
			conn.Exec(t, cfg.Settings())
			conns[i] = append(conns[i], conn)
		}
	}
	if a := askPostgres(r.pg, fmt.Sprintf("drop schema if exists %s cascade; create schema %s; set search_path = %s", name,
		name, name)); a.err != nil {
		t.Fatal(a.err)
	}
	for _, tab := range s {
		r.load(tab, g.chance(50), []*cluster.Conn{conns[0][0], conns[1][0]})
	}
	b := newBuilder(g, s)
	for i := 0; i < queriesARound && time.Now().Before(r.deadline) && r.failures < maxFailures; i++ {
		b.begin()
		if i%6 == 5 {
			r.compare(seed, s, b.partition(), conns, i)
			continue
		}
		q := b.question()
		want := askPostgres(r.pg, q.pg)
		for n := 0; n < 3 && len(want.rows) == 0 && g.chance(75); n++ { // one without rows says little
			b.begin()
			q = b.question()
			want = askPostgres(r.pg, q.pg)
		}
		r.ask(seed, s, q, want, conns, i)
	}
	for i, c := range r.clusters {
		for _, conn := range conns[i] {
			conn.Close()
		}
		admin := c.Connect(t, "dev")
		admin.Exec(t, "drop database "+name)
		admin.Close()
	}
}

// question is a query of any kind.
func (b *builder) question() query {
	depth := pick(b.gen, []int{0, 0, 1, 2})
	switch n := b.IntN(100); {
	case n < 4:
		return b.reckless()
	case n < 18:
		return b.with(depth)
	}
	return b.query(depth, nil)
}

// load fills one table everywhere: by COPY, or by INSERTs that make many blocks.
func (r *run) load(tab *table, byCopy bool, conns []*cluster.Conn) {
	t := r.t
	insert := strings.Join(tab.inserts(500), ";")
	if a := askPostgres(r.pg, tab.ddl()+";"+insert); a.err != nil {
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

// ask runs a query whose answer PostgreSQL has given on both clusters, with settings that change places from query to
// query.
func (r *run) ask(seed uint64, s schema, q query, want answer, conns [2][]*cluster.Conn, i int) {
	switch code := cluster.Code(want.err); {
	case code == "57014", code == "0A000":
		return // too much for PostgreSQL's time limit, or a FULL JOIN that it cannot do
	case strings.HasPrefix(code, "42"):
		r.t.Fatalf("seed %d: the generator is wrong: PostgreSQL says %v\n%s", seed, want.err, q.pg)
	}
	r.asked++
	if want.err != nil {
		r.bothFail++
	}
	r.count(q, len(want.rows))
	for shape := range conns {
		at := 2 * ((shape + i/2) % 2)
		if i%2 == 1 { // every other query in both tiers; fused programs take long to make
			at = (shape + i/2) % len(settings)
		}
		got := askSlipher(conns[shape][at], q.sl)
		if got.err != nil && cluster.Code(got.err) == "0A000" {
			r.refused++
			r.t.Logf("refused: %v\n%s", got.err, q.sl)
			return
		}
		if d := difference(q, want, got); d != "" {
			r.failures++
			cfg := settings[at]
			cfg.Shape = cluster.Shapes[shape]
			r.t.Errorf("seed %d, query %d, %s: %s\nSlipher:    %s\nPostgreSQL: %s\n%s", seed, i, cfg, d, q.sl, q.pg,
				tables(s, q))
			if got.err != nil && cluster.Code(got.err) == "" {
				r.t.Fatal("the connection is lost")
			}
			return
		}
	}
}

// tables shows the small tables a query names.
func tables(s schema, q query) string {
	var b strings.Builder
	for _, t := range s {
		if !strings.Contains(q.sl, t.name+" ") {
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
