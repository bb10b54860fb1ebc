package stats

import (
	"slipher/catalog/bound"
	"slipher/catalog/types"
)

// Lists in Table; see bound.List.
type (
	columnList = bound.List[Column, *Column]
	commonList = bound.List[Common, *Common]
	jointList  = bound.List[Joint, *Joint]
	datumList  = bound.List[types.Datum, *types.Datum]
)
