package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/leader/session"
	"slipher/node"
	"slipher/node/wire"
	"slipher/runtime/program"
)

func (s *Server) openCompiler(context.Context) error {
	s.pool = llvm.NewPool(2, s.opts.Self, llvm.Options{})
	s.onStop(func(context.Context) error { s.pool.Close(); return nil })
	s.target = target.V3
	return nil
}

type compiled struct {
	code  []schedule.Code
	fused func(ctx context.Context, seg int, special bool, target string, how schedule.Effort) ([]byte, error)
}

func (s *Server) compile(q *plan.Query) (*compiled, error) { return nil, sqlerr.Unsupported("running") }
func (s *Server) seal(p *program.Segment) ([]byte, error)  { return nil, sqlerr.Unsupported("sealing") }
func (s *Server) inspect(ctx context.Context, ses *session.Session, p *planned, b *parse.Explain) ([]string, error) {
	return nil, sqlerr.Unsupported("inspecting")
}
func (s *Server) relation(schema, name string) *bind.Relation { return nil }
func (s *Server) relationRows(cat *state.Catalog, ses *session.Session, name string) (wire.RowSource, error) {
	return nil, sqlerr.Unsupported("relation")
}

// NodeConfig is what a node of this machine runs code with.
func NodeConfig() (node.Config, error) { return node.Config{}, nil }
