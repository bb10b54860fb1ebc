package types

import (
	"cmp"
	"slices"
	"strings"
)

// PgType describes one type as pg_type does.
type PgType struct {
	OID      uint32
	Name     string
	Len      int16  // bytes, -1 if they vary
	Category string // typcategory
	Array    uint32 // the array's oid, 0 if clients do not ask for it
	Elem     uint32 // an array's elements
	Full     string // format_type's name of it, "" for Name
}

// PgTypes are all types that clients may see, by their oids.
func PgTypes() []PgType {
	out := slices.Clone(pgTypes)
	for k, r := range kinds {
		t := PgType{OID: r.oid, Name: r.typname, Len: r.typlen, Category: r.category, Array: r.array, Full: r.name}
		if elem, ok := (Type{Kind: Kind(k)}).Element(); ok {
			t.Elem = elem.OID()
		}
		if Kind(k) == Array { // a pseudo-type
			t.Elem = 0
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b PgType) int { return cmp.Compare(a.OID, b.OID) })
	return out
}

// FormatType is format_type(oid, typmod): "character varying(256)". typmod -1
// is none. Errors never; an unknown oid is "???" as in PostgreSQL.
func FormatType(oid, typmod int64) string {
	if t, ok := OfOID(uint32(oid), typmod); ok && int64(uint32(oid)) == oid {
		return t.String()
	}
	for _, r := range PgTypes() {
		switch {
		case int64(r.OID) != oid:
		case r.Category == "A" && r.Elem != 0 && strings.HasPrefix(r.Name, "_"):
			return FormatType(int64(r.Elem), -1) + "[]"
		case r.Full != "":
			return r.Full
		default:
			return r.Name
		}
	}
	return "???"
}
