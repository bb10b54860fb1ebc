package types

import (
	"fmt"
	"strings"
)

// FormatInterval writes months and microseconds as PostgreSQL does:
// "1 year 2 mons 3 days 04:05:06". A sign is written before a part behind a
// negative one.
func FormatInterval(months, micros int64) string {
	var parts []string
	negative := false
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		sign := ""
		if negative && v > 0 {
			sign = "+"
		}
		plural := "s"
		if v == 1 {
			plural = ""
		}
		parts = append(parts, fmt.Sprintf("%s%d %s%s", sign, v, unit, plural))
		negative = v < 0
	}
	part(months/12, "year")
	part(months%12, "mon")
	part(micros/MicrosPerDay, "day")
	if rest := micros % MicrosPerDay; rest != 0 || len(parts) == 0 {
		sign := ""
		if rest < 0 {
			sign, rest = "-", -rest
		} else if negative {
			sign = "+"
		}
		parts = append(parts, sign+formatClock(rest))
	}
	return strings.Join(parts, " ")
}
