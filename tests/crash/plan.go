package crash

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"time"
)

// plan is what goes wrong in a round. The same seed, shape and points give the same plan.
type plan struct {
	seed  uint64
	steps []step
}

// step is one fault, and how long it lasts.
type step struct {
	at, last time.Duration
	kind     string
	victims  []string // names of processes; "active" and "standby" are found when the time comes
	oneway   bool     // of kind cut: only what the victims say is lost
	rule     string   // of kind point
	sql      string   // of kind sql
	trigger  bool     // only makes another step's point be passed
}

// String shows a step.
func (s step) String() string {
	text := fmt.Sprintf("%dms %s %s", s.at.Milliseconds(), s.kind, strings.Join(s.victims, ","))
	switch s.kind {
	case "cut":
		if s.oneway {
			text += " one way"
		}
	case "point":
		text += " " + s.rule
	case "sql":
		text = fmt.Sprintf("%dms %s", s.at.Milliseconds(), s.sql)
	}
	if s.last > 0 {
		text += fmt.Sprintf(" for %dms", s.last.Milliseconds())
	}
	return text
}

// String shows a plan.
func (p plan) String() string {
	var all []string
	for _, s := range p.steps {
		all = append(all, s.String())
	}
	if all == nil {
		return "nothing"
	}
	return strings.Join(all, "; ")
}

// kinds names the faults of a plan, for statistics.
func (p plan) kinds() string {
	var all []string
	for _, s := range p.steps {
		if s.trigger {
			continue
		}
		k := s.kind
		if len(s.victims) == 1 {
			k += " " + strings.TrimRight(s.victims[0], "0123456789")
		} else if len(s.victims) > 1 {
			k += " several"
		}
		if s.kind == "point" {
			_, action, _ := strings.Cut(s.rule, "=")
			action, _, _ = strings.Cut(action, "@")
			action, _, _ = strings.Cut(action, ":")
			k = "point " + action
		}
		if s.kind == "sql" {
			k = s.sql
		}
		all = append(all, k)
	}
	if all == nil {
		return "nothing"
	}
	sort.Strings(all)
	return strings.Join(all, " + ")
}

// ingredients is what plans are made of.
type ingredients struct {
	shape  shape
	parts  bool     // networks can be cut; else links are made to fail by points
	points []string // names of fault points
	admin  []string // statements that an administrator may run at any time
}

// makePlan makes the plan of a seed.
func makePlan(seed uint64, in ingredients) plan {
	p := plan{seed: seed}
	rnd := rand.New(rand.NewPCG(seed, 3))
	n := 1
	if rnd.IntN(4) == 0 {
		n += 1 + rnd.IntN(2)
	}
	for range n {
		s := makeStep(rnd, in)
		p.steps = append(p.steps, s)
		if t := trigger(rnd, in, s); t != "" {
			p.steps = append(p.steps, step{kind: "sql", sql: t, trigger: true, at: s.at + millis(rnd, 10, 100)})
		}
	}
	sort.SliceStable(p.steps, func(i, j int) bool { return p.steps[i].at < p.steps[j].at })
	return p
}

// trigger is a statement that makes a process pass the point of a step, "" if clients' work does.
func trigger(rnd *rand.Rand, in ingredients, s step) string {
	if s.kind == "sql" && s.sql == snapshot && in.shape.leaders > 1 && rnd.IntN(2) == 0 {
		return transfer // the snapshot is being sent, perhaps
	}
	var of []string
	for _, t := range []struct{ points, statements string }{
		{"snapshot.", snapshot}, {"log.cut", snapshot}, {"keep.", "VACUUM"}, {"cluster.deal", drain},
		{"replica.lead", transfer},
	} {
		if strings.HasPrefix(s.rule, t.points) {
			for _, sql := range in.admin {
				if strings.HasPrefix(sql, t.statements) {
					of = append(of, sql)
				}
			}
		}
	}
	if of == nil {
		return ""
	}
	return of[rnd.IntN(len(of))]
}

// recipe is a kind of fault and how often it is chosen.
type recipe struct {
	weight int
	make   func(rnd *rand.Rand, in ingredients) step
}

func millis(rnd *rand.Rand, from, to int) time.Duration {
	return time.Duration(from+rnd.IntN(to-from)) * time.Millisecond
}

