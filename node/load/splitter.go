package load

import (
	"bytes"
	"io"

	"slipher/catalog/sqlerr"
)

// Batch is a run of whole records.
type Batch struct {
	Data   []byte // the reader's own copy
	Line   int64  // number of the first line, from 1
	Offset int64  // of the first byte in the (unpacked) input
}

// Splitter cuts an input into batches of whole records. It looks at quotes and escapes only as far as
// needed to tell line ends within fields from those between records.
type Splitter struct {
	r      io.Reader
	packed *unpacker // what r unpacks, nil: nothing is packed
	o      *CopyOptions
	size   int
	rest   []byte // begun, not yet given out
	line   int64
	off    int64
	eof    bool
	header int // records to skip still
	first  bool
}

const (
	batchSize = 1 << 20
	// maxRecord bounds a record. Redshift guide, COPY: a row is at most 4 MB.
	maxRecord = 4 << 20
)

// NewSplitter reads COPY's input from r, unpacking it if the options say so. Nothing is read before the first Next.
func NewSplitter(r io.Reader, o *CopyOptions) (*Splitter, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	var packed *unpacker
	if o.Gzip {
		packed = newUnpacker(r)
		r = packed
	}
	return &Splitter{r: r, packed: packed, o: o, size: batchSize, line: 1, header: o.IgnoreHeader, first: true}, nil
}

var bom = []byte("\xef\xbb\xbf")

// Next returns the next batch, io.EOF behind the last one.
func (s *Splitter) Next() (Batch, error) {
	for {
		buf, cut, err := s.fill()
		if err != nil {
			return Batch{}, err
		}
		data := buf[:cut]
		s.rest = buf[cut:]
		if s.o.EndMark {
			data = s.endMark(data)
		}
		b := Batch{Data: data, Line: s.line, Offset: s.off}
		s.line += int64(bytes.Count(buf[:cut], []byte{'\n'}))
		if s.eof && cut > 0 && buf[cut-1] != '\n' {
			s.line++ // a line without an end
		}
		s.off += int64(cut)
		for s.header > 0 && len(b.Data) > 0 {
			n, _ := s.o.recordEnd(b.Data, 0)
			b.Line += int64(bytes.Count(b.Data[:n], []byte{'\n'}))
			b.Offset += int64(n)
			b.Data = b.Data[n:]
			s.header--
		}
		if len(b.Data) > 0 {
			return b, nil
		}
		if s.eof && len(s.rest) == 0 {
			return Batch{}, io.EOF
		}
	}
}

// Scanned is how many lines and (unpacked) bytes have been read.
func (s *Splitter) Scanned() (lines, bytes int64) { return s.line - 1, s.off }

// fill reads until there is a batch's worth and finds where its last record ends.
func (s *Splitter) fill() (buf []byte, cut int, err error) {
	buf = make([]byte, len(s.rest), max(s.size, 2*len(s.rest)))
	copy(buf, s.rest)
	s.rest = nil
	if s.first && s.packed != nil {
		if err := s.packed.begin(); err != nil {
			return nil, 0, sqlerr.Wrap(err, sqlerr.IOError)
		}
	}
	for {
		for !s.eof && len(buf) < cap(buf) {
			n, err := s.r.Read(buf[len(buf):cap(buf)])
			buf = buf[:len(buf)+n]
			if err == io.EOF {
				s.eof = true
			} else if err != nil {
				return nil, 0, sqlerr.Wrap(err, sqlerr.IOError)
			}
		}
		if s.first {
			s.first = false
			if err := s.o.foreign(buf); err != nil {
				return nil, 0, err
			}
			if bytes.HasPrefix(buf, bom) {
				buf = buf[len(bom):]
				s.off += int64(len(bom))
			}
		}
		if s.eof {
			return buf, len(buf), nil
		}
		if cut := s.lastEnd(buf); cut > 0 {
			return buf, cut, nil
		}
		if len(buf) > maxRecord {
			return nil, 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "record at line %d is longer than %d bytes", s.line,
				maxRecord).
				WithHint("Is a quote missing?")
		}
		buf = append(make([]byte, 0, 2*cap(buf)), buf...)
	}
}

// endMark cuts data, which begins with a record, at the record that is PostgreSQL's end-of-data line, `\.`.
// Within quotes, or behind an escaped line end, it is data.
func (s *Splitter) endMark(data []byte) []byte {
	for at, rec := 0, 0; ; {
		i := bytes.Index(data[at:], []byte(`\.`))
		if i < 0 {
			return data
		}
		i += at
		at = i + 2
		behind := data[at:]
		ends := len(behind) == 0 || behind[0] == '\n' || bytes.HasPrefix(behind, []byte("\r\n"))
		if !ends || i > 0 && data[i-1] != '\n' {
			continue
		}
		for rec < i {
			rec, _ = s.o.recordEnd(data, rec)
		}
		if rec == i {
			s.eof, s.rest = true, nil
			return data[:i]
		}
	}
}

// lastEnd is the offset behind the last whole record of buf, which begins with a record; 0: there is none.
func (s *Splitter) lastEnd(buf []byte) int {
	special := byte('\\')
	switch {
	case s.o.quotes():
		special = s.o.Quote
	case !s.o.backslash():
		return bytes.LastIndexByte(buf, '\n') + 1
	}
	for end := 0; ; {
		i := bytes.IndexByte(buf[end:], special)
		if i < 0 {
			return end + bytes.LastIndexByte(buf[end:], '\n') + 1
		}
		end += bytes.LastIndexByte(buf[end:end+i], '\n') + 1 // lines without anything special are records
		n, whole := s.o.recordEnd(buf, end)
		if !whole {
			return end
		}
		end = n
	}
}

// recordEnd is the offset behind the record that begins at from, including its line end; whole is
// false if buf ends before it does.
func (o *CopyOptions) recordEnd(buf []byte, from int) (end int, whole bool) {
	if o.Format == CSV {
		return o.csvEnd(buf, from)
	}
	esc, quote := o.csvEscape(), byte(0)
	if o.Format == PGCSV {
		quote = o.Quote
	}
	quoted := false
	for i := from; i < len(buf); i++ {
		switch c := buf[i]; {
		case c == '\\' && o.backslash(), esc != 0 && c == esc && quoted:
			i++
		case quote != 0 && c == quote:
			quoted = !quoted
		case c == '\n' && !quoted:
			return i + 1, true
		}
	}
	return len(buf), false
}
