package artifact

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

var errGone = errors.New("no such object")

type objects map[string][]byte

func (o objects) Put(_ context.Context, name string, data []byte) error {
	o[name] = data
	return nil
}

func (o objects) Get(_ context.Context, name string) ([]byte, error) {
	if b, ok := o[name]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("get %s: %w", name, errGone)
}

// A shared level files artifacts under its prefix and tells missing ones from failures.
func TestSharedIn(t *testing.T) {
	o := objects{}
	s := SharedIn(o, "artifacts", errGone)
	key := Hash{0xab}
	if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.Put(t.Context(), key, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Get(t.Context(), key); err != nil || string(b) != "x" {
		t.Error(b, err)
	}
	if _, ok := o["artifacts/ab/"+key.String()]; !ok {
		t.Errorf("names %v", o)
	}
	if _, err := SharedIn(o, "x", errors.New("another")).Get(t.Context(), key); errors.Is(err, ErrNotFound) {
		t.Error("a failure was taken for a missing object")
	}
}
