package bound

import (
	"testing"

	"slipher/catalog/sqlerr"
)

type inner struct {
	Data  []byte   `msg:"data,omitempty,limit=10" what:"the data"`
	Names []string `msg:"names"`
	local []byte
}

type outer struct {
	One   inner            `msg:"one"`
	Many  []inner          `msg:"many,limit=3"`
	Ptr   *inner           `msg:"ptr"`
	Map   map[string]inner `msg:"map,limit=2"`
	Self  *outer           `msg:"self"`
	Any   any              `msg:"any"`
	Not   []byte           `msg:"-"`
	Plain int              `msg:"plain"`
}

// Lists are found wherever they are; each has its own limit, or that of all.
func TestCheck(t *testing.T) {
	long := inner{Data: make([]byte, 11)}
	for name, c := range map[string]struct {
		m    outer
		want string // message of the error, "" for none
	}{
		"empty": {outer{}, ""},
		"at the limit": {outer{One: inner{Data: make([]byte, 10)}, Many: make([]inner, 3),
			Map: map[string]inner{"a": {}, "b": {}}}, ""},
		"not sent":       {outer{Not: make([]byte, 2*Elements), One: inner{local: make([]byte, 11)}}, ""},
		"field":          {outer{One: long}, "the data is too large: 11 bytes"},
		"list":           {outer{Many: make([]inner, 4)}, "outer.Many is too large: 4 entries"},
		"in a list":      {outer{Many: []inner{{}, long}}, "the data is too large: 11 bytes"},
		"behind pointer": {outer{Ptr: &long}, "the data is too large: 11 bytes"},
		"map":            {outer{Map: map[string]inner{"a": {}, "b": {}, "c": {}}}, "outer.Map is too large: 3 entries"},
		"in a map":       {outer{Map: map[string]inner{"a": long}}, "the data is too large: 11 bytes"},
		"in a kind":      {outer{Any: &long}, "the data is too large: 11 bytes"},
		"itself":         {outer{Self: &outer{Self: &outer{One: long}}}, "the data is too large: 11 bytes"},
		"of all":         {outer{One: inner{Names: make([]string, Elements)}}, ""},
		"beyond all":     {outer{One: inner{Names: make([]string, Elements+1)}}, "inner.Names is too large: 1048577 entries"},
	} {
		for _, m := range []any{c.m, &c.m} {
			err := Check(m)
			if c.want == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err == nil {
				t.Errorf("%s passes", name)
				continue
			}
			if e := sqlerr.From(err); e.Code != sqlerr.ProgramLimitExceeded || e.Message != c.want || e.Detail == "" ||
				e.Hint == "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
	if e := sqlerr.From(Check(outer{One: long})); e.Detail != "The limit is 10 bytes; it is exceeded by 1." {
		t.Errorf("detail: %s", e.Detail)
	}
}
