package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var (
	mostly8Encoding  = mostly(encMostly8, "mostly8", 8)
	mostly16Encoding = mostly(encMostly16, "mostly16", 16)
	mostly32Encoding = mostly(encMostly32, "mostly32", 32)
)

// mostly makes MOSTLYn: legal for numbers wider than n bits.
func mostly(id uint8, name string, bits int) Encoding {
	return Encoding{ID: id, Name: name,
		Legal: func(t types.Type) bool {
			return (t.IsInteger() || t.Kind == types.Decimal) && t.Phys().Width()*8 > bits
		},
		encode: func(e *Encoder) error {
			return e.values(codec.Set(codec.For), bits)
		},
		Doc: "Sections whose values fit are stored in so many bits; others in as many as their range needs.",
	}
}
