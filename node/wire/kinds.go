package wire

import (
	"cmp"
	"fmt"
	"reflect"
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
	from origin
}{
	{1, func() Message { return new(Error) }, anybody},
	{2, func() Message { return new(OK) }, anybody},
	{3, func() Message { return new(Ping) }, anybody},
	{4, func() Message { return new(Register) }, anybody},
	{5, func() Message { return new(Registered) }, anybody},
	{6, func() Message { return new(Assign) }, leader},
	{7, func() Message { return new(StartQuery) }, leader},
	{8, func() Message { return new(RunStream) }, leader},
	{9, func() Message { return new(StreamDone) }, anybody},
	{10, func() Message { return new(FusedCode) }, leader},
	{11, func() Message { return new(FusedReply) }, anybody},
	{12, func() Message { return new(Cancel) }, anybody},
	{13, func() Message { return new(EndQuery) }, anybody},
	{14, func() Message { return new(ReserveIdentity) }, anybody},
	{15, func() Message { return new(Reserved) }, anybody},
	{16, func() Message { return new(NotActive) }, anybody},
	{17, func() Message { return new(Lead) }, leader},
	{18, func() Message { return new(Leave) }, anybody},
	{19, func() Message { return new(Dismiss) }, leader},
	{30, func() Message { return new(Join) }, anybody},
	{31, func() Message { return new(Joined) }, anybody},
	{32, func() Message { return new(AskRaft) }, anybody},
	{33, func() Message { return new(RaftStatus) }, anybody},
}

// origin says who makes a request: those of leaders are refused under lower terms. (Not so the
// end of a query, which can do no harm: its id has the term.)
type origin uint8

const (
	anybody origin = iota
	leader
)

// kindNumbers has each message type's place in kinds.
var kindNumbers = func() map[reflect.Type]int {
	byType := map[reflect.Type]int{}
	for i, k := range kinds {
		byType[reflect.TypeOf(k.make())] = i
	}
	return byType
}()

// kindOf is m's number.
func kindOf(m Message) byte {
	i, ok := kindNumbers[reflect.TypeOf(m)]
	if !ok {
		panic(fmt.Sprintf("BUG: no kind for message %T", m))
	}
	return kinds[i].kind
}

// fromLeader reports whether only leaders send m.
func fromLeader(m Message) bool {
	i, ok := kindNumbers[reflect.TypeOf(m)]
	return ok && kinds[i].from == leader
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
			return nil, fmt.Errorf("message of kind %d: %w", k, tooLarge(err))
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

// FirstRecords are at most n of rs, the first in the order of the input. It keeps rs' memory.
func FirstRecords(rs []RecordError, n int64) []RecordError {
	if int64(len(rs)) <= n {
		return rs
	}
	SortRecords(rs)
	clear(rs[n:])
	return rs[:n]
}
