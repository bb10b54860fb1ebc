package segment

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// windowCols are a row's place, an integer and a string to accumulate, and three ranges of places.
var windowCols = []plan.Column{{Name: "i", Type: types.TInt8}, {Name: "v", Type: types.TInt4, Nullable: true},
	{Name: "s", Type: types.TText, Nullable: true}, {Name: "a", Type: types.TInt8}, {Name: "b", Type: types.TInt8},
	{Name: "c", Type: types.TInt8}, {Name: "d", Type: types.TInt8}, {Name: "e", Type: types.TInt8},
	{Name: "f", Type: types.TInt8}}

type windowRow struct {
	v      int64
	s      string
	null   bool
	ranges [3][2]int
}

func (w windowRow) datums(i int) []types.Datum {
	ds := []types.Datum{types.Int(int64(i)), types.Int(w.v), types.String(w.s)}
	if w.null {
		ds[1], ds[2] = types.NullDatum, types.NullDatum
	}
	for _, r := range w.ranges {
		ds = append(ds, types.Int(int64(r[0])), types.Int(int64(r[1])))
	}
	return ds
}

// randomWindow are n rows whose ranges are as next gives them.
func randomWindow(n int, next func(i int) [3][2]int) []windowRow {
	r := rand.New(rand.NewSource(1))
	rows := make([]windowRow, n)
	for i := range rows {
		rows[i] = windowRow{v: r.Int63n(1000) - 500, s: strings.Repeat(string(rune('a'+r.Intn(26))), r.Intn(30)),
			null: r.Intn(4) == 0, ranges: next(i)}
	}
	return rows
}

// windowQuery accumulates in the order of the first column, and returns that and what folds add.
func windowQuery(folds ...*plan.WindowFold) *plan.Query {
	q := &plan.Query{Tables: []*plan.Table{{Kind: program.SinkSort, Keys: windowCols[:1], Payload: windowCols}}}
	sink := returns(windowCols)
	sink.Kind, sink.Payload, sink.Cols = program.SinkSort, sink.Cols, nil
	sink.Order = []plan.SortKey{{Expr: col(0, types.TInt8, false)}}
	sink.LimitParam, sink.OffsetParam = -1, -1
	s := &plan.Segment{ID: 1, Stream: 1, Source: plan.Source{Kind: program.SourceTable, Cols: windowCols}}
	for _, f := range folds {
		s.Steps = append(s.Steps, f)
	}
	q.Segments = []*plan.Segment{{Source: rowsOf("t", windowCols), Sink: sink}, s}
	layouts := q.Layouts(s)
	s.Sink = plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false)}}
	for i, c := range layouts[len(layouts)-1][len(windowCols):] {
		s.Sink.Cols = append(s.Sink.Cols, col(len(windowCols)+i, c.Type, c.Nullable))
	}
	return q
}

func fold(acc string, field int, way plan.FrameWay) *plan.WindowFold {
	f := &plan.WindowFold{Fn: operations.Accumulator(acc), Field: plan.Position(field), Way: way}
	for i := 3; i < len(windowCols) && (i == 3 || way == plan.FrameAny); i += 2 {
		f.Ranges = append(f.Ranges, plan.PlaceRange{From: col(i, types.TInt8, false), To: col(i+1, types.TInt8, false)})
	}
	return f
}

// windowAnswer is sum, least integer, greatest string and number of a row's ranges.
func windowAnswer(rows []windowRow, i int) string {
	var sum, least int64
	greatest, n := "", 0
	for _, r := range rows[i].ranges {
		for _, w := range rows[min(r[0], len(rows)):max(r[0], r[1])] {
			if w.null {
				continue
			}
			if sum += w.v; n == 0 || w.v < least {
				least = w.v
			}
			if w.s > greatest {
				greatest = w.s
			}
			n++
		}
	}
	if n == 0 {
		return fmt.Sprintf("%d|NULL|NULL|NULL", i)
	}
	return fmt.Sprintf("%d|%d|%d|%s", i, sum, least, greatest)
}

// Each way to accumulate over frames gives what adding up each frame by itself gives: frames that grow and begin anew,
// frames that move and jump, any frames, with holes, empty ones and ones of all rows; fewer rows than a tree has in a
// node, and several levels of it.
func TestWindowFolds(t *testing.T) {
	r := newRunner(t)
	ends := func(rnd *rand.Rand, n int) [2]int {
		a, b := rnd.Intn(n+1), rnd.Intn(n+1)
		return [2]int{min(a, b), max(a, b)}
	}
	for _, n := range []int{1, 17, 5000} {
		for _, way := range []plan.FrameWay{plan.FrameGrows, plan.FrameMoves, plan.FrameAny} {
			rnd := rand.New(rand.NewSource(int64(n)))
			from, to := 0, 0
			rows := randomWindow(n, func(i int) (out [3][2]int) {
				switch way {
				case plan.FrameAny:
					if n > 1000 && i%50 != 0 { // the test itself adds up
						return [3][2]int{{i, min(i+40, n)}, {0, 0}, {n / 2, n/2 + 3}}
					}
					return [3][2]int{ends(rnd, n), ends(rnd, n), ends(rnd, n)}
				case plan.FrameGrows:
					if rnd.Intn(60) == 0 {
						from = i
						to = i
					}
				case plan.FrameMoves:
					from = min(from+rnd.Intn(3), n)
					if rnd.Intn(100) == 0 {
						from = max(from-20, 0)
						to = from
					}
				}
				to = min(max(to, from)+rnd.Intn(4), n)
				return [3][2]int{{from, to}}
			})
			folds := []*plan.WindowFold{fold("sum", 1, way), fold("min", 1, way), fold("max", 2, way)}
			if way == plan.FrameMoves { // nothing can be taken out of these
				folds[1], folds[2] = fold("min", 1, plan.FrameAny), fold("max", 2, plan.FrameAny)
			}
			var in [][]types.Datum
			var want []string
			for i, w := range rows {
				in = append(in, w.datums(i))
				want = append(want, windowAnswer(rows, i))
			}
			rnd.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
			r.check(windowQuery(folds...), map[string][][]types.Datum{"t": in}, want, true)
		}
	}
}

