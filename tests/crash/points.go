package crash

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"slipher/tests/cluster"
)

// Points are literals where they are passed, or where their names are handed on.
var (
	pointCall = regexp.MustCompile(`fault\.Point\("([a-z0-9_.]+)"\)`)
	pointName = regexp.MustCompile(`"([a-z0-9_]+\.[a-z0-9_.]+)"`)
)

// sourcePoints are the names of all fault points of the program, from its source, sorted.
func sourcePoints() ([]string, error) {
	found := map[string]bool{}
	root := cluster.Root()
	for _, top := range []string{"catalog", "leader", "node", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(path, "_gen.go") || strings.Contains(path, "catalog/fault/") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range pointCall.FindAllSubmatch(text, -1) {
				found[string(m[1])] = true
			}
			if strings.Contains(string(text), "fault.Point(point)") || strings.Contains(string(text), "fault.Point(name)") {
				for _, m := range pointName.FindAllSubmatch(text, -1) {
					found[string(m[1])] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var points []string
	for p := range found {
		points = append(points, p)
	}
	slices.Sort(points)
	return points, nil
}
