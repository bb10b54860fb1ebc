package history

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// relation is why one event comes before another.
type relation uint8

const (
	inside relation = iota // start and commit of one transaction, or of moments in time
	ww
	wr
	rw
	rt
)

var relations = [...]string{"", "ww", "wr", "rw", "rt"}

type edge struct {
	to  int32
	rel relation
	key string
	// value that was seen, overwritten or not seen
	value int64
}

// graph orders events: 2t is the start of transaction t, 2t+1 its commit, then
// come moments in time.
type graph struct {
	out [][]edge
	at  []int64 // of moments
}

func start(txn int) int  { return 2 * txn }
func commit(txn int) int { return 2*txn + 1 }

func (g *graph) add(from, to int, e edge) {
	e.to = int32(to)
	g.out[from] = append(g.out[from], e)
}

// counts reports whether the writes of a transaction took place.
func (c *checker) counts(txn int) bool {
	return c.txns[txn].Outcome == Committed || c.txns[txn].Outcome == Unknown && c.seen[txn]
}

// connect makes the graph.
func (c *checker) connect() {
	c.graph.out = make([][]edge, 2*len(c.txns))
	for i := range c.txns {
		c.graph.add(start(i), commit(i), edge{})
	}
	for _, name := range c.names {
		k := c.keys[name]
		c.connectOrder(k)
		unseen := k.unseen(c)
		all := slices.Sorted(func(yield func(int64) bool) {
			for v, w := range k.writes {
				if c.counts(w.txn) && !yield(v) {
					return
				}
			}
		})
		for _, r := range k.reads {
			if r.list {
				c.connectList(k, r, unseen)
			} else {
				c.connectSet(k, r, all)
			}
		}
	}
	c.connectTime()
}

// connectOrder adds ww edges along the list of a key.
func (c *checker) connectOrder(k *key) {
	for n := 1; n < len(k.order); n++ {
		from, to := k.writes[k.order[n-1]].txn, k.writes[k.order[n]].txn
		if from != to {
			c.graph.add(commit(from), start(to), edge{rel: ww, key: k.name, value: k.order[n-1]})
		}
	}
	// What nobody saw comes behind what somebody did.
	if n := len(k.order); n > 0 {
		last := k.order[n-1]
		for _, v := range k.unseen(c) {
			if from, to := k.writes[last].txn, k.writes[v].txn; from != to {
				c.graph.add(commit(from), start(to), edge{rel: ww, key: k.name, value: last})
			}
		}
	}
}

