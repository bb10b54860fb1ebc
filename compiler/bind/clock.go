package bind

import (
	"errors"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler/algebra"
)

// parseText reads a literal as a value of type to. It may be a word that asks the clock of the session's zone, as
// the transaction began: now, today, tomorrow, yesterday. In a view's query they mean when it was made, and where.
func (b *binder) parseText(to types.Type, s string) (types.Datum, error) {
	z := b.zone()(b.cat.Session())
	now := func() types.Clock {
		if n := len(b.views); n > 0 && b.views[n-1].View.Clock != 0 {
			return types.Clock{Micros: b.views[n-1].View.Clock, Zone: z}
		}
		return types.Clock{Micros: b.cat.Session().TransactionMicros(), Zone: z}
	}
	if d, ok := to.Clock(clockWord(s), now); ok {
		b.out.Record.Never()
		return d, nil
	}
	return types.ParseTextIn(to, s, z)
}

// parseOther is parseText for plans that serve several statements: it fails for words that ask the clock.
func (b *binder) parseOther() func(o *algebra.Other, to types.Type, s string) (types.Datum, error) {
	zoneOf := b.zone()
	return func(o *algebra.Other, to types.Type, s string) (types.Datum, error) {
		if asksClock(to, s) {
			return types.Datum{}, errClock
		}
		return types.ParseTextIn(to, s, zoneOf(o.Session))
	}
}

// zone is the time zone of literals that name none, in a session: of a view its creator's.
func (b *binder) zone() func(ses fn.Session) zone.Table {
	if n := len(b.views); n > 0 && !b.views[n-1].View.Late {
		made, ok := zone.Find(b.views[n-1].View.Zone)
		if !ok { // its files went away since
			made = zone.UTC
		}
		return func(fn.Session) zone.Table { return made.Table }
	}
	return func(ses fn.Session) zone.Table { return ses.Zone().Table }
}

// asksClock reports whether a text of type to is a word that asks the clock.
func asksClock(to types.Type, s string) bool {
	_, ok := to.Clock(clockWord(s), func() types.Clock { return types.Clock{Zone: zone.UTC.Table} })
	return ok
}

func clockWord(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

var errClock = errors.New("a word that asks the clock")
