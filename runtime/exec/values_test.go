package exec

import (
	"slices"
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/block"
)

const least, most = -1 << 63, 1<<63 - 1

func numberSet(lo, hi int64, sorted ...int64) keySet {
	return keySet{ints: values[int64]{lo: lo, hi: hi, sorted: sorted}}
}

// textsOf is the set of some strings, known one by one or by their bounds.
func textsOf(each bool, texts ...string) keySet {
	if len(texts) == 0 {
		return nothing
	}
	cut := make([]string, len(texts))
	for i, s := range texts {
		cut[i] = block.CutText(s)
	}
	slices.Sort(cut)
	lo, hi := cut[0], cut[len(cut)-1]
	if !each {
		cut = nil
	}
	return textSet(lo, hi, slices.Compact(cut))
}

// A set rules out only stretches in which it has no value; one that only has bounds rules out less; an empty one, all.
func TestValuesWithin(t *testing.T) {
	all, bounds := numberSet(-5, 900, -5, 7, 7, 900), numberSet(-5, 900)
	for _, c := range []struct {
		k      keySet
		lo, hi int64
		want   bool
	}{
		{all, least, most, true}, {all, -5, -5, true}, {all, -4, 6, false}, {all, 7, 7, true}, {all, 8, 899, false},
		{all, 8, 900, true}, {all, 901, most, false}, {all, least, -6, false},
		{bounds, -4, 6, true}, {bounds, 901, most, false}, {bounds, least, -5, true},
		{nothing, least, most, false}, {nothing, 0, 0, false}, {everything, 3, 3, true}, {everything, 3, 2, false},
	} {
		if got := c.k.within(block.Range{Lo: c.lo, Hi: c.hi}); got != c.want {
			t.Errorf("%v in [%d, %d]: %v", c.k, c.lo, c.hi, got)
		}
	}
}

// section and stretch are what zone maps say of a section and a block with some strings.
func section(texts ...string) block.Range {
	r := block.Range{Lo: most, Hi: least}
	for _, s := range texts {
		k := block.TextKey(block.CutText(s))
		r.Lo, r.Hi = min(r.Lo, k), max(r.Hi, k)
	}
	return r
}

func stretch(texts ...string) block.Range {
	m := block.BlockMeta{Min: types.NullDatum, Max: types.NullDatum}
	for i, s := range texts {
		cut := block.CutText(s)
		if i == 0 || cut < m.Min.S {
			m.Min = types.String(cut)
		}
		if len(types.TrimBlanks(s)) > len(cut) {
			cut = cut[:len(cut)-1] + string([]byte{cut[len(cut)-1] + 1})
		}
		if i == 0 || cut > m.Max.S {
			m.Max = types.String(cut)
		}
	}
	return m.Range(types.Str)
}

// Sets of strings: those with many bytes in common are told apart in blocks, by eight bytes in sections.
func TestTextsWithin(t *testing.T) {
	many, blanks := strings.Repeat("a", 40), strings.Repeat(" ", 40)
	url := func(s string) string { return "https://example.org/" + s }
	for _, c := range []struct {
		name           string
		k              keySet
		in             []string
		block, section bool
	}{
		{"one of them", textsOf(true, "de", "fr"), []string{"de"}, true, true},
		{"between", textsOf(true, "de", "fr"), []string{"el", "fi"}, false, false},
		{"between bounds", textsOf(false, "de", "fr"), []string{"el", "fi"}, true, true},
		{"below", textsOf(false, "de", "fr"), []string{"at", "be"}, false, false},
		{"above", textsOf(false, "de", "fr"), []string{"gr", "zw"}, false, false},
		{"longer than the least", textsOf(false, "de", "fr"), []string{"dea"}, true, true},
		{"longer than the greatest", textsOf(false, "de", "fr"), []string{"fra"}, false, false},
		{"shorter", textsOf(true, "de", "fr"), []string{"d", "dd"}, false, false},
		{"blanks behind", textsOf(true, "de  ", "fr"), []string{"de", "de    "}, true, true},
		{"the empty string", textsOf(true, "", "x"), []string{"", "a"}, true, true},
		{"blanks alone", textsOf(true, "   "), []string{"  "}, true, true},
		{"no empty string", textsOf(true, "a"), []string{""}, false, false},
		{"high bytes", textsOf(true, "é", "\xff\xff"), []string{"z", "{"}, false, false},
		{"of high bytes", textsOf(true, "\xff\xff\xff"), []string{"é", "\xff\xff\xff\xff"}, true, true},
		{"far in common", textsOf(true, url("c"), url("x")), []string{url("d"), url("e")}, false, true},
		{"in common and wanted", textsOf(true, url("c"), url("x")), []string{url("a"), url("d")}, true, true},
		{"beyond what is kept", textsOf(true, many+"x"), []string{many + "b"}, true, true},
		{"blanks within", textsOf(true, "a"+blanks+"b"), []string{"a" + blanks + "b"}, true, true},
		{"blanks within the first bytes", textsOf(true, "a       b"), []string{"a"}, false, false},
		{"nothing known", everything, []string{"a"}, true, true},
		{"no keys", nothing, []string{"a"}, false, false},
		{"no values", textsOf(true, "a"), nil, false, false},
	} {
		if got := c.k.within(stretch(c.in...)); got != c.block {
			t.Errorf("%s, a block: %v", c.name, got)
		}
		if got := c.k.within(section(c.in...)); got != c.section {
			t.Errorf("%s, a section: %v", c.name, got)
		}
	}
}

// A union has what either set has, whatever is known of them, in any order.
func TestValuesWith(t *testing.T) {
	many := func(from, n int) keySet {
		var texts []string
		for i := range n {
			texts = append(texts, "k"+string([]byte{byte(from), byte(i >> 8), byte(i)}))
		}
		return textsOf(true, texts...)
	}
	for _, c := range []struct {
		name   string
		a, b   keySet
		has    []string
		hasNot []string
	}{
		{"both known", textsOf(true, "b", "d"), textsOf(true, "d", "f"), []string{"b", "d", "f"},
			[]string{"a", "c", "e", "g"}},
		{"bounds", textsOf(true, "b", "d"), textsOf(false, "e", "f"), []string{"b", "c", "d", "e", "f"}, []string{"a", "g"}},
		{"one is empty", nothing, textsOf(true, "b", "d"), []string{"b", "d"}, []string{"a", "c", "e"}},
		{"both are empty", nothing, nothing, nil, []string{"", "a", "\xff"}},
		{"one may be anything", textsOf(true, "b"), everything, []string{"", "a", "\xff"}, nil},
		{"too many to know", many(1, mostTexts), many(3, 1), []string{"k\x01\x00\x00", "k\x01\x0f\xff", "k\x03\x00\x00"},
			[]string{"a", "k", "k\x04"}},
	} {
		for _, k := range []keySet{c.a.with(&c.b), c.b.with(&c.a)} {
			for _, s := range c.has {
				if !k.within(stretch(s)) || !k.within(section(s)) {
					t.Errorf("%s: %q is left out", c.name, s)
				}
			}
			for _, s := range c.hasNot {
				if k.within(stretch(s)) {
					t.Errorf("%s: %q is in it", c.name, s)
				}
			}
		}
	}
	a, b := numberSet(1, 5, 1, 5), numberSet(9, 9, 9)
	if k := a.with(&b); !slices.Equal(k.ints.sorted, []int64{1, 5, 9}) || k.ints.lo != 1 || k.ints.hi != 9 {
		t.Errorf("numbers: %v", k)
	}
}
