package query

import (
	"fmt"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/runtime/program"
)

// What is worth an alert in stl_alert_event_log. Redshift's documentation says of the first that the ratio is below
// 0.05; of rows moved, a million.
const (
	alertRatio   = 0.05
	alertScanned = 100_000 // rows that a selective filter has looked at
	alertMoved   = 1_000_000
	alertDeleted = 0.2 // share of a table's rows
)

// Alert enters what a query that has ended should be told about into the history, with what helps: Redshift's words.
func (r *Runner) Alert(ses Session, p *Planned, st schedule.Stats) {
	a := &alerts{p: p}
	for _, t := range p.Query.Missing {
		a.add(-1, -1, "Missing query planner statistics:"+t, "Run the ANALYZE command")
	}
	if p.Query.Nested {
		a.add(-1, -1, "Nested Loop Join in the query plan", "Review the join predicates to avoid Cartesian products")
	}
	for _, s := range a.sums(st) {
		a.segment(s)
	}
	if len(a.list) == 0 {
		return
	}
	base := relations.Alert{User: ses.CurrentUser(), PID: ses.BackendPID(), Micros: types.MicrosOf(time.Now())}
	if q := r.History.Running(base.PID); q != nil {
		base.Query, base.Txn = q.ID, q.Txn
	}
	for _, x := range a.list {
		x.User, x.PID, x.Micros, x.Query, x.Txn = base.User, base.PID, base.Micros, base.Query, base.Txn
		r.History.Alerted(x)
	}
}

type alerts struct {
	p    *Planned
	list []relations.Alert
}

func (a *alerts) add(segment, step int, event, solution string) {
	a.list = append(a.list, relations.Alert{Segment: segment, Step: step, Event: event, Solution: solution})
}

// ran is what all nodes did of a segment.
type ran struct {
	segment int
	rows    []int64 // that the source yielded, then what was left behind each step
	out     int64
	bytes   int64 // to other processes
}

func (a *alerts) sums(st schedule.Stats) []ran {
	out := make([]ran, len(a.p.Query.Segments))
	for i := range out {
		out[i] = ran{segment: i, rows: make([]int64, 1+len(a.p.Query.Segments[i].Steps))}
	}
	for _, s := range st.Streams {
		for _, told := range s.Nodes {
			for i := range told {
				g := &told[i]
				if g.Segment < 0 || g.Segment >= len(out) || g.Slice >= 0 {
					continue
				}
				sum := &out[g.Segment]
				for k := range min(len(g.Rows), len(sum.rows)) {
					sum.rows[k] += g.Rows[k]
				}
				sum.out, sum.bytes = sum.out+g.RowsOut, sum.bytes+g.Bytes
			}
		}
	}
	return out
}

// segment looks at a segment of the query.
func (a *alerts) segment(s ran) {
	g := a.p.Query.Segments[s.segment]
	if t := a.scanned(g); t != nil {
		for i, step := range g.Steps {
			if _, ok := step.(*plan.Filter); !ok {
				break
			}
			seen, left := s.rows[0], s.rows[i+1]
			if ratio := float64(left) / float64(max(seen, 1)); seen >= alertScanned && ratio < alertRatio {
				a.add(s.segment, i+1,
					fmt.Sprintf("Very selective query filter:ratio=rows(%d)/rows_pre_user_filter(%d)=%.6f", left, seen, ratio),
					"Review the choice of sort key to enable range restricted scans, or run the VACUUM command to ensure the table "+
						"is sorted")
				break
			}
		}
		dead, rows := int64(0), int64(0)
		for _, o := range t.Version.Objects.All() {
			dead, rows = dead+o.Dead, rows+o.Rows
		}
		if dead >= alertScanned && float64(dead) > alertDeleted*float64(rows) {
			a.add(s.segment, 0, fmt.Sprintf("Scanned a large number of deleted rows:ratio=ghost_rows(%d)/scanned_rows(%d)", dead,
				rows), "Run the VACUUM command to reclaim deleted space")
		}
	}
	if s.bytes == 0 || s.out < alertMoved || g.Sink.Kind != program.SinkDist {
		return
	}
	switch g.Sink.Dist {
	case program.DistBroadcast:
		a.add(s.segment, len(g.Steps)+1, fmt.Sprintf("Broadcasted a large number of rows across the network:%d rows were "+
			"broadcasted", s.out), "Review the choice of distribution key to collocate the join and consider distributing "+
			"inner table with DISTSTYLE ALL")
	case program.DistHash:
		a.add(s.segment, len(g.Steps)+1, fmt.Sprintf("Distributed a large number of rows across the network:%d rows were "+
			"distributed", s.out), "Review the choice of distribution key to collocate the join or aggregation")
	}
}

// scanned is the stored table that a segment reads, nil if it reads another thing.
func (a *alerts) scanned(g *plan.Segment) *state.Table {
	if g.Source.Kind != program.SourceScan || g.Source.Table == nil {
		return nil
	}
	t, err := a.p.table(g.Source.Table)
	if err != nil {
		return nil
	}
	return t
}
