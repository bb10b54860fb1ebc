package relay

import (
	"encoding/binary"
	"io"

	"slipher/catalog/sqlerr"
)

// frames reads whole messages off a connection without decoding or copying them.
type frames struct {
	r       io.Reader
	buf     []byte
	at, end int  // buf[at:end] is read and not consumed
	full    bool // the last read filled buf
	limit   int  // of a message's body
}

const (
	headSize  = 5
	firstRead = 4 << 10  // a buffer's size while little passes
	bulkRead  = 64 << 10 // and while much does; larger ones, for large messages, are given back
)

var errLength = sqlerr.New(sqlerr.ProtocolViolation, "invalid message length")

// peek returns the next message, head and body, if all of it is read. It is
// valid until fill. Errors: errLength.
func (f *frames) peek() ([]byte, error) {
	have := f.buf[f.at:f.end]
	if len(have) < headSize {
		return nil, nil
	}
	n := int(int32(binary.BigEndian.Uint32(have[1:])))
	if n < 4 || n-4 > f.limit {
		return nil, errLength
	}
	if len(have) < n+1 {
		return nil, nil
	}
	return have[: n+1 : n+1], nil
}

// want is the length of the message that peek has not got whole, 0 if even that is unknown.
func (f *frames) want() int {
	if f.end-f.at < headSize {
		return 0
	}
	return int(int32(binary.BigEndian.Uint32(f.buf[f.at+1:]))) + 1
}

// fill reads more. What was peeked is lost.
func (f *frames) fill() error {
	have, size := f.end-f.at, len(f.buf)
	switch {
	case have == 0 && size > bulkRead:
		size = bulkRead
	case f.full && size < bulkRead:
		size *= 2
	}
	size = max(size, firstRead)
	if need := max(f.want(), headSize); need > size {
		size = min(need, 2*max(size, have)) // grow with what arrives, not with what a head announces
	}
	if size != len(f.buf) {
		buf := make([]byte, size)
		copy(buf, f.buf[f.at:f.end])
		f.buf = buf
	} else if f.at > 0 {
		copy(f.buf, f.buf[f.at:f.end])
	}
	f.at, f.end = 0, have
	n, err := f.r.Read(f.buf[have:])
	f.end += n
	f.full = f.end == len(f.buf)
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// next reads the next message. If it is longer than keep, only its beginning is
// returned, and rest bytes of it are to be had from chunk.
func (f *frames) next(keep int) (msg []byte, rest int, err error) {
	for {
		if msg, err = f.peek(); err != nil {
			return nil, 0, err
		}
		if msg != nil {
			f.at += len(msg)
			return msg, 0, nil
		}
		if n := f.want(); n > keep {
			msg = f.buf[f.at:f.end]
			f.at = f.end
			return msg, n - len(msg), nil
		}
		if err = f.fill(); err != nil {
			return nil, 0, err
		}
	}
}

// chunk reads at most n more bytes of a long message.
func (f *frames) chunk(n int) ([]byte, error) {
	if f.at == f.end {
		if len(f.buf) < bulkRead {
			f.buf = make([]byte, bulkRead)
		}
		f.at, f.end = 0, 0
		var err error
		if f.end, err = f.r.Read(f.buf); f.end == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return nil, err
		}
	}
	b := f.buf[f.at:min(f.end, f.at+n)]
	f.at += len(b)
	return b, nil
}

// ready reports whether the next message is read already, so that output need not be flushed for it.
func (f *frames) ready() bool {
	m, err := f.peek()
	return m != nil || err != nil
}
