package worker

import (
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/program"
)

// headsQuery reads heads of scanTypes' tables: rows, then of each of these columns its number of values, its least and
// its greatest one, as the heads say.
func headsQuery(refs []state.ObjectRef, zone []wire.ZonePred, params ...wire.Param) *wire.StartQuery {
	m := scanQuery(scanTypes, refs, hashSink)
	p := m.Segments[0].General.Segment
	p.Source.Kind = program.SourceHeads
	p.Source.Cols = []program.SourceCol{
		{ColNo: 0, Head: program.HeadRows, Type: types.TInt8}, {ColNo: 1, Head: program.HeadValues, Type: types.TInt8},
		{ColNo: 2, Head: program.HeadMin, Type: scanTypes[2], Nullable: true},
		{ColNo: 2, Head: program.HeadMax, Type: scanTypes[2], Nullable: true},
		{ColNo: 0, Head: program.HeadValues, Type: types.TInt8},
	}
	m.Segments[0].Zone, m.Params = zone, params
	return m
}

// A row group has a head or its rows are read: never both, never neither.
func TestHeads(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		const big = block.MaxRowGroupRows
		refs := []state.ObjectRef{write(t, n.store, 0, 0, 2*big+100, 0), write(t, n.store, 1, 2*big+100, 2*big+400, 0),
			write(t, n.store, 2, 2*big+400, 2*big+410, 1<<16)} // the last in the catalog
		kill(t, &refs[0], func(p int) bool { return p == big+5 })
		const live = 2*big + 410 - 1
		for _, c := range []struct {
			name  string
			zone  []wire.ZonePred
			param types.Datum
			heads int64 // how many
		}{
			{"all", nil, types.NullDatum, 3},
			{"some", []wire.ZonePred{{Col: 0, Op: ">=", Param: 0}}, types.Int(big), 2},
			{"in the middle", []wire.ZonePred{{Col: 0, Op: ">=", Param: 0}}, types.Int(1), 2},
			{"NULL", []wire.ZonePred{{Col: 0, Op: ">=", Param: 0}}, types.NullDatum, 0},
		} {
			param := wire.Param{Type: types.TInt8, Value: c.param}
			zone := slices.Clone(c.zone)
			for i := range zone {
				zone[i].Col = 4
			}
			heads, done := n.run(t, headsQuery(refs, zone, param))
			if done.Error != nil || int64(len(heads)) != c.heads {
				t.Fatalf("%s: %d heads, %v", c.name, len(heads), done.Error)
			}
			for _, h := range heads {
				rows := h[0].Lo
				if values := rows - (rows+4)/5; rows != 300 && (h[1].Lo < values-1 || h[1].Lo > values+1) {
					t.Errorf("%s: %d values in %d rows", c.name, h[1].Lo, rows)
				}
				if h[2].Null || h[3].Null || h[3].Hi-h[2].Hi >= rows || h[3].Hi-h[2].Hi < rows-3 || h[2].Lo != 5 ||
					h[4].Lo != rows {
					t.Errorf("%s: of %d rows %v to %v", c.name, rows, h[2], h[3])
				}
			}
			m := scanQuery(scanTypes, refs, hashSink, 0, 4)
			m.Segments[0].Zone, m.Segments[0].Headed, m.Params = c.zone, true, []wire.Param{param}
			read, done := n.run(t, m)
			if done.Error != nil {
				t.Fatal(done.Error)
			}
			skipped := int64(0)
			for _, s := range done.Stats {
				for _, k := range s.Skips {
					if k.By == wire.SkipHeads {
						skipped += k.Rows
					}
				}
			}
			sum := int64(0)
			for _, h := range heads {
				sum += h[0].Lo
			}
			if skipped != sum {
				t.Errorf("%s: %d rows left out, heads have %d", c.name, skipped, sum)
			}
			if c.zone == nil && int64(len(read))+sum != live {
				t.Errorf("%s: %d rows read and %d of heads are not %d", c.name, len(read), sum, live)
			}
		}
	})
}

// Heads that no table has are refused.
func TestHeadsChecked(t *testing.T) {
	store, _ := rms.Open("mem://" + t.Name())
	n := newTestNode(t, store, "")
	refs := []state.ObjectRef{write(t, store, 0, 0, 10, 0)}
	for name, spoil := range map[string]func(m *wire.StartQuery){
		"beyond":   func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[0].ColNo = 3 },
		"negative": func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[1].ColNo = -1 },
		"class":    func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[2].Type = types.TInt4 },
		"zone":     func(m *wire.StartQuery) { m.Segments[0].Zone = []wire.ZonePred{{Col: 5, Op: "="}} },
		"param":    func(m *wire.StartQuery) { m.Segments[0].Zone = []wire.ZonePred{{Col: 0, Op: "=", Param: 1}} },
	} {
		m := headsQuery(refs, nil)
		spoil(m)
		if _, done := n.run(t, m); done.Error == nil || done.Error.Code != string(sqlerr.ProtocolViolation) {
			t.Errorf("%s: %v", name, done.Error)
		}
	}
	if rows, done := n.run(t, headsQuery(nil, nil)); done.Error != nil || len(rows) != 0 {
		t.Errorf("an empty table has %d heads, %v", len(rows), done.Error)
	}
}
