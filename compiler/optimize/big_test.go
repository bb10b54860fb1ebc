package optimize_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Proves that long expressions and lists plan in reasonable time.
func TestLongExpressions(t *testing.T) {
	s := tpch(t)
	repeat := func(n int, sep string, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return strings.Join(parts, sep)
	}
	for _, q := range []string{
		"select sum(" + repeat(1000, "+", func(int) string { return "l_linenumber" }) + ") from lineitem",
		"select count(*) from lineitem where " + repeat(1000, " or ",
			func(i int) string { return fmt.Sprintf("l_orderkey = %d", i) }),
		"select count(*) from lineitem, orders where o_orderkey = l_orderkey and (" + repeat(500, " or ", func(i int) string {
			return fmt.Sprintf("(l_orderkey = %d and o_custkey = %d)", i, i)
		}) + ")",
		"select count(*) from lineitem where l_orderkey in (" +
			repeat(5000, ",", func(i int) string { return fmt.Sprint(i) }) + ")",
	} {
		start := time.Now()
		if _, err := s.Plan(q, 4, 2); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%.40s…: %v", q, took)
		} else {
			t.Logf("%.40s…: %v", q, took)
		}
	}
}
