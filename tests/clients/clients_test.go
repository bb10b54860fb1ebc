package clients

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/lib/pq"

	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

var ctx = context.Background()

const everything = `CREATE TABLE everything (
  id INTEGER, b BOOL, i2 SMALLINT, i4 INTEGER, i8 BIGINT, d DECIMAL(12,4), dd DECIMAL(38,6),
  f4 REAL, f8 DOUBLE PRECISION, c CHAR(5), v VARCHAR(30), dt DATE, ts TIMESTAMP, t TIME, tz TIMESTAMPTZ)`

// row is a row of everything as Go values and as text.
type row struct {
	values []any
	text   []string
}

func rows() []row {
	at := time.Date(2024, 2, 29, 12, 34, 56, 789000000, time.UTC)
	return []row{
		{[]any{int32(1), true, int16(-2), int32(40000), int64(1) << 40, numeric("-12.3456"),
			numeric("12345678901234567890.123456"),
			float32(1.5), 0.1, "ab   ", "héllo", at.Truncate(24 * time.Hour), at, clock(14_706_789_000), at},
			[]string{"1", "t", "-2", "40000", "1099511627776", "-12.3456", "12345678901234567890.123456", "1.5", "0.1", "ab   ",
				"héllo", "2024-02-29", "2024-02-29 12:34:56.789", "04:05:06.789",
				"2024-02-29 12:34:56.789+00"}},
		{[]any{int32(2), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
			[]string{"2", `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`, `\N`}},
		{[]any{int32(3), false, int16(-32768), int32(-2147483648), int64(-9223372036854775808), numeric("0.0005"),
			numeric("-0.000001"),
			float32(-3.25e10), 1e22, "", "", time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC), clock(86_400_000_000),
			time.Date(1969, 7, 20, 23, 59, 59, 999999000, time.FixedZone("", -4*3600))},
			[]string{"3", "f", "-32768", "-2147483648", "-9223372036854775808", "0.0005", "-0.000001", "-3.25e+10", "1e+22",
				"     ", "", "1970-01-01", "1999-12-31 23:59:59.999999", "24:00:00",
				"1969-07-21 03:59:59.999999+00"}},
	}
}

func clock(micros int64) pgtype.Time { return pgtype.Time{Microseconds: micros, Valid: true} }

func numeric(s string) pgtype.Numeric {
	var n pgtype.Numeric
	if err := n.Scan(s); err != nil {
		panic(err)
	}
	return n
}

// Values of every type go in as binary parameters and come back in binary and in text.
func TestTypesPgx(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, everything)
	for _, r := range rows() {
		if _, err := c.Exec(ctx, "INSERT INTO everything VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
			r.values...); err != nil {
			t.Fatal(err)
		}
	}
	checkText(t, c)
	for i, r := range rows() {
		got, err := c.Query(ctx, "SELECT * FROM everything WHERE id = $1", r.values[0])
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for got.Next() {
			vals, err := got.Values()
			if err != nil {
				t.Fatal(err)
			}
			for j, v := range vals {
				if g, want := show(v), show(r.values[j]); g != want {
					t.Errorf("row %d column %d: %s, want %s", i, j, g, want)
				}
			}
			n++
		}
		if got.Err() != nil || n != 1 {
			t.Errorf("row %d: %d rows, %v", i, n, got.Err())
		}
	}
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999")
	case pgtype.Numeric:
		s, _ := v.Value()
		return fmt.Sprint(s)
	case string:
		return strings.TrimRight(v, " ")
	}
	return fmt.Sprint(v)
}

// checkText compares the table with the rows' text forms.
func checkText(t *testing.T, c *pgx.Conn) {
	t.Helper()
	got, err := warehouse.Query(c, "SET extra_float_digits = 2; SELECT * FROM everything ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows() {
		for j := range r.text {
			if got.Rows[i][j] != r.text[j] {
				t.Errorf("row %d %s: %q, want %q", i, got.Names[j], got.Rows[i][j], r.text[j])
			}
		}
	}
}

