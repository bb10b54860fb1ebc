package types

import (
	"testing"
)

// A constant without a type takes the others' kind and keeps its own length and digits.
func TestWithLiteral(t *testing.T) {
	for _, c := range []struct {
		t    Type
		text string
		want Type
	}{
		{TUnknown, "", TVarchar(1)},
		{TUnknown, "abc", TVarchar(3)},
		{TVarchar(3), "unknown", TVarchar(7)},
		{TVarchar(9), "é", TVarchar(9)},
		{TChar(3), "four", TChar(4)},
		{TChar(3), "é", TVarchar(3)},
		{TDecimal(5, 2), "-1.2345", TDecimal(7, 4)},
		{TDecimal(5, 2), "12345678", TDecimal(10, 2)},
		{TInt4, "12345678901", TInt4},
		{TFloat4, "2.5", TFloat4},
		{TDate, "2024-02-29 10:00", TDate},
	} {
		if got := c.t.WithLiteral(c.text); got != c.want {
			t.Errorf("%v with '%s' = %v, want %v", c.t, c.text, got, c.want)
		}
	}
}
