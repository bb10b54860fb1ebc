package llvm

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"slipher/codegen/target"
)

// A worker has the memory that it was given, and no more.
func TestWorkerMemory(t *testing.T) {
	const bytes = 700 << 20
	p := testPool(t, 1, Options{MaxBytes: bytes})
	if _, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3,
		Passes: Short}); err != nil {
		t.Fatal(err)
	}
	for _, pid := range p.PIDs() {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(line, "Max data size") && !strings.Contains(line, fmt.Sprint(bytes)) {
				t.Error(line)
			}
		}
	}
	if len(p.PIDs()) != 1 {
		t.Error("no worker")
	}
}
