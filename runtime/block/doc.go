// Package block is the storage format: objects, row groups, column blocks.
//
//	codec.Column ──Encode──► BlockMeta + block bytes ──Builder──► object (blocks, counts, Footer)
//	             ──CountDistinct──► sketch.Sketch ──► counts: for the planner alone
//	object ──ReadFooter──► Footer ──RowGroupMeta──Open──► RowGroup ──FillCursor──► cursor of generated code
//
// An object holds the row groups one flush wrote for one slice; a row group up to
// MaxRowGroupRows rows; a block one column of a row group; a section 1,024 values
// of a block. format.go draws the bytes. Objects are immutable.
//
// Invariants: a block is validated as a whole when it is opened (checksum, header,
// every section), because the C decoders trust it. Bytes of an opened block are
// off-heap: cursors and string headers point into them until Release.
//
// An encoding is one file enc_*.go and one row of the table in encoding.go. Start reading at format.go.
package block
