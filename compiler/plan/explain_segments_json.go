package plan

import "strings"

// SegmentsJSON is Segments in JSON: an object a segment, in it one a step, its source first and its sink last.
func (o Shown) SegmentsJSON(q *Query) string {
	t := &explained{Shown: o, q: q}
	n := &segmentNotes{t: t, estimated: map[Place]int64{}}
	if o.Costs && q.Root != nil {
		n.estimates(q.Root)
	}
	var segments []any
	for _, s := range q.Segments {
		segments = append(segments, n.segmentObject(s))
	}
	top := object{{"Segments", segments}}
	rest := &formatter{q: q}
	rest.loops()
	if len(rest.out) > 0 {
		top.add("Loops", rest.out)
	}
	rest.out = nil
	rest.leader()
	if len(rest.out) > 0 {
		top.add("Leader", strings.TrimPrefix(rest.out[0], "leader "))
	}
	var params []any
	for i, p := range q.Params {
		params = append(params, object{{"Parameter", i}, {"Type", p.Type.Short()}, {"Value", rest.paramText(p)}})
	}
	if params != nil {
		top.add("Parameters", params)
	}
	if len(q.Notes) > 0 {
		top.add("Notes", q.Notes)
	}
	if o.Ran != nil && o.Summary && o.Timing {
		t.totalsJSON(&top)
	}
	var b strings.Builder
	writeJSON(&b, []any{top}, "")
	return b.String()
}

// segmentObject is a segment, and what it did.
func (n *segmentNotes) segmentObject(s *Segment) object {
	o := object{{"Segment", s.ID}, {"Stream", s.Stream}, {"Where", whereText[s.Where]}}
	if len(s.After) > 0 {
		o.add("After", s.After)
	}
	if r := n.t.Ran; r != nil {
		if o.add("Began", r.Segments[s.ID].Began()); r.Segments[s.ID].Began() {
			n.t.workJSON(&o, s, &r.Segments[s.ID])
		}
	}
	f := &formatter{q: n.t.q}
	var steps []any
	f.each(s, func(p Place, write func()) {
		f.out = nil
		write()
		if len(f.out) > 0 {
			steps = append(steps, n.stepObject(s, p, f.out))
		}
	})
	o.add("Steps", steps)
	return o
}

// stepObject is what is at a place: lines of its text, and what happened there.
func (n *segmentNotes) stepObject(s *Segment, p Place, lines []string) object {
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	o := object{{"Step", s.labels()[p.Step]}, {"Text", lines[0]}}
	if len(lines) > 1 {
		o.add("Details", lines[1:])
	}
	if rows, ok := n.estimated[p]; ok {
		o.add("Plan Rows", rows)
	}
	if n.t.Ran == nil || !n.t.Ran.Segments[s.ID].Began() {
		return o
	}
	r := &n.t.Ran.Segments[s.ID]
	if p.Step <= len(s.Steps) {
		o.add("Actual Rows", r.rows(p.Step))
		if n.t.Timing {
			slices := n.t.Ran.Slices([]Place{p})
			if rows, ok := n.estimated[p]; ok {
				n.t.eachJSON(&o, []Place{p}, rows, slices)
			}
			n.t.slicesJSON(&o, slices)
		}
	} else if !s.Sink.Kind.Fills() && n.t.Timing {
		o.add("Rows Sent", r.Sent)
		o.add("Bytes Moved", r.Bytes)
	}
	if n.t.Timing {
		o.add("Time", number(r.stepTime(p.Step)))
	}
	if p.Step == 0 {
		n.t.skipsOf(&o, []int{s.ID})
	}
	return o
}
