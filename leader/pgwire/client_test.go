package pgwire

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/lib/pq"

	"slipher/catalog/types"
	"slipher/compiler/plan"
)

var allColumns = []plan.OutputColumn{
	{Name: "b", Type: types.TBool}, {Name: "i2", Type: types.TInt2}, {Name: "i4", Type: types.TInt4},
	{Name: "i8", Type: types.TInt8},
	{Name: "d", Type: types.TDecimal(12, 4)}, {Name: "dd", Type: types.TDecimal(38, 6)}, {Name: "f4", Type: types.TFloat4},
	{Name: "f8", Type: types.TFloat8}, {Name: "c", Type: types.TChar(5)}, {Name: "v", Type: types.TVarchar(30)},
	{Name: "dt", Type: types.TDate}, {Name: "ts", Type: types.TTimestamp}, {Name: "iv", Type: types.TInterval},
	{Name: "o", Type: types.TOID}, {Name: "n", Type: types.TName}, {Name: "t", Type: types.TTime},
	{Name: "tz", Type: types.TZonedTime},
}

// allRows has a value of each type, then NULLs, then edges.
var allRows = Datums{
	{types.BoolDatum(true), types.Int(-2), types.Int(40000), types.Int(1 << 40), types.Int(-123456), types.Int128(5, 77),
		types.Float(1.5), types.Float(0.1), types.String("ab"), types.String("héllo"), types.Int(366),
		types.Int(86400_000_001),
		types.Int128(14, 3*types.MicrosPerDay+4*3600*1000000), types.Int(4_000_000_000), types.String("pg_class"),
		types.Int(14_706_789_000), zonedTime("20:00-08")},
	{{Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true},
		{Null: true}, {Null: true},
		{Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}, {Null: true}},
	{types.BoolDatum(false), types.Int(math.MinInt16), types.Int(math.MinInt32), types.Int(math.MinInt64), types.Int(5),
		types.Int128(-1, -1),
		types.Float(math.Inf(-1)), types.Float(1e22), types.String(""), types.String(""), types.Int(-730119), types.Int(-1),
		types.Int128(-13, -1_500_000), types.Int(0), types.String(""), types.Int(types.MicrosPerDay),
		zonedTime("24:00+05:45")},
}

func zonedTime(s string) types.Datum {
	d, err := types.ParseText(types.TZonedTime, s)
	if err != nil {
		panic(err)
	}
	return d
}

var allText = [][]string{
	{"t", "-2", "40000", "1099511627776", "-12.3456", "92233720368547.758157", "1.5", "0.1", "ab   ", "héllo",
		"2001-01-01",
		"2000-01-02 00:00:00.000001", "1 year 2 mons 3 days 04:00:00", "4000000000", "pg_class", "04:05:06.789",
		"20:00:00-08"},
	{"", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""},
	{"f", "-32768", "-2147483648", "-9223372036854775808", "0.0005", "-0.000001", "-Infinity", "1e+22", "     ", "",
		"0001-01-01",
		"1999-12-31 23:59:59.999999", "-1 years -1 mons -00:00:01.5", "0", "", "24:00:00", "24:00:00+05:45"},
}

func connect(t testing.TB, addr string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), "postgres://dev@"+addr+"/dev?sslmode=prefer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// Every type in text form, as PostgreSQL prints it; the fraction of 5·2^64+77
// shows that 128 bits are used.
func TestTextResults(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	got := c.PgConn().ExecParams(context.Background(), "all", nil, nil, nil, nil).Read()
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	if len(got.Rows) != len(allText) {
		t.Fatalf("%d rows", len(got.Rows))
	}
	for i, row := range got.Rows {
		for j, v := range row {
			if string(v) != allText[i][j] {
				t.Errorf("row %d %s: %q, want %q", i, allColumns[j].Name, v, allText[i][j])
			}
			if (v == nil) != (i == 1) {
				t.Errorf("row %d %s: NULL is %v", i, allColumns[j].Name, v == nil)
			}
		}
	}
}

