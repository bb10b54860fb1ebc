/* Order and equality of strings: bytewise, a prefix before what it begins. */
#include "str.h"

int32_t slp_str_eq(STR(x), STR(y)) {
	VIEW(x);
	VIEW(y);
	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

int32_t slp_str_cmp(STR(x), STR(y)) {
	VIEW(x);
	VIEW(y);
	int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
	if (c) return c < 0 ? -1 : 1;
	return x.n < y.n ? -1 : x.n > y.n;
}

void slp_rtrim_blanks(uint64_t out[2], STR(s)) {
	VIEW(s);
	uint32_t n = s.n;
	while (n && s.p[n - 1] == ' ') n--;
	if (n == s.n) {
		out[0] = s0;
		out[1] = s1;
	} else {
		str_put(out, s.p, n);
	}
}
