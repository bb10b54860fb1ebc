package state

import (
	"testing"

	"slipher/catalog/bound"
	"slipher/catalog/sqlerr"
)

// A command that no leader could read is refused before it is in the log; one at the limit is read. Sets of deleted
// rows of large objects have more bytes than lists have entries.
func TestCommandLimits(t *testing.T) {
	adds := func(n int) *Command {
		return &Command{Ops: []Op{&Delta{Table: 1, Adds: make([]ObjectRef, n)}}}
	}
	deletes := func(n int) *Command {
		return &Command{Ops: []Op{&Delta{Table: 1, Deletes: []RowSet{{Object: "o", Rows: make([]byte, n)}}}}}
	}
	for name, c := range map[string]struct {
		cmd *Command
		ok  bool
	}{
		"a large set of rows": {deletes(16 << 20), true},
		"a large write":       {&Command{Ops: []Op{&Delta{Adds: []ObjectRef{{Data: make([]byte, 16<<20)}}}}}, true},
		"objects":             {adds(bound.Elements), true}, "too many objects": {adds(bound.Elements + 1), false},
	} {
		data, err := EncodeCommand(c.cmd)
		switch {
		case !c.ok:
			if err == nil || sqlerr.From(err).Code != sqlerr.ProgramLimitExceeded {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			if _, err := DecodeCommand(data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
