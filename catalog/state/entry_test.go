package state

import (
	"bytes"
	"testing"
)

// A group of commands in one entry is read as the commands, in order; one command is its own entry;
// whatever is cut off or changed is an error or other commands, never a crash.
func TestEntries(t *testing.T) {
	var all [][]byte
	for i := range 5 {
		data, err := EncodeCommand(&Command{Txn: TxnID(i + 1), Ops: []Op{&Allocate{What: AllocateOID, Count: int64(i)}}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	if one := EncodeGroup(all[:1]); !bytes.Equal(one, all[0]) {
		t.Errorf("an entry of one command: %x", one)
	}
	for n := 1; n <= len(all); n++ {
		entry := EncodeGroup(all[:n])
		list, err := DecodeEntry(entry)
		if err != nil || len(list) != n {
			t.Fatalf("%d of %d commands: %v", len(list), n, err)
		}
		for i, c := range list {
			if c.Txn != TxnID(i+1) || c.Ops[0].(*Allocate).Count != int64(i) {
				t.Errorf("command %d of %d: %+v", i, n, c)
			}
		}
		for cut := range entry {
			if list, err := DecodeEntry(entry[:cut]); err == nil && len(list) >= n {
				t.Errorf("%d commands of %d bytes of %d", len(list), cut, len(entry))
			}
		}
	}
	if _, err := DecodeEntry([]byte{groupMark}); err == nil {
		t.Error("a group of no commands")
	}
}
