package random

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// quest is one question of a round and how it went.
type quest struct {
	*run
	t      *testing.T
	seed   uint64
	schema schema
	views  string // their CREATEs
	conns  *connections
	number int // of the question in its round
}

// ask runs a query in all ways. want is PostgreSQL's answer.
func (q *quest) ask(asked query, want answer) {
	if why := explained(want); why >= 0 {
		q.mu.Lock()
		q.explained[why]++
		q.mu.Unlock()
		if rules[why].most > 100 {
			q.t.Logf("seed %d, query %d: %v\n%s", q.seed, q.number, want.err, asked.pg)
		}
		return
	}
	for i, w := range ways(q.number, q.fused) {
		got := q.conns.ask(q.t, w, asked.sl)
		if i == 0 {
			q.noted(asked, want, got)
			if refused(got) { // in any other way, then, too
				q.t.Logf("refused: %v\n%s", got.err, asked.sl)
				return
			}
		}
		if d := difference(asked, want, got); d != "" {
			q.dump(asked.sl, asked.pg)
			q.differs("%s: %s\nSlipher:    %s\nPostgreSQL: %s\n%s", w, d, asked.sl, asked.pg, tables(q.schema, q.views, asked))
			if got.err != nil && cluster.Code(got.err) == "" {
				q.t.Fatal("the connection is lost")
			}
			return
		}
	}
}

// noted counts a question and its answer.
func (q *quest) noted(asked query, want, got answer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked++
	switch {
	case refused(got):
		q.refused++
	case want.err != nil:
		q.bothFail++
	}
	q.count(asked.sl, len(want.rows))
}

// refused says whether Slipher does not do what was asked.
func refused(a answer) bool { return cluster.Code(a.err) == "0A000" }

// dump writes all that a difference takes to a file, if SLIPHER_RANDOM_DUMP names a directory.
func (q *quest) dump(sl, pg string) {
	dir := os.Getenv("SLIPHER_RANDOM_DUMP")
	if dir == "" {
		return
	}
	var b strings.Builder
	for _, t := range q.schema {
		fmt.Fprintf(&b, "%s%s;\n%s;\n", t.ddl(), t.attrs, strings.Join(t.inserts(500), ";\n"))
	}
	fmt.Fprintf(&b, "%s-- Slipher\n%s;\n-- PostgreSQL\n%s;\n", q.views, sl, pg)
	name := filepath.Join(dir, fmt.Sprintf("%d-%d.sql", q.seed, q.number))
	if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
		q.t.Error(err)
	}
}

// differs reports a difference.
func (q *quest) differs(format string, args ...any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failures++
	q.t.Errorf("seed %d, query %d, "+format, append([]any{q.seed, q.number}, args...)...)
}
