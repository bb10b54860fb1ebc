package random

import "strings"

// rows compares two rows of values.
func (g gen) rows(s scope, depth int) expr {
	var left, right []expr
	var places []string
	for range 2 + g.IntN(2) {
		c := pick(g, []class{cInt, cInt, cDec, cStr, cDate, cTS, cFloat, cTime, cTZ, cBytes, cUUID, cZoned})
		pair := g.comparable(g.value(s, c, depth), g.value(s, c, depth))
		left, right = append(left, pair[0]), append(right, pair[1])
		places = append(places, "%s")
	}
	row := "(" + strings.Join(places, ", ") + ")"
	switch g.IntN(8) {
	case 0:
		return form(typ{k: kBool}, 0, "("+row+" in ("+row+", "+row+"))", append(append(left, right...), left...)...)
	case 1:
		return form(typ{k: kBool}, 0, "("+row+" not in ("+row+"))", append(left, right...)...)
	}
	op := pick(g, []string{"=", "<>", "<", "<=", ">", ">="})
	return form(typ{k: kBool}, 0, "("+row+" "+op+" "+row+")", append(left, right...)...)
}
