package pgwire

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
)

// response turns an error into the message a client sees. This is the one
// place that reads SQLSTATEs.
func response(severity string, err error) *pgproto3.ErrorResponse {
	e := sqlerr.From(err)
	if e.Code == sqlerr.InternalError && errors.Is(err, context.Canceled) {
		e = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	}
	return fields(severity, e)
}

func fields(severity string, e *sqlerr.Error) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{
		Severity:            severity,
		SeverityUnlocalized: severity,
		Code:                string(e.Code),
		Message:             e.Message,
		Detail:              e.Detail,
		Hint:                e.Hint,
		Where:               e.Where,
		Position:            int32(e.Position),
	}
}

// cause prefers the reason for which ctx ended over the error that followed from
// it, unless that error says that the outcome of a commit is not known.
func cause(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if sqlerr.From(err).Code == sqlerr.TransactionResolutionUnknown {
		return err
	}
	var e *sqlerr.Error
	if c := context.Cause(ctx); errors.As(c, &e) {
		return c
	}
	return err
}
