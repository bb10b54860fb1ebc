package automaton

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// program is a nondeterministic automaton over bytes.
type program struct {
	nodes       []node
	start, goal int32
	search      int32 // where a match may begin, and then skips a character; -1: it begins at start only
	looks       bool  // there are assertions
}

type op uint8

const (
	opAlt   op = iota // on to all of next, the first before the second
	opByte            // a byte between lo and hi, then on
	opLook            // on where the assertion holds
	opMatch           // the end
)

type node struct {
	op     op
	lo, hi byte
	look   syntax.EmptyOp
	next   []int32
}

// maxNodes bounds programs: classes with many ranges of characters, and long repetitions, are large.
const maxNodes = 1500

// programOf takes runes apart into their bytes; nil: it would be too large.
func programOf(runes *syntax.Prog) *program {
	p := &program{nodes: make([]node, len(runes.Inst)), start: int32(runes.Start), search: -1}
	for i := range runes.Inst {
		in := &runes.Inst[i]
		n := &p.nodes[i]
		out := []int32{int32(in.Out)}
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			n.next = append(out, int32(in.Arg))
		case syntax.InstCapture, syntax.InstNop:
			n.next = out
		case syntax.InstEmptyWidth:
			n.op, n.look, n.next = opLook, syntax.EmptyOp(in.Arg), out
			p.looks = true
		case syntax.InstMatch:
			n.op = opMatch
			p.goal = int32(i)
		case syntax.InstFail:
		default:
			ranges := rangesOf(in)
			for k := 0; k < len(ranges); k += 2 {
				p.runes(int32(i), ranges[k], ranges[k+1], int32(in.Out))
			}
		}
		if len(p.nodes) > maxNodes {
			return nil
		}
	}
	return p
}

// rangesOf are the characters of an instruction: pairs of the first and the last one.
func rangesOf(in *syntax.Inst) []rune {
	switch in.Op {
	case syntax.InstRuneAny:
		return []rune{0, unicode.MaxRune}
	case syntax.InstRuneAnyNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	if len(in.Rune) > 1 {
		return in.Rune
	}
	r := in.Rune[0]
	out := []rune{r, r}
	if in.Op == syntax.InstRune && syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			out = append(out, f, f)
		}
	}
	return out
}

// The last characters of each length, and those that have no bytes.
var lengths = [...]rune{0x7f, 0x7ff, 0xffff, unicode.MaxRune}

const surrogates, surrogatesEnd = 0xd800, 0xdfff

// runes adds the way from a node to another one over the bytes of each character from lo to hi.
func (p *program) runes(from int32, lo, hi rune, to int32) {
	if lo > hi || len(p.nodes) > maxNodes {
		return
	}
	if lo <= surrogatesEnd && hi >= surrogates {
		p.runes(from, lo, surrogates-1, to)
		p.runes(from, surrogatesEnd+1, hi, to)
		return
	}
	for _, last := range lengths {
		if lo <= last && last < hi {
			p.runes(from, lo, last, to)
			p.runes(from, last+1, hi, to)
			return
		}
	}
	// All bytes behind one that differs must be any.
	for bits := 6; bits < 6*utf8.RuneLen(hi); bits += 6 {
		mask := rune(1)<<bits - 1
		switch {
		case lo&^mask == hi&^mask:
		case lo&mask != 0:
			p.runes(from, lo, lo|mask, to)
			p.runes(from, lo|mask+1, hi, to)
			return
		case hi&mask != mask:
			p.runes(from, lo, hi&^mask-1, to)
			p.runes(from, hi&^mask, hi, to)
			return
		}
	}
	a, b := utf8.AppendRune(nil, lo), utf8.AppendRune(nil, hi)
	for i := len(a) - 1; i >= 0; i-- {
		to = p.add(node{op: opByte, lo: a[i], hi: b[i], next: []int32{to}})
	}
	p.nodes[from].next = append(p.nodes[from].next, to)
}

func (p *program) add(n node) int32 {
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

// searching is p behind any characters, as few as can be.
func (p *program) searching() *program {
	q := &program{nodes: slices.Clone(p.nodes), goal: p.goal, looks: p.looks}
	q.start = q.add(node{op: opAlt})
	q.search = q.start
	char := q.add(node{op: opAlt})
	q.runes(char, 0, unicode.MaxRune, q.start)
	q.nodes[q.start].next = []int32{p.start, char}
	return q
}

// reversed goes from the end of p to its beginning.
func (p *program) reversed() *program {
	q := &program{nodes: make([]node, len(p.nodes)), start: p.goal, search: -1, looks: p.looks}
	// The nodes' numbers are those of meeting points: what a node reads is read on the way from the next one's to its.
	for i, n := range p.nodes {
		for _, to := range n.next {
			back := int32(i)
			if n.op != opAlt {
				back = q.add(node{op: n.op, lo: n.lo, hi: n.hi, look: n.look, next: []int32{int32(i)}})
			}
			q.nodes[to].next = append(q.nodes[to].next, back)
		}
	}
	q.goal = q.add(node{op: opMatch})
	q.nodes[p.start].next = append(q.nodes[p.start].next, q.goal)
	return q
}
