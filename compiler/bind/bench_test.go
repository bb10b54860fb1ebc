package bind

import (
	"os"
	"testing"

	"slipher/catalog/fn"
	"slipher/compiler/parse"
)

// BenchmarkBind is parsing and binding of TPC-H queries: what every new
// statement pays before planning.
func BenchmarkBind(b *testing.B) {
	fns, cat := fn.Default(), testCatalog(b)
	for _, q := range []string{"q01", "q06", "q19"} {
		text, err := os.ReadFile("../../tests/data/tpch/queries/" + q + ".sql")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(q+"/parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parse.ParseOne(string(text), parse.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		stmt, err := parse.ParseOne(string(text), parse.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(q+"/bind", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Bind(stmt, cat, fns, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
