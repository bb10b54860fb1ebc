package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

const (
	// autoSample is after how many rows a dictionary of strings is given up if most are distinct.
	autoSample = 8192
	// autoFloatDict is the number of distinct values up to which doubles get a dictionary.
	autoFloatDict = 256
)

// auto encodes by what the data looks like: whole numbers and BOOL as AZ64, floats by a small dictionary if
// there are few values, strings by a dictionary if it saves a third, else raw, LZ4 if that saves a fifth.
func (e *Encoder) auto(t types.Type) error {
	use := func(id uint8) { e.head.encoding = id }
	switch {
	case e.col.Class.IsInt():
		use(encAZ64)
		return e.values(az64Modes, 0)
	case e.col.Class.IsFloat():
		n, err := e.dict(autoFloatDict, 0)
		if err != nil {
			return err
		}
		if n < autoFloatDict && e.col.Rows > 2*n {
			use(encBytedict)
			return e.dictValues(n)
		}
		use(encRaw)
		return e.values(codec.Set(codec.Const), 0)
	}
	raw := e.stats.Bytes + e.col.Rows
	n, err := e.dict(codec.NoCode, autoSample)
	if err != nil {
		return err
	}
	if n >= 0 {
		bits := 0
		for 1<<bits < n {
			bits++
		}
		if dict := 18*n + e.dictBytes(n) + e.col.Rows*bits/8; dict < raw*2/3 {
			use(encBytedict)
			return e.dictStrs(n, codeModes)
		}
	}
	use(encRaw)
	if err := e.strs(); err != nil {
		return err
	}
	if e.used < 4096 {
		return nil
	}
	if err := e.compress(lz4Body); err != nil {
		return err
	}
	if e.head.stored > e.used*4/5 {
		e.head.compression = plainBody
		return nil
	}
	use(encLZO)
	return nil
}
