package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// trace is the leader's account of one query: lines of its debug log.
type trace struct {
	head  fields
	lines []fields
}

// fields is a line's key=value pairs.
type fields map[string]string

func (f fields) number(key string) float64 {
	v, _ := strconv.ParseFloat(f[key], 64)
	return v
}

var pair = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)

// medianTrace is the account of the query with the median time among all of a
// log but the first ones.
func medianTrace(log string, skip int) *trace {
	var all []*trace
	by := map[string]*trace{}
	for line := range strings.Lines(log) {
		f := fields{}
		for _, m := range pair.FindAllStringSubmatch(line, -1) {
			f[m[1]] = strings.Trim(m[2], `"`)
		}
		switch f["msg"] {
		case "query":
			t := &trace{head: f}
			by[f["query"]] = t
			all = append(all, t)
		case "query stream", "query segment", "query slice":
			if t := by[f["query"]]; t != nil {
				t.lines = append(t.lines, f)
			}
		}
	}
	if len(all) <= skip {
		return nil
	}
	all = all[skip:]
	slices.SortStableFunc(all, func(a, b *trace) int {
		return cmp.Compare(a.head.number("all_ms"),
			b.head.number("all_ms"))
	})
	return all[len(all)/2]
}

// printTrace prints streams with their time and segments with that of workers.
func printTrace(t *trace) {
	if t == nil {
		fmt.Print("The log has no account of queries.\n\n")
		return
	}
	fmt.Printf(
		"A run of %s ms: %s planning, %s generating programs and starting them on nodes; then stream by stream:\n\n",
		t.head["all_ms"], t.head["plan_ms"], t.head["start_ms"])
	fmt.Print(
		"| stream | ms | segment | steps | workers' ms | rows in | zone maps skip | rows out " +
			"|\n|---:|---:|---:|---|---:|---:|---:|---:|\n")
	stream := map[string]string{}
	skipped := map[string]float64{}
	for _, l := range t.lines {
		switch l["msg"] {
		case "query stream":
			stream[l["stream"]] = l["ms"]
		case "query slice":
			skipped[l["segment"]] += l.number("skipped")
		}
	}
	for _, l := range t.lines {
		if l["msg"] != "query segment" {
			continue
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %s | %.0f | %s |\n", l["stream"], stream[l["stream"]], l["segment"],
			l["steps"], l["ms"], l["in"], skipped[l["segment"]], l["out"])
		stream[l["stream"]] = "" // once
	}
	fmt.Println()
}
