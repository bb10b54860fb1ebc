package random

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

// answer is a query's rows, or its error.
type answer struct {
	rows [][]cluster.Value
	err  error
}

func askPostgres(c *pgconn.PgConn, sql string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rs, err := c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return answer{err: err}
	}
	var a answer
	for _, row := range rs[len(rs)-1].Rows {
		vs := make([]cluster.Value, len(row))
		for i, v := range row {
			vs[i] = cluster.Value{Text: string(v), Valid: v != nil}
		}
		a.rows = append(a.rows, vs)
	}
	return a
}

func askSlipher(c *cluster.Conn, sql string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	rs, err := c.TryContext(ctx, sql)
	if err != nil {
		return answer{err: err}
	}
	return answer{rows: rs[len(rs)-1].Rows}
}

// broken says whether an error is none of what was asked: one inside the server, or a connection that is lost.
func broken(err error) bool {
	code := cluster.Code(err)
	return err != nil && (code == "" || strings.HasPrefix(code, "XX"))
}

// difference says how two answers differ, "" if they do not: the rows as a
// multiset, then the order of the columns the query sorts by.
func difference(q query, want, got answer) string {
	switch {
	case broken(want.err) || broken(got.err):
		return fmt.Sprintf("something breaks: PostgreSQL says %v, Slipher %v", want.err, got.err)
	case want.err != nil && got.err != nil:
		return ""
	case want.err != nil:
		return fmt.Sprintf("PostgreSQL fails (%v), Slipher answers %d rows", want.err, len(got.rows))
	case got.err != nil && strings.Contains(got.err.Error(), "exceeds LISTAGG limit"): // PostgreSQL has none
		return ""
	case got.err != nil:
		return "Slipher fails: " + cluster.ErrorText(got.err)
	case len(want.rows) != len(got.rows):
		return fmt.Sprintf("PostgreSQL has %d rows, Slipher %d\nPostgreSQL:\n%sSlipher:\n%s", len(want.rows), len(got.rows),
			show(want.rows), show(got.rows))
	}
	for i := range want.rows {
		for _, c := range q.order {
			if !same(q.cols[c].t, want.rows[i][c], got.rows[i][c]) {
				return fmt.Sprintf("row %d, column %d that rows are sorted by: PostgreSQL has %s, Slipher %s", i, c,
					want.rows[i][c], got.rows[i][c])
			}
		}
	}
	w, g := sorted(q, want.rows), sorted(q, got.rows)
	for i := range w {
		for c := range w[i] {
			if !same(q.cols[c].t, w[i][c], g[i][c]) {
				return fmt.Sprintf("column %d: PostgreSQL has %v, Slipher %v", c, w[i], g[i])
			}
		}
	}
	return ""
}

// sorted brings rows into an order that does not depend on how a number is written.
func sorted(q query, rows [][]cluster.Value) [][]cluster.Value {
	type keyed struct {
		key string
		row [][]cluster.Value
	}
	list := make([]keyed, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for c, v := range row {
			if v.Valid {
				b.WriteString(plain(q.cols[c].t, v.Text))
			} else {
				b.WriteString("\x01")
			}
			b.WriteByte(0)
		}
		list[i] = keyed{b.String(), [][]cluster.Value{row}}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].key < list[j].key })
	out := make([][]cluster.Value, len(list))
	for i, k := range list {
		out[i] = k.row[0]
	}
	return out
}

// plain is a number without a fraction's trailing zeros.
func plain(t typ, s string) string {
	if t.k == kFloat || t.k == kReal {
		f, _ := strconv.ParseFloat(s, 64)
		return fmt.Sprintf("%.9g", f+0) // -0 is 0
	}
	if t.k == kBytes {
		return strings.TrimPrefix(s, `\x`)
	}
	if t.k == kDec && strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		if s == "-0" {
			s = "0"
		}
	}
	return s
}

func same(t typ, a, b cluster.Value) bool {
	if a.Valid != b.Valid {
		return false
	}
	if a == b || !a.Valid {
		return true
	}
	switch {
	case t.k == kBytes:
		return plain(t, a.Text) == plain(t, b.Text)
	case t.k == kFloat || t.k == kReal:
		x, err := strconv.ParseFloat(a.Text, 64)
		y, err2 := strconv.ParseFloat(b.Text, 64)
		return err == nil && err2 == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y), 1e-9)
	case t.k == kDec || t.isInt():
		x, ok := new(big.Rat).SetString(a.Text)
		y, ok2 := new(big.Rat).SetString(b.Text)
		return ok && ok2 && x.Cmp(y) == 0
	}
	return false
}

func show(rows [][]cluster.Value) string {
	var b strings.Builder
	for i, r := range rows {
		if i == 12 {
			return b.String() + "…\n"
		}
		fmt.Fprintln(&b, r)
	}
	return b.String()
}

// An error inside the server is a difference, whatever PostgreSQL says; one of what was asked is none where both fail.
func TestBroken(t *testing.T) {
	fails := func(code string) answer { return answer{err: &pgconn.PgError{Code: code}} }
	lost := answer{err: errors.New("the connection is lost")}
	for _, got := range []answer{fails("XX000"), fails("XX001"), lost} {
		if difference(query{}, fails("22012"), got) == "" || difference(query{}, got, fails("22012")) == "" {
			t.Errorf("%v passes", got.err)
		}
	}
	if d := difference(query{}, fails("22012"), fails("22003")); d != "" {
		t.Error(d)
	}
}
