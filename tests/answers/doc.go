// Package answers runs the queries of a suite (TPC-H, TPC-DS) and compares what they give with answers from files: CSV
// with a header, NULL as \N.
//
//	schema.sql ──Tables──► Table ──Natural, Random──► CREATE TABLE, COPY ──Check──► rows ──Compare──► answers
//
// Schemas and queries are in tests/data/SUITE. The suites at SF 1 run in `./build.sh test-long`, under their natural
// keys (NaturalKeys) and random ones (RandomKeys). Answers come from SLIPHER_SHARED (default ../shared beside the
// repository), the CSV files from SLIPHER_CACHE/SUITE-sf1/csv (default: the user's cache directory), where the
// generator of the shared folder puts them if they are missing. What is missing then fails the test. With
// SLIPHER_PROGRESS, a folder, a run that was cut short goes on where it ended: what passed is kept there by commit and
// design, with the time it took.
//
// Start with suite.go.
package answers
