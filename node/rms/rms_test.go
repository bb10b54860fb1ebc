package rms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
)

// Characters of URLs in a folder's name do not cut it short.
func TestFolderNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a#b?c d%20")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{dir, FileURL(dir)} {
		s, err := Open(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), "x", []byte("1")); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "x")); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"file:///a#b", "file:///a?b=c"} {
		if _, err := Open(url); err == nil {
			t.Errorf("%s: no error", url)
		}
	}
}

// Every store keeps the promises of the interface.
func TestStores(t *testing.T) {
	for _, url := range []string{"file://" + t.TempDir(), "mem://stores", t.TempDir()} {
		s, err := Open(url)
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		for _, name := range []string{"a/1", "a/2", "b/1"} {
			if err := s.Put(ctx, name, []byte("data of "+name)); err != nil {
				t.Fatal(err)
			}
		}
		w, err := s.Create(ctx, "a/3")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, "more")
		if names, _ := s.List(ctx, "a/"); !reflect.DeepEqual(names, []string{"a/1", "a/2"}) {
			t.Errorf("%s: before Commit: %v", url, names)
		}
		if err := w.Commit(); err != nil {
			t.Fatal(err)
		}
		w, _ = s.Create(ctx, "a/4")
		fmt.Fprint(w, "never")
		w.Abort()
		if names, _ := s.List(ctx, "a/"); !reflect.DeepEqual(names, []string{"a/1", "a/2", "a/3"}) {
			t.Errorf("%s: %v", url, names)
		}
		if b, err := s.Get(ctx, "b/1"); err != nil || string(b) != "data of b/1" {
			t.Errorf("%s: %q, %v", url, b, err)
		}
		if b, err := s.GetRange(ctx, "b/1", 5, 2); err != nil || string(b) != "of" {
			t.Errorf("%s: %q, %v", url, b, err)
		}
		if _, err := s.GetRange(ctx, "b/1", 5, 200); err == nil {
			t.Errorf("%s: range beyond the end", url)
		}
		if err := errors.Join(s.Delete(ctx, "b/1"), s.Delete(ctx, "b/1")); err != nil {
			t.Error(err)
		}
		if _, err := s.Get(ctx, "b/1"); sqlerr.From(err).Code != sqlerr.UndefinedFile {
			t.Errorf("%s: %v", url, err)
		}
		for _, bad := range []string{"", "/x", "../x", "a/../../x", "a//b", ".hidden"} {
			if err := s.Put(ctx, bad, nil); err == nil {
				t.Errorf("%s: name %q is accepted", url, bad)
			}
		}
	}
	if _, err := Open("s3://bucket"); err == nil {
		t.Error("an unknown scheme is accepted")
	}
}

