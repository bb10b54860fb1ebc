package worker

// The numbers of plan.SourceKind, plan.SinkKind and plan.DistKind as programs
// carry them: nodes do not import the compiler. A test compares them.
const (
	sourceScan    = 0
	sourceReceive = 1
	sourceTable   = 2
	sourceRows    = 3
	sourceValues  = 4
	sourceText    = 5
	sourceLiteral = 6

	sinkHash   = 0
	sinkAggr   = 1
	sinkSort   = 2
	sinkDist   = 3
	sinkReturn = 4
	sinkInsert = 5
	sinkDelete = 6

	distBroadcast = 1
)
