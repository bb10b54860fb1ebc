package fn

import (
	"testing"

	"slipher/catalog/types"
)

// A constant without a type takes the others' kind and keeps its own length and digits.
func TestWithLiteral(t *testing.T) {
	for _, c := range []struct {
		t    types.Type
		text string
		want types.Type
	}{
		{types.TUnknown, "", types.TVarchar(1)},
		{types.TUnknown, "abc", types.TVarchar(3)},
		{types.TVarchar(3), "unknown", types.TVarchar(7)},
		{types.TVarchar(9), "é", types.TVarchar(9)},
		{types.TChar(3), "four", types.TChar(4)},
		{types.TChar(3), "é", types.TVarchar(3)},
		{types.TDecimal(5, 2), "-1.2345", types.TDecimal(7, 4)},
		{types.TDecimal(5, 2), "12345678", types.TDecimal(10, 2)},
		{types.TInt4, "12345678901", types.TInt4},
		{types.TFloat4, "2.5", types.TFloat4},
		{types.TDate, "2024-02-29 10:00", types.TDate},
	} {
		if got := WithLiteral(c.t, c.text); got != c.want {
			t.Errorf("%v with '%s' = %v, want %v", c.t, c.text, got, c.want)
		}
	}
}
