package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The leader asks a statement's row (leader/statement) what it is, never its type.
func TestStatementsAreRows(t *testing.T) {
	kinds := map[string]bool{} // names of types of parse with a Tag
	set := token.NewFileSet()
	visit := func(root string, f func(path string, file *ast.File)) {
		t.Helper()
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(set, path, nil, 0)
			if err == nil {
				f(path, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	visit("../../compiler/parse", func(_ string, file *ast.File) {
		for _, d := range file.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Name.Name == "Tag" && m.Recv != nil {
				kinds[m.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name] = true
			}
		}
	})
	if len(kinds) < 20 {
		t.Fatalf("the parser has %d statements only", len(kinds))
	}
	visit("../../leader", func(path string, file *ast.File) {
		if strings.Contains(path, "leader/statement/") ||
			// runs DDL and SET of a file, without a session that could run anything
			strings.HasSuffix(path, "leader/offline.go") {
			return
		}
		check := func(e ast.Expr) {
			p, ok := e.(*ast.StarExpr)
			if !ok {
				return
			}
			if s, ok := p.X.(*ast.SelectorExpr); ok && kinds[s.Sel.Name] {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "parse" {
					t.Errorf("%s asks for the type *parse.%s: put the answer into its row", set.Position(e.Pos()), s.Sel.Name)
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeAssertExpr:
				check(n.Type)
			case *ast.TypeSwitchStmt:
				for _, c := range n.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						check(e)
					}
				}
			}
			return true
		})
	})
}

// The top of the leader is a process and its leaderships: what they do is in rooms.
func TestLeaderTop(t *testing.T) {
	const most = 15
	all, err := filepath.Glob("../../leader/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, f := range all {
		if !strings.HasSuffix(f, "_test.go") {
			files++
		}
	}
	if files > most {
		t.Errorf("leader has %d files at its top, more than %d", files, most)
	}
}
