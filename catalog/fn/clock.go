package fn

import (
	"crypto/rand"
	"fmt"
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
			volatile("gen_random_uuid", "36 characters of a random UUID, of version 4.", func(c HostCall, row int) error {
				var u [16]byte
				rand.Read(u[:]) //nolint:errcheck // it never fails
				u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
				c.SetStr(row, fmt.Appendf(nil, "%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
				return nil
			}, str),
		},
		Rows: []*Row{
			{Name: "clock_timestamp", Ret: fixed("clock_timestamp", Z), Vol: Volatile, Doc: "The moment at which it is called."},
			{Name: "gen_random_uuid", Ret: fixed("gen_random_uuid", types.TVarchar(36)), Vol: Volatile,
				Doc: "A random UUID, as text."},
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
