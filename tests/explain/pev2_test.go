package explain

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipher/tests/cache"
	"slipher/tests/warehouse"
)

//go:embed pev2
var pev2Files embed.FS

// installPev2 puts the script and its packages into the cache, and gives their folder.
func installPev2(t *testing.T) string {
	t.Helper()
	dir, err := cache.Dir()
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(pev2Files, "pev2")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "pev2")
	if err := cache.Npm(t.Context(), dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// seen is what pev2 shows of a plan.
type seen struct {
	Errors []string
	Text   string
}

// operators are the names in pev2's tree, in its order.
func (s *seen) operators() (out []string) {
	tree, _, _ := strings.Cut(s.Text, " none ") // what it can be coloured by follows
	for _, m := range regexp.MustCompile(`#\d+ [│├└ ]*([^#│├└]+)`).FindAllStringSubmatch(tree, -1) {
		out = append(out, strings.TrimSpace(m[1]))
	}
	return out
}

// label is what pev2 calls an operator.
func (n *node) label() string {
	switch {
	case n.Type == "Hash Join":
		return "Hash " + n.Join + " Join"
	case n.Type == "Aggregate" && n.Strategy == "Hashed":
		return "HashAggregate"
	case n.Operation != "":
		return n.Operation
	}
	return n.Type
}

// pev2 shows the plans of all questions, run or not: all of their operators, without an error.
func TestPev2(t *testing.T) {
	dir := installPev2(t)
	c := open(t, warehouse.Options{Nodes: 2})
	var texts []string
	for _, q := range questions {
		for _, options := range []string{"format json", "analyze, format json",
			"analyze, format json, verbose, costs off, timing off"} {
			if strings.HasPrefix(q, "create") && len(texts)%3 == 2 {
				warehouse.Exec(t, c, "drop table made")
			}
			text, err := textOf(c, "explain ("+options+") "+q)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			texts = append(texts, text)
		}
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command("node", filepath.Join(dir, "read.mjs"))
	run.Stdin = bytes.NewReader(in)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(lines) != len(texts) {
		t.Fatalf("%d plans are shown of %d", len(lines), len(texts))
	}
	for i, line := range lines {
		var s seen
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		p := planOf(t, texts[i])
		var want []string
		p.Plan.walk(func(n *node) { want = append(want, n.label()) })
		if len(s.Errors) > 0 || !slices.Equal(s.operators(), want) {
			t.Errorf("errors %q, shown %q, want %q, of\n%s", s.Errors, s.operators(), want, texts[i])
		}
		if times := regexp.MustCompile(`Execution time: [0-9.]+ *(ms|s)`); p.Execution > 0 && !times.MatchString(s.Text) {
			t.Errorf("no time is shown of\n%s", texts[i])
		}
	}
}
