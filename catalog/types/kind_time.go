package types

import "strings"

// TTime is TIME.
var TTime = Type{Kind: Time}

// Microseconds since midnight; 24:00:00 is one. A precision is accepted and ignored.
func timeKind() *kind {
	return &kind{name: "time without time zone", short: "time", typname: "time",
		names: append(named(1, "time"), named(0, "time without time zone")...),
		oid:   1083, array: 1183, typlen: 8, category: "D", facts: func(Type) Facts { return Facts{Fraction: 6} },
		phys: I64, bounds: within(0, MicrosPerDay), family: Times, class: "time", beside: itself, column: true,
		parse: parseTime, write: writeAs(appendClock), wire: intWire(8), room: atMost(24), cuts: true, clock: timeOfClock,
		badText: 1206}
}

func timeOfClock(_ Type, word string, now func() Clock) (Datum, bool) {
	if word != "now" {
		return Datum{}, false
	}
	_, micros := SplitTimestamp(now().local())
	return Int(micros), true
}

func parseTime(_ Type, s string) (Datum, error) {
	if micros, ok := plainTime(s); ok {
		return Int(micros), nil
	}
	d, err := readDateTime(s, "time", (*dateTimeParser).parseTime)
	if err != nil {
		return Datum{}, err
	}
	return Int(d.Micros), nil
}

// plainTime reads HH:MM:SS alone, what nearly all data looks like.
func plainTime(s string) (micros int64, ok bool) {
	if len(s) != len("HH:MM:SS") || s[2] != ':' || s[5] != ':' {
		return 0, false
	}
	for _, f := range [...]struct {
		at    int
		limit byte
	}{{0, 24}, {3, 60}, {6, 60}} {
		high, low := s[f.at]-'0', s[f.at+1]-'0'
		if high > 9 || low > 9 || high*10+low >= f.limit {
			return 0, false
		}
		micros = micros*60 + int64(high*10+low)
	}
	return micros * 1000000, true
}

// parseTime reads a time of day. A date may stand in front of it, or a zone behind it: neither counts.
func (p *dateTimeParser) parseTime() error {
	if err := p.each(p.takeTime); err != nil {
		return err
	}
	switch {
	case p.timeNext || p.have&haveTime == 0:
		return errDateSyntax
	case p.have&haveDate == haveDate:
		return p.finish()
	case p.Named: // which offset a zone has, its date says
		return errDateSyntax
	}
	return p.finishTime()
}

// takeTime reads one token. Digits without separators are a time, as if there had been a date.
func (p *dateTimeParser) takeTime(kind dateToken, text string, have int) error {
	switch kind {
	case dateDate:
		if have == 0 && p.beforeTime() {
			return p.take(kind, text, have)
		}
		p.timeNext = p.timeNext || isDigit(text[0]) // 040506-08
	case dateWord:
		switch {
		case monthNumber(text) > 0 || isDayName(text) || isJulianWord(text) || text == "epoch" ||
			strings.HasSuffix(text, "infinity"):
			return errDateSyntax
		}
	}
	err := p.take(kind, text, have|haveDate)
	if err == errNoZone && have&haveDate == 0 { // only behind a date is anything looked up
		err = errDateSyntax
	}
	return err
}

// beforeTime reports whether a date is what PostgreSQL takes for one in the text of a time: before a clock, or where
// the text ends with what looks like a date, as 040506-08 does.
func (p *dateTimeParser) beforeTime() bool {
	ahead, last := *p, dateEnd
	for {
		kind, _ := ahead.token()
		switch {
		case kind == dateClock && last == dateEnd:
			return true
		case kind == dateEnd || kind == dateBad:
			return last == dateDate
		}
		last = kind
	}
}
