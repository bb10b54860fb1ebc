package random

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

// changesARound are made to one table.
const changesARound = 40

// settings are how changes are made: both tiers, several vector sizes.
var settings = []cluster.Config{
	{Tier: cluster.Primitives, VectorRows: 1024},
	{Tier: cluster.Fused, VectorRows: 3, TableStart: 1},
	{Tier: cluster.Primitives, VectorRows: 1, TableStart: 1},
	{Tier: cluster.Fused, VectorRows: 1024},
}

// changes is the test's servers and counts.
type changes struct {
	t        *testing.T
	pg       *pgconn.PgConn
	clusters servers
	deadline time.Time

	made, bothFail, failures int
}

// Random INSERTs, UPDATEs (with FROM), DELETEs (with USING), TRUNCATEs and transaction blocks leave the
// rows that they leave in PostgreSQL, after each step, in both tiers and on both shapes.
func TestRandomChanges(t *testing.T) {
	seed := number(t, "SLIPHER_RANDOM_SEED", "1")
	limit, err := time.ParseDuration(environ("SLIPHER_RANDOM_TIME",
		map[bool]string{false: "20s", true: "5m"}[cluster.Long()]))
	if err != nil {
		t.Fatal(err)
	}
	c := &changes{t: t, pg: startPostgres(t).connect(t), clusters: startServers(t, cluster.Shapes...)}
	c.deadline = time.Now().Add(limit)
	for ; !c.over(); seed++ {
		c.round(seed)
	}
	t.Logf("%d statements, %d with the same error, last seed %d", c.made, c.bothFail, seed-1)
}

func (c *changes) over() bool { return time.Now().After(c.deadline) || c.failures >= maxFailures }

// round makes two tables and changes one of them.
func (c *changes) round(seed uint64) {
	g := gen{Rand: rand.New(rand.NewPCG(seed, 0xc4))}
	name := fmt.Sprintf("changes%d", seed)
	conns := c.clusters.open(c.t, name)
	defer conns.close(c.t)
	makeSchema(c.t, c.pg, name)
	ch := newChanger(g)
	for _, tab := range []*table{ch.target, ch.other} {
		load(c.t, tab, g.chance(50), c.pg, conns.admins())
	}
	for i := 0; i < changesARound && !c.over(); i++ {
		block := []twin{ch.statement()}
		end := ""
		if g.chance(20) {
			for range 1 + g.IntN(3) {
				block = append(block, ch.statement())
			}
			end = pick(g, []string{"commit", "rollback"})
		}
		if !c.change(seed, ch, block, end, conns, i) {
			break
		}
	}
}

// twin is a statement in both systems' words.
type twin struct{ sl, pg string }

// change runs statements everywhere, in a transaction block if end is given, and compares
// tags, then what the table holds.
func (c *changes) change(seed uint64, ch *changer, block []twin, end string, conns *connections, i int) bool {
	var sl, pg []string
	for _, s := range block {
		sl, pg = append(sl, s.sl), append(pg, s.pg)
	}
	if end != "" {
		sl, pg = append(append([]string{"begin"}, sl...), end), append(append([]string{"begin"}, pg...), end)
	}
	want, wantErr := tagsOfPostgres(c.pg, pg)
	if code := cluster.Code(wantErr); code == "57014" || strings.HasPrefix(code, "42") {
		c.t.Fatalf("seed %d: the generator is wrong: PostgreSQL says %v\n%s", seed, wantErr, strings.Join(pg, ";\n"))
	}
	c.made += len(block)
	if wantErr != nil {
		c.bothFail++
	}
	all := query{cols: ch.columns()}
	rows := askPostgres(c.pg, "select * from target")
	for k, shape := range cluster.Shapes {
		w := way{settings[(k+i)%len(settings)], "auto"}
		w.Shape = shape
		got, err := tagsOfSlipher(conns.to(c.t, w), sl)
		diff := ""
		switch {
		case (wantErr != nil) != (err != nil) || broken(err):
			diff = fmt.Sprintf("PostgreSQL says %v, Slipher %v", wantErr, err)
		case wantErr == nil && strings.Join(want, ", ") != strings.Join(got, ", "):
			diff = fmt.Sprintf("PostgreSQL says %v, Slipher %v", want, got)
		default:
			w.Config = settings[(k+i+1+i/2)%len(settings)]
			w.Shape = shape
			if diff = difference(all, rows, conns.ask(c.t, w, "select * from target")); diff == "" && i%5 == 0 {
				count := conns.ask(c.t, w, "select count(*) from target")
				if n := fmt.Sprint(len(rows.rows)); count.err != nil || count.rows[0][0].Text != n {
					diff = fmt.Sprintf("count(*) is %v (%v), there are %s rows", count.rows, count.err, n)
				}
			}
		}
		if diff == "" {
			continue
		}
		c.failures++
		c.t.Errorf("seed %d, change %d, %s: %s\nSlipher:    %s\nPostgreSQL: %s\n%s%s", seed, i, w, diff,
			strings.Join(sl, ";\n"), strings.Join(pg, ";\n"),
			ch.target.ddl(), ch.target.attrs)
		return false
	}
	return true
}

