package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
	"slipher/leader/session"
)

func (s *Server) inspect(ctx context.Context, ses *session.Session, p *planned, b *parse.Explain) ([]string, error) {
	return nil, sqlerr.Unsupported("inspecting")
}
