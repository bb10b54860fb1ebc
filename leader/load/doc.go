// Package load is the leader's part of COPY: where its text comes from, and what is said of records that are refused.
//
//	FROM 'path' ─► files ─┐
//	FROM STDIN ─► client ─┴► Input.Next ─► batches of whole records ─► leader/schedule ─► node/load on the nodes
//	                                        refused records ◄─ Refusals, Error ◄─┘
//
// The statement is leader/statement/copy.go.
package load
