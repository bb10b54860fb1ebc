package table

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"slipher/catalog/hll"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/kerneltest"
)

// states calls kernels that make one string of another in an arena. Headers and arena lie outside of Go's heap.
type states struct {
	arena, out unsafe.Pointer
	addr       map[string]uintptr
}

func newStates(t *testing.T) *states {
	s := &states{heap.AllocZero(int(abi.ArenaSize)), heap.AllocZero(16), map[string]uintptr{}}
	for _, x := range Symbols {
		s.addr[x.Name] = x.Addr
	}
	t.Cleanup(func() {
		heap.ArenaFree(s.arena)
		heap.Free(s.arena)
		heap.Free(s.out)
	})
	return s
}

type header = [2]uint64

func (s *states) pointers() []uint64 {
	return []uint64{uint64(uintptr(s.out)), uint64(uintptr(s.arena))}
}

// call gives the string that a kernel writes and the code that it returns.
func (s *states) call(kernel string, ints []uint64, floats ...float64) (header, uint64) {
	code := kerneltest.Int(s.addr[kernel], append(s.pointers(), ints...), floats)
	return *(*header)(s.out), code
}

// str is the header of a string, whose bytes are the arena's.
func (s *states) str(b []byte) header {
	var h header
	copy((*[16]byte)(unsafe.Pointer(&h))[4:], b[:min(len(b), 12)])
	if len(b) > 12 {
		p := heap.ArenaAlloc(s.arena, len(b))
		copy(unsafe.Slice((*byte)(p), len(b)), b)
		h[1] = uint64(uintptr(p))
	}
	h[0] |= uint64(len(b))
	return h
}

func content(h header) []byte {
	n := int(uint32(h[0]))
	if n <= 12 {
		return bytes.Clone((*[16]byte)(unsafe.Pointer(&h))[4 : 4+n])
	}
	b := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&h[1]))), n)
	if !bytes.Equal(b[:4], (*[16]byte)(unsafe.Pointer(&h))[4:8]) {
		panic("the header's first bytes are not the string's")
	}
	return bytes.Clone(b)
}

// A state is what was put behind each other, however long; what lies in the arena is no more than a few times as much.
func TestAppend(t *testing.T) {
	s, rnd := newStates(t), rand.New(rand.NewPCG(1, 2))
	var state header
	var want []byte
	for len(want) < 300_000 {
		piece := bytes.Repeat([]byte{byte(rnd.IntN(256))}, rnd.IntN(8)*rnd.IntN(1+len(want)/200+3))
		x := s.str(piece)
		var code uint64
		if state, code = s.call("slp_append", []uint64{state[0], state[1], x[0], x[1]}); code != 0 {
			t.Fatalf("code %d", code)
		}
		if want = append(want, piece...); len(want) < 3000 && !bytes.Equal(content(state), want) {
			t.Fatalf("%d bytes are others", len(want))
		}
	}
	if !bytes.Equal(content(state), want) {
		t.Error("the bytes are others")
	}
	big := header{1 << 30, state[1]} // never read
	if h, code := s.call("slp_append", []uint64{state[0], state[1], big[0], big[1]}); code == 0 || h != state {
		t.Errorf("a state of more than 1 GB: code %d", code)
	}
}