// The same with lib/pq: text parameters, prepared statements.
func TestTypesLibPQ(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	db := open(t, w)
	if _, err := db.Exec(everything); err != nil {
		t.Fatal(err)
	}
	st, err := db.Prepare("INSERT INTO everything VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows() {
		args := make([]any, len(r.values))
		for i, v := range r.values {
			if n, ok := v.(pgtype.Numeric); ok {
				v, _ = n.Value()
			}
			args[i] = v
		}
		if _, err := st.Exec(args...); err != nil {
			t.Fatal(err)
		}
	}
	checkText(t, w.Connect(t))
	var id, n int
	var name sql.NullString
	if err := db.QueryRow("SELECT id, v FROM everything WHERE d < $1 AND i2 = $2", "0.5", -2).Scan(&id,
		&name); err != nil || id != 1 || name.String != "héllo" {
		t.Errorf("%d %v %v", id, name, err)
	}
	if err := db.QueryRow("SELECT COUNT(*) FROM everything WHERE v IS NULL").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	_, err = db.Query("SELECT id FRM everything")
	var pe *pq.Error
	if !errors.As(err, &pe) || pe.Code != "42601" || pe.Position == "" {
		t.Errorf("%#v", err)
	}
}

func open(t *testing.T, w *warehouse.Warehouse) *sql.DB {
	host, port, _ := net.SplitHostPort(w.Addr)
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=dev dbname=dev sslmode=disable", host, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// COPY from the client, in PostgreSQL's text format and as CSV.
func TestCopyStdin(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, "CREATE TABLE t (a INTEGER, b VARCHAR(20))")
	for _, x := range []struct{ sql, data, tag string }{
		{"COPY t FROM STDIN", "1\tone\n2\t\\N\n3\ttab\\tbed\n", "COPY 3"},
		{"COPY t (b, a) FROM STDIN WITH (FORMAT csv, HEADER)", "b,a\n\"x,y\",4\n,5\n\"\",6\n", "COPY 3"},
		{"COPY t FROM STDIN DELIMITER '|'", "7|pipe\n", "COPY 1"},
		{"COPY t FROM STDIN CSV", "", "COPY 0"},
	} {
		tag, err := c.PgConn().CopyFrom(ctx, strings.NewReader(x.data), x.sql)
		if err != nil || tag.String() != x.tag {
			t.Errorf("%s: %v %v", x.sql, tag, err)
		}
	}
	got, err := warehouse.Query(c, "SELECT a, b FROM t ORDER BY a")
	if err != nil {
		t.Fatal(err)
	}
	if want := `[[1 one] [2 \N] [3 tab	bed] [4 x,y] [5 \N] [6 ] [7 pipe]]`; fmt.Sprint(got.Rows) != want {
		t.Errorf("%v, want %s", got.Rows, want)
	}
	// A bad row refuses all; the session goes on.
	_, err = c.PgConn().CopyFrom(ctx, strings.NewReader("8\tgood\nbad\tx\n"), "COPY t FROM STDIN")
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || !strings.Contains(pe.Where, "line 2") || !strings.Contains(pe.Where, "column a") {
		t.Errorf("%#v", err)
	}
	if got, err := warehouse.Query(c, "SELECT COUNT(*) FROM t"); err != nil || got.Rows[0][0] != "7" {
		t.Errorf("%v %v", got, err)
	}
	if got,
		err := warehouse.Query(c,
		"SELECT line_number, TRIM(colname), TRIM(raw_field_value) FROM stl_load_errors"); err != nil ||
		fmt.Sprint(got.Rows) != "[[2 a bad]]" {
		t.Errorf("%v %v", got, err)
	}
}

// psql: statements, \copy, \timing, an error with its place.
func TestPsql(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Fatal("psql is not installed: ./build.sh test installs it")
	}
	w := warehouse.Start(t, warehouse.Options{})
	csv, err := filepath.Abs("../data/movies.csv")
	if err != nil {
		t.Fatal(err)
	}
	script := `CREATE TABLE movies (title VARCHAR(200), year INTEGER, genre VARCHAR(30), rating DECIMAL(3,1), votes INTEGER) DISTKEY(title) SORTKEY(year);
\copy movies from '` + csv + `' csv header
\timing on
SELECT COUNT(*), AVG(year) FROM movies;
SELECT nonsense FROM movies;
SELECT 1; SELECT 2;
BEGIN;
DELETE FROM movies WHERE year < 1950;
\set ON_ERROR_ROLLBACK on
SELECT nothing;
SELECT COUNT(*) < 3201 AS fewer FROM movies;
ROLLBACK;
SELECT COUNT(*) || ' again' FROM movies;
`
	file := filepath.Join(t.TempDir(), "script.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(w.Addr)
	var rows, said strings.Builder
	psql := exec.Command("psql", "-X", "-h", host, "-p", port, "-U", "dev", "-d", "dev", "-At", "-f", file)
	psql.Stdout, psql.Stderr = &rows, &said
	psql.Run() // some of its statements fail
	for _, want := range []string{"COPY 3201", "3201|1998", "Time: ", "\n1\n", "\n2\n", "\nt\n", "\n3201 again\n"} {
		if !strings.Contains(rows.String(), want) {
			t.Errorf("output lacks %q:\n%s\n%s", want, rows.String(), said.String())
		}
	}
	for _, want := range []string{`ERROR:  column "nonsense" does not exist`, "LINE 1: SELECT nonsense FROM movies;", "               ^"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("what psql said lacks %q:\n%s", want, said.String())
		}
	}
}

