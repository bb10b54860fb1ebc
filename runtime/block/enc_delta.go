package block

import (
	"slipher/runtime/kernels/codec"
)

var deltaEncoding = Encoding{ID: encDelta, Name: "delta", Legal: wholeNumbers, encode: encodeDelta,
	Doc: "Deltas, bit-packed; sections they do not make smaller are frames of reference."}

func encodeDelta(e *Encoder) error {
	return e.values(codec.Set(codec.Const, codec.For, codec.Delta), 0)
}
