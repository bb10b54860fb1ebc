package code

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"slipher/catalog/fn"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
)

// Passes is the pass list of the fused tier.
const Passes = llvm.Vector

// Shop makes fused code for a process.
type Shop struct {
	Fns    *fn.Table
	Pool   *llvm.Pool
	Target target.Target // this machine's
	log    *slog.Logger

	flights flights
	shared  *artifact.MachineCache // nil: none
}

// Options say how a shop is to be set up.
type Options struct {
	Self  string // path of the binary, for compile workers
	Cache string // directory of code that servers of a machine share, "": none
	Warm  bool   // start the compile workers at once
	Log   *slog.Logger
}

// compileTime is what LLVM may take for one segment. What takes longer is not tried again.
const compileTime = 15 * time.Second

// workerBytes is what a compile worker may have where there are so many bytes: a quarter, as servers leave so much, but
// enough for large queries; 0 (the pool's choice) if nobody knows.
func workerBytes(available int64) int64 {
	if available <= 0 {
		return 0
	}
	return min(max(available/4, 512<<20), 4<<30)
}

// Open opens the pool of compile workers of a process that runs code on e.
func Open(e *exec.Engine, fns *fn.Table, o Options) (*Shop, error) {
	c := &Shop{Fns: fns, log: o.Log}
	var err error
	if c.Target, err = target.ByLevel(string(e.Level())); err != nil {
		return nil, err
	}
	if o.Cache != "" {
		if c.shared, err = artifact.OpenMachineCache(o.Cache, o.Log); err != nil {
			return nil, fmt.Errorf("--code-cache: %w", err)
		}
	}
	c.Pool = llvm.NewPool(runtime.GOMAXPROCS(0), o.Self, llvm.Options{MaxBytes: workerBytes(mem.Available()),
		Timeout: compileTime})
	if o.Warm && c.Pool.Available() == nil {
		c.flights.wg.Go(func() {
			if err := c.Pool.Warm(context.Background(), c.Target); err != nil && !errors.Is(err, llvm.ErrClosed) {
				c.log.Warn("compile workers", "err", err)
			}
		})
	}
	return c, nil
}

// Close ends compilations and waits for them.
func (c *Shop) Close() {
	c.Pool.Close()
	c.flights.wait()
	c.shared.Close()
}
