package fn

import "slipher/catalog/types"

// phoneticGroup is SOUNDEX and DIFFERENCE: how English words sound. Redshift guide, "SOUNDEX function": letters of
// ASCII alone; others are passed over.
func phoneticGroup() Group {
	T := types.TText
	return Group{
		Ops: []*Op{
			{Name: "soundex", Shapes: []Shape{shape(str, str)},
				Doc: "The first letter, then digits of the consonants' sounds.",
				Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						s := soundex(c.Str(0, row))
						c.SetStr(row, s[:soundLength(s)])
						return nil
					})
				}},
			{Name: "difference", Shapes: []Shape{shape(str, str, i32)},
				Doc: "How many places of two words' sounds agree, 0 to 4.",
				Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						a, b := soundex(c.Str(0, row)), soundex(c.Str(1, row))
						same := int64(0)
						for i := range a {
							if a[i] == b[i] {
								same++
							}
						}
						c.SetInt(row, same)
						return nil
					})
				}},
		},
		Rows: []*Row{
			row("soundex", "soundex", types.TVarchar(4), "How an English word sounds: a letter and three digits.", T),
			row("difference", "difference", types.TInt4, "How many places of two words' sounds agree, 0 to 4.", T, T),
		},
	}
}

// sounds are the digits of the letters A to Z: 0 for those between which equal sounds count twice, '-' for H and W,
// between which they do not.
const sounds = "01230120022455012623010202"

// soundex is the American Soundex of s, blanks where s has no letters.
func soundex(s []byte) [4]byte {
	out, n, last := [4]byte{' ', ' ', ' ', ' '}, 0, byte(0)
	for _, c := range s {
		if c |= 0x20; c < 'a' || c > 'z' {
			continue
		}
		d := sounds[c-'a']
		switch {
		case n == 0:
			out = [4]byte{c &^ 0x20, '0', '0', '0'}
			n = 1
		case d != '0' && d != last:
			if out[n] = d; n == 3 {
				return out
			}
			n++
		}
		if c != 'h' && c != 'w' {
			last = d
		}
	}
	return out
}

// soundLength is 0 for a word without letters.
func soundLength(s [4]byte) int {
	if s[0] == ' ' {
		return 0
	}
	return len(s)
}