// The bytes of sort keys are ordered as the values are.
func TestOrderKeys(t *testing.T) {
	s, rnd := newStates(t), rand.New(rand.NewPCG(3, 4))
	key := func(before header, class string, v any, flags uint64) header {
		args := []uint64{before[0], before[1]}
		if v == nil {
			flags |= 4
			v = map[string]any{"i64": int64(7), "f64": 7.0, "str": "seven"}[class]
		}
		switch x := v.(type) {
		case int64:
			args = append(args, uint64(x))
		case string:
			h := s.str([]byte(x))
			args = append(args, h[0], h[1])
		case float64:
			h, _ := s.call("slp_order_f64", append(args, flags), x)
			return h
		}
		h, _ := s.call("slp_order_"+class, append(args, flags))
		return h
	}
	values := map[string]func() any{
		"i64": func() any { return rnd.Int64() >> rnd.IntN(64) * int64(rnd.IntN(3)-1) },
		"f64": func() any {
			return []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), rnd.NormFloat64(),
				-rnd.ExpFloat64() * 1e300}[rnd.IntN(7)]
		},
		"str": func() any {
			return strings.Repeat("ab\x00\xff z"[rnd.IntN(6):], rnd.IntN(3)) + strings.Repeat(" ", rnd.IntN(3))
		},
	}
	order := func(a, b any) int {
		switch x := a.(type) {
		case int64:
			return cmp.Compare(x, b.(int64))
		case string:
			return cmp.Compare(strings.TrimRight(x, " "), strings.TrimRight(b.(string), " "))
		}
		x, y := a.(float64), b.(float64)
		switch { // NaN is the greatest
		case math.IsNaN(x) && math.IsNaN(y):
			return 0
		case math.IsNaN(x):
			return 1
		case math.IsNaN(y):
			return -1
		}
		return cmp.Compare(x+0, y+0)
	}
	for class, value := range values {
		for range 3000 {
			flags := uint64(rnd.IntN(4)) // 1 descending, 2 NULLs first
			var v, w [2]any
			var a, b header
			want := 0
			for i := range v {
				v[i], w[i] = value(), value()
				if rnd.IntN(5) == 0 {
					v[i] = nil
				}
				if rnd.IntN(3) == 0 {
					w[i] = v[i]
				}
				a, b = key(a, class, v[i], flags), key(b, class, w[i], flags)
				c := 0
				switch null := v[i] == nil; {
				case null && w[i] == nil:
				case null || w[i] == nil:
					if c = 1; null == (flags&2 != 0) {
						c = -1
					}
				default:
					if c = order(v[i], w[i]); flags&1 != 0 {
						c = -c
					}
				}
				if want == 0 {
					want = c
				}
			}
			if got := bytes.Compare(content(a), content(b)); got != want {
				t.Fatalf("%s %q and %q, flags %d: %d, want %d", class, fmt.Sprint(v), fmt.Sprint(w), flags, got, want)
			}
		}
	}
}

// A sketch tells few values exactly and many nearly, whatever their order and the parts in which they were seen.
func TestSketch(t *testing.T) {
	s := newStates(t)
	put := func(state header, x uint64) header {
		h, _ := s.call("slp_sketch_i64", []uint64{state[0], state[1], x})
		return h
	}
	count := func(h header) int64 { return int64(kerneltest.Int(s.addr["slp_sketch_count"], h[:], nil)) }
	worst := 0.0
	for _, n := range []int{0, 1, 2, 3, 10, 100, 700, 1000, 3000, 5450, 5470, 10_000, 30_000, 100_000, 300_000} {
		for seed := range max(1, min(5, 50_000/max(n, 1))) {
			var whole, back, parts header
			var part [7]header
			at := func(i int) uint64 { return uint64(seed*10_000_000+i) * uint64(1+seed*7) }
			for i := range n {
				whole, part[i%len(part)] = put(whole, at(i)), put(part[i%len(part)], at(i))
				back = put(put(back, at(n-1-i)), at(n/2))
			}
			for _, p := range part {
				parts, _ = s.call("slp_sketch_merge", []uint64{parts[0], parts[1], p[0], p[1]})
			}
			got := count(whole)
			if count(back) != got || count(parts) != got {
				t.Errorf("%d values: %d, backwards %d, of parts %d", n, got, count(back), count(parts))
			}
			off := math.Abs(float64(got)-float64(n)) / float64(max(n, 1))
			if n <= 1000 && off > 0 || n <= 5450 && off > 0.001 || off > 0.025 {
				t.Errorf("%d values: %d", n, got)
			}
			worst = max(worst, off)
		}
	}
	if worst < 0.0025 {
		t.Errorf("off by %v at the most: too good for 32768 registers", worst)
	}
	for _, x := range []string{"", "short", strings.Repeat("x", 21), strings.Repeat("x", 4096),
		strings.Repeat("\x01", 32768)} {
		h := s.str([]byte(x)) // no sketch, but the last
		if n := count(h); len(x) != 32768 && n != 0 {
			t.Errorf("%d bytes that are no sketch count %d", len(x), n)
		}
	}
}

