package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Shown is what EXPLAIN is asked to show of a query.
type Shown struct {
	Ran     *Ran // nil: the plan alone
	Verbose bool // the plan once more, in full, and rows by slice
	Costs   bool // estimates
	Timing  bool // what differs from run to run
	Summary bool // what is said of segments, nodes and the whole query
}

// Plain is what EXPLAIN shows if it is not told.
var Plain = Shown{Costs: true, Timing: true, Summary: true}

// Explain is the text of EXPLAIN, a line each, in Redshift's layout: two spaces
// before the costs, children behind an arrow, details below their operator. (The
// space in front of every line of a printed plan is psql's.)
func Explain(q *Query) []string { return Plain.Text(q) }

// Text is the text of EXPLAIN, with what happened if the query has run.
func (o Shown) Text(q *Query) []string {
	t := &explained{Shown: o, q: q}
	if q.Root != nil {
		if o.Verbose {
			t.dump(q.Root, "")
		}
		t.node(q.Root, "", "  ")
	}
	t.out = append(t.out, q.Notes...)
	if o.Ran != nil && o.Summary {
		t.summary()
	}
	return t.out
}

type explained struct {
	Shown
	q     *Query
	out   []string
	spent *spent // see took
}

func (t *explained) line(indent, format string, args ...any) {
	t.out = append(t.out, indent+fmt.Sprintf(format, args...))
}

// node appends n: its title behind prefix, all else behind indent.
func (t *explained) node(n *Node, prefix, indent string) {
	title := n.Title()
	if t.Costs {
		title += fmt.Sprintf("  (cost=%.2f..%.2f rows=%d width=%d)", n.StartupCost, n.TotalCost, n.Rows, n.Width)
	}
	if t.Ran != nil {
		title += t.actual(n)
	}
	t.line(prefix, "%s", title)
	for _, d := range n.Details {
		t.line(indent, "%s", d.line())
	}
	if t.Ran != nil {
		for _, f := range t.facts(n) {
			t.line(indent, "%s", f)
		}
	}
	for _, c := range n.Children {
		t.node(c, indent+"->  ", indent+strings.Repeat(" ", 6))
	}
}

// actual is what stands behind an operator's costs.
func (t *explained) actual(n *Node) string {
	rows, ok := t.Ran.Rows(n.At)
	switch {
	case !ok:
		return " (never executed)"
	case !t.Timing:
		return fmt.Sprintf(" (actual rows=%d loops=1)", rows)
	}
	first, last := t.times(n)
	return fmt.Sprintf(" (actual time=%s..%s rows=%d loops=1)", ms(first), ms(last), rows)
}

// facts are lines about what happened below an operator.
func (t *explained) facts(n *Node) []string {
	var out []string
	if turns := t.Ran.Turns(n.At); turns > 0 {
		out = append(out, fmt.Sprintf("Turns: %d", turns))
	}
	if removed, ok := t.Ran.removed(n); ok {
		out = append(out, fmt.Sprintf("Rows Removed by Filter: %d", removed))
	}
	for i, by := range n.LookedBy {
		removed, ok := t.Ran.reduced(n, i, i+1)
		switch {
		case ok && len(n.LookedBy) > 1:
			out = append(out, fmt.Sprintf("Rows Removed by Runtime Filter %s: %d", by, removed))
		case ok:
			out = append(out, fmt.Sprintf("Rows Removed by Runtime Filter: %d", removed))
		}
	}
	for _, s := range n.Segments {
		for _, k := range t.Ran.Segments[s].Skips {
			out = append(out, fmt.Sprintf("Rows Skipped (%s): %d, %d blocks of %d whole row groups", k.By, k.Rows,
				t.q.Segments[s].blocks(k), k.Groups))
		}
	}
	if t.Timing { // groups move in parts, as many as workers had a share in them
		for _, x := range n.Exchanges {
			rows, bytes := t.Ran.moved(t.q, x)
			out = append(out, fmt.Sprintf("Moved by exchange %d (%s): %d rows, %d bytes between processes", x,
				t.q.exchangeKind(x), rows, bytes))
		}
	}
	if t.Timing {
		out = append(out, t.whose(n)...)
	}
	if t.Verbose {
		if slices := t.Ran.Slices(n.At); len(slices) > 0 && t.Timing {
			text := "Rows Per Slice: " + slicesText(slices)
			if each, of := t.each(n.At, n.Rows, slices); of != "" {
				text += fmt.Sprintf(" (%d a %s estimated)", each, of)
			}
			if skew := Skew(slices); skew > 0 {
				text += fmt.Sprintf(", skew %.2f", skew)
			}
			out = append(out, text)
		}
	}
	return out
}

// removed is how many rows an operator's filter has left out.
func (r *Ran) removed(n *Node) (int64, bool) {
	in, ok := r.Rows(n.Before)
	out, ran := r.Rows(n.At)
	if !ok || !ran || !n.filters() {
		return 0, false
	}
	if last := len(n.LookedBy); last > 0 && !slices.Equal(n.Looked[0], n.At) { // by others, in between
		looked, _ := r.reduced(n, 0, last)
		in -= looked
	}
	return in - out, true
}

// reduced is how many of an operator's rows its runtime filters from number first on, up to last, have left out.
func (r *Ran) reduced(n *Node, first, last int) (int64, bool) {
	in, ok := r.Rows(n.Looked[first])
	out, ran := r.Rows(n.Looked[last])
	return in - out, ok && ran
}

