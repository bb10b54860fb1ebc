package node

import (
	"context"

	"slipher/node/wire"
)

// Drain asks the leader to deal the node's slices away and waits, no longer than ctx
// lasts, until the queries that run here have ended. Then Close hurts nobody.
func (n *Node) Drain(ctx context.Context) {
	n.mu.Lock()
	n.leaving = true
	leader := n.lead.ID
	n.mu.Unlock()
	conn, err := n.peers.Conn(ctx, leader, "")
	if err != nil {
		return // no leader, no new queries
	}
	if _, err := conn.Call(ctx, &wire.Leave{}); err != nil {
		n.cfg.Log.Info("stopping without being drained", "node", n.cfg.ID, "err", err)
	}
}
