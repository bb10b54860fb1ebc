package automaton

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// Automaton is a pattern. Texts must be valid UTF-8.
type Automaton struct {
	forward, backward *table
	prefix            []byte // that all matches begin with
}

// Compile makes the automaton of a pattern in the syntax of package regexp. nil: it is no pattern, or one too large for
// a table.
func Compile(expr string, o Order) *Automaton {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	runes, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil
	}
	p := programOf(runes)
	if p == nil {
		return nil
	}
	a := &Automaton{forward: tableOf(p.searching(), o, false), backward: tableOf(p.reversed(), anyOf, true)}
	if a.forward == nil || a.backward == nil {
		return nil
	}
	prefix, _ := re.LiteralPrefix()
	a.prefix = []byte(prefix)
	return a
}

// Match reports whether s has a match.
func (a *Automaton) Match(s []byte) bool {
	from := a.skip(s, 0)
	return from >= 0 && a.forward.run(s, from, true) >= 0
}

// Find gives the leftmost match in s that begins at the byte from, the beginning of a character, or behind it: its
// first byte and the one behind it. ok is false if there is none.
func (a *Automaton) Find(s []byte, from int) (start, end int, ok bool) {
	at := a.skip(s, from)
	if at < 0 {
		return 0, 0, false
	}
	if end = a.forward.run(s, at, false); end < 0 {
		return 0, 0, false
	}
	return a.backward.runBack(s, end, at), end, true
}

// skip is the first byte from which on a match may begin, -1 if there is none.
func (a *Automaton) skip(s []byte, from int) int {
	if len(a.prefix) == 0 {
		return from
	}
	i := bytes.Index(s[from:], a.prefix)
	if i < 0 {
		return -1
	}
	return from + i
}

// All appends the first n matches, all of them for n < 0, two numbers each: those that follow each other as package
// regexp has it, which leaves out an empty one right behind another.
func (a *Automaton) All(dst []int, s []byte, n int) []int {
	before := -1 // the end of the match in front
	for at := 0; at <= len(s) && n != 0; {
		start, end, ok := a.Find(s, at)
		if !ok {
			break
		}
		if end > at || start != before {
			dst = append(dst, start, end)
			n--
		}
		if before = end; end > at {
			at = end
			continue
		}
		_, size := utf8.DecodeRune(s[at:])
		at += max(size, 1)
	}
	return dst
}
