package block

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// Encoding is one way to store a column, by the name ENCODE knows it.
type Encoding struct {
	ID     uint8  // on disk: never reused
	Name   string // lower case
	Legal  func(t types.Type) bool
	encode func(e *Encoder) error
	Doc    string
}

// Ids of encodings.
const (
	encRaw       = 1
	encAZ64      = 2
	encBytedict  = 3
	encDelta     = 4
	encDelta32K  = 5
	encLZO       = 6
	encMostly8   = 7
	encMostly16  = 8
	encMostly32  = 9
	encRunlength = 10
	encText255   = 11
	encText32K   = 12
	encZstd      = 13
)

// encodings is the table, by id. Built by a function because rows call back into it.
var encodings = makeEncodings()

func makeEncodings() []Encoding {
	return []Encoding{
		rawEncoding, az64Encoding, bytedictEncoding, deltaEncoding, delta32kEncoding, lzoEncoding,
		mostly8Encoding, mostly16Encoding, mostly32Encoding, runlengthEncoding, text255Encoding, text32kEncoding,
		zstdEncoding,
	}
}

func encodingByName(name string) *Encoding {
	for i := range encodings {
		if encodings[i].Name == name {
			return &encodings[i]
		}
	}
	return nil
}

// Encodings is the table of encodings, for documentation and catalog relations.
func Encodings() []Encoding { return encodings }

// CheckEncoding says whether a column of type t may be declared ENCODE name (lower case;
// "", "auto", "none" are always fine). The error carries a SQLSTATE. Source: Redshift guide, "Compression encodings".
func CheckEncoding(name string, t types.Type) error {
	name = strings.ToLower(name)
	if name == "" || name == "auto" || name == "none" {
		return nil
	}
	e := encodingByName(name)
	if e == nil {
		return sqlerr.New(sqlerr.SyntaxError, "unrecognized encoding type %q", name)
	}
	if !e.Legal(t) || t.OnlyRaw() && e.ID != encRaw {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "invalid encoding type specified for column of type %s", t).
			WithDetail("Encoding %s does not apply to this data type.", name)
	}
	return nil
}

func anyType(types.Type) bool { return true }

func notBool(t types.Type) bool { return t.Kind != types.Bool }

func notBoolOrFloat(t types.Type) bool {
	return t.Kind != types.Bool && !t.Phys().IsFloat()
}

// wholeNumbers are the types of integer class but BOOL.
func wholeNumbers(t types.Type) bool {
	return t.Phys().IsInt() && t.Kind != types.Bool
}

func varcharOnly(t types.Type) bool { return t.Kind == types.Varchar }
