package load

import (
	"slipher/catalog/bound"
)

// Lists in messages; see bound.List.
type (
	copyColumnList   = bound.List[CopyColumn, *CopyColumn]
	targetColumnList = bound.List[TargetColumn, *TargetColumn]
)
