package loader

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ebitengine/purego"
)

func imports() map[string]uintptr {
	return map[string]uintptr{"rt.add": purego.NewCallback(func(v int64) int64 { return v + 40 })}
}

// Every relocation kind that occurs is applied: the code runs and answers, writes
// its .bss, and a loaded object is independent of the next one.
func TestLoadRuns(t *testing.T) {
	object, table := everyKind().bytes(), imports()
	for range 2 {
		c, err := Load(object, table)
		if err != nil {
			t.Fatal(err)
		}
		fn, ok := c.Symbol("answer")
		if !ok {
			t.Fatal("no symbol")
		}
		for call := uintptr(1); call <= 3; call++ {
			if got, _, _ := purego.SyscallN(fn); got != 42+call {
				t.Errorf("call %d gives %d", call, got)
			}
		}
		if s := strings.Join(c.Symbols(), " "); s != "answer counter" {
			t.Errorf("symbols %s", s)
		}
		if err := c.Close(); err != nil || c.Close() != nil {
			t.Error(err)
		}
	}
}

// No page is writable and executable, constants are read-only.
func TestProtection(t *testing.T) {
	c, err := Load(everyKind().bytes(), imports())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip("no /proc")
	}
	got := ""
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		var prot string
		if n, _ := sscanMap(line, &from, &to, &prot); n == 3 && to > c.base && from < c.base+uintptr(len(c.image)) {
			got += prot + " "
		}
	}
	if got != "r-xp r--p rw-p " {
		t.Errorf("protections %s", got)
	}
}

// What cannot be loaded is refused by name.
func TestLoadRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(b *objectBuilder)
		want   error
		text   string
	}{
		{"symbol", func(b *objectBuilder) { b.symbols[1].name, b.sections[0].relocs[1].symbol = "rt.evil", "rt.evil" },
			ErrUnknownSymbol, "rt.evil"},
		{"kind", func(b *objectBuilder) { b.sections[0].relocs[0].kind = 19 }, ErrUnknownRelocation, "R_X86_64(19)"},
		{"reach", func(b *objectBuilder) { b.sections[0].relocs[0].kind = r32S }, ErrUnsupported, "does not reach"},
		{"place", func(b *objectBuilder) { b.sections[0].relocs[0].off = 1 << 60 }, ErrCorruptObject, ".text"},
		{"edge", func(b *objectBuilder) { b.sections[0].relocs[0].off = uint64(len(b.sections[0].data)) - 3 },
			ErrCorruptObject, ".text"},
		{"w^x", func(b *objectBuilder) { b.sections[0].flags |= shfWrite }, ErrUnsupported, "writable and executable"},
		{"tls", func(b *objectBuilder) { b.sections[3].flags |= shfTLS }, ErrUnsupported, "thread-local"},
		{"init", func(b *objectBuilder) { b.sections[2].typ = shtInit }, ErrUnsupported, "constructor"},
		{"huge", func(b *objectBuilder) { b.sections[3].size = 1 << 62 }, ErrUnsupported, ".bss"},
		{"machine", func(b *objectBuilder) { b.machine = machineARM }, ErrUnsupported, "machine 183"},
		{"align", func(b *objectBuilder) { b.sections[0].align = 3 }, ErrCorruptObject, "alignment"},
		{"outside", func(b *objectBuilder) { b.symbols[2].value = 1 << 40 }, ErrCorruptObject, "constants"},
		{"section", func(b *objectBuilder) { b.symbols[2].section = 500 }, ErrCorruptObject, "constants"},
	}
	for _, c := range cases {
		b := everyKind()
		c.change(b)
		_, err := Load(b.bytes(), imports())
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	good := everyKind().bytes()
	for n := range good {
		if _, err := Load(good[:n], imports()); err == nil {
			t.Errorf("first %d of %d bytes were loaded", n, len(good))
		}
	}
}

// Inspect tells imports, functions and sizes without loading.
func TestInspect(t *testing.T) {
	info, err := Inspect(everyKind().bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(info), "{[rt.add] [{answer 0}] 45 32 64 9}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzLoad: corrupt objects give errors or code that is not run, never a crash.
func FuzzLoad(f *testing.F) {
	good := everyKind().bytes()
	f.Add(good)
	f.Add(good[:100])
	for i := 0; i < len(good); i += 7 {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x81
		f.Add(bad)
	}
	table := imports()
	f.Fuzz(func(t *testing.T, object []byte) {
		c, err := Load(object, table)
		if err == nil {
			c.Close()
		}
		Inspect(object)
	})
}

func BenchmarkLoad(b *testing.B) {
	object, table := everyKind().bytes(), imports()
	for b.Loop() {
		c, err := Load(object, table)
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}

// sscanMap reads one line of /proc/self/maps.
func sscanMap(line string, from, to *uintptr, prot *string) (int, error) {
	return fmt.Sscanf(line, "%x-%x %s", from, to, prot)
}
