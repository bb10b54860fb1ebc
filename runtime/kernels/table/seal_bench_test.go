package table

import (
	"encoding/binary"
	"testing"

	"slipher/runtime/mem"
)

// BenchmarkSeal seals a million entries of two parts.
func BenchmarkSeal(b *testing.B) {
	const rows, size = 1 << 20, 32
	acct := mem.NewAccount("test", 0)
	e := make([]byte, size)
	for range b.N {
		b.StopTimer()
		parts := make([]*Table, 2)
		for p := range parts {
			parts[p], _ = New(acct, size, false, 16, nil)
			for i := range rows / len(parts) {
				binary.LittleEndian.PutUint64(e, uint64(p*rows+i)*0x9E3779B97F4A7C15)
				if err := parts[p].AddEntry(e); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.StartTimer()
		j, err := Seal(acct, parts, size, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		j.Free()
		for _, p := range parts {
			p.Free()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
