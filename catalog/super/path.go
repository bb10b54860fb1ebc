package super

import (
	"bytes"
	"fmt"
	"strconv"
)

// Step is one of a path: to the element of this number, or to the member of this name.
type Step struct {
	Name  []byte // nil: an element
	Index int64
}

// AppendStep appends a step to a path's text, .name or [number]: a name other than of letters, digits and _ is quoted.
func AppendStep(dst []byte, s Step) []byte {
	if s.Name == nil {
		return append(strconv.AppendInt(append(dst, '['), s.Index, 10), ']')
	}
	dst = append(dst, '.')
	if plainName(s.Name) {
		return append(dst, s.Name...)
	}
	return append(append(append(dst, '"'), bytes.ReplaceAll(s.Name, []byte(`"`), []byte(`""`))...), '"')
}

func plainName(s []byte) bool {
	for _, c := range s {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) > 0
}

// ParsePath reads what AppendStep wrote.
func ParsePath(text []byte) ([]Step, error) {
	var out []Step
	for len(text) > 0 {
		switch {
		case text[0] == '[':
			end := bytes.IndexByte(text, ']')
			n, err := strconv.ParseInt(string(text[1:max(end, 1)]), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("BUG: a path with %s", text)
			}
			out, text = append(out, Step{Index: n}), text[end+1:]
		case bytes.HasPrefix(text, []byte(`."`)):
			var name []byte
			for text = text[2:]; ; {
				end := bytes.IndexByte(text, '"')
				if end < 0 {
					return nil, fmt.Errorf("BUG: a path with an open name")
				}
				name, text = append(name, text[:end]...), text[end+1:]
				if len(text) == 0 || text[0] != '"' {
					break
				}
				name, text = append(name, '"'), text[1:]
			}
			out = append(out, Step{Name: append([]byte{}, name...)})
		case text[0] == '.':
			end := 1
			for end < len(text) && text[end] != '.' && text[end] != '[' {
				end++
			}
			out, text = append(out, Step{Name: text[1:end]}), text[end:]
		default:
			return nil, fmt.Errorf("BUG: a path with %s", text)
		}
	}
	return out, nil
}

// Follow is where a path leads from v; false if it leads nowhere.
func Follow(v Value, path []Step) (Value, bool) {
	for _, s := range path {
		var ok bool
		if s.Name != nil {
			v, ok = v.Find(s.Name)
		} else {
			v, ok = v.Element(s.Index)
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}
