package fn

import (
	"math"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// makeGroup is dates, times and intervals made of numbers.
func makeGroup() Group {
	I, F, T := types.TInt4, types.TFloat8, types.TText
	D, C, S, Z, V := types.TDate, types.TTime, types.TTimestamp, types.TTimestamptz, types.TInterval
	op := func(name, doc string, f func(c HostCall, row int) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Doc: doc,
			Host: eachRow(f)}
	}
	g := Group{
		Ops: []*Op{
			op("make_date", "A date of year, month and day.", func(c HostCall, row int) error {
				d, err := makeDate(c, row)
				c.SetInt(row, d)
				return err
			}, i32, i32, i32, i32),
			op("make_time", "A time of hour, minute and second.", func(c HostCall, row int) error {
				t, err := makeTime(c, row, 0)
				c.SetInt(row, t)
				return err
			}, i32, i32, f64, i64),
			op("make_timestamp", "A timestamp of year, month, day, hour, minute and second.",
				func(c HostCall, row int) error {
					ts, err := makeTimestamp(c, row)
					c.SetInt(row, ts)
					return err
				}, i32, i32, i32, i32, i32, f64, i64),
			op("make_timestamptz", "A moment of year, month, day, hour, minute, second and zone.",
				func(c HostCall, row int) error {
					ts, err := makeTimestamp(c, row)
					if err != nil {
						return err
					}
					return setTimestamp(c, row, zoneOperand(c, 6, row).UTC(ts))
				}, i32, i32, i32, i32, i32, f64, str, i64),
			op("make_timestamptz_named", "make_timestamptz in a zone by its name.", func(c HostCall, row int) error {
				ts, err := makeTimestamp(c, row)
				if err != nil {
					return err
				}
				z, err := findZone(string(c.Str(6, row)))
				if err != nil {
					return err
				}
				return setTimestamp(c, row, z.UTC(ts))
			}, i32, i32, i32, i32, i32, f64, str, i64),
			op("make_interval", "An interval of years, months, weeks, days, hours, minutes and seconds.", hostMakeInterval, i32,
				i32, i32, i32, i32, i32, f64, i128),
		},
		Rows: []*Row{
			row("make_date", "make_date", D, "A date of year, month and day; years before Christ are negative.", I, I, I),
			row("make_time", "make_time", C, "A time of hour, minute and second.", I, I, F),
			row("make_timestamp", "make_timestamp", S, "A timestamp of year, month, day, hour, minute and second.", I, I, I, I,
				I, F),
			{Name: "make_timestamptz", Args: exact(I, I, I, I, I, F), Ret: zoned(fixed("make_timestamptz", Z, I, I, I, I, I, F)),
				Doc: "A moment of year, month, day, hour, minute and second on the session's clock."},
			row("make_timestamptz", "make_timestamptz_named", Z,
				"A moment of year, month, day, hour, minute and second on a zone's clock.", I, I, I, I, I, F, T),
		},
	}
	params := []types.Type{I, I, I, I, I, I, F}
	for n := 0; n <= len(params); n++ {
		var extra []Const
		for i := n; i < len(params); i++ {
			if i == len(params)-1 {
				extra = append(extra, Const{f64, types.Float(0)})
			} else {
				extra = append(extra, i32Const(0))
			}
		}
		g.Rows = append(g.Rows, &Row{Name: "make_interval", Args: exact(params[:n]...),
			Doc: "An interval of years, months, weeks, days, hours, minutes and seconds; 0 where there are fewer.",
			Ret: func([]types.Type, []*types.Datum) (Bound, error) {
				return Bound{Op: opRef("make_interval"), Args: params[:n:n], Extra: extra, Ret: V}, nil
			}})
	}
	return g
}

func makeDate(c HostCall, row int) (int64, error) {
	year, month, day := int(c.Int(0, row)), int(c.Int(1, row)), int(c.Int(2, row))
	bad := sqlerr.New(sqlerr.DatetimeOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	if year == 0 {
		return 0, bad
	}
	if year < 0 {
		year++
	}
	if month < 1 || month > 12 || day < 1 || day > types.DaysInMonth(year, month) || abs(year) > 400000 {
		return 0, bad
	}
	d := types.DaysOf(year, month, day)
	if d < types.MinDate || d > types.MaxDate {
		return 0, sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: %d-%02d-%02d", year, month, day)
	}
	return d, nil
}

// makeTime reads hour, minute and second from an operand on.
func makeTime(c HostCall, row, at int) (int64, error) {
	hour, minute, second := c.Int(at, row), c.Int(at+1, row), c.Float(at+2, row)
	micros := math.RoundToEven(second * 1e6)
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(second >= 0 && second <= 60) || micros > 60e6 ||
		hour == 24 && (minute > 0 || micros > 0) {
		return 0, sqlerr.New(sqlerr.DatetimeOverflow, "time field value out of range: %d:%02d:%02g", hour, minute, second)
	}
	return hour*3600e6 + minute*60e6 + int64(micros), nil
}

func makeTimestamp(c HostCall, row int) (int64, error) {
	d, err := makeDate(c, row)
	if err != nil {
		return 0, err
	}
	t, err := makeTime(c, row, 3)
	if err != nil {
		return 0, err
	}
	if ts := d*types.MicrosPerDay + t; ts <= types.MaxTimestamp {
		return ts, nil
	}
	return 0, TimestampRange.Err()
}

func hostMakeInterval(c HostCall, row int) error {
	n := func(i int) int64 { return c.Int(i, row) }
	second := c.Float(6, row)
	micros := math.RoundToEven(second * 1e6)
	months := n(0)*12 + n(1)
	if !(micros > -9e18 && micros < 9e18) || months > 1<<31-1 || months < -1<<31 {
		return IntervalRange.Err()
	}
	whole := float64(n(2)*7+n(3))*types.MicrosPerDay + float64(n(4))*3600e6 + float64(n(5))*60e6 + micros
	if whole > 9e18 || whole < -9e18 {
		return IntervalRange.Err()
	}
	c.SetInt128(row, months, (n(2)*7+n(3))*types.MicrosPerDay+n(4)*3600e6+n(5)*60e6+int64(micros))
	return nil
}
