package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/runtime/prim"
)

// module is the IR text of some primitives.
type module struct{ name, ir string }

// generator makes the bundles of some levels.
type generator struct {
	out     string
	targets []target.Target
	passes  llvm.Passes
	parts   int
	force   bool
	pool    *llvm.Pool
	modules func(t target.Target, parts int) []module // the emitters
	report  io.Writer
}

// stampSuffix ends the name of the file beside a bundle that says what it was made from.
const stampSuffix = ".stamp"

// format is part of the stamp: raise it when bundles change.
const format = "slipher primitives 2"

// generate writes the bundles of its targets that are missing or stale, and removes
// stale ones of other levels: a binary must not embed what the emitters no longer say.
func (g *generator) generate(ctx context.Context) error {
	for _, t := range target.All() {
		wanted := slices.ContainsFunc(g.targets, func(w target.Target) bool { return w.Level == t.Level })
		if !wanted && !exists(g.path(t)) {
			continue
		}
		texts := g.modules(t, g.parts)
		stamp := g.stamp(t, texts)
		if g.fresh(t, stamp) && !(g.force && wanted) {
			fmt.Fprintf(g.report, "primgen: %s: up to date (%s)\n", t.Level, stamp[:12])
			continue
		}
		if err := g.remove(t); err != nil {
			return err
		}
		if !wanted {
			continue
		}
		if err := g.pool.Available(); err != nil {
			return err
		}
		if err := g.level(ctx, t, texts, stamp); err != nil {
			return fmt.Errorf("level %s: %w", t.Level, err)
		}
	}
	return nil
}

// stamp is a hash of all that a level's bundle depends on: the emitters' texts stand for the emitters.
func (g *generator) stamp(t target.Target, texts []module) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", format, llvm.PassKey(g.passes))
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00", t.Level, t.Triple, t.CPU, t.Features)
	for _, m := range texts {
		fmt.Fprintf(h, "%s\x00%d\x00%s", m.name, len(m.ir), m.ir)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fresh reports whether the level's bundle is what the stamp stands for.
func (g *generator) fresh(t target.Target, stamp string) bool {
	old, err := os.ReadFile(g.stampPath(t))
	return err == nil && strings.TrimSpace(string(old)) == stamp && exists(g.path(t))
}

func (g *generator) path(t target.Target) string { return filepath.Join(g.out, t.Level+prim.Suffix) }

func (g *generator) stampPath(t target.Target) string {
	return filepath.Join(g.out, t.Level+stampSuffix)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// remove takes away a level's stamp, then its bundle.
func (g *generator) remove(t target.Target) error {
	for _, path := range []string{g.stampPath(t), g.path(t)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// level compiles the modules of one level side by side and writes its bundle, then its stamp.
func (g *generator) level(ctx context.Context, t target.Target, modules []module, stamp string) error {
	start := time.Now()
	b := &prim.Bundle{Level: t.Level, LLVM: llvm.PassKey(g.passes), Stamp: stamp, Names: make([]string, len(modules)),
		Objects: make([][]byte, len(modules))}
	errs := make([]error, len(modules))
	var wg sync.WaitGroup
	for i, m := range modules {
		wg.Go(func() {
			r, err := g.pool.Compile(ctx, llvm.Job{IR: m.ir, CPU: t, Passes: g.passes, Verify: true})
			if err != nil {
				errs[i] = fmt.Errorf("module %s: %w", m.name, err)
			}
			b.Names[i], b.Objects[i] = m.name, r.Object
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	file, err := b.Encode()
	if err != nil {
		return err
	}
	raw := 0
	for _, o := range b.Objects {
		raw += len(o)
	}
	fmt.Fprintf(g.report, "primgen: %s: %d modules, %d KB, %d KB compressed, %.1f s\n", t.Level, len(modules), raw>>10,
		len(file)>>10, time.Since(start).Seconds())
	if err := os.MkdirAll(g.out, 0o755); err != nil {
		return err
	}
	if err := writeFile(g.path(t), file); err != nil {
		return err
	}
	return writeFile(g.stampPath(t), []byte(stamp+"\n"))
}

// writeFile replaces a file as a whole.
func writeFile(path string, b []byte) error {
	if err := os.WriteFile(path+".tmp", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
