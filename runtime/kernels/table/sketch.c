/*
 * How many distinct values there are, about: the state of an accumulator ("sketch"), a string of bytes in its page's
 * heap, and the values of HLLSKETCH, which are made of such states.
 *
 * Of few values a state is the set of the beginnings of their hashes, a number of entries, four bytes, and a table of
 * a power of two of slots, 0 for free, which is searched from the first bits on. Of more it is HyperLogLog (Flajolet,
 * Fusy, Gandouet, Meunier, DMTCS 2007): REGISTERS bytes, each the most leading zeros, and one, of the hashes whose
 * first INDEX bits are its number. An entry has a hash's first ENTRY_BITS bits and the leading zeros of the rest, and
 * one, in 6 (the most of all hashes that begin so): enough to make registers of.
 *
 * A set of hashes gives one state's meaning whatever the order in which they came and the parts in which they were put
 * together. The length tells which kind of state it is; the empty string is the state of no values.
 *
 * A value of HLLSKETCH (catalog/hll) is entries in their order, or the registers, 6 bits each, one behind the other,
 * the highest bits first; and four bytes behind them: INDEX, its form, 0, and 1. Values are on disks: neither their
 * bytes nor the hashes may change.
 */
#include "../include/page.h"
#include <math.h>
#include <stdlib.h>

enum {
	INDEX = 15,
	REGISTERS = 1 << INDEX,
	RANKS = 64 - INDEX, /* a register is 0 to RANKS + 1 */
	ENTRY_BITS = 26,
	FIRST_SLOTS = 4,
	LAST_SLOTS = 8192,
	MOST_ENTRIES = 5456, /* of a set, whose text is then a VARCHAR (hll.MaxEntries); of registers beyond */
};

static uint32_t entry_of(uint64_t h) {
	uint64_t rest = h << ENTRY_BITS;
	uint32_t rank = rest ? __builtin_clzll(rest) + 1 : 64 - ENTRY_BITS + 1;
	return (uint32_t)(h >> (64 - ENTRY_BITS)) << 6 | rank;
}

static void registers_put(uint8_t *registers, uint32_t entry) {
	uint32_t bits = entry >> 6, rank = entry & 63;
	uint32_t rest = bits << (32 - ENTRY_BITS + INDEX); /* those behind the index, at the top */
	rank = rest ? __builtin_clz(rest) + 1 : ENTRY_BITS - INDEX + rank;
	uint8_t *r = registers + (bits >> (ENTRY_BITS - INDEX));
	if (*r < rank) *r = rank;
}

/* A state while it is worked on: a set of slots, or registers if there are none. */
typedef struct {
	uint8_t *at;
	uint32_t slots;
} sketch;

static uint32_t load(const uint8_t *p) {
	uint32_t x;
	memcpy(&x, p, 4);
	return x;
}

static void store(uint8_t *p, uint32_t x) { memcpy(p, &x, 4); }

static uint32_t length(sketch s) { return s.slots ? 4 + 4 * s.slots : REGISTERS; }

static sketch sketch_new(slp_arena *a, uint32_t slots) {
	sketch s = {NULL, slots};
	s.at = memset(slp_arena_alloc(a, length(s)), 0, length(s));
	return s;
}

/* Other bytes are no sketch. */
static int is_sketch(slp_str s) {
	uint32_t n = slp_len(s), slots = n / 4 - 1;
	return n == REGISTERS || (n % 4 == 0 && slots >= FIRST_SLOTS && slots <= LAST_SLOTS && (slots & (slots - 1)) == 0);
}

static sketch sketch_of(slp_str s) {
	return (sketch){(uint8_t *)s.w1, slp_len(s) == REGISTERS ? 0 : slp_len(s) / 4 - 1};
}

/* There is a free slot. */
static void set_put(sketch s, uint32_t entry) {
	for (uint32_t i = entry >> 6;; i++) {
		uint8_t *slot = s.at + 4 + 4 * (i & (s.slots - 1));
		uint32_t old = load(slot);
		if (old >> 6 == entry >> 6 && old) {
			if (old < entry) store(slot, entry);
			return;
		}
		if (old) continue;
		store(slot, entry);
		store(s.at, load(s.at) + 1);
		return;
	}
}

