// Package golden pins what queries are compiled to: plans, segments, programs
// and IR, for x86-64-v3 and four slices, through the code of `slipher compile`.
//
//	testdata/* ──DDL, statistics, query──► leader.Offline ──Inspect──► text, compared
//
// A change of these texts is to be read, not only accepted:
//
//	go test ./tests/golden -rewrite && git diff tests/golden
package golden
