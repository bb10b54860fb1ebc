package automaton

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// table is a deterministic automaton. A step is a class of bytes, or the text's edge.
type table struct {
	classes [256]uint8
	width   int // classes, and the edge behind them
	// steps are, by state*width+class, twice the next state, and 1 if what was read so far, without this step, matches.
	steps  []uint32
	starts [4]uint32
}

// maxStates bounds a table; a table takes 4*width bytes a state, and some time to make.
const maxStates = 400

// dead is the state from which nothing matches.
const dead = 0

// run is the end of the leftmost match of s that begins at from or behind, -1 if there is none; any: of some match.
func (t *table) run(s []byte, from int, any bool) int {
	end := -1
	state := t.starts[edgeOf(s, from-1)]
	for _, c := range s[from:] {
		step := t.steps[state*uint32(t.width)+uint32(t.classes[c])]
		if step&1 != 0 {
			end = from
			if any {
				return end
			}
		}
		if state = step >> 1; state == dead {
			return end
		}
		from++
	}
	if t.steps[state*uint32(t.width)+uint32(t.width-1)]&1 != 0 {
		end = len(s)
	}
	return end
}

// runBack is the first beginning, at from or behind, of a match that ends at end.
func (t *table) runBack(s []byte, end, from int) int {
	start := end
	state := t.starts[edgeOf(s, end)]
	for at := end; ; at-- {
		class := t.width - 1
		if at > 0 {
			class = int(t.classes[s[at-1]])
		}
		step := t.steps[state*uint32(t.width)+uint32(class)]
		if step&1 != 0 {
			start = at
		}
		if state = step >> 1; state == dead || at == from {
			return start
		}
	}
}

// beside is what stands next to a place, as far as assertions ask.
type beside uint8

const (
	edge beside = iota // of the text
	newline
	word
	other
)

func kindOf(c byte) beside {
	switch {
	case c == '\n':
		return newline
	case c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return word
	}
	return other
}

func edgeOf(s []byte, i int) beside {
	if i < 0 || i >= len(s) {
		return edge
	}
	return kindOf(s[i])
}

// holds are the assertions that are true between two.
func holds(left, right beside) syntax.EmptyOp {
	out := syntax.EmptyNoWordBoundary
	if (left == word) != (right == word) {
		out = syntax.EmptyWordBoundary
	}
	if left == edge {
		out |= syntax.EmptyBeginText
	}
	if left == edge || left == newline {
		out |= syntax.EmptyBeginLine
	}
	if right == edge {
		out |= syntax.EmptyEndText
	}
	if right == edge || right == newline {
		out |= syntax.EmptyEndLine
	}
	return out
}

// Order is which of several matches is taken that begin at one place, the leftmost one.
type Order uint8

// The orders.
const (
	First   Order = iota // alternatives in front before those behind
	Longest              // package regexp's Longest
	anyOf                // none: the caller takes the last one that is found
)

// A state is nodes from which the program goes on, in order of preference, and what stood in front, which assertions
// ask for. Between nodes of preference alike there is nothing, else a bar: with Longest those that began at one place
// are alike.
const bar = -1

type maker struct {
	p      *program
	t      *table
	order  Order
	back   bool
	states map[string]uint32
	lists  [][]int32
	before []beside
	stamps []uint32 // of nodes: visited in the present round
	stamp  uint32
}

// tableOf makes the table of p; back: it reads from the end. nil: it would be too large.
func tableOf(p *program, o Order, back bool) *table {
	m := &maker{p: p, t: &table{}, order: o, back: back, states: map[string]uint32{}, stamps: make([]uint32, len(p.nodes))}
	samples := m.t.classify(p)
	m.add(nil, other) // dead
	for b := edge; b <= other; b++ {
		m.t.starts[b] = m.add([]int32{p.start}, b)
	}
	for state := 0; state < len(m.lists); state++ {
		if state > maxStates {
			return nil
		}
		var closures [other + 1][]int32 // by what comes, as far as assertions ask
		for class := range m.t.width {
			after := edge
			if class < len(samples) {
				after = kindOf(samples[class])
			}
			list := &closures[other]
			if m.p.looks {
				list = &closures[after]
			}
			if *list == nil {
				*list = m.closures(state, after)
			}
			m.t.steps = append(m.t.steps, m.step(*list, class, samples))
		}
	}
	return m.t
}

