package rms

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

var quiet = slog.New(slog.DiscardHandler)

// quick is the rhythm of tests: silence is long enough for a busy machine.
var quick = Rhythm{Beat: 10 * time.Millisecond, Silence: 400 * time.Millisecond}

// ownable are a file store and a fake of a remote one: objects only, no locks.
func ownable(t *testing.T) map[string]Store {
	t.Helper()
	out := map[string]Store{}
	for name, url := range map[string]string{"file": FileURL(filepath.Join(t.TempDir(), "s")), "remote": "mem://" +
		t.Name()} {
		s, err := Make(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = s
	}
	return out
}

// own makes a claim and holds it until leave is called; its rhythm is quick. lost counts.
func own(t *testing.T, s Store, c state.Claim, machine string) (leave func(), lost *atomic.Int32) {
	t.Helper()
	seat := Force(s, quiet)
	seat.rhythm = quick
	o := NewOwner(s, "c1", "l1", c)
	o.Machine = machine
	if err := WriteOwner(t.Context(), s, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	lost = &atomic.Int32{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		seat.Hold(ctx, c, func(error) { lost.Add(1) })
	}()
	leave = func() { cancel(); <-done }
	t.Cleanup(leave)
	return leave, lost
}

func owner(t *testing.T, s Store) *Owner {
	t.Helper()
	o, err := ReadOwner(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// An owner that lives is not sat upon; one that has left is followed at once, whatever the store.
func TestSeatIsTaken(t *testing.T) {
	for name, s := range ownable(t) {
		leave, lost := own(t, s, state.Claim{Incarnation: 1, Token: "a"}, Machine())
		if _, err := Sit(t.Context(), s, owner(t, s), Patience{Rhythm: quick}, quiet); !errors.Is(err, ErrOccupied) {
			t.Errorf("%s: sat beside a living owner: %v", name, err)
		}
		leave()
		slow := Rhythm{Beat: 10 * time.Millisecond, Silence: time.Hour} // what waits for silence never ends
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		seat, err := Sit(ctx, s, owner(t, s), Patience{Rhythm: slow}, quiet)
		cancel()
		if err != nil {
			t.Errorf("%s: the owner has left: %v", name, err)
			continue
		}
		seat.Leave("")
		if lost.Load() != 0 {
			t.Errorf("%s: an owner lost what nobody took", name)
		}
	}
}

// An owner that was killed: on this machine its lock is free, and nothing is waited for; elsewhere, and
// without locks, its silence is.
func TestSeatOfTheDead(t *testing.T) {
	for name, s := range ownable(t) {
		for _, machine := range []string{Machine(), "another"} {
			o := NewOwner(s, "c1", "l1", state.Claim{Incarnation: 1, Token: "a"})
			o.Machine = machine
			began := time.Now()
			seat, err := Sit(t.Context(), s, o, Patience{Rhythm: quick}, quiet)
			if err != nil {
				t.Errorf("%s, %s: %v", name, machine, err)
				continue
			}
			seat.Leave("")
			waits := name != "file" || machine != Machine()
			if waited := time.Since(began) >= quick.Silence; waited != waits {
				t.Errorf("%s, machine %q: waited %t, want %t", name, machine, waited, waits)
			}
		}
	}
}

// A process that is stopped keeps its lock and says nothing: a stranger does not take its place, the leader
// that its cluster has elected instead does.
func TestSeatOfTheStopped(t *testing.T) {
	s := ownable(t)["file"]
	stopped := Force(s, quiet) // holds the lock, never beats
	defer stopped.Leave("")
	o := NewOwner(s, "c1", "l1", state.Claim{Incarnation: 1, Token: "a"})
	if _, err := Sit(t.Context(), s, o, Patience{Rhythm: quick}, quiet); !errors.Is(err, ErrOccupied) {
		t.Errorf("a stranger sat: %v", err)
	}
	seat, err := Sit(t.Context(), s, o, Patience{Rhythm: quick, Deposed: true, Wait: time.Minute}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	seat.Leave("")
}

// Whose claim was overridden writes and deletes nothing more, what it had begun included, and hears of it; of
// two that claim at the same time one remains.
func TestOverriddenOwner(t *testing.T) {
	ctx := t.Context()
	for name, s := range ownable(t) {
		mine, theirs := state.Claim{Incarnation: 1, Token: "a"}, state.Claim{Incarnation: 1, Token: "b"}
		_, lost := own(t, s, mine, Machine())
		g := Guard(s, func() state.Claim { return mine })
		if err := g.Put(ctx, "t1/x", []byte("x")); err != nil {
			t.Fatal(err)
		}
		begun, err := g.Create(ctx, "t1/y")
		if err != nil {
			t.Fatal(err)
		}
		if _, lostToo := own(t, s, theirs, Machine()); lostToo.Load() != 0 {
			t.Errorf("%s: both lost", name)
		}
		_, created := g.Create(ctx, "t1/z")
		for what, err := range map[string]error{"put": g.Put(ctx, "t1/x", []byte("z")), "delete": g.Delete(ctx, "t1/x"),
			"commit": begun.Commit(), "create": created} {
			if sqlerr.From(err).Code != sqlerr.AdminShutdown {
				t.Errorf("%s: %s by an owner that was overridden: %v", name, what, err)
			}
		}
		if names, _ := s.List(ctx, "t"); strings.Join(names, " ") != "t1/x" {
			t.Errorf("%s: objects %v", name, names)
		}
		for end := time.Now().Add(30 * time.Second); lost.Load() == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: the owner does not notice", name)
			}
		}
		late := Guard(s, func() state.Claim { return state.Claim{Incarnation: 2, Token: "c"} })
		if err := late.Put(ctx, "t1/w", nil); err != nil {
			t.Errorf("%s: a mark of the past, as a network file system may show it, is no takeover: %v", name, err)
		}
	}
}

// Without its mark storage is not written to: it is not mounted, or another one is.
func TestLostMark(t *testing.T) {
	s := ownable(t)["file"]
	g := Guard(s, func() state.Claim { return state.Claim{Incarnation: 1, Token: "a"} })
	if err := g.Put(t.Context(), "t1/x", nil); err == nil || !strings.Contains(err.Error(), "is it mounted") {
		t.Errorf("a write without a mark: %v", err)
	}
}

// A mark can be written where the old one lies, and one of a version without owners is read.
func TestMarks(t *testing.T) {
	s := ownable(t)["file"].(*fileStore)
	if owner(t, s) != nil {
		t.Fatal("new storage has an owner")
	}
	if err := s.Put(t.Context(), OwnerName, []byte("0123456789abcdef")); err != nil {
		t.Fatal(err)
	}
	if o := owner(t, s); o.Cluster != "0123456789abcdef" || o.Token != "" {
		t.Errorf("mark of an older version: %+v", o)
	}
	a, b := NewOwner(s, "c", "l", state.Claim{Incarnation: 1, Token: "a"}),
		NewOwner(s, "c", "leader", state.Claim{Incarnation: 1000, Token: "bbbb"})
	if err := WriteOwner(t.Context(), s, a); err != nil {
		t.Fatal(err)
	}
	was, _ := os.Stat(s.localPath(OwnerName))
	full := noSpace{s}
	if err := WriteOwner(t.Context(), full, b); err != nil {
		t.Fatal(err)
	}
	if is, _ := os.Stat(s.localPath(OwnerName)); *owner(t, s) != *b || is.Size() != was.Size() {
		t.Errorf("on a full disk: %+v", owner(t, s))
	}
}

// noSpace is a store on a full disk.
type noSpace struct{ *fileStore }

func (noSpace) Put(context.Context, string, []byte) error {
	return sqlerr.New(sqlerr.DiskFull, "no space left on device")
}

// A folder is in one place after a rename, its copy in another.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	place := func(name string) string {
		t.Helper()
		s, err := Open(FileURL(filepath.Join(dir, name)))
		if err != nil {
			t.Fatal(err)
		}
		return PlaceOf(s)
	}
	if err := makeRoot(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	was := place("a")
	if err := os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	if err := makeRoot(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if was == "" || place("b") != was || place("a") == was {
		t.Errorf("places %q, moved %q, new %q", was, place("b"), place("a"))
	}
}

// URLs as users write them, and as they are kept.
func TestNormalize(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{
		"/a/b": "file:///a/b", "file:///a/../b/": "file:///b", "a b": FileURL(filepath.Join(here, "a b")),
		"file://x/y": FileURL(filepath.Join(here, "x/y")),
		"file:x":     "file:x", "file:x/../y%20z": "file:y%20z", "mem://x": "mem://x",
		"file:": "", "file://": "", "file:../x": "", "file:.": "", "s3://bucket/x": "", "file:///a#b": "", "file:///a?b": "",
		":": "", "": "",
	} {
		got, err := Normalize(raw)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, c := range [][3]string{{"/d", "file:s", "file:///d/s"}, {"/d", "file:///s", "file:///s"},
		{"/d e", "file:y%20z", "file:///d%20e/y%20z"}} {
		if got := Resolve(c[0], c[1]); got != c[2] {
			t.Errorf("%s from %s: %s", c[1], c[0], got)
		}
	}
	for url, want := range map[string]string{"file:///d/s": "file:s", "file:///d": "file:///d", "file:///e": "file:///e",
		"file:///d/../e": "file:///d/../e"} {
		if got := Relative("/d", url); got != want {
			t.Errorf("%s within /d: %s, want %s", url, got, want)
		}
	}
}

// Storage of a new cluster is empty and can be written to; Open makes none.
func TestMake(t *testing.T) {
	dir := t.TempDir()
	url := FileURL(filepath.Join(dir, "a", "b"))
	if _, err := Open(url); err == nil {
		t.Error("opened what is not there")
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err == nil {
		t.Error("Open has made a folder")
	}
	if _, err := Make(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "a", "b", "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), url); err != nil {
		t.Errorf("a second time: %v", err)
	}
	file := filepath.Join(dir, "a", "b", "photo.jpg")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), url); err == nil || !strings.Contains(err.Error(), "photo.jpg") {
		t.Errorf("a folder of something else: %v", err)
	}
	if _, err := Make(t.Context(), FileURL(file)); err == nil {
		t.Error("a file is no folder")
	}
}
