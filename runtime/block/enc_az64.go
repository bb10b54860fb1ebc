package block

import "slipher/runtime/kernels/codec"

var az64Encoding = Encoding{ID: encAZ64, Name: "az64", Legal: wholeNumbers, encode: encodeAZ64,
	Doc: "Per section the smallest of: constant, frame of reference with bit-packing, deltas, runs, values."}

var az64Modes = codec.Set(codec.Const, codec.For, codec.Delta, codec.RLE)

func encodeAZ64(e *Encoder) error {
	return e.values(az64Modes, 0)
}
