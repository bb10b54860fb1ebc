package state

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/types"
)

var rewrite = flag.Bool("rewrite", false, "rewrite golden files")

// Kinds of operations in the log never change their names: a line that goes or changes here is a log that cannot be
// read.
func TestKinds(t *testing.T) {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		r := rows[name]
		b, err := Ops{r.make()}.MarshalMsg(nil)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %T %s\n", name, r.make(), hex.EncodeToString(b))
		if Describe(r.make()) == "" || rowOf(r.make()) != r {
			t.Errorf("%s: row", name)
		}
		var back Ops
		if left, err := back.UnmarshalMsg(b); err != nil || len(left) > 0 ||
			!reflect.DeepEqual(reflect.TypeOf(back[0]), reflect.TypeOf(r.make())) {
			t.Errorf("%s comes back as %T: %v", name, back, err)
		}
		if n := (Ops{r.make()}).Msgsize(); n < len(b) {
			t.Errorf("%s: %d bytes, said to be at most %d", name, len(b), n)
		}
		// Who asks for a table gets one only with a use, and the other way round.
		if UseOf(r.make()) != Keeps && r.table == nil {
			t.Errorf("%s uses no table", name)
		}
	}
	file := filepath.Join("testdata", "kinds.golden")
	if *rewrite {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != out.String() {
		t.Errorf("the log's form has changed:\n%s", out.String())
	}
}

// What is no operation of ours is refused, an operation of a later version by its name.
func TestForeignOps(t *testing.T) {
	one := func(n uint32, keys ...string) []byte {
		b := msgp.AppendMapHeader(nil, 1)
		b = msgp.AppendArrayHeader(msgp.AppendString(b, "ops"), n)
		b = msgp.AppendMapHeader(b, uint32(len(keys)))
		for _, k := range keys {
			b = msgp.AppendMapHeader(msgp.AppendString(b, k), 0)
		}
		return b
	}
	if _, err := DecodeCommand(one(1, "pin")); err != nil {
		t.Error(err)
	}
	if _, err := DecodeCommand(one(1, "alter")); !errors.Is(err, ErrUnknownOp) || !strings.Contains(err.Error(), `"alter"`) {
		t.Errorf("an unknown operation: %v", err)
	}
	for _, bad := range [][]byte{one(1), one(1, "pin", "pin"), one(2, "pin"), one(1<<20+1, "pin")} {
		if _, err := DecodeCommand(bad); err == nil || errors.Is(err, ErrUnknownOp) {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

// A log that was written when an operation was a struct of pointers (format 2 of snapshots) reads as it was
// meant, byte for byte.
func TestOldLog(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "format2.log"))
	if err != nil {
		t.Fatal(err)
	}
	c := New()
	for len(data) > 0 {
		n, size := binary.Uvarint(data)
		entry := data[size : size+int(n)]
		data = data[size+int(n):]
		cmd, err := DecodeCommand(entry)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := EncodeCommand(cmd); err != nil || !bytes.Equal(again, entry) {
			t.Fatalf("%x comes back as %x: %v", entry, again, err)
		}
		c, _ = c.Apply(cmd)
	}
	old, err := os.ReadFile(filepath.Join("testdata", "format2.snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	then, err := Decode(old)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, then), encode(t, c)) {
		t.Error("the log makes another catalog than it made")
	}
	for _, tab := range then.AllTables() {
		for i, col := range tab.Columns {
			if col.ID != types.FirstID(i) || tab.NextColumn != types.FirstID(len(tab.Columns)) {
				t.Errorf("column %+v of %s, the next is %d", col, tab.Name, tab.NextColumn)
			}
		}
	}
}
