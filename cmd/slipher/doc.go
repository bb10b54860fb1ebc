// Command slipher is the whole warehouse in one binary.
//
//	slipher start    leader and one node in a process, on a data directory
//	slipher leader   a leader alone          slipher node   a compute node
//	slipher compile  shows how a query is compiled, without a server
//	slipher demo     a tour on a temporary directory, with data that the binary carries
//	slipher help     the commands, or a command's flags    slipher version
//
// Every flag may also be given as a variable (SLIPHER_ and the flag's name in
// capitals, hyphens as underscores) or in the file that --config names, as
// lines `name = value`. A flag wins over a variable, a variable over the file.
// Each flag's type (flags.go) refuses what cannot be meant while the command line is read; a mistake is one line and
// the name of the help on standard error, status 2 (usage.go).
//
// Standard output carries what scripts read: the line that says the process is
// ready. Everything else is logged to standard error.
package main
