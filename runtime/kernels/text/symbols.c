/* The kernels by name. Only addresses are taken here, so the signatures do not matter. */
#include "symbols.h"

#define KERNELS(X) \
	X(slp_i128_div) X(slp_i128_rem) X(slp_dec_mul_down) X(slp_dec_div) X(slp_fmod) X(slp_rint) \
	X(slp_dec_to_f64) X(slp_f64_to_dec) \
	X(slp_str_eq) X(slp_str_cmp) X(slp_rtrim_blanks)

#define DECLARE(n) extern void n(void);
KERNELS(DECLARE)

#define ENTRY(n) {#n, (void *)n},
static const slp_symbol table[] = {KERNELS(ENTRY){0, 0}};
const slp_symbol *slp_text_symbols(void) { return table; }
