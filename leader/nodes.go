package leader

import (
	"slipher/catalog/relations"
	"slipher/catalog/types"
)

// nodeRows is what the cluster knows of its nodes: stv_nodes.
func (s *Server) nodeRows() []relations.Node {
	var out []relations.Node
	for _, i := range s.cluster.Infos() {
		n := relations.Node{ID: i.ID, Connected: i.Connected, Leaving: i.Draining, Queries: s.scheduler.Running(i.ID)}
		if !i.LastSeen.IsZero() {
			n.SeenMicros = types.MicrosOf(i.LastSeen)
		}
		out = append(out, n)
	}
	return out
}
