package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"slipher/catalog/fn"
	"slipher/codegen/llvm"
	"slipher/codegen/subop"
	"slipher/codegen/target"
	"slipher/runtime/prim"
)

func main() {
	llvm.WorkIfAsked()
	out := flag.String("out", "runtime/prim/objects", "directory of the bundles")
	levels := flag.String("levels", "", "comma-separated levels, host for this machine's; empty: all")
	passes := flag.String("passes", string(llvm.Vector),
		"pass list of codegen/llvm: as fast as O2 and O3 in two thirds and half their time")
	workers := flag.Int("workers", 2, "compile workers")
	parts := flag.Int("parts", 8, "modules a level is split into")
	force := flag.Bool("force", false, "generate even if the stamp says that nothing has changed")
	flag.Parse()
	g := &generator{out: *out, passes: llvm.Passes(*passes), parts: *parts, force: *force, report: os.Stderr,
		modules: func(t target.Target, parts int) []module {
			var list []module
			for _, m := range subop.PrimitiveModules(fn.Default(), t, parts) {
				list = append(list, module{m.Name, m.IR})
			}
			return list
		}}
	if err := run(g, *levels, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "primgen:", err)
		os.Exit(1)
	}
}

func run(g *generator, levels string, workers int) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if g.targets, err = targets(levels); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	g.pool = llvm.NewPool(workers, self, llvm.Options{})
	defer g.pool.Close()
	return g.generate(ctx)
}

// targets reads the -levels flag.
func targets(levels string) ([]target.Target, error) {
	if levels == "" {
		return target.All(), nil
	}
	var list []target.Target
	for _, name := range strings.Split(levels, ",") {
		name = strings.TrimSpace(name)
		if name == "host" {
			host, err := prim.HostLevel()
			if err != nil {
				return nil, err
			}
			name = string(host)
		}
		t, err := target.ByLevel(name)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}
