// Package tpcds checks the 99 queries of TPC-DS at SF 1 in `./build.sh test-long`; package answers says where the data
// comes from. The plans of the queries are golden files: tests/golden.
//
// Start with suite.go.
package tpcds
