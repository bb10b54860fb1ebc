package block

import (
	"slipher/catalog/bound"
)

// Lists in messages; see bound.List.
type (
	rowGroupMetaList = bound.List[RowGroupMeta, *RowGroupMeta]
	blockMetaList    = bound.List[BlockMeta, *BlockMeta]
)
