package llvm

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// A worker ends by itself when its input ends, as it does when the parent dies, and
// with an error on garbage; without a library it says so and ends.
func TestWorkerEnds(t *testing.T) {
	for _, c := range []struct {
		name, library string
		input         []byte
		fails         bool
	}{
		{"end", "", nil, false},
		{"half a frame", "", []byte{9, 0}, true},
		{"garbage", "", []byte{3, 0, 0, 0, 0xff, 0xff, 0xff}, true},
		{"huge frame", "", []byte{0xff, 0xff, 0xff, 0xff}, true},
		{"no library", "off", nil, true},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], WorkerCommand)
		cmd.Env = append(os.Environ(), WorkerVariable+"=1", LibraryVariable+"="+c.library)
		cmd.Stdin = bytes.NewReader(c.input)
		var out bytes.Buffer
		cmd.Stdout = &out
		start := time.Now()
		err := cmd.Run()
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: took %v", c.name, d)
		}
		var h hello
		if err := readFrame(&out, &h); err != nil || (h.Err == "") != (c.library == "") {
			t.Errorf("%s: hello %+v, %v", c.name, h, err)
		}
	}
}

// FuzzFrame: a damaged stream gives errors, never a crash.
func FuzzFrame(f *testing.F) {
	var b bytes.Buffer
	writeFrame(&b, &reply{Object: []byte("object"), Err: "text"})
	f.Add(b.Bytes())
	f.Add([]byte{0xff, 0xff, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= 4 {
			data[3] = 0 // frames under 16 MB, so that the fuzzer's memory suffices
		}
		r := bytes.NewReader(data)
		for {
			var m reply
			if err := readFrame(r, &m); err != nil {
				break
			}
		}
		io.Copy(io.Discard, r)
	})
}
