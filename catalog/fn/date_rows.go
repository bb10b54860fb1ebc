package fn

import "slipher/catalog/types"

func dateRows() []*Row {
	D, S, V, I, F, T := types.TDate, types.TTimestamp, types.TInterval, types.TInt8, types.TFloat8, types.TText
	rows := []*Row{
		// An untyped literal beside a date is days for + and a date for -.
		row("+", "timestamp_add_interval", S, "An interval later.", S, V),
		row("+", "date_add_days", D, "So many days later.", D, I),
		row("+", "interval_add_timestamp", S, "An interval later.", V, S),
		row("+", "days_add_date", D, "So many days later.", I, D),
		row("+", "interval_add", V, "Sum of intervals.", V, V),
		row("-", "timestamp_minus_timestamp", V, "Time between.", S, S),
		row("-", "date_minus_date", types.TInt4, "Days between.", D, D),
		row("-", "timestamp_sub_interval", S, "An interval earlier.", S, V),
		row("-", "date_sub_days", D, "So many days earlier.", D, I),
		row("-", "interval_sub", V, "Difference of intervals.", V, V),
		row("-", "interval_neg", V, "The opposite interval.", V),
		row("*", "interval_mul", V, "An interval so many times.", V, F),
		row("*", "factor_mul_interval", V, "An interval so many times.", F, V),
		row("/", "interval_div", V, "A part of an interval.", V, F),

		row("add_months", "add_months", S, "So many months later; the last day of a month stays the last.", S, I),
		row("months_between", "months_between", F, "Months between two dates.", S, S),
		row("last_day", "last_day", D, "Last day of the month.", D),
		row("next_day", "next_day", D, "First day of that name strictly after.", D, T),
		row("date_part_year", "date_year", types.TInt4, "The year of a date.", D),
		row("trunc", "timestamp_to_date", D, "The date of a timestamp.", S),
		partRow("date_trunc", truncPart, S),
		partRow("date_part", doublePart("date_part_double", "date_count_double"), S),
		partRow("pgdate_part", doublePart("date_part_double", "date_count_double"), S),
		partRow("extract", dateExtract, D),
		partRow("extract", extractPart, S),
		partRow("extract", intervalPart, V),
		partRow("date_part", intervalPart, V),
	}
	for _, name := range []string{"dateadd", "date_add"} {
		rows = append(rows, &Row{Name: name, Shown: "date_add",
			Args: []Param{{Kind: types.Varchar, Name: partName}, {Kind: types.Int8, Name: "n"}, {Kind: types.Timestamp}},
			Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
				p, err := constPart(consts, 0)
				return Bound{Op: opRef("date_add"), Args: []types.Type{types.TUnknown, I, S}, Extra: []Const{i32Const(int(p))},
					Ret: S}, err
			}, Doc: "So many parts later, as a timestamp."})
	}
	for _, name := range []string{"datediff", "date_diff"} {
		rows = append(rows, &Row{Name: name, Shown: "date_diff",
			Args: []Param{{Kind: types.Varchar, Name: partName}, {Kind: types.Timestamp}, {Kind: types.Timestamp}},
			Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
				p, err := constPart(consts, 0)
				return Bound{Op: opRef("date_diff"), Args: []types.Type{types.TUnknown, S, S}, Extra: []Const{i32Const(int(p))},
					Ret: types.TInt8}, err
			}, Doc: "Boundaries of the part crossed from the first to the second."})
	}
	for _, r := range rows {
		if r.Name == "extract" {
			r.Shown = "date_part"
		}
	}
	return rows
}

// partRow is a row whose first argument is a constant date part, in front of one or more others.
func partRow(name string, bind func(p DatePart) Bound, args ...types.Type) *Row {
	return &Row{Name: name, Args: append([]Param{{Kind: types.Varchar, Name: partName}}, exact(args...)...),
		Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
			p, err := constPart(consts, 0)
			if err != nil {
				return Bound{}, err
			}
			b := bind(p)
			b.Args = append([]types.Type{types.TUnknown}, args...)
			return b, nil
		}, Doc: "By date part: " + args[len(args)-1].String() + "."}
}

func truncPart(p DatePart) Bound {
	return Bound{Op: opRef("date_trunc"), Extra: []Const{i32Const(int(p))}, Ret: types.TTimestamp}
}

func datePart(op string, ret types.Type) func(p DatePart) Bound {
	return func(p DatePart) Bound { return Bound{Op: opRef(op), Extra: []Const{i32Const(int(p))}, Ret: ret} }
}

// doublePart takes the op for a part that comes again, or the one for a part that grows without end.
func doublePart(again, endless string) func(p DatePart) Bound {
	return func(p DatePart) Bound {
		op := again
		if p.endless() {
			op = endless
		}
		return datePart(op, types.TFloat8)(p)
	}
}

// dateExtract takes the inline ops for the common parts of a date.
func dateExtract(p DatePart) Bound {
	switch p {
	case Year:
		return Bound{Op: opRef("date_year"), Ret: types.TInt4} // an infinity's is no INTEGER
	case Month:
		return Bound{Op: opRef("date_month"), Ret: types.TInt4}
	case Day:
		return Bound{Op: opRef("date_day"), Ret: types.TInt4}
	}
	return extractPart(p)
}

// extractPart gives an integer; seconds since 1970 need a BIGINT.
func extractPart(p DatePart) Bound {
	ret := types.TInt4
	if p == Epoch {
		ret = types.TInt8
	}
	op := "date_part"
	if p.endless() {
		op = "date_count"
	}
	return Bound{Op: opRef(op), Extra: []Const{i32Const(int(p))}, Ret: ret}
}

func intervalPart(p DatePart) Bound {
	return Bound{Op: opRef("interval_part"), Extra: []Const{i32Const(int(p))}, Ret: types.TFloat8}
}
