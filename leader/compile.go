package leader

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node"
	"slipher/node/rms"
	"slipher/node/worker"
	"slipher/runtime/abi"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// fusedPasses is the pass list of the fused tier.
const fusedPasses = llvm.Vector

// compileBytes is what a compile worker may have where there are so many bytes: a quarter, as servers leave so much, but
// enough for large queries; 0 (the pool's choice) if nobody knows.
func compileBytes(available int64) int64 {
	if available <= 0 {
		return 0
	}
	return min(max(available/4, 512<<20), 4<<30)
}

// openCompiler loads the primitives and opens the pool of compile workers.
func (s *Server) openCompiler(context.Context) error {
	e, err := exec.NewEngine(s.fns)
	if err != nil {
		return err
	}
	s.engine, s.symbols = worker.FromExec(e), e.Symbols()
	s.small = newSmallInserts(e)
	s.onStop(func(context.Context) error { s.small.close(); return nil })
	if s.target, err = target.ByLevel(string(e.Level())); err != nil {
		return err
	}
	s.pool = llvm.NewPool(runtime.GOMAXPROCS(0), s.opts.Self, llvm.Options{MaxBytes: compileBytes(mem.Available()), Timeout: compileTime})
	if s.opts.CodeCache != "" {
		if s.shared, err = artifact.OpenMachineCache(s.opts.CodeCache, s.log); err != nil {
			return fmt.Errorf("--code-cache: %w", err)
		}
	}
	s.onStop(func(context.Context) error { s.pool.Close(); s.flights.wait(); s.shared.Close(); return nil })
	if s.opts.Warm && s.pool.Available() == nil {
		s.flights.wg.Go(func() {
			if err := s.pool.Warm(context.Background(), s.target); err != nil && !errors.Is(err, llvm.ErrClosed) {
				s.log.Warn("compile workers", "err", err)
			}
		})
	}
	return nil
}

// NodeConfig is what a node of this machine runs code with.
func NodeConfig() (node.Config, error) {
	e, err := exec.NewEngine(fn.Default())
	if err != nil {
		return node.Config{}, err
	}
	return node.Config{Engine: worker.FromExec(e), Symbols: e.Symbols(), Target: string(e.Level())}, nil
}

// errNoArtifact is how artifactStore says that an object is not there.
var errNoArtifact = errors.New("no such artifact")

// artifactStore gives managed storage's "no such object" the form the artifact cache knows.
type artifactStore struct{ rms.Store }

func (a artifactStore) Get(ctx context.Context, name string) ([]byte, error) {
	b, err := a.Store.Get(ctx, name)
	if err != nil && sqlerr.From(err).Code == sqlerr.UndefinedFile {
		return nil, errNoArtifact
	}
	return b, err
}

// compiled is a plan's code: programs at once, fused code when asked for.
type compiled struct {
	s        *Server
	segments []*codegen.Code
	code     []schedule.Code   // the same as the scheduler wants it
	query    relations.Compile // of svl_compile: what its rows have in common
}

// compile generates the programs of a plan.
func (s *Server) compile(p *planned) (*compiled, error) {
	segs, err := codegen.Compile(p.query, codegen.Options{Fns: s.fns, Facts: s.facts.of(p)})
	if err != nil {
		return nil, err
	}
	c := &compiled{s: s, segments: segs, code: make([]schedule.Code, len(segs))}
	for i, g := range segs {
		c.code[i].General = g.General.Program
		if g.Special != nil {
			c.code[i].Special = g.Special.Program
		}
	}
	return c, nil
}

