package fn

import (
	"bytes"
	"encoding/json"
)

// jsonText is the text of one JSON value that is known to be valid, without blanks around it.
type jsonText []byte

// readJSON is s as a value; false: it is none.
func readJSON(s []byte) (jsonText, bool) { return bytes.TrimSpace(s), json.Valid(s) }

func (t jsonText) isArray() bool  { return t[0] == '[' }
func (t jsonText) isObject() bool { return t[0] == '{' }
func (t jsonText) isNull() bool   { return t[0] == 'n' }

// unquoted is what a string says, and the text of any other value.
func (t jsonText) unquoted() []byte {
	if t[0] != '"' {
		return t
	}
	if bytes.IndexByte(t, '\\') < 0 {
		return t[1 : len(t)-1]
	}
	var s string
	_ = json.Unmarshal(t, &s) // it is valid
	return []byte(s)
}

// each calls f for the elements of an array, or the members of an object with their keys, until it returns false.
func (t jsonText) each(f func(key, value jsonText) bool) {
	blank := func(i int) int {
		for t[i] == ' ' || t[i] == '\t' || t[i] == '\n' || t[i] == '\r' {
			i++
		}
		return i
	}
	i := blank(1)
	for t[i] != ']' && t[i] != '}' {
		var key jsonText
		if t.isObject() {
			end := t.end(i)
			key = t[i:end]
			i = blank(blank(end) + 1) // a colon
		}
		end := t.end(i)
		if !f(key, t[i:end]) {
			return
		}
		if i = blank(end); t[i] == ',' {
			i = blank(i + 1)
		}
	}
}

// end is the place behind the value that begins at i.
func (t jsonText) end(i int) int {
	switch t[i] {
	case '"':
		for i++; t[i] != '"'; i++ {
			if t[i] == '\\' {
				i++
			}
		}
		return i + 1
	case '[', '{':
		for depth := 0; ; i++ {
			switch t[i] {
			case '"':
				i = t.end(i) - 1
			case '[', '{':
				depth++
			case ']', '}':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	for ; i < len(t); i++ {
		switch t[i] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return i
		}
	}
	return i
}
