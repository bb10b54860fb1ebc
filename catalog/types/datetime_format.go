package types

import (
	"fmt"
	"strings"

	"slipher/catalog/sqlerr"
)

// FormatDate writes a day number as YYYY-MM-DD.
func FormatDate(days int64) string {
	y, m, d := CivilOf(days)
	if y < 1 {
		return fmt.Sprintf("%04d-%02d-%02d BC", 1-y, m, d)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// FormatTimestamp writes microseconds since 2000-01-01 as YYYY-MM-DD HH:MM:SS[.ffffff].
func FormatTimestamp(ts int64) string {
	days, micros := SplitTimestamp(ts)
	date, bc := strings.CutSuffix(FormatDate(days), " BC")
	out := date + " " + formatClock(micros)
	if bc {
		out += " BC"
	}
	return out
}

// formatClock writes non-negative microseconds as HH:MM:SS with a fraction if there is one.
func formatClock(micros int64) string {
	secs := micros / 1000000
	out := fmt.Sprintf("%02d:%02d:%02d", secs/3600, secs/60%60, secs%60)
	if f := micros % 1000000; f != 0 {
		out += "." + strings.TrimRight(fmt.Sprintf("%06d", f), "0")
	}
	return out
}

func parseDate(s string) (Datum, error) {
	d, err := ParseDateTime(s, "date")
	if err != nil {
		return Datum{}, err
	}
	if days := d.Days(); days >= MinDate && days <= MaxDate {
		return Int(days), nil
	}
	return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: \"%s\"", s)
}

func parseTimestamp(s string) (Datum, error) {
	d, err := ParseDateTime(s, "timestamp")
	if err != nil {
		return Datum{}, err
	}
	days, micros := d.Days()+d.Micros/MicrosPerDay, d.Micros%MicrosPerDay // 24:00:00 and 23:59:60
	if days < MinDate || days > MaxDate {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	return Int(days*MicrosPerDay + micros), nil
}
