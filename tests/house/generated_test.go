package house

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinylib/msgp/gen"
	"github.com/tinylib/msgp/parse"
	"github.com/tinylib/msgp/printer"
)

// msgpLine begins the lines that say how a file is generated.
const msgpLine = "//go:generate go run github.com/tinylib/msgp "

// maxGenerated bounds what the repository has of generated lines: who reaches it has types that are encoded where one
// of their rows would do (catalog/state/op.go), or bodies of structs inside others.
const maxGenerated = 16_500

// generation is one go:generate line.
type generation struct {
	source, target string // paths
	unexported     bool
}

// generations are those of all Go files, by target.
func generations(t *testing.T) map[string]generation {
	t.Helper()
	found := map[string]generation{}
	eachGo(t, func(path string, source []byte) {
		for _, line := range strings.Split(string(source), "\n") {
			args, ok := strings.CutPrefix(line, msgpLine)
			if !ok {
				continue
			}
			options := flag.NewFlagSet(path, flag.ContinueOnError)
			file, out := options.String("file", "", ""), options.String("o", "", "")
			io, tests := options.Bool("io", true, ""), options.Bool("tests", true, "")
			unexported := options.Bool("unexported", false, "")
			if err := options.Parse(strings.Fields(args)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if *file == "" || *out != strings.TrimSuffix(*file, ".go")+"_gen.go" || *io || *tests {
				t.Errorf("%s: %q is not of the form -file X.go -o X_gen.go -io=false -tests=false", path, args)
				continue
			}
			at := filepath.Dir(path)
			g := generation{filepath.Join(at, *file), filepath.Join(at, *out), *unexported}
			found[g.target] = g
		}
	})
	return found
}

// eachGo calls f for every Go file of the repository.
func eachGo(t *testing.T, f func(path string, source []byte)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		f(path, source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Generated files are what the generator makes of their sources now. It is called as the library that it is too, at the
// version of go.mod: nothing is built, nothing fetched. `go generate ./...` makes them new.
func TestGenerated(t *testing.T) {
	found := generations(t)
	lines := 0
	eachGo(t, func(path string, source []byte) {
		if !bytes.HasPrefix(source, []byte("// Code generated ")) {
			return
		}
		lines += bytes.Count(source, []byte("\n"))
		g, ok := found[path]
		if !ok {
			t.Errorf("%s: no go:generate line makes it", path)
			return
		}
		delete(found, path)
		made, err := g.run(t.TempDir())
		switch {
		case err != nil:
			t.Errorf("%s: %v", g.source, err)
		case !bytes.Equal(made, source):
			t.Errorf("%s is stale: run go generate in %s", path, filepath.Dir(path))
		}
	})
	for target := range found {
		t.Errorf("%s is missing", target)
	}
	if len(found) == 0 && lines == 0 {
		t.Error("nothing is generated")
	}
	if lines > maxGenerated {
		t.Errorf("%d generated lines, at most %d", lines, maxGenerated)
	}
}

// run is what the generator makes, into dir.
func (g generation) run(dir string) ([]byte, error) {
	set, err := parse.File(g.source, g.unexported, nil)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(dir, filepath.Base(g.target)) // its name is part of what is made
	if err := printer.PrintFile(out, set, gen.Marshal|gen.Unmarshal|gen.Size); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return os.ReadFile(out)
}
