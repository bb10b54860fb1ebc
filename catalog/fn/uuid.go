package fn

import (
	"crypto/rand"

	"slipher/catalog/types"
)

// uuidGroup is casts of UUID, and what makes one. PostgreSQL, "UUID Type".
func uuidGroup() Group {
	U := types.TUUID
	return Group{
		Ops: []*Op{
			{Name: "str_to_uuid", Shapes: []Shape{shape(str, i128)}, MayFail: true, Cast: true, Host: readText(U),
				Doc: "A UUID from text."},
			{Name: "uuid_to_str", Shapes: []Shape{shape(i128, i32, str)}, MayFail: true, Cast: true, Host: writeText(U),
				Doc: "36 characters of a UUID, in at most so many bytes."},
			{Name: "gen_random_uuid", Shapes: []Shape{shape(i128)}, Volatile: true, Doc: "A random UUID, of version 4.",
				Host: eachRow(func(c HostCall, row int) error {
					var u [16]byte
					rand.Read(u[:]) //nolint:errcheck // it never fails
					u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
					d := types.UUIDDatum(u[:])
					c.SetInt128(row, d.Hi, d.Lo)
					return nil
				})},
		},
		Rows:  []*Row{{Name: "gen_random_uuid", Ret: fixed("gen_random_uuid", U), Vol: Volatile, Doc: "A random UUID."}},
		Casts: textForm{U.Kind, bindTo("str_to_uuid"), Implicit, 0, bindToText("uuid_to_str")}.casts(),
	}
}
