package optimize

import (
	"strings"
	"testing"

	"slipher/compiler/plan"
)

// Proves that a session can have joins in the order written, that seeds give many other orders, each the same every
// time, and that none of them loses a table.
func TestForcedJoins(t *testing.T) {
	sizes := []int64{1000000, 10, 50000, 3, 700}
	text := func(edges [][2]int, order JoinOrder) string {
		t.Helper()
		q, err := Plan(shape(5, edges, func(i int) int64 { return sizes[i] }),
			Env{Slices: 4, Nodes: 2, Fn: operations, Joins: order})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(plan.Explain(q), "\n")
	}
	chain := [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}}
	for _, edges := range [][][2]int{chain, {{0, 3}, {1, 4}}, nil} {
		plans := map[string]bool{}
		for order := OrderWritten; order < 40; order++ {
			e := text(edges, order)
			if e != text(edges, order) {
				t.Errorf("order %d: another plan the second time", order)
			}
			for _, name := range []string{"t0", "t1", "t2", "t3", "t4"} {
				if strings.Count(e, " on "+name+" ") != 1 {
					t.Errorf("order %d: %s is not read once\n%s", order, name, e)
				}
			}
			plans[e] = true
		}
		if len(plans) < 20 {
			t.Errorf("only %d plans of %v", len(plans), edges)
		}
	}
	if e := text(chain, OrderWritten); !inOrder(e, "on t0 ", "on t1 ", "on t2 ", "on t3 ", "on t4 ") {
		t.Errorf("not as written:\n%s", e)
	}
}

func inOrder(text string, parts ...string) bool {
	for _, p := range parts {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i:]
	}
	return true
}
