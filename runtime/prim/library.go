package prim

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sort"

	"slipher/runtime/loader"
)

// The placeholder keeps the directory there; files beginning with a dot stay out.
//
//go:embed objects
var embedded embed.FS

// ErrNotGenerated says that the binary was built without the library.
var ErrNotGenerated = errors.New(
	"the primitive library is not in this binary: run `go generate ./runtime/prim` (needs libllvm19) and build again")

// Library is the loaded primitive library. Safe for concurrent use.
type Library struct {
	Level Level
	Stamp string
	code  []*loader.Code
	addrs map[string]uintptr
}

// Load maps the library of a level; symbols are the kernels it calls.
// Errors: ErrNotGenerated, those of runtime/loader.
func Load(level Level, symbols map[string]uintptr) (*Library, error) {
	return load(embedded, level, symbols)
}

// Best is the best level at or below host that is in this binary; a build may leave
// levels out. Error: ErrNotGenerated.
func Best(host Level) (Level, error) { return best(embedded, host) }

func best(files fs.FS, host Level) (Level, error) {
	levels := Levels()
	for i := host.rank(); i >= 0; i-- {
		if _, err := fs.Stat(files, bundlePath(levels[i])); err == nil {
			return levels[i], nil
		}
	}
	return "", fmt.Errorf("%w (level %s)", ErrNotGenerated, host)
}

func bundlePath(level Level) string { return "objects/" + string(level) + Suffix }

func load(files fs.FS, level Level, symbols map[string]uintptr) (*Library, error) {
	file, err := fs.ReadFile(files, bundlePath(level))
	if err != nil {
		return nil, fmt.Errorf("%w (level %s)", ErrNotGenerated, level)
	}
	b, err := DecodeBundle(file)
	if err != nil {
		return nil, fmt.Errorf("level %s: %w", level, err)
	}
	if b.Level != string(level) {
		return nil, fmt.Errorf("level %s: %w: it is for %s", level, errBundle, b.Level)
	}
	l := &Library{Level: level, Stamp: b.Stamp, addrs: map[string]uintptr{}}
	for i, object := range b.Objects {
		code, err := loader.Load(object, symbols)
		if err != nil {
			l.Close()
			return nil, fmt.Errorf("primitive library, level %s, module %d: %w", level, i, err)
		}
		l.code = append(l.code, code)
		for _, name := range code.Symbols() {
			if _, ok := l.addrs[name]; ok {
				l.Close()
				return nil, fmt.Errorf("level %s: %w: %s is there twice", level, errBundle, name)
			}
			l.addrs[name], _ = code.Symbol(name)
		}
	}
	return l, nil
}

// Addr is the address of a primitive.
func (l *Library) Addr(name string) (uintptr, bool) {
	a, ok := l.addrs[name]
	return a, ok
}

// Names lists the primitives, sorted.
func (l *Library) Names() []string {
	names := make([]string, 0, len(l.addrs))
	for n := range l.addrs {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Close unmaps the library; nothing of it may run any more.
func (l *Library) Close() error {
	var errs []error
	for _, c := range l.code {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
