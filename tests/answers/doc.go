// Package answers compares what queries give with answers from files: CSV with a header, NULL as \N.
//
// Start with Compare.
package answers
