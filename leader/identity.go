package leader

import (
	"context"

	"slipher/catalog/state"
)

// reserveIdentity reserves ordinals of an identity column for a load:
// schedule.Config.Reserve. If the outcome is lost the load fails and a retry takes the next ones.
func (s *Server) reserveIdentity(ctx context.Context, t state.TableID, column int, count int64) (int64, error) {
	return s.txns.Reserve(ctx, t, column, count)
}
