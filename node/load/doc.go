// Package load brings rows in: from text to records, from rows to objects.
//
//	io.Reader ──Splitter──► batch (whole records) ──SplitText──► chunk of strings ──(generated code)──►
//	chunk of table rows ──Writer.Add──► buffered columns ──flush: sort, cut, encode──► object in rms.Store
//
//	                                          a small load ──Finish──► ObjectRef with Data (small.go)
//
// The Splitter runs where the data arrives (the leader for COPY); SplitText and the
// Writer run on nodes, a Writer for each slice of the table. Memory is bounded: Writers of
// a process share a Budget. Start reading at splitter.go, text_unsafe.go and writer.go; csv.go is the grammar of
// quotes.
package load
