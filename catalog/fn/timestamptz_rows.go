package fn

import "slipher/catalog/types"

func timestamptzRows() []*Row {
	Z, V, T := types.TTimestamptz, types.TInterval, types.TText
	I, F := types.TInt4, types.TFloat8
	zoned := func(r *Row) *Row {
		r.Ret = zoned(r.Ret)
		return r
	}
	field := func(name string) *Row {
		return zoned(partRow(name, doublePart("timestamptz_part", "timestamptz_count"), Z))
	}
	part := func(name, op string, ret types.Type, args ...types.Type) *Row {
		return zoned(partRow(name, datePart(op, ret), args...))
	}
	return []*Row{
		zoned(row("+", "timestamptz_add_interval", Z, "An interval later.", Z, V)),
		zoned(row("+", "interval_add_timestamptz", Z, "An interval later.", V, Z)),
		zoned(row("-", "timestamptz_sub_interval", Z, "An interval earlier.", Z, V)),
		row("-", "timestamp_minus_timestamp", V, "Time between.", Z, Z),
		part("date_trunc", "timestamptz_trunc", Z, Z),
		field("date_part"), field("pgdate_part"), shownAs("date_part", field("extract")),
		part("date_add", "timestamptz_add_part", Z, types.TInt8, Z),
		shownAs("date_add", part("dateadd", "timestamptz_add_part", Z, types.TInt8, Z)),
		row("timestamptz_cmp", "order", I, orderDoc, Z, Z),
		row("timestamptz_cmp_date", "order", I, orderDoc, Z, Z),
		row("timestamptz_cmp_timestamp", "order", I, orderDoc, Z, Z),
		row("timestamp_cmp_timestamptz", "order", I, orderDoc, Z, Z),
		row("date_cmp_timestamptz", "order", I, orderDoc, Z, Z),
		zoned(row("to_char", "timestamptz_to_char", T, "A moment as text by a template.", Z, T)),
		zoned(&Row{Name: "to_timestamp", Args: exact(T, T), Ret: lenient("to_timestamptz", Z),
			Doc: "A moment from text by a template."}),
		zoned(row("to_timestamp", "to_timestamptz_strict", Z, "A moment from text by a template, strict or not.", T, T,
			types.TBool)),
		row("to_timestamp", "epoch_to_timestamptz", Z, "So many seconds after 1970 began.", F),
		zoned(&Row{Name: "generate_series", Args: exact(Z, Z, V), Set: &Set{opRef("timestamptz_series_count")},
			Ret: fixed("timestamptz_series", Z, Z, Z, V),
			Doc: "A row for each moment from the first to the second, by the interval."}),
	}
}

// zoned binds as ret does, with the session's zone behind the arguments.
func zoned(ret retFunc) retFunc {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		b, err := ret(args, consts)
		b.Zoned = true
		return b, err
	}
}
