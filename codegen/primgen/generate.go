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

const stampFile = "stamp"

// format is part of the stamp: raise it when bundles change.
const format = "slipher primitives 1"

// generate writes what is missing or stale.
func (g *generator) generate(ctx context.Context) error {
	start := time.Now()
	texts := make([][]module, len(g.targets))
	for i, t := range g.targets {
		texts[i] = g.modules(t, g.parts)
	}
	stamp := g.stamp(texts)
	if !g.force && g.fresh(stamp) {
		fmt.Fprintf(g.report, "primgen: primitives are up to date (%s)\n", stamp[:12])
		return nil
	}
	if err := g.pool.Available(); err != nil {
		return err
	}
	if err := os.MkdirAll(g.out, 0o755); err != nil {
		return err
	}
	if err := g.clean(); err != nil {
		return err
	}
	for i, t := range g.targets {
		if err := g.level(ctx, t, texts[i], stamp); err != nil {
			return fmt.Errorf("level %s: %w", t.Level, err)
		}
	}
	if err := writeFile(filepath.Join(g.out, stampFile), []byte(stamp+"\n")); err != nil {
		return err
	}
	fmt.Fprintf(g.report, "primgen: %d levels in %.1f s\n", len(g.targets), time.Since(start).Seconds())
	return nil
}

// stamp is a hash of all that bundles depend on: the emitters' texts stand for the emitters.
func (g *generator) stamp(texts [][]module) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%d\x00", format, llvm.PassKey(g.passes), len(g.targets))
	for i, t := range g.targets {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00", t.Level, t.Triple, t.CPU, t.Features)
		for _, m := range texts[i] {
			fmt.Fprintf(h, "%s\x00%d\x00%s", m.name, len(m.ir), m.ir)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fresh reports whether the directory holds what the stamp stands for.
func (g *generator) fresh(stamp string) bool {
	old, err := os.ReadFile(filepath.Join(g.out, stampFile))
	if err != nil || strings.TrimSpace(string(old)) != stamp {
		return false
	}
	for _, t := range g.targets {
		if _, err := os.Stat(g.path(t)); err != nil {
			return false
		}
	}
	return true
}

func (g *generator) path(t target.Target) string { return filepath.Join(g.out, t.Level+prim.Suffix) }

// clean removes the stamp and all bundles: those of other levels are stale, too.
func (g *generator) clean() error {
	bundles, err := filepath.Glob(filepath.Join(g.out, "*"+prim.Suffix))
	if err != nil {
		return err
	}
	for _, path := range append(bundles, filepath.Join(g.out, stampFile)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// level compiles the modules of one level side by side and writes its bundle.
func (g *generator) level(ctx context.Context, t target.Target, modules []module, stamp string) error {
	start := time.Now()
	b := &prim.Bundle{Level: t.Level, LLVM: llvm.PassKey(g.passes), Stamp: stamp, Names: make([]string, len(modules)), Objects: make([][]byte, len(modules))}
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
	fmt.Fprintf(g.report, "primgen: %s: %d modules, %d KB, %d KB compressed, %.1f s\n", t.Level, len(modules), raw>>10, len(file)>>10, time.Since(start).Seconds())
	return writeFile(g.path(t), file)
}

// writeFile replaces a file as a whole.
func writeFile(path string, b []byte) error {
	if err := os.WriteFile(path+".tmp", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
