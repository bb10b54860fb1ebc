package pgwire

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// spoolMemory is how much of a portal's rows stays in memory; more goes to a file.
const spoolMemory = 4 << 20

// spool keeps encoded DataRow messages that a client has not fetched yet: first
// in memory, behind that in an unlinked temporary file. Written once, then read once.
type spool struct {
	mem  []byte
	pos  int // of the next row in mem
	file *os.File
	w    *bufio.Writer
	r    *bufio.Reader
	row  []byte
}

// add appends the row that encode appends.
func (s *spool) add(encode func(b []byte) []byte) error {
	if s.file == nil && len(s.mem) < spoolMemory {
		s.mem = encode(s.mem)
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "slipher-portal-*")
		if err != nil {
			return sqlerr.Wrap(err, sqlerr.IOError)
		}
		os.Remove(f.Name())
		s.file, s.w = f, bufio.NewWriterSize(f, 64<<10)
	}
	s.row = encode(s.row[:0])
	_, err := s.w.Write(s.row)
	return sqlerr.Wrap(err, sqlerr.DiskFull)
}

// next returns the next row, nil behind the last. It is valid until the next call.
func (s *spool) next() ([]byte, error) {
	if s.pos < len(s.mem) {
		n := 1 + int(binary.BigEndian.Uint32(s.mem[s.pos+1:]))
		row := s.mem[s.pos : s.pos+n]
		s.pos += n
		return row, nil
	}
	s.mem, s.pos = nil, 0
	if s.file == nil {
		return nil, nil
	}
	if s.r == nil {
		if err := s.w.Flush(); err != nil {
			return nil, sqlerr.Wrap(err, sqlerr.DiskFull)
		}
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return nil, sqlerr.Wrap(err, sqlerr.IOError)
		}
		s.r = bufio.NewReaderSize(s.file, 64<<10)
	}
	head, err := s.r.Peek(5)
	if err == io.EOF && len(head) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError)
	}
	n := 1 + int(binary.BigEndian.Uint32(head[1:]))
	if cap(s.row) < n {
		s.row = make([]byte, n)
	}
	s.row = s.row[:n]
	if _, err := io.ReadFull(s.r, s.row); err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError)
	}
	return s.row, nil
}

func (s *spool) close() {
	if s == nil {
		return
	}
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
	s.mem, s.pos = nil, 0
}

// retag replaces the row count of a SELECT's tag by the rows of this fetch.
func retag(tag string, rows int) string {
	if strings.HasPrefix(tag, "SELECT ") {
		return "SELECT " + strconv.Itoa(rows)
	}
	return tag
}
