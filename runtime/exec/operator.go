package exec

import (
	"fmt"

	"slipher/runtime/program"
)

// operators are the names, in EXPLAIN's words, of what takes a segment's memory: its sink, by runtime/program's kinds.
var operators = [...]string{program.SinkHash: "Hash", program.SinkAggr: "HashAggregate", program.SinkSort: "Sort", 3: "Network", 4: "Return", 5: "Insert", 6: "Delete"}

// operator names a segment's account.
func operator(s *program.Segment) string {
	name := "an operator"
	if int(s.Sink.Kind) < len(operators) {
		name = operators[s.Sink.Kind]
	}
	return fmt.Sprintf("%s (segment %d)", name, s.ID)
}
