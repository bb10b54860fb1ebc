package random

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

// makeViews makes a few views of a schema's tables, later ones perhaps of earlier ones.
func (b *builder) makeViews(t *testing.T, pg *pgconn.PgConn, conns []*cluster.Conn) (made string) {
	t.Helper()
	for i := range 3 {
		b.begin()
		b.limit = few
		name := fmt.Sprintf("v%d", i)
		q := b.query(1, nil)
		if a := askPostgres(pg, q.pg); a.err != nil || len(a.rows) == 0 {
			continue
		}
		columns := ""
		if b.chance(50) {
			columns = "(" + q.names() + ")"
		}
		if a := askPostgres(pg, fmt.Sprintf("create view %s%s as %s", name, columns, q.pg)); a.err != nil {
			t.Fatalf("the generator is wrong: PostgreSQL says %v\n%s", a.err, q.pg)
		}
		sql := fmt.Sprintf("create view %s%s as %s", name, columns, q.sl)
		ok := true
		for _, c := range conns {
			if _, err := c.Try(sql); cluster.Code(err) == "0A000" {
				ok = false
			} else if err != nil {
				t.Errorf("%s\n%s", sql, cluster.ErrorText(err))
				ok = false
			}
		}
		if ok {
			made += sql + ";\n"
			b.views = append(b.views, source{sl: name, scope: q.cols, rows: max(q.rows, 20)})
		}
	}
	return made
}
