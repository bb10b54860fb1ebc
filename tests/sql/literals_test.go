package sql

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/compiler/parse"
	"slipher/tests/cluster"
)

// The scripts' queries, and statements that change tables, which are taken back, each again with other literals: what a
// plan answers that was kept for the same shape is what one made for the query answers. (Built with the tag invariants
// the server itself compares the two.)
func TestOtherLiterals(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	cfg := cluster.Configs()[0]
	var group cluster.Group
	c := group.For(t, cfg)
	count := func() (hits int) {
		conn := c.Connect(t, "dev")
		defer conn.Close()
		rs := conn.Exec(t, "select hits from stv_plan_cache")
		hits, _ = strconv.Atoi(rs.Rows[0][0].String())
		return hits
	}
	asked := 0
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(len(path))))
			s := newScript(t, c, cfg, "l"+filepath.Base(path))
			s.conn.Exec(t, "set statement_timeout = 1000")
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				s.run(t, d)
				if d.Cmd != "sql" || d.HasArg("waits") || d.HasArg("as") {
					return d.Expected
				}
				text := s.expand(d.Input)
				for range 2 {
					other := otherLiterals(rng, text)
					if other == "" {
						break
					}
					asked++
					compareCached(t, s.conn, d.Pos, other)
				}
				return d.Expected
			})
		})
	}
	if hits := count(); hits < asked/4 {
		t.Errorf("%d queries with other literals, and only %d hits", asked, hits)
	}
}

// compareCached runs a query with plans that are kept and without; what kept plans give comes first.
func compareCached(t *testing.T, conn *cluster.Conn, pos, query string) {
	var answers [2]string
	for i, set := range []string{"on", "off"} {
		if _, err := conn.Try("set slipher_plan_cache = " + set); err != nil { // in a failed block
			return
		}
		if changes(query) {
			conn.Notices()
			if _, err := conn.Try("begin"); err != nil || len(conn.Notices()) > 0 { // in a block
				conn.Try("set slipher_plan_cache = on")
				return
			}
		}
		rs, err := conn.Try(query)
		if changes(query) {
			conn.Try("rollback")
		}
		conn.Notices()
		if code := cluster.Code(err); err != nil && (code == "57014" || code == "25P02") {
			conn.Try("set slipher_plan_cache = on")
			return
		}
		var lines []string
		for _, r := range rs {
			lines = append(lines, r.Tag)
			for _, row := range r.Rows {
				lines = append(lines, fmt.Sprint(row))
			}
		}
		sort.Strings(lines)
		answers[i] = strings.Join(lines, "\n")
		if err != nil {
			answers[i] = cluster.ErrorText(err)
		}
		if strings.HasPrefix(cluster.Code(err), "22") { // of several rows and expressions: which one's comes is open
			answers[i] = "an error of a value"
		}
	}
	conn.Try("set slipher_plan_cache = on")
	low := strings.ToLower(query)
	for _, word := range []string{"limit", "top", "fetch", "distinct on", " over", "random", "now", "sysdate", "getdate",
		// any rows will do, or they are others each time
		"/* any of equal values */", "timeofday", "clock_", "last_query", "stl_", "svl_", "stv_", "pg_"} {
		if strings.Contains(low, word) && !strings.Contains(answers[0], "BUG") {
			return
		}
	}
	if answers[0] != answers[1] {
		t.Errorf("%s: %s\nkept plan:\n%s\nown plan:\n%s", pos, query, answers[0], answers[1])
	}
}

// changes reports whether a statement that has a shape changes a table.
func changes(text string) bool {
	word := strings.ToLower(strings.TrimLeft(text, " \t\n"))
	return strings.HasPrefix(word, "insert") || strings.HasPrefix(word, "update") || strings.HasPrefix(word, "delete")
}

// otherLiterals is a query with some literals changed; "": it is none, or has none.
func otherLiterals(rng *rand.Rand, text string) string {
	st := parse.Outline(text, parse.Options{})
	if st == nil || len(st.Shape().Literals) == 0 {
		return ""
	}
	all := st.Shape().Literals
	var b strings.Builder
	done := 0
	for _, l := range all {
		at := int(l.Pos)
		end := at + len(l.Text)
		if l.Kind == parse.StringLiteral {
			if text[at] != '\'' {
				continue
			}
			end = at + len(strings.ReplaceAll(l.Text, "'", "''")) + 2
		}
		b.WriteString(text[done:at])
		done = end
		if rng.IntN(3) == 0 {
			b.WriteString(text[at:end])
			continue
		}
		o := all[rng.IntN(len(all))]
		for o.Kind != l.Kind {
			o = all[rng.IntN(len(all))]
		}
		switch k := rng.IntN(5); {
		case k == 0 && l.Kind == parse.IntLiteral:
			n, _ := strconv.Atoi(l.Text)
			o.Text = strconv.Itoa(n + 1)
		case k == 1 && l.Kind == parse.IntLiteral:
			o.Text = []string{"0", "1", "2", "5", "300", "70000", "3000000000"}[rng.IntN(7)]
		case k == 2 && l.Kind == parse.StringLiteral && len(l.Text) > 0:
			o.Text = l.Text[:len(l.Text)-1] + string(rune('0'+rng.IntN(10)))
		case k == 3 && l.Kind == parse.StringLiteral:
			o.Text = []string{"", "a", "1", "2024-02-29", "now", "it's", "%", "ä"}[rng.IntN(8)]
		}
		if l.Kind == parse.StringLiteral {
			b.WriteString("'" + strings.ReplaceAll(o.Text, "'", "''") + "'")
		} else {
			b.WriteString(o.Text)
		}
	}
	b.WriteString(text[done:])
	return b.String()
}
