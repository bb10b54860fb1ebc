package fn

import "testing"

// PostgreSQL 15's answers.
func TestSizePretty(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 10239: "10239 bytes", 10240: "10 kB", -10240: "-10 kB",
		10751: "10 kB", 10752: "11 kB", 10484736: "10239 kB", 10485247: "10239 kB",
		10485248: "10 MB", -10485248: "-10 MB", 1 << 40: "1024 GB",
		10736893951: "10239 MB", 10736893952: "10 GB", 1<<63 - 1: "8192 PB", -1 << 63: "-8192 PB", -1: "-1 bytes"} {
		if got := sizePretty(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
