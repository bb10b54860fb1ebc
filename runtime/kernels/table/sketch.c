/*
 * How many distinct values there are, about: the state of an accumulator ("sketch"), a string of bytes in its page's
 * heap.
 *
 * Of few values it is the set of their hashes, of 32 bits each: a number of entries, four bytes, and a table of a power
 * of two of slots, 0 for free, which is searched from the first bits on. Of more it is HyperLogLog (Flajolet, Fusy,
 * Gandouet, Meunier, DMTCS 2007): REGISTERS bytes, each the most leading zeros, and one, of the hashes whose first
 * INDEX bits are its number. An entry has a hash's first 26 bits and the leading zeros of the rest, and one, in 6:
 * enough to make registers of.
 *
 * A set of hashes gives one state's meaning whatever the order in which they came and the parts in which they were put
 * together. The length tells which kind of state it is; the empty string is the state of no values.
 */
#include "../include/page.h"
#include <math.h>

enum {
	INDEX = 13,
	REGISTERS = 1 << INDEX,
	RANKS = 64 - INDEX, /* a register is 0 to RANKS + 1 */
	ENTRY_BITS = 26,
	FIRST_SLOTS = 4,
	LAST_SLOTS = 1024, /* of a set; of registers beyond three quarters of these */
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
		if (old == entry) return;
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

/* Puts what o has seen to s, which is not o. */
static void sketch_add(slp_arena *a, sketch *s, sketch o) {
	for (uint32_t i = 0; i < o.slots; i++) {
		uint32_t entry = load(o.at + 4 + 4 * i);
		if (entry) sketch_put(a, s, entry);
	}
	if (o.slots) return;
	if (s->slots) {
		*s = larger(a, *s, 0);
	}
	for (int i = 0; i < REGISTERS; i++)
		if (s->at[i] < o.at[i]) s->at[i] = o.at[i];
}

static void sketch_put(slp_arena *a, sketch *s, uint32_t entry) {
	if (!s->slots) {
		registers_put(s->at, entry);
		return;
	}
	set_put(*s, entry);
	if (4 * load(s->at) <= 3 * s->slots) return;
	*s = larger(a, *s, s->slots < LAST_SLOTS ? 4 * s->slots : 0);
}

static void put_hash(slp_str *out, slp_arena *a, slp_str state, uint64_t h) {
	sketch s = slp_len(state) ? sketch_of(state) : sketch_new(a, FIRST_SLOTS);
	sketch_put(a, &s, entry_of(h));
	*out = slp_make(s.at, length(s));
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
	uint64_t h = n, w;
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
	sketch s = slp_len(state) ? sketch_of(state) : sketch_new(a, FIRST_SLOTS);
	sketch_add(a, &s, sketch_of(x));
	*out = slp_make(s.at, length(s));
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

int64_t slp_sketch_count(uint64_t w0, uint64_t w1) {
	slp_str state = {w0, w1};
	if (!is_sketch(state)) return 0;
	sketch s = sketch_of(state);
	if (s.slots) return load(s.at);
	int32_t with[RANKS + 2] = {0};
	for (int i = 0; i < REGISTERS; i++) with[s.at[i] <= RANKS + 1 ? s.at[i] : RANKS + 1]++;
	const double m = REGISTERS;
	double z = m * tau(1 - with[RANKS + 1] / m);
	for (int k = RANKS; k >= 1; k--) z = (z + with[k]) / 2;
	z += m * sigma(with[0] / m);
	return llround(m * m / (2 * M_LN2 * z));
}
