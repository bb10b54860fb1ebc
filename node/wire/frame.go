package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tinylib/msgp/msgp"
)

// A frame is its length (u32, little endian) and that many bytes. Limits keep a
// confused peer from making us allocate; readers grow buffers as bytes arrive.
const (
	maxControl = 256 << 20 // a query with very many objects
	maxHeader  = 64 << 10
	maxBody    = 1 << 30 // a chunk of the widest strings
	readStep   = 1 << 20
)

var errFrame = errors.New("malformed frame")

// readBytes reads n bytes into buf's memory, grown step by step.
func readBytes(r io.Reader, buf []byte, n, limit int) ([]byte, error) {
	if n < 0 || n > limit {
		return buf, fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	buf = buf[:0]
	for len(buf) < n {
		step := min(n-len(buf), max(readStep, cap(buf)-len(buf)))
		at := len(buf)
		if cap(buf)-at < step {
			buf = append(buf, make([]byte, step)...)
		} else {
			buf = buf[:at+step]
		}
		if _, err := io.ReadFull(r, buf[at:]); err != nil {
			return buf, err
		}
	}
	return buf, nil
}

func readU32(r io.Reader) (int, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, err
	}
	return int(binary.LittleEndian.Uint32(b[:])), nil
}

func writeHand(w io.Writer, m msgp.Marshaler) ([]byte, error) {
	body, err := m.MarshalMsg(nil)
	if err != nil {
		return nil, err
	}
	out := append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body...)
	_, err = w.Write(out)
	return body, err
}

func readHand(r io.Reader, m msgp.Unmarshaler) ([]byte, error) {
	n, err := readU32(r)
	if err != nil {
		return nil, err
	}
	body, err := readBytes(r, nil, n, maxHandshake)
	if err != nil {
		return nil, err
	}
	if _, err := m.UnmarshalMsg(body); err != nil {
		return nil, err
	}
	return body, nil
}

// writeMessage writes kind, length, bytes.
func writeMessage(w io.Writer, m Message) error {
	out := append(make([]byte, 0, 5+m.Msgsize()), kindOf(m), 0, 0, 0, 0)
	out, err := m.MarshalMsg(out)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(out[1:], uint32(len(out)-5))
	_, err = w.Write(out)
	return err
}

func readMessage(r io.Reader) (Message, error) {
	var kind [1]byte
	if _, err := io.ReadFull(r, kind[:]); err != nil {
		return nil, err
	}
	n, err := readU32(r)
	if err != nil {
		return nil, err
	}
	body, err := readBytes(r, nil, n, maxControl)
	if err != nil {
		return nil, err
	}
	return decode(kind[0], body)
}
