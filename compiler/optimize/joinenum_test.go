package optimize

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"sort"
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
)

// shape makes a statement that joins n tables along the given edges.
func shape(n int, edges [][2]int, rows func(i int) int64) *algebra.Statement {
	b := newBuilder()
	var tree algebra.Node
	var scans []algebra.Node
	for i := range n {
		cols := []state.Column{col("k", types.TInt8)} // by which it lies
		for j := range n {
			if slices.Contains(edges, [2]int{i, j}) || slices.Contains(edges, [2]int{j, i}) {
				cols = append(cols, col(fmt.Sprintf("c%d_%d", i, j), types.TInt8))
			}
		}
		s := b.scan(table(i+1, fmt.Sprintf("t%d", i), state.DistKey, 0, rows(i), cols...), "")
		scans = append(scans, s)
		if tree == nil {
			tree = s
		} else {
			tree = &algebra.Join{Kind: algebra.Inner, Left: tree, Right: s}
		}
	}
	var preds []*algebra.Expr
	for _, e := range edges {
		preds = append(preds, cmp("eq", column(scans[e[0]], fmt.Sprintf("c%d_%d", e[0], e[1])),
			column(scans[e[1]], fmt.Sprintf("c%d_%d", e[1], e[0]))))
	}
	if len(preds) > 0 {
		tree = &algebra.Select{In: tree, Preds: preds}
	}
	return b.statement(b.aggr(tree, nil, algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
}

// Proves that the enumeration finds each pair of adjacent connected subgraphs once: their numbers
// are known in closed form.
func TestPairs(t *testing.T) {
	count := func(n int, edges [][2]int) int {
		g := &graph{rels: make([]physical, n), edges: make([]relSet, n)}
		for _, e := range edges {
			g.edges[e[0]] |= 1 << uint(e[1])
			g.edges[e[1]] |= 1 << uint(e[0])
		}
		d := &dpTable{g: g, all: 1<<uint(n) - 1, trees: map[relSet][]physical{}}
		d.enumerateOnly()
		seen := map[pair]bool{}
		for _, p := range d.pairs {
			if p.left&p.right != 0 || seen[p] || seen[pair{p.right, p.left}] {
				t.Errorf("pair %b %b twice or overlapping", p.left, p.right)
			}
			seen[p] = true
		}
		return len(d.pairs)
	}
	for n := 2; n <= 8; n++ { // a clique of eight is just within maxPairs
		var chain, star, clique [][2]int
		for i := range n {
			if i > 0 {
				chain = append(chain, [2]int{i - 1, i})
				star = append(star, [2]int{0, i})
			}
			for j := range i {
				clique = append(clique, [2]int{j, i})
			}
		}
		pow := func(b, e int) int {
			r := 1
			for range e {
				r *= b
			}
			return r
		}
		for _, c := range []struct {
			name  string
			edges [][2]int
			want  int
		}{
			{"chain", chain, (n*n*n - n) / 6},
			{"star", star, (n - 1) * pow(2, n-2)},
			{"clique", clique, (pow(3, n) - pow(2, n+1) + 1) / 2},
		} {
			if got := count(n, c.edges); got != c.want {
				t.Errorf("%s of %d: %d pairs, want %d", c.name, n, got, c.want)
			}
		}
	}
}

// Proves that join graphs of all sizes plan, connected or not, also beyond the exact limit.
func TestJoinShapes(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	tab := operations
	for n := 1; n <= 14; n++ {
		for range 6 {
			var edges [][2]int
			for i := 1; i < n; i++ {
				if r.Intn(8) > 0 {
					edges = append(edges, [2]int{r.Intn(i), i})
				}
				if r.Intn(3) == 0 && i > 1 {
					edges = append(edges, [2]int{r.Intn(i), i})
				}
			}
			st := shape(n, edges, func(i int) int64 { return int64(1 + r.Intn(1000000)) })
			if _, err := Plan(st, Env{Slices: 4, Nodes: 2, Fn: tab}); err != nil {
				t.Fatalf("%d tables, %v: %v", n, edges, err)
			}
		}
	}
}

// Trees over a line of relations are seldom much dearer than the best of all trees: of trees, cycles, stars and chains
// of random tables.
func TestLinearised(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	plans := func(exact int, n int, edges [][2]int, rows []int64) float64 {
		defer func(was int) { exactRelations = was }(exactRelations)
		exactRelations = exact
		st := shape(n, edges, func(i int) int64 { return rows[i] })
		p, err := newPlanner(st, Env{Slices: 4, Nodes: 2, Fn: operations})
		if err != nil {
			t.Fatal(err)
		}
		tree, err := p.node(st.Root)
		if err != nil {
			t.Fatalf("%d tables, %v: %v", n, edges, err)
		}
		return tree.out().cost
	}
	var ratios []float64
	for n := 3; n <= 9; n++ {
		for k := range 12 {
			var edges [][2]int
			var rows []int64
			for i := range n {
				rows = append(rows, int64(math.Pow(10, 1+5*r.Float64())))
				switch {
				case i == 0:
				case k%4 == 0:
					edges = append(edges, [2]int{i - 1, i})
				case k%4 == 1:
					edges = append(edges, [2]int{0, i})
				default:
					edges = append(edges, [2]int{r.Intn(i), i})
				}
			}
			if k%4 == 3 {
				edges = append(edges, [2]int{0, n - 1})
			}
			best, got := plans(12, n, edges, rows), plans(2, n, edges, rows)
			if got < best*(1-1e-9) {
				t.Errorf("%d tables, %v: %v, better than the best of all, %v", n, edges, got, best)
			}
			ratios = append(ratios, got/best)
		}
	}
	sort.Float64s(ratios)
	median, p95, worst := ratios[len(ratios)/2], ratios[len(ratios)*95/100], ratios[len(ratios)-1]
	t.Logf("cost by the best tree's: median %.3f, 95th percentile %.2f, worst %.2f", median, p95, worst)
	if median > 1.05 || p95 > 1.5 {
		t.Errorf("cost by the best tree's: median %.3f, 95th percentile %.2f, worst %.2f", median, p95, worst)
	}
	for _, edge := range []func(i int) int{func(i int) int { return i - 1 }, func(int) int { return 0 }, r.Intn} {
		var edges [][2]int
		var rows []int64
		for i := range maxRelations {
			rows = append(rows, int64(1+r.Intn(1_000_000)))
			if i > 0 {
				edges = append(edges, [2]int{edge(i), i})
			}
		}
		plans(12, maxRelations, edges, rows)
	}
}

func BenchmarkJoinOrder(b *testing.B) {
	tab := operations
	for _, n := range []int{3, 6, 10, 30, 60} {
		for _, kind := range []string{"chain", "star", "snowflake", "cycle", "clique"} {
			if kind == "clique" && n > 10 {
				continue
			}
			var edges [][2]int
			for i := 1; i < n; i++ {
				switch kind {
				case "chain", "cycle":
					edges = append(edges, [2]int{i - 1, i})
				case "star":
					edges = append(edges, [2]int{0, i})
				case "snowflake": // three arms and what hangs on them
					edges = append(edges, [2]int{(i - 1) / 3, i})
				default:
					for j := range i {
						edges = append(edges, [2]int{j, i})
					}
				}
			}
			if kind == "cycle" {
				edges = append(edges, [2]int{0, n - 1})
			}
			rows := func(i int) int64 { // the first is the one with the facts
				if i == 0 {
					return 10_000_000
				}
				return int64(n-i) * 1000
			}
			for _, nodes := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/n=%d/nodes=%d", kind, n, nodes), func(b *testing.B) {
					for b.Loop() {
						if _, err := Plan(shape(n, edges, rows), Env{Slices: 4, Nodes: nodes, Fn: tab}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
