// Package history is what a leader remembers for catalog relations.
//
//	Statements  what ran or runs, and what was compiled for it: stl_query, svl_compile, stv_inflight; in memory
//	Loads       what COPY refused: stl_load_errors; in a file
//
// Both live as long as the process, whoever is the active leader meanwhile.
package history
