package cluster

import "sort"

// Member is a node as dealing sees it.
type Member struct {
	ID      string
	Workers int
}

// Deal gives every slice to a node: shares are in proportion to workers (at
// least one slice each while there are enough), and as few slices as possible leave their node
// of before. Of those that do, a node gets the ones whose home it is: its cache may hold them yet.
// It is a function of its arguments: before is the last deal; before and home may be nil.
// Without members it returns before.
func Deal(slices int, members []Member, before, home []string) []string {
	if len(members) == 0 {
		return before
	}
	ms := append([]Member(nil), members...)
	sort.Slice(ms, func(i, j int) bool { return ms[i].ID < ms[j].ID })
	share := shares(slices, ms)
	out := make([]string, slices)
	give := func(s int, to []string) {
		if out[s] == "" && s < len(to) && share[to[s]] > 0 {
			out[s] = to[s]
			share[to[s]]--
		}
	}
	for s := range out {
		if s < len(before) && s < len(home) && before[s] == home[s] {
			give(s, before)
		}
	}
	for s := range out { // who had it keeps it, up to the share
		give(s, before)
	}
	for s := range out {
		give(s, home)
	}
	next := 0
	for s := range out {
		if out[s] != "" {
			continue
		}
		for share[ms[next].ID] == 0 {
			next++
		}
		out[s] = ms[next].ID
		share[ms[next].ID]--
	}
	return out
}

// shares divides slices by workers, largest remainders first, ties by id.
func shares(slices int, ms []Member) map[string]int {
	total := 0
	for _, m := range ms {
		total += max(m.Workers, 1)
	}
	share := map[string]int{}
	type rest struct{ i, num int }
	var rests []rest
	left := slices
	for i, m := range ms {
		n := slices * max(m.Workers, 1)
		share[m.ID] = n / total
		left -= n / total
		rests = append(rests, rest{i, n % total})
	}
	// A node that would get nothing comes before any remainder.
	sort.SliceStable(rests, func(a, b int) bool {
		za, zb := share[ms[rests[a].i].ID] == 0, share[ms[rests[b].i].ID] == 0
		if za != zb {
			return za
		}
		return rests[a].num > rests[b].num
	})
	for k := 0; left > 0; k, left = k+1, left-1 {
		share[ms[rests[k%len(rests)].i].ID]++
	}
	return share
}
