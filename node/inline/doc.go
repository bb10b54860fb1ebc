// Package inline makes row groups in memory of small writes: objects whose rows lie in the catalog itself
// (state.ObjectRef.Data, in the form of chunk.Stored).
//
//	[]*state.ObjectRef ──Cut──► runs of them ──Cache.Get──► *Group ──RowGroup(columns)──► block.RowGroup of a scan
//	                                                          └──Footer──► metadata for those who plan
//
// Hundreds of objects of one row make one row group, one behind the other in the order given, so
// that a row's place in it tells object and position. Deleted rows are in it as well.
//
// Invariants: Data is what another process sent or a disk kept: anything wrong with it is data_corrupted. A
// Group's blocks are off-heap and live until it is out of the cache and the last row group of it is released.
// Start reading at group.go.
package inline
