package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var deltaEncoding = Encoding{ID: encDelta, Name: "delta", Legal: wholeNumbers, encode: encodeDelta,
	Doc: "Deltas, bit-packed; sections they do not make smaller are frames of reference."}

var delta32kEncoding = Encoding{ID: encDelta32K, Name: "delta32k", Legal: delta32kLegal, encode: encodeDelta,
	Doc: "As DELTA: widths follow the data, so that the two differ in name only."}

func delta32kLegal(t types.Type) bool { return wholeNumbers(t) && t.Kind != types.Int2 }

func encodeDelta(e *Encoder) error {
	return e.values(codec.Set(codec.Const, codec.For, codec.Delta), 0)
}
