package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// JSON is the text of EXPLAIN (FORMAT JSON): PostgreSQL's keys as far as they mean the same here, and our own beside
// them. Keys stand in an order that is always the same.
func (o Shown) JSON(q *Query) string {
	t := &explained{Shown: o, q: q}
	var top object
	if q.Root != nil {
		top.add("Plan", t.object(q.Root, ""))
	}
	if len(q.Notes) > 0 {
		top.add("Notes", q.Notes)
	}
	if o.Ran != nil && o.Summary {
		t.summaryJSON(&top)
	}
	var b strings.Builder
	writeJSON(&b, []any{top}, "")
	return b.String()
}

// object is a JSON object whose members have an order.
type object []member

type member struct {
	key   string
	value any
}

func (o *object) add(key string, value any) { *o = append(*o, member{key, value}) }

// relationKeys are what PostgreSQL calls the names of what operators read, where that is no table.
var relationKeys = map[string]string{"WorkTable Scan": "CTE Name", "Function Scan": "Function Name"}

// cost and number are numbers of a fixed number of decimals.
func cost(f float64) json.Number         { return json.Number(strconv.FormatFloat(f, 'f', 2, 64)) }
func number(d time.Duration) json.Number { return json.Number(ms(d)) }

// relationship is what a child is to its parent, in PostgreSQL's words.
func relationship(parent *Node, child int) string {
	switch {
	case parent.Type == "Append":
		return "Member"
	case parent.Type == "Subquery Scan":
		return "Subquery"
	case child == 1:
		return "Inner"
	}
	return "Outer"
}

// object is n, which is rel to its parent.
func (t *explained) object(n *Node, rel string) object {
	var o object
	add := func(key, value string) {
		if value != "" {
			o.add(key, value)
		}
	}
	o.add("Node Type", n.Type)
	add("Strategy", n.Strategy)
	add("Operation", n.Operation)
	add("Parent Relationship", rel)
	add("Join Type", n.Join)
	add("Distribution", n.Dist)
	add(cmp.Or(relationKeys[n.Type], "Relation Name"), n.Relation)
	add("Schema", n.Schema)
	if n.Relation != "" && n.Alias == "" {
		add("Alias", n.Relation)
	}
	add("Alias", n.Alias)
	if t.Costs {
		o.add("Startup Cost", cost(n.StartupCost))
		o.add("Total Cost", cost(n.TotalCost))
		o.add("Plan Rows", n.Rows)
		o.add("Plan Width", n.Width)
	}
	if t.Ran != nil {
		t.actualJSON(&o, n)
	}
	for _, d := range n.Details {
		switch {
		case d.Label == "":
			o.add(d.Name, d.text())
		case d.List != nil:
			o.add(d.Label, d.List)
		default:
			o.add(d.Label, d.Text)
		}
	}
	if t.Ran != nil {
		t.factsJSON(&o, n)
	}
	if len(n.Children) > 0 {
		var plans []any
		for i, c := range n.Children {
			plans = append(plans, t.object(c, relationship(n, i)))
		}
		o.add("Plans", plans)
	}
	return o
}

// actualJSON is what actual is in text.
func (t *explained) actualJSON(o *object, n *Node) {
	rows, ok := t.Ran.Rows(n.At)
	loops := 1
	if !ok {
		loops = 0
	}
	if t.Timing {
		first, last := t.times(n)
		o.add("Actual Startup Time", number(first))
		o.add("Actual Total Time", number(last))
	}
	o.add("Actual Rows", rows)
	o.add("Actual Loops", loops)
}

// factsJSON is what facts is in text.
func (t *explained) factsJSON(o *object, n *Node) {
	if turns := t.Ran.Turns(n.At); turns > 0 {
		o.add("Turns", turns)
	}
	if removed, ok := t.Ran.removed(n); ok {
		o.add("Rows Removed by Filter", removed)
	}
	if last := len(n.LookedBy); last > 0 {
		if removed, ok := t.Ran.reduced(n, 0, last); ok {
			o.add("Rows Removed by Runtime Filter", removed)
		}
	}
	t.skipsOf(o, n.Segments)
	if !t.Timing {
		return
	}
	slices := t.Ran.Slices(n.At)
	t.eachJSON(o, n.At, n.Rows, slices)
	t.slicesJSON(o, slices)
	o.add("Own Time", number(t.took().own[n]))
	if whose := t.whose(n); whose != nil {
		o.add("Own Time Is", whose)
	}
	var moved []any
	all := int64(0)
	for _, x := range n.Exchanges {
		rows, bytes := t.Ran.moved(t.q, x)
		moved = append(moved, object{{"Exchange", x}, {"Distribution", t.q.exchangeKind(x)}, {"Rows", rows},
			{"Bytes", bytes}})
		all += bytes
	}
	if moved != nil {
		o.add("Bytes Moved", all)
		o.add("Exchanges", moved)
	}
	if at := n.At; len(at) > 0 && at[0].Segment != AtLeader {
		o.add("Tier", t.Ran.Segments[at[0].Segment].Tier())
	}
	if len(n.Segments) > 0 {
		o.add("Segments", n.Segments)
	}
}

// eachJSON is how many rows are expected on each of slices, in their order.
func (t *explained) eachJSON(o *object, at []Place, rows int64, slices []SliceRan) {
	each, of := t.each(at, rows, slices)
	if of == "" {
		return
	}
	all := make([]any, len(slices))
	for i := range all {
		all[i] = each
	}
	o.add(map[string]string{"slice": "Plan Rows Per Slice", "node": "Plan Rows Per Node"}[of], all)
}

