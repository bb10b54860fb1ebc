// Package sketch counts distinct values in little room: HyperLogLog, whose counts can be put together.
//
//	values of a column (codec.Column) ──Sketch.Add──► Sketch ──Append──► bytes in an object
//	bytes ──Merge──► Sketch of all objects ──Estimate──► distinct values
//
// Equal values have equal hashes whatever the class they are stored in: integers of any width, strings without their
// trailing blanks, -0 and 0.
//
// Start reading at sketch.go.
package sketch
