package short

import (
	"context"
	"errors"
	"sync"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
	"slipher/leader/txn"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
)

// ErrLong: an INSERT does not go the short way, or would fail there: the long one says why.
var ErrLong = errors.New("an INSERT for the long way")

// Inserter is the short way of INSERTs of few rows: their values are computed here, by the
// programs that nodes would run, and travel in the commit. It lives as long as a leadership.
type Inserter struct {
	*query.Runner
	engine *exec.Engine
	store  rms.Store
	budget *load.Budget
	ids    ordinals

	mu        sync.Mutex
	templates map[templateKey]*Template    // nil: does not go the short way; guarded by mu
	described map[templateKey][]types.Type // parameters; guarded by mu
	closed    bool                         // nothing is kept any more; guarded by mu
}

// templateKey is all that a template depends on.
type templateKey struct {
	table state.TableID
	def   uint64
	// shape of a row of constants; of a prepared statement text, the types that the client declared, and the text.
	shape, text string
	options
}

// options are what a session's settings say of casts in a text and in defaults.
type options struct {
	rounding bool
	super    bind.Super
	zone     string
}

func optionsOf(ses query.Session) options {
	o := query.BindOptions(ses, nil)
	return options{rounding: o.NumericRounding, super: o.Super, zone: ses.Zone().Name}
}

// templatesKept bounds the cache; it is emptied when full.
const templatesKept = 64

// New makes an inserter whose programs run on e.
func New(r *query.Runner, e *exec.Engine, store rms.Store, txns *txn.Manager) *Inserter {
	return &Inserter{Runner: r, engine: e, store: store, budget: load.NewBudget(smallBudget),
		ids:       ordinals{catalog: r.Catalog, txns: txns},
		templates: map[templateKey]*Template{}, described: map[templateKey][]types.Type{}}
}

// smallBudget is far more than the rows of small inserts take.
const smallBudget = 64 << 20

// template gives the template of a key, made by make when it is new.
func (i *Inserter) template(key templateKey, make func() (*Template, error)) (*Template, error) {
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
	if i.closed { // a session that has outlived the leadership, not for long
		if t != nil {
			t.Close()
		}
		return nil, nil
	}
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
func (i *Inserter) forget() {
	for _, t := range i.templates {
		if t != nil {
			t.Close()
		}
	}
	clear(i.templates)
	clear(i.described)
}

// Close frees the templates.
func (i *Inserter) Close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	i.forget()
}

// compile makes the template of a statement whose values depend on nothing but its parameters.
func (i *Inserter) compile(ses query.Session, cat *state.Catalog, st *parse.Statement,
	params []types.Type) (*Template, error) {
	p, err := i.PlanIn(cat, names.View{Cat: cat, Ses: ses}, st, query.BindOptions(ses, params))
	if err != nil {
		return nil, err
	}
	return NewTemplate(i.engine, i.Fns, p.Query, i.Environment(cat).Cluster.Slices)
}

// batch is a template and the arguments of the rows that it is to make.
type batch struct {
	template *Template
	args     [][]types.Datum
}

// insert makes the rows of batches and adds them to the transaction.
func (i *Inserter) insert(ctx context.Context, ses query.Session, t *state.Table, batches []batch) (int64, error) {
	x := ses.Txn()
	if err := names.Mutable(ses, x.ReadOnly(), "INSERT", t.Schema); err != nil {
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
				w = load.NewWriter(ctx, i.store, load.TargetOf(t, state.SliceID(slice), prefix), i.budget)
				w.SetReserve(func(ctx context.Context, column types.ColumnID, count int64) (int64, error) {
					return i.ids.take(ctx, t, column, count)
				})
				w.SetInline(query.InlineBudget(x, 1))
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
		for k := range refs {
			rows += refs[k].Rows
		}
		objects = append(objects, refs...)
	}
	d, _, err := query.Delta(t, objects, nil)
	if err != nil || len(d.Adds) == 0 {
		return rows, err
	}
	_, err = x.Do(ctx, &d)
	return rows, err
}
