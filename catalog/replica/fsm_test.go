package replica

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/state"
)

// An entry of a later version ends the replica: nothing after it is applied, nothing written down as if it had been.
func TestEntryOfALaterVersion(t *testing.T) {
	f := newFSM()
	var told []error
	f.lost = func(err error) { told = append(told, err) }
	pin, err := state.EncodeCommand(&state.Command{Ops: []state.Op{&state.OpenTerm{Term: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	later := msgp.AppendMapHeader(nil, 1)
	later = msgp.AppendArrayHeader(msgp.AppendString(later, "ops"), 1)
	later = msgp.AppendMapHeader(msgp.AppendString(msgp.AppendMapHeader(later, 1), "later"), 0)
	apply := func(data []byte) *state.Result { return f.Apply(&raft.Log{Index: 7, Data: data}).([]*state.Result)[0] }
	if r := apply(pin); r.Err != nil {
		t.Fatal(r.Err)
	}
	if r := apply([]byte{0}); r.Err == nil || len(told) != 0 {
		t.Errorf("no command: %+v, %v", r, told)
	}
	before := f.catalog()
	for range 2 {
		if r := apply(later); r.Err == nil {
			t.Error("applied")
		}
	}
	if r := apply(pin); r.Err == nil || f.catalog() != before {
		t.Error("the catalog goes on")
	}
	if len(told) != 1 || !errors.Is(told[0], state.ErrUnknownOp) {
		t.Errorf("told %v", told)
	}
	if _, err := f.Snapshot(); !errors.Is(err, state.ErrUnknownOp) {
		t.Errorf("snapshot: %v", err)
	}
}
