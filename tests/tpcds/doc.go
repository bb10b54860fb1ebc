// Package tpcds runs the 99 queries of TPC-DS at SF 1 and compares them with answers: under the natural keys on both
// shapes of cluster in both tiers, and under random choices of distribution and sort keys.
//
// Start with tpcds_test.go.
package tpcds
