package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var delta32kEncoding = Encoding{ID: encDelta32K, Name: "delta32k", Legal: delta32kLegal,
	encode: func(e *Encoder) error {
		return e.values(codec.Set(codec.Const, codec.For, codec.Delta, codec.Delta16), 0)
	},
	Doc: "Differences of two bytes to the value before, and values that these do not reach as they are; sections that " +
		"DELTA makes smaller are as there."}

func delta32kLegal(t types.Type) bool { return wholeNumbers(t) && t.Kind != types.Int2 }
