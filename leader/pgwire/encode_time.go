package pgwire

import (
	"math"
	"strconv"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
)

// civil is the proleptic Gregorian date of a day counted from 2000-01-01.
// Years are astronomical: 0 is 1 BC.
func civil(days int64) (year int64, month, day int) {
	// Count from 0000-03-01, so that the leap day ends a year. Eras have 400 years.
	z := days + 730_425
	era := z / 146_097
	if z < 0 {
		era = (z - 146_096) / 146_097
	}
	doe := z - era*146_097
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy-(153*mp+2)/5) + 1
	month = int(mp) + 3
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// appendDay appends YYYY-MM-DD and reports whether the year is BC.
func appendDay(dst []byte, days int64) ([]byte, bool) {
	y, m, d := civil(days)
	bc := y <= 0
	if bc {
		y = 1 - y
	}
	dst = appendPadded(dst, y, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(m), 2)
	dst = append(dst, '-')
	return appendPadded(dst, int64(d), 2), bc
}

func appendPadded(dst []byte, v int64, width int) []byte {
	for p := int64(10); width > 1; width-- {
		if v < p {
			for ; width > 1; width-- {
				dst = append(dst, '0')
			}
			break
		}
		p *= 10
	}
	return strconv.AppendInt(dst, v, 10)
}

func appendDate(dst []byte, days int64) []byte {
	switch days {
	case math.MaxInt32:
		return append(dst, "infinity"...)
	case math.MinInt32:
		return append(dst, "-infinity"...)
	}
	dst, bc := appendDay(dst, days)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendTimestamp(dst []byte, micros int64) []byte {
	switch micros {
	case math.MaxInt64:
		return append(dst, "infinity"...)
	case math.MinInt64:
		return append(dst, "-infinity"...)
	}
	days := micros / microsPerDay
	rest := micros % microsPerDay
	if rest < 0 {
		days, rest = days-1, rest+microsPerDay
	}
	dst, bc := appendDay(dst, days)
	dst = append(dst, ' ')
	dst = appendClock(dst, rest)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendClock appends HH:MM:SS and the fraction without trailing zeros, for micros >= 0.
func appendClock(dst []byte, micros int64) []byte {
	secs, frac := micros/microsPerSecond, micros%microsPerSecond
	dst = appendPadded(dst, secs/3600, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, secs/60%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, secs%60, 2)
	if frac != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, frac, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}

// appendInterval appends an interval in PostgreSQL's style: "1 year 2 mons 3
// days 04:05:06". Whole days are shown as such.
func appendInterval(dst []byte, months, micros int64) []byte {
	start := len(dst)
	negative := false // the part before was: a positive part then shows its sign
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if negative && v > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, v, 10)
		dst = append(dst, unit...)
		if v != 1 {
			dst = append(dst, 's')
		}
		negative = v < 0
	}
	part(months/12, " year")
	part(months%12, " mon")
	part(micros/microsPerDay, " day")
	if rest := micros % microsPerDay; rest != 0 || len(dst) == start {
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		switch {
		case rest < 0:
			dst, rest = append(dst, '-'), -rest
		case negative:
			dst = append(dst, '+')
		}
		dst = appendClock(dst, rest)
	}
	return dst
}
