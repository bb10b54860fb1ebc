/* Functions over doubles with PostgreSQL's errors, and random(). */
#include "str.h"
#include <math.h>
#include <stdlib.h>
#include <sys/random.h>

/* An infinite result of finite operands is an overflow, a zero result of a nonzero exact one an underflow. */
static int32_t put(double *out, double r, int finite) {
	*out = r;
	return isinf(r) && finite ? SLP_FLOAT_OVERFLOW : 0;
}

#define UNARY(name, expr) \
	double slp_##name(double x) { return expr; }
UNARY(floor, floor(x))
UNARY(ceil, ceil(x))
UNARY(trunc, trunc(x))
UNARY(round, round(x))
UNARY(atan, atan(x))
UNARY(tanh, tanh(x))
UNARY(asinh, asinh(x))

/* The library's root is off by a digit for perfect cubes: one Newton step mends it. */
double slp_cbrt(double x) {
	double r = cbrt(x);
	return r == 0 || !isfinite(r) ? r : r - (r * r * r - x) / (3 * r * r);
}

#define ANGLE(name)                                       \
	int32_t slp_##name(double *out, double x) {           \
		if (isinf(x)) return *out = 0, SLP_INPUT_OUT_OF_RANGE; \
		return put(out, name(x), isfinite(x));            \
	}
ANGLE(sin)
ANGLE(cos)
ANGLE(tan)

int32_t slp_cot(double *out, double x) {
	*out = 0;
	if (isinf(x)) return SLP_INPUT_OUT_OF_RANGE;
	double t = tan(x);
	if (t == 0) return SLP_DIVIDE_BY_ZERO;
	*out = 1 / t;
	return 0;
}

#define ARC(name)                                                     \
	int32_t slp_##name(double *out, double x) {                       \
		if (x < -1 || x > 1) return *out = 0, SLP_INPUT_OUT_OF_RANGE; \
		*out = name(x);                                               \
		return 0;                                                     \
	}
ARC(asin)
ARC(acos)

double slp_atan2(double y, double x) { return atan2(y, x); }

int32_t slp_sinh(double *out, double x) { return put(out, sinh(x), isfinite(x)); }
int32_t slp_cosh(double *out, double x) { return put(out, cosh(x), isfinite(x)); }

int32_t slp_acosh(double *out, double x) {
	*out = x < 1 ? 0 : acosh(x);
	return x < 1 ? SLP_INPUT_OUT_OF_RANGE : 0;
}

int32_t slp_atanh(double *out, double x) {
	if (x < -1 || x > 1) return *out = 0, SLP_INPUT_OUT_OF_RANGE;
	*out = atanh(x); /* of the ends: infinite, as PostgreSQL's */
	return 0;
}

/* Functions of degrees are exact where a multiple of 30 or 45 degrees has an exact value: the library's value is
   divided by what it gives for such an angle. */
static const double DEGREE = 0.017453292519943295;

/* The calculation is kept from the compiler, which may know other constants than the library's. */
static double sine_to_30(double x) {
	volatile double thirty = 30 * DEGREE;
	return sin(x * DEGREE) / sin(thirty) / 2;
}

static double cosine_to_60(double x) {
	volatile double sixty = 60 * DEGREE;
	return 1 - (1 - cos(x * DEGREE)) / (1 - cos(sixty)) / 2;
}

static double sine_to_90(double x) { return x <= 30 ? sine_to_30(x) : cosine_to_60(90 - x); }
static double cosine_to_90(double x) { return x <= 60 ? cosine_to_60(x) : sine_to_30(90 - x); }

static double sine_of(double x) {
	int sign = 1;
	x = fmod(x, 360);
	if (x < 0) x = -x, sign = -sign;
	if (x > 180) x = 360 - x, sign = -sign;
	if (x > 90) x = 180 - x;
	return sign * sine_to_90(x);
}

static double cosine_of(double x) {
	int sign = 1;
	x = fmod(x, 360);
	if (x < 0) x = -x;
	if (x > 180) x = 360 - x;
	if (x > 90) x = 180 - x, sign = -sign;
	return sign * cosine_to_90(x);
}

/* The quotient of two functions of angles up to 90 degrees, as tangent and cotangent are. */
static double quotient_of(double x, double (*up)(double), double (*down)(double)) {
	int sign = 1;
	volatile double one = up(45) / down(45);
	x = fmod(x, 360);
	if (x < 0) x = -x, sign = -sign;
	if (x > 180) x = 360 - x, sign = -sign;
	if (x > 90) x = 180 - x, sign = -sign;
	double r = sign * (up(x) / down(x) / one);
	return r == 0 ? 0 : r; /* not -0 */
}

