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
		e.dictStrs(e.dict(codec.NoCode, 0), modes)
	} else {
		e.values(modes, 0)
	}
	return nil
}
