package wire

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

var rewrite = flag.Bool("rewrite", false, "rewrite golden files")

// samples has a value in every field that travels.
var samples = []msgp.Marshaler{
	&Hello{Proto: 1, Cluster: "c", ID: "n1", Addr: "127.0.0.1:1", Nonce: []byte{1, 2}},
	&Proof{MAC: []byte{3}, Error: "no"},
	&Register{ID: "n1", Addr: "a", Workers: 2, Target: "x86-64-v3"},
	&Registered{Term: 4, Addr: "a", Leaders: []string{"b"}, Cluster: "c", Leader: "l", Storage: "file:///s",
		Claim: state.Claim{Incarnation: 5, Token: "t"}, PublicKey: []byte{4}, Slices: []state.SliceID{0, 1}},
	&NotActive{ID: "l2", Addr: "b"},
	&Lead{Term: 5, ID: "l2", Addr: "b"},
	&Join{ID: "l2", Addr: "b", SQL: "s", Add: true, Fresh: true, Applied: 7},
	&Joined{Active: true, ID: "l1", Addr: "a", Cluster: "c", Voter: true, Removed: true, Refused: "r"},
	&RaftStatus{State: "follower", Term: 1, LastLog: 2, Commit: 3, Applied: 4, Snapshot: 5, ContactMillis: 6},
	&Leave{},
	&Dismiss{},
	&Assign{Slices: []state.SliceID{2}},
	&StartQuery{Query: 7, Term: 5, Peers: []Peer{{ID: "n1", Addr: "a", Slices: []state.SliceID{0}}},
		Segments: []Segment{{ID: 1, Stream: 2, Here: true, Zone: []ZonePred{{Col: 1, Op: "<", Param: 2}},
			Keys:    []KeyZone{{Col: 1, Table: 2, Key: 3, Sieve: true}},
			General: Program{Envelope: []byte{5}}, Special: Program{Envelope: []byte{6}}, FusedGeneral: []byte{7},
			FusedSpecial: []byte{8}, FusedOnly: true}},
		Exchanges: []Exchange{{ID: 1, Dist: 2, Senders: []string{"n1"}, Dests: []string{"n2"}}},
		Scans: []Scan{{Segment: 1, Columns: []types.Column{{ID: 3, Type: types.TDecimal(12, 2),
			Initial: &types.Datum{Lo: 9}}}, Objects: []state.ObjectRef{{Name: "o", Slice: 1, Rows: 2, Bytes: 3}}, Share: 1,
			Shares: 2}},
		Params: []Param{{Type: types.TInt4, Value: types.Int(-1), List: []types.Datum{types.String("x")}, IsList: true}},
		Options: Options{VectorRows: 1, TableStart: 2, Workers: 3, Credits: 4, Memory: 5, Tier: 1, Statement: 6,
			Measure: true},
		Insert: &Insert{Table: 9, Columns: []state.Column{{Name: "c", Type: types.TInt8}}, SortKey: []int{0}, SortStyle: 1,
			EncodeAuto: true, Term: 1, Txn: 2,
			Text: &Text{Options: []byte{9}, MaxErrors: 3}},
		Loops:  []Loop{{Nodes: []string{"n1"}, Body: []int{1}, Work: 2, Next: 3, Fresh: []int{4}, Out: 5, Inner: []int{6}}},
		Sieves: []Sieve{{Table: 1, Makers: []string{"n1"}, Users: []string{"n2"}}}},
	&RunStream{Query: 7, Stream: 1},
	&StreamDone{Stats: []SegmentStats{{Segment: 1, Slice: 2, RowsIn: 3, RowsOut: 4, Nanos: 6, Morsels: 7,
		Fused: 8, Special: 9, Bytes: 10, Workers: 11, Rows: []int64{3, 2}, Memory: 12, Turns: 13,
		Spent: []int64{14, 15},
		Skips: []Skip{{By: SkipKeys, No: 1, Groups: 2, Rows: 5}}}}, Memory: 14,
		Objects: []state.ObjectRef{{Name: "o"}}, Errors: []RecordError{{File: "f", Line: 1, Column: "c", Type: "integer",
			Value: "x", Raw: "x|", Code: "1207", State: "22P02", Reason: "r"}},
		Error: &Error{Code: "22012", Message: "m", Detail: "d", Hint: "h", Where: "w", Position: 1, Node: "n1", Segment: 2,
			Lost: true}},
	&FusedCode{Query: 7, Segment: 1, Special: true, Hash: []byte{1}, Object: []byte{2}, Failed: true},
	&FusedReply{NeedObject: true},
	&Cancel{Query: 7, Error: &Error{Code: "57014"}},
	&EndQuery{Query: 7},
	&Data{Query: 7, Exch: -1, Kind: DataText, Dest: 3, N: 4, Name: "f", Batch: nil},
	&Data{Query: 7, Exch: 1, Kind: DataTurn, Dest: 1, N: 4, Turn: 5},
	&Data{Query: 7, Exch: 2, Kind: DataSieve},
}

// The bytes on the wire change only together with Proto. Rewrite with -rewrite.
func TestGoldenBytes(t *testing.T) {
	var out strings.Builder
	fmt.Fprintf(&out, "proto %d\n", Proto)
	for _, m := range samples {
		b, err := m.MarshalMsg(nil)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %s\n", strings.TrimPrefix(fmt.Sprintf("%T", m), "*wire."), hex.EncodeToString(b))
		back := reflect.New(reflect.TypeOf(m).Elem()).Interface().(msgp.Unmarshaler)
		if _, err := back.UnmarshalMsg(b); err != nil {
			t.Errorf("%T: %v", m, err)
		}
		if d, ok := m.(*Data); !ok || d.Body == nil {
			if !reflect.DeepEqual(m, any(back)) {
				t.Errorf("%T comes back as %+v", m, back)
			}
		}
	}
	fmt.Fprintf(&out, "control frame %s\n", hex.EncodeToString(controlFrame(t, &EndQuery{Query: 7}, 0x0102030405060708)))
	var head [dataHead]byte
	putDataHead(&head, 3, 4, 0x0102030405060708)
	fmt.Fprintf(&out, "data frame %x\n", head)
	file := filepath.Join("testdata", "messages.golden")
	if *rewrite {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != out.String() {
		t.Errorf("the encoding has changed; if that is meant, raise Proto and rewrite.\n%s", out.String())
	}
}

// controlFrame is a message as it travels; it must come back as it was.
func controlFrame(t *testing.T, m Message, term uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeMessage(&b, m, term); err != nil {
		t.Fatal(err)
	}
	raw := bytes.Clone(b.Bytes())
	back, theirs, err := readMessage(&b)
	if err != nil || theirs != term || !reflect.DeepEqual(m, back) {
		t.Errorf("%T under term %d comes back as %+v under %d: %v", m, term, back, theirs, err)
	}
	return raw
}
