package main

import (
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []time.Duration
		want time.Duration
	}{{[]time.Duration{3}, 3}, {[]time.Duration{9, 1, 5}, 5}, {[]time.Duration{8, 2, 4, 100}, 6}} {
		if got := median(c.in); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

// A leader's log becomes the account of the median query.
func TestMedianTrace(t *testing.T) {
	log := `time=x level=DEBUG msg=query query=1 plan_ms=9 start_ms=9 all_ms=90
time=x level=DEBUG msg=query query=2 plan_ms=0.2 start_ms=0.4 all_ms=7
time=x level=DEBUG msg="query segment" query=2 stream=0 segment=0 node=node steps="scan lineitem, filter, aggr" ms=3.7 in=150000 out=0
time=x level=DEBUG msg="query slice" query=2 stream=0 segment=0 node=node slice=0 in=74740 skipped=8192
time=x level=INFO msg=other
time=x level=DEBUG msg=query query=3 plan_ms=0.2 start_ms=0.4 all_ms=5
time=x level=DEBUG msg=query query=4 plan_ms=0.2 start_ms=0.4 all_ms=8
`
	got := medianTrace(log, 1)
	if got == nil || got.head["query"] != "2" || len(got.lines) != 2 ||
		got.lines[0]["steps"] != "scan lineitem, filter, aggr" || got.lines[1].number("skipped") != 8192 {
		t.Errorf("%+v", got)
	}
	if medianTrace(log, 4) != nil {
		t.Error("an account of nothing")
	}
}

func TestParseSamples(t *testing.T) {
	got := parseSamples(`# Overhead	Shared Object	Symbol
    60.28%	[JIT] tid 1401	[.] probe.i64:vv:sel
     7.59%	[kernel.kallsyms]	[k] finish_task_switch.isra.0
     6.45%	libc.so.6	[.] __memcmp_evex_movbe
     4.49%	slipher	[.] slp_hash_str.part.0
     4.00%	slipher	[.] runtime.usleep.abi0
`)
	want := []string{"generated code", "operating system", "libc", "C kernels", "Go"}
	if len(got) != len(want) || got[0].name != "probe.i64:vv:sel" || got[0].percent != 60.28 {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if got[i].place != w {
			t.Errorf("%s: %s, want %s", got[i].name, got[i].place, w)
		}
	}
}

// The pinned package is the one the figures of docs/BENCHMARKS.md are of.
func TestFilesEmbedded(t *testing.T) {
	for _, name := range []string{"package.json", "engine.mjs"} {
		if text, err := duckdbFiles.ReadFile("duckdb/" + name); err != nil || len(text) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
