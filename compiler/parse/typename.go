package parse

import (
	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// resolveType gives the type of a name and its modifiers. inCast: VARCHAR takes its length from the input, in a
// column it is VARCHAR(256).
func resolveType(name string, mods []int, inCast bool) (types.Type, *sqlerr.Error) {
	if a := types.AliasOf(name); a != nil {
		return a.Type(mods, inCast)
	}
	if types.IsRefused(name) {
		return types.Type{}, sqlerr.Unsupported("type %s", name)
	}
	near := similar.For(name)
	for _, n := range types.Aliases() {
		near.Offer(n, n)
	}
	return types.Type{}, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", name).WithHint("%s",
		near.Hint("type"))
}

// typeName reads a type in DDL.
func (p *parser) typeName(inCast bool) (types.Type, error) {
	at := p.peek()
	if at.kind != tokIdent && at.kind != tokQuoted {
		return types.Type{}, p.unexpected()
	}
	p.next()
	name := at.text
	if name == "pg_catalog" && p.acceptPunct(".") {
		name = p.next().text
	}
	switch {
	case name == "double" && p.accept("precision"):
		name = "double precision"
	case name == "national" && (p.peek().is("character") || p.peek().is("char")):
		name = p.next().text
	}
	if (name == "character" || name == "char") && p.accept("varying") {
		name = "character varying"
	}
	if name == "binary" && p.accept("varying") {
		name = "binary varying"
	}
	if name == "interval" {
		switch {
		case p.accept("year", "to", "month"):
			name = "interval year to month"
		case p.accept("day", "to", "second"):
			name = "interval day to second"
		}
	}
	mods, err := p.typeMods()
	if err != nil {
		return types.Type{}, err
	}
	if name == "timestamp" || name == "time" {
		switch {
		case p.accept("without", "time", "zone"):
		case p.accept("with", "time", "zone"):
			name += "tz"
		}
	}
	if p.peek().isPunct("[") {
		return types.Type{}, p.unsupported(at, "array type")
	}
	t, e := resolveType(name, mods, inCast)
	if e != nil {
		return types.Type{}, e.At(charPosition(p.src, at.start))
	}
	return t, nil
}

// typeMods reads (n), (p, s) or (MAX), if they are there.
func (p *parser) typeMods() ([]int, error) {
	if !p.acceptPunct("(") {
		return nil, nil
	}
	var mods []int
	for {
		if p.accept("max") {
			mods = append(mods, types.MaxMod)
		} else {
			n, err := p.integer()
			if err != nil {
				return nil, err
			}
			if n < 0 || n > 1<<30 {
				return nil, p.stmt.ErrorAt(Pos(p.toks[p.i-1].start), sqlerr.InvalidParameterValue,
					"type modifier %d is out of range", n)
			}
			mods = append(mods, int(n))
		}
		if !p.acceptPunct(",") {
			return mods, p.expectPunct(")")
		}
	}
}

// ResolveType gives the type that a cast names.
func ResolveType(n TypeName) (types.Type, *sqlerr.Error) {
	t, err := resolveType(n.Name, n.Mods, true)
	switch {
	case err != nil || !n.Array:
		return t, err
	case t.IsString() && len(n.Mods) > 0, t.IsArray():
		return t, sqlerr.Unsupported("type %s[]", t)
	}
	return types.ArrayOf(t), nil
}
