package llvm

import (
	"os"
	"testing"
)

// The test binary is its own compile worker.
func TestMain(m *testing.M) {
	WorkIfAsked()
	os.Exit(m.Run())
}

func testPool(t *testing.T, n int, o Options) *Pool {
	t.Helper()
	p := NewPool(n, os.Args[0], o)
	t.Cleanup(p.Close)
	if err := p.Available(); err != nil {
		t.Fatal(err) // build.sh installs libllvm19; without it only the tests of its absence pass
	}
	return p
}