// fused is the artifact of a segment's variant for a CPU level: schedule.Env.Fused.
func (c *compiled) fused(ctx context.Context, seg int, special bool, level string, how schedule.Effort) ([]byte, error) {
	v := c.segments[seg].General
	if special {
		v = c.segments[seg].Special
	}
	if v == nil {
		return nil, nil
	}
	t := c.s.target
	if level != "" { // the leader itself has none
		var err error
		if t, err = target.ByLevel(level); err != nil {
			return nil, err
		}
	}
	key := artifactKey(v, t)
	began := time.Now()
	sealed, err := c.s.cached(ctx, key)
	if sealed != nil || err != nil || how == schedule.FromCache {
		if sealed != nil {
			c.note(seg, began, false)
		}
		return sealed, err
	}
	defer c.note(seg, began, true)
	return c.s.flights.do(ctx, key, func(ctx context.Context) ([]byte, error) { return c.s.makeArtifact(ctx, v, t, key) })
}

// cached is an artifact that need not be made, nil if there is none.
func (s *Server) cached(ctx context.Context, key artifact.Hash) ([]byte, error) {
	if e, where := s.cache.Get(ctx, key); where != artifact.Nowhere {
		return e.Sealed, nil
	}
	if env := s.shared.Get(ctx, key); env != nil {
		return s.sign(env)
	}
	return nil, nil
}

// note keeps a row of svl_compile.
func (c *compiled) note(seg int, began time.Time, byLLVM bool) {
	row := c.query
	row.Segment, row.OnLeader, row.Compiled = seg, c.segments[seg].Segment.Where == plan.Leader, byLLVM
	row.StartMicros, row.EndMicros = types.MicrosOf(began), types.MicrosOf(time.Now())
	c.s.history.compiled(row)
}

// artifactKey is all that a variant's object depends on. Guards are a part of
// the program's hash.
func artifactKey(v *codegen.Variant, t target.Target) artifact.Hash {
	return artifact.KeyParts{Program: v.Program.Hash, ABI: abi.Version, Emitter: artifact.BuildID(),
		Passes: llvm.PassKey(fusedPasses), Level: t.Level, Tier: "fused"}.Key()
}

// compileTime is what LLVM may take for one segment. What takes longer is not tried again.
const compileTime = 15 * time.Second

// makeArtifact compiles, signs and caches. Without libLLVM, or for a program that is too large or takes
// too long for it, there is no artifact and no error.
func (s *Server) makeArtifact(ctx context.Context, v *codegen.Variant, t target.Target, key artifact.Hash) ([]byte, error) {
	ir := v.FusedIR(t)
	if ir == "" || s.flights.isSlow(key) {
		return nil, nil
	}
	res, err := s.pool.Compile(ctx, llvm.Job{IR: ir, CPU: t, Passes: fusedPasses})
	switch {
	case errors.Is(err, llvm.ErrNoLLVM):
		return nil, nil
	case errors.Is(err, llvm.ErrSlow):
		s.flights.noteSlow(key)
		s.log.Info("a segment takes LLVM too long and stays on primitives", "after", compileTime, "lines", strings.Count(ir, "\n"))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	env := &artifact.Envelope{Triple: t.Triple, Level: t.Level, Tier: "fused", ProgramHash: v.Program.Hash, Entries: []string{codegen.Entry},
		Object: res.Object, Passes: llvm.PassKey(fusedPasses), LLVM: llvm.Version, Emitter: artifact.BuildID(), Key: key}
	if err := s.shared.Put(env); err != nil {
		return nil, err
	}
	return s.sign(env)
}

// sign makes an artifact the cluster's own, and caches it.
func (s *Server) sign(env *artifact.Envelope) ([]byte, error) {
	sealed, err := env.Seal(s.key)
	if err != nil {
		return nil, err
	}
	s.cache.Put(artifact.Entry{Envelope: env, Sealed: sealed})
	return sealed, nil
}

// seal signs a program for nodes in other processes: schedule.Config.Seal.
func (s *Server) seal(p *program.Segment) ([]byte, error) {
	env := &artifact.Envelope{Tier: "primitives", ProgramHash: p.Hash, Program: p, Emitter: artifact.BuildID()}
	return env.Seal(s.key)
}
