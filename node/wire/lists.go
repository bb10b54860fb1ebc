package wire

import (
	"slipher/catalog/bound"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Lists in messages; see bound.List.
type (
	peerList         = bound.List[Peer, *Peer]
	segmentList      = bound.List[Segment, *Segment]
	exchangeList     = bound.List[Exchange, *Exchange]
	loopList         = bound.List[Loop, *Loop]
	sieveList        = bound.List[Sieve, *Sieve]
	scanList         = bound.List[Scan, *Scan]
	paramList        = bound.List[Param, *Param]
	zonePredList     = bound.List[ZonePred, *ZonePred]
	keyZoneList      = bound.List[KeyZone, *KeyZone]
	columnList       = bound.List[state.Column, *state.Column]
	storedList       = bound.List[types.Column, *types.Column]
	objectRefList    = bound.List[state.ObjectRef, *state.ObjectRef]
	datumList        = bound.List[types.Datum, *types.Datum]
	segmentStatsList = bound.List[SegmentStats, *SegmentStats]
	skipList         = bound.List[Skip, *Skip]
	deletedList      = bound.List[Deleted, *Deleted]
	recordErrorList  = bound.List[RecordError, *RecordError]
)
