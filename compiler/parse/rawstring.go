package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// rawOptions are the statements whose options have literals with a reading of their own: rawText's.
var rawOptions = wordSet("copy unload")

// rawText is what an option of COPY or UNLOAD means by a string constant. Redshift's users write the same thing as '\N'
// or '\\N', '\t' or '\\t', and a backslash as '\\': plain constants mean that whatever the session's setting says. The
// letters that stand for control characters and octal numbers are read, a doubled backslash is one, and in front of
// anything else a backslash stays. Other forms (E'…', dollar quotes) have the value that they have anywhere.
//
// PostgreSQL's syntax under standard_conforming_strings keeps PostgreSQL's reading.
func (o *copyOptions) rawText(t token) (string, error) {
	plain := t.kind == tokString && o.src[t.start] == '\''
	if !plain || o.c.Postgres && o.opts.StandardStrings {
		if t.badEscape {
			return "", escapeError(o.src, t, o.opts)
		}
		return t.text, nil
	}
	l := &lexer{src: o.src, off: t.start, keep: true, backslash: !o.opts.StandardStrings}
	raw, err := l.next()
	if err != nil {
		return "", err
	}
	text, ok := readRaw(raw.text)
	if !ok {
		return "", sqlerr.New(sqlerr.InvalidByteSequence,
			"an escape in an option of COPY stands for a byte that is no character").
			At(charPosition(o.src, t.start))
	}
	return text, nil
}

// rawLetters are the letters that stand for control characters behind a backslash.
var rawLetters = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', '\\': '\\', '\'': '\''}

// readRaw reads the escapes of an option's constant; false: a byte above 127.
func readRaw(s string) (string, bool) {
	if !strings.Contains(s, `\`) {
		return s, true
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		if b, ok := rawLetters[s[i+1]]; ok {
			out.WriteByte(b)
			i++
			continue
		}
		v, n := 0, 0
		for ; n < 3 && i+1+n < len(s) && s[i+1+n] >= '0' && s[i+1+n] <= '7'; n++ {
			v = v*8 + int(s[i+1+n]-'0')
		}
		switch {
		case n == 0:
			out.WriteByte('\\')
		case v > 127:
			return "", false
		default:
			out.WriteByte(byte(v))
			i += n
		}
	}
	return out.String(), true
}
