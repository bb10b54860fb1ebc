package crash

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// Flags of this package's tests: go test ./tests/crash -run Rounds -args -seed 123.
var (
	seedFlag   = flag.Uint64("seed", 0, "first seed of the rounds (default: the time); with -rounds 1 a round again")
	roundsFlag = flag.Int("rounds", 0, "rounds of each cluster (default: few; in the long tests, a thousand in all)")
	shapeFlag  = flag.String("shape", "", "only clusters of this shape: 'one' or LEADERSxNODES")
	eagerFlag  = flag.Bool("eager", false, "with -shape: merges and collections all the time")
	kindFlag   = flag.String("kind", "", "only plans of this kind of fault, as the statistics name it")
	loopFlag   = flag.Bool("loopback", false, "no network namespaces, also where they are permitted")
	talkFlag   = flag.Bool("talk", false, "log the errors that clients see")
	failFlag   = flag.Int("failures", 3, "rounds that may fail before the cluster is given up")
	worksFlag  = flag.String("works", "", "only these workloads")
	keepFlag   = flag.String("keep", "", "keep the cluster's files in this directory")
)

// TestRounds kills, stops, parts and fails processes under load, round after round, and checks after each
// that nothing acknowledged is lost or doubled and that no read was torn.
func TestRounds(t *testing.T) {
	points, err := sourcePoints()
	if err != nil {
		t.Fatal(err)
	}
	type rounds struct {
		shape              shape
		short, long, whole int
	}
	all := []rounds{{shape{3, 3, false}, 5, 80, 350}, {shape{3, 3, true}, 0, 80, 350}, {shape{0, 0, true}, 6, 80, 350}}
	if *shapeFlag != "" {
		var s shape
		if _, err := fmt.Sscanf(*shapeFlag, "%dx%d", &s.leaders, &s.nodes); err != nil && *shapeFlag != "one" {
			t.Fatal(err)
		}
		s.eager = *eagerFlag
		all = []rounds{{s, 5, 100, 100}}
	}
	for lane, c := range all {
		name := c.shape.name()
		if c.short == 0 && !cluster.Long() {
			continue
		}
		title := name
		if c.shape.eager {
			title += "-eager"
		}
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			parts := c.shape.leaders > 0 && !*loopFlag
			if parts {
				if n, err := newNetwork(2); err != nil {
					parts = false
					t.Log("SKIP: no partitions by network namespaces here: ", err)
				} else {
					n.close()
				}
			}
			dir := t.TempDir()
			if *keepFlag != "" {
				dir = filepath.Join(*keepFlag, fmt.Sprintf("%s-%d", name, lane))
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			g, err := newRig(cluster.Binary(), dir, c.shape, parts)
			defer g.close()
			if err != nil {
				t.Fatal(err)
			}
			in := ingredients{shape: c.shape, parts: parts, points: points, admin: c.shape.admin()}
			r := newRun(g, in, t.Logf)
			r.talk = *talkFlag
			if *worksFlag != "" {
				r.works = slices.DeleteFunc(slices.Clone(r.works),
					func(w *workload) bool { return !strings.Contains(*worksFlag, w.name) })
			}
			n := c.short
			switch {
			case cluster.Whole():
				n = c.whole
			case cluster.Long():
				n = c.long
			}
			if *roundsFlag > 0 {
				n = *roundsFlag
			}
			seed := *seedFlag
			if seed == 0 {
				seed = (uint64(time.Now().UnixNano())%1e9*10 + uint64(lane)) * 10000
			}
			t.Logf("%v: %d rounds from seed %d", c.shape, n, seed)
			begin := time.Now()
			leave := r.residents(2)
			defer leave()
			for i := range n {
				for *kindFlag != "" && makePlan(seed+uint64(i), in).kinds() != *kindFlag {
					seed++
				}
				if !r.round(i, seed+uint64(i)) {
					t.Errorf(
						"round %d failed; again: go test ./tests/crash -run Rounds/%s -args -shape %s -eager=%v -rounds 1 -seed %d", i,
						title, name, c.shape.eager, seed+uint64(i))
					if r.stats.failed >= *failFlag {
						break
					}
				}
			}
			t.Logf("%v\nin %v, %d of %d points passed: %v", &r.stats, time.Since(begin).Round(time.Second), len(r.seen),
				len(points), r.seen)
			leave()
			r.afterwards(t)
		})
	}
}

func (s shape) name() string {
	if s.leaders == 0 {
		return "one"
	}
	return fmt.Sprintf("%dx%d", s.leaders, s.nodes)
}
