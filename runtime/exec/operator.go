package exec

import (
	"fmt"

	"slipher/runtime/program"
)

// operator names a segment's account.
func operator(s *program.Segment) string {
	return fmt.Sprintf("%s (segment %d)", s.Sink.Kind.Operator(), s.ID)
}