// openWindow is an instance that is about to work through rows in their order.
func openWindow(r *runner, q *plan.Query, o exec.Options, acct *mem.Account, rows []windowRow) (*exec.Query,
	*exec.Instance, *collect) {
	xq := r.open(q, o, acct)
	fill, err := xq.NewInstance(0, -1, &collect{}, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	var in [][]types.Datum
	for i, w := range rows {
		in = append(in, w.datums(i))
	}
	for _, c := range chunks(r.t, acct, windowCols, in) {
		fill.SetChunk(c)
		if _, err := fill.Run(); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := fill.Finish(); err != nil {
		r.t.Fatal(err)
	}
	out := &collect{}
	x, err := xq.NewInstance(1, -1, out, 1)
	if err != nil {
		r.t.Fatal(err)
	}
	x.SetPart(xq.Parts(0)[0])
	return xq, x, out
}

// Code that is asked to come back comes back from the middle of a frame and of a tree, goes on there, and gives the
// same answer.
func TestWindowYields(t *testing.T) {
	r := newRunner(t)
	const n = 40000
	rows := randomWindow(n, func(i int) [3][2]int { return [3][2]int{{i % 2, n}, {0, i % 9}, {n - i, n}} })
	for _, f := range []*plan.WindowFold{fold("max", 2, plan.FrameAny), fold("moments", 1, plan.FrameAny)} {
		if f.Fn.Name == "moments" {
			f.Field = 0
		}
		for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
			var answers [2]strings.Builder
			yields := 0
			for k := range answers {
				acct := mem.NewAccount("test", 0)
				xq, x, out := openWindow(r, windowQuery(f), exec.Options{VectorRows: 1000, Tier: tier}, acct, rows)
				stop := make(chan bool)
				go func() {
					for k == 1 {
						select {
						case <-stop:
							return
						case <-time.After(100 * time.Microsecond):
							x.Yield()
						}
					}
				}()
				for st := exec.Yielded; st == exec.Yielded; yields++ {
					var err error
					if st, err = x.Run(); err != nil {
						t.Fatal(err)
					}
				}
				close(stop)
				if _, err := x.Finish(); err != nil {
					t.Fatal(err)
				}
				for _, c := range out.sent {
					for i := range c.Rows() {
						fmt.Fprintln(&answers[k], c.Datum(1, i).S)
					}
					c.Free()
				}
				x.Close()
				r.closed(xq, acct)
			}
			if yields < 4 || answers[0].String() != answers[1].String() {
				t.Errorf("%s, tier %d: another answer after %d runs", f.Fn.Name, tier, yields)
			}
		}
	}
}

// A cancel ends a frame that goes through all rows again for each.
func TestWindowCancel(t *testing.T) {
	r := newRunner(t)
	const n = 200000
	rows := randomWindow(n, func(i int) [3][2]int { return [3][2]int{{i % 2, n}} })
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		acct := mem.NewAccount("test", 0)
		xq, x, out := openWindow(r, windowQuery(fold("max", 2, plan.FrameGrows)), exec.Options{Tier: tier}, acct, rows)
		time.AfterFunc(50*time.Millisecond, xq.Cancel)
		start := time.Now()
		if _, err := x.Run(); err == nil || sqlerr.From(err).Code != sqlerr.QueryCanceled {
			t.Errorf("tier %d: %v", tier, err)
		}
		if took := time.Since(start); took > 5*time.Second { // all of it takes minutes
			t.Errorf("tier %d: %v", tier, took)
		}
		for _, c := range out.sent {
			c.Free()
		}
		r.closed(xq, acct)
	}
}

// Every limit of memory gives the answer or 53200, and leaves nothing behind: trees and lists over all rows count.
func TestWindowMemory(t *testing.T) {
	r := newRunner(t)
	const n = 20000
	var in [][]types.Datum
	for i, w := range randomWindow(n, func(i int) [3][2]int { return [3][2]int{{i, min(i+50, n)}} }) {
		in = append(in, w.datums(i))
	}
	row := col(0, types.TInt8, false)
	q := windowQuery(fold("max", 2, plan.FrameAny), fold("moments", 0, plan.FrameAny))
	q.Segments[1].Steps = append(q.Segments[1].Steps, &plan.WindowRank{Field: 1, Place: row},
		&plan.WindowRunAt{Keys: 1, Number: row})
	input := mem.NewAccount("input", 0)
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		answered, refused := false, 0
		for limit := int64(2 << 20); !answered; limit += limit / 3 {
			acct := mem.NewAccount("test", limit)
			rows, err := r.groupsUnder(q, exec.Options{Tier: tier}, acct, input, windowCols, in)
			switch {
			case err == nil && rows == n:
				answered = true
			case err == nil:
				t.Fatalf("%d rows", rows)
			case sqlerr.From(err).Code != sqlerr.OutOfMemory:
				t.Fatalf("limit %d: %v", limit, err)
			default:
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("tier %d: no limit was too low", tier)
		}
	}
}
