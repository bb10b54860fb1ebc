package sql

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// A file of many batches: every refused record is found under its own line, also
// behind quoted line ends, and every other record is loaded exactly once.
func TestCopyLines(t *testing.T) {
	const records = 120_000
	bad := map[int]bool{7: true, 39_999: true, 40_000: true, 99_123: true, records - 1: true}
	var b bytes.Buffer
	var want []string // line numbers of the bad records
	line, sum := 1, 0
	for i := range records {
		switch {
		case bad[i]:
			fmt.Fprintf(&b, "x%d,bad,1.5\n", i)
			want = append(want, fmt.Sprint(line))
			line++
		case i%1000 == 3:
			fmt.Fprintf(&b, "%d,\"two\nlines, \"\"%d\"\"\",%d.25\n", i, i, i)
			line += 2
			sum += i
		default:
			fmt.Fprintf(&b, "%d,some text to fill the line %d,%d.25\n", i, i, i)
			line++
			sum += i
		}
	}
	file := filepath.Join(t.TempDir(), "big.csv")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			for _, style := range []string{"EVEN", "ALL", "KEY DISTKEY(i)"} {
				conn.Exec(t, "CREATE TABLE b(i INTEGER, s VARCHAR(60), d DECIMAL(12, 2)) DISTSTYLE "+style)
				if _, err := conn.Try(fmt.Sprintf("COPY b FROM '%s' CSV MAXERROR 5", file)); cluster.Code(err) != "22P02" {
					t.Errorf("%s: five errors with MAXERROR 5: %v", style, err)
				}
				if n := conn.One(t, "SELECT count(*) FROM b"); n != "0" {
					t.Errorf("%s: %s rows after a failed COPY", style, n)
				}
				if r := conn.Exec(t, fmt.Sprintf("COPY b FROM '%s' CSV MAXERROR 6", file)); r.Tag != fmt.Sprintf("COPY %d",
					records-len(bad)) {
					t.Errorf("%s: tag %s", style, r.Tag)
				}
				got := conn.Exec(t,
					"SELECT count(*), count(DISTINCT i), sum(i), sum(d) - sum(i), sum(CASE WHEN s LIKE '%\n%' THEN 1 ELSE 0 END) "+
						"FROM b")
				if want := fmt.Sprintf("[[%d %d %d %d.%02d %d]]", records-5, records-5, sum, (records-5)/4, (records-5)%4*25,
					records/1000); fmt.Sprint(got.Rows) != want {
					t.Errorf("%s: %v, want %s", style, got.Rows, want)
				}
				var lines []string
				r := conn.Exec(t,
					fmt.Sprintf(
						"SELECT line_number FROM stl_load_errors WHERE filename = '%s' ORDER BY query DESC, line_number LIMIT 5", file))
				for _, row := range r.Rows {
					lines = append(lines, row[0].Text)
				}
				if strings.Join(lines, " ") != strings.Join(want, " ") {
					t.Errorf("%s: lines %v, want %v", style, lines, want)
				}
				conn.Exec(t, "DROP TABLE b")
			}
			// The same from the client, with an error and without.
			conn.Exec(t, "CREATE TABLE b(i INTEGER, s VARCHAR(60), d DECIMAL(12, 2))")
			if _, err := conn.CopyIn("COPY b FROM STDIN CSV", bytes.NewReader(b.Bytes())); cluster.Code(err) != "22P02" {
				t.Errorf("STDIN: %v", err)
			}
			if tag, err := conn.CopyIn("COPY b FROM STDIN CSV MAXERROR 100", bytes.NewReader(b.Bytes())); err != nil ||
				tag != fmt.Sprintf("COPY %d", records-5) {
				t.Errorf("STDIN: %s, %v", tag, err)
			}
			if n := conn.One(t, "SELECT sum(i) FROM b"); n != fmt.Sprint(sum) {
				t.Errorf("STDIN: sum %s, want %d", n, sum)
			}
		})
	}
}
