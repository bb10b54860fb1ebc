package program

import (
	"slipher/catalog/bound"
)

// Lists in messages; see bound.List.
type (
	insList       = bound.List[Ins, *Ins]
	loopList      = bound.List[Loop, *Loop]
	tableSlotList = bound.List[TableSlot, *TableSlot]
	paramSlotList = bound.List[ParamSlot, *ParamSlot]
	constSlotList = bound.List[ConstSlot, *ConstSlot]
	hostCallList  = bound.List[HostCall, *HostCall]
	guardList     = bound.List[Guard, *Guard]
	slotList      = bound.List[Slot, *Slot]
	sourceColList = bound.List[SourceCol, *SourceCol]
	chunkColList  = bound.List[ChunkCol, *ChunkCol]
	fieldList     = bound.List[Field, *Field]
)