// slicesJSON is rows by slice: who had what changes where workers share.
func (t *explained) slicesJSON(o *object, slices []SliceRan) {
	if len(slices) == 0 {
		return
	}
	rows := make([]any, len(slices))
	for i, s := range slices {
		rows[i] = s.Rows[0]
	}
	key := "Rows Per Slice"
	if slices[0].Slice < 0 {
		key = "Rows Per Node"
	}
	o.add(key, rows)
	if skew := Skew(slices); skew > 0 {
		o.add("Skew", cost(skew))
	}
}

// skipsOf is what the scans of segments did not read.
func (t *explained) skipsOf(o *object, segments []int) {
	var skips []any
	blocks, rows := int64(0), int64(0)
	for _, s := range segments {
		for _, k := range t.Ran.Segments[s].Skips {
			n := t.q.Segments[s].blocks(k)
			skips = append(skips, object{{"Filter", k.By}, {"Blocks", n}, {"Rows", k.Rows}})
			blocks, rows = blocks+n, rows+k.Rows
		}
	}
	if skips != nil {
		o.add("Blocks Skipped", blocks)
		o.add("Rows Skipped", rows)
		o.add("Skipped", skips)
	}
}

// summaryJSON is what summary is in text.
func (t *explained) summaryJSON(top *object) {
	var segments []any
	for _, s := range t.q.Segments {
		segments = append(segments, t.segmentJSON(s))
	}
	top.add("Segments", segments)
	if t.Timing {
		t.totalsJSON(top)
	}
}

// totalsJSON is what totals is in text.
func (t *explained) totalsJSON(top *object) {
	r := t.Ran
	var compiled time.Duration
	for i := range r.Segments {
		compiled += r.Segments[i].Compiled
	}
	var nodes []any
	for _, n := range r.Nodes {
		nodes = append(nodes, object{{"Node", n.ID}, {"Memory", n.Memory}})
	}
	top.add("Nodes", nodes)
	top.add("Planning Time", number(r.Planned))
	top.add("Code Generation Time", number(r.Generated))
	top.add("Compile Time", number(compiled))
	top.add("Execution Time", number(r.Took))
}

func (t *explained) segmentJSON(s *Segment) object {
	r := &t.Ran.Segments[s.ID]
	o := object{{"Segment", s.ID}, {"Stream", s.Stream}, {"Steps", s.Labels()}}
	rows := make([]any, 1+len(s.Steps))
	for i := range rows {
		rows[i] = r.rows(i)
	}
	o.add("Rows", rows)
	if !s.Sink.Kind.Fills() {
		o.add("Rows Sent", r.Sent)
	}
	if !t.Timing {
		t.workJSON(&o, s, r)
		return o
	}
	var slices []any
	for _, l := range r.Slices {
		slices = append(slices, object{{"Node", l.Node}, {"Slice", l.Slice}, {"Rows", l.Rows}})
	}
	o.add("Slices", slices)
	o.add("Bytes Moved", r.Bytes)
	times := make([]any, 2+len(s.Steps))
	for i := range times {
		times[i] = number(r.stepTime(i))
	}
	o.add("Step Times", times)
	t.workJSON(&o, s, r)
	return o
}

// workJSON is what turns and work are in text.
func (t *explained) workJSON(o *object, s *Segment, r *SegmentRan) {
	if r.Turns > 0 {
		o.add("Turns", r.Turns)
	}
	if !t.Timing {
		return
	}
	o.add("Time", number(r.Time))
	o.add("Worker Time", number(r.Work))
	o.add("Morsels", r.Morsels)
	o.add("Tier", r.Tier())
	o.add("Compile Time", number(r.Compiled))
	o.add("Memory", r.Memory)
	var together []any
	for _, steps := range r.mixed() {
		together = append(together, strings.Join(s.named(steps), "+"))
	}
	if together != nil {
		o.add("Together", together)
	}
}

// writeJSON writes v as PostgreSQL does: a member and an object a line, two spaces a level, lists of plain values in
// one line.
func writeJSON(b *strings.Builder, v any, indent string) {
	inner := indent + "  "
	switch v := v.(type) {
	case object:
		b.WriteString("{\n")
		for i, m := range v {
			fmt.Fprintf(b, "%s%s: ", inner, quoted(m.key))
			writeJSON(b, m.value, inner)
			b.WriteString(lineEnd(i, len(v)))
		}
		b.WriteString(indent + "}")
	case []any:
		if len(v) == 0 || !holds(v[0]) {
			b.WriteString("[")
			for i, x := range v {
				if i > 0 {
					b.WriteString(", ")
				}
				writeJSON(b, x, inner)
			}
			b.WriteString("]")
			return
		}
		b.WriteString("[\n")
		for i, x := range v {
			b.WriteString(inner)
			writeJSON(b, x, inner)
			b.WriteString(lineEnd(i, len(v)))
		}
		b.WriteString(indent + "]")
	case []string:
		writeJSON(b, anys(v), indent)
	case []int:
		writeJSON(b, anys(v), indent)
	case []int64:
		writeJSON(b, anys(v), indent)
	default:
		b.WriteString(quoted(v))
	}
}

func lineEnd(i, n int) string {
	if i+1 < n {
		return ",\n"
	}
	return "\n"
}

func holds(v any) bool { _, is := v.(object); return is }

func anys[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// quoted is a string or number in JSON.
func quoted(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return `""` // no value of ours is refused
	}
	return strings.TrimSuffix(b.String(), "\n")
}
