package artifact

import (
	"context"
	"errors"
	"fmt"
)

// Objects is the part of managed storage (node/rms.Store) that a shared level needs.
type Objects interface {
	Put(ctx context.Context, name string, data []byte) error
	Get(ctx context.Context, name string) ([]byte, error)
}

// SharedIn is a shared level in managed storage, an object an artifact under
// prefix. missing is the error Get gives, perhaps wrapped, for an object that is not there.
func SharedIn(o Objects, prefix string, missing error) Store {
	return &shared{o, prefix, missing}
}

type shared struct {
	objects Objects
	prefix  string
	missing error
}

// name spreads artifacts over 256 folders: listings stay short in object stores and file systems.
func (s *shared) name(key Hash) string { return fmt.Sprintf("%s/%02x/%s", s.prefix, key[0], key) }

func (s *shared) Get(ctx context.Context, key Hash) ([]byte, error) {
	b, err := s.objects.Get(ctx, s.name(key))
	if errors.Is(err, s.missing) {
		return nil, ErrNotFound
	}
	return b, err
}

func (s *shared) Put(ctx context.Context, key Hash, sealed []byte) error {
	return s.objects.Put(ctx, s.name(key), sealed)
}
