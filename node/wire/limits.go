package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/bound"
	"slipher/catalog/sqlerr"
)

// Limits of messages. The sender checks them (checkMessage, checkFrame) and fails with 54000 before anything is sent;
// the receiver refuses what is beyond all the same, for a confused or forged peer must not make it allocate: its
// buffers grow as bytes arrive.
//
// Lists have bound.Elements entries at most, msgp's //msgp:limit, but for the fields with a limit of their own
// (tag limit=), which a test compares with these constants.
const (
	// MaxCode is for the code of one segment, sealed, of either tier. Code for primitives has about 370 bytes for each
	// row of a VALUES of two columns that are not all constants (20,000 rows: 7.4 MB) and 1400 for each term of a WHERE
	// (1500 terms: 2 MB): a statement of 1 MB passes with room to spare.
	MaxCode = 64 << 20
	// MaxRowSet is for the set of deleted rows of one object: 64 MB hold any of 500 million rows. (What is to be committed
	// has less: the log takes 32 MB.)
	MaxRowSet = 64 << 20
	// MaxMessage is for a control message: the code of a query's segments, its constants (230 bytes each) and objects
	// (about 100 bytes each).
	MaxMessage = 256 << 20
	// MaxBody is for the body of a data message: a chunk of 1024 of the widest rows has 64 KB for each string.
	MaxBody = 1 << 30
	// maxHeader is for its head, which has a file's name in it.
	maxHeader = 64 << 10
)

// checkMessage refuses a message that its receiver would.
func checkMessage(m Message) error {
	if m.Msgsize() <= bound.Elements { // an upper bound: no list or bytes in it can be longer
		return nil
	}
	return bound.Check(m)
}

// checkFrame refuses a message whose encoded form is too large.
func checkFrame(m Message, n int) error {
	if n > MaxMessage {
		return bound.Exceeds("a message to another process ("+strings.TrimPrefix(fmt.Sprintf("%T", m), "*wire.")+")", "bytes",
			n, MaxMessage)
	}
	return nil
}

// checkBody refuses rows that are too large for one message.
func checkBody(n int) error {
	if n > MaxBody {
		return bound.Exceeds("a chunk of rows", "bytes", n, MaxBody)
	}
	return nil
}

// tooLarge makes a decoder's complaint about a limit one that says so: 54000.
func tooLarge(err error) error {
	if errors.Is(err, msgp.ErrLimitExceeded) {
		return sqlerr.Wrap(fmt.Errorf("a message has more than the limits allow: %w", err), sqlerr.ProgramLimitExceeded)
	}
	return err
}
