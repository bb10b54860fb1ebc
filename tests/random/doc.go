// Package random asks Slipher and PostgreSQL the same random questions.
//
//	seed ──schema──► tables, rows ──load──► PostgreSQL, Slipher (one process, two nodes)
//	  └────query──► query{slipher, postgres text} ──run──► answers of PostgreSQL and of every setting ──compare──► test
//
// One construct is one file: subquery, row, setop, values, joins (LATERAL, USING), natural (and Oracle's (+)), with
// (recursion), connect (CONNECT BY), grouping, ordered (percentiles, statistics of pairs), window, nulls (IGNORE
// NULLS), qualify, distinct_on, series, lists, array, pivot, star (EXCLUDE, aliases of columns before), view, insert.
// Conditions are deep (kinds) or simple ones that no part of a plan has a reason not to ask. A subquery may stand
// wherever a value may; it names columns of the queries around it, and a query has few of them and small joins then.
// Where the order of rows decides, rows are sorted by all columns.
//
// Each question is asked in several ways (ways_test.go): on one slice, on four of one process and on two nodes, with
// vectors of several sizes, with tables joined in the order of least cost or a forced one, sometimes in the fused tier.
// What PostgreSQL does not answer is explained by rules (explained_test.go). All sessions of a seed are in one time
// zone.
//
// Every sixth question is one that needs no PostgreSQL (oracles_test.go): the parts of a query by p, NOT p and p IS
// NULL together are the whole (WHERE, DISTINCT, aggregates, HAVING), and a filter keeps as many rows as its condition
// is true for. A run counts how often each construct occurs, how many queries fail and how many return rows.
//
// Faults planted in a copy of the sources (plants_test.go) say what the questions are worth: a long test looks for
// each.
//
// A query is built twice at once, in Slipher's words and in PostgreSQL's: an
// expr carries both texts. Where the two mean different things (AVG of an
// integer, the scale of a quotient) the PostgreSQL text is written so that it
// means Slipher's. What cannot be mapped is not generated: trailing blanks,
// which never count in Slipher; backslashes in literals.
//
// Invariants: the same seed asks the same questions; an expr's bound is never
// under its largest value, so no number overflows by chance and an error is
// expected only of queries made to fail.
//
// SLIPHER_RANDOM_SEED starts from another seed, SLIPHER_RANDOM_TIME sets how long to go on (four rounds in 45s at most;
// 10m in the long tests), SLIPHER_RANDOM_ROUNDS how many schemas, SLIPHER_RANDOM_QUERIES how many questions,
// SLIPHER_RANDOM_FUSED of how many questions one is asked in the fused tier, SLIPHER_RANDOM_DUMP a directory into which
// each difference goes with all rows of its tables.
//
// Start reading at random_test.go.
package random
