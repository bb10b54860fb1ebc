package artifact

import (
	"bytes"
	"errors"
	"testing"

	"slipher/runtime/program"
)

func testKey(t *testing.T) PrivateKey {
	t.Helper()
	k, err := PrivateKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func testEnvelope(name string) *Envelope {
	parts := KeyParts{Program: name, ABI: 1, Level: "x86-64-v3", Tier: "fused"}
	return &Envelope{Triple: "x86_64-unknown-linux-gnu", Level: "x86-64-v3", Tier: "fused", ProgramHash: name,
		Program: &program.Segment{ID: 3, Hash: name, Ins: []program.Ins{{Fn: "add_i64", Off: []int64{128, -1}}},
			Entry: "seg3"},
		Entries: []string{"seg3"}, Imports: []string{"rt.alloc"}, Object: []byte("object"), Key: parts.Key()}
}

// An envelope comes back as it went in, and any change to it, another cluster's key
// or garbage is refused.
func TestSealOpen(t *testing.T) {
	key := testKey(t)
	e := testEnvelope("p1")
	b, err := e.Seal(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Open(b, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if got.Key != e.Key || got.Program.Ins[0].Fn != "add_i64" || got.Program.Ins[0].Off[1] != -1 ||
		string(got.Object) != "object" || got.Imports[0] != "rt.alloc" {
		t.Errorf("got %+v", got)
	}
	again, _ := e.Seal(key)
	if !bytes.Equal(b, again) {
		t.Error("sealing is not deterministic")
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := Open(bad, key.Public()); err == nil {
			t.Fatalf("byte %d of %d changed and nobody noticed", i, len(b))
		}
	}
	for n := range b {
		if _, err := Open(b[:n], key.Public()); err == nil {
			t.Fatalf("cut off at %d", n)
		}
	}
	other, err := NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(b, other.Public()); !errors.Is(err, ErrSignature) {
		t.Errorf("another cluster: %v", err)
	}
	if _, err := Open(b, nil); !errors.Is(err, ErrSignature) {
		t.Errorf("no key: %v", err)
	}
	restored, err := PrivateKeyFromSeed(key.Seed())
	if err != nil || !bytes.Equal(restored.Public(), key.Public()) {
		t.Errorf("restored key: %v", err)
	}
	if _, err := PrivateKeyFromSeed([]byte("short")); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
}

// Each part changes the key, and parts do not run into each other.
func TestKey(t *testing.T) {
	seen := map[Hash]int{}
	for i, p := range []KeyParts{
		{}, {Program: "a"}, {Guards: "a"}, {ABI: 1}, {Kernels: "a"}, {Emitter: "a"}, {Passes: "a"}, {Level: "a"}, {Tier: "a"},
		{Program: "ab", Guards: "c"}, {Program: "a", Guards: "bc"}, {Program: "abc"},
	} {
		if old, ok := seen[p.Key()]; ok {
			t.Errorf("keys %d and %d are equal", old, i)
		}
		seen[p.Key()] = i
	}
	h := KeyParts{Program: "a"}.Key()
	if got, err := ParseHash(h.String()); err != nil || got != h {
		t.Error(got, err)
	}
	if _, err := ParseHash("12"); err == nil {
		t.Error("a short hash was read")
	}
	if id := BuildID(); len(id) != 16 || id != BuildID() {
		t.Errorf("build id %q", id)
	}
}

// FuzzOpen: bytes that nobody signed give errors, never a crash.
func FuzzOpen(f *testing.F) {
	key, _ := PrivateKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	b, err := testEnvelope("p").Seal(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Open(data, key.Public()); err == nil && !bytes.Equal(data, b) {
			t.Error("opened")
		}
		e := &Envelope{}
		if len(data) < 4096 { // the decoder behind the signature, for good measure
			e.UnmarshalMsg(data)
		}
	})
}
