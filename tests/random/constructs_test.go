package random

import (
	"fmt"
	"regexp"
	"strings"
)

// constructs are what queries are counted by.
var constructs = []construct{
	of("scalar subquery", `[^lymn] \(select|\(\(select`),
	of("EXISTS", `exists \(`),
	of("IN", `[^t] in \(+(select|with|values)`),
	of("NOT IN", `not in \(+(select|with|values)`),
	of("ANY", `[=<>] (any|some) \(+(select|values)`),
	of("ALL", `[=<>] all \(+(select|values)`),
	of("row comparison", `\)\) [=<>]+ \(|, [^()]*\) [=<>]+ \([^()]*, `),
	of("row IN", `, [^()]*\)+ (not )?in \(+(select|values)`),
	of("row and subquery", `\)* (=|<>|<|<=|>|>=) (any |all )?\(+select [^()]*, `),
	of("left join", ` left (outer )?join `),
	of("right join", `[^l] right join`),
	of("full join", `[^l] full join`),
	of("cross join", `cross join`),
	of("NATURAL", `natural `),
	of("USING", ` using \(`),
	of("(+)", `\(\+\)`),
	of("LATERAL", `lateral `),
	of("UNION", `\) union \(`),
	of("UNION ALL", `\) union all \(`),
	of("INTERSECT", `\) intersect \(`),
	of("INTERSECT ALL", `\) intersect all \(`),
	of("EXCEPT", `\) (except|minus) \(`),
	of("EXCEPT ALL", `\) except all \(`),
	of("VALUES", `\(values `),
	of("WITH", `^with `),
	of("recursion", `^with recursive`),
	of("CONNECT BY", `connect by prior`),
	of("GROUP BY", ` group by `),
	of("GROUP BY ALL", ` group by all`),
	of("ROLLUP", `rollup \(`),
	of("CUBE", `cube \(`),
	of("GROUPING SETS", `grouping sets`),
	of("GROUPING", `grouping\(`),
	of("GROUPING_ID", `grouping_id\(`),
	of("HAVING", ` having `),
	of("FILTER", ` filter \(`),
	of("DISTINCT", `select distinct [^o]`),
	of("DISTINCT ON", `distinct on`),
	of("COUNT(DISTINCT)", `[^e] count\(distinct`),
	of("APPROXIMATE", `approximate count`),
	of("statistics", `(stddev|stddev_pop|variance|var_pop)\(`),
	of("statistics of pairs", `(corr|covar_pop|covar_samp|regr_[a-z0-9]+)\(`),
	of("MEDIAN", `median\(`),
	of("PERCENTILE_CONT", `percentile_cont\(`),
	of("PERCENTILE_DISC", `percentile_disc\(`),
	of("LISTAGG", `listagg\(`),
	of("STRING_AGG", `string_agg\(`),
	of("ranking", `(rank\(\)|row_number\(\)|ntile\(\d+\)|cume_dist\(\)) over`),
	of("LAG and LEAD", `(lag|lead)\(`),
	of("FIRST, LAST and NTH_VALUE", `(first|last|nth)_value\(`),
	of("aggregate over", `(count|sum|min|max|bool_or|bool_and)\(.*\) over`),
	of("RATIO_TO_REPORT", `ratio_to_report\(`),
	of("LISTAGG over", `listagg\(.*within group \(.*\) over`),
	of("MEDIAN over", `median\([^;]*?\) over \(`),
	of("PERCENTILE_CONT over", `percentile_cont\([^ ]*\) within group \([^;]*?\) over`),
	of("PERCENTILE_DISC over", `percentile_disc\([^ ]*\) within group \([^;]*?\) over`),
	of("ROWS", ` rows between`),
	of("RANGE", ` range (between|current|unbounded)`),
	of("GROUPS", ` groups between`),
	of("EXCLUDE", ` exclude (current|group|ties)`),
	of("named window", ` over \(?w\d`),
	of("IGNORE NULLS", `ignore nulls`),
	of("QUALIFY", ` qualify `),
	of("ORDER BY", ` order by \d`),
	of("NULLS FIRST", ` nulls first`),
	of("NULLS LAST", ` nulls last`),
	of("LIMIT", ` limit `),
	of("OFFSET", ` offset `),
	of("FETCH", ` fetch (first|next) `),
	of("WITH TIES", ` with ties`),
	of("LIMIT (SELECT …)", `(limit|first) \((select|\d+ \+)`),
	of("TOP", `select top `),
	of("alias of a column before", `from \(select .*as y\d+_0, `),
	of("* EXCLUDE", `\* exclude`),
	of("PIVOT", `[^n]pivot \(`),
	of("UNPIVOT", `unpivot (include nulls )?\(`),
	of("division where CASE asks", ` / [a-z]\d+\.`),
	of("generate_series", `generate_series`),
	of("ARRAY", `array\[`),
	of("ARRAY(query)", `array\(select`),
	of("ARRAY_AGG", `array_agg\(`),
	of("ANY or ALL of an array", `[=<>] (any|all) \((array|'|[a-z]\d+\.|\(a)`),
	of("functions of arrays", `(array_(append|prepend|cat|position|length|to_string)|cardinality)\(`),
	of("unnest", `unnest\(`),
	of("view", ` v\d t\d`),
	of("INSERT of a query", `insert into s`),
	of("CREATE TABLE AS", `create temp table s as`),
	of("UPDATE or DELETE by a subquery", `(delete from|update) s `),
}

// construct is a part of the language and how to see it.
type construct struct {
	name string
	is   *regexp.Regexp
}

func of(name, pattern string) construct { return construct{name, regexp.MustCompile(pattern)} }

// tally is what the questions of a run were.
type tally struct {
	seen              [128]int
	asked, found      int // found: with rows
	bothFail, refused int
	explained         [8]int // by rule
	pairs, pairsFail  int    // asked in two ways
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
	for i, r := range rules {
		if n.explained[i]*r.most > all+r.most {
			list = append(list, fmt.Sprintf("%d of %d questions are explained by %s", n.explained[i], all, r.name))
		}
	}
	for i, c := range constructs {
		if all > 1500 && n.seen[i]*1000 < all*3 {
			list = append(list, fmt.Sprintf("%s occurs %d times in %d queries", c.name, n.seen[i], all))
		}
	}
	return strings.Join(list, "; ")
}
