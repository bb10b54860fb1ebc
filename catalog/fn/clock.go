package fn

import (
	"time"

	"slipher/catalog/types"
)

// clockGroup is what differs from call to call, or from statement to statement within a transaction.
func clockGroup() Group {
	Z, T := types.TTimestamptz, types.TText
	volatile := func(name, doc string, f func(c HostCall, row int) error, ret types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(ret)}, MayFail: true, Volatile: true, Doc: doc,
			Host: eachRow(f)}
	}
	leader := func(name string, ret types.Type, doc string, f func(s Session) types.Datum) *Row {
		return &Row{Name: name, Vol: Stable, Doc: doc,
			Leader: func(s Session, _ []types.Datum) (types.Datum, error) { return f(s), nil },
			Ret:    func([]types.Type, []*types.Datum) (Bound, error) { return Bound{Ret: ret}, nil }}
	}
	return Group{
		Ops: []*Op{
			volatile("clock_timestamp", "The moment at which it is called.", func(c HostCall, row int) error {
				c.SetInt(row, types.MicrosOf(time.Now()))
				return nil
			}, i64),
		},
		Rows: []*Row{
			{Name: "clock_timestamp", Ret: fixed("clock_timestamp", Z), Vol: Volatile, Doc: "The moment at which it is called."},
			leader("statement_timestamp", Z, "Start of the statement.",
				func(s Session) types.Datum { return types.Int(s.NowMicros()) }),
			leader("transaction_timestamp", Z, "Start of the transaction.",
				func(s Session) types.Datum { return types.Int(s.TransactionMicros()) }),
			leader("timeofday", T, "Start of the statement as text: weekday, month, day, time, year and zone.",
				func(s Session) types.Datum {
					text, _ := formatMoment(s.NowMicros(), "Dy Mon DD HH24:MI:SS.US YYYY TZ", s.Zone().Table)
					return types.String(text)
				}),
		},
	}
}
