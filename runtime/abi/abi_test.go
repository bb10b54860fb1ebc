package abi

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The numbers of runtime/kernels/include/abi.h are this package's constants of the same names.
func TestHeader(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "abi.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	consts := map[string]int64{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			for i, v := range s.Values {
				if l, ok := v.(*ast.BasicLit); ok && l.Kind == token.INT {
					n, _ := constant.Int64Val(constant.MakeFromLiteral(l.Value, token.INT, 0))
					consts[strings.ToLower(s.Names[i].Name)] = n
				}
			}
		}
		return true
	})
	src, err := os.ReadFile("../kernels/include/abi.h")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\tSLP_(\w+) = (\d+),`).FindAllStringSubmatch(string(src), -1)
	if len(found) < 20 {
		t.Fatalf("%d numbers", len(found))
	}
	for _, m := range found {
		n, _ := strconv.ParseInt(m[2], 10, 64)
		if v, ok := consts[strings.ToLower(strings.ReplaceAll(m[1], "_", ""))]; !ok || v != n {
			t.Errorf("abi.h: SLP_%s = %d, here %d (known: %v)", m[1], n, v, ok)
		}
	}
}
