package plan

import "fmt"

// Loop is streams that run again and again beside another stream, which reads what they make (recursion). A turn is one
// run of Body; behind it the rows of Next are those of Work for the following turn, and Next is empty. A turn whose
// Next is empty on all nodes is the last.
type Loop struct {
	Stream     int   // runs beside; it has the receivers of Out
	Body       []int // streams, in order
	Work, Next int   // saved tables of the same columns
	Fresh      []int // tables that the body fills anew in each turn
	Out        int   // the exchange on which Body sends the rows of Work
	Inner      []int // exchanges inside Body
}

// InLoop reports whether a stream is the body of a loop.
func (q *Query) InLoop(stream int) bool {
	for _, l := range q.Loops {
		for _, b := range l.Body {
			if b == stream {
				return true
			}
		}
	}
	return false
}

// loopOut reports whether a loop's rows leave it by an exchange.
func (q *Query) loopOut(exchange int) bool {
	for _, l := range q.Loops {
		if l.Out == exchange {
			return true
		}
	}
	return false
}

func (f *formatter) loops() {
	for _, l := range f.q.Loops {
		f.line(0, "loop beside stream %d: streams %s, tbl=%d from tbl=%d", l.Stream, fmt.Sprint(l.Body), l.Work, l.Next)
	}
}
