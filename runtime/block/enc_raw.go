package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var rawEncoding = Encoding{ID: encRaw, Name: "raw", Legal: anyType, encode: encodeRaw,
	Doc: "Values as they are; strings as packed lengths and bytes."}

func encodeRaw(e *Encoder) error {
	if e.col.Class == types.Str {
		return e.strs()
	}
	return e.values(codec.Set(), 0)
}
