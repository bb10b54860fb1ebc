package relay

import (
	"bytes"
	"encoding/binary"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
)

// fromClient are the types of messages that clients may send.
var fromClient = typeSet("QPBDECHSXFdcf")

// empty are those without a body.
var empty = typeSet("HScX")

// closing are those that the server answers with ReadyForQuery.
var closing = typeSet("QFS")

// copying are those of the client's half of a COPY.
var copying = typeSet("dcf")

// fromLeader are the types of messages that a leader may send in an exchange.
var fromLeader = typeSet("DdTtnNAWHcIVsC123GESZ")

// acknowledging are those that say only that a message was understood.
var acknowledging = typeSet("123tTn")

func typeSet(types string) (set [256]bool) {
	for i := range len(types) {
		set[types[i]] = true
	}
	return set
}

// cstring reads a string off b; ok is false if it does not end.
func cstring(b []byte) (s string, rest []byte, ok bool) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return "", nil, false
	}
	return string(b[:i]), b[i+1:], true
}

// pair reads the two strings of a ParameterStatus; for Parse they are name and text, for
// Bind portal and statement.
func pair(msg []byte) (a, b string, ok bool) {
	a, rest, ok := cstring(msg[headSize:])
	if !ok {
		return "", "", false
	}
	b, _, ok = cstring(rest)
	return a, b, ok
}

// portableParse is a Parse message whose text every setting reads as reads does: it may be sent again after
// the setting has changed.
func portableParse(msg []byte, reads parse.Options) []byte {
	var m pgproto3.Parse
	if bytes.IndexByte(msg, '\\') < 0 || m.Decode(msg[headSize:]) != nil {
		return msg
	}
	text := parse.Portable(m.Query, reads)
	if text == m.Query {
		return msg
	}
	m.Query = text
	if b, err := m.Encode(nil); err == nil {
		return b
	}
	return msg
}

// errorFields reads the fields of an ErrorResponse.
func errorFields(msg []byte) (severity, code, text string) {
	for b := msg[headSize:]; len(b) > 0 && b[0] != 0; {
		value, rest, ok := cstring(b[1:])
		if !ok {
			break
		}
		switch b[0] {
		case 'S':
			if severity == "" {
				severity = value
			}
		case 'V':
			severity = value
		case 'C':
			code = value
		case 'M':
			text = value
		}
		b = rest
	}
	return severity, code, text
}

// errorMessage is an ErrorResponse.
func errorMessage(severity string, err error) []byte {
	e := sqlerr.From(err)
	b, _ := (&pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: string(e.Code),
		Message: e.Message,
		Detail:  e.Detail, Hint: e.Hint}).Encode(nil)
	return b
}

// readyMessage is a ReadyForQuery.
func readyMessage(status byte) []byte { return []byte{'Z', 0, 0, 0, 5, status} }

func statusMessage(name, value string) []byte {
	b, _ := (&pgproto3.ParameterStatus{Name: name, Value: value}).Encode(nil)
	return b
}

func queryMessage(text string) []byte {
	b, _ := (&pgproto3.Query{String: text}).Encode(nil)
	return b
}

func keyMessage(pid uint32, secret []byte) []byte {
	b, _ := (&pgproto3.BackendKeyData{ProcessID: pid, SecretKey: secret}).Encode(nil)
	return b
}

var syncMessage = []byte{'S', 0, 0, 0, 4}

// startupMessage is a hello with one more parameter.
func startupMessage(version uint32, body []byte, name, value string) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0)
	b = binary.BigEndian.AppendUint32(b, version)
	// The parameters end with an empty name; what stands behind it is nobody's.
	for rest := body; ; {
		n, after, ok := cstring(rest)
		if !ok || n == "" {
			break
		}
		v, after, ok := cstring(after)
		if !ok {
			break
		}
		b = append(append(append(append(b, n...), 0), v...), 0)
		rest = after
	}
	b = append(append(append(append(b, name...), 0), value...), 0, 0)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}
