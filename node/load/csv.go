package load

import "bytes"

// fieldEnd reports whether a field ends at i: a delimiter, a line end or the end of the data stands there.
func (o *CopyOptions) fieldEnd(data []byte, i int) bool {
	if i < len(data) && data[i] == '\r' {
		i++
		return i == len(data) || data[i] == '\n'
	}
	return i == len(data) || data[i] == o.Delimiter || data[i] == '\n'
}

// csvSpan is one field of CSV as Redshift reads it. Quotes enclose all of a field: blanks around
// them are not data, any other byte beside them, and a quote within a field that does not begin with one, is a fault.
// Source: Redshift guide, COPY, "CSV"; loads that end with "Invalid quote formatting for CSV".
type csvSpan struct {
	from, to int // its bytes, without the quotes
	at       int // behind the field: a delimiter, a line end or the end of the data; where a fault was found
	quoted   bool
	escaped  bool // quotes or escapes within: their bytes are not the field's yet
	fault    csvFault
}

// csvFault is what is wrong with a field.
type csvFault uint8

const (
	csvWhole csvFault = iota
	csvOpen           // the data ends within quotes
	csvStray          // a byte beside quotes, or a quote within an unquoted field
)

// csvSpan reads the field at from. It alone knows the grammar: Splitter finds with it where records end.
func (o *CopyOptions) csvSpan(data []byte, from int) csvSpan {
	start := o.skipBlanks(data, from)
	if start == len(data) || data[start] != o.Quote {
		for i := from; ; i++ {
			if i < len(data) && data[i] == o.Quote {
				return csvSpan{at: i, fault: csvStray}
			}
			if o.fieldEnd(data, i) {
				return csvSpan{from: from, to: i, at: i}
			}
		}
	}
	start++
	s := csvSpan{from: start, quoted: true}
	end := start
	for {
		n := o.closing(data[end:], &s.escaped)
		if n < 0 {
			s.at, s.fault = len(data), csvOpen
			return s
		}
		end += n
		if end+1 == len(data) || data[end+1] != o.Quote || o.csvEscape() != 0 {
			break
		}
		s.escaped = true
		end += 2
	}
	s.to, s.at = end, o.skipBlanks(data, end+1)
	if !o.fieldEnd(data, s.at) {
		s.fault = csvStray
	}
	return s
}

// closing is the offset of the first quote in text that no escape precedes, -1 if there is none.
func (o *CopyOptions) closing(text []byte, escaped *bool) int {
	esc := o.csvEscape()
	if esc == 0 {
		return bytes.IndexByte(text, o.Quote)
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case esc:
			if i+1 < len(text) && (text[i+1] == o.Quote || text[i+1] == esc) {
				*escaped = true
				i++
			}
		case o.Quote:
			return i
		}
	}
	return -1
}

// skipBlanks is the offset of the first byte from i on that is not white space; a delimiter is none.
func (o *CopyOptions) skipBlanks(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\v' || data[i] == '\f') &&
		data[i] != o.Delimiter {
		i++
	}
	return i
}

// csvText appends a span's bytes to dst, unescaped.
func (o *CopyOptions) csvText(dst, data []byte, s csvSpan) []byte {
	esc := o.csvEscape()
	if esc == 0 {
		esc = o.Quote
	}
	for i := s.from; i < s.to; i++ {
		if data[i] == esc && i+1 < s.to && (data[i+1] == o.Quote || data[i+1] == esc) {
			i++
		}
		dst = append(dst, data[i])
	}
	return dst
}

// csvEnd is recordEnd of CSV: a record ends with the line in which its last field does. One with a fault ends
// with the line in which it was found, so that the records behind it are read.
func (o *CopyOptions) csvEnd(data []byte, from int) (end int, whole bool) {
	for at := from; ; at++ {
		s := o.csvSpan(data, at)
		at = s.at
		if s.fault == csvWhole && at < len(data) && data[at] == o.Delimiter {
			continue
		}
		n := bytes.IndexByte(data[at:], '\n')
		if n < 0 {
			return len(data), false
		}
		return at + n + 1, true
	}
}
