package crash

import "testing"

// afterwards stops the cluster cleanly.
func (r *run) afterwards(t *testing.T) {
	t.Helper()
	if err := r.rig.stop(); err != nil {
		t.Error(err)
	}
	for _, p := range r.rig.procs() {
		for _, c := range p.takeCrashes() {
			t.Error(c)
		}
	}
}
