package bind

import (
	"strings"

	"slipher/catalog/types"
)

// clockDays are the words for days that are told from the session's clock, by their distance from today.
var clockDays = map[string]int64{"yesterday": -1, "today": 0, "tomorrow": 1}

// parseText reads a literal as a value of type to. Dates and timestamps may be words that ask the clock of the
// session's zone, as the transaction began: now, today, tomorrow, yesterday.
func (b *binder) parseText(to types.Type, s string) (types.Datum, error) {
	if to.Kind == types.Date || to.Kind == types.Timestamp {
		word := strings.ToLower(strings.TrimSpace(s))
		ahead, isDay := clockDays[word]
		if isDay || word == "now" {
			ses := b.cat.Session()
			now := ses.Zone().Table.Local(ses.TransactionMicros())
			days, _ := types.SplitTimestamp(now)
			switch {
			case to.Kind == types.Date:
				return types.Int(days + ahead), nil
			case isDay:
				return types.Int((days + ahead) * types.MicrosPerDay), nil
			}
			return types.Int(now), nil
		}
	}
	return types.ParseText(to, s)
}
