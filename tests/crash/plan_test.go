package crash

import (
	"testing"

	"slipher/catalog/fault"
)

// A seed always gives the same plan, and every rule of a plan is one that processes take.
func TestPlans(t *testing.T) {
	points, err := sourcePoints()
	if err != nil || len(points) < 5 {
		t.Fatal(points, err)
	}
	t.Log(len(points), "points:", points)
	in := ingredients{shape: shape{3, 3, false}, parts: true, points: points, admin: []string{"SELECT 1"}}
	kinds := map[string]bool{}
	for seed := range uint64(2000) {
		p := makePlan(seed, in)
		if p.String() != makePlan(seed, in).String() {
			t.Fatal("two plans of one seed")
		}
		for _, s := range p.steps {
			kinds[s.kind] = true
			if err := fault.Check(s.rule); err != nil {
				t.Error(err)
			}
		}
	}
	if len(kinds) != 6 {
		t.Errorf("kinds %v", kinds)
	}
}
