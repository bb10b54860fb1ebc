package table

/*
#cgo CFLAGS: -O3 -fno-strict-aliasing -DSLP_HEADERS=0x48e75aaa
#cgo LDFLAGS: -lm
#include "run.h"
#include "../include/str.h"
#include "table.h"
#include <stdlib.h>

static int32_t slp_call(void *f, void *state, int64_t from, int64_t to) {
	return slp_call_guarded((slp_entry)f, state, from, to);
}
static int32_t slp_call_measured(void *f, void *state, int64_t from, int64_t to, slp_meter *m) {
	return slp_measure_call_guarded((slp_entry)f, state, from, to, m);
}
static void *slp_addr_memcpy(void) { return (void *)memcpy; }
static void *slp_addr_memset(void) { return (void *)memset; }
static void *slp_addr_memmove(void) { return (void *)memmove; }
uint64_t slp_hash_long(uint64_t, uint64_t);
void slp_own_str(); void slp_put_str(); void slp_own_keys(); void slp_keys_equal(); void slp_page_keys_equal();
void slp_mul128_overflows();
void slp_i128_to_f64(); void slp_f64_to_i128(); void slp_in_i64(); void slp_in_f64(); void slp_in_i128();
void slp_in_str();
void slp_arena_take(); void slp_key_str(); void slp_make_str();
void slp_state_new(); void slp_moments_i64(); void slp_moments_i128(); void slp_moments_f64();
void slp_moments_merge(); void slp_variance();
void slp_append(); void slp_gather_row(); void slp_order_i64(); void slp_order_i128(); void slp_order_f64();
void slp_order_str();
void slp_sketch_i64(); void slp_sketch_i128(); void slp_sketch_f64(); void slp_sketch_str(); void slp_sketch_merge();
void slp_sketch_count(); void slp_hll_of(); void slp_hll_add(); void slp_hll_count(); void slp_hll_merge();
void slp_pair(); void slp_pairs_put(); void slp_pairs_merge();
void slp_copy_prefix(); void slp_run_end(); void slp_reach(); void slp_counted();
*/
import "C"

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"slipher/runtime/abi"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Symbols are the kernels generated code may call.
var Symbols = []abi.Symbol{
	{Name: "memcpy", Addr: addr(C.slp_addr_memcpy())},
	{Name: "memset", Addr: addr(C.slp_addr_memset())},
	{Name: "memmove", Addr: addr(C.slp_addr_memmove())},
	{Name: "slp_hash_long", Addr: addr(C.slp_hash_long)},
	{Name: "slp_own_str", Addr: addr(C.slp_own_str)},
	{Name: "slp_put_str", Addr: addr(C.slp_put_str)},
	{Name: "slp_own_keys", Addr: addr(C.slp_own_keys)},
	{Name: "slp_keys_equal", Addr: addr(C.slp_keys_equal)},
	{Name: "slp_page_keys_equal", Addr: addr(C.slp_page_keys_equal)},
	{Name: "slp_table_turn", Addr: addr(C.slp_table_turn)},
	{Name: "slp_mul128_overflows", Addr: addr(C.slp_mul128_overflows)},
	{Name: "slp_i128_to_f64", Addr: addr(C.slp_i128_to_f64)},
	{Name: "slp_f64_to_i128", Addr: addr(C.slp_f64_to_i128)},
	{Name: "slp_in_i64", Addr: addr(C.slp_in_i64)},
	{Name: "slp_in_f64", Addr: addr(C.slp_in_f64)},
	{Name: "slp_in_i128", Addr: addr(C.slp_in_i128)},
	{Name: "slp_in_str", Addr: addr(C.slp_in_str)},
	{Name: "slp_arena_take", Addr: addr(C.slp_arena_take)},
	{Name: "slp_key_str", Addr: addr(C.slp_key_str)},
	{Name: "slp_make_str", Addr: addr(C.slp_make_str)},
	{Name: "slp_state_new", Addr: addr(C.slp_state_new)},
	{Name: "slp_moments_i64", Addr: addr(C.slp_moments_i64)},
	{Name: "slp_moments_i128", Addr: addr(C.slp_moments_i128)},
	{Name: "slp_moments_f64", Addr: addr(C.slp_moments_f64)},
	{Name: "slp_moments_merge", Addr: addr(C.slp_moments_merge)},
	{Name: "slp_variance", Addr: addr(C.slp_variance)},
	{Name: "slp_append", Addr: addr(C.slp_append)},
	{Name: "slp_gather_row", Addr: addr(C.slp_gather_row)},
	{Name: "slp_order_i64", Addr: addr(C.slp_order_i64)},
	{Name: "slp_order_i128", Addr: addr(C.slp_order_i128)},
	{Name: "slp_order_f64", Addr: addr(C.slp_order_f64)},
	{Name: "slp_order_str", Addr: addr(C.slp_order_str)},
	{Name: "slp_sketch_i64", Addr: addr(C.slp_sketch_i64)},
	{Name: "slp_sketch_i128", Addr: addr(C.slp_sketch_i128)},
	{Name: "slp_sketch_f64", Addr: addr(C.slp_sketch_f64)},
	{Name: "slp_sketch_str", Addr: addr(C.slp_sketch_str)},
	{Name: "slp_sketch_merge", Addr: addr(C.slp_sketch_merge)},
	{Name: "slp_sketch_count", Addr: addr(C.slp_sketch_count)},
	{Name: "slp_hll_of", Addr: addr(C.slp_hll_of)},
	{Name: "slp_hll_add", Addr: addr(C.slp_hll_add)},
	{Name: "slp_hll_count", Addr: addr(C.slp_hll_count)},
	{Name: "slp_hll_merge", Addr: addr(C.slp_hll_merge)},
	{Name: "slp_pair", Addr: addr(C.slp_pair)},
	{Name: "slp_pairs_put", Addr: addr(C.slp_pairs_put)},
	{Name: "slp_pairs_merge", Addr: addr(C.slp_pairs_merge)},
	{Name: "slp_copy_prefix", Addr: addr(C.slp_copy_prefix)},
	{Name: "slp_run_end", Addr: addr(C.slp_run_end)},
	{Name: "slp_reach", Addr: addr(C.slp_reach)},
	{Name: "slp_step", Addr: addr(C.slp_step)},
	{Name: "slp_counted", Addr: addr(C.slp_counted)},
}

