package fn

import (
	"regexp"
	"unicode/utf8"
)

// regexpFrom compiles the pattern (argument 1) and gives the part of the text
// (argument 0) from a character position on; ok is false if it lies behind the end.
func regexpFrom(c HostCall, row, pos, params int) (re *regexp.Regexp, head, tail []byte, ok bool, err error) {
	re, err = compileRegexp(string(c.Str(1, row)), string(c.Str(params, row)))
	if err != nil {
		return
	}
	n := c.Int(pos, row)
	if n < 1 {
		return nil, nil, nil, false, InvalidRegexpInput.Err()
	}
	s := c.Str(0, row)
	off, lack := runeOffset(s, int(n-1))
	return re, s[:off], s[off:], lack == 0, nil
}

func hostRegexpReplace(c HostCall) error {
	return c.Rows(func(row int) error {
		re, head, tail, ok, err := regexpFrom(c, row, 3, 4)
		if err != nil {
			return err
		}
		if !ok {
			c.SetStr(row, c.Str(0, row))
			return nil
		}
		out := append([]byte(nil), head...)
		out = append(out, re.ReplaceAll(tail, replacement(c.Str(2, row)))...)
		if len(out) > 65535 {
			return ResultTooLong.Err()
		}
		c.SetStr(row, out)
		return nil
	})
}

// replacement turns \1 and $1 into Go's ${1}; other dollars are literal.
func replacement(r []byte) []byte {
	var out []byte
	for i := 0; i < len(r); i++ {
		digit := i+1 < len(r) && r[i+1] >= '0' && r[i+1] <= '9'
		switch {
		case (r[i] == '\\' || r[i] == '$') && digit:
			out = append(out, '$', '{', r[i+1], '}')
			i++
		case r[i] == '\\' && i+1 < len(r):
			i++
			out = append(out, r[i])
		case r[i] == '$':
			out = append(out, '$', '$')
		default:
			out = append(out, r[i])
		}
	}
	return out
}

func hostRegexpSubstr(c HostCall) error {
	return c.Rows(func(row int) error {
		re, _, tail, ok, err := regexpFrom(c, row, 2, 4)
		if err != nil {
			return err
		}
		n := c.Int(3, row)
		if n < 1 || n > int64(len(c.Str(0, row)))+1 {
			c.SetNull(row)
			return nil
		}
		var m []byte
		if ok {
			group := 0
			for _, p := range c.Str(4, row) {
				if p == 'e' && re.NumSubexp() > 0 {
					group = 1
				}
			}
			if all := re.FindAllSubmatch(tail, int(n)); len(all) >= int(n) {
				m = all[n-1][group]
			}
		}
		c.SetStr(row, m)
		return nil
	})
}

func hostRegexpCount(c HostCall) error {
	return c.Rows(func(row int) error {
		re, _, tail, ok, err := regexpFrom(c, row, 2, 3)
		if err != nil {
			return err
		}
		n := 0
		if ok {
			n = len(re.FindAllIndex(tail, -1))
		}
		c.SetInt(row, int64(n))
		return nil
	})
}

func hostRegexpInstr(c HostCall) error {
	return c.Rows(func(row int) error {
		re, head, tail, ok, err := regexpFrom(c, row, 2, 5)
		if err != nil {
			return err
		}
		n, at := c.Int(3, row), int64(0)
		if ok && n >= 1 && n <= int64(len(tail))+1 {
			if all := re.FindAllIndex(tail, int(n)); len(all) >= int(n) {
				end := all[n-1][btoi(c.Int(4, row) == 1)]
				at = int64(utf8.RuneCount(head)+utf8.RuneCount(tail[:end])) + 1
			}
		}
		c.SetInt(row, at)
		return nil
	})
}

func hostRegexpLike(c HostCall) error {
	return c.Rows(func(row int) error {
		re, err := compileRegexp(string(c.Str(1, row)), string(c.Str(2, row)))
		if err == nil {
			c.SetInt(row, btoi(re.Match(c.Str(0, row))))
		}
		return err
	})
}
