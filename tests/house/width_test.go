package house

import (
	"bytes"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// maxWidth is how many characters a line has at most, a tab counted as one. Texts that cannot be broken may be longer:
// raw strings, struct tags, long literals, directives, what is generated.
const maxWidth = 120

func TestLineWidth(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".go", ".c", ".h", ".sh":
		default:
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil || bytes.HasPrefix(source, []byte("// Code generated ")) {
			return err
		}
		free := map[int]bool{}
		if filepath.Ext(path) == ".go" {
			free = unbreakable(source)
		}
		for i, line := range bytes.Split(source, []byte("\n")) {
			if n := utf8.RuneCount(line); n > maxWidth && !free[i+1] {
				t.Errorf("%s:%d: %d characters", path, i+1, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unbreakable are the lines of a Go file that have a raw string, a literal of most of a line, a directive or
// an indented line of a comment.
func unbreakable(source []byte) map[int]bool {
	free := map[int]bool{}
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, scanner.ScanComments)
	for {
		pos, kind, text := s.Scan()
		if kind == token.EOF {
			return free
		}
		first := file.Line(pos)
		raw := kind == token.STRING && (text[0] == '`' || utf8.RuneCountInString(text) > maxWidth/2)
		verbatim := kind == token.COMMENT && (bytes.HasPrefix([]byte(text), []byte("//go:")) ||
			bytes.HasPrefix([]byte(text), []byte("//\t")))
		if raw || verbatim {
			for line := first; line <= first+bytes.Count([]byte(text), []byte("\n")); line++ {
				free[line] = true
			}
		}
	}
}
