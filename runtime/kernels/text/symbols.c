/* The kernels by name. Only addresses are taken here, so the signatures do not matter. */
#include "symbols.h"

#define KERNELS(X) \
	X(slp_i128_div) X(slp_i128_rem) X(slp_dec_div) X(slp_dec_mul_down) X(slp_fmod) X(slp_rint) X(slp_dec_to_f64) \
	X(slp_f64_to_dec) X(slp_str_eq) X(slp_str_cmp) X(slp_rtrim_blanks) X(slp_str_to_i16) X(slp_str_to_i32) \
	X(slp_str_to_i64) X(slp_str_to_dec) X(slp_str_to_f64) X(slp_str_to_bool) X(slp_i64_to_str) X(slp_dec_to_str) \
	X(slp_f64_to_str) X(slp_f32_to_str) X(slp_str_to_date) X(slp_str_to_timestamp) X(slp_date_to_str) \
	X(slp_timestamp_to_str) X(slp_interval_to_str) X(slp_lower) X(slp_upper) X(slp_initcap) X(slp_like) \
	X(slp_ilike) X(slp_escape_byte) X(slp_char_length) X(slp_concat) X(slp_substring) X(slp_substring_from) \
	X(slp_fold_sortable) X(slp_fold_sorted) \
	X(slp_left) X(slp_right) X(slp_ltrim) X(slp_rtrim) X(slp_btrim) X(slp_replace) X(slp_strpos) X(slp_lpad) \
	X(slp_rpad) X(slp_repeat) X(slp_reverse) X(slp_split_part) X(slp_ascii) X(slp_chr) X(slp_translate) \
	X(slp_str_truncate) X(slp_str_assign) X(slp_char_truncate) X(slp_char_assign) X(slp_date_part) \
	X(slp_date_trunc) X(slp_ts_add_interval) X(slp_date_add) X(slp_add_months) X(slp_date_diff) \
	X(slp_months_between) X(slp_last_day) X(slp_next_day) X(slp_interval_mul) X(slp_interval_part) X(slp_floor) \
		X(slp_ceil) \
	X(slp_trunc) X(slp_round) X(slp_cbrt) X(slp_atan) X(slp_tanh) X(slp_sin) X(slp_cos) X(slp_tan) X(slp_cot) \
	X(slp_asin) X(slp_acos) X(slp_atan2) \
	X(slp_sinh) X(slp_cosh) X(slp_asinh) X(slp_acosh) X(slp_atanh) \
	X(slp_sind) X(slp_cosd) X(slp_tand) X(slp_cotd) X(slp_asind) X(slp_acosd) X(slp_atand) X(slp_atan2d) \
	X(slp_sqrt) X(slp_exp) X(slp_ln) X(slp_log10) X(slp_log_base) \
	X(slp_pow) X(slp_round_digits) X(slp_trunc_digits) X(slp_random) \
	X(slp_series_i64) X(slp_series_i128) X(slp_series_times) X(slp_series_time) \
	X(slp_zone_local) X(slp_zone_utc) X(slp_zone_offset) \
	X(slp_str_to_bytes) X(slp_bytes_to_str) X(slp_bytes_to_char) X(slp_int_to_bytes) X(slp_bytes_to_int) \
	X(slp_bytes_left) X(slp_bytes_from) X(slp_bytes_substring) X(slp_bytes_getbit) X(slp_bytes_concat) \
	X(slp_bytes_and) X(slp_bytes_or) X(slp_bytes_xor) X(slp_bytes_not)

#define DECLARE(n) extern void n(void);
KERNELS(DECLARE)

#define ENTRY(n) {#n, (void *)n},
static const slp_symbol table[] = {KERNELS(ENTRY){0, 0}};
const slp_symbol *slp_text_symbols(void) { return table; }
