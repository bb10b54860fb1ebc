package txn

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// identity is an identity column.
type identity struct {
	table  state.TableID
	column types.ColumnID
}

// Reserve gives the first of count ordinals of an identity column. Those of a table that the log has are
// reserved there, for good; a table that only its transaction or session knows keeps its own count.
func (m *Manager) Reserve(ctx context.Context, table state.TableID, column types.ColumnID,
	count int64) (int64, error) {
	op := &state.ReserveIdentity{Table: table, Column: state.KeyColumn(column), Count: count}
	if m.log.Catalog().TableByID(table) == nil {
		for _, t := range m.txns() {
			if first, ok, err := t.reserve(op); ok {
				return first, err
			}
		}
	}
	res, err := m.log.Propose(ctx, &state.Command{Ops: []state.Op{op}})
	if err != nil {
		return 0, lostIDs(err)
	}
	return res.Ops[0].ID, nil
}

// reserve is Reserve for a table of the transaction's own; false if it is not: one that the snapshot has
// was dropped meanwhile.
func (t *Txn) reserve(r *state.ReserveIdentity) (first int64, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended || t.view == nil || t.view.TableByID(r.Table) == nil || t.base.TableByID(r.Table) != nil {
		return 0, false, nil
	}
	if p := t.spec.Temp; t.onTemp(t.view, r) {
		p.mu.Lock()
		defer p.mu.Unlock()
		key := identity{r.Table, types.ColumnID(r.Column)}
		first = p.next[key]
		if r.Count < 1 || first > 1<<62-r.Count {
			return 0, true, sqlerr.New(sqlerr.NumericOutOfRange, "out of identity values")
		}
		p.next[key] = first + r.Count
		return first, true, nil
	}
	out, err := t.do([]state.Op{r})
	if err != nil {
		return 0, true, err
	}
	return out[0].ID, true, nil
}
