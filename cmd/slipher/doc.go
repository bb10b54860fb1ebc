// Command slipher is the whole warehouse in one binary.
//
//	slipher start    leader and one node in a process, on a data directory
//	slipher leader   a leader alone          slipher node   a compute node
//	slipher compile  shows how a query is compiled, without a server
//	slipher demo     a tour on a temporary directory
//
// Every flag may also be given as a variable (SLIPHER_ and the flag's name in
// capitals, hyphens as underscores) or in the file that --config names, as
// lines `name = value`. A flag wins over a variable, a variable over the file.
//
// Standard output carries what scripts read: the line that says the process is
// ready. Everything else is logged to standard error.
package main