static void sketch_put(slp_arena *a, sketch *s, uint32_t entry);

static void sketch_add(slp_arena *a, sketch *s, sketch o);

/* What s has seen in so many slots, which are more. The new bytes may move the old ones. */
static sketch larger(slp_arena *a, sketch s, uint32_t slots) {
	uint64_t from = (uint64_t)s.at - slp_arena_base(a);
	sketch t = sketch_new(a, slots);
	s.at = (uint8_t *)(from + slp_arena_base(a));
	sketch_add(a, &t, s);
	return t;
}

static void registers_add(uint8_t *registers, const uint8_t *o) {
	for (int i = 0; i < REGISTERS; i++) registers[i] = registers[i] < o[i] ? o[i] : registers[i];
}

/* Makes registers of s, if it is a set: of the largest one where it is, for that is as long. */
static void sketch_widen(slp_arena *a, sketch *s) {
	if (s->slots != LAST_SLOTS) {
		if (s->slots) *s = larger(a, *s, 0);
		return;
	}
	uint8_t set[4 + 4 * LAST_SLOTS];
	memcpy(set, s->at, sizeof set);
	memset(s->at, 0, REGISTERS);
	s->slots = 0;
	sketch_add(a, s, (sketch){set, LAST_SLOTS});
}

/* Puts what o has seen to s, which is not o. */
static void sketch_add(slp_arena *a, sketch *s, sketch o) {
	for (uint32_t i = 0; i < o.slots; i++) {
		uint32_t entry = load(o.at + 4 + 4 * i);
		if (entry) sketch_put(a, s, entry);
	}
	if (o.slots) return;
	sketch_widen(a, s);
	registers_add(s->at, o.at);
}

static void sketch_put(slp_arena *a, sketch *s, uint32_t entry) {
	if (!s->slots) {
		registers_put(s->at, entry);
		return;
	}
	set_put(*s, entry);
	uint32_t n = load(s->at), slots = 4 * s->slots;
	if (n > MOST_ENTRIES)
		sketch_widen(a, s);
	else if (s->slots < LAST_SLOTS && 4 * n > 3 * s->slots)
		*s = larger(a, *s, slots < LAST_SLOTS ? slots : LAST_SLOTS);
}

static sketch state_of(slp_arena *a, slp_str state) {
	return slp_len(state) ? sketch_of(state) : sketch_new(a, FIRST_SLOTS);
}

static void put_state(slp_str *out, sketch s) { *out = slp_make(s.at, length(s)); }

static void put_hash(slp_str *out, slp_arena *a, slp_str state, uint64_t h) {
	sketch s = state_of(a, state);
	sketch_put(a, &s, entry_of(h));
	put_state(out, s);
}

/* All bits of a hash depend on all of x (the finisher of MurmurHash3). */
static uint64_t mix(uint64_t x) {
	x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDull;
	x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53ull;
	return x ^ x >> 33;
}

void slp_sketch_i64(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, int64_t x) {
	put_hash(out, a, (slp_str){s0, s1}, mix(x + 0x9E3779B97F4A7C15ull));
}

/* What fits 64 bits hashes as there: decimals may be computed in either class. */
void slp_sketch_i128(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, uint64_t lo, uint64_t hi) {
	uint64_t beyond = hi - ((int64_t)lo < 0 ? ~0ull : 0);
	slp_sketch_i64(out, a, s0, s1, (int64_t)(beyond ? lo ^ mix(beyond) : lo));
}

void slp_sketch_f64(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, double x) {
	int64_t bits;
	x = x != x ? __builtin_nan("") : x + 0.0; /* -0 + 0 = 0 */
	memcpy(&bits, &x, 8);
	slp_sketch_i64(out, a, s0, s1, bits);
}

