// Package pause is waiting that ends early.
package pause

import (
	"context"
	"time"
)

// Sleep waits; false: ctx has ended.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
