package leader

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/codegen"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/leader/schedule"
	"slipher/node"
	"slipher/node/rms"
	"slipher/node/worker"
	"slipher/runtime/abi"
	"slipher/runtime/exec"
	"slipher/runtime/program"

	"slipher/catalog/fn"
)

// fusedPasses is the pass list of the fused tier.
const fusedPasses = llvm.Vector

// openCompiler loads the primitives, opens the artifact cache and the pool of compile workers.
func (s *Server) openCompiler(context.Context) error {
	e, err := exec.NewEngine(s.fns)
	if err != nil {
		return err
	}
	s.engine, s.symbols = worker.FromExec(e), e.Symbols()
	if s.target, err = target.ByLevel(string(e.Level())); err != nil {
		return err
	}
	s.cache, err = artifact.NewCache(artifact.CacheOptions{Public: s.key.Public(), Dir: filepath.Join(s.opts.Dir, "artifacts"),
		Shared: artifact.SharedIn(artifactStore{s.store}, "artifacts", errNoArtifact), Log: s.log})
	if err != nil {
		return err
	}
	s.onStop(func(context.Context) error { s.cache.Close(); return nil })
	s.pool = llvm.NewPool(runtime.GOMAXPROCS(0), s.opts.Self, llvm.Options{})
	s.onStop(func(context.Context) error { s.pool.Close(); return nil })
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
	code     []schedule.Code // the same as the scheduler wants it
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
	if e, where := c.s.cache.Get(ctx, key); where != artifact.Nowhere {
		return e.Sealed, nil
	}
	if how == schedule.FromCache {
		return nil, nil
	}
	return c.s.flights.do(key, func() ([]byte, error) { return c.s.makeArtifact(ctx, v, t, key) })
}

// artifactKey is all that a variant's object depends on. Guards are a part of
// the program's hash.
func artifactKey(v *codegen.Variant, t target.Target) artifact.Hash {
	return artifact.KeyParts{Program: v.Program.Hash, ABI: abi.Version, Emitter: artifact.BuildID(),
		Passes: llvm.PassKey(fusedPasses), Level: t.Level, Tier: "fused"}.Key()
}

// makeArtifact compiles, signs and caches. Without libLLVM there is no artifact and no error.
func (s *Server) makeArtifact(ctx context.Context, v *codegen.Variant, t target.Target, key artifact.Hash) ([]byte, error) {
	res, err := s.pool.Compile(ctx, llvm.Job{IR: v.IR(t), CPU: t, Passes: fusedPasses})
	if errors.Is(err, llvm.ErrNoLLVM) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	env := &artifact.Envelope{Triple: t.Triple, Level: t.Level, Tier: "fused", ProgramHash: v.Program.Hash, Entries: []string{codegen.Entry},
		Object: res.Object, Passes: llvm.PassKey(fusedPasses), LLVM: llvm.Version, Emitter: artifact.BuildID(), Key: key}
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

// flights lets one caller make an artifact that several want.
type flights struct {
	mu   sync.Mutex
	open map[artifact.Hash]*flight // guarded by mu
}

type flight struct {
	done   chan struct{}
	sealed []byte
	err    error
}

// do calls f, or waits for the call under way with the same key. A call that
// ended with its query's context is made again by who waited.
func (l *flights) do(key artifact.Hash, f func() ([]byte, error)) ([]byte, error) {
	for {
		l.mu.Lock()
		if fl := l.open[key]; fl != nil {
			l.mu.Unlock()
			<-fl.done
			if errors.Is(fl.err, context.Canceled) {
				continue
			}
			return fl.sealed, fl.err
		}
		fl := &flight{done: make(chan struct{}), err: fmt.Errorf("BUG: compilation of %s did not end", key)}
		if l.open == nil {
			l.open = map[artifact.Hash]*flight{}
		}
		l.open[key] = fl
		l.mu.Unlock()
		defer func() {
			l.mu.Lock()
			delete(l.open, key)
			l.mu.Unlock()
			close(fl.done)
		}()
		fl.sealed, fl.err = f()
		return fl.sealed, fl.err
	}
}