func addr(f unsafe.Pointer) uintptr { return uintptr(f) }

// Table is an instance's part of a join, aggregate or sort table. Methods that take memory fail with the
// account's refusal, 53200, or, with the same error, when the query is canceled (SetCancel).
type Table struct {
	t    *C.slp_table
	acct *mem.Account // all its memory is counted there
}

func counters(a *mem.Account) *C.slp_account { return (*C.slp_account)(a.Counters().Ptr()) }

// New makes a table; init is a fresh group's bytes (aggregates), else nil.
func New(acct *mem.Account, entrySize int, directory bool, start int, init []byte) (*Table, error) {
	var p *C.uint8_t
	if init != nil {
		p = (*C.uint8_t)(unsafe.Pointer(&init[0]))
	}
	t := C.slp_table_new(counters(acct), C.int64_t(entrySize), C.bool(directory), C.int64_t(start), p)
	if t == nil {
		return nil, acct.Refusal()
	}
	return &Table{t, acct}, nil
}

// SetCancel says which word, outside of Go's heap, makes Grow, Sort, Trim and Seal give up when it is not 0.
func (t *Table) SetCancel(word *int32) {
	t.t.cancel = (*C.int32_t)(unsafe.Pointer(word))
}

// View is the table for generated code.
func (t *Table) View() offheap.View { return offheap.OfWord(t.t) }

// Grow makes room for n more entries.
func (t *Table) Grow(n int) error {
	if !t.acct.Try(func() bool { return C.slp_table_grow(t.t, C.int64_t(n)) == 0 }) {
		return t.acct.Refusal()
	}
	return nil
}

// Count is the number of entries.
func (t *Table) Count() int { return int(t.t.count) }

// Cut is what is left of the keys of a sort that was trimmed: their first eight bytes are no more than this.
func (t *Table) Cut() uint64 { return uint64(t.t.cut) }

// Pages is the number of contiguous stretches of entries.
func (t *Table) Pages() int { return int(t.t.npages) }

// Page is stretch i and its number of entries.
func (t *Table) Page(i int) (offheap.View, int) {
	var base *C.uint8_t
	n := int(C.slp_table_page(t.t, C.int64_t(i), &base))
	return offheap.Of(unsafe.Pointer(base), n*int(t.t.esize)), n
}

// HeapBytes is what the strings of stretch i take.
func (t *Table) HeapBytes(i int) int {
	p := unsafe.Slice(t.t.pages, t.t.npages)[i]
	return int(uintptr(unsafe.Pointer(p.heap.cur)) - uintptr(unsafe.Pointer(p.base)))
}

// StringBytes is what the strings of all entries take.
func (t *Table) StringBytes() int64 {
	p := t.t.page
	return int64(t.t.strings) + int64(uintptr(unsafe.Pointer(p.heap.cur))-uintptr(unsafe.Pointer(p.base)))
}

