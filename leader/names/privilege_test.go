package names

import (
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Superusers may everything, owners what is theirs, others what PUBLIC has; nobody may anything.
func TestMay(t *testing.T) {
	root, ada := &state.User{Name: "root", Superuser: true}, &state.User{Name: "ada", CreateDB: true}
	bob := &state.User{Name: "bob"}
	table := Relation(&state.Table{Name: "t", Owner: "ada"})
	own := Schema(&state.Schema{Name: "s", Owner: "ada"})
	public := Schema(&state.Schema{Name: "public", Owner: "root"})
	db := Database(&state.Database{Name: "d", Owner: "root"})
	for _, c := range []struct {
		asked Request
		may   []*state.User
		err   string
	}{
		{Request{Select, table}, []*state.User{root, ada}, "permission denied for relation t"},
		{Request{Insert, table}, []*state.User{root, ada}, "permission denied for relation t"},
		{Request{References, table}, []*state.User{root, ada}, "permission denied for relation t"},
		{Request{Ownership, table}, []*state.User{root, ada}, "must be owner of relation t"},
		{Request{Create, own}, []*state.User{root, ada}, "permission denied for schema s"},
		{Request{Create, public}, []*state.User{root, ada, bob}, "permission denied for schema public"},
		{Request{Ownership, public}, []*state.User{root}, "must be owner of schema public"},
		{Request{Create, db}, []*state.User{root}, "permission denied for database d"},
		{Request{Temporary, db}, []*state.User{root, ada, bob}, "permission denied for database d"},
		{Request{Privilege: CreateDB}, []*state.User{root, ada}, "permission denied to create database"},
		{Request{Superuser, Object{Kind: "function", Name: "f"}}, []*state.User{root}, "permission denied for function f"},
	} {
		all := map[*state.User]bool{}
		for _, u := range c.may {
			all[u] = true
		}
		for _, u := range []*state.User{root, ada, bob, nil} {
			err := may(u, []Request{{Select, Object{Owner: name(u)}}, c.asked}) // the second counts as the first
			if u == nil {
				err = may(u, []Request{c.asked})
			}
			if all[u] {
				if err != nil {
					t.Errorf("%s: %+v: %v", name(u), c.asked, err)
				}
				continue
			}
			e := sqlerr.From(err)
			if err == nil || e.Code != sqlerr.InsufficientPrivilege || e.Message != c.err {
				t.Errorf("%s: %+v: %v, want %q", name(u), c.asked, err, c.err)
			}
		}
	}
	if err := may(nil, nil); err != nil {
		t.Error("what asks for nothing everybody may:", err)
	}
}

func name(u *state.User) string {
	if u == nil {
		return ""
	}
	return u.Name
}
