package worker

import (
	"errors"
	"fmt"
	"testing"

	"slipher/runtime/exec"
	"slipher/runtime/program"
)

// countingArtifacts opens anything and counts.
type countingArtifacts struct{ programs, loads int }

func (a *countingArtifacts) Program(env []byte) (*program.Segment, error) {
	if string(env) == "bad" {
		return nil, errors.New("refused")
	}
	a.programs++
	return &program.Segment{Hash: string(env)}, nil
}

func (a *countingArtifacts) Load(env []byte) (Loaded, error) {
	if string(env) == "bad" {
		return Loaded{}, errors.New("refused")
	}
	a.loads++
	return Loaded{Fn: &exec.Fn{}, Program: string(env)}, nil
}

// An envelope is opened once, found again by its hash, and refused ones are not kept.
func TestCodeCache(t *testing.T) {
	a := &countingArtifacts{}
	c := newCodeCache(a)
	for range 2 {
		if p, err := c.program([]byte("p")); err != nil || p.Hash != "p" {
			t.Fatal(err)
		}
		if _, err := c.program([]byte("bad")); err == nil {
			t.Error("a bad envelope was opened")
		}
		if _, err := c.acquire([]byte("bad"), nil); err == nil {
			t.Error("a bad envelope was loaded")
		}
	}
	if _, err := c.acquire(nil, make([]byte, 32)); !errors.Is(err, errNotHere) {
		t.Error(err)
	}
	if _, err := c.acquire(nil, nil); !errors.Is(err, errNotHere) {
		t.Error(err)
	}
	l, err := c.acquire([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.acquire(nil, l.hash[:]); err != nil || again != l || l.users != 2 {
		t.Errorf("%v, %d users", err, l.users)
	}
	if a.programs != 1 || a.loads != 1 {
		t.Errorf("%d programs and %d objects opened", a.programs, a.loads)
	}
}

// What was used longest ago goes, but nothing that a query holds.
func TestCodeCacheShrinks(t *testing.T) {
	c := newCodeCache(&countingArtifacts{})
	held, err := c.acquire([]byte("held"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range codeCacheSize + 10 {
		l, err := c.acquire(fmt.Append(nil, i), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.release(l)
	}
	if len(c.loaded) != codeCacheSize || c.recent.Len() != codeCacheSize {
		t.Errorf("%d artifacts", len(c.loaded))
	}
	if l, err := c.acquire(nil, held.hash[:]); err != nil || l != held {
		t.Error("code in use was forgotten")
	}
}
