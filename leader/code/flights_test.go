package code

import (
	"context"
	"errors"
	"testing"
	"time"

	"slipher/codegen/artifact"
)

// The first time an artifact is wanted its query's end gives it up; the second
// time it is finished all the same.
func TestFlights(t *testing.T) {
	var l flights
	key := artifact.Hash{1}
	given := make(chan error, 2)
	slow := func(ctx context.Context) ([]byte, error) {
		select {
		case <-ctx.Done():
			given <- ctx.Err()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
			given <- nil
			return []byte("code"), nil
		}
	}
	for i, want := range []error{context.Canceled, nil} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if _, err := l.do(ctx, key, slow); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("run %d: %v", i, err)
		}
		cancel()
		if got := <-given; !errors.Is(got, want) {
			t.Errorf("run %d: the work ended with %v, want %v", i, got, want)
		}
		l.wait()
	}
	// Two at the same time share one piece of work.
	calls := 0
	results := make(chan string, 2)
	for range 2 {
		go func() {
			b, _ := l.do(context.Background(), artifact.Hash{2}, func(context.Context) ([]byte, error) {
				calls++
				time.Sleep(50 * time.Millisecond)
				return []byte("x"), nil
			})
			results <- string(b)
		}()
	}
	if a, b := <-results, <-results; a != "x" || b != "x" || calls != 1 {
		t.Errorf("%q %q after %d calls", a, b, calls)
	}
}