// A row limit on a portal, prepared statements with parameters, and a statement whose parameters have no
// type of their own.
func TestExtended(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, "CREATE TABLE n (i INTEGER); INSERT INTO n VALUES (1),(2),(3),(4),(5)")
	var sum int64
	if err := c.QueryRow(ctx, "SELECT SUM(i) FROM n WHERE i BETWEEN $1 AND $2", 2, 4).Scan(&sum); err != nil || sum != 9 {
		t.Errorf("%d %v", sum, err)
	}
	var s string
	if err := c.QueryRow(ctx, "SELECT $1 || 'x'", "y").Scan(&s); err != nil || s != "yx" {
		t.Errorf("%q %v", s, err)
	}
	var n int64
	if err := c.QueryRow(ctx, "SELECT COUNT(*) FROM n LIMIT $1", 1).Scan(&n); err != nil || n != 5 {
		t.Errorf("%d %v", n, err)
	}
	warehouse.Exec(t, c, "PREPARE p (INT) AS SELECT COUNT(*) FROM n WHERE i > $1")
	if got, err := warehouse.Query(c, "EXECUTE p(3)"); err != nil || got.Rows[0][0] != "2" {
		t.Errorf("%v %v", got, err)
	}
	if got, err := warehouse.Query(c, "EXECUTE p(-1)"); err != nil || got.Rows[0][0] != "5" {
		t.Errorf("negative argument: %v %v", got, err)
	}
	if got, err := warehouse.Query(c, "EXECUTE p(LENGTH('abc') - 1)"); err != nil || got.Rows[0][0] != "3" {
		t.Errorf("computed argument: %v %v", got, err)
	}
	// A failing row in the middle of a batch spoils only its own statement.
	b := &pgx.Batch{}
	b.Queue("SELECT 1")
	b.Queue("SELECT 1/$1::int", 0)
	res := c.SendBatch(ctx, b)
	if _, err := res.Exec(); err != nil {
		t.Error(err)
	}
	if _, err := res.Exec(); err == nil {
		t.Error("division by zero passes")
	}
	res.Close()
	if err := c.QueryRow(ctx, "SELECT COUNT(*) FROM n").Scan(&n); err != nil || n != 5 {
		t.Errorf("%d %v", n, err)
	}
}

// 64,000 chained operators give an error, and the server lives.
func TestDeepExpression(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	_, err := warehouse.Query(c, "SELECT "+strings.Repeat("1+", 64_000)+"1")
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "54001" {
		t.Errorf("%v", err)
	}
	if got, err := warehouse.Query(c, "SELECT "+strings.Repeat("1+", 999)+"1"); err != nil || got.Rows[0][0] != "1000" {
		t.Errorf("%v %v", got, err)
	}
}

// A cancel request ends a running query.
func TestCancelQuery(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, "CREATE TABLE n (i INTEGER); INSERT INTO n VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)")
	go func() {
		time.Sleep(500 * time.Millisecond)
		c.PgConn().CancelRequest(ctx)
	}()
	start := time.Now()
	_, err := warehouse.Query(c, "SELECT SUM(a.i*b.i*c.i*d.i*e.i) FROM n a, n b, n c, n d, n e, n f, n g, n h, n i, n j")
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "57014" || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if _, err := warehouse.Query(c, "SELECT COUNT(*) FROM n"); err != nil {
		t.Error(err)
	}
}