// tagsOfPostgres runs statements one by one; an error in a block ends it by ROLLBACK.
func tagsOfPostgres(c *pgconn.PgConn, list []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var tags []string
	for _, sql := range list {
		rs, err := c.Exec(ctx, sql).ReadAll()
		if err != nil {
			if list[0] == "begin" {
				_, _ = c.Exec(ctx, "rollback").ReadAll()
			}
			return nil, err
		}
		tags = append(tags, rs[len(rs)-1].CommandTag.String())
	}
	return tags, nil
}

func tagsOfSlipher(c *cluster.Conn, list []string) ([]string, error) {
	var tags []string
	for _, sql := range list {
		rs, err := c.Try(sql)
		if err != nil {
			if list[0] == "begin" {
				_, _ = c.Try("rollback")
			}
			return nil, err
		}
		tags = append(tags, rs[len(rs)-1].Tag)
	}
	return tags, nil
}

// changer makes the statements that change one table. Both tables have a column id whose
// values are different in each row of other, so that an UPDATE FROM has at most one match.
type changer struct {
	gen
	target, other *table
}

func newChanger(g gen) *changer {
	ch := &changer{gen: g, target: &table{name: "target"}, other: &table{name: "other"}}
	for i, t := range []*table{ch.target, ch.other} {
		for range 1 + g.IntN(6) {
			t.cols = append(t.cols, g.columnType())
		}
		t.cols = append(t.cols, typ{k: kInt4})
		n := pick(g, []int{0, 1, 5, 12, 40, 300})
		if i == 0 && g.chance(20) {
			n = 2500
		}
		g.fill(t, n)
		last := len(t.cols) - 1
		for r := range t.rows {
			t.rows[r][last] = fmt.Sprint(r)
		}
		t.bound[last] = 10000
		t.attrs = g.attributes(t)
	}
	return ch
}

func (ch *changer) columns() []expr {
	out := make([]expr, len(ch.target.cols))
	for i, c := range ch.target.cols {
		out[i] = text(c, 0, fmt.Sprintf("c%d", i))
	}
	return out
}

// id is a table's last column.
func id(t *table, alias string) string { return fmt.Sprintf("%s.c%d", alias, len(t.cols)-1) }

func scopeOf(t *table, alias string) scope {
	var s scope
	for i, c := range t.cols {
		s = append(s, text(c, t.bound[i], fmt.Sprintf("%s.c%d", alias, i)))
	}
	return s
}

func (ch *changer) statement() twin {
	switch n := ch.IntN(100); {
	case n < 20:
		return ch.insertValues()
	case n < 30:
		return ch.insertSelect()
	case n < 55:
		return ch.update()
	case n < 66:
		return ch.updateFrom()
	case n < 70:
		return ch.reckless()
	case n < 88:
		return ch.delete()
	case n < 98:
		return ch.deleteUsing()
	}
	return twin{"delete from target", "delete from target"}
}

func (ch *changer) insertValues() twin {
	t := &table{name: "target", cols: ch.target.cols}
	n := pick(ch.gen, []int{1, 1, 1, 3, 20})
	ch.fill(t, n)
	for r := range t.rows {
		t.rows[r][len(t.cols)-1] = fmt.Sprint(ch.IntN(1000))
	}
	for i, b := range t.bound {
		ch.target.bound[i] = max(ch.target.bound[i], b)
	}
	sql := t.inserts(n)[0]
	return twin{sql, sql}
}

// insertSelect copies rows of the table itself, fewer than there are.
func (ch *changer) insertSelect() twin {
	s := scopeOf(ch.target, "t")
	sl, pg := "insert into target select ", "insert into target select "
	for i, c := range ch.target.cols {
		sep := ", "
		if i == 0 {
			sep = ""
		}
		e := text(c, ch.target.bound[i], fmt.Sprintf("t.c%d", i))
		if i < len(ch.target.cols)-1 && ch.chance(30) {
			e = ch.valueFor(s, i)
		}
		sl, pg = sl+sep+e.sl, pg+sep+e.pg
	}
	from := fmt.Sprintf(" from target t where %s %% 5 = %d and %s < 400", id(ch.target, "t"), ch.IntN(5),
		id(ch.target, "t"))
	return twin{sl + from, pg + from}
}

