package leader

import (
	"strings"
	"testing"
)

// pg_last_query_id is the session's last query that nodes have run: those of the leader alone, utilities and what
// failed do not count. pg_last_copy_id is the last of them that was a COPY.
func TestLastQuery(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	h.want("SELECT pg_last_query_id()", -1)
	h.exec("CREATE TABLE t (a int)")
	h.want("SELECT pg_last_query_id()", -1)
	last := int64(-1)
	for _, q := range []string{"INSERT INTO t VALUES (1)", "SELECT a FROM t", "UPDATE t SET a = a + 1",
		"INSERT INTO t SELECT a FROM t",
		"CREATE TABLE u AS SELECT a FROM t"} {
		h.exec(q)
		id := h.int("SELECT pg_last_query_id()")
		if id <= last {
			t.Errorf("%s: query %d after %d", q, id, last)
		}
		last = id
	}
	h.exec("SELECT 1")
	h.exec("SELECT count(*) FROM pg_class")
	h.exec("SET query_group = 'x'")
	h.exec("ANALYZE t")
	if _, err := h.c.Exec(t.Context(), "SELECT a / 0 FROM t"); err == nil {
		t.Error("a division by zero passes")
	}
	h.want("SELECT pg_last_query_id()", last)
	h.want("SELECT pg_last_copy_id()", -1)
	load := func(text string) error {
		_, err := h.c.PgConn().CopyFrom(t.Context(), strings.NewReader(text), "COPY t FROM STDIN")
		return err
	}
	if err := load("7\n8\n"); err != nil {
		t.Fatal(err)
	}
	copied := h.int("SELECT pg_last_copy_id()")
	if copied <= last {
		t.Errorf("COPY %d after %d", copied, last)
	}
	h.want("SELECT pg_last_query_id()", copied)
	h.exec("SELECT a FROM t")
	if err := load("x\n"); err == nil {
		t.Error("a COPY of a word into an integer passes")
	}
	h.want("SELECT pg_last_copy_id()", copied)
	h.c = h.connect() // another session
	h.want("SELECT pg_last_query_id()", -1)
	h.want("SELECT pg_last_copy_id()", -1)
}
