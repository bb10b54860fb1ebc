package hll

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const empty = `{"version":1,"logm":15,"sparse":{"indices":[],"values":[]}}`

func jsonOf(indices, values []int) string {
	list := func(xs []int) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(xs), "[]"), " ", ",") }
	return fmt.Sprintf(`{"version":1,"logm":15,"sparse":{"indices":[%s],"values":[%s]}}`, list(indices), list(values))
}

// The guide's sketches are read and written as they stand there; "version" may be missing, and the order is ours.
func TestSparse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{empty, empty},
		{`{"version":1,"logm":15,"sparse":{"indices":[15099259,33107846,37891580,50065963],"values":[2,3,2,1]}}`, ""},
		{`{"version":1,"logm":15,"sparse":{"indices":[20812342,20850007,22362299,40314817,42650774,47158030],` +
			`"values":[1,2,1,3,2,1]}}`, ""},
		{`{"logm":15,"sparse":{"indices":[4878,9559,14523],"values":[1,2,1]}}`,
			jsonOf([]int{4878, 9559, 14523}, []int{1, 2, 1})},
		{" { \"sparse\" : {\"values\":[39,1],\"indices\":[67108863,0]}, \"logm\":15}\n", jsonOf([]int{0, 67108863},
			[]int{1, 39})},
	} {
		v, err := Parse([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if c.want == "" {
			c.want = c.in
		}
		if got := string(AppendText(nil, v)); got != c.want {
			t.Errorf("%s is written %s", c.in, got)
		}
	}
}

// What is no sketch is refused, with the reason.
func TestRefused(t *testing.T) {
	registers := strings.Repeat("A", 32768)
	for _, c := range []struct{ in, want string }{
		{"", "not 0"}, {" ", "not 0"}, {"ABAABA", "32768 characters of Base64, not 6"}, {"null", "not 4"},
		{registers + "AAAA", "not 32772"}, {registers[1:] + "!", "Base64"}, {registers[2:] + "==", "Base64"},
		{registers[4:] + "\n\n\nA", "Base64"}, {"A\nA\nA" + registers[5:], "Base64"},
		{registers[1:] + "z", "register 32767 is 51, more than 50"},
		{registers[:7] + "/" + registers[8:], "register 7 is 63"},
		{"{", "JSON"}, {"{}", "logm is 0"}, {"{} {}", "behind"}, {empty + "x", "behind"}, {`{"logm":14}`, "logm is 14"},
		{`{"logm":15}`, "has indices and values"}, {`{"logm":15,"sparse":{"indices":[],"values":null}}`, "has indices"},
		{`{"version":2,"logm":15,"sparse":{"indices":[],"values":[]}}`, "version 2"},
		{`{"logm":15,"sparse":{"indices":[1],"values":[]}}`, "1 indices and 0 values"},
		{`{"logm":15,"sparse":{"indices":[1],"values":[0]}}`, "value 0 is not from 1 to 39"},
		{`{"logm":15,"sparse":{"indices":[1],"values":[40]}}`, "value 40"},
		{`{"logm":15,"sparse":{"indices":[-1],"values":[1]}}`, "index -1"},
		{`{"logm":15,"sparse":{"indices":[67108864],"values":[1]}}`, "index 67108864 is not from 0 to 67108863"},
		{`{"logm":15,"sparse":{"indices":[7,1,7],"values":[1,2,3]}}`, "index 7 stands twice"},
		{`{"logm":15,"sparse":{"indices":[1.5],"values":[1]}}`, "JSON"},
		{`{"logm":15,"sparse":{"indices":[1],"values":[99999999999999999999]}}`, "JSON"},
		{`{"logm":15,"dense":1,"sparse":{"indices":[1],"values":[1]}}`, "dense"},
		{"\xff{", "not 2"},
	} {
		if v, err := Parse([]byte(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q: %x, %v: want %s", c.in, v, err, c.want)
		}
	}
}

// A dense sketch is a character a register, and has the size that the guide says.
func TestDense(t *testing.T) {
	text := strings.Repeat("ABAABAyx", 4096)
	v, err := Parse([]byte("\n" + text + " "))
	if err != nil || len(v) != MaxSize || string(AppendText(nil, v)) != text {
		t.Errorf("%d bytes, %v", len(v), err)
	}
	if MaxSize != 24580 {
		t.Errorf("a sketch has %d bytes at most", MaxSize)
	}
}

// As many entries as a sparse sketch has at most fit a VARCHAR as text, and one more makes it dense: each register has
// what the hashes of its entries say.
func TestMostEntries(t *testing.T) {
	indices, values := []int{}, []int{}
	for i := range MaxEntries {
		indices, values = append(indices, 67108863-i*3), append(values, 10+i%30)
	}
	v, err := Parse([]byte(jsonOf(indices, values)))
	if err != nil || len(v) != 4*MaxEntries+4 {
		t.Fatalf("%d bytes, %v", len(v), err)
	}
	if n := len(AppendText(nil, v)); n > 65535 {
		t.Errorf("%d bytes of text", n)
	}
	indices, values = append(indices, 0), append(values, 39)
	v, err = Parse([]byte(jsonOf(indices, values)))
	if err != nil || len(v) != MaxSize {
		t.Fatalf("%d bytes, %v", len(v), err)
	}
	want := make([]byte, 32768)
	for i, x := range indices {
		r, rest := x>>11, x&2047
		rank := 11 + values[i]
		for k := range 11 {
			if rest>>(10-k)&1 == 1 {
				rank = k + 1
				break
			}
		}
		want[r] = max(want[r], byte(rank))
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i, r := range want {
		want[i] = digits[r]
	}
	if got := AppendText(nil, v); !bytes.Equal(got, want) {
		t.Errorf("registers differ")
	}
}

// What is read is written so that it is read as the same again; nothing else is read, and nothing panics.
func FuzzParse(f *testing.F) {
	f.Add([]byte(empty))
	f.Add([]byte(jsonOf([]int{1, 5, 67108863}, []int{1, 39, 2})))
	f.Add([]byte(`{"logm":15,"sparse":{"indices":[7,1,7],"values":[1,2,3]}}`))
	raw := make([]byte, 24576)
	for i := range raw {
		raw[i] = byte(rand.IntN(256)) & 0x71
	}
	f.Add([]byte(base64.StdEncoding.EncodeToString(raw)))
	f.Add([]byte("AAAA"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		if len(v) > MaxSize || v[len(v)-1] != 1 {
			t.Fatalf("a sketch of %d bytes", len(v))
		}
		out := AppendText(nil, v)
		if again, err := Parse(out); err != nil || !bytes.Equal(again, v) {
			t.Fatalf("%q is written %q, which is %x, %v", text, out, again, err)
		}
	})
}

// AppendText reads what may lie under a NULL.
func FuzzAppendText(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{0, 0, 0, 15, 0, 0, 1})
	f.Fuzz(func(_ *testing.T, v []byte) { AppendText(nil, v) })
}