// Full reports whether the first page will get no more entries.
func (t *Table) Full() bool { return t.t.at > 0 }

// Room is for how many more entries there is room.
func (t *Table) Room() int { return int(t.t.limit - t.t.count) }

// Detach takes away the first page, with the entries that it has; nil if it has none. The table has no directory.
func (t *Table) Detach() *Page {
	p := C.slp_table_detach(t.t)
	if p == nil {
		return nil
	}
	return &Page{p}
}

// Adopt takes over a page of such entries, which is counted on the table's account from now on. The table has no
// directory and gets no entries otherwise. After an error the page is the caller's still.
func (t *Table) Adopt(p *Page) error {
	if !t.acct.Try(func() bool { return C.slp_table_adopt(t.t, p.p) == 0 }) {
		return t.acct.Refusal()
	}
	p.p = nil
	return nil
}

// AddEntry takes one entry by hand: the single group of an ungrouped aggregate.
func (t *Table) AddEntry(init []byte) error {
	if err := t.Grow(1); err != nil {
		return err
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(C.slp_table_add(t.t))), len(init)), init)
	t.t.count++
	return nil
}

// End says that no entry will be added.
func (t *Table) End() { C.slp_table_end(t.t) }

// Sort orders the entries by the key at keyOff; the array of their addresses is freed by FreeOrder.
func (t *Table) Sort(keyOff, keep int) (offheap.View, int, error) {
	var n C.int64_t
	var p **C.uint8_t
	if !t.acct.Try(func() bool { p = C.slp_sort(t.t, C.int64_t(keyOff), C.int64_t(keep), &n); return p != nil }) {
		return offheap.View{}, 0, t.acct.Refusal()
	}
	return offheap.Of(unsafe.Pointer(p), 8*int(n)), int(n), nil
}

// Trim keeps the first keep entries in order only, with their strings, which are at the offsets strs (the key too).
func (t *Table) Trim(keyOff, keep int, strs []int64) error {
	if C.slp_sort_trim(t.t, C.int64_t(keyOff), C.int64_t(keep), (*C.int64_t)(unsafe.SliceData(strs)),
		C.int64_t(len(strs))) != 0 {
		return t.acct.Refusal()
	}
	return nil
}

// FreeOrder frees what Sort returned.
func (t *Table) FreeOrder(p offheap.View) { C.slp_sort_free(t.t, (**C.uint8_t)(p.Pointer())) }

// Free releases the table.
func (t *Table) Free() {
	if t.t != nil {
		C.slp_table_free(t.t)
		t.t = nil
	}
}

// Join is a sealed join table.
type Join struct {
	j    *C.slp_join
	acct *mem.Account
}

// Seal builds a node's join table from its parts, whose entries go, but not their strings, which are at the offsets
// strs: the parts must live as long as the table. It fails with 53200.
func Seal(acct *mem.Account, parts []*Table, entrySize int, strs []int64) (*Join, error) {
	ps := (**C.slp_table)(C.malloc(C.size_t(8 * (len(parts) + 1))))
	defer C.free(unsafe.Pointer(ps))
	for i, p := range parts {
		unsafe.Slice(ps, len(parts))[i] = p.t
	}
	offs := (*C.int64_t)(C.malloc(C.size_t(8 * (len(strs) + 1))))
	defer C.free(unsafe.Pointer(offs))
	for i, o := range strs {
		unsafe.Slice(offs, len(strs))[i] = C.int64_t(o)
	}
	var s *C.slp_seal
	if !acct.Try(func() bool {
		s = C.slp_seal_begin(counters(acct), ps, C.int64_t(len(parts)), C.int64_t(entrySize), offs, C.int64_t(len(strs)))
		return s != nil
	}) {
		return nil, acct.Refusal()
	}
	workers := runtime.GOMAXPROCS(0)
	if s.bits == 0 {
		workers = 1
	}
	whole := each(workers, len(parts), func(i int) bool { return C.slp_seal_count(s, C.int64_t(i)) == 0 })
	if whole {
		C.slp_seal_divide(s)
		whole = each(workers, len(parts), func(i int) bool { return C.slp_seal_scatter(s, C.int64_t(i)) == 0 }) &&
			each(workers, 1<<int(s.bits), func(i int) bool { return C.slp_seal_place(s, C.int64_t(i)) == 0 })
	}
	j := C.slp_seal_end(s, C.bool(whole))
	if j == nil {
		return nil, acct.Refusal()
	}
	for _, p := range parts {
		if C.slp_table_drop_rows(p.t) != 0 {
			C.slp_join_free(j)
			return nil, p.acct.Refusal()
		}
	}
	return &Join{j, acct}, nil
}

