package llvm

import (
	"testing"

	"slipher/codegen/target"
)

// Warming starts every worker, for each level, and saves the first job its wait.
func TestWarm(t *testing.T) {
	cold := testPool(t, 1, Options{})
	first, err := cold.Compile(t.Context(), Job{IR: pipelineModule(10), CPU: target.V3})
	if err != nil {
		t.Fatal(err)
	}
	warm := testPool(t, 2, Options{})
	for _, level := range target.All() {
		if err := warm.Warm(t.Context(), level); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(warm.PIDs()); n != 2 {
		t.Errorf("%d workers", n)
	}
	second, err := warm.Compile(t.Context(), Job{IR: pipelineModule(10), CPU: target.V3})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("cold: wait %v, compile %v; warm: wait %v, compile %v", first.Wait, first.Total(), second.Wait, second.Total())
	if _, err := warm.Compile(t.Context(), Job{IR: warmModule(target.V3), CPU: target.V3, Verify: true}); err != nil {
		t.Error(err)
	}
}
