package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var runlengthEncoding = Encoding{ID: encRunlength, Name: "runlength", Legal: anyType, encode: encodeRunlength,
	Doc: "Runs per section; runs of strings are runs of dictionary indexes."}

func encodeRunlength(e *Encoder) error {
	modes := codec.Set(codec.Const, codec.RLE)
	if e.col.Class == types.Str {
		return e.dictedStrs(codec.NoCode, modes)
	}
	return e.values(modes, 0)
}