// duration of a stop or a cut: mostly short, sometimes longer than every timeout.
func duration(rnd *rand.Rand) time.Duration {
	switch rnd.IntN(12) {
	case 0:
		return millis(rnd, 3000, 6000)
	case 1, 2, 3:
		return millis(rnd, 900, 2000)
	}
	return millis(rnd, 20, 700)
}

func makeStep(rnd *rand.Rand, in ingredients) step {
	recipes := []recipe{
		{6, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "kill", victims: victim(rnd, in), last: millis(rnd, 0, 700)}
		}},
		{1, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "kill", victims: several(rnd, in), last: millis(rnd, 0, 300)}
		}},
		{1, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "term", victims: victim(rnd, in), last: millis(rnd, 0, 300)}
		}},
		{4, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "stop", victims: victim(rnd, in), last: duration(rnd)}
		}},
	}
	if in.parts {
		recipes = append(recipes, recipe{4, func(rnd *rand.Rand, in ingredients) step {
			side := victim(rnd, in)
			if rnd.IntN(4) == 0 {
				side = several(rnd, in)
			}
			return step{kind: "cut", victims: side, oneway: rnd.IntN(4) == 0, last: duration(rnd)}
		}})
	}
	if !in.parts {
		recipes = append(recipes, recipe{3, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "point", victims: victim(rnd, in), rule: "wire.*=error", last: duration(rnd)}
		}})
	}
	if len(in.points) > 0 {
		recipes = append(recipes, recipe{8, pointStep})
	}
	if len(in.admin) > 0 {
		recipes = append(recipes, recipe{2, func(rnd *rand.Rand, in ingredients) step {
			return step{kind: "sql", sql: in.admin[rnd.IntN(len(in.admin))]}
		}})
	}
	total := 0
	for _, r := range recipes {
		total += r.weight
	}
	pick := rnd.IntN(total)
	for _, r := range recipes {
		if pick -= r.weight; pick < 0 {
			s := r.make(rnd, in)
			s.at = millis(rnd, 40, 350)
			return s
		}
	}
	panic("BUG: no recipe chosen")
}

// victim is one process.
func victim(rnd *rand.Rand, in ingredients) []string {
	if in.shape.leaders == 0 {
		return []string{"one"}
	}
	switch pick := rnd.IntN(10); {
	case pick < 4:
		return []string{"active"}
	case pick < 6 && in.shape.leaders > 1:
		return []string{"standby"}
	case pick < 7:
		return []string{fmt.Sprintf("l%d", 1+rnd.IntN(in.shape.leaders))}
	}
	return []string{fmt.Sprintf("n%d", 1+rnd.IntN(in.shape.nodes))}
}

// several are two processes, all leaders, all nodes or all.
func several(rnd *rand.Rand, in ingredients) []string {
	if in.shape.leaders == 0 {
		return []string{"one"}
	}
	var leaders, nodes []string
	for i := range in.shape.leaders {
		leaders = append(leaders, fmt.Sprintf("l%d", i+1))
	}
	for i := range in.shape.nodes {
		nodes = append(nodes, fmt.Sprintf("n%d", i+1))
	}
	switch rnd.IntN(5) {
	case 0:
		return leaders
	case 1:
		return nodes
	case 2:
		return append(leaders, nodes...)
	case 3:
		return []string{"active", nodes[rnd.IntN(len(nodes))]}
	}
	return []string{leaders[rnd.IntN(len(leaders))], nodes[rnd.IntN(len(nodes))]}
}

// pointStep arms a point in a process, or in all that might pass it.
func pointStep(rnd *rand.Rand, in ingredients) step {
	point := in.points[rnd.IntN(len(in.points))]
	action := [...]string{"kill", "kill", "kill", "stop", "error", "error:ENOSPC", "error:EIO", "delay:30ms",
		"delay:400ms"}[rnd.IntN(9)]
	when := [...]string{"@1", "@1", "@2", "@3", "@7", "@%3", "@p0.1", "@p0.5", ""}[rnd.IntN(9)]
	victims := victim(rnd, in)
	if rnd.IntN(4) == 0 {
		victims = several(rnd, in)
	}
	return step{kind: "point", victims: victims, rule: point + "=" + action + when, last: millis(rnd, 150, 900)}
}
