package block

var text255Encoding = Encoding{ID: encText255, Name: "text255", Legal: varcharOnly, encode: encodeText(245),
	Doc: "A dictionary of the first 245 values; we keep whole values, not words."}

var text32kEncoding = Encoding{ID: encText32K, Name: "text32k", Legal: varcharOnly, encode: encodeText(32 << 10),
	Doc: "A dictionary of the first 32K values; we keep whole values, not words."}

func encodeText(max int) func(e *Encoder) error {
	return func(e *Encoder) error {
		return e.dictedStrs(max, codeModes)
	}
}
