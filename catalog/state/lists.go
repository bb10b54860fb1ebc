package state

import (
	"slipher/catalog/bound"
)

// Lists in messages; see bound.List.
type (
	columnList     = bound.List[Column, *Column]
	constraintList = bound.List[Constraint, *Constraint]
	objectRefList  = bound.List[ObjectRef, *ObjectRef]
	replacedList   = bound.List[Replaced, *Replaced]
	useList        = bound.List[ViewUse, *ViewUse]
	argumentList   = bound.List[Argument, *Argument]
	CallList       = bound.List[FunctionCall, *FunctionCall]
)
