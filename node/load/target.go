package load

import (
	"slipher/catalog/state"
	"slipher/catalog/types"
)

//go:generate go run github.com/tinylib/msgp -file target.go -o target_gen.go -io=false -tests=false
//msgp:replace types.ColumnID with:uint32

// Target is what a Writer must know of the table and slice it writes. Pure data.
type Target struct {
	Table     state.TableID    `msg:"table"`
	Slice     state.SliceID    `msg:"slice"`
	Columns   targetColumnList `msg:"cols"`
	SortStyle state.SortStyle  `msg:"sort"`
	SortKey   []int            `msg:"sortkey"` // column numbers
	Prefix    string           `msg:"prefix"`  // of object names, see rms.Prefix
}

// TargetColumn is a column of a Target.
type TargetColumn struct {
	ID       types.ColumnID `msg:"id,omitempty"` // 0: types.FirstID
	Name     string         `msg:"name"`
	Type     types.Type     `msg:"type"`
	NotNull  bool           `msg:"nn"`
	Encoding string         `msg:"enc"` // "" or "auto": chosen by the data
	// Identity columns get values where rows bring none.
	Identity *state.Identity `msg:"ident"`
}

// TargetOf is the Target for a slice of a table.
func TargetOf(t *state.Table, slice state.SliceID, prefix string) Target {
	g := Target{Table: t.ID, Slice: slice, SortStyle: t.SortStyle, SortKey: t.SortPlaces(), Prefix: prefix}
	for _, c := range t.Columns {
		g.Columns = append(g.Columns, TargetColumn{ID: c.ID, Name: c.Name, Type: c.Type, NotNull: c.NotNull,
			Encoding: c.Encoding, Identity: c.Identity})
	}
	return g
}

// ids are the columns' ids.
func (g *Target) ids() []types.ColumnID {
	out := make([]types.ColumnID, len(g.Columns))
	for i := range g.Columns {
		if out[i] = g.Columns[i].ID; out[i] == 0 {
			out[i] = types.FirstID(i)
		}
	}
	return out
}
