package load

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// BenchmarkWriter loads rows that look like TPC-H's lineitem, a million a flush, sorted by l_shipdate.
func BenchmarkWriter(b *testing.B) {
	dec := types.TDecimal(15, 2)
	target := Target{Table: 1, Prefix: "bench/1-1", SortStyle: state.SortCompound, SortKey: []int{10}}
	for _, t := range []types.Type{types.TInt8, types.TInt8, types.TInt8, types.TInt8, dec, dec, dec, dec,
		types.TVarchar(1), types.TVarchar(1),
		types.TDate, types.TDate, types.TDate, types.TVarchar(25), types.TVarchar(10), types.TVarchar(44)} {
		target.Columns = append(target.Columns, TargetColumn{Name: "c", Type: t})
	}
	var cols []chunk.Col
	for _, c := range target.Columns {
		cols = append(cols, chunk.Col{Type: c.Type})
	}
	r := rand.New(rand.NewPCG(1, 1))
	words := strings.Fields(
		"furiously carefully ironic deposits sleep quickly regular packages haggle blithely express accounts along the " +
			"final pending requests")
	acct := mem.NewAccount("bench", 0)
	var chunks []*chunk.Chunk
	const total = 1 << 20
	for at := 0; at < total/16; at += 1024 {
		c, err := chunk.New(acct, chunk.LayoutOf(cols))
		if err != nil {
			b.Fatal(err)
		}
		for row := range 1024 {
			ship := r.Int64N(2500)
			for i, v := range []int64{int64(at+row) / 4 * 4, r.Int64N(200000), r.Int64N(10000), int64(row % 7),
				r.Int64N(50) * 100, r.Int64N(10000000), r.Int64N(11), r.Int64N(9)} {
				c.SetInt(i, row, v)
			}
			c.SetStr(8, row, []byte{"ANR"[r.IntN(3)]})
			c.SetStr(9, row, []byte{"OF"[r.IntN(2)]})
			c.SetInt(10, row, ship)
			c.SetInt(11, row, ship+r.Int64N(90))
			c.SetInt(12, row, ship+r.Int64N(30))
			c.SetStr(13, row, []byte([]string{"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"}[r.IntN(4)]))
			c.SetStr(14, row, []byte([]string{"TRUCK", "MAIL", "REG AIR", "AIR", "FOB", "RAIL", "SHIP"}[r.IntN(7)]))
			s := ""
			for len(s) < 10+r.IntN(30) {
				s += words[r.IntN(len(words))] + " "
			}
			c.SetStr(15, row, []byte(s))
		}
		c.SetRows(1024)
		chunks = append(chunks, c)
	}
	store, err := rms.Open("file://" + b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	rows, bytes := 0, int64(0)
	for b.Loop() {
		w := NewWriter(context.Background(), store, target, NewBudget(1<<30))
		for range 16 {
			for _, c := range chunks {
				if err := w.Add(c); err != nil {
					b.Fatal(err)
				}
				rows += c.Rows()
			}
		}
		refs, err := w.Finish()
		if err != nil {
			b.Fatal(err)
		}
		for _, ref := range refs {
			bytes += ref.Bytes
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
	b.ReportMetric(float64(bytes)/float64(rows), "bytes/row")
}
