package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var bytedictEncoding = Encoding{ID: encBytedict, Name: "bytedict", Legal: notBool, encode: encodeBytedict,
	Doc: "Bit-packed indexes into a dictionary of the block: 256 values, for strings as many as pay. Sections with " +
		"others store values."}

var codeModes = codec.Set(codec.Const, codec.For, codec.RLE)

func encodeBytedict(e *Encoder) error {
	if e.col.Class == types.Str {
		return e.dictedStrs(256, codeModes)
	}
	n, err := e.dict(256, 0)
	if err != nil {
		return err
	}
	return e.dictValues(n)
}
