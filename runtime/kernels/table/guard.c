#include "../include/arena.h"
#include "../include/cancel.h"
#include "run.h"

/* Arenas that get no memory return here, past what generated code was doing: its half-made row, and the query
   with it, are given up. No Go frame lies between. */
#define GUARDED(call)                   \
	jmp_buf here, *outer = slp_no_memory; \
	int32_t st = SLP_NO_MEMORY;              \
	slp_cancel_word = ((const volatile int32_t **)*(uint8_t **)(state + SLP_STATE_STOP))[1]; \
	if (!setjmp(here)) {                 \
		slp_no_memory = &here;            \
		st = (call);                      \
	}                                    \
	slp_no_memory = outer;               \
	return st;

int32_t slp_run_guarded(uint8_t *state, const slp_prog *p, int64_t from, int64_t to) {
	GUARDED(slp_run(state, p, from, to))
}

int32_t slp_measure_guarded(uint8_t *state, const slp_prog *p, int64_t from, int64_t to, slp_meter *m) {
	GUARDED(slp_measure(state, p, from, to, m))
}

int32_t slp_call_guarded(slp_entry f, uint8_t *state, int64_t from, int64_t to) { GUARDED(f(state, from, to)) }

int32_t slp_measure_call_guarded(slp_entry f, uint8_t *state, int64_t from, int64_t to, slp_meter *m) {
	GUARDED(slp_measure_call(f, state, from, to, m))
}
