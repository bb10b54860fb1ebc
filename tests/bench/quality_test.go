package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestQuantile(t *testing.T) {
	xs := []float64{5, 1, 2, 4, 3}
	for part, want := range map[float64]float64{0: 1, 0.2: 1, 0.5: 3, 0.95: 5, 1: 5} {
		if got := quantile(xs, part); got != want {
			t.Errorf("%v of %v: %v, want %v", part, xs, got, want)
		}
	}
}

// Joins that a LIMIT has cut short, that ran in turns, or not at all, tell nothing of estimates.
func TestEstimates(t *testing.T) {
	join := func(rows, found int, below string) string {
		return fmt.Sprintf(`{"Node Type":"Hash Join","Plan Rows":%d,"Actual Rows":%d,"Actual Loops":1,"Plans":[%s]}`,
			rows, found, below)
	}
	above := func(kind, below string) string {
		return fmt.Sprintf(`{"Node Type":%q,"Actual Loops":1,"Plans":[%s]}`, kind, below)
	}
	for _, c := range []struct {
		plan string
		want []float64
	}{
		{join(10, 40, join(100, 50, "")), []float64{4, 2}},
		{join(0, 0, ""), []float64{1}},
		{above("Limit", join(10, 40, above("Hash", join(100, 50, "")))), []float64{2}},
		{above("Limit", above("Sort", join(10, 40, ""))), []float64{4}},
		{`{"Node Type":"Nested Loop","Plan Rows":1,"Actual Rows":7,"Actual Loops":1,"Turns":3}`, nil},
		{`{"Node Type":"Nested Loop","Plan Rows":1,"Actual Rows":0,"Actual Loops":0}`, nil},
	} {
		var n planNode
		if err := json.Unmarshal([]byte(c.plan), &n); err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, e := range n.estimates(false, nil) {
			got = append(got, e.q())
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.plan, got, c.want)
		}
	}
}
