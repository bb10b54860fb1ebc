package relations

import (
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// regType is a type of oids that are written as names.
type regType struct {
	read  func(env *Env, text string) (uint32, error)
	names func(env *Env) []Answer
}

var regTypes = map[string]regType{
	"regclass": {RegClass, ClassNames},
	"regtype":  {func(_ *Env, text string) (uint32, error) { return typeOID(text) }, typeNames},
	"regproc":  {readProc, procNames(false)}, "regprocedure": {readProc, procNames(true)},
}

// IsRegType reports whether name is that of a type of oids that are written as names: regclass, regtype, regproc.
func IsRegType(name string) bool { _, ok := regTypes[name]; return ok }

// RegOID is the oid that a text means as a value of such a type.
func RegOID(env *Env, typ, text string) (uint32, error) { return regTypes[typ].read(env, text) }

// RegNames are the texts of oids as values of such a type. Others are shown as their numbers.
func RegNames(env *Env, typ string) []Answer {
	return append([]Answer{{Value: types.String("-")}}, regTypes[typ].names(env)...)
}

// typeOID is the oid of a type by a name that pg_type, format_type or users have for it, perhaps in pg_catalog.
func typeOID(text string) (uint32, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), catalogSchema+"."))
	if len(name) > 1 && strings.Trim(name, `"`) != name && name != `"char"` {
		name = unquote(name)
	}
	known := types.PgTypes()
	if at := slices.IndexFunc(known, func(t types.PgType) bool {
		return t.Name == name && t.Full != `"`+name+`"` || t.Full == name && name != ""
	}); at >= 0 {
		return known[at].OID, nil
	}
	base, array := strings.CutSuffix(name, "[]")
	if a := types.AliasOf(base); a != nil {
		if t, err := a.Type(nil, true); err == nil {
			if array {
				t = types.ArrayOf(t)
			}
			return t.OID(), nil
		}
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", text)
}

func typeNames(*Env) []Answer {
	var out []Answer
	for _, t := range types.PgTypes() {
		out = append(out, Answer{Key: int64(t.OID), Value: types.String(types.FormatType(int64(t.OID), -1))})
	}
	return ordered(out)
}
