package parse

import (
	"reflect"
	"testing"
)

var readings = []Options{{}, {StandardStrings: true}}

// What Portable makes of a text is read alike by every setting, as the text itself was by its own.
func TestPortable(t *testing.T) {
	for _, src := range []string{`SELECT 'a\\d', 'plain', "q\q", $$\$$, E'\t' -- '\x'`, `SELECT 'a\nb' 'x\' || 'c'`, `SELECT 'a\n'` + "\n" + `'b\t' /* '\' */, '\\'`,
		`SELECT N'\\', 'it''s \\'`, `INSERT INTO t VALUES ('a\\b', '\\''')`} {
		for _, o := range readings {
			want, err := Parse(src, o)
			if err != nil {
				continue
			}
			p := Portable(src, o)
			for _, r := range readings {
				got, err := Parse(p, r)
				if err != nil || len(got) != len(want) ||
					dump(reflect.ValueOf(got[0].Body)) != dump(reflect.ValueOf(want[0].Body)) {
					t.Errorf("%s read as %v is %s, which is read as %v: %v", src, o, p, r, err)
				}
			}
		}
	}
}

// The catalog's texts keep the meaning that they had when backslashes were characters.
func TestStored(t *testing.T) {
	const old = `'C:\temp\' || 'x'`
	want, err := StoredExpr(old)
	if err != nil {
		t.Fatal(err)
	}
	shown := PortableExpr(old)
	if shown != `E'C:\\temp\\' || 'x'` {
		t.Error(shown)
	}
	for _, o := range readings {
		if got, err := ParseExpr(shown, o); err != nil || dump(reflect.ValueOf(got)) != dump(reflect.ValueOf(want)) {
			t.Errorf("%v: %s, want %s; %v", o, dump(reflect.ValueOf(got)), dump(reflect.ValueOf(want)), err)
		}
	}
}

// Constants that Slipher writes itself have their value under every setting.
func TestQuoteLiteral(t *testing.T) {
	for _, v := range []string{"", "a", "it's", `\`, `\\n`, `a\'b`, "new\nline", `ä\u`} {
		for _, o := range readings {
			e, err := ParseExpr(QuoteLiteral(v), o)
			if err != nil {
				t.Errorf("%q: %v", v, err)
			} else if l := e.(*Literal); l.Text != v {
				t.Errorf("%q became %q", v, l.Text)
			}
		}
	}
}
