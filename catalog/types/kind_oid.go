package types

import (
	"math"
	"strconv"
)

// The type of ids of catalog relations: 32 bits without a sign, physically an I64.
func oidKind() *kind {
	return &kind{name: "oid", short: "oid", typname: "oid", names: named(0, "oid"),
		oid: 26, array: 1028, typlen: 4, category: "N",
		phys: I64, bounds: within(0, math.MaxUint32), class: "integer", beside: itself, stored: TInt8,
		parse: parseInt, write: writeAs(appendOID), wire: oidWire(), room: atMost(24)}
}

func appendOID(dst []byte, v int64) []byte { return strconv.AppendUint(dst, uint64(uint32(v)), 10) }

func oidWire() wire {
	w := intWire(4)
	w.read = func(_ Type, raw []byte) (Datum, error) { return Int(int64(be.Uint32(raw))), nil }
	return w
}
