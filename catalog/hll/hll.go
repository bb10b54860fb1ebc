package hll

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
)

// The layout, which runtime/kernels/table/sketch.c has, too. Values are on disks: it may not change.
//
// A sparse sketch is its entries in their order, index << rankBits | rank each, of four bytes, the lowest first. A
// dense one is its registers, of 6 bits each, the highest bits first. Behind either are four bytes: logm, 1 if it is
// dense, 0, and 1, so that no sketch ends in a blank.
const (
	logm      = 15
	registers = 1 << logm
	indexBits = 26
	rankBits  = 6

	mostRank     = 64 - indexBits + 1 // what an entry says at most
	mostRegister = 64 - logm + 1      // what a register holds at most

	packed = registers * 6 / 8
	tail   = 4

	// MaxSize is the longest sketch, in bytes. Redshift guide, "HLLSKETCH type".
	MaxSize = packed + tail
	// MaxEntries is how many entries a sparse sketch has at most: as JSON they fit a VARCHAR(65535), whatever they are.
	MaxEntries = 5456
)

func withTail(dst []byte, dense bool) []byte {
	form := byte(0)
	if dense {
		form = 1
	}
	return append(dst, logm, form, 0, 1)
}

// Parse reads either text form. White space around it does not matter. Errors say what is wrong with it.
func Parse(text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] == '{' {
		return parseSparse(text)
	}
	return parseDense(text)
}

// sparse is the JSON of a sparse sketch.
type sparse struct {
	Version *int `json:"version"`
	Logm    int  `json:"logm"`
	Sparse  struct {
		Indices []int64 `json:"indices"`
		Values  []int64 `json:"values"`
	} `json:"sparse"`
}

func parseSparse(text []byte) ([]byte, error) {
	var s sparse
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("a sparse sketch is JSON with logm, and sparse with indices and values: %w", err)
	}
	indices, values := s.Sparse.Indices, s.Sparse.Values
	switch {
	case d.InputOffset() != int64(len(text)):
		return nil, errors.New("there is something behind the JSON of a sparse sketch")
	case s.Version != nil && *s.Version != 1:
		return nil, fmt.Errorf("version %d of sketches is not known, but 1", *s.Version)
	case s.Logm != logm:
		return nil, fmt.Errorf("logm is %d: only sketches of %d are supported", s.Logm, logm)
	case indices == nil || values == nil:
		return nil, errors.New("a sparse sketch has indices and values")
	case len(indices) != len(values):
		return nil, fmt.Errorf("there are %d indices and %d values", len(indices), len(values))
	}
	entries := make([]uint32, len(indices))
	for i, x := range indices {
		if x < 0 || x >= 1<<indexBits {
			return nil, fmt.Errorf("index %d is not from 0 to %d", x, 1<<indexBits-1)
		}
		if v := values[i]; v < 1 || v > mostRank {
			return nil, fmt.Errorf("value %d is not from 1 to %d", v, mostRank)
		}
		entries[i] = uint32(x<<rankBits | values[i])
	}
	slices.Sort(entries)
	for i, e := range entries {
		if i > 0 && e>>rankBits == entries[i-1]>>rankBits {
			return nil, fmt.Errorf("index %d stands twice", e>>rankBits)
		}
	}
	if len(entries) > MaxEntries {
		return dense(entries), nil
	}
	var v []byte
	for _, e := range entries {
		v = binary.LittleEndian.AppendUint32(v, e)
	}
	return withTail(v, false), nil
}

// dense is the dense sketch of a sparse one's entries.
func dense(entries []uint32) []byte {
	var regs [registers]uint8
	for _, e := range entries {
		index, rank := e>>rankBits, uint8(e&(1<<rankBits-1))
		rest := index << (32 - indexBits + logm) // the bits behind those of the register's number, at the top
		if zeros := uint8(bits.LeadingZeros32(rest)); rest != 0 {
			rank = zeros + 1
		} else {
			rank += indexBits - logm
		}
		r := &regs[index>>(indexBits-logm)]
		*r = max(*r, rank)
	}
	v := make([]byte, 0, MaxSize)
	for i := 0; i < registers; i += 4 {
		x := uint32(regs[i])<<18 | uint32(regs[i+1])<<12 | uint32(regs[i+2])<<6 | uint32(regs[i+3])
		v = append(v, byte(x>>16), byte(x>>8), byte(x))
	}
	return withTail(v, true)
}

func parseDense(text []byte) ([]byte, error) {
	v := make([]byte, 0, MaxSize)
	if n := base64.StdEncoding.DecodedLen(len(text)); n != packed {
		return nil, fmt.Errorf("a dense sketch is %d characters of Base64, not %d", base64.StdEncoding.EncodedLen(packed),
			len(text))
	}
	v, err := base64.StdEncoding.Strict().AppendDecode(v, text)
	if err != nil || len(v) != packed { // line ends are skipped
		return nil, errors.New("a dense sketch is Base64")
	}
	for i := 0; i < packed; i += 3 {
		x := uint32(v[i])<<16 | uint32(v[i+1])<<8 | uint32(v[i+2])
		for k := range 4 {
			if r := x >> (18 - 6*k) & 63; r > mostRegister {
				return nil, fmt.Errorf("register %d is %d, more than %d", i/3*4+k, r, mostRegister)
			}
		}
	}
	return withTail(v, true), nil
}

// AppendText appends a sketch's text form. What is no sketch is an empty one.
func AppendText(dst, v []byte) []byte {
	n := max(len(v)-tail, 0)
	if len(v) >= tail && v[n+1] != 0 {
		return base64.StdEncoding.AppendEncode(dst, v[:n])
	}
	dst = append(dst, `{"version":1,"logm":15,"sparse":{"indices":[`...)
	list := func(of func(e uint32) uint32) {
		for i := 0; i+4 <= n; i += 4 {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = strconv.AppendUint(dst, uint64(of(binary.LittleEndian.Uint32(v[i:]))), 10)
		}
	}
	list(func(e uint32) uint32 { return e >> rankBits })
	dst = append(dst, `],"values":[`...)
	list(func(e uint32) uint32 { return e & (1<<rankBits - 1) })
	return append(dst, `]}}`...)
}
