// Command bench runs a suite of queries side by side with DuckDB, in one run on one
// machine, taking turns.
//
//	go run ./tests/bench --cache DIR [--suite tpch|tpcds|events|functions] [--nodes 2] [--shared DIR] [--sf 1] [--runs 11] [--first 3]
//		[--profile]
//	go run ./tests/bench --cache DIR --quality [--orders 20] [--suite …] [--nodes 2]
//	go run ./tests/bench --cache DIR --designs 10 --nodes 2 [--suite …]
//	go run ./tests/bench --cache DIR --plans
//	go run ./tests/bench --cache DIR --planning [--suite …] [--nodes 2]
//
//	CSV ──load──► slipher server (process) ─┐
//	    └─load──► DuckDB (Node process) ────┴─ first runs, repeated runs ──► tables in Markdown, on standard output
//
// A *suite* is tables and queries: TPC-H, TPC-DS, forty queries over a wide table of web events, and a query for each
// common scalar function (suite_*.go). A *contender* is an engine in one setting: DuckDB, and Slipher with each value
// of slipher_tier. What is measured, and what is not, says docs/BENCHMARKS.md.
//
// --quality reports on plans instead (quality.go): estimates against actual rows at each join, and forced join orders.
//
// --designs compares random distributions of the tables with the suite's own (designs.go).
//
// --planning measures how long the planner takes (planning.go).
//
// --plans measures how soon a query starts whose shape is known (plans.go).
//
// Invariants: both engines load the same files and must give the same answers,
// or the run fails; every figure is a median of runs in turn, so that a noise of
// the machine meets all contenders; nothing is written outside the cache.
//
// Start reading at main.go; then suite.go and measure.go.
package main
