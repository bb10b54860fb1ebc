// Package tpch checks the 22 queries of TPC-H on both cluster shapes and in both tiers.
//
// SF 0.01 (tests/data/tpch) runs in `./build.sh test` under the pairwise configurations. SF 1 and the three million
// flights run in `./build.sh test-long`; package answers says where their data comes from.
//
// Start with suite.go.
package tpch
