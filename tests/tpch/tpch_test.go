// Package tpch runs TPC-H at scale factor 0.01 in both tiers on both cluster
// shapes and compares the answers.
package tpch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

const data = "../data/tpch"

// attributes place the tables as one would: large ones by the join key.
var attributes = map[string]string{
	"lineitem": "DISTKEY(l_orderkey) SORTKEY(l_shipdate)",
	"orders":   "DISTKEY(o_orderkey) SORTKEY(o_orderdate)",
	"customer": "DISTKEY(c_custkey)",
	"part":     "DISTKEY(p_partkey)",
	"partsupp": "DISTKEY(ps_partkey)",
	"supplier": "DISTSTYLE ALL",
	"nation":   "DISTSTYLE ALL",
	"region":   "DISTSTYLE ALL",
}

// queries are those whose SQL is in scope now; the others must be refused by name, not answered wrongly.
var queries = []int{1, 3, 5, 6, 10, 12, 14, 19}

func load(t testing.TB, c *pgx.Conn) {
	t.Helper()
	schema, err := os.ReadFile(data + "/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range strings.Split(string(schema), ";") {
		name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(stmt), "CREATE TABLE "), "(")
		if !ok {
			continue
		}
		warehouse.Exec(t, c, stmt+" "+attributes[name])
		path, err := filepath.Abs(fmt.Sprintf("%s/sf0.01/%s.csv.gz", data, name))
		if err != nil {
			t.Fatal(err)
		}
		warehouse.Exec(t, c, fmt.Sprintf("COPY %s FROM '%s' DELIMITER '|' CSV GZIP", name, path))
	}
}

func TestAnswers(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			c := warehouse.Start(t, shape.Options).Connect(t)
			load(t, c)
			for _, tier := range []string{"primitives", "fused"} {
				warehouse.Exec(t, c, "SET slipher_tier = "+tier)
				for _, q := range queries {
					t.Run(fmt.Sprintf("%s/q%02d", tier, q), func(t *testing.T) { check(t, c, q) })
				}
			}
		})
	}
}

func check(t *testing.T, c *pgx.Conn, q int) {
	text, err := os.ReadFile(fmt.Sprintf("%s/queries/q%02d.sql", data, q))
	if err != nil {
		t.Fatal(err)
	}
	want, err := warehouse.ReadAnswer(fmt.Sprintf("%s/answers-sf0.01/q%02d.csv", data, q))
	if err != nil {
		t.Fatal(err)
	}
	got, err := warehouse.Query(c, string(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := want.Differs(got); d != "" {
		t.Error(d)
	}
}
