package rms

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
)

// A failing disk leaves nothing under an object's name and acknowledges nothing; what is left has a name
// the collector understands. The same name can be written once the disk works again.
func TestDiskFaults(t *testing.T) {
	ctx := context.Background()
	for _, url := range []string{"file://" + t.TempDir(), "mem://faults"} {
		s, err := Open(url)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			plan string
			code sqlerr.Code
			is   error
		}{
			{"rms.put=error:EIO", sqlerr.IOError, unix.EIO}, {"rms.create=error:ENOSPC", sqlerr.DiskFull, unix.ENOSPC},
			{"rms.write=error:ENOSPC", sqlerr.DiskFull, unix.ENOSPC}, {"rms.commit=error:EIO", sqlerr.IOError, unix.EIO},
			{"rms.renamed=error:EIO", sqlerr.IOError, unix.EIO},
		} {
			if url == "mem://faults" && c.plan == "rms.renamed=error:EIO" {
				continue
			}
			release, err := fault.Arm(c.plan, 1)
			if err != nil {
				t.Fatal(err)
			}
			err = func() error {
				if c.plan == "rms.put=error:EIO" {
					return s.Put(ctx, "t1/o", []byte("rows"))
				}
				w, err := s.Create(ctx, "t1/o")
				if err != nil {
					return err
				}
				if _, err := w.Write([]byte("rows")); err != nil {
					w.Abort()
					return err
				}
				return w.Commit()
			}()
			release()
			if sqlerr.From(err).Code != c.code || !errors.Is(err, c.is) {
				t.Errorf("%s %s: %v", url, c.plan, err)
			}
			names, err1 := s.List(ctx, "")
			left, err2 := s.Leftovers(ctx)
			if len(names)+len(left) != 0 || err1 != nil || err2 != nil {
				t.Errorf("%s %s leaves %v %v", url, c.plan, names, left)
			}
			if err := s.Put(ctx, "t1/o", []byte("rows")); err != nil {
				t.Errorf("%s after %s: %v", url, c.plan, err)
			}
			if err := s.Delete(ctx, "t1/o"); err != nil {
				t.Error(err)
			}
		}
		_ = s.Put(ctx, "t1/o", []byte("rows"))
		release, err := fault.Arm("rms.get=error:EIO;rms.delete=error:EIO;rms.list=error:EIO", 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err1 := s.Get(ctx, "t1/o")
		_, err2 := s.GetRange(ctx, "t1/o", 0, 1)
		err3 := s.Delete(ctx, "t1/o")
		_, err4 := s.List(ctx, "")
		release()
		for _, err := range []error{err1, err2, err3, err4} {
			if sqlerr.From(err).Code != sqlerr.IOError {
				t.Errorf("%s: %v", url, err)
			}
		}
		if b, err := s.Get(ctx, "t1/o"); err != nil || string(b) != "rows" {
			t.Errorf("%s: %q %v", url, b, err)
		}
	}
}

// Leftovers' names are told from objects' and from others' files.
func TestLeftoverNames(t *testing.T) {
	for name, want := range map[string]string{
		"t1/.00000001-000000000002-s0-0.obj.123.new": "t1/00000001-000000000002-s0-0.obj", ".x.1.new": "x",
		"a/b/.c.d.9.new": "a/b/c.d",
		"t1/x.obj":       "", "t1/.x": "", ".new": "", "..new": "", "t1/.new": "", "../.x.1.new": "", "t1/x.1.new": "",
	} {
		if of, ok := LeftoverOf(name); ok != (want != "") || ok && of != want {
			t.Errorf("%s: %q %v", name, of, ok)
		}
	}
}
