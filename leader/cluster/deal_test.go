package cluster

import (
	"fmt"
	"strings"
	"testing"
)

// Shares follow workers, nobody goes without while slices last, and what need not move stays.
func TestDeal(t *testing.T) {
	m := func(id string, workers int) Member { return Member{id, workers} }
	for _, c := range []struct {
		slices  int
		members []Member
		before  []string
		want    string
	}{
		{4, nil, nil, "[]"},
		{4, nil, []string{"a", "a", "a", "a"}, "[a a a a]"},
		{4, []Member{m("a", 2)}, nil, "[a a a a]"},
		{4, []Member{m("a", 2), m("b", 2)}, nil, "[a a b b]"},
		{4, []Member{m("b", 2), m("a", 2)}, []string{"a", "a", "a", "a"}, "[a a b b]"},
		{4, []Member{m("a", 2), m("b", 2)}, []string{"b", "a", "b", "a"}, "[b a b a]"},
		{4, []Member{m("b", 2)}, []string{"a", "a", "b", "b"}, "[b b b b]"},
		{4, []Member{m("a", 3), m("b", 1)}, nil, "[a a a b]"},
		{4, []Member{m("a", 100), m("b", 1)}, nil, "[a a a b]"},
		{3, []Member{m("a", 1), m("b", 1)}, nil, "[a a b]"},
		{2, []Member{m("a", 1), m("b", 1), m("c", 1)}, nil, "[a b]"},
		{6, []Member{m("a", 1), m("b", 1), m("c", 1)}, []string{"a", "a", "a", "b", "b", "b"}, "[a a c b b c]"},
	} {
		if got := fmt.Sprint(Deal(c.slices, c.members, c.before, nil)); got != c.want {
			t.Errorf("%d slices, %v, before %v: %s, not %s", c.slices, c.members, c.before, got, c.want)
		}
	}
	home := []string{"b", "a", "b", "a"}
	for before, want := range map[string]string{"aaaa": "[b a b a]", "bbbb": "[b a b a]", "abab": "[a b a b]"} {
		got := fmt.Sprint(Deal(4, []Member{m("a", 2), m("b", 2)}, strings.Split(before, ""), home))
		if got != want {
			t.Errorf("before %s, home %v: %s, not %s", before, home, got, want)
		}
	}
}
