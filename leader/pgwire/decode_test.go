package pgwire

import (
	"errors"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// A parameter that no literal could say is refused: text with a NUL byte, dates
// outside the calendar.
func TestParamsOutOfRange(t *testing.T) {
	for _, c := range []struct {
		t      types.Type
		format int16
		raw    string
		want   sqlerr.Code
	}{
		{types.TVarchar(10), 0, "a\x00b", sqlerr.InvalidByteSequence},
		{types.TVarchar(10), 1, "a\x00b", sqlerr.InvalidByteSequence},
		{types.TVarchar(10), 1, "a\xff", sqlerr.InvalidByteSequence},
		{types.TDate, 1, "\x7f\xff\xff\xfe", sqlerr.DatetimeOverflow},
		{types.TDate, 1, "\x80\x00\x00\x01", sqlerr.DatetimeOverflow},
		{types.TTimestamp, 1, "\x7f\xff\xff\xff\xff\xff\xff\xfe", sqlerr.DatetimeOverflow},
		{types.TTimestamp, 1, "\x80\x00\x00\x00\x00\x00\x00\x01", sqlerr.DatetimeOverflow},
		{types.TDate, 1, "\x7f\xff\xff\xff", ""}, // infinity
		{types.TTimestamptz, 1, "\x80\x00\x00\x00\x00\x00\x00\x00", ""},
		{types.TTime, 1, "\x7f\xff\xff\xff\xff\xff\xff\xff", sqlerr.DatetimeOverflow},
		{types.TDate, 1, "\x00\x00\x00\x01", ""},
		{types.TTime, 1, "\x00\x00\x00\x14\x1d\xd7\x60\x00", ""},
		{types.TTime, 1, "\x00\x00\x00\x14\x1d\xd7\x60\x01", sqlerr.DatetimeOverflow},
		{types.TTime, 1, "\xff\xff\xff\xff\xff\xff\xff\xff", sqlerr.DatetimeOverflow},
		{types.TTime, 1, "\x00", "22P03"},
		{types.TTime, 0, "24:00:01", sqlerr.DatetimeOverflow},
		{types.TTimestamp, 1, "\x00\x00\x00\x00\x00\x00\x00\x01", ""},
	} {
		_, err := decodeParam(c.t, c.format, []byte(c.raw), zone.UTC.Table)
		var e *sqlerr.Error
		if errors.As(err, &e); (e == nil) != (c.want == "") || e != nil && e.Code != c.want {
			t.Errorf("%s, format %d, %q: %v, want %s", c.t, c.format, c.raw, err, c.want)
		}
	}
}
