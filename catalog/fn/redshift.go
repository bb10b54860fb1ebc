package fn

import (
	"slices"
	"strings"
)

// Known is a group of the functions that Redshift's guide has. Whether one is there is the table's to say; Differs and
// Missing say why one is not what the guide says, by its name. TestRedshift holds them to the table.
type Known struct {
	Title   string
	names   string // divided by commas
	Differs map[string]string
	Missing map[string]string
	// Lacking says why all names of the group that are not in the table are not, "" if each has a reason of its own.
	Lacking string
}

// Names are the functions' names, in lower case.
func (k *Known) Names() []string {
	var out []string
	for n := range strings.SplitSeq(k.names, ",") {
		out = append(out, strings.Join(strings.Fields(n), " "))
	}
	return out
}

// Reason is why a function of the group is missing or differs, "" for none.
func (k *Known) Reason(name string, there bool) string {
	if there {
		return k.Differs[name]
	}
	if why := k.Missing[name]; why != "" {
		return why
	}
	return k.Lacking
}

// Redshift lists the functions of Redshift's guide. docs/REDSHIFT.md is made of it.
func Redshift() []*Known { return redshift }

// refused are Redshift's functions that are not supported, for a better error than that they do not exist.
var refused = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range redshift {
		for _, n := range k.Names() {
			if k.Reason(n, false) != "" {
				m[n] = true
			}
		}
	}
	return m
}()

// Refused reports whether name is one of Redshift's functions that are not supported.
func Refused(name string) bool { return refused[name] }

