package exec

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/runtime/kernels/table"
	"slipher/runtime/kernels/text"
	"slipher/runtime/prim"
)

// Engine holds what all queries of a process share: primitives, kernels,
// host functions. Safe for concurrent use.
type Engine struct {
	level   prim.Level
	lib     Library
	symbols map[string]uintptr
	fns     *fn.Table
}

// Tier says which code may run.
type Tier uint8

const (
	Auto Tier = iota // primitives until fused code is there
	Primitives
	Fused
)

// NewEngine loads the primitive library of this machine's level. Errors:
// prim.ErrNotGenerated, a CPU below x86-64-v3.
func NewEngine(fns *fn.Table) (*Engine, error) {
	host, err := prim.HostLevel()
	if err != nil {
		return nil, err
	}
	level, err := prim.Best(host)
	if err != nil {
		return nil, err
	}
	symbols := Symbols()
	lib, err := prim.Load(level, symbols)
	if err != nil {
		return nil, fmt.Errorf("primitives: %w", err)
	}
	return &Engine{level: level, lib: lib, symbols: symbols, fns: fns}, nil
}

// Library finds primitives by name.
type Library interface {
	Addr(name string) (uintptr, bool)
}

// WithLibrary is e with other primitives: tests put mutants in.
func (e *Engine) WithLibrary(l Library) *Engine {
	c := *e
	c.lib = l
	return &c
}

// Symbols are all kernels that generated code may import.
func Symbols() map[string]uintptr {
	m := map[string]uintptr{}
	for _, s := range table.Symbols {
		m[s.Name] = s.Addr
	}
	for _, s := range text.Symbols {
		m[s.Name] = s.Addr
	}
	return m
}

// Level is the machine level whose code this process runs.
func (e *Engine) Level() prim.Level { return e.level }

// Symbols are the kernels for runtime/loader.
func (e *Engine) Symbols() map[string]uintptr { return e.symbols }

// Library is the primitive library.
func (e *Engine) Library() Library { return e.lib }
