package state

import (
	"encoding/binary"

	"slipher/catalog/sqlerr"
)

// An entry of the log is a command (EncodeCommand), or several in order behind a byte that no command
// begins with, each with its length: what sessions propose at the same time shares an entry.
const groupMark = 0xc1 // never used in MessagePack

// EncodeGroup is one log entry of commands in their encoded form, to be applied in order.
func EncodeGroup(commands [][]byte) []byte {
	if len(commands) == 1 {
		return commands[0]
	}
	n := 1
	for _, c := range commands {
		n += binary.MaxVarintLen64 + len(c)
	}
	out := append(make([]byte, 0, n), groupMark)
	for _, c := range commands {
		out = append(binary.AppendUvarint(out, uint64(len(c))), c...)
	}
	return out
}

// DecodeEntry is the commands of a log entry. Bad bytes give an error, never a crash.
func DecodeEntry(data []byte) ([]*Command, error) {
	if len(data) == 0 || data[0] != groupMark {
		c, err := DecodeCommand(data)
		if err != nil {
			return nil, err
		}
		return []*Command{c}, nil
	}
	var out []*Command
	for data = data[1:]; len(data) > 0; {
		size, n := binary.Uvarint(data)
		if n <= 0 || size > uint64(len(data)-n) {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "a group of commands is cut off")
		}
		c, err := DecodeCommand(data[n : n+int(size)])
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		data = data[n+int(size):]
	}
	if out == nil {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "a group of no commands")
	}
	return out, nil
}
