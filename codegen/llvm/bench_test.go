package llvm

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"slipher/codegen/target"
)

// pipelineModule is one function with n filter-and-sum loops one behind the other, about 14
// instructions each: the size of a fused segment at n = 7 to 20.
func pipelineModule(n int) string {
	var b strings.Builder
	b.WriteString(header(target.V3) +
		"define i64 @f(i64* %values, i64 %n, i64 %bound) nounwind {\nentry:\n  br label %L0.loop\n")
	prev := "0"
	for i := range n {
		from := "entry"
		if i > 0 {
			from = fmt.Sprintf("L%d.next", i-1)
		}
		r := strings.NewReplacer("L#", fmt.Sprintf("L%d", i), "#.", fmt.Sprintf("v%d.", i), "FROM", from, "PREV", prev,
			"NEXT", map[bool]string{true: "done", false: fmt.Sprintf("L%d.loop", i+1)}[i == n-1], "CONST", fmt.Sprint(i*7+3))
		b.WriteString(r.Replace(`L#.loop:
  %#.i = phi i64 [ 0, %FROM ], [ %#.i.next, %L#.next ]
  %#.sum = phi i64 [ PREV, %FROM ], [ %#.sum.next, %L#.next ]
  %#.p = getelementptr i64, i64* %values, i64 %#.i
  %#.v = load i64, i64* %#.p
  %#.small = icmp slt i64 %#.v, %bound
  br i1 %#.small, label %L#.add, label %L#.next
L#.add:
  %#.big = mul i64 %#.v, CONST
  %#.xor = xor i64 %#.big, %#.i
  %#.w = add i64 %#.sum, %#.xor
  br label %L#.next
L#.next:
  %#.sum.next = phi i64 [ %#.sum, %L#.loop ], [ %#.w, %L#.add ]
  %#.i.next = add i64 %#.i, 1
  %#.more = icmp slt i64 %#.i.next, %n
  br i1 %#.more, label %L#.loop, label %NEXT
`))
		prev = fmt.Sprintf("%%v%d.sum.next", i)
	}
	b.WriteString("done:\n  ret i64 " + prev + "\n}\n")
	return b.String()
}

// BenchmarkCompile measures a resident worker's time per module, round trip included.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{7, 20} {
		for _, passes := range []Passes{O0, Short, Vector, O2} {
			b.Run(fmt.Sprintf("instructions=%d/passes=%s", n*14, passes), func(b *testing.B) {
				p := NewPool(1, os.Args[0], Options{})
				defer p.Close()
				job := Job{IR: pipelineModule(n), CPU: target.V3, Passes: passes}
				if _, err := p.Compile(b.Context(), job); err != nil {
					b.Fatal(err)
				}
				var parse, run, emit float64
				for b.Loop() {
					r, err := p.Compile(b.Context(), job)
					if err != nil {
						b.Fatal(err)
					}
					parse, run, emit = parse+r.Parse.Seconds(), run+r.Passes.Seconds(), emit+r.Emit.Seconds()
				}
				per := 1e3 / float64(b.N)
				b.ReportMetric(parse*per, "parse-ms")
				b.ReportMetric(run*per, "passes-ms")
				b.ReportMetric(emit*per, "emit-ms")
			})
		}
	}
}
