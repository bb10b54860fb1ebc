package rms

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// guarded is a store that its owner uses: before every write and every delete, and again before what was
// written gets its name, it makes sure that the mark is still that of the owner's claim.
// The window that remains is between that look and the end of the one Put, Commit or Delete that follows it.
type guarded struct {
	Store
	claim func() state.Claim
}

// Guard guards the writes and deletes of s: 57P01 when the mark is another's. claim is asked each time, for it
// changes with the leader.
func Guard(s Store, claim func() state.Claim) Store { return &guarded{s, claim} }

func (g *guarded) check(ctx context.Context) error {
	c := g.claim()
	if c.Token == "" {
		return sqlerr.New(sqlerr.InternalError, "BUG: a write to managed storage without a claim")
	}
	o, err := ReadOwner(context.WithoutCancel(ctx), g.Store)
	switch {
	case err != nil:
		return err
	case o == nil:
		return sqlerr.New(sqlerr.IOError, "managed storage has lost the mark of its owner: is it mounted?")
	case o.overrides(c):
		return errTaken(o)
	}
	return nil
}

// Put implements Store.
func (g *guarded) Put(ctx context.Context, name string, data []byte) error {
	if err := g.check(ctx); err != nil {
		return err
	}
	return g.Store.Put(ctx, name, data)
}

// Create implements Store.
func (g *guarded) Create(ctx context.Context, name string) (ObjectWriter, error) {
	if err := g.check(ctx); err != nil {
		return nil, err
	}
	w, err := g.Store.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return &guardedWriter{w, g, ctx}, nil
}

// Delete implements Store.
func (g *guarded) Delete(ctx context.Context, name string) error {
	if err := g.check(ctx); err != nil {
		return err
	}
	return g.Store.Delete(ctx, name)
}

type guardedWriter struct {
	ObjectWriter
	g   *guarded
	ctx context.Context // of Create
}

// Commit implements ObjectWriter.
func (w *guardedWriter) Commit() error {
	if err := w.g.check(w.ctx); err != nil {
		w.Abort()
		return err
	}
	return w.ObjectWriter.Commit()
}
