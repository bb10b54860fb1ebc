package parse

import (
	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// typeUse says where a type is written: lengths default differently.
type typeUse uint8

const (
	columnType typeUse = iota // VARCHAR is VARCHAR(256)
	castType                  // VARCHAR takes its length from the input
)

// typeRow is a type's name as users write it.
type typeRow struct {
	kind types.Kind
	mods int // most modifiers it takes
	// len is the length without a modifier in a column; max is what MAX means.
	len, max int32
}

// typeNames are the types of this issue, by every alias. Names that the
// grammar spells in several words are joined in typeWords.
var typeNames = map[string]typeRow{
	"bool": {kind: types.Bool}, "boolean": {kind: types.Bool},
	"smallint": {kind: types.Int2}, "int2": {kind: types.Int2},
	"integer": {kind: types.Int4}, "int": {kind: types.Int4}, "int4": {kind: types.Int4},
	"bigint": {kind: types.Int8}, "int8": {kind: types.Int8},
	"decimal": {kind: types.Decimal, mods: 2}, "numeric": {kind: types.Decimal, mods: 2}, "dec": {kind: types.Decimal, mods: 2},
	"real": {kind: types.Float4}, "float4": {kind: types.Float4},
	"float8": {kind: types.Float8}, "double precision": {kind: types.Float8}, "float": {kind: types.Float8, mods: 1},
	"char": {types.Char, 1, 1, types.MaxChar}, "character": {types.Char, 1, 1, types.MaxChar},
	"nchar": {types.Char, 1, 1, types.MaxChar}, "bpchar": {types.Char, 1, 256, types.MaxChar},
	"varchar": {types.Varchar, 1, 256, types.MaxVarchar}, "character varying": {types.Varchar, 1, 256, types.MaxVarchar},
	"char varying": {types.Varchar, 1, 256, types.MaxVarchar},
	"nvarchar":     {types.Varchar, 1, 256, types.MaxVarchar}, "text": {types.Varchar, 1, 256, types.MaxVarchar},
	"date": {kind: types.Date},
	// The precision of a timestamp is accepted and ignored: always microseconds.
	"timestamp": {kind: types.Timestamp, mods: 1}, "timestamp without time zone": {kind: types.Timestamp},
	"interval": {kind: types.Interval},
	"oid":      {kind: types.OID}, "name": {kind: types.Name},
}

// laterTypes are Redshift types that are refused by name.
var laterTypes = wordSet(`timestamptz timetz time super varbyte varbinary binary geometry geography hllsketch bytea
	uuid json jsonb money xml bit serial bigserial smallserial serial2 serial4 serial8 inet cidr macaddr tsvector
	regclass regproc regtype regnamespace xid cid tid aclitem`)

// resolveType gives the type of a name and its modifiers; maxMod stands for MAX.
func resolveType(name string, mods []int, use typeUse) (types.Type, *sqlerr.Error) {
	row, ok := typeNames[name]
	if !ok {
		if laterTypes[name] {
			return types.Type{}, sqlerr.Unsupported("type %s", name)
		}
		near := similar.For(name)
		for n := range typeNames {
			near.Offer(n, n)
		}
		return types.Type{}, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", name).WithHint("%s", near.Hint("type"))
	}
	if len(mods) > row.mods {
		return types.Type{}, sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", name)
	}
	switch row.kind {
	case types.Decimal:
		return decimalType(mods)
	case types.Char, types.Varchar:
		return stringType(name, row, mods, use)
	case types.Float8:
		if len(mods) == 1 {
			return floatType(mods[0])
		}
	}
	return types.Type{Kind: row.kind}, nil
}

// maxMod stands for MAX in VARCHAR(MAX).
const maxMod = -1

func decimalType(mods []int) (types.Type, *sqlerr.Error) {
	prec, scale := 18, 0
	if len(mods) > 0 {
		prec = mods[0]
	}
	if len(mods) > 1 {
		scale = mods[1]
	}
	if prec < 1 || prec > types.MaxPrecision {
		return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and %d", prec, types.MaxPrecision)
	}
	if scale < 0 || scale > prec || scale > types.MaxPrecision-1 {
		return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC scale %d must be between 0 and precision %d", scale, min(prec, types.MaxPrecision-1))
	}
	return types.TDecimal(prec, scale), nil
}

func stringType(name string, row typeRow, mods []int, use typeUse) (types.Type, *sqlerr.Error) {
	n := row.len
	if use == castType && row.kind == types.Varchar {
		n = types.MaxVarchar
	}
	if len(mods) == 1 {
		if n = int32(mods[0]); mods[0] == maxMod {
			n = row.max
		}
		if n < 1 {
			return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", name)
		}
		if n > row.max || mods[0] > int(row.max) {
			return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", name, row.max)
		}
	}
	return types.Type{Kind: row.kind, Len: n}, nil
}

// floatType is FLOAT(p): REAL up to 24 bits.
func floatType(bits int) (types.Type, *sqlerr.Error) {
	switch {
	case bits < 1:
		return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be at least 1 bit")
	case bits <= 24:
		return types.TFloat4, nil
	case bits <= 53:
		return types.TFloat8, nil
	}
	return types.Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be less than 54 bits")
}

// typeName reads a type in DDL.
func (p *parser) typeName(use typeUse) (types.Type, error) {
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
	if name == "binary" {
		p.accept("varying")
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
	t, e := resolveType(name, mods, use)
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
			mods = append(mods, maxMod)
		} else {
			n, err := p.integer()
			if err != nil {
				return nil, err
			}
			if n < 0 || n > 1<<30 {
				return nil, p.stmt.ErrorAt(Pos(p.toks[p.i-1].start), sqlerr.InvalidParameterValue, "type modifier %d is out of range", n)
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
	return resolveType(n.Name, n.Mods, castType)
}