// stores are the three ways a cache gets at blocks: mapped files, mapped copies, memory.
func stores(t *testing.T) map[string]func() (Store, string) {
	open := func(url string) Store {
		s, err := Open(url)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return map[string]func() (Store, string){
		"files":  func() (Store, string) { return open("file://" + t.TempDir()), "" },
		"copies": func() (Store, string) { return open("mem://copies"), t.TempDir() },
		"memory": func() (Store, string) { return open("mem://memory"), "" },
	}
}

// Concurrent readers share blocks; nothing stays pinned; the memory limit holds once nobody reads.
func TestCache(t *testing.T) {
	for name, mk := range stores(t) {
		t.Run(name, func(t *testing.T) {
			store, dir := mk()
			const limit = 64 << 10
			c := NewCache(store, dir, limit)
			var refs []state.ObjectRef
			for i := range 5 {
				refs = append(refs, putObject(t, store, fmt.Sprintf("t1/o%d", i), 3, 3000))
			}
			var wg sync.WaitGroup
			for w := range 8 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for k := range 30 {
						ref, g := refs[(w+k)%len(refs)], k%3
						rg, err := c.RowGroup(context.Background(), ref, g, []int{1, 0}, types.Columns(testTypes...))
						if err != nil {
							t.Error(err)
							return
						}
						vals, err := block.ReadColumn(rg, 0, testTypes[0])
						if err != nil || len(vals) != 3000 || vals[77].Lo != int64(g*1000+77) {
							t.Errorf("%d values, %v", len(vals), err)
						}
						if strs, err := block.ReadColumn(rg, 1, testTypes[1]); err != nil || strs[77].S != "row 77 with text" {
							t.Errorf("%v", err)
						}
						rg.Release()
						rg.Release() // harmless
					}
				}()
			}
			wg.Wait()
			st := c.Stats()
			if st.UsedBytes > limit || st.Hits+st.Misses != 8*30*2 {
				t.Errorf("%+v", st)
			}
			rg, err := c.RowGroup(context.Background(), refs[0], 0, []int{0}, types.Columns(testTypes...))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := block.ReadColumn(rg, 1, testTypes[1]); err == nil {
				t.Error("a column that was not asked for can be read")
			}
			c.Drop(refs[0].Name) // in use: stays readable
			if _, err := block.ReadColumn(rg, 0, testTypes[0]); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err == nil && c.Stats().Blocks > 0 {
				t.Error("closed with a block in use")
			}
			rg.Release()
			c = NewCache(store, dir, limit)
			if _, err := c.RowGroup(context.Background(), refs[0], 9, nil, nil); err == nil {
				t.Error("a row group that does not exist")
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Damage is reported as XX001 with the object's name; a missing object by its own code.
func TestCacheDamage(t *testing.T) {
	for name, mk := range stores(t) {
		t.Run(name, func(t *testing.T) {
			store, dir := mk()
			ctx := context.Background()
			ref := putObject(t, store, "t9/damaged-"+name, 1, 2000)
			data, err := store.Get(ctx, ref.Name)
			if err != nil {
				t.Fatal(err)
			}
			data = bytes.Clone(data)
			for what, at := range map[string]int{"block": 200, "footer": len(data) - 40, "trailer": len(data) - 2} {
				bad := bytes.Clone(data)
				bad[at] ^= 0x55
				if err := store.Put(ctx, ref.Name, bad); err != nil {
					t.Fatal(err)
				}
				c := NewCache(store, dir, 1<<20)
				_, err := c.RowGroup(ctx, ref, 0, []int{0, 1}, types.Columns(testTypes...))
				e := sqlerr.From(err)
				if err == nil || e.Code != sqlerr.DataCorrupted || !strings.Contains(e.Message, ref.Name) {
					t.Errorf("%s: %v", what, err)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
			store.Delete(ctx, ref.Name)
			c := NewCache(store, dir, 1<<20)
			if _, err := c.Footer(ctx, ref); sqlerr.From(err).Code != sqlerr.UndefinedFile {
				t.Errorf("missing object: %v", err)
			}
			c.Close()
		})
	}
}

// Objects that were deleted from the store do not stay mapped: their space is wanted.
func TestCacheForgetsDeleted(t *testing.T) {
	ctx := context.Background()
	store, _ := Open("file://" + t.TempDir())
	c := NewCache(store, "", 1<<20)
	for i := range 8 {
		ref := putObject(t, store, fmt.Sprintf("t1/o%d", i), 1, 10)
		rg, err := c.RowGroup(ctx, ref, 0, []int{0}, types.Columns(testTypes...))
		if err != nil {
			t.Fatal(err)
		}
		rg.Release()
		if i < 5 {
			if err := store.Delete(ctx, ref.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if st := c.Stats(); st.Objects == 3 && st.Blocks == 3 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("%+v", st)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// Temporary files of a crash are not objects.
func TestFileStoreCrash(t *testing.T) {
	dir := t.TempDir()
	s, _ := Open("file://" + dir)
	w, err := s.Create(context.Background(), "t1/x")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "half")
	if names, _ := s.List(context.Background(), ""); len(names) != 0 {
		t.Errorf("%v", names)
	}
	left, err := s.Leftovers(context.Background())
	if of, ok := LeftoverOf(left[0]); len(left) != 1 || err != nil || !ok || of != "t1/x" {
		t.Errorf("%v, %v: of %q", left, err, of)
	}
	if err := s.Delete(context.Background(), left[0]); err != nil {
		t.Error(err)
	}
	w.Abort()
	if e, _ := os.ReadDir(filepath.Join(dir, "t1")); len(e) != 0 {
		t.Errorf("%v", e)
	}
}

// A store whose root has gone takes no objects: they would be lost when the root is back.
func TestRootGone(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	s, err := Make(t.Context(), "file://"+root)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := s.Put(ctx, "a/b/c", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(root, root+".away"); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, "a/d", []byte("x")); err == nil {
		t.Error("written to a root that is not there")
	}
	if err := os.Rename(root+".away", root); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, "a/d", []byte("x")); err != nil {
		t.Error(err)
	}
}
