package offheap

import "unsafe"

// View is a stretch of memory outside the Go heap. The zero View is nowhere.
type View struct {
	extent // first, as an empty field at the end would take space
	p      unsafe.Pointer
}

// Of is the n bytes at p.
func Of(p unsafe.Pointer, n int) View { return View{extentOf(n), p} }

// OfBytes is b, which lies outside the Go heap.
func OfBytes(b []byte) View { return Of(unsafe.Pointer(unsafe.SliceData(b)), len(b)) }

// OfWord is the word at p: one that is outside the Go heap.
func OfWord[T any](p *T) View { return Of(unsafe.Pointer(p), int(unsafe.Sizeof(*p))) }

// Nowhere reports whether v is the zero View.
func (v View) Nowhere() bool { return v.p == nil }

// Aligned reports whether v begins at a multiple of n bytes.
func (v View) Aligned(n uintptr) bool { return uintptr(v.p)%n == 0 }

// Pointer is the address of v's first byte, for kernels and generated code.
func (v View) Pointer() unsafe.Pointer { return v.p }

// Is reports whether v and w begin at the same address.
func (v View) Is(w View) bool { return v.p == w.p }

// From is what lies from byte off of v on.
func (v View) From(off int64) View {
	v.check(off, 0)
	return View{v.rest(off), unsafe.Add(v.p, off)}
}

// At is the word at byte off of v.
func At[T any](v View, off int64) T {
	var t T
	v.check(off, int64(unsafe.Sizeof(t)))
	return *(*T)(unsafe.Add(v.p, off))
}

// Set writes the word at byte off of v.
func Set[T any](v View, off int64, x T) {
	v.check(off, int64(unsafe.Sizeof(x)))
	*(*T)(unsafe.Add(v.p, off)) = x
}

// Word is the address of the word at byte off of v, for atomic access.
func Word[T any](v View, off int64) *T {
	var t T
	v.check(off, int64(unsafe.Sizeof(t)))
	return (*T)(unsafe.Add(v.p, off))
}

// Slice is the n words at byte off of v; borrowed.
func Slice[T any](v View, off int64, n int) []T {
	var t T
	v.check(off, int64(n)*int64(unsafe.Sizeof(t)))
	return unsafe.Slice((*T)(unsafe.Add(v.p, off)), n)
}

// Bytes are the n bytes at byte off of v; borrowed.
func (v View) Bytes(off int64, n int) []byte { return Slice[byte](v, off, n) }

// SetView writes w's address at byte off of v.
func (v View) SetView(off int64, w View) { Set(v, off, w.p) }

// ViewAt is the n bytes at the address that stands at byte off of v.
func (v View) ViewAt(off int64, n int) View { return Of(At[unsafe.Pointer](v, off), n) }
