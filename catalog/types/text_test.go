package types

import (
	"errors"
	"testing"

	"slipher/catalog/sqlerr"
)

// Values read and written back; want "" is a value that is an error of code err.
func TestTextForms(t *testing.T) {
	for _, c := range []struct {
		t        Type
		in, want string
		err      sqlerr.Code
	}{
		{TBool, " TRUE ", "t", ""}, {TBool, "f", "f", ""}, {TBool, "0", "f", ""}, {TBool, "of", "f", ""},
		{TBool, "o", "", sqlerr.InvalidTextRepresentation},
		{TInt2, " -32768", "-32768", ""}, {TInt2, "32768", "", sqlerr.NumericOutOfRange},
		{TInt4, "1.5", "", sqlerr.InvalidTextRepresentation},
		{TInt8, "9223372036854775807", "9223372036854775807", ""}, {TInt4, "", "", sqlerr.InvalidTextRepresentation},
		{TInt4, "1_0", "", sqlerr.InvalidTextRepresentation},
		{TDecimal(5, 2), "123.455", "123.46", ""}, {TDecimal(5, 2), "-0.005", "-0.01", ""},
		{TDecimal(5, 2), "999.995", "", sqlerr.NumericOutOfRange},
		{TDecimal(5, 2), "1e2", "100.00", ""}, {TDecimal(5, 2), ".5", "0.50", ""}, {TDecimal(5, 2), "5.", "5.00", ""},
		{TDecimal(5, 2), ".", "", sqlerr.InvalidTextRepresentation},
		{TDecimal(5, 2), "0.004", "0.00", ""}, {TDecimal(5, 2), "4e-9999", "0.00", ""},
		{TDecimal(5, 2), "0e99999", "0.00", ""},
		{TDecimal(38, 0), "99999999999999999999999999999999999999", "99999999999999999999999999999999999999", ""},
		{TDecimal(38, 38), "-0.99999999999999999999999999999999999999", "-0.99999999999999999999999999999999999999", ""},
		{TDecimal(38, 0), "1e38", "", sqlerr.NumericOutOfRange},
		{TDecimal(19, 0), "9223372036854775807", "9223372036854775807", ""},
		{TDecimal(19, 0), "9223372036854775808", "", sqlerr.NumericOutOfRange},
		{TFloat8, "0.1", "0.1", ""}, {TFloat8, "1e15", "1e+15", ""}, {TFloat8, "123456789012345", "123456789012345", ""},
		{TFloat8, "0.00001", "1e-05", ""},
		{TFloat8, "0.0001", "0.0001", ""}, {TFloat8, "-inf", "-Infinity", ""}, {TFloat8, "nan", "NaN", ""},
		{TFloat8, "1e400", "", sqlerr.NumericOutOfRange},
		{TFloat8, "1e-400", "", sqlerr.NumericOutOfRange}, {TFloat8, "0x10", "", sqlerr.InvalidTextRepresentation},
		{TFloat8, "5e-324", "5e-324", ""},
		{TFloat4, "1234567", "1.234567e+06", ""}, {TFloat4, "123456", "123456", ""}, {TFloat4, "0.1", "0.1", ""},
		{TVarchar(3), "abc  ", "abc", ""}, {TVarchar(3), "abcd", "", sqlerr.StringTooLong}, {TVarchar(3), "a  ", "a  ", ""},
		{TVarchar(2), "é", "é", ""},
		{TChar(3), "a  ", "a", ""}, {TChar(3), "é", "", sqlerr.InvalidByteSequence},
		{TVarchar(1), "é", "", sqlerr.StringTooLong},
		{TDate, "2001-02-03", "2001-02-03", ""}, {TDate, "20010203", "2001-02-03", ""}, {TDate, "2/3/2001", "2001-02-03", ""},
		{TDate, "3-Feb-2001", "2001-02-03", ""},
		{TDate, "2001-feb-03", "2001-02-03", ""}, {TDate, "January 8, 1999", "1999-01-08", ""},
		{TDate, "8 jan 1999", "1999-01-08", ""}, {TDate, "1999 jan 8", "1999-01-08", ""},
		{TDate, "0044-03-15 BC", "0044-03-15 BC", ""}, {TDate, "2001-06-31", "", sqlerr.DatetimeOverflow},
		{TDate, "2001-13-01", "", sqlerr.DatetimeOverflow},
		{TDate, "2000-02-29", "2000-02-29", ""}, {TDate, "1900-02-29", "", sqlerr.DatetimeOverflow},
		{TDate, "x", "", sqlerr.InvalidDatetimeFormat}, {TDate, "", "", sqlerr.InvalidDatetimeFormat},
		{TDate, "2001-02-03 04:05:06", "2001-02-03", ""}, {TDate, "294276-12-31", "294276-12-31", ""},
		{TDate, "294277-01-01", "", sqlerr.DatetimeOverflow},
		{TDate, "0001-01-01", "0001-01-01", ""}, {TDate, "01/02/03", "2003-01-02", ""}, {TDate, "1/2/70", "1970-01-02", ""},
		{TDate, "4714-11-24 BC", "4714-11-24 BC", ""},
		{TDate, "4714-11-23 BC", "", sqlerr.DatetimeOverflow}, {TDate, "2001-02", "", sqlerr.InvalidDatetimeFormat},
		{TDate, "0000-01-01", "", sqlerr.DatetimeOverflow},
		{TTimestamp, "2001-02-03", "2001-02-03 00:00:00", ""},
		{TTimestamp, "2001-02-03 04:05:06.5", "2001-02-03 04:05:06.5", ""},
		{TTimestamp, "2001-02-03T04:05:06Z", "2001-02-03 04:05:06", ""},
		{TTimestamp, "2001-02-03 04:05:06+02", "2001-02-03 04:05:06", ""},
		{TTimestamp, "2001-02-03 04:05:06 -05:30", "2001-02-03 04:05:06", ""},
		{TTimestamp, "2001-02-03 12:05 AM", "2001-02-03 00:05:00", ""},
		{TTimestamp, "2001-02-03 4:05pm", "2001-02-03 16:05:00", ""},
		{TTimestamp, "2001-02-03 24:00:00", "2001-02-04 00:00:00", ""},
		{TTimestamp, "2001-02-03 25:00", "", sqlerr.DatetimeOverflow},
		{TTimestamp, "2001-02-03 04:05:06.1234567", "2001-02-03 04:05:06.123457", ""},
		{TTimestamp, "1999-12-31 23:59:59.9999999", "2000-01-01 00:00:00", ""},
		{TTimestamp, "epoch", "1970-01-01 00:00:00", ""},
		{TTimestamp, "0001-01-01 00:00:00 BC", "0001-01-01 00:00:00 BC", ""},
		{TTimestamp, "20010203 040506", "2001-02-03 04:05:06", ""},
		{TTimestamp, "Wed 3 Feb 2001 04:05:06", "2001-02-03 04:05:06", ""},
		{TTimestamp, "294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999", ""},
		{TInterval, "1 year 2 mons 3 days 04:05:06", "1 year 2 mons 3 days 04:05:06", ""},
		{TInterval, "52 weeks", "364 days", ""},
		{TInterval, "-1.5 hours", "-01:30:00", ""}, {TInterval, "1-2", "1 year 2 mons", ""},
		{TInterval, "3 04:05", "3 days 04:05:00", ""},
		{TInterval, "90 days ago", "-90 days", ""}, {TInterval, "10", "00:00:10", ""},
		{TInterval, "1.5 years", "1 year 6 mons", ""}, {TInterval, "1.5 mons", "1 mon 15 days", ""},
		{TInterval, "1mon -1day", "1 mon -1 days", ""}, {TInterval, "-1 mon 1 day", "-1 mons +1 day", ""},
		{TInterval, "0", "00:00:00", ""}, {TInterval, "x", "", sqlerr.InvalidDatetimeFormat},
		{TInterval, "1 fortnight", "", sqlerr.InvalidDatetimeFormat},
		{TInterval, "99999999999 years", "", sqlerr.DatetimeOverflow}, {TInterval, "30", "00:00:30", ""},
	} {
		if c.want == "" && c.err == "" {
			continue
		}
		d, err := ParseText(c.t, c.in)
		if c.err != "" {
			var e *sqlerr.Error
			if !errors.As(err, &e) || e.Code != c.err {
				t.Errorf("%v %q: %v %v, want error %s", c.t, c.in, d, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v %q: %v", c.t, c.in, err)
		} else if got := FormatText(c.t, d); got != c.want {
			t.Errorf("%v %q = %q, want %q", c.t, c.in, got, c.want)
		}
	}
}

// Day numbers and civil dates are inverse over the whole range.
func TestCalendar(t *testing.T) {
	for d := int64(MinDate); d <= MaxDate; d += 9973 {
		y, m, day := CivilOf(d)
		if got := DaysOf(y, m, day); got != d {
			t.Fatalf("day %d is %d-%d-%d, which is day %d", d, y, m, day, got)
		}
	}
	if DaysOf(2000, 1, 1) != 0 || DaysOf(1970, 1, 1) != -10957 || DaysOf(2001, 14, 1) != DaysOf(2002, 2, 1) ||
		DaysOf(2001, 0, 31) != DaysOf(2000, 12, 31) {
		t.Error("wrong day numbers")
	}
}
