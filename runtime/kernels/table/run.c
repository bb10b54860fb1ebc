#include "run.h"

/* Offsets of the state's head: runtime/abi. */
enum { RESUME = 0, CURSOR = 8, CANCEL = 16, VECTOR = 48, ROWS = 80 };
enum { DONE = 0, HOST = 6, CANCELLED = 8 };

#define W(off) (*(int64_t *)(state + (off)))

/* The same control flow as codegen/subop's FusedIR, loop by loop. */
int32_t slp_run(uint8_t *state, const slp_prog *p, int64_t from, int64_t to) {
	int64_t l = W(RESUME) - 1;
	W(RESUME) = 0;
	if (l >= 0) goto loops;
	W(CURSOR) = from;
head:
	if (W(CURSOR) >= to) return DONE;
	if (*(const volatile int32_t *)W(CANCEL)) return CANCELLED;
	int64_t n = to - W(CURSOR);
	W(p->source_count) = n < W(VECTOR) ? n : W(VECTOR);
	l = 0;
loops:
	for (; l < p->nloops; l++) {
		const slp_loop *q = &p->loops[l];
		if (!W(q->count)) break;
		for (int64_t i = q->first; i < q->last; i++) {
			int32_t st = p->ins[i].fn(state, p->ins[i].args);
			if (st) {
				W(RESUME) = st == HOST ? l + 2 : l + 1;
				return st;
			}
		}
	}
	for (l = p->nloops - 1; l >= 0; l--)
		if (p->loops[l].again && W(p->loops[l].again)) {
			/* One input row may have any number of matches. */
			if (*(const volatile int32_t *)W(CANCEL)) return CANCELLED;
			goto loops;
		}
	W(ROWS) += W(p->source_count);
	W(CURSOR) += W(p->source_count);
	goto head;
}
