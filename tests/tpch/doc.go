// Package tpch loads TPC-H by COPY and checks the answers of its queries on
// both cluster shapes and in both tiers.
//
//	tests/data/tpch (SF 0.01) or a cache (SF 1) ──COPY──► eight tables ──query──► rows ──Compare──► answers
//
// SF 0.01 runs in `./build.sh test` under the pairwise configurations. SF 1 and
// the three million flights run in `./build.sh test-long`: answers and flights
// come from SLIPHER_SHARED (default ../shared beside the repository), the CSV
// files of SF 1 from SLIPHER_CACHE/tpch-sf1/csv (default: the user's cache
// directory), where the generator of the shared folder puts them if they are
// missing. What is missing then fails the test.
package tpch
