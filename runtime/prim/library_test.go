package prim

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The level is the best one of which nothing is missing; below v3 the error names what is.
func TestHostLevel(t *testing.T) {
	all := features()
	set := func(missing string) []feature {
		list := append([]feature(nil), all...)
		for i := range list {
			list[i].has = list[i].name != missing
		}
		return list
	}
	for _, c := range []struct {
		missing string
		want    Level
	}{{"nothing", V4VBMI2}, {"avx512vbmi2", V4}, {"avx512vl", V3}, {"avx512f", V3}} {
		if got, err := levelOf(set(c.missing)); err != nil || got != c.want {
			t.Errorf("without %s: %v, %v", c.missing, got, err)
		}
	}
	if _, err := levelOf(set("bmi2")); !errors.Is(err, ErrOldCPU) || !strings.Contains(err.Error(), "lacks bmi2") {
		t.Error(err)
	}
	if level, err := HostLevel(); err == nil {
		t.Log("this machine:", level)
	}
}

// Without generated objects loading fails by name; damaged and misnamed bundles, too.
func TestLoadRefuses(t *testing.T) {
	empty := fstest.MapFS{"objects/placeholder": {}}
	if _, err := load(empty, V3, nil); !errors.Is(err, ErrNotGenerated) {
		t.Error(err)
	}
	if _, err := best(empty, V4); !errors.Is(err, ErrNotGenerated) {
		t.Error(err)
	}
	good, err := (&Bundle{Level: string(V3)}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"objects/x86-64-v3.zst": {Data: good}, "objects/x86-64-v4.zst": {Data: good},
		"objects/x86-64-v4-vbmi2.zst": {Data: good[1:]}}
	if l, err := load(files, V3, nil); err != nil || len(l.Names()) != 0 {
		t.Error(err)
	}
	for _, level := range []Level{V4, V4VBMI2} {
		if _, err := load(files, level, nil); !errors.Is(err, errBundle) {
			t.Errorf("%s: %v", level, err)
		}
	}
	delete(files, "objects/x86-64-v4.zst")
	delete(files, "objects/x86-64-v4-vbmi2.zst")
	if got, err := best(files, V4VBMI2); err != nil || got != V3 {
		t.Error(got, err)
	}
	bad, err := (&Bundle{Level: string(V3), Objects: [][]byte{[]byte("no ELF")}}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	files["objects/x86-64-v3.zst"] = &fstest.MapFile{Data: bad}
	if _, err := load(files, V3, nil); err == nil || !strings.Contains(err.Error(), "module 0") {
		t.Error(err)
	}
}

// The placeholder is committed, so that a fresh tree compiles.
func TestPlaceholder(t *testing.T) {
	if _, err := os.Stat("objects/placeholder"); err != nil {
		t.Fatal(err)
	}
}
