package wire

import (
	"errors"

	"slipher/catalog/sqlerr"
)

// Unreachable is the error of a query one of whose processes another cannot reach.
func Unreachable(peer string, cause error) error {
	return LostError(sqlerr.New(sqlerr.SystemError, "cannot reach %s: %v", peer, cause))
}

// ErrLinkLost is what calls and sends get when the link to the peer breaks.
var ErrLinkLost = errors.New("the link to the peer is lost")

// Lost is the error of a query whose peer went away: what the client reads. Not
// of class 08, by which drivers would take their own connection for lost.
func Lost(peer string) error {
	return LostError(sqlerr.New(sqlerr.SystemError, "lost the connection to %s while a query was running", peer))
}

// SendError is what the client reads when Send to a peer failed: the link is lost, or what was to be sent is too large.
func SendError(peer string, err error) error {
	if errors.Is(err, ErrLinkLost) {
		return Lost(peer)
	}
	return err
}

// FromError is err as it travels; nil stays nil.
func FromError(err error) *Error {
	if err == nil {
		return nil
	}
	var we *Error
	if errors.As(err, &we) {
		return we
	}
	e := sqlerr.From(err)
	return &Error{Code: string(e.Code), Message: e.Message, Detail: e.Detail, Hint: e.Hint,
		Where: e.Where, Position: e.Position, Segment: -1, Lost: errors.Is(err, ErrLost) || errors.Is(err, ErrLinkLost)}
}

// Error makes *Error an error: a handler may return one to say node and segment.
func (e *Error) Error() string { return e.Message }

// Is says that a lost error stays one on the wire.
func (e *Error) Is(target error) bool { return target == ErrLost && e.Lost }

// SQL is the error as the client sees it.
func (e *Error) SQL() *sqlerr.Error {
	return &sqlerr.Error{Code: sqlerr.Code(e.Code), Message: e.Message, Detail: e.Detail,
		Hint: e.Hint, Where: e.Where, Position: e.Position}
}

// Unwrap lets sqlerr.From find the SQLSTATE.
func (e *Error) Unwrap() error { return e.SQL() }
