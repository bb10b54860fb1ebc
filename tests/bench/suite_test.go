package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

// Events are the same each time, a value for each of a hundred columns.
func TestEvents(t *testing.T) {
	cols := eventColumns()
	if len(cols) != 100 || len(eventQueries) != 40 {
		t.Errorf("%d columns, %d queries", len(cols), len(eventQueries))
	}
	made := func() string {
		var b bytes.Buffer
		w := bufio.NewWriter(&b)
		if err := writeEvents(w, 500); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		return b.String()
	}
	text := made()
	if text != made() {
		t.Error("the rows differ from run to run")
	}
	users := map[string]bool{}
	for line := range strings.Lines(text) {
		values := strings.Split(line, "|")
		if len(values) != len(cols) {
			t.Fatalf("%d values: %s", len(values), line)
		}
		users[values[3]] = true
	}
	if len(users) < 200 || len(users) == 500 {
		t.Errorf("%d users in 500 rows", len(users))
	}
}

// A schema's columns are found beside types with commas.
func TestTableColumns(t *testing.T) {
	tab := table{"x", "CREATE TABLE x(a INT, b DECIMAL(12,2) NOT NULL, c VARCHAR(5))"}
	if got := strings.Join(tab.columns(), " "); got != "a b c" {
		t.Error(got)
	}
}

func TestFindSuite(t *testing.T) {
	for _, s := range suites {
		if got, err := findSuite(s.name); err != nil || got != s {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	if _, err := findSuite("tpcx"); err == nil {
		t.Error("a suite of that name")
	}
}