// A value of HLLSKETCH counts what the state does of which it was made, whatever it was combined of, and its bytes hang
// on the set of hashes alone. They are those that its text is read as.
func TestHLL(t *testing.T) {
	s := newStates(t)
	put := func(state header, x uint64) header {
		h, _ := s.call("slp_sketch_i64", []uint64{state[0], state[1], x})
		return h
	}
	count := func(kernel string, h header) int64 { return int64(kerneltest.Int(s.addr[kernel], h[:], nil)) }
	of := func(state header) header {
		h, _ := s.call("slp_hll_of", state[:])
		return h
	}
	both := func(kernel string, x, y header) header {
		h, _ := s.call(kernel, []uint64{x[0], x[1], y[0], y[1]})
		return h
	}
	for _, n := range []int{0, 1, 2, 3, 4, 100, 3000, 5000, 5440, 5470, 8000, 100_000} {
		var whole, added, addedBack header
		var part [5]header
		for i := range n {
			whole, part[i%5] = put(whole, uint64(i)), put(part[i%5], uint64(i))
			if i%7 == 0 { // seen by two
				part[4] = put(part[4], uint64(i))
			}
		}
		v := of(whole)
		bytesOf, want := content(v), count("slp_sketch_count", whole)
		if got := count("slp_hll_count", v); got != want {
			t.Errorf("%d values: the sketch counts %d, its state %d", n, got, want)
		}
		if m := len(bytesOf); m > hll.MaxSize || n < 5000 && m != 4*n+4 || n > 5470 && m != hll.MaxSize {
			t.Errorf("%d values: %d bytes", n, m)
		}
		text := hll.AppendText(nil, bytesOf)
		if read, err := hll.Parse(text); err != nil || !bytes.Equal(read, bytesOf) {
			t.Errorf("%d values: read from text: %v", n, err)
		}
		merged := of(header{})
		for i := range part {
			added = both("slp_hll_add", added, of(part[i]))
			addedBack = both("slp_hll_add", addedBack, of(part[4-i]))
			merged = both("slp_hll_merge", of(part[i]), merged)
		}
		for what, h := range map[string]header{"added": of(added), "added backwards": of(addedBack), "merged": merged,
			"merged with itself": both("slp_hll_merge", v, v), "added to itself": of(both("slp_hll_add", whole, v))} {
			if !bytes.Equal(content(h), bytesOf) {
				t.Errorf("%d values, %s: %d bytes, which count %d, not %d", n, what, len(content(h)),
					count("slp_hll_count", h), want)
			}
		}
	}
	// The last of all beginnings is one like any other.
	at := func(text string) header {
		v, err := hll.Parse([]byte(`{"logm":15,"sparse":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		return s.str(v)
	}
	x, y := at(`{"indices":[5,67108863],"values":[2,1]}`), at(`{"indices":[5,7],"values":[1,39]}`)
	want := at(`{"indices":[5,7,67108863],"values":[2,39,1]}`)
	for _, h := range []header{both("slp_hll_merge", x, y), both("slp_hll_merge", y, x),
		of(both("slp_hll_add", both("slp_hll_add", header{}, x), y))} {
		if !bytes.Equal(content(h), content(want)) {
			t.Errorf("%s", hll.AppendText(nil, content(h)))
		}
	}
	for _, b := range []string{"", "short", strings.Repeat("x", 21), strings.Repeat("\x01", 24580), "\x0f\x01\x00\x01"} {
		h := s.str([]byte(b)) // no sketch
		if n, m := count("slp_hll_count", h), content(both("slp_hll_merge", x, h)); n != 0 || !bytes.Equal(m, content(x)) {
			t.Errorf("%q counts %d", b[:min(len(b), 20)], n)
		}
	}
}

// Pairs that were seen in parts say what they say together: their sums, and those of products of distances.
func TestPairs(t *testing.T) {
	s, rnd := newStates(t), rand.New(rand.NewPCG(7, 8))
	state := func() unsafe.Pointer {
		p := heap.ArenaAlloc(s.arena, 48)
		clear(unsafe.Slice((*byte)(p), 48))
		return p
	}
	read := func(p unsafe.Pointer) [6]float64 { return *(*[6]float64)(p) }
	put := func(p unsafe.Pointer, y, x float64) {
		pair, _ := s.call("slp_pair", nil, y, x)
		kerneltest.Int(s.addr["slp_pairs_put"], []uint64{uint64(uintptr(p)), pair[0], pair[1]}, nil)
	}
	for n := range 200 {
		whole, sum, part := state(), state(), [3]unsafe.Pointer{state(), state(), state()}
		var xs, ys []float64
		for i := range n {
			x, y := 1e6+rnd.NormFloat64()*10, rnd.NormFloat64()
			xs, ys = append(xs, x), append(ys, y)
			put(whole, y, x)
			put(part[i%len(part)], y, x)
		}
		for _, p := range part {
			kerneltest.Int(s.addr["slp_pairs_merge"], []uint64{uint64(uintptr(sum)), 48, uint64(uintptr(p))}, nil)
		}
		want := [6]float64{float64(n)}
		for i := range n {
			want[1] += xs[i]
			want[3] += ys[i]
		}
		for i := range n {
			dx, dy := xs[i]-want[1]/want[0], ys[i]-want[3]/want[0]
			want[2] += dx * dx
			want[4] += dy * dy
			want[5] += dx * dy
		}
		for what, got := range map[string][6]float64{"whole": read(whole), "parts": read(sum)} {
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-6*(1+math.Abs(want[i])) {
					t.Fatalf("%d pairs, %s: %v, not %v", n, what, got, want)
				}
			}
		}
	}
}
