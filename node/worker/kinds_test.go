package worker

import (
	"testing"

	"slipher/compiler/plan"
)

// Our numbers are the plan's.
func TestKinds(t *testing.T) {
	for _, k := range []struct{ got, want int }{
		{sourceScan, int(plan.SourceScan)}, {sourceReceive, int(plan.SourceReceive)}, {sourceTable, int(plan.SourceTable)},
		{sourceRows, int(plan.SourceRows)}, {sourceValues, int(plan.SourceValues)}, {sourceText, int(plan.SourceText)},
		{sourceLiteral, int(plan.SourceLiterals)},
		{sinkHash, int(plan.SinkHash)}, {sinkAggr, int(plan.SinkAggr)}, {sinkSort, int(plan.SinkSort)},
		{sinkDist, int(plan.SinkDist)}, {sinkReturn, int(plan.SinkReturn)}, {sinkInsert, int(plan.SinkInsert)},
		{sinkDelete, int(plan.SinkDelete)},
		{distBroadcast, int(plan.DistBroadcast)},
	} {
		if k.got != k.want {
			t.Errorf("%d is %d in the plan", k.got, k.want)
		}
	}
}
