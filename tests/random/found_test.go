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
	} {
		for _, cfg := range settings {
			conn.Exec(t, cfg.Settings())
			if got := conn.One(t, q.sql); got != q.want {
				t.Errorf("%s, %s: got %s, want %s", q.sql, cfg, got, q.want)
			}
		}
	}
}
