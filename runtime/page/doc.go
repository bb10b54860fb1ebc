// Package page is rows on their way between segments: a page of a table that nobody fills any more
// (runtime/kernels/include/page.h), of rows of one size with their strings in the page's heap, by offsets.
//
//	generated code ──puts rows──► table of a destination ──Detach──► Page ──hand over──► receiver in the process
//	                                                                  └──AppendWire──► bytes ──FromWire──► Page elsewhere
//
// What is handed over in a process is the page itself, to several receivers of a broadcast as well. The wire form is
// the rows and the heap as they are. Their layout is a program.TableShape: of a saved row, or, where the receiver
// adopts pages, of an entry of its table.
//
// Start with page.go, then wire.go.
package page
