package random

import (
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
	conns  *connections
	number int // of the question in its round
}

// ask runs a query in all ways. want is PostgreSQL's answer; a query that has no words for PostgreSQL is compared with
// its first answer.
func (q *quest) ask(asked query, want answer) {
	switch code := cluster.Code(want.err); {
	case asked.pg == "":
	case code == "57014", code == "0A000": // too much for PostgreSQL's time limit, or a FULL JOIN that it cannot do
		q.mu.Lock()
		q.skipped++
		q.mu.Unlock()
		return
	case strings.HasPrefix(code, "42"):
		q.t.Fatalf("seed %d: the generator is wrong: PostgreSQL says %v\n%s", q.seed, want.err, asked.pg)
	}
	for i, w := range ways(q.number, q.fused) {
		got := q.conns.ask(q.t, w, asked.sl)
		if i == 0 && asked.pg == "" {
			want = got
		}
		if i == 0 {
			q.noted(asked, want, got)
		}
		if cluster.Code(got.err) == "0A000" {
			q.t.Logf("refused: %v\n%s", got.err, asked.sl)
			return
		}
		if d := difference(asked, want, got); d != "" && explained(asked, want, got) == "" {
			q.differs("%s: %s\nSlipher:    %s\nPostgreSQL: %s\n%s", w, d, asked.sl, asked.pg, tables(q.schema, asked))
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
	case cluster.Code(got.err) == "0A000":
		q.refused++
	case want.err != nil:
		q.bothFail++
	}
	q.count(asked.sl, len(want.rows))
}

// differs reports a difference.
func (q *quest) differs(format string, args ...any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failures++
	q.t.Errorf("seed %d, query %d, "+format, append([]any{q.seed, q.number}, args...)...)
}
