package fn

import (
	"bytes"
	"unicode/utf8"
)

// from compiles the pattern (operand 1) and gives the part of the text (operand 0) from a character position on;
// the first if it is less than 1; ok is false if it lies behind the end.
func (l *lastPattern) from(c HostCall, row, pos, params int) (p pattern, head, tail []byte, ok bool, err error) {
	if p, err = l.of(c.Str(1, row), c.Str(params, row), compileRegexp); err != nil {
		return
	}
	s := c.Str(0, row)
	off, lack := runeOffset(s, int(max(c.Int(pos, row), 1)-1))
	return p, s[:off], s[off:], lack == 0, nil
}

func hostRegexpReplace(c HostCall) error {
	var last lastPattern
	var found matches
	var out, byText []byte
	var by replacing
	return c.Rows(func(row int) error {
		p, head, tail, ok, err := last.from(c, row, 3, 4)
		if err != nil {
			return err
		}
		if !ok {
			c.SetStr(row, c.Str(0, row))
			return nil
		}
		if text := c.Str(2, row); by == nil || !bytes.Equal(text, byText) {
			by, byText = replacement(text), append(byText[:0], text...)
		}
		if found, err = p.find(found, tail, -1, by.groups()); err != nil {
			return err
		}
		out = append(out[:0], head...)
		done := 0
		for i := range found.n() {
			loc := found.loc(i)
			out = by.appendTo(append(out, tail[done:loc[0]]...), tail, loc)
			if done = loc[1]; len(out) > 65535 {
				return ResultTooLong.Err()
			}
		}
		if out = append(out, tail[done:]...); len(out) > 65535 {
			return ResultTooLong.Err()
		}
		c.SetStr(row, out)
		return nil
	})
}

func hostRegexpSubstr(c HostCall) error {
	var last lastPattern
	var found matches
	return c.Rows(func(row int) error {
		p, _, tail, ok, err := last.from(c, row, 2, 4)
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
			if p.groups() > 0 && bytes.IndexByte(c.Str(4, row), 'e') >= 0 {
				group = 2
			}
			if found, err = p.find(found, tail, int(n), group > 0); err != nil {
				return err
			}
			if found.n() >= int(n) {
				if loc := found.loc(int(n) - 1); loc[group] >= 0 {
					m = tail[loc[group]:loc[group+1]]
				}
			}
		}
		c.SetStr(row, m)
		return nil
	})
}

func hostRegexpCount(c HostCall) error {
	var last lastPattern
	var found matches
	return c.Rows(func(row int) error {
		p, _, tail, ok, err := last.from(c, row, 2, 3)
		if err != nil {
			return err
		}
		n := 0
		if ok {
			if found, err = p.find(found, tail, -1, false); err != nil {
				return err
			}
			n = found.n()
		}
		c.SetInt(row, int64(n))
		return nil
	})
}

func hostRegexpInstr(c HostCall) error {
	var last lastPattern
	var found matches
	return c.Rows(func(row int) error {
		p, head, tail, ok, err := last.from(c, row, 2, 5)
		if err != nil {
			return err
		}
		n, at := c.Int(3, row), int64(0)
		if ok && n >= 1 && n <= int64(len(tail))+1 {
			if found, err = p.find(found, tail, int(n), false); err != nil {
				return err
			}
			if found.n() >= int(n) {
				end := found.loc(int(n) - 1)[btoi(c.Int(4, row) == 1)]
				at = int64(utf8.RuneCount(head)+utf8.RuneCount(tail[:end])) + 1
			}
		}
		c.SetInt(row, at)
		return nil
	})
}

// hostMatches tells whether a pattern matches in the first operand. compile makes it of the second one and, if there is
// one, of the third.
func hostMatches(operands int, compile func(expr, params string) (pattern, error)) func(HostCall) error {
	return func(c HostCall) error {
		var last lastPattern
		return c.Rows(func(row int) error {
			var params []byte
			if operands > 2 {
				params = c.Str(2, row)
			}
			p, err := last.of(c.Str(1, row), params, compile)
			if err != nil {
				return err
			}
			yes, err := p.match(c.Str(0, row))
			c.SetInt(row, btoi(yes))
			return err
		})
	}
}

// hostFirst sets what is made of a pattern's first match, with its groups, in the first operand; NULL if there is none.
func hostFirst(compile func(l *lastPattern, c HostCall, row int) (pattern, error),
	set func(c HostCall, row int, s []byte, loc []int) error) func(HostCall) error {
	return func(c HostCall) error {
		var last lastPattern
		var found matches
		return c.Rows(func(row int) error {
			p, err := compile(&last, c, row)
			if err != nil {
				return err
			}
			s := c.Str(0, row)
			found, err = p.find(found, s, 1, true)
			if err != nil || found.n() == 0 {
				c.SetNull(row)
				return err
			}
			return set(c, row, s, found.loc(0))
		})
	}
}