// Every type in binary, read by pgx's decoders and printed by PostgreSQL's rules.
func TestBinaryResults(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	rows, err := c.Query(context.Background(), "all")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want := [][]string{
		{"true", "-2", "40000", "1099511627776", "-12.3456", "92233720368547.758157", "1.5", "0.1", "ab   ", "héllo",
			"2001-01-01", "2000-01-02 00:00:00.000001", "14/3/14400000000", "4000000000", "pg_class", "04:05:06.789000",
			"20:00:00-08"},
		{},
		{"false", "-32768", "-2147483648", "-9223372036854775808", "0.0005", "-0.000001", "-Inf", "1e+22", "     ", "",
			"0001-01-01", "1999-12-31 23:59:59.999999", "-13/0/-1500000", "0", "", "24:00:00.000000", "24:00:00+05:45"},
	}
	i := 0
	for ; rows.Next(); i++ {
		vals, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range vals {
			if i == 1 {
				if v != nil {
					t.Errorf("%s: %v, want NULL", allColumns[j].Name, v)
				}
				continue
			}
			if got := show(v, allColumns[j].Type); got != want[i][j] {
				t.Errorf("row %d %s: %s, want %s", i, allColumns[j].Name, got, want[i][j])
			}
		}
	}
	if rows.Err() != nil || i != len(want) {
		t.Fatalf("%d rows, %v", i, rows.Err())
	}
}

func show(v any, t types.Type) string {
	switch v := v.(type) {
	case time.Time:
		if t.Kind == types.Date {
			return v.Format("2006-01-02")
		}
		return v.Format("2006-01-02 15:04:05.999999")
	case pgtype.Interval:
		return fmt.Sprintf("%d/%d/%d", v.Months, v.Days, v.Microseconds)
	case driver.Valuer:
		s, _ := v.Value()
		return fmt.Sprint(s)
	}
	return fmt.Sprint(v)
}

func TestErrors(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	for _, run := range []func() error{
		func() error {
			_, err := c.PgConn().Exec(context.Background(), "rows 1; nonsense").ReadAll()
			return err
		},
		func() error { _, err := c.Exec(context.Background(), "nonsense"); return err },
	} {
		var pe *pgconn.PgError
		if err := run(); !errors.As(err, &pe) || pe.Code != "42601" || pe.Position != 7 || pe.Hint != "try again" {
			t.Errorf("got %#v", err)
		}
	}
	// An error in a block spoils it; Bind's errors too.
	if _, err := c.Exec(context.Background(), "begin", pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	c.Exec(context.Background(), "nonsense")
	if s := c.PgConn().TxStatus(); s != 'E' {
		t.Errorf("status %c, want E", s)
	}
	if _, err := c.Exec(context.Background(), "commit", pgx.QueryExecModeSimpleProtocol); err != nil ||
		c.PgConn().TxStatus() != 'I' {
		t.Errorf("commit: %v, status %c", err, c.PgConn().TxStatus())
	}
}

func TestSimpleSeveral(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	res, err := c.PgConn().Exec(context.Background(), "rows 2; warn; rows 3").ReadAll()
	if err != nil || len(res) != 3 || len(res[0].Rows) != 2 || res[1].CommandTag.String() != "WARN" ||
		len(res[2].Rows) != 3 {
		t.Fatalf("%v %v", res, err)
	}
	if res, err = c.PgConn().Exec(context.Background(), "").ReadAll(); err != nil || len(res) != 0 &&
		res[0].CommandTag.String() != "" {
		t.Fatalf("empty: %v %v", res, err)
	}
}

// Row limits: a portal is fetched in parts, below and above the spool's memory.
func TestRowLimit(t *testing.T) {
	_, addr := startServer(t)
	for _, total := range []int{0, 1, 5, 6, 7, 300_000} {
		c := connect(t, addr)
		hj, err := c.PgConn().Hijack()
		if err != nil {
			t.Fatal(err)
		}
		limit := max(6, total/3)
		f := hj.Frontend
		f.Send(&pgproto3.Parse{Query: fmt.Sprintf("rows %d", total)})
		f.Send(&pgproto3.Bind{DestinationPortal: "p"})
		f.Send(&pgproto3.Execute{Portal: "p", MaxRows: uint32(limit)})
		f.Send(&pgproto3.Flush{})
		f.Flush()
		got, suspended := 0, 0
	loop:
		for {
			m, err := f.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.DataRow:
				if string(m.Values[0]) != fmt.Sprint(got) {
					t.Fatalf("row %d is %s", got, m.Values[0])
				}
				got++
			case *pgproto3.PortalSuspended:
				suspended++
				f.Send(&pgproto3.Execute{Portal: "p", MaxRows: uint32(limit)})
				f.Send(&pgproto3.Flush{})
				f.Flush()
			case *pgproto3.CommandComplete:
				break loop
			case *pgproto3.ErrorResponse:
				t.Fatal(m)
			}
		}
		if got != total || suspended != total/limit {
			t.Errorf("%d rows in %d parts, want %d in %d", got, suspended, total, total/limit)
		}
		hj.Conn.Close()
	}
}

