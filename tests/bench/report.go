package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine says where the figures come from, without names.
func machine() {
	model, memory := runtime.GOARCH, ""
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
			model = strings.TrimSpace(v)
			break
		}
	}
	text, _ = os.ReadFile("/proc/meminfo")
	var kb int64
	if n, _ := fmt.Sscanf(string(text), "MemTotal: %d kB", &kb); n == 1 {
		memory = fmt.Sprintf(", %d GB", (kb+(1<<19))>>20)
	}
	fmt.Printf("%s, %d cores of %s%s; load average at the start %s.\n", time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), model, memory, loadAverage())
}

// loadAverage is the machine's of the last minute: figures taken beside other work are worth less.
func loadAverage() string {
	load, _ := os.ReadFile("/proc/loadavg")
	average, _, _ := strings.Cut(string(load), " ")
	return average
}

func reportLoad(duck, slip loaded, csv int64) {
	fmt.Printf("\n### Load\n\n%s of CSV.\n\n| | DuckDB | Slipher | ratio |\n|---|---:|---:|---:|\n", mb(csv))
	row := func(what string, a, b float64, format string) {
		fmt.Printf("| %s | "+format+" | "+format+" | %.2f |\n", what, a, b, b/a)
	}
	row("all tables, s", duck.load.Seconds(), slip.load.Seconds(), "%.1f")
	row("of it "+slip.table+", s", duck.largest.Seconds(), slip.largest.Seconds(), "%.1f")
	fmt.Printf("| ANALYZE after it, s | | %.1f | |\n", slip.analyze.Seconds())
	row("on disk, MB", float64(duck.bytes)/1e6, float64(slip.bytes)/1e6, "%.0f")
	row("most resident memory, MB", float64(duck.peak)/1e6, float64(slip.peak)/1e6, "%.0f")
	fmt.Println()
}

func mb(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// report prints times and, in brackets, ratios to the first contender's.
func (b *bench) report(title string, f figures) {
	fmt.Printf("\n### %s\n\n| ms (ratio to DuckDB) |", title)
	for _, c := range b.contenders {
		fmt.Printf(" %s |", c.name)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---:|", len(b.contenders)))
	limit := cmp.Or(b.suite.slow, slowRatio)
	slow := make([]int, len(b.contenders))
	logs := make([]float64, len(b.contenders))
	for i, row := range f {
		fmt.Printf("| %s |", b.queries[i].name)
		for j, d := range row {
			ratio := float64(d) / float64(row[0])
			logs[j] += math.Log(ratio)
			if j == 0 {
				fmt.Printf(" %.1f |", ms(d))
			} else {
				fmt.Printf(" %.1f (%.2f) |", ms(d), ratio)
				if ratio > float64(limit) {
					slow[j]++
				}
			}
		}
		fmt.Println()
	}
	fmt.Print("| geometric mean of ratios | |")
	for _, l := range logs[1:] {
		fmt.Printf(" %.2f |", math.Exp(l/float64(len(f))))
	}
	fmt.Printf("\n| queries above %d | |", limit)
	for _, n := range slow[1:] {
		fmt.Printf(" %d |", n)
	}
	fmt.Print("\n\n")
}

// slowRatio is the ratio from which on a query is counted as slow.
const slowRatio = 3

// reportFirstByRepeated prints how much dearer the first run is.
func (b *bench) reportFirstByRepeated(repeated figures) {
	if b.firsts == nil {
		return
	}
	fmt.Printf("\n### First run by repeated run\n\n| ratio |")
	for _, c := range b.contenders {
		fmt.Printf(" %s |", c.name)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---:|", len(b.contenders)))
	for i, row := range repeated {
		fmt.Printf("| %s |", b.queries[i].name)
		for j, d := range row {
			fmt.Printf(" %.1f |", float64(b.firsts[i][j])/float64(d))
		}
		fmt.Println()
	}
	fmt.Println()
}
