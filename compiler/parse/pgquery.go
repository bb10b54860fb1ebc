package parse

import (
	"errors"
	"strings"
	"sync"
	"syscall"

	pg "github.com/pganalyze/pg_query_go/v5"
	cparser "github.com/pganalyze/pg_query_go/v5/parser"

	"slipher/catalog/sqlerr"
)

// parseMu serialises libpg_query: while it parses it points file descriptor 2
// at a pipe of its own and puts it back, which two threads at once would mix up
// for good.
var parseMu sync.Mutex

// callParser runs libpg_query on text. syscall.ForkLock keeps other goroutines
// from starting a process that would inherit the pipe as its standard error.
func callParser(text string) (*pg.ParseResult, error) {
	parseMu.Lock()
	defer parseMu.Unlock()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return pg.Parse(text)
}

// pgParse parses the tokens of one statement and returns its tree and offset map.
func pgParse(src string, toks []token) (*pg.Node, offsetMap, error) {
	text, m, err := rewriteDialect(src, toks)
	if err != nil {
		return nil, m, err
	}
	tree, err := callParser(text)
	if err != nil {
		return nil, m, parserError(src, text, m, err)
	}
	if len(tree.Stmts) != 1 || tree.Stmts[0].Stmt == nil {
		return nil, m, sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input").At(charPosition(src,
			toks[len(toks)-1].end))
	}
	return tree.Stmts[0].Stmt, m, nil
}

// parserError gives libpg_query's error the code PostgreSQL would and a position in the user's text.
// libpg_query hands over no SQLSTATE: its message is all there is to tell errors apart.
func parserError(src, text string, m offsetMap, err error) error {
	var pe *cparser.Error
	if !errors.As(err, &pe) {
		// The protobuf hand-over failed: nesting beyond its limit.
		return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded")
	}
	code := sqlerr.SyntaxError
	switch {
	case strings.Contains(pe.Message, "memory exhausted"), strings.Contains(pe.Message, "stack depth"):
		return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded")
	case strings.Contains(pe.Message, "not supported"), strings.Contains(pe.Message, "not implemented"):
		code = sqlerr.FeatureNotSupported
	case strings.HasPrefix(pe.Message, "frame start"), strings.HasPrefix(pe.Message, "frame end"):
		code = sqlerr.WindowingError
	}
	e := sqlerr.New(code, "%s", pe.Message)
	if pe.Cursorpos > 0 {
		// libpg_query counts characters from 1 in the rewritten text.
		e.At(charPosition(src, m.user(byteOffset(text, pe.Cursorpos-1))))
	}
	return e
}

// byteOffset is the byte offset of character n (from 0) of s.
func byteOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
