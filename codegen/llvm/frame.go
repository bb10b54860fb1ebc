package llvm

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/tinylib/msgp/msgp"
)

// maxFrame bounds what either end accepts. The primitive library's modules are
// the largest: a few MB of text.
const maxFrame = 1 << 30

// writeFrame sends a message: 4 bytes of length, little endian, then msgp.
func writeFrame(w io.Writer, m msgp.Marshaler) error {
	b, err := m.MarshalMsg(make([]byte, 4))
	if err != nil {
		return err
	}
	if len(b)-4 > maxFrame {
		return fmt.Errorf("message of %d bytes", len(b)-4)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	_, err = w.Write(b)
	return err
}

// readFrame receives a message. io.EOF: the other end closed between messages.
func readFrame(r io.Reader, m msgp.Unmarshaler) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxFrame {
		return fmt.Errorf("frame of %d bytes", n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return fmt.Errorf("frame cut off: %w", err)
	}
	_, err := m.UnmarshalMsg(b)
	return err
}
