package types

import (
	"errors"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// Times with a zone: of themselves, in UTC, in binary.
func TestTimetz(t *testing.T) {
	for _, c := range []struct{ text, zoned, utc, binary string }{
		{"20:00 PST", "20:00:00-08", "04:00:00+00", "\x00\x00\x00\x10\xc3\x88\xd0\x00\x00\x00\x70\x80"},
		{"00:00+15:59:59", "00:00:00+15:59:59", "08:00:01+00", "\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x1f\x01"},
		{"24:00-15:59:59", "24:00:00-15:59:59", "15:59:59+00", "\x00\x00\x00\x14\x1d\xd7\x60\x00\x00\x00\xe0\xff"},
		{"24:00", "24:00:00+00", "24:00:00+00", "\x00\x00\x00\x14\x1d\xd7\x60\x00\x00\x00\x00\x00"},
		{"00:00:00.000001Z", "00:00:00.000001+00", "00:00:00.000001+00",
			"\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"},
	} {
		d, err := ParseText(TZonedTime, c.text)
		if got := FormatText(TZonedTime, d); err != nil || got != c.zoned {
			t.Errorf("%s is %s %v, want %s", c.text, got, err, c.zoned)
		}
		if raw := BinaryWriter(TZonedTime)(nil, oneDatum(d), 0, 0); string(raw) != c.binary {
			t.Errorf("%s in binary is %x, want %x", c.text, raw, c.binary)
		}
		if got, err := DecodeBinary(TZonedTime, []byte(c.binary)); err != nil || got != d {
			t.Errorf("%x is %v %v, want %v", c.binary, got, err, d)
		}
		utc, err := ParseText(TTimetz, c.text)
		if got := FormatText(TTimetz, utc); err != nil || got != c.utc {
			t.Errorf("%s in UTC is %s %v, want %s", c.text, got, err, c.utc)
		}
		if got, err := DecodeBinary(TTimetz, []byte(c.binary)); err != nil || got != utc {
			t.Errorf("%x in UTC is %v %v, want %v", c.binary, got, err, utc)
		}
	}
	for raw, want := range map[string]sqlerr.Code{
		"\x00\x00\x00\x14\x1d\xd7\x60\x01\x00\x00\x00\x00": sqlerr.DatetimeOverflow,
		"\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00": sqlerr.DatetimeOverflow,
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe1\x00": sqlerr.ZoneDisplacement,
		"\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00": sqlerr.ZoneDisplacement,
		"\x00\x00\x00\x00\x00\x00\x00\x00":                 "22P03",
	} {
		var e *sqlerr.Error
		if _, err := DecodeBinary(TZonedTime, []byte(raw)); !errors.As(err, &e) || e.Code != want {
			t.Errorf("%x: %v, want %s", raw, err, want)
		}
	}
}

// A time without a zone is one of the session's; one with a date has the offset of that day.
func TestTimetzInZone(t *testing.T) {
	z, _ := zone.Find("America/New_York")
	for text, want := range map[string]string{"2001-01-01 10:00": "10:00:00-05", "2001-07-01 10:00": "10:00:00-04",
		"2001-07-01 10:00 Europe/Paris": "10:00:00+02", "10:00+03": "10:00:00+03", "allballs": "00:00:00+00"} {
		d, err := ParseTextIn(TZonedTime, text, z.Table)
		if got := FormatText(TZonedTime, d); err != nil || got != want {
			t.Errorf("%s is %s %v, want %s", text, got, err, want)
		}
	}
	far, _ := zone.Offset(20 * 3600)
	if d, err := ParseTextIn(TZonedTime, "10:00", far.Table); !errors.Is(err, errZoneAway) {
		t.Errorf("a zone 20 hours away: %v %v", d, err)
	}
	if d, err := ParseTextIn(TTimetz, "10:00", far.Table); err != nil || FormatText(TTimetz, d) != "14:00:00+00" {
		t.Errorf("in UTC: %v %v", d, err)
	}
}
