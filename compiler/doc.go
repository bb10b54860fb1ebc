// Package compiler is the way from a statement's syntax to its plan: one front door to the rooms below it.
//
//	parse.Statement ──bind──► algebra.Statement ──rewrite──► the same, simpler ──optimize──► plan.Query
//
// Plan takes what a user writes: queries, statements that change tables, COPY. Tree takes what somebody has bound or
// made by hand: ANALYZE's sample, constants. Both do the same from there on.
//
// Start with Plan in compiler.go.
package compiler
