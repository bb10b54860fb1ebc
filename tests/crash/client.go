package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/history"
)

// client is a session that comes back on another leader when it breaks.
type client struct {
	rig    *rig
	rnd    *rand.Rand
	name   string
	leader int // it asks, -1: any
	pg     *pgconn.PgConn
	patience,
	connecting time.Duration
	hasty bool
	last  string                           // the last error, with its statement and time
	log   func(format string, args ...any) // of errors, nil: not wanted
}

// Patience of clients: longer than any answer of a healthy cluster takes, also on a busy
// machine; a statement sent into the void is given up.
const (
	statementPatience = 6 * time.Second
	connectPatience   = 2 * time.Second
)

func (r *rig) client(name string, seed uint64) *client {
	return &client{rig: r, name: name, rnd: rand.New(rand.NewPCG(seed, 7)), leader: -1,
		patience: statementPatience, connecting: connectPatience}
}

// errNotSent: the statement never left the client.
var errNotSent = errors.New("not connected")

// connect makes the session if there is none.
func (c *client) connect(ctx context.Context) error {
	if c.pg != nil && !c.pg.IsClosed() {
		return nil
	}
	c.pg = nil
	leader := c.leader
	if leader < 0 {
		leader = c.rnd.IntN(len(c.rig.sql))
	}
	cfg, err := pgconn.ParseConfig(fmt.Sprintf("postgres://dev@%s/dev?sslmode=disable", c.rig.sql[leader]))
	if err != nil {
		return err
	}
	cfg.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return c.rig.dial(ctx, leader) }
	ctx, cancel := context.WithTimeout(ctx, c.connecting)
	defer cancel()
	if c.pg, err = pgconn.ConnectConfig(ctx, cfg); err != nil {
		c.pg = nil
		return fmt.Errorf("%w: %w", errNotSent, err)
	}
	return nil
}

// close ends the session without a word, as a client that crashes.
func (c *client) close() {
	if c.pg != nil {
		c.pg.Conn().Close()
		c.pg = nil
	}
}

// exec runs one statement; the rows are text.
func (c *client) exec(ctx context.Context, format string, args ...any) (rows [][]string, tag string, err error) {
	if err := c.connect(ctx); err != nil {
		c.last = err.Error()
		return nil, "", err
	}
	sql := format
	if len(args) > 0 {
		sql = fmt.Sprintf(format, args...)
	}
	ctx, cancel := context.WithTimeout(ctx, c.waits())
	defer cancel()
	many := c.pg.Exec(ctx, sql)
	for many.NextResult() {
		r := many.ResultReader()
		rows = nil
		for r.NextRow() {
			var row []string
			for _, v := range r.Values() {
				row = append(row, string(v))
			}
			rows = append(rows, row)
		}
		t, err := r.Close()
		if err != nil {
			break // many.Close gives it again
		}
		tag = t.String()
	}
	return rows, tag, c.ended(sql, many.Close())
}

// waits is how long the client waits for the next answer. Some clients hang up early now and
// then, in the middle of whatever their statement does.
func (c *client) waits() time.Duration {
	if c.hasty && c.rnd.IntN(60) == 0 {
		return time.Duration(c.rnd.IntN(15000)) * time.Microsecond
	}
	return c.patience
}

// copyIn runs a COPY … FROM STDIN.
func (c *client) copyIn(ctx context.Context, sql string, data io.Reader) error {
	if err := c.connect(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.waits())
	defer cancel()
	_, err := c.pg.CopyFrom(ctx, data, sql)
	return c.ended(sql, err)
}

// ended drops a session that is of no use any more.
func (c *client) ended(sql string, err error) error {
	var e *pgconn.PgError
	if err != nil && (!errors.As(err, &e) || c.pg.IsClosed()) {
		c.close()
	}
	if err != nil {
		c.last = fmt.Sprintf("%v %.30s: %s", c.rig.now(), sql, errorText(err))
	}
	if err != nil && c.log != nil {
		c.log("%s: %.120s: %s", c.name, sql, errorText(err))
	}
	return err
}

// code is the SQLSTATE of an error, "" for one of the connection.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func errorText(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.TrimSpace(e.Code + " " + e.Message + " " + e.Detail)
	}
	return err.Error()
}

// outcome is what a client may conclude from the answer to a statement that commits.
func outcome(err error) history.Outcome {
	switch c := code(err); {
	case err == nil:
		return history.Committed
	case errors.Is(err, errNotSent):
		return history.Failed
	case c == "", c == "08007", c == "40003", strings.HasPrefix(c, "08"):
		return history.Unknown
	}
	return history.Failed
}

// lost reports whether the session is gone, or its server not the one to ask: everything
// that a client answers by trying again.
func lost(err error) bool {
	c := code(err)
	return err != nil && (c == "" || strings.HasPrefix(c, "08") || strings.HasPrefix(c, "57") ||
		strings.HasPrefix(c, "40") || strings.HasPrefix(c, "53") || strings.HasPrefix(c, "58"))
}

// transaction runs f between BEGIN and COMMIT. What f did counts by the outcome; an error of
// f rolls back. conclude is the error that ended it.
func (c *client) transaction(ctx context.Context, serializable bool, f func() error) (history.Outcome, error) {
	begin := "BEGIN"
	if serializable {
		begin = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	}
	if _, _, err := c.exec(ctx, "%s", begin); err != nil {
		return history.Failed, err
	}
	if err := f(); err != nil {
		if c.pg != nil {
			if _, _, e := c.exec(ctx, "ROLLBACK"); e != nil {
				c.close()
			}
		}
		return history.Failed, err
	}
	_, tag, err := c.exec(ctx, "COMMIT")
	if err == nil && tag == "ROLLBACK" {
		return history.Failed, errors.New("COMMIT rolled back")
	}
	if err != nil && c.pg != nil {
		c.close() // whatever its state is
	}
	return outcome(err), err
}
