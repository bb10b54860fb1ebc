package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"slipher/tests/data"
)

// demoCmd is a tour: a server of its own on a temporary directory, the movies
// table, some queries. It is a client like any other and speaks only the
// PostgreSQL protocol.
type demoCmd struct {
	CSV    path  `name:"csv" help:"The movies as CSV with a header (default: those that the binary carries)." placeholder:"FILE"`
	Slices count `help:"Slices of the server." default:"4" min:"1" max:"4096"`
}

// demoTable is Redshift DDL with the attributes that matter for placement.
const demoTable = `CREATE TABLE movies (
  title  VARCHAR(200),
  year   INTEGER,
  genre  VARCHAR(30),
  rating DECIMAL(3,1),
  votes  INTEGER
) DISTKEY (title) SORTKEY (year)`

// demoQueries are run in order; a word in front of one says how to show it.
var demoQueries = []string{
	`SELECT AVG(year) FROM movies`,
	`SELECT genre, COUNT(*) AS films, AVG(rating) AS rating, MAX(votes) AS votes FROM movies WHERE year >= 1990 GROUP BY genre ORDER BY films DESC LIMIT 5`,
	`SELECT title, year, rating FROM movies WHERE votes > 300000 AND genre IS NOT NULL ORDER BY rating DESC, title LIMIT 5`,
	`EXPLAIN SELECT genre, AVG(rating) FROM movies WHERE year >= 1990 GROUP BY genre ORDER BY 2 DESC LIMIT 5`,
	`EXPLAIN (COMPILE 'segments') SELECT genre, AVG(rating) FROM movies WHERE year >= 1990 GROUP BY genre ORDER BY 2 DESC LIMIT 5`,
	`EXPLAIN (COMPILE 'times') SELECT genre, AVG(rating) FROM movies WHERE year >= 1990 GROUP BY genre ORDER BY 2 DESC LIMIT 5`,
	`SELECT slice, rows FROM stv_tbl_perm WHERE name = 'movies' ORDER BY slice`,
	`SELECT b.slice, COUNT(*) AS blocks FROM stv_blocklist b JOIN stv_tbl_perm p ON p.id = b.tbl AND p.slice = b.slice WHERE p.name = 'movies' GROUP BY b.slice ORDER BY b.slice`,
}

// Run gives the tour.
func (d *demoCmd) Run(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE) // `slipher demo | head` must not leave a server behind
	movies, err := d.movies()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "slipher-demo-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.Command(self, "start", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0", "--slices",
		fmt.Sprint(d.Slices), "--log", "warn")
	server.Stderr = os.Stderr
	// A terminal's interrupt is for us alone: the server would take our signal for a second one. It ends with us
	// (with this thread, says prctl(2)), also where nobody asks us: kill -9.
	runtime.LockOSThread()
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	server.Env = demoEnv(os.Environ())
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		server.Process.Signal(syscall.SIGTERM)
		server.Wait()
	}()
	addr, err := readyAddress(out)
	if err != nil {
		return err
	}
	fmt.Printf("A server runs at %s, with its data in %s.\n", addr, dir)
	conn, err := dialDemo(ctx, addr, "dev", "dev")
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := loadMovies(conn, movies); err != nil {
		return err
	}
	for _, q := range demoQueries {
		if err := run(os.Stdout, conn, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	// Both tiers, forced, over the same question: one answer, two times.
	for _, tier := range []string{"primitives", "fused"} {
		for _, q := range []string{"SET slipher_tier = " + tier, demoQueries[0]} {
			if err := run(os.Stdout, conn, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
	}
	return nil
}

// movies is the table's content.
func (d *demoCmd) movies() ([]byte, error) {
	if d.CSV == "" {
		return data.Movies, nil
	}
	return os.ReadFile(string(d.CSV))
}

// demoEnv is the environment without the settings of the user's own servers, which are not the demo's.
func demoEnv(env []string) []string {
	return slices.DeleteFunc(env, func(v string) bool {
		return strings.HasPrefix(v, "SLIPHER_") && !strings.HasPrefix(v, "SLIPHER_LLVM=")
	})
}

// loadMovies makes the table and fills it by COPY.
func loadMovies(conn *demoClient, movies []byte) error {
	if err := run(os.Stdout, conn, demoTable); err != nil {
		return err
	}
	const load = "COPY movies FROM STDIN CSV IGNOREHEADER 1"
	fmt.Printf("\ndev=# %s;\n", load)
	start := time.Now()
	results, err := conn.Copy(load, movies)
	if err != nil {
		return fmt.Errorf("%s: %w", load, err)
	}
	took := time.Since(start)
	for _, r := range results {
		printResult(os.Stdout, r)
	}
	printTime(os.Stdout, took)
	return run(os.Stdout, conn, "ANALYZE movies")
}

// readyAddress reads the SQL address off a server's ready line.
func readyAddress(r io.Reader) (string, error) {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		if !strings.HasPrefix(sc.Text(), "slipher: ready ") {
			continue
		}
		for _, w := range strings.Fields(sc.Text()) {
			if a, ok := strings.CutPrefix(w, "sql="); ok {
				go io.Copy(io.Discard, r)
				return a, nil
			}
		}
	}
	return "", fmt.Errorf("the server ended before it was ready")
}

// run executes a statement and prints it with its answer and time, much as psql does.
func run(w io.Writer, conn *demoClient, q string) error {
	fmt.Fprintf(w, "\ndev=# %s;\n", q)
	start := time.Now()
	results, err := conn.Query(q)
	took := time.Since(start)
	if err != nil {
		return err
	}
	for _, r := range results {
		printResult(w, r)
	}
	printTime(w, took)
	return nil
}

func printTime(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "Time: %.1f ms\n", float64(took.Microseconds())/1000)
}

// printResult prints rows as a table, or the command's tag.
func printResult(w io.Writer, r demoResult) {
	if r.Columns == nil {
		fmt.Fprintln(w, r.Tag)
		return
	}
	width := make([]int, len(r.Columns))
	for i, name := range r.Columns {
		width[i] = len([]rune(name))
		for _, row := range r.Rows {
			width[i] = max(width[i], len([]rune(row[i])))
		}
	}
	line := func(cell func(i int) string) {
		var parts []string
		for i := range width {
			parts = append(parts, fmt.Sprintf(" %-*s ", width[i], cell(i)))
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(parts, "|"), " "))
	}
	line(func(i int) string { return r.Columns[i] })
	var rule []string
	for _, n := range width {
		rule = append(rule, strings.Repeat("-", n+2))
	}
	fmt.Fprintln(w, strings.Join(rule, "+"))
	for _, row := range r.Rows {
		line(func(i int) string { return row[i] })
	}
	plural := "s"
	if len(r.Rows) == 1 {
		plural = ""
	}
	fmt.Fprintf(w, "(%d row%s)\n", len(r.Rows), plural)
}
