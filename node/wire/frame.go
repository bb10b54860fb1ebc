package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/sqlerr"
)

// A frame is its length (u32, little endian) and that many bytes (limits.go). Readers grow buffers as bytes arrive.
const readStep = 1 << 20

var errFrame = errors.New("malformed frame")

// readBytes reads n bytes into buf's memory, grown step by step.
func readBytes(r io.Reader, buf []byte, n, limit int) ([]byte, error) {
	if n < 0 || n > limit {
		return buf, sqlerr.Wrap(fmt.Errorf("%w: %d bytes, the limit is %d", errFrame, n, limit), sqlerr.ProgramLimitExceeded)
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

// controlHead is a control message's header: kind, length (u32), term (u64).
const controlHead = 1 + 4 + 8

// writeMessage writes a control message under a term. One beyond the limits (54000) is not begun.
func writeMessage(w io.Writer, m Message, term uint64) error {
	if err := checkMessage(m); err != nil {
		return err
	}
	out := append(make([]byte, 0, controlHead+m.Msgsize()), make([]byte, controlHead)...)
	out, err := m.MarshalMsg(out)
	if err != nil {
		return err
	}
	if err := checkFrame(m, len(out)-controlHead); err != nil {
		return err
	}
	out[0] = kindOf(m)
	binary.LittleEndian.PutUint32(out[1:], uint32(len(out)-controlHead))
	binary.LittleEndian.PutUint64(out[5:], term)
	_, err = w.Write(out)
	return err
}

// readMessage reads a control message and its term.
func readMessage(r io.Reader) (Message, uint64, error) {
	var head [controlHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, err
	}
	term := binary.LittleEndian.Uint64(head[5:])
	body, err := readBytes(r, nil, int(binary.LittleEndian.Uint32(head[1:])), MaxMessage)
	if err != nil {
		return nil, term, err
	}
	m, err := decode(head[0], body)
	return m, term, err
}

// dataHead is a data message's header: lengths (u32) of its msgp header and
// of its body, term (u64).
const dataHead = 4 + 4 + 8

func putDataHead(b *[dataHead]byte, head, body int, term uint64) {
	binary.LittleEndian.PutUint32(b[:], uint32(head))
	binary.LittleEndian.PutUint32(b[4:], uint32(body))
	binary.LittleEndian.PutUint64(b[8:], term)
}

func readDataHead(r io.Reader) (head, body int, term uint64, err error) {
	var b [dataHead]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, 0, 0, err
	}
	return int(binary.LittleEndian.Uint32(b[:])), int(binary.LittleEndian.Uint32(b[4:])),
		binary.LittleEndian.Uint64(b[8:]), nil
}
