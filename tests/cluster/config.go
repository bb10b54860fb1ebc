package cluster

import (
	"fmt"
	"math/bits"
	"os"
	"strings"
	"testing"
)

// Tier is which generated code answers.
type Tier int

const (
	Primitives Tier = iota
	Fused
	Hidden // libLLVM is hidden from the processes, the tier is automatic
)

// String names a tier in test names.
func (t Tier) String() string { return [...]string{"primitives", "fused", "hidden"}[t] }

// Config is one way to run a script: the answers are the same under all.
type Config struct {
	Shape      Shape
	Tier       Tier
	VectorRows int
	TableStart int // entries hash tables start with, 0: the engine's choice
	Workers    int // 0: all
	Credit     int // chunks under way between two ends of an exchange, 0: the engine's choice
}

// factors are the values of each field, in the order of Config.
var factors = [][]int{
	{int(OneProcess), int(TwoNodes)},
	{int(Primitives), int(Fused), int(Hidden)},
	{1024, 1, 3},
	{0, 1},
	{0, 1},
	{0, 1},
}

func configOf(v []int) Config {
	return Config{Shape: Shape(v[0]), Tier: Tier(v[1]), VectorRows: v[2], TableStart: v[3], Workers: v[4], Credit: v[5]}
}

// String names a configuration in test names.
func (c Config) String() string {
	return fmt.Sprintf("%s-%s-v%d-t%d-w%d-c%d", c.Shape, c.Tier, c.VectorRows, c.TableStart, c.Workers, c.Credit)
}

// LLVM says whether the configuration's processes see libLLVM.
func (c Config) LLVM() LLVM { return LLVM(c.Tier != Hidden) }

// Settings are the statements that make a session follow the configuration.
func (c Config) Settings() string {
	tier := "auto"
	if c.Tier != Hidden {
		tier = c.Tier.String()
	}
	return fmt.Sprintf(
		"SET slipher_tier = %s; SET slipher_vector_rows = %d; SET slipher_table_start = %d; SET slipher_workers = %d; SET "+
			"slipher_exchange_credit = %d",
		tier, c.VectorRows, c.TableStart, c.Workers, c.Credit)
}

// Product lists every configuration.
func Product() []Config {
	var all []Config
	var walk func(v []int)
	walk = func(v []int) {
		if len(v) == len(factors) {
			all = append(all, configOf(v))
			return
		}
		for _, x := range factors[len(v)] {
			walk(append(v[:len(v):len(v)], x))
		}
	}
	walk(nil)
	return all
}

// Covering lists few configurations in which any values of so many different fields meet. It is greedy and always gives
// the same list: the next one is that of the product in which most meet that have not met yet.
func Covering(fields int) []Config {
	all := Product()
	met := map[string]bool{}
	groups := func(c Config) []string {
		v := []int{int(c.Shape), int(c.Tier), c.VectorRows, c.TableStart, c.Workers, c.Credit}
		var gs []string
		for set := range 1 << len(v) {
			if bits.OnesCount(uint(set)) != fields {
				continue
			}
			g := fmt.Sprint(set)
			for i, x := range v {
				if set>>i&1 == 1 {
					g += fmt.Sprint(" ", x)
				}
			}
			gs = append(gs, g)
		}
		return gs
	}
	var list []Config
	for {
		best, most := Config{}, 0
		for _, c := range all {
			n := 0
			for _, g := range groups(c) {
				if !met[g] {
					n++
				}
			}
			if n > most {
				best, most = c, n
			}
		}
		if most == 0 {
			return list
		}
		for _, g := range groups(best) {
			met[g] = true
		}
		list = append(list, best)
	}
}

// Configs are those a test goes through: every two values of different fields meet, in the long tests every three.
func Configs() []Config {
	switch {
	case Whole():
		return Product()
	case Long():
		return Covering(3)
	}
	return Covering(2)
}

// Long says whether the long tests run (`./build.sh test-long`), Whole whether nothing of them is left out, which takes
// a night (`SLIPHER_TEST_LONG=whole`).
func Long() bool  { return os.Getenv("SLIPHER_TEST_LONG") != "" }
func Whole() bool { return os.Getenv("SLIPHER_TEST_LONG") == "whole" }

// NeedLong skips a test unless the long tests run.
func NeedLong(t *testing.T) {
	t.Helper()
	if !Long() {
		t.Skip("runs in ./build.sh test-long")
	}
}

// Group starts one cluster for each pair of shape and LLVM that a test's
// configurations need, when it is first asked for. What one compiles the others need not
// compile again: they share a code cache.
type Group struct {
	clusters map[string]*Cluster
	code     string
}

// For is the cluster a configuration runs on. Its end is the end of t, which
// must be the test that owns the group, not a subtest.
func (g *Group) For(t testing.TB, c Config) *Cluster {
	t.Helper()
	key := fmt.Sprint(c.Shape, c.LLVM())
	if g.clusters == nil {
		g.clusters, g.code = map[string]*Cluster{}, t.TempDir()
		if err := os.Chmod(g.code, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if g.clusters[key] == nil {
		g.clusters[key] = Start(t, c.Shape, c.LLVM(), "SLIPHER_CODE_CACHE="+g.code)
	}
	return g.clusters[key]
}

// DatabaseName makes a database name of a script's and a configuration's names.
func DatabaseName(parts ...string) string {
	return strings.NewReplacer("-", "_", ".", "_", "/", "_").Replace(strings.ToLower(strings.Join(parts, "_")))
}