// classify finds which bytes no node tells apart, and gives one of each class.
func (t *table) classify(p *program) (samples []byte) {
	var begins [257]bool // of classes
	for _, n := range p.nodes {
		if n.op == opByte {
			begins[n.lo], begins[int(n.hi)+1] = true, true
		}
	}
	class := 0
	for c := range 256 {
		if c > 0 && (begins[c] || p.looks && kindOf(byte(c)) != kindOf(byte(c-1))) {
			class++
		}
		if class == len(samples) {
			samples = append(samples, byte(c))
		}
		t.classes[c] = uint8(class)
	}
	t.width = class + 2
	return samples
}

// closures are the nodes that read, or are the end, which are reached from a state's, one after the other, where after
// comes next. What follows the end, and is less than it, is left out.
func (m *maker) closures(state int, after beside) []int32 {
	given := holds(m.before[state], after)
	if m.back {
		given = holds(after, m.before[state])
	}
	m.stamp++
	out := []int32{}
	ended := false
	for _, at := range m.lists[state] {
		if at == bar {
			if ended {
				break
			}
			out = append(out, bar)
			continue
		}
		var end bool
		if out, end = m.closure(out, at, given); end && m.order != anyOf {
			if ended = true; m.order == First {
				break
			}
		}
	}
	return m.tidy(out)
}

// closure appends the nodes that are reached from one without reading. end: the program's is among them, and what would
// follow is less.
func (m *maker) closure(list []int32, at int32, given syntax.EmptyOp) (out []int32, end bool) {
	if m.stamps[at] == m.stamp {
		return list, false
	}
	m.stamps[at] = m.stamp
	n := &m.p.nodes[at]
	switch n.op {
	case opByte, opMatch:
		return append(list, at), n.op == opMatch
	case opLook:
		if n.look&^given != 0 {
			return list, false
		}
	}
	groups := at == m.p.search && m.order == Longest
	for _, to := range n.next {
		if groups { // what begins here is behind what began before, and before what begins later
			list = append(list, bar)
		}
		var e bool
		list, e = m.closure(list, to, given)
		if end = end || e; end && (m.order == First || groups) {
			break
		}
	}
	return list, end
}

// step is the step by a class from the nodes of a closure.
func (m *maker) step(list []int32, class int, samples []byte) uint32 {
	matched := uint32(0)
	var next []int32
	m.stamp++
	for _, at := range list {
		if at == bar {
			next = append(next, bar)
			continue
		}
		n := &m.p.nodes[at]
		if n.op == opMatch {
			matched = 1
		} else if class < len(samples) && n.lo <= samples[class] && samples[class] <= n.hi && m.stamps[n.next[0]] != m.stamp {
			m.stamps[n.next[0]] = m.stamp
			next = append(next, n.next[0])
		}
	}
	if class == len(samples) {
		return dead<<1 | matched
	}
	return m.add(m.tidy(next), kindOf(samples[class]))<<1 | matched
}

// tidy brings a list into one form: where order does not count, by numbers; no bar twice or at an end.
func (m *maker) tidy(list []int32) []int32 {
	if m.order == First {
		return list
	}
	out := []int32{}
	for len(list) > 0 {
		group := list
		if n := slices.Index(list, bar); n >= 0 {
			group, list = list[:n], list[n+1:]
		} else {
			list = nil
		}
		if len(group) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, bar)
		}
		slices.Sort(group)
		out = append(out, group...)
	}
	return out
}

// add is the number of a state.
func (m *maker) add(list []int32, before beside) uint32 {
	if !m.p.looks || len(list) == 0 {
		before = other
	}
	key := make([]byte, 1, 1+4*len(list))
	key[0] = byte(before)
	for _, at := range list {
		key = binary.LittleEndian.AppendUint32(key, uint32(at))
	}
	if n, ok := m.states[string(key)]; ok {
		return n
	}
	n := uint32(len(m.lists))
	m.states[string(key)] = n
	m.lists, m.before = append(m.lists, slices.Clone(list)), append(m.before, before)
	return n
}
