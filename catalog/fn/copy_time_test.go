package fn

import (
	"testing"

	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// COPY's formats read all of a text or refuse it.
func TestCopyTime(t *testing.T) {
	for _, c := range []struct {
		t            types.Type
		format, text string
		want         string
	}{
		{types.TDate, "MM/DD/YYYY", "02/29/2024", "2024-02-29"},
		{types.TDate, "MM/DD/YYYY", "2/9/2024", "2024-02-09"},
		{types.TDate, "MM/DD/YYYY", "02/29/2024 x", "ERROR 22007"},
		{types.TDate, "MM/DD/YYYY", "02/29", "ERROR 22007"},
		{types.TDate, "YYYY-MM-DD", "2024-02-30", "ERROR 22008"},
		{types.TDate, "YYYYMMDD", "20240229", "2024-02-29"},
		{types.TDate, "DD MON YYYY", "29 FEB 2024", "2024-02-29"},
		{types.TDate, "auto", "Jan-08-1999", "1999-01-08"},
		{types.TDate, "auto", "Jan-08-1999 x", "ERROR 22007"},
		{types.TTimestamp, "MM.DD.YYYY HH:MI:SS", "02.29.2024 13:05:06", "2024-02-29 13:05:06"},
		{types.TTimestamp, "MM.DD.YYYY HH:MI:SS", "02.29.2024 13:05:06.25", "2024-02-29 13:05:06.25"},
		{types.TTimestamp, "MM.DD.YYYY HH:MI:SS", "02.29.2024 13:05", "ERROR 22007"},
		{types.TTimestamp, "MM.DD.YYYY HH12:MI:SS AM", "02.29.2024 01:05:06 PM", "2024-02-29 13:05:06"},
		{types.TTimestamp, "MM.DD.YYYY HH12:MI:SS", "02.29.2024 13:05:06", "ERROR 22007"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS", "2024-02-29 24:00:00", "ERROR 22008"},
		{types.TTimestamp, `YYYY-MM-DD"T"HH24:MI:SSOF`, "2024-02-29T10:11:12+02:00", "2024-02-29 10:11:12"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS TZ", "2024-02-29 10:11:12 America/New_York", "2024-02-29 10:11:12"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS TZ", "2024-02-29 10:11:12 Mars", "ERROR 22007"},
		{types.TTimestamp, "YYYY-MM-DDTHH:MI:SS", "2024-02-29T10:11:12", "2024-02-29 10:11:12"},
		{types.TTimestamp, "YYYY-MM-DDTHH24:MI:SSZ", "2024-02-29T10:11:12Z", "2024-02-29 10:11:12"},
		{types.TTimestamp, "YYYY-MM-DDTHH24:MI:SS.USZ", "2024-02-29T10:11:12.5Z", "2024-02-29 10:11:12.5"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS.MS", "2024-02-29 10:11:12.123", "2024-02-29 10:11:12.123"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS.FF6", "2024-02-29 10:11:12.123456", "2024-02-29 10:11:12.123456"},
		{types.TTimestamp, "YYYY-MM-DD HH24:MI:SS.US", "2024-02-29 10:11:12.5 x", "ERROR 22007"},
		{types.TDate, "YYYY-MM-DDTH", "2024-02-29th", "2024-02-29"},
		{types.TTimestamp, "epochsecs", "1706745599", "2024-01-31 23:59:59"},
		{types.TTimestamp, "epochsecs", "-86400", "1969-12-31 00:00:00"},
		{types.TTimestamp, "epochsecs", "12x", "ERROR 22007"},
		{types.TTimestamp, "epochsecs", "99999999999999999999", "ERROR 22008"},
		{types.TTimestamp, "epochmillisecs", "1706745599123", "2024-01-31 23:59:59.123"},
		{types.TTimestamp, "epochmillisecs", "-1", "1969-12-31 23:59:59.999"},
	} {
		v, err := byFormat(c.t, c.text, c.format, zone.UTC.Table)
		if got := orError(types.FormatText(c.t, types.Int(v)), err); got != c.want {
			t.Errorf("%q by %q = %s, want %s", c.text, c.format, got, c.want)
		}
	}
}

// A format by which every date would be in the first year is no format.
func TestCopyTimeNeedsYear(t *testing.T) {
	for _, c := range []struct {
		t      types.Type
		format string
		ok     bool
	}{
		{types.TDate, "nonsense", false}, {types.TDate, "MM/DD", false}, {types.TDate, "epochsecs", false},
		{types.TDate, "Day DD", false},
		{types.TDate, "YY-MM-DD", true}, {types.TDate, "IYYY-IDDD", true}, {types.TDate, "J", true},
		{types.TDate, "auto", true}, {types.TDate, "", true},
		{types.TTimestamp, "HH24:MI:SS", false}, {types.TTimestamp, "epochsecs", true},
		{types.TTimestamp, "YYYY-MM-DD HH:MI", true}, {types.TInt4, "MM", true},
	} {
		if _, _, err := CopyTime(c.t, c.format, false); (err == nil) != c.ok {
			t.Errorf("%v %q: %v", c.t, c.format, err)
		}
	}
}
