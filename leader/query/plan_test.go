package query

import (
	"log/slog"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/compiler"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// A broken invariant in planning is the error of one statement.
func TestPanic(t *testing.T) {
	st, err := parse.ParseOne("SELECT 1", parse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &Runner{Log: slog.New(slog.DiscardHandler)}
	if _, err := r.planIn(nil, names.View{}, st, bind.Options{}, compiler.Environment{}); err == nil ||
		sqlerr.From(err).Code != sqlerr.InternalError {
		t.Errorf("%v", err)
	}
}
