package keep

import (
	"context"
	"errors"

	"slipher/catalog/fault"
	"slipher/catalog/state"
)

// collectBatch is how many objects one round deletes.
const collectBatch = 1024

// collect deletes garbage that no reader can find any more.
func (k *Keeper) collect(ctx context.Context) error {
	oldest := k.oldest()
	cat := k.o.Log.Catalog()
	var names []string
	for name, dropped := range cat.Garbage() {
		if dropped <= oldest {
			names = append(names, name)
		}
		if len(names) == collectBatch {
			k.collected = k.collected.Add(-k.o.Policy.Collect) // the rest with the next step
			break
		}
	}
	if len(names) == 0 {
		return nil
	}
	// The mark first: whoever looks into the log knows which versions are readable no more.
	if err := fault.Point("keep.pin"); err != nil {
		return err
	}
	if err := k.tell(ctx, &state.Pin{Version: oldest}); err != nil {
		return err
	}
	var errs []error
	var gone []string
	for _, name := range names {
		err := fault.Point("keep.delete")
		if err == nil {
			err = k.o.Store.Delete(ctx, name)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		gone = append(gone, name)
	}
	if len(gone) > 0 {
		err := fault.Point("keep.collect")
		if err == nil {
			err = k.tell(ctx, &state.Collect{Names: gone})
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// tell proposes an operation that may count twice.
func (k *Keeper) tell(ctx context.Context, op state.Op) error {
	_, err := k.o.Log.Propose(ctx, &state.Command{Term: k.term, Ops: []state.Op{op}})
	return err
}
