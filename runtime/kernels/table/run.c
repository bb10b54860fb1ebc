#include "run.h"

/* Offsets of the state's head: runtime/abi. */
enum { RESUME = 0, CURSOR = 8, STOP = 16, VECTOR = 48, ROWS = 80 };
enum { DONE = 0, HOST = 6, STOPPED = 8, ENOUGH = 9 };

#define W(off) (*(int64_t *)(state + (off)))

/* The same control flow as codegen/subop's FusedIR, loop by loop. */
int32_t slp_run(uint8_t *state, const slp_prog *p, int64_t from, int64_t to) {
	int64_t l = W(RESUME) - 1;
	W(RESUME) = 0;
	if (l >= 0) goto loops;
	W(CURSOR) = from;
head:
	if (W(CURSOR) >= to) return DONE;
	int64_t n = to - W(CURSOR);
	W(p->source_count) = n < W(VECTOR) ? n : W(VECTOR);
	l = 0;
loops:
	for (; l < p->nloops; l++) {
		const slp_loop *q = &p->loops[l];
		if (!W(q->count)) break;
		/* One input row may have any number of matches: asked before every loop. */
		if (*(const volatile int32_t *)W(STOP)) {
			W(RESUME) = l + 1;
			return STOPPED;
		}
		for (int64_t i = q->first; i < q->last; i++) {
			int32_t st = p->ins[i].fn(state, p->ins[i].args);
			if (st) {
				W(RESUME) = st == HOST ? l + 2 : l + 1;
				return st;
			}
		}
	}
	for (l = p->nloops - 1; l >= 0; l--) {
		const slp_loop *q = &p->loops[l];
		if (q->again && W(q->again)) goto loops;
		if (q->enough && W(q->enough)) return ENOUGH;
	}
	W(ROWS) += W(p->source_count);
	W(CURSOR) += W(p->source_count);
	goto head;
}
