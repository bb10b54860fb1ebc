package tpch

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

// group is what SQL and Go compute of the flights of one origin.
type group struct {
	flights, delays, delay, distance, worst int64
	destinations                            map[string]bool
}

// Three million real flights: what the engine says of groups is what Go computes
// while it writes the CSV file, on both shapes and in both tiers.
func TestFlights(t *testing.T) {
	cluster.NeedLong(t)
	file := filepath.Join(t.TempDir(), "flights.csv")
	origins, days, rows := writeFlights(t, answers.Shared(t, "data", "flights-3m.parquet"), file)
	if rows != 3_000_000 {
		t.Fatalf("the Parquet file has %d rows", rows)
	}
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			conn.Exec(t,
				"CREATE TABLE flights(at TIMESTAMP, delay INTEGER, distance INTEGER, origin CHAR(3), destination VARCHAR(3)) "+
					"DISTSTYLE EVEN SORTKEY(at)")
			start := time.Now()
			if r := conn.Exec(t, fmt.Sprintf("COPY flights FROM '%s' CSV IGNOREHEADER 1", file)); r.Tag != "COPY 3000000" {
				t.Fatalf("tag %q", r.Tag)
			}
			t.Logf("loaded in %s", time.Since(start).Round(time.Millisecond))
			for _, tier := range []string{"primitives", "fused"} {
				t.Run(tier, func(t *testing.T) {
					conn.Exec(t, "SET slipher_tier = "+tier)
					byOrigin := conn.Exec(t, `SELECT origin, count(*), count(delay), sum(delay), sum(distance), max(delay), count(DISTINCT destination)
						FROM flights GROUP BY origin ORDER BY origin`)
					compareRows(t, byOrigin.Rows, wantOrigins(origins))
					byDay := conn.Exec(t, "SELECT at::date AS day, count(*) FROM flights GROUP BY day ORDER BY day")
					compareRows(t, byDay.Rows, wantDays(days))
				})
			}
		})
	}
}

// writeFlights unloads the Parquet file as CSV and sums it up on the way.
func writeFlights(t *testing.T, from, to string) (origins map[string]*group, days map[string]int64, rows int64) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		t.Fatal(err)
	}
	pf, err := parquet.OpenFile(in, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprintln(w, "date,delay,distance,origin,destination")
	origins, days = map[string]*group{}, map[string]int64{}
	buf := make([]parquet.Row, 1024)
	for _, rg := range pf.RowGroups() {
		r := rg.Rows()
		for {
			n, err := r.ReadRows(buf)
			for _, row := range buf[:n] {
				writeFlight(w, row, origins, days)
			}
			rows += int64(n)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return origins, days, rows
}

// writeFlight writes one row; a NULL is an empty field.
func writeFlight(w *bufio.Writer, row parquet.Row, origins map[string]*group, days map[string]int64) {
	var at string
	if !row[0].IsNull() {
		at = time.UnixMicro(row[0].Int64()).UTC().Format("2006-01-02 15:04:05")
	}
	field := func(i int) string {
		if row[i].IsNull() {
			return ""
		}
		return row[i].String()
	}
	fmt.Fprintf(w, "%s,%s,%s,%s,%s\n", at, field(1), field(2), field(3), field(4))
	days[strings.SplitN(at, " ", 2)[0]]++
	g := origins[field(3)]
	if g == nil {
		g = &group{worst: -1 << 62, destinations: map[string]bool{}}
		origins[field(3)] = g
	}
	g.flights++
	if !row[1].IsNull() {
		g.delays++
		g.delay += row[1].Int64()
		g.worst = max(g.worst, row[1].Int64())
	}
	if !row[2].IsNull() {
		g.distance += row[2].Int64()
	}
	if !row[4].IsNull() {
		g.destinations[field(4)] = true
	}
}

func wantOrigins(origins map[string]*group) []string {
	var lines []string
	for name, g := range origins {
		lines = append(lines, fmt.Sprintf("%s|%d|%d|%d|%d|%d|%d", name, g.flights, g.delays, g.delay, g.distance, g.worst,
			len(g.destinations)))
	}
	sort.Strings(lines)
	return lines
}

func wantDays(days map[string]int64) []string {
	var lines []string
	for day, n := range days {
		lines = append(lines, fmt.Sprintf("%s|%d", day, n))
	}
	sort.Strings(lines)
	return lines
}

func compareRows(t *testing.T, rows [][]cluster.Value, want []string) {
	t.Helper()
	if len(rows) != len(want) {
		t.Errorf("%d rows, want %d", len(rows), len(want))
		return
	}
	for i, row := range rows {
		fields := make([]string, len(row))
		for j, v := range row {
			fields[j] = v.String()
		}
		if got := strings.Join(fields, "|"); got != want[i] {
			t.Errorf("row %d: %s, want %s", i+1, got, want[i])
			return
		}
	}
}