static double tangent_of(double x) { return quotient_of(x, sine_to_90, cosine_to_90); }
static double cotangent_of(double x) { return quotient_of(x, cosine_to_90, sine_to_90); }

#define DEGREES(name, f)                                       \
	int32_t slp_##name(double *out, double x) {                \
		if (isinf(x)) return *out = 0, SLP_INPUT_OUT_OF_RANGE; \
		*out = isnan(x) ? x : f(x);                            \
		return 0;                                              \
	}
DEGREES(sind, sine_of)
DEGREES(cosd, cosine_of)
DEGREES(tand, tangent_of)
DEGREES(cotd, cotangent_of)

static double arcsine_to_1(double x) {
	volatile double half = 0.5;
	if (x <= 0.5) return asin(x) / asin(half) * 30;
	return 90 - acos(x) / acos(half) * 60;
}

static double arccosine_to_1(double x) {
	volatile double half = 0.5;
	if (x <= 0.5) return 90 - asin(x) / asin(half) * 30;
	return acos(x) / acos(half) * 60;
}

static double arcsine_of(double x) { return x >= 0 ? arcsine_to_1(x) : -arcsine_to_1(-x); }
static double arccosine_of(double x) { return x >= 0 ? arccosine_to_1(x) : 90 + arcsine_to_1(-x); }

#define ARC_DEGREES(name, f)                                          \
	int32_t slp_##name(double *out, double x) {                       \
		if (x < -1 || x > 1) return *out = 0, SLP_INPUT_OUT_OF_RANGE; \
		*out = isnan(x) ? x : f(x);                                   \
		return 0;                                                     \
	}
ARC_DEGREES(asind, arcsine_of)
ARC_DEGREES(acosd, arccosine_of)

double slp_atand(double x) {
	volatile double one = 1;
	return atan(x) / atan(one) * 45;
}

double slp_atan2d(double y, double x) {
	volatile double one = 1;
	return atan2(y, x) / atan(one) * 45;
}

int32_t slp_sqrt(double *out, double x) {
	*out = x < 0 ? 0 : sqrt(x);
	return x < 0 ? SLP_SQRT_OF_NEGATIVE : 0;
}

int32_t slp_exp(double *out, double x) {
	double r = exp(x);
	*out = r;
	if (r == 0 && isfinite(x)) return SLP_FLOAT_UNDERFLOW;
	return put(out, r, isfinite(x));
}

static int32_t check_log(double *out, double x) {
	*out = 0;
	return x == 0 ? SLP_LOG_OF_ZERO : x < 0 ? SLP_LOG_OF_NEGATIVE : 0;
}

int32_t slp_ln(double *out, double x) {
	int32_t c = check_log(out, x);
	if (!c) *out = log(x);
	return c;
}

int32_t slp_log10(double *out, double x) {
	int32_t c = check_log(out, x);
	if (!c) *out = log10(x);
	return c;
}

int32_t slp_log_base(double *out, double base, double x) {
	int32_t c = check_log(out, base);
	if (!c) c = check_log(out, x);
	if (c) return c;
	if (base == 1) return SLP_DIVIDE_BY_ZERO;
	*out = log(x) / log(base);
	return 0;
}

int32_t slp_pow(double *out, double x, double y) {
	*out = 0;
	if (x == 0 && y < 0) return SLP_ZERO_NEGATIVE_POWER;
	if (x < 0 && isfinite(x) && isfinite(y) && floor(y) != y) return SLP_INVALID_POWER;
	double r = pow(x, y);
	if (r == 0 && isfinite(x) && isfinite(y) && x != 0) return SLP_FLOAT_UNDERFLOW;
	return put(out, r, isfinite(x) && isfinite(y));
}

/* x rounded (or truncated) to digits behind the point: digits is -308..308. */
static double scaled(double x, int32_t digits, double (*f)(double)) {
	if (digits > 308) return x;
	if (digits < -308) return 0;
	double p = pow(10, digits < 0 ? -digits : digits);
	double r = digits < 0 ? f(x / p) * p : f(x * p) / p;
	return isfinite(r) ? r : x;
}

double slp_round_digits(double x, int32_t digits) { return scaled(x, digits, round); }
double slp_trunc_digits(double x, int32_t digits) { return scaled(x, digits, trunc); }

/* Uniform in [0, 1): xorshift64*, seeded by the system once a thread. */
double slp_random(void) {
	static _Thread_local uint64_t s;
	while (!s)
		if (getrandom(&s, sizeof s, 0) != sizeof s) s = (uint64_t)(uintptr_t)&s | 1;
	s ^= s >> 12;
	s ^= s << 25;
	s ^= s >> 27;
	return (double)((s * 0x2545f4914f6cdd1dull) >> 11) * 0x1p-53;
}
