package tpch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

// The queries of this package; their rows are in the order of ORDER BY and no
// two of them tie in the answers.
var queries = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}

// readQuery is the text of query n.
func readQuery(t testing.TB, n int) string {
	t.Helper()
	text, err := os.ReadFile(cluster.Data("tpch", "queries", fmt.Sprintf("q%02d.sql", n)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readAnswer is the answer of query n in dir, without its header.
func readAnswer(t testing.TB, dir string, n int) [][]string {
	t.Helper()
	return answers.Read(t, filepath.Join(dir, fmt.Sprintf("q%02d.csv", n)))
}
