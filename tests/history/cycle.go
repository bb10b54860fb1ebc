package history

// knots are the strongly connected parts of more than one event, by edges of
// relations up to most (Tarjan's algorithm, without recursion).
func (g *graph) knots(most relation) [][]int {
	n := len(g.out)
	index, low := make([]int, n), make([]int, n) // index 0: not visited
	on := make([]bool, n)
	var stack []int
	var knots [][]int
	type frame struct{ v, next int }
	counter := 0
	for root := range n {
		if index[root] != 0 {
			continue
		}
		frames := []frame{{v: root}}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			v := f.v
			if f.next == 0 {
				counter++
				index[v], low[v] = counter, counter
				stack, on[v] = append(stack, v), true
			}
			deeper := false
			for f.next < len(g.out[v]) {
				e := g.out[v][f.next]
				f.next++
				if e.rel > most {
					continue
				}
				w := int(e.to)
				if index[w] == 0 {
					frames, deeper = append(frames, frame{v: w}), true
					break
				}
				if on[w] {
					low[v] = min(low[v], index[w])
				}
			}
			if deeper {
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				up := frames[len(frames)-1].v
				low[up] = min(low[up], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			var knot []int
			for {
				w := stack[len(stack)-1]
				stack, on[w] = stack[:len(stack)-1], false
				knot = append(knot, w)
				if w == v {
					break
				}
			}
			if len(knot) > 1 {
				knots = append(knots, knot)
			}
		}
	}
	return knots
}

// startsTried bounds the search for the shortest cycle of a large knot.
const startsTried = 200

// shortest is a short cycle of a knot: the shortest through the events tried.
func (g *graph) shortest(knot []int, most relation) []step {
	member := make(map[int]bool, len(knot))
	for _, v := range knot {
		member[v] = true
	}
	var best []step
	for i, v := range knot {
		if i == startsTried {
			break
		}
		if c := g.around(v, member, most); best == nil || c != nil && len(c) < len(best) {
			best = c
		}
	}
	return best
}

// around is a shortest way from an event back to itself.
func (g *graph) around(v int, member map[int]bool, most relation) []step {
	came := map[int]step{} // how an event was reached
	queue := []int{v}
	for len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		for _, e := range g.out[u] {
			w := int(e.to)
			if e.rel > most || !member[w] {
				continue
			}
			if w == v {
				cycle := []step{{u, e}}
				for u != v {
					cycle = append([]step{came[u]}, cycle...)
					u = came[u].from
				}
				return cycle
			}
			if _, ok := came[w]; !ok {
				came[w] = step{u, e}
				queue = append(queue, w)
			}
		}
	}
	return nil
}
