package facts

import (
	"slices"
	"sync"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Uses remembers what plans use columns for, so that ANALYZE knows which ones matter. It lives as long as a leadership;
// ANALYZE writes what it finds here into the statistics. Safe for concurrent use; the zero value is ready.
type Uses struct {
	mu     sync.Mutex
	tables map[state.TableID]*used // guarded by mu
}

type used struct {
	columns map[types.ColumnID]bool
	sets    [][]types.ColumnID
}

// What is remembered at most: of a table's columns all that are used, of sets the first ones.
const (
	usedTables = 4096
	usedSets   = 32
	usedInSet  = 8
)

// Note remembers that a plan has a condition on a column, or uses several together, given by their numbers in t.
func (u *Uses) Note(t *state.Table, cols []int) {
	if len(cols) > usedInSet {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	x := u.tables[t.ID]
	if x == nil {
		if u.tables == nil || len(u.tables) >= usedTables {
			u.tables = map[state.TableID]*used{}
		}
		x = &used{columns: map[types.ColumnID]bool{}}
		u.tables[t.ID] = x
	}
	if len(cols) == 1 {
		x.columns[t.Columns[cols[0]].ID] = true
		return
	}
	set := make([]types.ColumnID, len(cols))
	for i, no := range cols {
		set[i] = t.Columns[no].ID
	}
	slices.Sort(set)
	same := func(o []types.ColumnID) bool { return slices.Equal(o, set) }
	if len(x.sets) < usedSets && !slices.ContainsFunc(x.sets, same) {
		x.sets = append(x.sets, set)
	}
}

// Of is what is remembered of a table: columns, and sets of them.
func (u *Uses) Of(t state.TableID) (columns map[types.ColumnID]bool, sets [][]types.ColumnID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	columns = map[types.ColumnID]bool{}
	if x := u.tables[t]; x != nil {
		for id := range x.columns {
			columns[id] = true
		}
		sets = slices.Clone(x.sets)
	}
	return columns, sets
}
