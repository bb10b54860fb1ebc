package random

import (
	"testing"

	"slipher/tests/cluster"
)

// What random queries have found, kept so that it is asked every time.
func TestFound(t *testing.T) {
	c := cluster.Start(t, cluster.OneProcess, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	conn.Exec(t,
		"create table f(d decimal(18,3), s varchar(10), i int not null); insert into f values (2, 'a', 1), (2, 'a', 1)")
	for _, q := range []struct{ sql, want string }{
		// A group key beside a literal, which gives it more digits, is the key.
		{"select d - 0.5 from f group by d", "1.500"},
		{"select least(d - 0.107, d) from f group by d", "1.893"},
		// A host function of arguments that are never NULL, below an aggregate.
		{"select avg(octet_length(md5('aa'))) from f", "32"},
		{"select sum(octet_length(md5(to_char(i, '9')))) from f group by s", "64"},
		// A window over an expression of constants that is NULL, but no literal.
		{"select sum(n) from (select count(null::int + 1) over (order by i) as n from f) t", "0"},
		{"select nth_value(null::int + 1, 1) ignore nulls over (order by i) is null from f limit 1", "t"},
		// What a DISTINCT list is sorted by is made of its argument, in the row of no group too.
		{"select listagg(distinct s || 'x') within group (order by s || 'x') from f group by grouping sets ((i), ()) limit 1",
			"ax"},
		{"select listagg(distinct s) within group (order by s) from f where false group by rollup (i)", "NULL"},
		// Both halves of a full join fill one table, the other half reads more.
		{`select count(*) from f cross join lateral (select null from f d join f e on f.i = e.i) z
			full join f b on f.i > b.i`, "10"},
		// A full join whose sides change places, in rows that a subquery's bindings come from.
		{`select (select t0.s) || t2.d::varchar from f t0 join f t1 on t0.s = t1.s full join f t2 on t0.i = 1 where t2.i = 1
			limit 1`, "a2.000"},
	} {
		for _, cfg := range settings {
			conn.Exec(t, cfg.Settings())
			if got := conn.One(t, q.sql); got != q.want {
				t.Errorf("%s, %s: got %s, want %s", q.sql, cfg, got, q.want)
			}
		}
	}
}