// each calls f with the numbers below n, by some goroutines, until one of them says no.
func each(workers, n int, f func(i int) bool) bool {
	var next atomic.Int64
	var failed atomic.Bool
	work := func() {
		for i := next.Add(1) - 1; i < int64(n) && !failed.Load(); i = next.Add(1) - 1 {
			if !f(int(i)) {
				failed.Store(true)
			}
		}
	}
	var wg sync.WaitGroup
	for range min(workers, n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return !failed.Load()
}

// Words are the 8-byte words at off of the entries: the least and the greatest (of none: lo > hi), and all of them, if
// they are not more than most.
func (j *Join) Words(entrySize, off, most int) (lo, hi int64, all []int64) {
	var out *C.int64_t
	if n := j.Count(); n > 0 && n <= most {
		all = make([]int64, n)
		out = (*C.int64_t)(unsafe.SliceData(all))
	}
	var l, h C.int64_t
	C.slp_join_words(j.j, C.int64_t(entrySize), C.int64_t(off), &l, &h, out)
	return int64(l), int64(h), all
}

// Texts are the strings at off of the entries, without trailing blanks, up to keep bytes of each, which are at most
// 255.
func (j *Join) Texts(entrySize, off, keep int) []string {
	n := j.Count()
	if n == 0 {
		return nil
	}
	out := make([]byte, n*(1+keep))
	C.slp_join_texts(j.j, C.int64_t(entrySize), C.int64_t(off), C.int64_t(keep), (*C.uint8_t)(unsafe.SliceData(out)))
	return pieces(out, 1+keep)
}

// TextEnds are a text that is not behind the least of the Texts, of which there are some, and one that is not before
// the greatest. heads: strings that an entry does not hold are somewhere else in memory, and only their heads are
// looked at.
func (j *Join) TextEnds(entrySize, off, keep int, heads bool) (lo, hi string) {
	out := make([]byte, 3*(1+keep))
	C.slp_join_ends(j.j, C.int64_t(entrySize), C.int64_t(off), C.int64_t(keep), C.bool(heads),
		(*C.uint8_t)(unsafe.SliceData(out)))
	ends := pieces(out, 1+keep)
	lo, hi = ends[0], ends[1]
	if head := ends[2]; head != "" { // of those that begin with it, the greatest
		hi = max(hi, head+strings.Repeat("\xff", keep-len(head)))
	}
	return lo, hi
}

// pieces are what stands in cells of so many bytes: each has its length, its bytes.
func pieces(cells []byte, size int) []string {
	all := string(cells)
	out := make([]string, len(cells)/size)
	for i := range out {
		at := i*size + 1
		out[i] = all[at : at+int(cells[at-1])]
	}
	return out
}

// Sieve sets the bits of all entries' hashes in words, of which there are 1 << (64 - shift).
func (j *Join) Sieve(entrySize int, words []uint64, shift int) {
	_ = words[1<<(64-shift)-1]
	C.slp_join_sieve(j.j, C.int64_t(entrySize), (*C.uint64_t)(unsafe.SliceData(words)), C.int64_t(shift))
}

// View is the table for generated code.
func (j *Join) View() offheap.View { return offheap.OfWord(j.j) }

// Count is the number of entries.
func (j *Join) Count() int { return int(j.j.count) }

// Entries are all entries, one behind the other.
func (j *Join) Entries() offheap.View {
	return offheap.Of(unsafe.Pointer(j.j.entries), int(j.j.bytes)) // the kernel's own account of them
}

// Free releases the table.
func (j *Join) Free() {
	if j.j != nil {
		C.slp_join_free(j.j)
		j.j = nil
	}
}

// Program is a program bound to primitives.
type Program struct {
	p     C.slp_prog
	owned []unsafe.Pointer
}

// Instruction is one bound primitive call.
type Instruction struct {
	Fn   uintptr
	Args []int64
}

// Loop is a stretch of instructions; see program.Loop.
type Loop struct{ First, Last, Count, Again, Enough, Yields, Tally int64 }

// Bind copies a program out of Go's heap. ends has, for the source and each step, the number of instructions up to its
// end; those behind are the sink's.
func Bind(ins []Instruction, loops []Loop, sourceCount int64, ends []int) *Program {
	pr := &Program{}
	alloc := func(n int) unsafe.Pointer {
		p := C.calloc(C.size_t(n+1), 1)
		pr.owned = append(pr.owned, p)
		return p
	}
	total := 0
	for _, in := range ins {
		total += len(in.Args)
	}
	args := unsafe.Slice((*int64)(alloc(8*total+8)), total+1)
	ci := unsafe.Slice((*C.slp_ins)(alloc(len(ins)*int(unsafe.Sizeof(C.slp_ins{}))+16)), len(ins)+1)
	k := 0
	for i, in := range ins {
		*(*uintptr)(unsafe.Pointer(&ci[i].fn)) = in.Fn
		ci[i].args = (*C.int64_t)(unsafe.Pointer(&args[k]))
		k += copy(args[k:], in.Args)
	}
	cl := unsafe.Slice((*C.slp_loop)(alloc((len(loops)+1)*int(unsafe.Sizeof(C.slp_loop{})))), len(loops)+1)
	for i, l := range loops {
		cl[i] = C.slp_loop{C.int64_t(l.First), C.int64_t(l.Last), C.int64_t(l.Count), C.int64_t(l.Again), C.int64_t(l.Enough),
			C.int64_t(l.Yields), C.int64_t(l.Tally)}
	}
	steps := unsafe.Slice((*C.int32_t)(alloc(4*len(ins)+4)), len(ins)+1)
	step := 0
	for i := range ins {
		for step < len(ends) && i >= ends[step] {
			step++
		}
		steps[i] = C.int32_t(step)
	}
	pr.p = C.slp_prog{&ci[0], &cl[0], C.int64_t(len(loops)), C.int64_t(sourceCount), &steps[0]}
	cp := (*C.slp_prog)(alloc(int(unsafe.Sizeof(pr.p))))
	*cp = pr.p
	return pr
}

// Run walks the program over rows [from, to) of the source and returns a status.
func (p *Program) Run(state unsafe.Pointer, from, to int) abi.Status {
	cp := (*C.slp_prog)(p.owned[len(p.owned)-1])
	return abi.Status(C.slp_run_guarded((*C.uint8_t)(state), cp, C.int64_t(from), C.int64_t(to)))
}

// Meter counts ticks by step: of the source, each step and the sink.
type Meter struct{ v offheap.View }

// MeterSize is the bytes of a meter of a program with so many steps.
func MeterSize(steps int) int { return meterHead + 8*(steps+2) }

// meterHead is what stands in slp_meter in front of ticks.
const meterHead = int(unsafe.Sizeof(C.slp_meter{}))

// MeterAt is a meter in memory of MeterSize bytes, zeros at first, which stays the caller's.
func MeterAt(v offheap.View) *Meter { return &Meter{v} }

// View is where it lies: for abi.StateMeter.
func (m *Meter) View() offheap.View { return m.v }

// ended notes with what status a measured run came back.
func (m *Meter) ended(st abi.Status) abi.Status {
	cm := (*C.slp_meter)(m.v.Pointer())
	cm.left = 0
	if st == abi.Host || st == abi.Grow {
		cm.left = 1
	}
	return st
}

// Spent is what was counted so far for n steps, the source and the sink among them.
func (m *Meter) Spent(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = offheap.At[int64](m.v, int64(meterHead+8*i))
	}
	return out
}

