#ifndef SLP_RUN_H
#define SLP_RUN_H
#include <stdint.h>

/* A program bound to primitives: the primitive tier's driver walks it. */
typedef int32_t (*slp_prim)(uint8_t *state, const int64_t *ins);
typedef int32_t (*slp_entry)(uint8_t *state, int64_t from, int64_t to);

typedef struct slp_ins {
	slp_prim fn;
	const int64_t *args;
} slp_ins;

typedef struct slp_loop {
	int64_t first, last; /* instructions */
	int64_t count;       /* state offset of the domain's row count */
	int64_t again;       /* state offset of a probe's "more" word, 0: none */
	int64_t enough;      /* state offset of a LIMIT's "met" word, 0: none */
	int64_t yields;      /* state offset of the number of rows that it has made or left, where they are counted */
	int64_t tally;       /* state offset of their sum, 0: they are not */
} slp_loop;

typedef struct slp_prog {
	const slp_ins *ins;
	const slp_loop *loops;
	int64_t nloops;
	int64_t source_count; /* state offset */
	const int32_t *steps; /* of each instruction, the step that it is of: 0 is the source */
} slp_prog;

/* What a measured run counts: where it is, and ticks by step. table_unsafe.go knows it too. */
typedef struct slp_meter {
	int64_t since; /* ticks when the step that runs began */
	int64_t step;  /* that runs, or that was left for the caller to do something for it */
	int64_t left;  /* the caller's: what it did since is the step's */
	int64_t spent[];
} slp_meter;

/* Of a clock that all cores share, of whatever rate. */
static inline int64_t slp_ticks(void) {
#if defined(__x86_64__)
	return (int64_t)__builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	int64_t t;
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
	return t;
#else
	return 0; /* nothing is measured */
#endif
}

int32_t slp_run(uint8_t *state, const slp_prog *p, int64_t from, int64_t to);
/* slp_run that measures, and a call of fused code that does: its state's word for a meter has the address of m.
   Whoever stops them leaves the meter as it was at the last change of steps. */
int32_t slp_measure(uint8_t *state, const slp_prog *p, int64_t from, int64_t to, slp_meter *m);
int32_t slp_measure_call(slp_entry f, uint8_t *state, int64_t from, int64_t to, slp_meter *m);
/* Makes s the step that runs. */
void slp_step(slp_meter *m, int64_t s);

/* slp_run, or a fused entry point, that also ends when an arena gets no memory (abi.NoMemory). The
   state's stop word is followed by the address of the query's cancel word, for kernels. */
int32_t slp_run_guarded(uint8_t *state, const slp_prog *p, int64_t from, int64_t to);
int32_t slp_measure_guarded(uint8_t *state, const slp_prog *p, int64_t from, int64_t to, slp_meter *m);
int32_t slp_call_guarded(slp_entry f, uint8_t *state, int64_t from, int64_t to);
int32_t slp_measure_call_guarded(slp_entry f, uint8_t *state, int64_t from, int64_t to, slp_meter *m);
#endif
