package plan

import (
	"strings"

	"slipher/catalog/types"
	"slipher/runtime/program"
)

// sinkKind is what plans know of a kind of sink.
type sinkKind struct {
	format func(f *formatter, p *printer, k *Sink)
	check  func(v *validator, s *Segment)
}

// sinkKinds has a row for each kind that runtime/program declares.
var sinkKinds = [...]sinkKind{
	program.SinkHash: {func(f *formatter, p *printer, k *Sink) {
		marks := ""
		if f.q.Tables[k.TableID].Marks {
			marks = " marks"
		}
		f.line(2, "hash tbl=%d key (%s) payload (%s)%s", k.TableID, p.List(k.Keys), p.List(k.Payload), marks)
	}, checkHash},
	program.SinkAggr: {formatAggr, checkAggr},
	program.SinkSort: {func(f *formatter, p *printer, k *Sink) {
		f.line(2, "sort tbl=%d by %s%s payload (%s)", k.TableID, p.OrderText(k.Order),
			limitText(k.LimitParam, k.OffsetParam), p.List(k.Payload))
	}, checkSort},
	program.SinkSave: {func(f *formatter, p *printer, k *Sink) {
		f.line(2, "save tbl=%d (%s)", k.TableID, p.List(k.Payload))
	}, checkSave},
	program.SinkDist: {func(f *formatter, p *printer, k *Sink) {
		to := distWords[k.Dist]
		if len(k.Keys) > 0 {
			to += " (" + p.List(k.Keys) + ")"
		}
		f.line(2, "%s x%d (%s)", to, k.Exchange, p.List(k.Cols))
	}, checkDist},
	program.SinkReturn: {func(f *formatter, p *printer, k *Sink) {
		f.line(2, "return (%s)", p.List(k.Cols))
	}, checkReturn},
	program.SinkInsert: {formatInsert, checkInsert},
	program.SinkDelete: {func(f *formatter, p *printer, k *Sink) {
		f.line(2, "delete %s.%s (%s)", f.q.Delete.Schema, f.q.Delete.Name, p.List(k.Cols))
	}, checkDelete},
	program.SinkEnd: {func(f *formatter, _ *printer, _ *Sink) { f.line(2, "end") }, checkEnd},
}

// distWords say where rows go.
var distWords = [...]string{
	program.DistHash: "dist hash", program.DistBroadcast: "bcast", program.DistSingle: "dist single",
	program.DistRoundRobin: "dist round robin", program.DistLocal: "dist local",
}

// sends reports whether rows go to an exchange.
func (k *Sink) sends() bool { return k.Kind == program.SinkDist }

// label is the sink's step name.
func (k *Sink) label() string {
	if k.sends() && k.Dist == program.DistBroadcast {
		return distWords[k.Dist]
	}
	return k.Kind.Label()
}

func checkHash(v *validator, s *Segment) {
	k := &s.Sink
	v.same(v.q.Tables[k.TableID].Keys, layoutOf(k.Keys))
	v.same(v.q.Tables[k.TableID].Payload, layoutOf(k.Payload))
}

func formatAggr(f *formatter, p *printer, k *Sink) {
	var parts []string
	for _, a := range k.Aggs {
		arg := "*"
		if a.Arg != nil {
			arg = p.Text(a.Arg)
		}
		parts = append(parts, a.Fn.Name+"("+arg+")")
	}
	do := ""
	if len(parts) > 0 {
		do = " do " + strings.Join(parts, ", ")
	}
	by := ""
	if hashed := f.q.Tables[k.TableID].Hashed; hashed != nil {
		keys := make([]*Expr, len(hashed))
		for i, at := range hashed {
			keys[i] = k.Keys[at]
		}
		by = " hashed by (" + p.List(keys) + ")"
	}
	f.line(2, "aggr tbl=%d key (%s)%s%s", k.TableID, p.List(k.Keys), by, do)
}

func checkAggr(v *validator, s *Segment) {
	k := &s.Sink
	v.same(v.q.Tables[k.TableID].Keys, layoutOf(k.Keys))
	for _, i := range v.q.Tables[k.TableID].Hashed {
		if i < 0 || i >= len(k.Keys) {
			v.fail("hashed by key %d of %d", i, len(k.Keys))
		}
	}
	if len(k.Aggs) != len(v.q.Tables[k.TableID].Aggs) {
		v.fail("%d accumulators for a table of %d", len(k.Aggs), len(v.q.Tables[k.TableID].Aggs))
	}
}

func checkSort(v *validator, s *Segment) {
	v.same(v.q.Tables[s.Sink.TableID].Payload, layoutOf(s.Sink.Payload))
	v.optionalParams(s.Sink.LimitParam, s.Sink.OffsetParam)
}

func checkSave(v *validator, s *Segment) {
	v.same(v.q.Tables[s.Sink.TableID].Payload, layoutOf(s.Sink.Payload))
}

func checkDist(v *validator, s *Segment) {
	k := &s.Sink
	r := v.receivers[k.Exchange]
	if r == nil || r.Stream != s.Stream && !v.q.loopOut(k.Exchange) {
		v.fail("exchange %d has no receiver in this stream", k.Exchange)
		return
	}
	if (k.Dist == program.DistHash) != (len(k.Keys) > 0) {
		v.fail("distribution %d with %d keys", k.Dist, len(k.Keys))
	}
	v.same(r.Source.Cols, layoutOf(k.Cols))
}

func checkReturn(v *validator, s *Segment) {
	n := len(v.q.Output)
	if v.q.Merge.Sorted {
		n++
	}
	if len(s.Sink.Cols) != n {
		v.fail("%d columns returned, %d expected", len(s.Sink.Cols), n)
	}
}

func formatInsert(f *formatter, p *printer, k *Sink) {
	cols, replacing := k.Cols, ""
	if n := len(cols); k.RowIDs && n > 0 {
		cols, replacing = cols[:n-1], " replacing "+p.Text(cols[n-1])
	}
	f.line(2, "insert %s.%s (%s)%s", f.q.Insert.Table.Schema, f.q.Insert.Table.Name, p.List(cols), replacing)
}

func checkInsert(v *validator, s *Segment) {
	k := &s.Sink
	if v.q.Insert == nil || k.RowIDs != (v.q.Delete != nil) {
		v.fail("rows inserted without a table, or replacing rows (%v) without a table to delete them from", k.RowIDs)
	} else if k.RowIDs {
		v.rowID(k.Cols[len(k.Cols)-1:])
	}
}

func checkDelete(v *validator, s *Segment) {
	if v.q.Delete == nil {
		v.fail("rows deleted without a table")
	}
	v.rowID(s.Sink.Cols)
}

func checkEnd(v *validator, s *Segment) {
	if n := len(s.Steps); n > 0 {
		if j, ok := s.Steps[n-1].(*HashJoin); ok && j.Kind == FindJoin {
			return
		}
	}
	v.fail("rows end that leave no marks")
}

// rowID checks that es is the address of a row.
func (v *validator) rowID(es []*Expr) {
	if len(es) != 1 || es[0].Type.Phys() != types.I64 || es[0].Nullable {
		v.fail("no row address: %v", es)
	}
}
