// Package sample runs expressions over the rows that statistics keep of tables, while a query is planned.
//
//	plan.Query over SourceRows, columns ──Evaluator.Run──► codegen, primitives ──► values, row by row
//
// It is what optimize.Samples needs of the leader: the code that queries run, on an executor of its own, without nodes
// and goroutines, as leader/short does for small INSERTs. A condition so means to the planner what it will mean when
// the query runs.
//
// Start reading at evaluator.go.
package sample
