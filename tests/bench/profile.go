package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// profileFor is how long a query is repeated under the profiler.
const profileFor = 3 * time.Second

// profileRuns says where the time of repeated runs goes: streams and segments by
// the leader's own account (its debug log), steps by samples of perf, which
// knows generated code by name (--perf-map). In the primitives tier a function is
// a step's suboperator; in the fused tier a segment is one function.
func (b *bench) profileRuns(ctx context.Context) error {
	if !b.profile {
		return nil
	}
	for _, q := range b.queries {
		for _, tier := range []string{"fused", "primitives"} {
			if err := b.profileRun(ctx, q, tier); err != nil {
				return fmt.Errorf("%s, %s: %w", q.name, tier, err)
			}
		}
	}
	return nil
}

func (b *bench) profileRun(ctx context.Context, q query, tier string) error {
	e, err := startSlipher(ctx, b.settings, b.slipherDir(), false, "--log", "debug", "--perf-map")
	if err != nil {
		return err
	}
	defer os.Remove(fmt.Sprintf("/tmp/perf-%d.map", e.pid()))
	if err := e.tier(ctx, tier); err != nil {
		e.close()
		return err
	}
	for range warmups {
		if _, _, err := e.query(ctx, q.slipher); err != nil {
			e.close()
			return err
		}
	}
	data := filepath.Join(b.cache, "perf.data")
	perf := exec.CommandContext(ctx, "perf", "record", "-q", "-F", "1999", "-o", data, "-p", fmt.Sprint(e.pid()), "--",
		"sleep", fmt.Sprint(profileFor.Seconds()))
	perfErr := perf.Start()
	for began := time.Now(); time.Since(began) < profileFor; {
		if _, _, err := e.query(ctx, q.slipher); err != nil {
			e.close()
			return err
		}
	}
	if perfErr == nil {
		perfErr = perf.Wait()
	}
	compile, err := compileTimes(ctx, e, q, tier)
	e.close()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(e.log.Name())
	if err != nil {
		return err
	}
	fmt.Printf("\n### Profile of %s, %s\n\n", q.name, tier)
	printTrace(medianTrace(string(text), 1+warmups))
	fmt.Print(compile)
	if perfErr != nil {
		fmt.Fprintf(os.Stderr, "bench: no samples, perf does not run here: %v\n", perfErr)
		return nil
	}
	report, err := exec.CommandContext(ctx, "perf", "report", "-i", data, "--stdio", "--no-children", "-t", "\t",
		"--sort=dso,sym").Output()
	if err != nil {
		return err
	}
	printSamples(parseSamples(string(report)))
	return nil
}

// compileTimes is what a first run pays for machine code: nothing in the
// primitives tier.
func compileTimes(ctx context.Context, e engine, q query, tier string) (string, error) {
	if tier != "fused" {
		return "", nil
	}
	r, _, err := e.query(ctx, "EXPLAIN (COMPILE 'times') "+q.slipher)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString("Compilation of its segments by libLLVM, one after another:\n\n```\n")
	for _, row := range r.Rows {
		out.WriteString(row[0] + "\n")
	}
	out.WriteString("```\n\n")
	return out.String(), nil
}

// sample is a function's share.
type sample struct {
	percent float64
	place   string
	name    string
}

// places are the rough parts in which a worker's time is spent.
var places = []string{"generated code", "C kernels", "Go", "libc", "operating system"}

// parseSamples reads perf's table: percent, object, "[.] function".
func parseSamples(report string) []sample {
	var out []sample
	for line := range strings.Lines(report) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) < 3 || strings.HasPrefix(f[0], "#") {
			continue
		}
		var s sample
		if _, err := fmt.Sscanf(strings.TrimSpace(f[0]), "%f%%", &s.percent); err != nil {
			continue
		}
		object := strings.TrimSpace(f[1])
		s.name = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(f[2]), "[.]"), "[k]"))
		switch {
		case strings.HasPrefix(object, "[JIT]"):
			s.place = places[0]
		case strings.HasPrefix(object, "[kernel"), strings.HasPrefix(object, "[vdso"):
			s.place = places[4]
		case strings.HasPrefix(object, "lib"), strings.HasPrefix(object, "ld-"):
			s.place = places[3]
		case goSymbol(s.name):
			s.place = places[2]
		default:
			s.place = places[1]
		}
		out = append(out, s)
	}
	return out
}

// goSymbol tells Go's functions, which have a package, from C's.
func goSymbol(name string) bool {
	base, _, _ := strings.Cut(name, ".part.")
	base, _, _ = strings.Cut(base, ".constprop.")
	base, _, _ = strings.Cut(base, ".isra.")
	return strings.ContainsAny(base, "./") || strings.HasPrefix(base, "_cgo_")
}

func printSamples(all []sample) {
	sums := map[string]float64{}
	for _, s := range all {
		sums[s.place] += s.percent
	}
	var parts []string
	for _, p := range places {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", p, sums[p]))
	}
	fmt.Printf("Samples: %s.\n\n| %% | where | function |\n|---:|---|---|\n", strings.Join(parts, ", "))
	slices.SortStableFunc(all, func(a, b sample) int { return cmp.Compare(b.percent, a.percent) })
	for _, s := range all[:min(len(all), 12)] {
		fmt.Printf("| %.1f | %s | `%s` |\n", s.percent, s.place, s.name)
	}
	fmt.Println()
}
