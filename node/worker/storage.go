package worker

import (
	"context"

	"slipher/catalog/state"
	"slipher/node/inline"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/node/wire"
)

// Storage is a node's way to managed storage.
type Storage struct {
	Store  rms.Store
	Cache  *rms.Cache
	Budget *load.Budget // of all loads on the node

	small inline.Cache // of small objects' row groups
}

// writer makes the loader's writer for one slice.
func (s *Storage) writer(ctx context.Context, in *wire.Insert, slice state.SliceID) *load.Writer {
	t := state.Table{ID: in.Table, Columns: in.Columns, SortStyle: in.SortStyle}
	target := load.TargetOf(&t, slice, rms.Prefix(in.Table, in.Term, in.Txn))
	target.SortKey = in.SortKey
	w := load.NewWriter(ctx, s.Store, target, s.Budget)
	w.SetInline(in.Inline)
	return w
}