// RefusedNames are all of them.
func RefusedNames() []string {
	var out []string
	for n := range refused {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Reasons that several functions have.
const (
	noPriorities = "queries have no priorities"
	noGrants     = "true: everyone may everything yet"
	noIAM        = "there is no IAM"
)

// redshift is the guide's "SQL functions reference", group by group.
var redshift = []*Known{
	{Title: "Aggregate functions", names: `any_value, approximate count, avg, bit_and, bit_or,
		bool_and, bool_or, count, grouping, grouping_id, listagg, max, median, min, percentile_cont, percentile_disc, stddev,
		stddev_pop, stddev_samp, sum, var_pop, var_samp, variance`},
	{Title: "Window functions", names: `avg, count, cume_dist, dense_rank, first_value, lag, last_value, lead, listagg, max,
		median, min, nth_value, ntile, percent_rank, percentile_cont, percentile_disc, rank, ratio_to_report, row_number,
		stddev_pop, stddev_samp, sum, var_pop, var_samp`},
	{Title: "Conditional functions", names: `coalesce, decode, greatest, least, nullif, nvl, nvl2`},
	{Title: "Math functions", names: `abs, acos, asin, atan, atan2, cbrt, ceil, ceiling, checksum, cos, cot, degrees, dexp,
		dlog1, dlog10, exp, floor, ln, log, mod, pi, pow, power, radians, random, round, sign, sin, sqrt, tan, to_hex, trunc`},
	{Title: "String functions", names: `ascii, bpcharcmp, btrim, bttext_pattern_cmp, char_length, character_length,
		charindex, chr, collate, concat, crc32, difference, initcap, left, len, length, lower, lpad, ltrim, octet_length,
		octetindex, position, quote_ident, quote_literal, regexp_count, regexp_instr, regexp_replace, regexp_substr, repeat,
		replace, replicate, reverse, right, rpad, rtrim, soundex, split_part, strpos, strtol, substr, substring, textlen,
		translate, trim, upper`},
	{Title: "Hash functions", names: `checksum, farmfingerprint64, fnv_hash, func_sha1, md5, murmur3_32_hash, sha, sha1,
		sha2`},
	{Title: "Date and time functions", names: `add_months, age, convert_timezone, current_date, current_time,
		current_timestamp, date_cmp, date_cmp_timestamp, date_cmp_timestamptz, date_diff, date_part, date_part_year,
		date_trunc, dateadd, datediff, extract, getdate, interval_cmp, isfinite, last_day, localtime, localtimestamp,
		months_between, next_day, now, pgdate_part, sysdate, timeofday, timestamp_cmp, timestamp_cmp_date,
		timestamp_cmp_timestamptz, timestamptz_cmp, timestamptz_cmp_date, timestamptz_cmp_timestamp, timezone, to_timestamp,
		trunc`},
	{Title: "Data type formatting functions", names: `text_to_int_alt, text_to_numeric_alt, to_char, to_date, to_hex,
		to_number`},
	{Title: "JSON functions", names: `can_json_parse, is_valid_json, is_valid_json_array, json_array_length,
		json_extract_array_element_text, json_extract_path_text, json_parse, json_serialize, json_serialize_to_varbyte`},
	{Title: "SUPER and array functions", names: `array, array_concat, array_flatten, decimal_precision, decimal_scale,
		get_array_length, is_array, is_bigint, is_boolean, is_char, is_decimal, is_float, is_integer, is_object, is_scalar,
		is_smallint, is_varchar, json_size, json_typeof, object, object_transform, size, split_to_array, subarray`},
	{Title: "VARBYTE functions", names: `from_hex, from_varbyte, getbit, to_varbyte`},
	{Title: "HyperLogLog functions", names: `hll, hll_cardinality, hll_combine, hll_combine_sketches, hll_create_sketch`,
		Differs: map[string]string{"hll_create_sketch": "by a hash of our own, as the guide does not say which"}},
	{Title: "Spatial functions", names: `addbbox, dropbbox, geometrytype, h3_boundary, h3_center, h3_fromlonglat,
		h3_frompoint, h3_isvalid, h3_polyfill, h3_resolution, h3_toparent, h3_tochildren, st_addpoint, st_angle, st_area,
		st_asbinary, st_asewkb, st_asewkt, st_asgeojson, st_ashexewkb, st_ashexwkb, st_astext, st_azimuth, st_boundary,
		st_buffer, st_centroid, st_collect, st_contains, st_containsproperly, st_convexhull, st_coveredby, st_covers,
		st_crosses, st_dimension, st_disjoint, st_distance, st_distancesphere, st_dwithin, st_endpoint, st_envelope,
		st_equals, st_exteriorring, st_force2d, st_force3d, st_force3dm, st_force3dz, st_force4d, st_geogfromtext,
		st_geogfromwkb, st_geohash, st_geometryn, st_geometrytype, st_geomfromewkb, st_geomfromewkt, st_geomfromgeohash,
		st_geomfromgeojson, st_geomfromgeosquare, st_geomfromtext, st_geomfromwkb, st_geosquare, st_interiorringn,
		st_intersection, st_intersects, st_ispolygonccw, st_ispolygoncw, st_isclosed, st_iscollection, st_isempty, st_isring,
		st_issimple, st_isvalid, st_length, st_length2d, st_lengthsphere, st_linefrommultipoint, st_lineinterpolatepoint,
		st_m, st_makeenvelope, st_makeline, st_makepoint, st_makepolygon, st_memsize, st_mmax, st_mmin, st_multi, st_ndims,
		st_npoints, st_nrings, st_numgeometries, st_numinteriorrings, st_numpoints, st_perimeter, st_perimeter2d, st_point,
		st_pointn, st_points, st_polygon, st_remotepoint, st_removepoint, st_reverse, st_setpoint, st_setsrid, st_simplify,
		st_srid, st_startpoint, st_touches, st_transform, st_union, st_within, st_x, st_xmax, st_xmin, st_y, st_ymax,
		st_ymin, st_z, st_zmax, st_zmin, supportsbbox`,
		Lacking: "the types GEOMETRY and GEOGRAPHY are missing"},
	{Title: "System administration functions", names: `change_query_priority, change_session_priority,
		change_user_priority, current_setting, pg_cancel_backend, pg_terminate_backend, reboot_cluster, set_config`,
		Missing: map[string]string{"change_query_priority": noPriorities, "change_session_priority": noPriorities,
			"change_user_priority": noPriorities, "reboot_cluster": "processes are started anew by who runs them"}},
	{Title: "System information functions", names: `current_aws_account, current_database, current_namespace,
		current_schema, current_schemas, current_user, current_user_id, db_collation, default_iam_role,
		has_assumerole_privilege, has_database_privilege, has_schema_privilege, has_table_privilege, pg_backend_pid,
		pg_get_cols, pg_get_grantee_by_iam_role, pg_get_iam_role_by_user, pg_get_late_binding_view_cols, pg_last_copy_count,
		pg_last_copy_id, pg_last_query_id, pg_last_unload_count, pg_last_unload_id, pg_timezone_abbrevs, pg_timezone_names,
		role_is_member_of, session_user, slice_num, user, user_is_member_of, version`,
		Differs: map[string]string{"current_user_id": "100 for everyone: there are no users yet",
			"has_database_privilege": noGrants, "has_schema_privilege": noGrants, "has_table_privilege": noGrants,
			"role_is_member_of": "false: there are no roles yet", "user_is_member_of": "false: there are no roles yet",
			"default_iam_role": "empty: there is no IAM", "pg_last_unload_id": "-1: there is no UNLOAD",
			"pg_last_unload_count": "0: there is no UNLOAD", "version": "names Slipher, too"},
		Missing: map[string]string{"current_aws_account": "there is no AWS account",
			"current_namespace": "clusters have no namespaces", "has_assumerole_privilege": noIAM,
			"pg_get_grantee_by_iam_role": noIAM, "pg_get_iam_role_by_user": noIAM,
			"pg_get_late_binding_view_cols": "not yet built", "slice_num": "not yet built"}},
	{Title: "Functions that tools use", names: `array_to_string, col_description, format_encoding, format_type,
		generate_series, get_bit, get_byte, obj_description, pg_encoding_to_char, pg_get_constraintdef, pg_get_expr,
		pg_get_userbyid, pg_get_viewdef, pg_table_is_visible, set_bit, set_byte, to_ascii`,
		Missing: map[string]string{"to_ascii": "PostgreSQL refuses it for UTF8, too"}},
}
