package random

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// foldable is what PostgreSQL 15 may make a constant of before it groups: as a key that is not in a grouping set it has
// its value, then, instead of NULL.
var foldable = regexp.MustCompile(`\b(case|coalesce|nullif|greatest|least|null|true|false|and|or)\b`)

// grouped is GROUP BY of keys, and HAVING.
type grouped struct {
	clause, having expr
	sets           bool
	marks          []expr // GROUPING of the keys
	// list and alias are of the query in FROM that PostgreSQL is asked grouping sets as.
	list, alias string
}

// apart makes what is selected from grouping sets columns of a query in FROM for PostgreSQL 15: of keys that WHERE or
// JOIN makes equal, to each other or to a constant, it sorts by one, although a group has NULL for those that its set
// lacks.
func (g *grouped) apart(b *builder, above []expr) {
	g.alias = b.alias("g")
	for i, e := range above {
		g.list += fmt.Sprintf(", %s as g%d", e.pg, i)
		above[i].pg = fmt.Sprintf("%s.g%d", g.alias, i)
	}
	g.list = strings.TrimPrefix(g.list, ", ")
}

// of puts the clauses behind what is grouped.
func (g *grouped) of(rest expr) expr {
	rest = form(typ{}, 0, "%s%s", rest, g.clause)
	if g.sets {
		rest.pg = fmt.Sprintf(" from (select %s%s) %s", g.list, rest.pg, g.alias)
	}
	return form(typ{}, 0, "%s%s", rest, g.having)
}

// grouping groups by keys: all at once, or by ROLLUP, CUBE or GROUPING SETS.
func (b *builder) grouping(keys []expr) grouped {
	if len(keys) == 0 {
		return grouped{}
	}
	list := func(of func(expr) string) string {
		var texts []string
		for _, k := range keys {
			texts = append(texts, of(k))
		}
		return strings.Join(texts, ", ")
	}
	sl, pg := list(func(e expr) string { return e.sl }), list(func(e expr) string { return e.pg })
	wrap := "%s"
	kind := b.IntN(100)
	if slices.ContainsFunc(keys, func(k expr) bool { return foldable.MatchString(k.pg) }) {
		kind = 99
	}
	switch {
	case kind < 7:
		wrap = "rollup (%s)"
	case kind < 14:
		wrap = "cube (%s)"
	case kind < 22:
		return b.groupingSets(keys)
	}
	g := grouped{sets: kind < 14}
	g.clause = expr{sl: " group by " + fmt.Sprintf(wrap, sl), pg: " group by " + fmt.Sprintf(wrap, pg)}
	if g.sets {
		g.marks = b.marks(keys)
	}
	return g
}

// groupingSets names some sets of the keys, the empty one and equal ones among them.
func (b *builder) groupingSets(keys []expr) grouped {
	var sl, pg []string
	add := func(set []expr) {
		var s, p []string
		for _, k := range set {
			s, p = append(s, k.sl), append(p, k.pg)
		}
		sl, pg = append(sl, "("+strings.Join(s, ", ")+")"), append(pg, "("+strings.Join(p, ", ")+")")
	}
	add(keys)
	for range b.IntN(4) {
		var set []expr
		for _, k := range keys {
			if b.chance(50) {
				set = append(set, k)
			}
		}
		add(set)
	}
	wrap := " group by grouping sets (%s)"
	return grouped{sets: true, marks: b.marks(keys), clause: expr{sl: fmt.Sprintf(wrap, strings.Join(sl, ", ")),
		pg: fmt.Sprintf(wrap, strings.Join(pg, ", "))}}
}

func (b *builder) marks(keys []expr) []expr {
	k := pick(b.gen, keys)
	one := form(typ{k: kInt4}, 1, "grouping(%s)", k)
	if len(keys) < 2 || b.chance(50) {
		return []expr{one}
	}
	two := form(typ{k: kInt4}, 3, "grouping(%s, %s)", keys[0], keys[1])
	if b.chance(40) {
		two.sl = strings.Replace(two.sl, "grouping", "grouping_id", 1)
	}
	return []expr{two}
}
