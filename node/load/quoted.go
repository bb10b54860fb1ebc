package load

import (
	"bytes"
	"unicode/utf8"
)

// record splits a record that may hold quotes or escapes. end and next are its end
// without and with the line end.
func (s *textSplitter) record() (code, col int, reason string, end, next int) {
	at := s.pos
	for col = 0; ; col++ {
		var field []byte
		var quoted, isNull, closed bool
		switch {
		case s.o.Format == CSV:
			f := s.o.csvSpan(s.data, at)
			if f.fault != csvWhole {
				return s.skip(ErrLine, min(col, len(s.cols)-1), csvReason)
			}
			field, quoted, at, closed = s.data[f.from:f.to], f.quoted, f.at, true
			if f.escaped {
				start := len(s.scratch)
				s.scratch = s.o.csvText(s.scratch, s.data, f)
				field = s.scratch[start:len(s.scratch):len(s.scratch)]
			}
		case s.o.Format == PGCSV:
			field, quoted, at, closed = s.csvField(at)
		case s.o.RemoveQuotes && at < len(s.data) && (s.data[at] == '"' || s.data[at] == '\''):
			field, at, closed = s.unquoteField(at)
		default:
			field, isNull, at = s.escapedField(at)
			closed = true
		}
		if !closed {
			end, next = s.lineEnd(s.pos)
			if s.o.Format == PGCSV {
				end, next = len(s.data), len(s.data)
			}
			return ErrDelimiter, min(col, len(s.cols)-1), "", end, next
		}
		last := at >= len(s.data) || s.data[at] != s.o.Delimiter
		if code == 0 && col < len(s.cols) {
			c, r := 0, ""
			if isNull {
				c, r = s.null(col)
			} else {
				c, r = s.put(col, field, quoted || s.unescaped(field))
			}
			if c != 0 {
				return s.skip(c, col, r)
			}
		}
		if last {
			break
		}
		at++
		if col+1 == len(s.cols) {
			e, n := s.lineEnd(at)
			if c, k, r := s.extra(s.data[at:e]); c != 0 {
				return s.skip(c, k, r)
			}
			return 0, 0, "", e, n
		}
	}
	end, next = s.lineEnd(at)
	if col+1 < len(s.cols) {
		code, col, reason = s.missing(col+1, false)
	}
	return code, col, reason, end, next
}

// skip goes on to the end of a record that is refused, without storing.
func (s *textSplitter) skip(code, col int, reason string) (int, int, string, int, int) {
	next, _ := s.o.recordEnd(s.data, s.pos)
	end := next
	if end > s.pos && s.data[end-1] == '\n' {
		end--
	}
	if end > s.pos && s.data[end-1] == '\r' {
		end--
	}
	return code, col, reason, end, next
}

// unescaped reports whether a field was rebuilt in scratch: then it is not the NULL string, which is compared raw.
func (s *textSplitter) unescaped(field []byte) bool {
	return s.o.backslash() && len(field) > 0 && len(s.scratch) >= len(field) &&
		&s.scratch[len(s.scratch)-len(field)] == &field[0]
}

// csvField reads the field at from by PostgreSQL's rules: quotes may begin and end anywhere in it; at is
// the delimiter or line end behind it. closed: false if a quote is not.
func (s *textSplitter) csvField(from int) (field []byte, quoted bool, at int, closed bool) {
	d, q, esc := s.o.Delimiter, s.o.Quote, s.o.csvEscape()
	if from < len(s.data) && s.data[from] == q && esc == 0 {
		// The usual quoted field: no quote within.
		if i := bytes.IndexByte(s.data[from+1:], q); i >= 0 {
			at := from + 1 + i + 1
			if s.o.fieldEnd(s.data, at) {
				return s.data[from+1 : at-1], true, at, true
			}
		}
	}
	start := len(s.scratch)
	in, run := false, from // run: start of bytes not yet copied
	i := from
	for ; i < len(s.data); i++ {
		c := s.data[i]
		switch {
		case in && esc != 0 && c == esc && i+1 < len(s.data) && (s.data[i+1] == q || s.data[i+1] == esc):
			s.scratch = append(s.scratch, s.data[run:i]...)
			run = i + 1
			i++
		case c == q && in && esc == 0 && i+1 < len(s.data) && s.data[i+1] == q:
			s.scratch = append(s.scratch, s.data[run:i+1]...)
			i++
			run = i + 1
		case c == q:
			s.scratch = append(s.scratch, s.data[run:i]...)
			run = i + 1
			in, quoted = !in, true
		case !in && (c == d || c == '\n' || c == '\r') && s.o.fieldEnd(s.data, i):
			goto done
		}
	}
done:
	if in {
		return nil, true, i, false
	}
	if !quoted {
		return s.data[from:i], false, i, true
	}
	s.scratch = append(s.scratch, s.data[run:i]...)
	return s.scratch[start:len(s.scratch):len(s.scratch)], true, i, true
}

