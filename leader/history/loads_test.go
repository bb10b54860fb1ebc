package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipher/catalog/relations"
)

// Refused records survive a restart; however many come, the newest are kept and the file stays small.
func TestLoadErrors(t *testing.T) {
	const limit = 4 << 10
	dir := t.TempDir()
	open := func() *Journal[relations.LoadError] {
		l, err := OpenLoads(dir, limit)
		if err != nil {
			t.Fatal(err)
		}
		return l.Errors
	}
	l := open()
	rows := func(query int64, n int) (es []relations.LoadError) {
		for i := range n {
			es = append(es, relations.LoadError{Query: query, Line: int64(i), RawLine: strings.Repeat("x", 20)})
		}
		return es
	}
	check := func(when string, lastQuery int64) {
		t.Helper()
		st, err := os.Stat(filepath.Join(dir, "load_errors.jsonl"))
		if err != nil || st.Size() > 2*limit {
			t.Fatalf("%s: file %v %v", when, st, err)
		}
		for _, l := range []*Journal[relations.LoadError]{l, open()} {
			if es := l.All(); len(es) == 0 || es[len(es)-1].Query != lastQuery {
				t.Fatalf("%s: %d rows, the last %+v", when, len(es), es[max(len(es)-1, 0):])
			}
		}
	}
	for q := range int64(100) {
		if err := l.Add(rows(q, 3)); err != nil {
			t.Fatal(err)
		}
		check(fmt.Sprint("query ", q), q)
	}
	if n := len(l.All()); n < 5 || n > 60 {
		t.Errorf("%d rows kept", n)
	}
	// Of a load that refuses very many the first are kept.
	if err := l.Add(rows(100, 1000)); err != nil {
		t.Fatal(err)
	}
	check("many", 100)
	es := l.All()
	if first := es[0]; first.Query == 100 || es[len(es)-1].Line > 100 {
		t.Errorf("a load pushed all others out, or is there with its last rows: %+v … %+v", first, es[len(es)-1])
	}
	// A line that was cut off by a crash costs no other.
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(`{"Query": 7, "Raw`)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	l = open()
	if err := l.Add(rows(101, 1)); err != nil {
		t.Fatal(err)
	}
	check("behind half a line", 101)
}

// Files that were loaded survive a restart, apart from what was refused.
func TestLoadFiles(t *testing.T) {
	dir := t.TempDir()
	l, err := OpenLoads(dir, LoadsLimit)
	if err != nil {
		t.Fatal(err)
	}
	want := relations.Load{Query: 7, UserID: 100, Table: "t", File: "/a", Lines: 3, Bytes: 12, Errors: 1, EndMicros: 5}
	if err := l.Files.Add([]relations.Load{want}); err != nil {
		t.Fatal(err)
	}
	if l, err = OpenLoads(dir, LoadsLimit); err != nil {
		t.Fatal(err)
	}
	if len(l.Errors.All()) > 0 {
		t.Errorf("%+v", l.Errors.All())
	}
	if err := l.Errors.Add([]relations.LoadError{{Query: 5}, {Query: 3<<48 | 1}}); err != nil {
		t.Fatal(err)
	}
	var h Statements
	h.After(l.LastQuery())
	if q := h.Begin(relations.Query{}); q.ID != 8 {
		t.Errorf("a statement gets the number %d, the last COPY that is known had 7", q.ID)
	}
	if got := l.Files.All(); len(got) != 1 || got[0] != want {
		t.Errorf("%+v, %+v", got, l.Errors.All())
	}
}