void slp_sketch_str(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, uint64_t x0, uint64_t x1) {
	slp_str x = {x0, x1};
	const uint8_t *p = slp_bytes(&x);
	uint32_t n = slp_len(x), i = 0;
	while (n > 0 && p[n - 1] == ' ') n--;
	uint64_t h = n + 0x9E3779B97F4A7C15ull, w;
	for (; i + 8 <= n; i += 8) {
		memcpy(&w, p + i, 8);
		h = mix(h ^ w) + 0x9E3779B97F4A7C15ull;
	}
	w = 0;
	memcpy(&w, p + i, n - i);
	put_hash(out, a, (slp_str){s0, s1}, mix(h ^ w));
}

void slp_sketch_merge(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, uint64_t x0, uint64_t x1) {
	slp_str state = {s0, s1}, x = {x0, x1};
	*out = state;
	if (!is_sketch(x)) return;
	sketch s = state_of(a, state);
	sketch_add(a, &s, sketch_of(x));
	put_state(out, s);
}

/*
 * The estimate out of how many registers have each value, without bias over the whole range: O. Ertl, "New cardinality
 * estimation algorithms for HyperLogLog sketches", arXiv 1702.01284, section 4 (sigma and tau are its names).
 */
static double sigma(double x) {
	if (x == 1) return INFINITY;
	double z = x, y = 1, old;
	do {
		x *= x;
		old = z;
		z += x * y;
		y += y;
	} while (z != old);
	return z;
}

static double tau(double x) {
	if (x == 0 || x == 1) return 0;
	double z = 1 - x, y = 1, old;
	do {
		x = sqrt(x);
		old = z;
		y /= 2;
		z -= (1 - x) * (1 - x) * y;
	} while (z != old);
	return z / 3;
}

static int64_t registers_count(const uint8_t *registers) {
	int32_t with[RANKS + 2] = {0};
	for (int i = 0; i < REGISTERS; i++) with[registers[i] <= RANKS + 1 ? registers[i] : RANKS + 1]++;
	const double m = REGISTERS;
	double z = m * tau(1 - with[RANKS + 1] / m);
	for (int k = RANKS; k >= 1; k--) z = (z + with[k]) / 2;
	z += m * sigma(with[0] / m);
	double count = m * m / (2 * M_LN2 * z); /* no number has so many values that all registers are at their most */
	return count < 0x1p62 ? llround(count) : INT64_MAX;
}

/* Of a set as many as there are entries: of so few it is nearly never that two values have one. */
int64_t slp_sketch_count(uint64_t w0, uint64_t w1) {
	slp_str state = {w0, w1};
	if (!is_sketch(state)) return 0;
	sketch s = sketch_of(state);
	return s.slots ? load(s.at) : registers_count(s.at);
}

enum {
	TAIL = 4,
	PACKED = REGISTERS / 4 * 3,
};

/* A value: its entries, or registers if that is not NULL. */
typedef struct {
	const uint8_t *entries, *packed;
	uint32_t n;
} value;

/* What is no value, as the string under a NULL may be, has seen nothing. It borrows from s. */
static value value_of(const slp_str *s) {
	const uint8_t *p = slp_bytes(s);
	uint32_t n = slp_len(*s);
	if (n < TAIL || p[n - TAIL] != INDEX || p[n - 1] != 1) return (value){0};
	int dense = p[n - TAIL + 1];
	n -= TAIL;
	if (dense) return (value){.packed = n == PACKED ? p : NULL};
	return (value){.entries = p, .n = n / 4};
}

static uint8_t *tail(uint8_t *at, int dense) {
	at[0] = INDEX, at[1] = dense, at[2] = 0, at[3] = 1;
	return at + TAIL;
}

static void registers_pack(uint8_t *at, const uint8_t *registers) {
	for (int i = 0; i < REGISTERS; i += 4, at += 3) {
		uint32_t x = registers[i] << 18 | registers[i + 1] << 12 | registers[i + 2] << 6 | registers[i + 3];
		at[0] = x >> 16, at[1] = x >> 8, at[2] = x;
	}
}

static void registers_unpack(uint8_t *registers, const uint8_t *at) {
	for (int i = 0; i < REGISTERS; i += 4, at += 3) {
		uint32_t x = at[0] << 16 | at[1] << 8 | at[2];
		registers[i] = x >> 18, registers[i + 1] = x >> 12 & 63, registers[i + 2] = x >> 6 & 63, registers[i + 3] = x & 63;
	}
}

