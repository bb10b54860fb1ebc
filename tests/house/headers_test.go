package house

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"testing"
)

// The go command builds a package anew when a file in its folder changes, not when a header does that it includes from
// runtime/kernels/include: objects that disagree on a struct would be linked together. So packages name those headers
// in their flags, by a hash.
func TestSharedHeaders(t *testing.T) {
	headers, err := filepath.Glob("../../runtime/kernels/include/*.h")
	if err != nil || len(headers) == 0 {
		t.Fatalf("%d headers, %v", len(headers), err)
	}
	sort.Strings(headers)
	sum := sha256.New()
	for _, h := range headers {
		text, err := os.ReadFile(h)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(h), len(text), text)
	}
	want := fmt.Sprintf("-DSLP_HEADERS=0x%x", sum.Sum(nil)[:4])
	named := regexp.MustCompile(`#cgo CFLAGS:.* (-DSLP_HEADERS=0x[0-9a-f]+)`)
	for _, pkg := range []string{"codec", "heap", "table", "text"} {
		files, err := filepath.Glob("../../runtime/kernels/" + pkg + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if m := named.FindSubmatch(text); m != nil {
				found = string(m[1])
			}
		}
		if found != want {
			t.Errorf("runtime/kernels/%s: CFLAGS have %q, should have %q", pkg, found, want)
		}
	}
}
