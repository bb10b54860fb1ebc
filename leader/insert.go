package leader

import (
	"context"
	"errors"
	"sync"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/session"
	"slipher/leader/short"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
)

// errLong: an INSERT does not go the short way, or would fail there: the long one says why.
var errLong = errors.New("an INSERT for the long way")

// smallInserts is the short way of INSERTs of few rows: their values are computed here, by the
// programs that nodes would run, and travel in the commit.
type smallInserts struct {
	engine *exec.Engine
	budget *load.Budget
	ids    ordinals

	mu        sync.Mutex
	templates map[templateKey]*short.Template // nil: does not go the short way; guarded by mu
	described map[templateKey][]types.Type    // parameters; guarded by mu
}

// templateKey is all that a template depends on.
type templateKey struct {
	table state.TableID
	def   uint64
	// shape of a row of constants; of a prepared statement text, the types that the client declared, and the text.
	shape, text string
	rounding    bool // enable_numeric_rounding: of casts in the text and in defaults
}

// templatesKept bounds the cache; it is emptied when full.
const templatesKept = 64

func newSmallInserts(e *exec.Engine) *smallInserts {
	return &smallInserts{engine: e, budget: load.NewBudget(smallBudget), templates: map[templateKey]*short.Template{},
		described: map[templateKey][]types.Type{}}
}

// smallBudget is far more than the rows of small inserts take.
const smallBudget = 64 << 20

// template gives the template of a key, made by make when it is new.
func (i *smallInserts) template(key templateKey, make func() (*short.Template, error)) (*short.Template, error) {
	i.mu.Lock()
	t, ok := i.templates[key]
	i.mu.Unlock()
	if ok {
		return t, nil
	}
	t, err := make()
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if have, ok := i.templates[key]; ok {
		if t != nil {
			t.Close()
		}
		return have, nil
	}
	if len(i.templates) >= templatesKept {
		i.forget()
	}
	i.templates[key] = t
	return t, nil
}

// forget empties the cache; mu is held.
func (i *smallInserts) forget() {
	for _, t := range i.templates {
		if t != nil {
			t.Close()
		}
	}
	clear(i.templates)
	clear(i.described)
}

func (i *smallInserts) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.forget()
}

// compileInsert makes the template of a statement whose values depend on nothing but its parameters.
func (s *Server) compileInsert(ses *session.Session, cat *state.Catalog, st *parse.Statement, params []types.Type) (*short.Template, error) {
	p, err := s.planIn(cat, s.view(cat, ses), st, bindOptions(ses, params))
	if err != nil {
		return nil, err
	}
	return short.NewTemplate(s.small.engine, s.fns, p.query, s.environment(cat).Cluster.Slices)
}

// batch is a template and the arguments of the rows that it is to make.
type batch struct {
	template *short.Template
	args     [][]types.Datum
}

// insertSmall makes the rows of batches and adds them to the transaction.
func (s *Server) insertSmall(ctx context.Context, ses *session.Session, t *state.Table, batches []batch) (int64, error) {
	x := ses.Txn()
	if err := s.mayWrite(ses, "INSERT", t.Schema); err != nil {
		return 0, err
	}
	id, err := x.WriteID(ctx)
	if err != nil {
		return 0, err
	}
	writers := map[int]*load.Writer{}
	abort := func() {
		for _, w := range writers {
			_ = w.Abort() // nothing was stored: rows stay in memory until Finish
		}
	}
	prefix := rms.Prefix(t.ID, x.Term(), uint64(id))
	for _, b := range batches {
		err := b.template.Run(b.args, func(slice int, c *chunk.Chunk) error {
			w := writers[slice]
			if w == nil {
				w = load.NewWriter(ctx, s.store, load.TargetOf(t, state.SliceID(slice), prefix), s.small.budget)
				w.SetReserve(func(ctx context.Context, column int, count int64) (int64, error) {
					return s.small.ids.take(ctx, s, t, column, count)
				})
				w.SetInline(inlineBudget(x, 1))
				writers[slice] = w
			}
			return w.Add(c)
		})
		if err != nil {
			abort()
			return 0, err
		}
	}
	var objects []state.ObjectRef
	var rows int64
	for slice, w := range writers {
		delete(writers, slice)
		refs, err := w.Finish()
		if err != nil {
			abort()
			return 0, err
		}
		for i := range refs {
			rows += refs[i].Rows
		}
		objects = append(objects, refs...)
	}
	d, _, err := delta(t, objects, nil)
	if err != nil || len(d.Adds) == 0 {
		return rows, err
	}
	_, err = x.Do(ctx, &d)
	return rows, err
}
