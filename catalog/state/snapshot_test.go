package state

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
)

// One log applied twice, the second time by a catalog that was written out and
// read back after every few commands, gives the same bytes.
func TestDeterministic(t *testing.T) {
	log := randomLog(rand.New(rand.NewSource(1)), 2000)
	a, b := New(), New()
	for i, data := range log {
		cmd, err := DecodeCommand(data)
		if err != nil {
			t.Fatal(err)
		}
		var ra, rb *Result
		a, ra = a.Apply(cmd)
		again, _ := DecodeCommand(data)
		b, rb = b.Apply(again)
		ea, _ := ra.MarshalMsg(nil)
		eb, _ := rb.MarshalMsg(nil)
		if !bytes.Equal(ea, eb) {
			t.Fatalf("command %d: results differ: %+v %+v", i, ra, rb)
		}
		if i%37 == 0 {
			if b, err = Decode(encode(t, b)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !bytes.Equal(encode(t, a), encode(t, b)) {
		t.Fatal("snapshots differ")
	}
	if a.Version() < 300 {
		t.Fatalf("only %d of the commands counted: a weak test", a.Version())
	}
}

// randomLog is a log of commands of every kind, many of which fail.
func randomLog(r *rand.Rand, n int) [][]byte {
	name := func() string { return fmt.Sprintf("n%d", r.Intn(6)) }
	table := func() TableID { return TableID(FirstUserOID + r.Intn(200)) }
	kinds := []func() Op{
		func() Op { return Op{OpenTerm: &OpenTerm{Term: uint64(r.Intn(30))}} },
		func() Op { return Op{Allocate: &Allocate{What: AllocateOID, Count: 1}} },
		func() Op { return Op{Allocate: &Allocate{What: AllocateTxn, Count: 10}} },
		func() Op { return Op{CreateDatabase: &CreateDatabase{Database: Database{Name: name()}}} },
		func() Op { return Op{DropDatabase: &DropDatabase{Name: name()}} },
		func() Op { return Op{CreateSchema: &CreateSchema{Schema: Schema{Database: "dev", Name: name()}}} },
		func() Op { return Op{DropSchema: &DropSchema{Database: "dev", Name: name(), Cascade: r.Intn(2) == 0}} },
		func() Op { return movies(name()) },
		func() Op { return movies("public") },
		func() Op { return Op{DropTable: &DropTable{ID: table(), Cascade: true}} },
		func() Op {
			return Op{Delta: &Delta{Table: table(), Adds: []ObjectRef{ref(r.Int(), SliceID(r.Intn(5)))}}}
		},
		func() Op { return Op{SetStats: &SetStats{Table: table(), Object: name()}} },
		func() Op { return Op{ReserveIdentity: &ReserveIdentity{Table: table(), Column: 1, Count: 3}} },
		func() Op { return Op{RegisterNode: &RegisterNode{Node: Node{ID: name(), Workers: 1}}} },
		func() Op { return Op{RemoveNode: &RemoveNode{ID: name()}} },
		func() Op { return Op{AssignSlices: &AssignSlices{Nodes: []string{name(), name(), "", name()}}} },
		func() Op { return Op{Pin: &Pin{Version: uint64(r.Intn(1000))}} },
	}
	boot := &Command{Ops: []Op{{Bootstrap: &Bootstrap{Cluster: Cluster{Slices: 4}}}}}
	cmds := []*Command{boot}
	for i := 1; i < n; i++ {
		cmd := &Command{Micros: int64(i)}
		if r.Intn(2) == 0 {
			cmd.Txn = TxnID(1 + r.Intn(i))
			cmd.Settled = TxnID(i / 2)
		}
		for range 1 + r.Intn(2) {
			cmd.Ops = append(cmd.Ops, kinds[r.Intn(len(kinds))]())
		}
		cmds = append(cmds, cmd)
	}
	var out [][]byte
	for _, c := range cmds {
		data, err := EncodeCommand(c)
		if err != nil {
			panic(err)
		}
		out = append(out, data)
	}
	return out
}

// Command bytes from anywhere never crash decoding or applying, and what
// decodes applies the same way twice.
func FuzzCommand(f *testing.F) {
	for _, data := range randomLog(rand.New(rand.NewSource(3)), 60) {
		f.Add(data)
	}
	base, _ := New().Apply(&Command{Ops: []Op{{Bootstrap: &Bootstrap{Cluster: Cluster{Slices: 4}}}, movies("public")}})
	f.Fuzz(func(t *testing.T, data []byte) {
		cmd, err := DecodeCommand(data)
		if err != nil {
			return
		}
		a, _ := base.Apply(cmd)
		b, _ := base.Apply(cmd)
		if !bytes.Equal(encode(t, a), encode(t, b)) {
			t.Fatal("not deterministic")
		}
		if _, err := Decode(encode(t, a)); err != nil {
			t.Fatal(err)
		}
	})
}

// Snapshot bytes from anywhere never crash.
func FuzzSnapshot(f *testing.F) {
	c := New()
	for _, data := range randomLog(rand.New(rand.NewSource(4)), 100) {
		cmd, _ := DecodeCommand(data)
		c, _ = c.Apply(cmd)
	}
	data, _ := c.Encode()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) { Decode(data) })
}
