package load

import (
	"bytes"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Part is some of a batch's records as a chunk of fields.
type Part struct {
	Chunk *chunk.Chunk // owned by who has the Part
	batch *Batch
	o     *CopyOptions
	recs  []record // of the chunk's rows
}

// record is where a record lies in its batch: Data[from:to], without line end; line counts from the batch's first.
type record struct{ from, to, line uint32 }

// Record describes row row of the part for a report; col is a number in CopyOptions.Columns, -1: not known.
func (p *Part) Record(row, col int) RecordError {
	e := describe(p.batch, p.o, p.recs[row], col)
	if col >= 0 && !p.Chunk.IsNull(col, row) {
		e.Value = cutText(p.Chunk.Str(col, row))
	}
	return e
}

func describe(b *Batch, o *CopyOptions, r record, col int) RecordError {
	e := RecordError{Line: b.Line + int64(r.line), Offset: b.Offset + int64(r.from), Column: col,
		Raw: cutText(b.Data[r.from:r.to])}
	if col >= 0 && col < len(o.Columns) {
		e.Name, e.Type = o.Columns[col].Name, o.Columns[col].Type.String()
	}
	return e
}

// SplitText cuts a batch into parts of at most rows records (rows <= l.Rows). The columns of l are nullable
// strings, as many as o.Columns. Records that cannot be loaded are left out and reported; once there are more than
// allowed, the rest of the batch is not looked at.
func SplitText(b *Batch, o *CopyOptions, l *chunk.Layout, acct *mem.Account, rows int, allowed int64) (parts []*Part,
	bad []RecordError, err error) {
	if len(l.Cols) != len(o.Columns) || rows < 1 || rows > l.Rows || int64(len(b.Data)) > 1<<31 {
		return nil, nil, sqlerr.New(sqlerr.InternalError, "BUG: SplitText of %d columns into %d", len(o.Columns), len(l.Cols))
	}
	s := textSplitter{o: o, b: b, data: b.Data, layout: l, valid: utf8.Valid(b.Data) && bytes.IndexByte(b.Data, 0) < 0}
	s.prepare()
	s.allowed = allowed
	for s.more() {
		p, err := s.part(acct, rows)
		if err != nil {
			for _, q := range parts {
				q.Chunk.Free()
			}
			return nil, nil, err
		}
		if p.Chunk.Rows() == 0 {
			p.Chunk.Free()
			continue
		}
		parts = append(parts, p)
	}
	return parts, s.bad, nil
}

// textSplitter is the state of one SplitText.
type textSplitter struct {
	o       *CopyOptions
	b       *Batch
	layout  *chunk.Layout
	data    []byte
	valid   bool // all of data is UTF-8 without NUL
	cols    []fieldRule
	plain   bool // neither escapes nor quotes can occur in a line without special
	special byte // 0: none; a line without this byte is split at delimiters only

	pos  int
	line uint32
	bad  []RecordError

	allowed int64 // refused records with which the load goes on

	c       *chunk.Chunk
	base    offheap.View // the chunk
	row     int
	long    []longField
	scratch []byte // unescaped fields of the present chunk
}

// more reports whether there are records to split still, and it is of use.
func (s *textSplitter) more() bool { return s.pos < len(s.data) && int64(len(s.bad)) <= s.allowed }

// fieldRule is what a column asks of its fields.
type fieldRule struct {
	values, nulls int64 // offsets in the chunk
	str           bool
	char          bool
	notNull       bool
	max           int // bytes of a string
}

// longField is a string whose bytes still lie in data or scratch.
type longField struct {
	head int64 // where its header lies in the chunk
	src  []byte
}

func (s *textSplitter) prepare() {
	for i, c := range s.o.Columns {
		pc := s.layout.Cols[i]
		if !pc.Nullable || pc.Type.Phys() != types.Str {
			panic("BUG: fields go to nullable strings")
		}
		f := fieldRule{values: pc.Values, nulls: pc.Nulls, str: c.Type.IsString(), char: c.Type.Kind == types.Char,
			notNull: c.NotNull, max: types.MaxVarchar}
		if c.Type.Len > 0 {
			f.max = int(c.Type.Len)
		}
		s.cols = append(s.cols, f)
	}
	switch {
	case s.o.quotes():
		s.special = s.o.Quote
	case s.o.backslash() && !s.o.RemoveQuotes:
		s.special = '\\'
	}
	s.plain = s.special != 0 || !s.o.RemoveQuotes && !s.o.backslash()
}

// part fills one chunk.
func (s *textSplitter) part(acct *mem.Account, rows int) (*Part, error) {
	c, err := chunk.New(acct, s.layout)
	if err != nil {
		return nil, err
	}
	p := &Part{Chunk: c, batch: s.b, o: s.o, recs: make([]record, 0, rows)}
	s.c, s.base, s.row, s.long, s.scratch = c, c.View(), 0, s.long[:0], nil
	for s.row < rows && s.more() {
		r := record{from: uint32(s.pos), line: s.line}
		end, next := s.lineEnd(s.pos)
		var code, col int
		var reason string
		if s.plain && (s.special == 0 || bytes.IndexByte(s.data[s.pos:end], s.special) < 0) {
			if end == s.pos && s.o.IgnoreBlankLines {
				s.pos = next
				s.line++
				continue
			}
			code, col, reason = s.plainRecord(s.data[s.pos:end])
			s.line++
		} else {
			code, col, reason, end, next = s.record()
			s.line += uint32(bytes.Count(s.data[s.pos:next], []byte{'\n'}))
		}
		r.to = uint32(end)
		s.pos = next
		if code != 0 {
			s.refuse(r, code, col, reason)
			continue
		}
		p.recs = append(p.recs, r)
		s.row++
	}
	c.SetRows(s.row)
	if err := s.settle(); err != nil {
		c.Free()
		return nil, err
	}
	return p, nil
}

// lineEnd is where the line at from ends, without and with its line end.
func (s *textSplitter) lineEnd(from int) (end, next int) {
	i := bytes.IndexByte(s.data[from:], '\n')
	if i < 0 {
		end, next = len(s.data), len(s.data)
	} else {
		end, next = from+i, from+i+1
	}
	if end > from && s.data[end-1] == '\r' {
		end--
	}
	return end, next
}

func (s *textSplitter) refuse(r record, code, col int, reason string) {
	e := describe(s.b, s.o, r, col)
	e.Code, e.Reason = code, reason
	if reason == "" {
		e.Reason = reasons[code]
	}
	if col >= 0 && col < len(s.cols) && s.fieldSet(col) {
		e.Value = cutText(chunkField(s, col))
	}
	s.bad = append(s.bad, e)
	// A refused record's long strings are not the next one's.
	for len(s.long) > 0 && s.ofRow(s.long[len(s.long)-1].head) {
		s.long = s.long[:len(s.long)-1]
	}
}

// plainRecord splits a line that has no quotes and no escapes. It returns the load error, 0 if there is none.
func (s *textSplitter) plainRecord(line []byte) (code, col int, reason string) {
	delim := s.o.Delimiter
	for col := range s.cols {
		i := bytes.IndexByte(line, delim)
		field := line
		if i >= 0 {
			field = line[:i]
		}
		if code, reason := s.put(col, field, false); code != 0 {
			return code, col, reason
		}
		if i >= 0 {
			line = line[i+1:]
			continue
		}
		if col+1 < len(s.cols) {
			return s.missing(col+1, len(field) == 0 && col == 0)
		}
		return 0, 0, ""
	}
	return s.extra(line)
}

// extra deals with what is behind the last field's delimiter. A delimiter at the end of the
// line closes the last field, as in files of dbgen.
func (s *textSplitter) extra(rest []byte) (code, col int, reason string) {
	if len(rest) == 0 && s.o.Format == Delimited {
		return 0, 0, ""
	}
	if s.o.Format == PGText {
		reason = "extra data after last expected column"
	}
	return ErrTooMany, len(s.cols) - 1, reason
}

// missing fills fields from col on, or is an error.
func (s *textSplitter) missing(col int, emptyLine bool) (code, at int, reason string) {
	switch {
	case !s.o.FillRecord && emptyLine:
		return ErrEmptyLine, -1, ""
	case !s.o.FillRecord:
		if s.o.Format == PGText {
			reason = `missing data for column "` + s.o.Columns[col].Name + `"`
		}
		return ErrTooFew, col, reason
	}
	for ; col < len(s.cols); col++ {
		if s.cols[col].str && s.o.NullAs != "" && !s.o.EmptyAsNull {
			s.value(col, nil)
		} else if code, reason := s.null(col); code != 0 {
			return code, col, reason
		}
	}
	return 0, 0, ""
}
