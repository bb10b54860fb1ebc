// Package segment tests compiled segments without a cluster: plans written by
// hand, run in both tiers, with several vector sizes and tables that start tiny.
package segment