func (n *Node) filters() bool {
	for _, d := range n.Details {
		if d.Label == "Filter" {
			return true
		}
	}
	return false
}

// exchangeKind is where an exchange sends rows.
func (q *Query) exchangeKind(x int) string {
	for _, s := range q.Segments {
		if s.Sink.sends() && s.Sink.Exchange == x {
			return distWords[s.Sink.Dist]
		}
	}
	return "none"
}

// each is how many of an operator's rows are expected on each of the slices, or nodes, that its rows are counted for;
// of: "" if nobody knows.
func (t *explained) each(at []Place, rows int64, slices []SliceRan) (each int64, of string) {
	if !t.Costs || len(at) == 0 || len(slices) == 0 || at[0].Segment == AtLeader {
		return 0, ""
	}
	where := t.q.Segments[at[0].Segment].Where
	for _, p := range at {
		if p.Segment == AtLeader || t.q.Segments[p.Segment].Where != where {
			return 0, ""
		}
	}
	of = "slice"
	if slices[0].Slice < 0 {
		of = "node"
	}
	if where == EveryNode { // each has them all
		return rows, of
	}
	n := int64(len(slices))
	return (rows + n - 1) / n, of
}

// slicesText is rows by slice: "slice 0: 12, slice 1: 15".
func slicesText(slices []SliceRan) string {
	parts := make([]string, len(slices))
	for i, s := range slices {
		at := fmt.Sprintf("slice %d", s.Slice)
		if s.Slice < 0 {
			at = s.Node
		}
		parts[i] = fmt.Sprintf("%s: %d", at, s.Rows[0])
	}
	return strings.Join(parts, ", ")
}

// summary is what is said of segments, nodes and the whole query.
func (t *explained) summary() {
	t.line("", "Segments:")
	for _, s := range t.q.Segments {
		t.line("  ", "%d: %s  (%s)", s.ID, s.Labels(), t.segment(s))
	}
	if t.Timing {
		t.totals()
	}
}

// totals is what is said of nodes and of the whole query.
func (t *explained) totals() {
	r := t.Ran
	var compiled time.Duration
	for i := range r.Segments {
		compiled += r.Segments[i].Compiled
	}
	for _, n := range r.Nodes {
		t.line("", "Memory of %s: %d bytes", n.ID, n.Memory)
	}
	t.line("", "Planning Time: %s ms", ms(r.Planned))
	t.line("", "Code Generation Time: %s ms", ms(r.Generated))
	t.line("", "Compile Time: %s ms", ms(compiled))
	t.line("", "Execution Time: %s ms", ms(r.Took))
}

// segment is what a segment did, in words of a pair each.
func (t *explained) segment(s *Segment) string {
	r := &t.Ran.Segments[s.ID]
	if !r.Began() {
		return "never began"
	}
	words := []string{fmt.Sprintf("rows=%d..%d", r.rows(0), r.rows(len(s.Steps)))}
	if !s.Sink.Kind.Fills() {
		words = append(words, fmt.Sprintf("sent=%d", r.Sent))
	}
	if skew := Skew(t.Ran.Slices([]Place{{Segment: s.ID}})); skew > 0 {
		words = append(words, fmt.Sprintf("skew=%.2f", skew))
	}
	if r.Turns > 0 {
		words = append(words, fmt.Sprintf("turns=%d", r.Turns))
	}
	if t.Timing {
		words = append(append(words, fmt.Sprintf("bytes=%d", r.Bytes)), t.work(s, r)...)
	}
	return strings.Join(words, " ")
}

// named are the labels of steps, of which 0 is the source.
func (s *Segment) named(steps []int) (out []string) {
	labels := s.labels()
	for _, i := range steps {
		out = append(out, labels[i])
	}
	return out
}

// work is what a segment took, in words of a pair each.
func (t *explained) work(s *Segment, r *SegmentRan) []string {
	words := []string{"time=" + ms(r.Time), "work=" + ms(r.Work), fmt.Sprintf("morsels=%d", r.Morsels), "tier=" + r.Tier(),
		fmt.Sprintf("memory=%d", r.Memory)}
	for _, steps := range r.mixed() {
		words = append(words, "together="+strings.Join(s.named(steps), "+"))
	}
	if r.Compiled > 0 {
		words = append(words, "compile="+ms(r.Compiled))
	}
	return words
}

// Tier is the code that a segment ran on: primitives, fused or both, and whether it was made for the values that are
// stored.
func (s *SegmentRan) Tier() string {
	tier := "primitives"
	switch {
	case s.Fused >= s.Morsels && s.Morsels > 0:
		tier = "fused"
	case s.Fused > 0:
		tier = fmt.Sprintf("primitives,fused(%d)", s.Fused)
	}
	if s.Special > 0 {
		tier += ",special"
	}
	return tier
}

// Labels names a segment's steps: "scan lineitem, filter, aggr".
func (s *Segment) Labels() string {
	parts := s.labels()
	if s.Source.Table != nil {
		parts[0] += " " + s.Source.Table.Name
	}
	return strings.Join(parts, ", ")
}

func (s *Segment) labels() []string {
	parts := []string{s.Source.Kind.Label()}
	for _, st := range s.Steps {
		parts = append(parts, st.Label())
	}
	return append(parts, s.Sink.label())
}

func ms(d time.Duration) string { return fmt.Sprintf("%.3f", float64(d)/float64(time.Millisecond)) }
