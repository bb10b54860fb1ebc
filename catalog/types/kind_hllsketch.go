package types

import (
	"slipher/catalog/hll"
	"slipher/catalog/sqlerr"
)

// THLLSketch is HLLSKETCH.
var THLLSketch = Type{Kind: HLLSketch}

// Sketches of sets (catalog/hll). No two are compared: Redshift guide, "Limitations" of HyperLogLog. Their encoding is
// RAW: "Considerations" there. Clients get text.
func hllSketchKind() *kind {
	return &kind{name: "hllsketch", short: "hllsketch", typname: "hllsketch", names: named(0, "hllsketch"), oid: 2935,
		typlen: -1, category: "U", phys: Str, class: "hllsketch", incomparable: true, ownOrder: true, bare: true,
		column: true, keyless: true, onlyRaw: true, parse: parseHLLSketch, write: writeHLLSketch,
		wire: textWire(writeHLLSketch), room: atMost(MaxVarchar), badText: 1207}
}

func parseHLLSketch(_ Type, s string) (Datum, error) {
	v, err := hll.Parse([]byte(s))
	if err != nil {
		return Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type hllsketch").
			WithDetail("%s", err)
	}
	return String(string(v)), nil
}

func writeHLLSketch(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte { return hll.AppendText(dst, r.Str(col, row)) }
}
