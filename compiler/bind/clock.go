package bind

import (
	"strings"

	"slipher/catalog/types"
)

// parseText reads a literal as a value of type to. It may be a word that asks the clock of the session's zone, as
// the transaction began: now, today, tomorrow, yesterday.
func (b *binder) parseText(to types.Type, s string) (types.Datum, error) {
	local := func() int64 {
		ses := b.cat.Session()
		return ses.Zone().Table.Local(ses.TransactionMicros())
	}
	if d, ok := to.Clock(strings.ToLower(strings.TrimSpace(s)), local); ok {
		return d, nil
	}
	return types.ParseText(to, s)
}
