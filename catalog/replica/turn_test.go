package replica

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"slipher/catalog/state"
)

// Commands proposed at the same time share entries of the log, and each is answered with its own
// result, an error of one being none of the others'; after a restart the same is there.
func TestProposalsShareEntries(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	propose(t, r, table("taken"))
	const each, sessions = 20, 16
	before := r.Status().LastLogIndex
	var mu sync.Mutex
	ids := map[int64]bool{}
	var wg sync.WaitGroup
	for s := range sessions {
		wg.Go(func() {
			for i := range each {
				res, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{&state.Allocate{What: state.AllocateOID,
					Count: 1}}})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				ids[res.Ops[0].ID] = true
				mu.Unlock()
				if _, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{table("taken")}}); err == nil {
					t.Error("a table was made twice")
				}
				if _, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{table(fmt.Sprintf("t%d_%d", s,
					i))}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(ids) != each*sessions {
		t.Errorf("%d different ids of %d", len(ids), each*sessions)
	}
	if n := r.Status().LastLogIndex - before; n >= 3*each*sessions {
		t.Errorf("%d commands in %d entries", 3*each*sessions, n)
	}
	version := r.Catalog().Version()
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	r = open(t, dir)
	if got := r.Catalog().Version(); got < version {
		t.Errorf("version %d after a restart, %d before", got, version)
	}
	for s := range sessions {
		for i := range each {
			if r.Catalog().Table("dev", "public", fmt.Sprintf("t%d_%d", s, i)) == nil {
				t.Errorf("table t%d_%d is lost", s, i)
			}
		}
	}
}