// unseen are values that were written but stand in no list that was read, sorted.
func (k *key) unseen(c *checker) []int64 {
	var values []int64
	for v, w := range k.writes {
		if c.counts(w.txn) && !w.seen {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return values
}

func (c *checker) connectList(k *key, r read, unseen []int64) {
	if n := len(r.values); n > 0 {
		v := r.values[n-1]
		c.graph.add(commit(k.writes[v].txn), start(r.txn), edge{rel: wr, key: k.name, value: v})
	}
	if n := len(r.values); n < len(k.order) {
		c.notSeen(k, r.txn, k.order[n])
		return
	}
	for _, v := range unseen {
		c.notSeen(k, r.txn, v)
	}
}

func (c *checker) connectSet(k *key, r read, all []int64) {
	i := 0
	for _, v := range all {
		for i < len(r.values) && r.values[i] < v {
			i++
		}
		if i < len(r.values) && r.values[i] == v {
			c.graph.add(commit(k.writes[v].txn), start(r.txn), edge{rel: wr, key: k.name, value: v})
		} else {
			c.notSeen(k, r.txn, v)
		}
	}
}

// notSeen adds the rw edge from a reader to the writer of a value it did not see.
func (c *checker) notSeen(k *key, reader int, value int64) {
	writer := k.writes[value].txn
	if writer == reader {
		return
	}
	from := start(reader)
	if t := &c.txns[reader]; t.Serializable && c.counts(reader) && slices.ContainsFunc(t.Ops, Op.writes) {
		from = commit(reader)
	}
	c.graph.add(from, commit(writer), edge{rel: rw, key: k.name, value: value})
}

// connectTime adds a moment for every acknowledgement, in order: a commit comes
// before the moment of its end, a moment before the starts of those that began later.
func (c *checker) connectTime() {
	var ended []int
	for i := range c.txns {
		if t := &c.txns[i]; t.Outcome == Committed && t.timed() {
			ended = append(ended, i)
		}
	}
	sort.Slice(ended, func(a, b int) bool { return c.txns[ended[a]].End < c.txns[ended[b]].End })
	base := len(c.graph.out)
	for n, i := range ended {
		c.graph.out = append(c.graph.out, nil)
		c.graph.at = append(c.graph.at, c.txns[i].End)
		c.graph.add(commit(i), base+n, edge{rel: rt})
		if n > 0 {
			c.graph.add(base+n-1, base+n, edge{rel: rt})
		}
	}
	for i := range c.txns {
		if !c.txns[i].timed() {
			continue
		}
		n := sort.Search(len(c.graph.at), func(n int) bool { return c.graph.at[n] >= c.txns[i].Begin })
		if n > 0 {
			c.graph.add(base+n-1, start(i), edge{rel: rt})
		}
	}
}

// cycles reports one shortest cycle of each knot of the graph: first without
// time, which says more, and if there is none with it.
func (g *graph) cycles(txns []Txn) []Violation {
	for _, most := range []relation{rw, rt} {
		var found []Violation
		for _, knot := range g.knots(most) {
			if len(found) == maxReported {
				break
			}
			found = append(found, describe(g.shortest(knot, most), txns))
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// maxReported bounds how many cycles are shown: one is enough to be wrong.
const maxReported = 5

// step is an edge with its beginning.
type step struct {
	from int
	edge
}

// describe names a cycle and tells it. Steps inside a transaction are left out,
// and those from moment to moment are one.
func describe(cycle []step, txns []Txn) Violation {
	var count [len(relations)]int
	var b strings.Builder
	keys, who := map[string]bool{}, []int{}
	adjacent := 0 // most rw in a row, around the cycle
	run := 0
	for _, s := range append(append([]step{}, cycle...), cycle...) {
		switch s.rel {
		case inside:
		case rw:
			run++
			adjacent = max(adjacent, run)
		default:
			run = 0
		}
	}
	for _, s := range cycle {
		if s.rel == inside {
			continue
		}
		count[s.rel]++
		if s.from < 2*len(txns) {
			who = append(who, s.from/2)
		}
		switch s.rel {
		case rt:
			if s.from < 2*len(txns) {
				fmt.Fprintf(&b, "\n  %s was acknowledged before the next began", txns[s.from/2].Name)
			}
			continue
		case ww:
			fmt.Fprintf(&b, "\n  %s wrote %d, %s wrote %s after it", txns[s.from/2].Name, s.value, txns[s.to/2].Name, s.key)
		case wr:
			fmt.Fprintf(&b, "\n  %s wrote %d, %s saw it in %s", txns[s.from/2].Name, s.value, txns[s.to/2].Name, s.key)
		case rw:
			fmt.Fprintf(&b, "\n  %s did not see %d of %s in %s", txns[s.from/2].Name, s.value, txns[s.to/2].Name, s.key)
		}
		keys[s.key] = true
	}
	for _, i := range who {
		fmt.Fprintf(&b, "\n  %s", &txns[i])
	}
	name := ""
	switch {
	case count[rw] == 0 && count[wr] == 0 && count[ww] > 0:
		name = "G0"
	case count[rw] == 0:
		name = "G1c"
	case count[rw] == 1 && len(who) == 2 && len(keys) == 1 && count[ww] == 1:
		name = "lost update (G-single)"
	case count[rw] == 1:
		name = "G-single"
	case adjacent <= 1:
		name = "G-nonadjacent"
	default:
		name = "G2"
	}
	if count[rt] > 0 {
		name += "-realtime"
	}
	return Violation{Kind: name, Text: strings.TrimPrefix(b.String(), "\n  ")}
}
