// Package similar finds the names that a misspelt one may have been meant to be.
//
//	misspelt name ──For──► *Search ◄──Offer── names there are
//	                          └──Best──► the nearest, for a hint
//
// The answer does not depend on the order of the offers. An offer costs a comparison of lengths, and
// at most seven diagonals of the table of distances. A leaf: it imports nothing of ours.
package similar

import (
	"fmt"
	"slices"
)

// maxDistance is how many mistakes are looked through, as in PostgreSQL's hints; of a short name about a third of its
// letters.
const maxDistance = 3

// maxBest bounds the equally near names that are told.
const maxBest = 2

// Search looks for the names nearest to one.
type Search struct {
	name  []rune
	limit int      // distance of what would be near enough still
	best  []string // labels of the nearest, sorted; one more than is told says that there are too many
	prev  [3][]int // rows of the table of distances
}

// For begins a search for name.
func For(name string) *Search {
	r := []rune(name)
	s := &Search{name: r, limit: min(maxDistance, (len(r)+1)/3)}
	for i := range s.prev {
		s.prev[i] = make([]int, len(r)+1)
	}
	return s
}

// Offer compares with a candidate, which a hint would show as label.
func (s *Search) Offer(candidate, label string) {
	d := s.distance(candidate)
	if d > s.limit {
		return
	}
	if d < s.limit || len(s.best) == 0 {
		s.limit, s.best = d, s.best[:0]
	}
	at, found := slices.BinarySearch(s.best, label)
	if found || at > maxBest {
		return
	}
	s.best = slices.Insert(s.best, at, label)
	s.best = s.best[:min(len(s.best), maxBest+1)]
}

// Best are the labels of the nearest names, sorted; none if none is near or too many are.
func (s *Search) Best() []string {
	if len(s.best) > maxBest {
		return nil
	}
	return s.best
}

// Hint is "Perhaps you meant the WHAT "x"." for what was found, "" if nothing was.
func (s *Search) Hint(what string) string { return s.Sentence("Perhaps you meant", what) }

// Sentence is Hint with a beginning of its own.
func (s *Search) Sentence(begin, what string) string {
	switch b := s.Best(); len(b) {
	case 1:
		return fmt.Sprintf("%s the %s \"%s\".", begin, what, b[0])
	case 2:
		return fmt.Sprintf("%s the %s \"%s\" or the %s \"%s\".", begin, what, b[0], what, b[1])
	}
	return ""
}

// distance is how many letters must be put in, left out, changed or exchanged with their neighbour to make the
// name of candidate; what is beyond the limit is some number beyond it.
func (s *Search) distance(candidate string) int {
	n, far := len(s.name), s.limit+1
	if len(candidate) < n-s.limit || len(candidate) > 4*(n+s.limit) { // bytes are at least as many as runes
		return far
	}
	before, above, row := s.prev[0], s.prev[1], s.prev[2]
	for j := range above {
		above[j] = j
	}
	i, last := 0, rune(0)
	for _, c := range candidate {
		i++
		if i > n+s.limit {
			return far
		}
		row[0] = i
		lo, hi := max(1, i-s.limit), min(n, i+s.limit)
		if lo > 1 {
			row[lo-1] = far
		}
		least := far
		for j := lo; j <= hi; j++ {
			d := above[j-1]
			if s.name[j-1] != c {
				d++
			}
			d = min(d, row[j-1]+1)
			if j < i+s.limit { // behind that, above ends
				d = min(d, above[j]+1)
			}
			if i > 1 && j > 1 && s.name[j-1] == last && s.name[j-2] == c && c != last {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > s.limit && row[0] > s.limit {
			return far
		}
		before, above, row = above, row, before
		last = c
	}
	if i < n-s.limit {
		return far
	}
	return above[n]
}
