package text_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/catalog/fn/fntest"
)

// oracleDSN, given, asks a PostgreSQL (15 was used) for the answers again:
//
//	go test ./runtime/kernels/text -run Oracle -oracle 'host=127.0.0.1 port=5432 user=postgres'
var oracleDSN = flag.String("oracle", "",
	"connection string of a PostgreSQL that rewrites catalog/fn/fntest/testdata/oracle.txt")

// Functions agree with PostgreSQL's recorded answers, values and SQLSTATE classes both.
func TestOracle(t *testing.T) {
	const file = "../../../catalog/fn/fntest/testdata/oracle.txt"
	cases := fntest.Cases()
	if *oracleDSN != "" {
		askOracle(t, file, cases)
		t.Log("written; run the test again to compare")
		return
	}
	answers := fntest.Answers()
	bad := 0
	for _, c := range cases {
		want, ok := answers[c.SQL]
		if !ok {
			t.Fatalf("no answer for %s: rewrite %s", c.SQL, file)
		}
		got, e := call(t, c.Name, c.Args, c.Text)
		failed := strings.HasPrefix(want, "!")
		if failed != (e != "") || !failed && got != want {
			if bad++; bad <= 40 {
				t.Errorf("%s: got %q %s, PostgreSQL says %q", c.SQL, got, e, want)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d cases differ", bad, len(cases))
	}
}

// askOracle writes the file anew: expression, tab, answer or !SQLSTATE.
func askOracle(t *testing.T, file string, cases []fntest.Case) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, *oracleDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set extra_float_digits = 1; set timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	var sb strings.Builder
	done := map[string]bool{}
	for _, c := range cases {
		if done[c.SQL] {
			continue
		}
		done[c.SQL] = true
		rs, err := conn.PgConn().Exec(ctx, "select "+c.SQL).ReadAll()
		var pe *pgconn.PgError
		switch {
		case errors.As(err, &pe):
			fmt.Fprintf(&sb, "%s\t!%s\n", c.SQL, pe.Code)
		case err != nil:
			t.Fatal(err)
		case rs[0].Rows[0][0] == nil:
			fmt.Fprintf(&sb, "%s\tNULL\n", c.SQL)
		default:
			fmt.Fprintf(&sb, "%s\t%s\n", c.SQL, rs[0].Rows[0][0])
		}
	}
	if err := os.WriteFile(file, []byte(sb.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
