package subop

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/fn"
	"slipher/codegen/target"
)

// The IR of suboperators in their typical forms, as emitted (before LLVM).
// Commands: `emit` prints a primitive's function; `list` prints the names that begin with a prefix.
func TestGoldenIR(t *testing.T) {
	fns := fn.Default()
	datadriven.RunTest(t, "testdata/primitives", func(t *testing.T, d *datadriven.TestData) string {
		var name string
		d.ScanArgs(t, "op", &name)
		switch d.Cmd {
		case "emit":
			ir, ok := PrimitiveIR(fns, target.V3, name)
			if !ok {
				return "no primitive " + name + "\n"
			}
			return ir[strings.Index(ir, "define"):]
		case "list":
			var s strings.Builder
			for _, p := range Primitives(fns) {
				if strings.HasPrefix(p.Name, name) {
					s.WriteString(p.Name + "\n")
				}
			}
			return s.String()
		}
		return "unknown command\n"
	})
}
