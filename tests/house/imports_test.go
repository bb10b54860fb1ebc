package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	CgoFiles   []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,CgoFiles", "slipher/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var ps []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}

// within reports whether path is pkg or below it.
func within(path, pkg string) bool {
	return path == pkg || strings.HasPrefix(path, pkg+"/")
}

// Arrows never turn back. Each row: packages below From import, directly or
// not, nothing below any of Not.
func TestImportDirection(t *testing.T) {
	type rule struct {
		from string
		not  []string
		why  string
	}
	rules := []rule{
		{"slipher/catalog/types", []string{"slipher/catalog/fn", "slipher/catalog/state", "slipher/compiler",
			"slipher/codegen", "slipher/runtime", "slipher/node", "slipher/leader"}, "types is a leaf"},
		{"slipher/catalog/zone", []string{"slipher/catalog/types", "slipher/catalog/fn", "slipher/compiler",
			"slipher/codegen", "slipher/runtime", "slipher/node", "slipher/leader"}, "zone is a leaf"},
		{"slipher/catalog/sqlerr", []string{"slipher/catalog/types", "slipher/compiler", "slipher/codegen", "slipher/runtime",
			"slipher/node", "slipher/leader"}, "sqlerr is a leaf"},
		{"slipher/catalog", []string{"slipher/leader", "slipher/compiler", "slipher/codegen"},
			"the catalog knows nothing of the leader"},
		{"slipher/compiler", []string{"slipher/leader", "slipher/node", "slipher/codegen"}, "the compiler ends at plans"},
		{"slipher/codegen", []string{"slipher/leader", "slipher/node", "github.com/hashicorp/raft"},
			"code generation knows nothing of the cluster"},
		{"slipher/codegen/subop", []string{"github.com/ebitengine/purego"}, "codegen/llvm alone knows libLLVM"},
		{"slipher/compiler/expr", []string{"slipher/compiler/plan", "slipher/compiler/algebra", "slipher/compiler/parse",
			"slipher/catalog/state"}, "expressions know no tree that holds them"},
		{"slipher/compiler/algebra", []string{"slipher/compiler/parse", "slipher/compiler/bind", "slipher/compiler/optimize"},
			"algebra is what binding and planning share"},
		{"slipher/codegen/lower", []string{"github.com/ebitengine/purego"}, "codegen/llvm alone knows libLLVM"},
		{"slipher/runtime", []string{"slipher/leader", "slipher/node", "slipher/compiler", "slipher/codegen"},
			"the runtime knows nothing of SQL"},
		{"slipher/node", []string{"slipher/leader", "slipher/compiler", "slipher/codegen/lower", "slipher/codegen/subop",
			"slipher/codegen/llvm", "github.com/pganalyze/pg_query_go/v5"}, "nodes know no SQL and need no LLVM"},
	}
	// Rooms of the leader. Each list is of packages that a room does not know, though it is in the leader.
	above := []string{"slipher/leader/statement", "slipher/leader/session", "slipher/leader/relay", "slipher/leader/front",
		"slipher/leader/member", "slipher/leader/claim"}
	for _, room := range []string{"names", "query", "code", "facts", "history", "short", "load", "inspect",
		"schedule", "keep", "txn", "pgwire", "cluster", "datadir"} {
		rules = append(rules, rule{"slipher/leader/" + room, above, "rooms know no kind of statement and no session"})
	}
	for _, room := range []string{"schedule", "keep", "txn", "pgwire", "cluster", "inspect", "names", "facts", "history",
		"datadir",
		"member", "claim"} {
		rules = append(rules, rule{"slipher/leader/" + room,
			[]string{"slipher/leader/query", "slipher/leader/code", "slipher/leader/short",
				"slipher/leader/load"}, "they do not run queries"})
	}
	rules = append(rules,
		rule{"slipher/leader/statement", above[1:], "a statement knows its session by an interface"},
		rule{"slipher/leader/session", above[2:], "a session does not know where its client comes from"},
		rule{"slipher/leader/relay", above[1:2], "a relay has no session of its own"},
		rule{"slipher/leader/member", []string{"slipher/leader/statement", "slipher/leader/session", "slipher/leader/txn"},
			"membership is not SQL's"},
		rule{"slipher/leader/claim", []string{"slipher/leader/statement", "slipher/leader/session", "slipher/leader/txn"},
			"managed storage is not SQL's"})
	for _, p := range packages(t) {
		for _, r := range rules {
			if !within(p.ImportPath, r.from) {
				continue
			}
			for _, d := range append(p.Deps, p.Imports...) {
				for _, n := range r.not {
					if within(d, n) && !within(n, r.from) {
						t.Errorf("%s imports %s: %s", p.ImportPath, d, r.why)
					}
				}
			}
		}
	}
}

// cgo lives in two places.
func TestCgoPlaces(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.CgoFiles) > 0 && !within(p.ImportPath, "slipher/compiler/parse") &&
			!within(p.ImportPath, "slipher/runtime/kernels") {
			t.Errorf("%s uses cgo", p.ImportPath)
		}
	}
}

// Unsafe code is at borders: kernels, libLLVM, mapped code, and one package that reads and writes memory outside the Go
// heap for all others. Its files say so by their names.
func TestUnsafePlaces(t *testing.T) {
	places := []string{"runtime/kernels", "runtime/offheap", "runtime/loader", "codegen/llvm", "codegen/artifact"}
	eachGo(t, func(path string, source []byte) {
		uses := bytes.Contains(source, []byte("\"unsafe\"\n"))
		named := strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(path, ".go"), "_test"), "_unsafe")
		if uses != named {
			t.Errorf("%s: imports unsafe: %v, says so: %v", path, uses, named)
		}
		if uses && !slices.ContainsFunc(places, func(p string) bool { return strings.Contains(path, "/"+p+"/") }) {
			t.Errorf("%s: unsafe code; runtime/offheap is for that", path)
		}
	})
}

// pg_query is compiler/parse's alone.
func TestParserPlace(t *testing.T) {
	for _, p := range packages(t) {
		for _, d := range p.Imports {
			if strings.HasPrefix(d, "github.com/pganalyze/pg_query_go") && !within(p.ImportPath, "slipher/compiler/parse") {
				t.Errorf("%s imports %s", p.ImportPath, d)
			}
		}
	}
}