// valueFor is an expression that column i can hold, whatever its value.
func (ch *changer) valueFor(s scope, i int) expr {
	c := ch.target.cols[i]
	for range 5 {
		e := ch.value(s, c.k.class(), 2)
		ok := false
		switch c.k {
		case kInt2, kInt4, kInt8:
			ok = e.bound <= c.limit()
		case kDec:
			ok = e.t.k == kDec && e.bound*2 < math.Pow(10, float64(c.p-c.s)) && e.t.s <= c.s
		case kStr:
			ok = e.t.k == kStr && e.bound <= float64(c.p)
		case kChar:
			ok = e.t == c
		default:
			ok = e.t.k == c.k
		}
		if ok {
			ch.target.bound[i] = max(ch.target.bound[i], e.bound)
			return e
		}
	}
	v, bound := ch.datum(c, true)
	ch.target.bound[i] = max(ch.target.bound[i], bound)
	return text(c, bound, v)
}

// assignments are SET's items, of any columns but the id most of the time.
func (ch *changer) assignments(s scope) twin {
	n := len(ch.target.cols)
	var f twin
	for k, i := range ch.Perm(n)[:1+ch.IntN(min(3, n))] {
		sep := ", "
		if k == 0 {
			sep = " set "
		}
		e := text(ch.target.cols[n-1], 1000, fmt.Sprint(ch.IntN(1000)))
		if i < n-1 {
			e = ch.valueFor(s, i)
		}
		f.sl, f.pg = fmt.Sprintf("%s%sc%d = %s", f.sl, sep, i, e.sl), fmt.Sprintf("%s%sc%d = %s", f.pg, sep, i, e.pg)
	}
	return f
}

// some is a condition that few or many rows fulfil.
func (ch *changer) some(s scope, alias string) expr {
	few := text(typ{k: kBool}, 0, fmt.Sprintf("%s %% %d = %d", id(ch.target, alias), 2+ch.IntN(9), ch.IntN(3)))
	if ch.chance(50) {
		return few
	}
	e := ch.value(s, cBool, 2)
	if ch.chance(50) {
		return form(typ{k: kBool}, 0, "(%s) and %s", e, few)
	}
	return e
}

func (ch *changer) update() twin {
	s := scopeOf(ch.target, "t")
	set := ch.assignments(s)
	f := twin{"update target t" + set.sl, "update target t" + set.pg}
	if ch.chance(90) {
		c := ch.some(s, "t")
		f.sl, f.pg = f.sl+" where "+c.sl, f.pg+" where "+c.pg
	}
	return f
}

func (ch *changer) updateFrom() twin {
	both := append(scopeOf(ch.target, "t"), scopeOf(ch.other, "o")...)
	set := ch.assignments(both)
	on := fmt.Sprintf(" from other o where %s = %s", id(ch.target, "t"), id(ch.other, "o"))
	f := twin{"update target t" + set.sl + on, "update target t" + set.pg + on}
	if ch.chance(60) {
		c := ch.some(both, "t")
		f.sl, f.pg = f.sl+" and ("+c.sl+")", f.pg+" and ("+c.pg+")"
	}
	return f
}

// reckless is an UPDATE of integers that may overflow or divide by zero for some row that it
// changes; then nothing changes.
func (ch *changer) reckless() twin {
	var ints []int
	for i, c := range ch.target.cols[:len(ch.target.cols)-1] {
		if c.isInt() {
			ints = append(ints, i)
		}
	}
	if len(ints) == 0 {
		return ch.update()
	}
	i, by := pick(ch.gen, ints), pick(ch.gen, ints)
	ch.target.bound[i] = ch.target.cols[i].limit()
	sql := fmt.Sprintf("update target t set c%d = t.c%d * %d + 7 / (t.c%d - %d) where %s %% %d = 1", i, by,
		pick(ch.gen, []int{1, 3000, 1000000}), by, ch.IntN(7),
		id(ch.target, "t"), 2+ch.IntN(30))
	return twin{sql, sql}
}

func (ch *changer) delete() twin {
	few := fmt.Sprintf(" and %s %% %d = %d", id(ch.target, "t"), 3+ch.IntN(20), ch.IntN(3))
	c := ch.value(scopeOf(ch.target, "t"), cBool, 3)
	word := pick(ch.gen, []string{"delete from target t where (", "delete from target as t where ("})
	return twin{word + c.sl + ")" + few, word + c.pg + ")" + few}
}

// deleteUsing joins by anything: a row may meet several others.
func (ch *changer) deleteUsing() twin {
	s, o := scopeOf(ch.target, "t"), scopeOf(ch.other, "o")
	both := append(append(scope{}, s...), o...)
	b := &builder{gen: ch.gen}
	on := b.equalities(s, o)
	if len(on) == 0 || ch.chance(30) {
		on = append(on, text(typ{k: kBool}, 0, fmt.Sprintf("%s = %s", id(ch.target, "t"), id(ch.other, "o"))))
	}
	if ch.chance(40) {
		on = append(on, form(typ{k: kBool}, 0, "(%s)", ch.value(both, cBool, 2)))
	}
	c := all(on)
	return twin{"delete from target t using other o where " + c.sl, "delete from target t using other o where " + c.pg}
}
