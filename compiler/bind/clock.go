package bind

import (
	"errors"
	"strings"

	"slipher/catalog/types"
)

// parseText reads a literal as a value of type to. It may be a word that asks the clock of the session's zone, as
// the transaction began: now, today, tomorrow, yesterday. In a view's query they mean when it was made.
func (b *binder) parseText(to types.Type, s string) (types.Datum, error) {
	local := func() int64 {
		if n := len(b.views); n > 0 && b.views[n-1].View.Clock != 0 {
			return b.views[n-1].View.Clock
		}
		ses := b.cat.Session()
		return ses.Zone().Table.Local(ses.TransactionMicros())
	}
	if d, ok := to.Clock(strings.ToLower(strings.TrimSpace(s)), local); ok {
		b.out.Record.Never()
		return d, nil
	}
	return types.ParseText(to, s)
}

// parseTimeless is parseText for plans that serve several statements: it fails for words that ask the clock.
func parseTimeless(to types.Type, s string) (types.Datum, error) {
	if _, ok := to.Clock(strings.ToLower(strings.TrimSpace(s)), func() int64 { return 0 }); ok {
		return types.Datum{}, errClock
	}
	return types.ParseText(to, s)
}

var errClock = errors.New("a word that asks the clock")
