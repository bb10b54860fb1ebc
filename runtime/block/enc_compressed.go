package block

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

var lzoEncoding = Encoding{ID: encLZO, Name: "lzo", Legal: notBoolOrFloat, encode: encodeCompressed(lz4Body),
	Doc: "RAW, the body compressed in frames; the algorithm is LZ4."}

var zstdEncoding = Encoding{ID: encZstd, Name: "zstd", Legal: anyType, encode: encodeCompressed(zstdBody),
	Doc: "RAW, the body compressed in frames."}

func encodeCompressed(compression uint8) func(e *Encoder) error {
	return func(e *Encoder) error {
		if err := encodeRaw(e); err != nil {
			return err
		}
		return e.compress(compression)
	}
}

// Coders are safe for concurrent EncodeAll and DecodeAll; one of each serves the process.
var zstdCoders = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(4*frameSize))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return enc, dec
})

// deflateBody appends the frames of a body to dst.
func deflateBody(dst, body []byte, compression uint8, wanted func() error) ([]byte, error) {
	var lz lz4.Compressor
	for len(body) > 0 {
		if wanted != nil {
			if err := wanted(); err != nil {
				return nil, err
			}
		}
		raw := body[:min(len(body), frameSize)]
		body = body[len(raw):]
		head := len(dst)
		dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
		at := len(dst)
		switch compression {
		case lz4Body:
			bound := lz4.CompressBlockBound(len(raw))
			dst = append(dst, make([]byte, bound)...)
			n, err := lz.CompressBlock(raw, dst[at:])
			if err != nil {
				return nil, err
			}
			dst = dst[:at+n] // n is 0 if the frame does not compress
		case zstdBody:
			enc, _ := zstdCoders()
			dst = enc.EncodeAll(raw, dst)
		}
		if n := len(dst) - at; n == 0 || n >= len(raw) {
			dst = append(dst[:at], raw...)
		}
		binary.LittleEndian.PutUint32(dst[head:], uint32(len(raw)))
		binary.LittleEndian.PutUint32(dst[head+4:], uint32(len(dst)-at))
	}
	return dst, nil
}

// inflateBody fills dst, the whole body, from its frames.
func inflateBody(dst, frames []byte, compression uint8) error {
	for len(dst) > 0 {
		if len(frames) < 8 {
			return fmt.Errorf("a frame is missing")
		}
		raw, stored := int(binary.LittleEndian.Uint32(frames)), int(binary.LittleEndian.Uint32(frames[4:]))
		frames = frames[8:]
		if raw == 0 || raw > len(dst) || raw > frameSize || stored > len(frames) {
			return fmt.Errorf("a frame of %d bytes (%d stored) where %d are left", raw, stored, len(dst))
		}
		out, in := dst[:raw:raw], frames[:stored]
		dst, frames = dst[raw:], frames[stored:]
		switch {
		case raw == stored:
			copy(out, in)
		case compression == lz4Body:
			if n, err := lz4.UncompressBlock(in, out); err != nil || n != raw {
				return fmt.Errorf("an LZ4 frame does not unpack to %d bytes", raw)
			}
		default:
			_, dec := zstdCoders()
			got, err := dec.DecodeAll(in, out[:0])
			if err != nil || len(got) != raw {
				return fmt.Errorf("a ZSTD frame does not unpack to %d bytes", raw)
			}
			if &got[0] != &out[0] {
				copy(out, got)
			}
		}
	}
	if len(frames) != 0 {
		return fmt.Errorf("%d bytes behind the last frame", len(frames))
	}
	return nil
}
