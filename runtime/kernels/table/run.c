#include "../include/abi.h"
#include "run.h"

#define W(off) (*(int64_t *)(state + (off)))

static inline void step(slp_meter *m, int64_t s) {
	int64_t now = slp_ticks();
	m->spent[m->step] += now - m->since;
	m->since = now;
	m->step = s;
}

/* The same control flow as codegen/subop's FusedIR, loop by loop. m is NULL, or measures: a look at the clock wherever
   the next instruction is another step's. */
static inline __attribute__((always_inline)) int32_t run(uint8_t *state, const slp_prog *p, int64_t from, int64_t to,
	slp_meter *m) {
	int64_t l = W(SLP_STATE_RESUME) - 1;
	W(SLP_STATE_RESUME) = 0;
	if (l >= 0) goto loops;
	W(SLP_STATE_CURSOR) = from;
head:
	if (W(SLP_STATE_CURSOR) >= to) return SLP_DONE;
	int64_t n = to - W(SLP_STATE_CURSOR);
	W(p->source_count) = n < W(SLP_STATE_VECTOR) ? n : W(SLP_STATE_VECTOR);
	l = 0;
loops:
	for (; l < p->nloops; l++) {
		const slp_loop *q = &p->loops[l];
		if (!W(q->count)) break;
		/* One input row may have any number of matches: asked before every loop. */
		if (*(const volatile int32_t *)W(SLP_STATE_STOP)) {
			W(SLP_STATE_RESUME) = l + 1;
			return SLP_STOPPED;
		}
		for (int64_t i = q->first; i < q->last; i++) {
			if (m && p->steps[i] != m->step) step(m, p->steps[i]);
			int32_t st = p->ins[i].fn(state, p->ins[i].args);
			if (st) {
				W(SLP_STATE_RESUME) = st == SLP_HOST ? l + 2 : l + 1;
				return st;
			}
		}
		if (q->tally) W(q->tally) += W(q->yields);
	}
	for (l = p->nloops - 1; l >= 0; l--) {
		const slp_loop *q = &p->loops[l];
		if (q->again && W(q->again)) goto loops;
		if (q->enough && W(q->enough)) {
			W(SLP_STATE_ROWS_IN) += W(p->source_count);
			return SLP_ENOUGH;
		}
	}
	W(SLP_STATE_ROWS_IN) += W(p->source_count);
	W(SLP_STATE_CURSOR) += W(p->source_count);
	goto head;
}

int32_t slp_run(uint8_t *state, const slp_prog *p, int64_t from, int64_t to) { return run(state, p, from, to, 0); }

void slp_step(slp_meter *m, int64_t s) { step(m, s); }

/* begin goes on with what the caller did for the step that it was left for, or begins at the source. */
static inline void begin(slp_meter *m) {
	if (m->left)
		step(m, m->step);
	else
		m->since = slp_ticks(), m->step = 0;
}

int32_t slp_measure(uint8_t *state, const slp_prog *p, int64_t from, int64_t to, slp_meter *m) {
	begin(m);
	int32_t st = run(state, p, from, to, m);
	step(m, m->step);
	return st;
}

int32_t slp_measure_call(slp_entry f, uint8_t *state, int64_t from, int64_t to, slp_meter *m) {
	begin(m);
	int32_t st = f(state, from, to);
	step(m, m->step);
	return st;
}