// unquoteField reads a field in quotes for REMOVEQUOTES: the quotes go, delimiters within are data.
func (s *textSplitter) unquoteField(from int) (field []byte, at int, closed bool) {
	q := s.data[from]
	start := len(s.scratch)
	for i := from + 1; i < len(s.data); i++ {
		c := s.data[i]
		switch {
		case c == '\\' && s.o.EscapeChars && i+1 < len(s.data):
			i++
			s.scratch = append(s.scratch, s.data[i])
			continue
		case c == '\n' && !s.o.EscapeChars:
			return nil, i, false
		case c == q && s.o.fieldEnd(s.data, i+1):
			return s.scratch[start:len(s.scratch):len(s.scratch)], i + 1, true
		}
		s.scratch = append(s.scratch, c)
	}
	return nil, len(s.data), false
}

// pgEscapes are the single-letter escapes of PostgreSQL's text format.
var pgEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// escapedField reads a field with backslash escapes.
func (s *textSplitter) escapedField(from int) (field []byte, isNull bool, at int) {
	start, run, i := len(s.scratch), from, from
	rebuilt := false
	for i < len(s.data) {
		c := s.data[i]
		if (c == s.o.Delimiter || c == '\n' || c == '\r') && s.o.fieldEnd(s.data, i) {
			break
		}
		if c != '\\' || !s.o.backslash() || i+1 == len(s.data) {
			i++
			continue
		}
		rebuilt = true
		s.scratch = append(s.scratch, s.data[run:i]...)
		var b byte
		b, i = s.escape(i + 1)
		s.scratch = append(s.scratch, b)
		run = i
	}
	raw := s.data[from:i]
	if string(raw) == s.o.NullAs {
		return nil, true, i
	}
	if !rebuilt {
		return raw, false, i
	}
	s.scratch = append(s.scratch, s.data[run:i]...)
	field = s.scratch[start:len(s.scratch):len(s.scratch)]
	if !utf8.Valid(field) {
		s.valid = false // an escape can make bytes that are not
	}
	return field, false, i
}

// escape reads what stands behind a backslash at i-1.
func (s *textSplitter) escape(i int) (b byte, next int) {
	c := s.data[i]
	if s.o.Format != PGText {
		return c, i + 1
	}
	if v, ok := pgEscapes[c]; ok {
		return v, i + 1
	}
	if c >= '0' && c <= '7' {
		v := 0
		n := i
		for ; n < len(s.data) && n < i+3 && s.data[n] >= '0' && s.data[n] <= '7'; n++ {
			v = v<<3 | int(s.data[n]-'0')
		}
		s.valid = s.valid && byte(v) != 0
		return byte(v), n
	}
	if c == 'x' {
		v, n := 0, i+1
		for ; n < len(s.data) && n < i+3; n++ {
			h := bytes.IndexByte([]byte("0123456789abcdef"), s.data[n]|0x20)
			if h < 0 {
				break
			}
			v = v<<4 | h
		}
		if n > i+1 {
			s.valid = s.valid && v != 0
			return byte(v), n
		}
	}
	return c, i + 1
}

// checkText returns field, or a copy with what is not UTF-8 (or NUL) replaced, or else the first bad bytes.
func (s *textSplitter) checkText(field []byte) (good, bad []byte) {
	if utf8.Valid(field) && bytes.IndexByte(field, 0) < 0 {
		return field, nil
	}
	if !s.o.AcceptInvChars {
		for i := 0; i < len(field); {
			r, n := utf8.DecodeRune(field[i:])
			if field[i] == 0 || r == utf8.RuneError && n == 1 {
				return nil, field[i : i+1]
			}
			i += n
		}
	}
	// The replacement has as many bytes as what it replaces.
	start := len(s.scratch)
	for i := 0; i < len(field); {
		r, n := utf8.DecodeRune(field[i:])
		if field[i] == 0 || r == utf8.RuneError && n == 1 {
			s.scratch = append(s.scratch, s.o.InvChar)
			i++
			continue
		}
		s.scratch = append(s.scratch, field[i:i+n]...)
		i += n
	}
	return s.scratch[start:len(s.scratch):len(s.scratch)], nil
}

// validUTF8 is b with question marks for what is not UTF-8.
func validUTF8(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("?")) }
