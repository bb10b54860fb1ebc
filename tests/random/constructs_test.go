package random

import (
	"fmt"
	"regexp"
	"strings"
)

// constructs are what queries are counted by.
var constructs = []struct {
	name string
	is   *regexp.Regexp
}{
	{"subquery", regexp.MustCompile(`[^ml] \(select|\(\(select|\(exists`)},
	{"EXISTS", regexp.MustCompile(`exists \(`)},
	{"IN", regexp.MustCompile(`[^t] in \(+(select|with)`)},
	{"NOT IN", regexp.MustCompile(`not in \(+select`)},
	{"ANY", regexp.MustCompile(`(any|some) \(+select`)},
	{"ALL", regexp.MustCompile(`[=<>] all \(+select`)},
	{"row IN", regexp.MustCompile(`, [^()]*\) (not )?in \(+select`)},
	{"right join", regexp.MustCompile(`right join`)},
	{"full join", regexp.MustCompile(`full join`)},
	{"USING", regexp.MustCompile(` using \(`)},
	{"LATERAL", regexp.MustCompile(`lateral `)},
	{"UNION", regexp.MustCompile(`\) union `)},
	{"INTERSECT", regexp.MustCompile(`\) intersect `)},
	{"EXCEPT", regexp.MustCompile(`\) (except|minus) `)},
	{"WITH", regexp.MustCompile(`^with `)},
	{"recursion", regexp.MustCompile(`^with recursive`)},
	{"ROLLUP", regexp.MustCompile(`rollup \(`)},
	{"CUBE", regexp.MustCompile(`cube \(`)},
	{"GROUPING SETS", regexp.MustCompile(`grouping sets`)},
	{"GROUPING", regexp.MustCompile(`grouping\(`)},
	{"HAVING", regexp.MustCompile(` having `)},
	{"FILTER", regexp.MustCompile(` filter \(`)},
	{"DISTINCT", regexp.MustCompile(`select distinct [^o]`)},
	{"DISTINCT ON", regexp.MustCompile(`distinct on`)},
	{"window", regexp.MustCompile(` over \(`)},
	{"frame", regexp.MustCompile(`(rows|groups|range) between`)},
	{"generate_series", regexp.MustCompile(`generate_series`)},
	{"LISTAGG", regexp.MustCompile(`listagg`)},
	{"LIMIT", regexp.MustCompile(` limit `)},
}

// tally is what the questions of a run were.
type tally struct {
	seen              [128]int
	asked, found      int // found: with rows
	bothFail, refused int
	skipped           int // too much for PostgreSQL
	pairs, pairsFail  int // asked in two ways
}

func (n *tally) count(sql string, rows int) {
	if rows > 0 {
		n.found++
	}
	for i, c := range constructs {
		if c.is.MatchString(sql) {
			n.seen[i]++
		}
	}
}

func (n *tally) String() string {
	var list []string
	for i, c := range constructs {
		list = append(list, fmt.Sprintf("%s %d", c.name, n.seen[i]))
	}
	return strings.Join(list, ", ")
}

// lacks says what the run is short of to mean anything: rows, successes, constructs.
func (n *tally) lacks() string {
	var list []string
	all := n.asked + n.pairs
	if (n.refused+n.bothFail+n.pairsFail)*100 > all*3 {
		list = append(list, fmt.Sprintf("%d queries fail, %d are refused, of %d", n.bothFail+n.pairsFail, n.refused, all))
	}
	if n.found*100 < all*70 {
		list = append(list, fmt.Sprintf("only %d of %d queries return rows", n.found, all))
	}
	for i, c := range constructs {
		if all > 1500 && n.seen[i]*1000 < all*3 {
			list = append(list, fmt.Sprintf("%s occurs %d times in %d queries", c.name, n.seen[i], all))
		}
	}
	return strings.Join(list, "; ")
}