func TestCopyIn(t *testing.T) {
	f, addr := startServer(t)
	c := connect(t, addr)
	var data strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&data, "%d\tline\n", i)
	}
	tag, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader(data.String()), "copy")
	if err != nil || tag.String() != "COPY 100000" || string(f.copied) != data.String() {
		t.Fatalf("%v %v", tag, err)
	}
	// An interrupt that comes late is none of the next statement's.
	f.copy.Interrupt()
	if _, err := c.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
	// The client gives up.
	_, err = c.PgConn().CopyFrom(context.Background(), io.MultiReader(strings.NewReader("1\t2\n"), failing{}), "copy")
	if err == nil || !strings.Contains(err.Error(), "out of data") {
		t.Errorf("got %v", err)
	}
	if _, err := c.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("out of data") }

// A cancel ends the statement; the session goes on afterwards.
func TestCancel(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	go func() {
		time.Sleep(300 * time.Millisecond)
		c.PgConn().CancelRequest(context.Background())
	}()
	start := time.Now()
	_, err := c.PgConn().Exec(context.Background(), "sleep").ReadAll()
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "57014" || time.Since(start) > 5*time.Second {
		t.Error(err)
	}
	if _, err := c.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

// A cancel while the server waits for COPY data: the session goes on afterwards.
func TestCancelCopy(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	pr, pw := io.Pipe()
	go func() {
		pw.Write([]byte("1\tx\n"))
		time.Sleep(300 * time.Millisecond)
		c.PgConn().CancelRequest(context.Background())
		time.Sleep(300 * time.Millisecond)
		pw.Close()
	}()
	_, err := c.PgConn().CopyFrom(context.Background(), pr, "copy")
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "57014" {
		t.Errorf("got %v", err)
	}
	if _, err := c.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

func TestLibPQ(t *testing.T) {
	_, addr := startServer(t)
	host, port, _ := net.SplitHostPort(addr)
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=dev dbname=dev sslmode=disable", host, port))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("rows 3")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		var i int
		var s string
		if err := rows.Scan(&i, &s); err != nil || i != n || s != fmt.Sprintf("row %d", n) {
			t.Errorf("%d %q %v", i, s, err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d rows", n)
	}
	st, err := db.Prepare("echo int4 varchar")
	if err != nil {
		t.Fatal(err)
	}
	var i int
	var s string
	if err := st.QueryRow(42, "x").Scan(&i, &s); err != nil || i != 42 || s != "x" {
		t.Errorf("%d %q %v", i, s, err)
	}
	_, err = db.Exec("nonsense")
	var pe *pq.Error
	if !errors.As(err, &pe) || pe.Code != "42601" {
		t.Errorf("got %v", err)
	}
}

func TestPsql(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Fatal("psql is not installed: ./build.sh test installs it")
	}
	_, addr := startServer(t)
	host, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("psql", "-X", "-h", host, "-p", port, "-U", "dev", "-d", "dev", "-At", "-c", "rows 2", "-c",
		"nonsense")
	var rows, said strings.Builder
	cmd.Stdout, cmd.Stderr = &rows, &said
	cmd.Run() // the second command fails
	if got, want := rows.String(), "0|row 0\n1|row 1\n"; got != want {
		t.Errorf("rows are %q, want %q", got, want)
	}
	for _, want := range []string{"ERROR:  syntax error at or near \"nonsense\"", "HINT:  try again"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q lacks %q", said.String(), want)
		}
	}
}