/* Makes registers of a value. */
static void registers_of(uint8_t *registers, value v) {
	if (v.packed) {
		registers_unpack(registers, v.packed);
		return;
	}
	memset(registers, 0, REGISTERS);
	for (uint32_t i = 0; i < v.n; i++) registers_put(registers, load(v.entries + 4 * i));
}

static void put_registers(uint64_t out[2], slp_arena *a, const uint8_t *registers) {
	uint8_t *p = slp_arena_alloc(a, PACKED + TAIL);
	registers_pack(p, registers);
	tail(p + PACKED, 1);
	slp_str s = slp_make(p, PACKED + TAIL);
	out[0] = s.w0, out[1] = s.w1;
}

static int entry_order(const void *x, const void *y) {
	uint32_t a = load(x), b = load(y);
	return a < b ? -1 : a > b;
}

/* The value of what a state has seen. */
void slp_hll_of(uint64_t out[2], slp_arena *a, uint64_t w0, uint64_t w1) {
	slp_str state = {w0, w1};
	sketch s = {NULL, 0};
	if (is_sketch(state)) s = sketch_of(state);
	if (s.at && !s.slots) {
		put_registers(out, a, s.at);
		return;
	}
	uint32_t n = s.at ? load(s.at) : 0, k = 0;
	uint8_t *p = slp_arena_alloc(a, 4 * n + TAIL);
	for (uint32_t i = 0; i < s.slots && k < n; i++) {
		uint32_t entry = load(s.at + 4 + 4 * i);
		if (entry) store(p + 4 * k++, entry);
	}
	qsort(p, k, 4, entry_order);
	slp_str v = slp_make(p, tail(p + 4 * k, 0) - p);
	out[0] = v.w0, out[1] = v.w1;
}

/* A state that has seen what a value has, too. */
void slp_hll_add(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, uint64_t x0, uint64_t x1) {
	slp_str x = {x0, x1};
	value v = value_of(&x);
	sketch s = state_of(a, (slp_str){s0, s1});
	if (v.packed) {
		uint8_t registers[REGISTERS];
		registers_unpack(registers, v.packed);
		sketch_widen(a, &s);
		registers_add(s.at, registers);
	}
	for (uint32_t i = 0; i < v.n; i++) sketch_put(a, &s, load(v.entries + 4 * i));
	put_state(out, s);
}

/* How many values a value has seen. */
int64_t slp_hll_count(uint64_t w0, uint64_t w1) {
	slp_str x = {w0, w1};
	value v = value_of(&x);
	if (!v.packed) return v.n;
	uint8_t registers[REGISTERS];
	registers_unpack(registers, v.packed);
	return registers_count(registers);
}

/* The value of what two values have seen. */
void slp_hll_merge(uint64_t out[2], slp_arena *a, uint64_t x0, uint64_t x1, uint64_t y0, uint64_t y1) {
	slp_str xs = {x0, x1}, ys = {y0, y1};
	value x = value_of(&xs), y = value_of(&ys);
	if (!x.packed && !y.packed) {
		uint32_t i = 0, j = 0;
		uint8_t *p = slp_arena_alloc(a, 4 * (size_t)(x.n + y.n) + TAIL), *at = p;
		while (i < x.n || j < y.n) {
			uint64_t e = i < x.n ? load(x.entries + 4 * i) : UINT64_MAX, f = j < y.n ? load(y.entries + 4 * j) : UINT64_MAX;
			int first = e >> 6 <= f >> 6, second = f >> 6 <= e >> 6; /* has it the least beginning? */
			i += first, j += second;
			store(at, first && second ? (e < f ? f : e) : first ? e : f);
			at += 4;
		}
		if (at - p <= 4 * MOST_ENTRIES) {
			slp_str v = slp_make(p, tail(at, 0) - p);
			out[0] = v.w0, out[1] = v.w1;
			return;
		}
	}
	uint8_t registers[REGISTERS], others[REGISTERS];
	registers_of(registers, x);
	registers_of(others, y);
	registers_add(registers, others);
	put_registers(out, a, registers);
}