// Measure is Run, with ticks added to m by step: also those of what is done between two runs for a step that has asked
// for it.
func (p *Program) Measure(state unsafe.Pointer, from, to int, m *Meter) abi.Status {
	cp := (*C.slp_prog)(p.owned[len(p.owned)-1])
	return m.ended(abi.Status(C.slp_measure_guarded((*C.uint8_t)(state), cp, C.int64_t(from), C.int64_t(to),
		(*C.slp_meter)(m.v.Pointer()))))
}

// Ticks are those of the clock that Measure looks at.
func Ticks() int64 { return int64(C.slp_ticks()) }

// Free releases the program.
func (p *Program) Free() {
	for _, q := range p.owned {
		C.free(q)
	}
	p.owned = nil
}

// Call calls a fused entry point.
func Call(entry uintptr, state unsafe.Pointer, from, to int) abi.Status {
	return abi.Status(C.slp_call(*(*unsafe.Pointer)(unsafe.Pointer(&entry)), state, C.int64_t(from), C.int64_t(to)))
}

// CallMeasured is Call of code whose state has m's address: Program.Measure of fused code, which changes steps a loop
// at a time.
func CallMeasured(entry uintptr, state unsafe.Pointer, from, to int, m *Meter) abi.Status {
	return m.ended(abi.Status(C.slp_call_measured(*(*unsafe.Pointer)(unsafe.Pointer(&entry)), state, C.int64_t(from),
		C.int64_t(to), (*C.slp_meter)(m.v.Pointer()))))
}
