package load

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

// put stores a field of the present row, deciding what is NULL. A quoted field is not the NULL string.
func (s *textSplitter) put(col int, field []byte, quoted bool) (code int, reason string) {
	f := &s.cols[col]
	if !quoted && len(field) <= len(s.o.NullAs)+1 && string(field) == s.o.NullAs {
		return s.null(col)
	}
	if len(field) == 0 {
		// For PostgreSQL it is an empty string, and the cast complains.
		if s.o.EmptyAsNull || !f.str && !s.o.postgres() {
			return s.null(col)
		}
		s.value(col, nil)
		return 0, ""
	}
	if field[0] == ' ' || field[0] == '\t' {
		if (s.o.BlanksAsNull || !f.str && !s.o.postgres()) && len(bytes.Trim(field, " \t")) == 0 {
			return s.null(col)
		}
	}
	if !s.valid {
		var bad []byte
		if field, bad = s.checkText(field); bad != nil {
			s.value(col, nil)
			if bad[0] == 0 {
				return ErrUTF8, "Invalid null byte - field longer than 1 byte"
			}
			return ErrUTF8, utf8Reason(bad)
		}
	}
	if f.str {
		if s.o.TrimBlanks {
			field = bytes.TrimRight(field, " \t")
		}
		if len(field) > f.max {
			if f.char {
				field = bytes.TrimRight(field, " ")
			}
			if len(field) > f.max {
				if !s.o.TruncateColumns {
					s.value(col, field)
					return ErrRange, reasons[ErrRange]
				}
				n := f.max
				for n > 0 && !utf8.RuneStart(field[n]) {
					n--
				}
				field = field[:n]
			}
		}
	}
	s.value(col, field)
	return 0, ""
}

func (s *textSplitter) null(col int) (code int, reason string) {
	f := &s.cols[col]
	offheap.Set[byte](s.base, f.nulls+int64(s.row), 1)
	offheap.Set(s.base, s.header(col), offheap.Header{})
	if f.notNull {
		return ErrNotNull, ""
	}
	return 0, ""
}

// header is where the header of the present row's field col lies in the chunk.
func (s *textSplitter) header(col int) int64 { return s.cols[col].values + int64(s.row)*abi.StrSize }

// value writes a field's header. Long strings are copied into the chunk by settle.
func (s *textSplitter) value(col int, field []byte) {
	offheap.Set[byte](s.base, s.cols[col].nulls+int64(s.row), 0)
	head := s.header(col)
	n := len(field)
	var w0, w1 uint64
	switch {
	case n > abi.StrInline:
		w0 = uint64(n) | uint64(binary.LittleEndian.Uint32(field))<<32
		s.long = append(s.long, longField{head, field})
	case cap(field) >= 16:
		// Bytes behind the field are the batch's: readable, masked away.
		b := field[:16]
		lo, hi := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		if n < 8 {
			lo &= 1<<(8*n) - 1
			hi = 0
		} else {
			hi &= 1<<(8*(n-8)) - 1
		}
		w0, w1 = uint64(n)|lo<<32, lo>>32|hi<<32
	default:
		var b [16]byte
		copy(b[:], field)
		lo, hi := binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])
		w0, w1 = uint64(n)|lo<<32, lo>>32|hi<<32
	}
	offheap.Set(s.base, head, offheap.Header{w0, w1})
}

// settle copies the long strings into the chunk. It fails with 53200.
func (s *textSplitter) settle() error {
	total := 0
	for _, l := range s.long {
		total += len(l.src)
	}
	if total == 0 {
		return nil
	}
	text := offheap.Of(heap.ArenaAlloc(s.c.Arena().Pointer(), total), total)
	if text.Nowhere() {
		return s.c.Err()
	}
	at := 0
	for _, l := range s.long {
		s.base.SetView(l.head+8, text.From(int64(at)))
		at += copy(text.Bytes(int64(at), len(l.src)), l.src)
	}
	return nil
}

// ofRow reports whether a header is one of the present row.
func (s *textSplitter) ofRow(head int64) bool {
	for i := range s.cols {
		if head == s.header(i) {
			return true
		}
	}
	return false
}

// fieldSet reports whether the present row's field col has a value.
func (s *textSplitter) fieldSet(col int) bool {
	return offheap.At[byte](s.base, s.cols[col].nulls+int64(s.row)) == 0
}

// chunkField is the present row's field col, before settle.
func chunkField(s *textSplitter, col int) []byte {
	head := s.header(col)
	if offheap.At[uint32](s.base, head) <= abi.StrInline {
		return offheap.Str(s.base, head)
	}
	for _, l := range s.long {
		if l.head == head {
			return l.src
		}
	}
	return nil
}
