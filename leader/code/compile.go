package code

import (
	"context"
	"errors"
	"strings"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/lower"
	"slipher/codegen/target"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node/rms"
	"slipher/runtime/abi"
	"slipher/runtime/program"
)

// Maker makes code that nodes of the cluster trust. It lives as long as a leadership.
type Maker struct {
	*Shop
	key   artifact.PrivateKey
	cache *artifact.Cache
	note  func(relations.Compile) // takes rows of svl_compile
}

// NewMaker makes a maker that signs with key and caches in dir and in managed storage.
func (c *Shop) NewMaker(key artifact.PrivateKey, dir string, store rms.Store,
	note func(relations.Compile)) (*Maker, error) {
	cache, err := artifact.NewCache(artifact.CacheOptions{Public: key.Public(), Dir: dir,
		Shared: artifact.SharedIn(artifactStore{store}, "artifacts", errNoArtifact), Log: c.log})
	if err != nil {
		return nil, err
	}
	return &Maker{Shop: c, key: key, cache: cache, note: note}, nil
}

// Close waits for what is being made and ends the cache.
func (m *Maker) Close() {
	m.flights.wait()
	m.cache.Close()
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

// Compiled is a plan's code: programs at once, fused code when asked for.
type Compiled struct {
	m        *Maker
	segments []*codegen.Code
	Code     []schedule.Code   // the segments' programs
	Query    relations.Compile // of svl_compile: what its rows have in common
}

// Facts are what is known of a column of a table that a plan reads.
type Facts = func(ref *plan.TableRef, col int) lower.Facts

// Compile generates the programs of a plan.
func (m *Maker) Compile(q *plan.Query, facts Facts) (*Compiled, error) {
	segs, err := codegen.Compile(q, codegen.Options{Fns: m.Fns, Facts: facts})
	if err != nil {
		return nil, err
	}
	c := &Compiled{m: m, segments: segs, Code: make([]schedule.Code, len(segs))}
	for i, g := range segs {
		c.Code[i].General = g.General.Program
		if g.Special != nil {
			c.Code[i].Special = g.Special.Program
		}
	}
	return c, nil
}

// Fused is the artifact of a segment's variant for a CPU level: schedule.Env.Fused.
func (c *Compiled) Fused(ctx context.Context, seg int, special bool, level string,
	how schedule.Effort) ([]byte, error) {
	v := c.segments[seg].General
	if special {
		v = c.segments[seg].Special
	}
	if v == nil {
		return nil, nil
	}
	t := c.m.Target
	if level != "" { // the leader itself has none
		var err error
		if t, err = target.ByLevel(level); err != nil {
			return nil, err
		}
	}
	key := artifactKey(v, t)
	began := time.Now()
	sealed, err := c.m.cached(ctx, key)
	if sealed != nil || err != nil || how == schedule.FromCache {
		if sealed != nil {
			c.note(seg, began, false)
		}
		return sealed, err
	}
	defer c.note(seg, began, true)
	return c.m.flights.do(ctx, key, func(ctx context.Context) ([]byte, error) { return c.m.make(ctx, v, t, key) })
}

// cached is an artifact that need not be made, nil if there is none.
func (m *Maker) cached(ctx context.Context, key artifact.Hash) ([]byte, error) {
	if e, where := m.cache.Get(ctx, key); where != artifact.Nowhere {
		return e.Sealed, nil
	}
	if env := m.shared.Get(ctx, key); env != nil {
		return m.sign(env)
	}
	return nil, nil
}

// note keeps a row of svl_compile.
func (c *Compiled) note(seg int, began time.Time, byLLVM bool) {
	row := c.Query
	row.Segment, row.OnLeader, row.Compiled = seg, c.segments[seg].Segment.Where == plan.Leader, byLLVM
	row.StartMicros, row.EndMicros = types.MicrosOf(began), types.MicrosOf(time.Now())
	c.m.note(row)
}

// artifactKey is all that a variant's object depends on. Guards are a part of
// the program's hash.
func artifactKey(v *codegen.Variant, t target.Target) artifact.Hash {
	return artifact.KeyParts{Program: v.Program.Hash, ABI: abi.Version, Emitter: artifact.BuildID(),
		Passes: llvm.PassKey(Passes), Level: t.Level, Tier: "fused"}.Key()
}

// make compiles, signs and caches. Without libLLVM, or for a program that is too large or takes
// too long for it, there is no artifact and no error.
func (m *Maker) make(ctx context.Context, v *codegen.Variant, t target.Target, key artifact.Hash) ([]byte, error) {
	ir := v.FusedIR(t)
	if ir == "" || m.flights.isSlow(key) {
		return nil, nil
	}
	res, err := m.Pool.Compile(ctx, llvm.Job{IR: ir, CPU: t, Passes: Passes})
	switch {
	case errors.Is(err, llvm.ErrNoLLVM):
		return nil, nil
	case errors.Is(err, llvm.ErrSlow):
		m.flights.noteSlow(key)
		m.log.Info("a segment takes LLVM too long and stays on primitives", "after", compileTime, "lines", strings.Count(ir,
			"\n"))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	env := &artifact.Envelope{Triple: t.Triple, Level: t.Level, Tier: "fused", ProgramHash: v.Program.Hash,
		Entries: []string{codegen.Entry},
		Object:  res.Object, Passes: llvm.PassKey(Passes), LLVM: llvm.Version, Emitter: artifact.BuildID(), Key: key}
	if err := m.shared.Put(env); err != nil {
		return nil, err
	}
	return m.sign(env)
}

// sign makes an artifact the cluster's own, and caches it.
func (m *Maker) sign(env *artifact.Envelope) ([]byte, error) {
	sealed, err := env.Seal(m.key)
	if err != nil {
		return nil, err
	}
	m.cache.Put(artifact.Entry{Envelope: env, Sealed: sealed})
	return sealed, nil
}

// Seal signs a program for nodes in other processes: schedule.Config.Seal.
func (m *Maker) Seal(p *program.Segment) ([]byte, error) {
	env := &artifact.Envelope{Tier: "primitives", ProgramHash: p.Hash, Program: p, Emitter: artifact.BuildID()}
	return env.Seal(m.key)
}
