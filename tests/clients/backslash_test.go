package clients

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/lib/pq"

	"slipher/tests/warehouse"
)

// hard are texts that a client must quote with care.
var hard = []string{`\d+`, `it's \'`, "tab\tand\\t", `\\`, `C:\users\new`, `\`}

// Drivers quote values as the setting wants it, which they hear of; literals in texts are read by it.
func TestBackslashes(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	host, port, _ := net.SplitHostPort(w.Addr)
	dsn := fmt.Sprintf("postgres://dev@%s/dev?sslmode=disable", w.Addr)

	t.Run("pgx", func(t *testing.T) {
		for _, x := range []struct{ more, setting, length string }{
			{"", "off", "3"}, {"&standard_conforming_strings=on", "on", "4"},
			{"&options=-c%20standard_conforming_strings%3Don", "on", "4"},
		} {
			for _, mode := range []string{"cache_statement", "cache_describe", "exec", "simple_protocol"} {
				c, err := pgx.Connect(ctx, dsn+x.more+"&default_query_exec_mode="+mode)
				if err != nil {
					t.Fatal(err)
				}
				if got := c.PgConn().ParameterStatus("standard_conforming_strings"); got != x.setting {
					t.Errorf("%s: reported %q", x.more, got)
				}
				for _, v := range hard {
					var got, n string
					err := c.QueryRow(ctx, `SELECT $1::varchar, len('a\tb')::varchar`, v).Scan(&got, &n)
					if mode == "simple_protocol" && x.setting == "off" {
						if err == nil || !strings.Contains(err.Error(), "standard_conforming_strings") {
							t.Errorf("pgx quotes itself without the setting that it needs: %v", err)
						}
					} else if err != nil || got != v || n != x.length {
						t.Errorf("%s %s: %q, %q characters, %v", mode, x.more, got, n, err)
					}
				}
				// The client hears of a change, also of one that is taken back.
				for _, s := range []struct{ sql, want string }{
					{"SET standard_conforming_strings TO on", "on"}, {"SET standard_conforming_strings TO off", "off"},
					{"SELECT set_config('standard_conforming_strings', 'on', false)", "on"},
					{"RESET standard_conforming_strings", x.setting},
					{"BEGIN; SET standard_conforming_strings TO off; ROLLBACK", x.setting},
					{"SET standard_conforming_strings TO off; SELECT 1/0", x.setting},
				} {
					_, err := c.PgConn().Exec(ctx, s.sql).ReadAll()
					if got := c.PgConn().ParameterStatus("standard_conforming_strings"); got != s.want || err != nil &&
						!strings.HasSuffix(s.sql, "/0") {
						t.Errorf("%s: %q, want %q; %v", s.sql, got, s.want, err)
					}
				}
				c.Close(ctx)
			}
		}
	})

	t.Run("pq", func(t *testing.T) {
		for _, more := range []string{"", " standard_conforming_strings=on"} {
			db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=dev dbname=dev sslmode=disable%s", host, port,
				more))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range hard {
				var a, b string
				if err := db.QueryRow("SELECT $1::varchar, "+pq.QuoteLiteral(v), v).Scan(&a, &b); err != nil || a != v || b != v {
					t.Errorf("%s: %q %q %v", more, a, b, err)
				}
			}
			db.Close()
		}
	})

	t.Run("psql", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "script.sql")
		if err := os.WriteFile(file, []byte(`\set v 'C:\\new\\it''s'
SELECT :'v', len('a\tb');
SET standard_conforming_strings TO on;
SELECT :'v', len('a\tb');
\d nothing
`), 0o600); err != nil {
			t.Fatal(err)
		}
		for options, first := range map[string]string{"": "3", "-c standard_conforming_strings=on": "4"} {
			cmd := exec.Command("psql", "-X", "-h", host, "-p", port, "-U", "dev", "-d", "dev", "-At", "-f", file)
			cmd.Env = append(os.Environ(), "PGOPTIONS="+options)
			var said strings.Builder
			cmd.Stderr = &said
			out, err := cmd.Output()
			want := `C:\new\it's|` + first + "\nSET\n" + `C:\new\it's|4` + "\n"
			if err != nil || string(out) != want || !strings.Contains(said.String(), `Did not find any relation named "nothing"`) {
				t.Errorf("%s: %s%s%v", options, out, said.String(), err)
			}
		}
	})

	t.Run("places", func(t *testing.T) {
		c := w.Connect(t)
		for _, s := range []struct{ sql, at string }{
			{`SELECT 'a\tb', '\\ü', nothing`, "nothing"}, {`SELECT '\\' FROM t WHERE`, ""}, {`SELECT len('\t'), 1 + len('x\'y'), nothing`, "nothing"},
		} {
			_, err := c.PgConn().Exec(ctx, s.sql).ReadAll()
			var pe *pgconn.PgError
			if !errors.As(err, &pe) || pe.Position == 0 {
				t.Errorf("%s: %v", s.sql, err)
			} else if rest := string([]rune(s.sql)[pe.Position-1:]); rest != s.at {
				t.Errorf("%s: %v points to %q", s.sql, err, rest)
			}
		}
	})

	// Whatever is kept by its text is kept by its reading too: trees, templates of INSERTs, their descriptions.
	t.Run("kept", func(t *testing.T) {
		c := w.Connect(t)
		warehouse.Exec(t, c, "CREATE TABLE kept (i INTEGER, v VARCHAR(10))")
		want := ""
		for i, x := range []struct{ setting, length string }{{"off", "3"}, {"on", "4"}, {"off", "3"}, {"on", "4"}} {
			warehouse.Exec(t, c, "SET standard_conforming_strings TO "+x.setting)
			if _, err := c.Exec(ctx, `INSERT INTO kept VALUES ($1, 'a\tb')`, pgx.QueryExecModeExec, i); err != nil {
				t.Fatal(err)
			}
			warehouse.Exec(t, c, `INSERT INTO kept VALUES (`+fmt.Sprint(i)+`, 'a\tb')`)
			warehouse.Exec(t, c, `INSERT INTO kept SELECT `+fmt.Sprint(i)+`, 'a\tb'`)
			want += fmt.Sprintf("[%d 3 %s %s]", i, x.length, x.length)
		}
		r, err := warehouse.Query(c, "SELECT i, count(*), min(len(v)), max(len(v)) FROM kept GROUP BY i ORDER BY i")
		if got := ""; err == nil {
			for _, row := range r.Rows {
				got += fmt.Sprint(row)
			}
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		} else {
			t.Error(err)
		}
	})

	// A field that is one NUL is what NULL AS '\0' and '\000' name.
	t.Run("nul", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "nul.txt")
		if err := os.WriteFile(file, []byte("1|\x00\n2|x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := w.Connect(t)
		warehouse.Exec(t, c, "CREATE TABLE nul (i INTEGER, v VARCHAR(10))")
		for _, setting := range []string{"off", "on"} {
			for _, null := range []string{`\0`, `\000`, `\\0`} {
				warehouse.Exec(t, c, "SET standard_conforming_strings TO "+setting+"; TRUNCATE nul")
				warehouse.Exec(t, c, "COPY nul FROM '"+file+"' NULL AS '"+null+"'")
				if r, err := warehouse.Query(c, "SELECT count(*), count(v) FROM nul"); err != nil ||
					fmt.Sprint(r.Rows) != "[[2 1]]" {
					t.Errorf("%s %s: %v %v", setting, null, r, err)
				}
			}
		}
	})
}
