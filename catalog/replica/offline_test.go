package replica

import (
	"fmt"
	"log/slog"
	"testing"

	"slipher/catalog/sqlerr"
)

// One of three leaders is left: it becomes the only one, with all that it has received. While it runs, and
// by another's name, nothing is done to it.
func TestRecover(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	g := newGroup(t, "l1", "l2", "l3")
	propose(t, g.active(), table("kept"))
	g.same()
	if _, err := Recover(g.dirs["l3"], "l3", quiet); err == nil {
		t.Error("recovered a leader that runs")
	}
	for _, id := range []string{"l1", "l2", "l3"} {
		g.stop(id)
	}
	if m, err := MembersOf(g.dirs["l3"], quiet); err != nil || len(m) != 3 || !m[2].Voter {
		t.Errorf("members %v, %v", m, err)
	}
	if _, err := Recover(g.dirs["l3"], "l4", quiet); sqlerr.From(err).Code != sqlerr.UndefinedObject {
		t.Errorf("recovered as somebody else: %v", err)
	}
	out, err := Recover(g.dirs["l3"], "l3", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(out.Lost) != "[l1 l2]" || out.Index == 0 || out.Term == 0 {
		t.Errorf("%+v", out)
	}
	for range 2 { // and again
		r := g.start("l3", false)
		if err := r.WaitActive(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m := r.Members(); len(m) != 1 || m[0].ID != "l3" || !m[0].Voter {
			t.Errorf("members %v", m)
		}
		if r.Catalog().Table("dev", "public", "kept") == nil {
			t.Error("the table is lost")
		}
		g.stop("l3")
	}
}
