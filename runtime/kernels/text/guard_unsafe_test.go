package text_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"slipher/catalog/fn"
	"slipher/catalog/fn/fntest"
	"slipher/catalog/types"
)

// guarded is memory whose end lies against a page that may not be touched.
type guarded []byte

func newGuarded(t *testing.T) guarded {
	t.Helper()
	const size = 64 << 10
	page := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mprotect(m[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	return m[:size]
}

// str places s at the very end.
func (g guarded) str(s []byte) fntest.V {
	if len(s) <= 12 {
		return newStr(string(s))
	}
	at := g[len(g)-len(s):]
	copy(at, s)
	v := newStr(string(s))
	v.W[1] = uint64(uintptr(unsafe.Pointer(&at[0])))
	return v
}

// No kernel reads behind a string or breaks on any bytes: every op with string
// operands runs on random ones, which end at a guard page.
func TestStringOpsOnRandomBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var mem []guarded
	for range 6 {
		mem = append(mem, newGuarded(t))
	}
	alphabets := []string{"ab%_\\ ", "0123456789.eE+- ", "0123456789-/: apmbctzJanuy,",
		"\x00\x7f\x80\xbf\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff"}
	random := func() []byte {
		a := alphabets[rnd.IntN(len(alphabets))]
		s := make([]byte, rnd.IntN(1<<rnd.IntN(9)))
		for i := range s {
			s[i] = a[rnd.IntN(len(a))]
		}
		return s
	}
	for _, op := range table.Ops() {
		if op.Emit == nil || op.Name == "variance" { // its string is an accumulator's state
			continue
		}
		for _, sh := range op.Shapes {
			strs := 0
			for _, p := range sh.In {
				if p == types.Str {
					strs++
				}
			}
			if strs == 0 {
				continue
			}
			for range 400 {
				var in []fntest.V
				for i, p := range sh.In {
					switch p {
					case types.Str:
						in = append(in, mem[i].str(random()))
					default:
						in = append(in, fromDatum(p, types.Int(int64(rnd.IntN(60)-10))))
					}
				}
				v, code := fntest.Eval(table, callKernel, op, sh, in)
				if sh.Out == types.Str && code == fn.OK {
					goStr(v)
				}
			}
		}
	}
}
