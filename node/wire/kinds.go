package wire

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// Message is a request or a reply: a pointer to one of the types of messages.go.
type Message interface {
	msgp.Marshaler
	msgp.Unmarshaler
	Msgsize() int
}

// kinds numbers the control messages. Numbers are part of Proto: never reuse one.
var kinds = []struct {
	kind byte
	make func() Message
}{
	{1, func() Message { return new(Error) }},
	{2, func() Message { return new(OK) }},
	{3, func() Message { return new(Ping) }},
	{4, func() Message { return new(Register) }},
	{5, func() Message { return new(Registered) }},
	{6, func() Message { return new(Assign) }},
	{7, func() Message { return new(StartQuery) }},
	{8, func() Message { return new(RunStream) }},
	{9, func() Message { return new(StreamDone) }},
	{10, func() Message { return new(FusedCode) }},
	{11, func() Message { return new(FusedReply) }},
	{12, func() Message { return new(Cancel) }},
	{13, func() Message { return new(EndQuery) }},
	{14, func() Message { return new(ReserveIdentity) }},
	{15, func() Message { return new(Reserved) }},
}

// kindOf is m's number.
func kindOf(m Message) byte {
	want := fmt.Sprintf("%T", m)
	for _, k := range kinds {
		if fmt.Sprintf("%T", k.make()) == want {
			return k.kind
		}
	}
	panic("BUG: no kind for message " + want)
}

// decode makes a message of kind k from its bytes.
func decode(k byte, data []byte) (Message, error) {
	for _, x := range kinds {
		if x.kind != k {
			continue
		}
		m := x.make()
		left, err := m.UnmarshalMsg(data)
		if err != nil {
			return nil, fmt.Errorf("message of kind %d: %w", k, err)
		}
		if len(left) != 0 {
			return nil, fmt.Errorf("message of kind %d: %d bytes too many", k, len(left))
		}
		return m, nil
	}
	return nil, fmt.Errorf("unknown message kind %d", k)
}

// SortRecords puts refused records in the order of the input.
func SortRecords(rs []RecordError) {
	slices.SortStableFunc(rs, func(a, b RecordError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
