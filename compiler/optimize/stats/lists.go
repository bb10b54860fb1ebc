package stats

import "slipher/catalog/bound"

// columnList is a list in Table; see bound.List.
type columnList = bound.List[Column, *Column]
