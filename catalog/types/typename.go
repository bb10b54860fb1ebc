package types

import (
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
)

// Alias is a name by which users write a type.
type Alias struct {
	Text string // lower case, words joined by one blank
	Mods int    // most modifiers it takes
	// length is that of a string type's column without a modifier.
	length int32
	kind   Kind
}

// MaxMod stands for MAX as a modifier: VARCHAR(MAX).
const MaxMod = -1

// namesOf are all kinds' names. One that stands twice is a broken build.
func namesOf(rows []*kind) map[string]*Alias {
	out := map[string]*Alias{}
	for k, r := range rows {
		for i := range r.names {
			n := &r.names[i]
			if n.kind = Kind(k); out[n.Text] != nil {
				panic("BUG: type name " + n.Text + " stands twice")
			}
			out[n.Text] = n
		}
	}
	return out
}

// AliasOf finds a type's name, nil if there is none.
func AliasOf(name string) *Alias { return byName[name] }

// named are names of a type that take so many modifiers, divided by commas.
func named(mods int, names string) []Alias {
	var out []Alias
	for _, n := range strings.Split(names, ",") {
		out = append(out, Alias{Text: strings.TrimSpace(n), Mods: mods})
	}
	return out
}

// Aliases lists all names of types.
func Aliases() []string {
	out := make([]string, 0, len(byName))
	for n := range byName {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// IsRefused reports whether name is that of a type that Redshift or PostgreSQL have and there is not yet.
func IsRefused(name string) bool { return slices.Contains(strings.Fields(refused), name) }

// Type gives the type that the name means with modifiers. inCast: lengths are open where none is written.
func (n *Alias) Type(mods []int, inCast bool) (Type, *sqlerr.Error) {
	if len(mods) > n.Mods {
		return Type{}, sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", n.Text)
	}
	if read := n.kind.row().read; read != nil {
		return read(n, mods, inCast)
	}
	return Type{Kind: n.kind}, nil
}
