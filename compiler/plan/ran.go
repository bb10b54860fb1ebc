package plan

import "time"

// Ran is what happened while a query ran: what EXPLAIN ANALYZE shows beside the plan. Of a query that ended with an
// error there is none.
type Ran struct {
	Segments []SegmentRan // by id
	Leader   [3]int64     // rows, by LeaderMerged and the like
	Nodes    []NodeRan
	// How long it took to plan the query, to make its programs, to run it.
	Planned, Generated, Took time.Duration
}

// NodeRan is a node's part.
type NodeRan struct {
	ID     string
	Memory int64 // the most bytes that the query had there
}

// SegmentRan is what a segment did. The zero value is one that never began.
type SegmentRan struct {
	Rows   []int64 // its source's, then those behind each step; of one node, if all do the same (Where is EveryNode)
	Slices []SliceRan
	Sent   int64 // rows that it sent to an exchange, or to the leader
	Bytes  int64 // of them that went to other processes
	// Time is how long its workers were busy with it, if they had all it could give them; Work is the sum over all.
	Time, Work time.Duration
	// Where Work went: to get input, by step (the source, steps, the sink), to end instances and to put the table together
	// that it fills. Together are the steps of each loop that has parts of several: in fused code they are the first
	// one's.
	Feeding  time.Duration
	Steps    []time.Duration
	Ending   time.Duration
	Together [][]int
	// Morsels, and how many of them ran on fused code and with what is known of the stored values.
	Morsels, Fused, Special int64
	Skips                   []SkipRan
	Memory                  int64 // the most bytes that it had on a node, with the part of a table that it fills
	Turns                   int64 // of the loop that it is inside of; 0: none
	Compiled                time.Duration
}

// SliceRan is a segment's rows of one slice, as in SegmentRan.Rows; or of a node (Slice is -1), where nobody knows for
// which of its slices they are.
type SliceRan struct {
	Node  string
	Slice int
	Rows  []int64
}

// SkipRan is what a scan did not read because of one of its filters.
type SkipRan struct {
	By           string
	Groups, Rows int64
}

// blocks are those that a scan did not open: of whole row groups, one for each column that it reads.
func (s *Segment) blocks(k SkipRan) int64 { return k.Groups * int64(len(s.Source.Cols)) }

// AddSkip adds what one of the scan's filters has ruled out, on a node or slice.
func (s *SegmentRan) AddSkip(k SkipRan) {
	for i := range s.Skips {
		if o := &s.Skips[i]; o.By == k.By {
			o.Groups, o.Rows = o.Groups+k.Groups, o.Rows+k.Rows
			return
		}
	}
	s.Skips = append(s.Skips, k)
}

// Began reports whether the segment has run.
func (s *SegmentRan) Began() bool { return s.Rows != nil }

// rows is the number at a step.
func (s *SegmentRan) rows(step int) int64 {
	if step < len(s.Rows) {
		return s.Rows[step]
	}
	return 0
}

// Rows are those counted at places; not ok: nobody counts them, or what would have made them never began.
func (r *Ran) Rows(at []Place) (n int64, ok bool) {
	for _, p := range at {
		if p.Segment == AtLeader {
			n, ok = n+r.Leader[p.Step], true
			continue
		}
		s := &r.Segments[p.Segment]
		n, ok = n+s.rows(p.Step), ok || s.Began()
	}
	return n, ok
}

// Turns is how often what makes the rows at places began anew, as part of a recursion; 0: it is none.
func (r *Ran) Turns(at []Place) (n int64) {
	for _, p := range at {
		if p.Segment != AtLeader {
			n = max(n, r.Segments[p.Segment].Turns)
		}
	}
	return n
}

// Slices are the rows counted at places, by slice; nil: they are not known by slice, or are the leader's.
func (r *Ran) Slices(at []Place) []SliceRan {
	var out []SliceRan
	for _, p := range at {
		if p.Segment == AtLeader {
			return nil
		}
		for _, l := range r.Segments[p.Segment].Slices {
			n := int64(0)
			if p.Step < len(l.Rows) {
				n = l.Rows[p.Step]
			}
			out = addLane(out, SliceRan{Node: l.Node, Slice: l.Slice, Rows: []int64{n}})
		}
	}
	return out
}

func addLane(to []SliceRan, l SliceRan) []SliceRan {
	for i := range to {
		if to[i].Node == l.Node && to[i].Slice == l.Slice {
			to[i].Rows[0] += l.Rows[0]
			return to
		}
	}
	return append(to, l)
}

// Skew is the largest number of rows of a slice over the mean; 0 if there is one slice, or no row.
func Skew(slices []SliceRan) float64 {
	most, sum := int64(0), int64(0)
	for _, s := range slices {
		most, sum = max(most, s.Rows[0]), sum+s.Rows[0]
	}
	if len(slices) < 2 || sum == 0 {
		return 0
	}
	return float64(most) * float64(len(slices)) / float64(sum)
}

// times are when an operator could begin and when it ended, in the time that its own steps and those below it took one
// after another.
func (t *explained) times(n *Node) (first, last time.Duration) {
	own := t.took().own[n]
	for _, c := range n.Children {
		f, l := t.times(c)
		if len(n.Segments) > 0 && !sharesSegment(n, c) {
			f = l
		}
		first += f
		last += l
	}
	return first, last + own
}

// sharesSegment reports whether rows go from c to n within a segment.
func sharesSegment(n, c *Node) bool {
	for _, a := range n.At {
		for _, b := range c.At {
			if a.Segment == b.Segment {
				return true
			}
		}
	}
	return false
}

// moved is what exchanges sent: rows, and bytes that went to other processes.
func (r *Ran) moved(q *Query, exchange int) (rows, bytes int64) {
	for _, s := range q.Segments {
		if s.Sink.sends() && s.Sink.Exchange == exchange {
			rows, bytes = rows+r.Segments[s.ID].Sent, bytes+r.Segments[s.ID].Bytes
		}
	}
	return rows, bytes
}
