package state

import (
	"bytes"
	"math/rand"
	"testing"
)

// Command bytes from anywhere never crash decoding or applying, and what
// decodes applies the same way twice.
func FuzzCommand(f *testing.F) {
	for _, data := range randomLog(rand.New(rand.NewSource(3)), 60) {
		f.Add(data)
	}
	base := New()
	for _, data := range randomLog(rand.New(rand.NewSource(5)), 60) {
		cmd, _ := DecodeCommand(data)
		base, _ = base.Apply(cmd)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cmd, err := DecodeCommand(data)
		if err != nil {
			return
		}
		a, _ := base.Apply(cmd)
		b, _ := base.Apply(cmd)
		if !bytes.Equal(encode(t, a), encode(t, b)) {
			t.Fatal("not deterministic")
		}
		if _, err := Decode(encode(t, a)); err != nil {
			t.Fatal(err)
		}
	})
}

// Snapshot bytes from anywhere never crash.
func FuzzSnapshot(f *testing.F) {
	c := New()
	for _, data := range randomLog(rand.New(rand.NewSource(4)), 100) {
		cmd, _ := DecodeCommand(data)
		c, _ = c.Apply(cmd)
	}
	data, _ := c.Encode()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) { Decode(data) })
}
