package crash

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"slipher/tests/history"
)

// Accounts hold the same sum at all times.
const (
	accounts = 8
	opening  = 1000
)

// bankWork moves money between rows and keeps a ledger of it, in one transaction. Whoever reads
// sees the same sum, and balances that agree with the ledger.
var bankWork = &workload{
	name:    "bank",
	clients: 2,
	create: []string{
		"CREATE TABLE account(id INT, balance BIGINT) DISTKEY(id)",
		"CREATE TABLE ledger(round INT, v BIGINT, source INT, target INT, amount BIGINT)",
	},
	setup: func(ctx context.Context, r *round, c *client) error {
		rows := ""
		for i := range accounts {
			rows += fmt.Sprintf(", (%d, %d)", i, opening)
		}
		return r.ensure(ctx, c, "account", "id", 0, rows[2:])
	},
	step: func(ctx context.Context, r *round, c *client) {
		var err error
		switch c.rnd.IntN(4) {
		case 0:
			err = r.sum(ctx, c)
		case 1:
			err = r.audit(ctx, c)
		default:
			err = r.transfer(ctx, c)
		}
		r.refuse(err)
	},
	check: func(ctx context.Context, r *round, c *client) error {
		return errors.Join(r.audit(ctx, c), r.readSets(ctx, c, "ledger"))
	},
}

// transfer moves money, by two updates or one.
func (r *round) transfer(ctx context.Context, c *client) error {
	source := c.rnd.IntN(accounts)
	target := (source + 1 + c.rnd.IntN(accounts-1)) % accounts
	amount, id := 1+c.rnd.IntN(50), r.id()
	begin, serializable := r.rig.now(), c.rnd.IntN(3) == 0
	o, err := c.transaction(ctx, serializable, func() error {
		if c.rnd.IntN(2) == 0 {
			if err := r.update(ctx, c, 2,
				"UPDATE account SET balance = balance + CASE WHEN id = %d THEN %d ELSE %d END WHERE id IN (%d, %d)",
				source, -amount, amount, source, target); err != nil {
				return err
			}
		} else {
			if err := r.update(ctx, c, 1, "UPDATE account SET balance = balance - %d WHERE id = %d", amount,
				source); err != nil {
				return err
			}
			if err := r.update(ctx, c, 1, "UPDATE account SET balance = balance + %d WHERE id = %d", amount,
				target); err != nil {
				return err
			}
		}
		_, _, err := c.exec(ctx, "INSERT INTO ledger VALUES (%d, %d, %d, %d, %d)", r.n, id, source, target, amount)
		return err
	})
	r.record(c, begin, serializable, o, []history.Op{history.Add(r.key("ledger"), id)})
	return err
}

// update must change as many rows as it says.
func (r *round) update(ctx context.Context, c *client, rows int, format string, args ...any) error {
	_, tag, err := c.exec(ctx, format, args...)
	if want := fmt.Sprintf("UPDATE %d", rows); err == nil && tag != want {
		r.fail("%s: %s, want %s", c.name, tag, want)
	}
	return err
}

// sum reads all accounts by one statement.
func (r *round) sum(ctx context.Context, c *client) error {
	rows, _, err := c.exec(ctx, "SELECT count(*), sum(balance) FROM account")
	if err != nil {
		return err
	}
	if got, want := fmt.Sprint(rows), fmt.Sprintf("[[%d %d]]", accounts, accounts*opening); got != want {
		r.fail("%s: torn read of the accounts: %s, want %s", c.name, got, want)
	}
	return nil
}

// audit compares accounts and ledger in one transaction.
func (r *round) audit(ctx context.Context, c *client) error {
	var balances, in, out map[int]int
	_, err := c.transaction(ctx, false, func() (err error) {
		if balances, err = byAccount(ctx, c, "SELECT id, balance FROM account"); err != nil {
			return err
		}
		if in, err = byAccount(ctx, c, "SELECT target, sum(amount) FROM ledger GROUP BY target"); err != nil {
			return err
		}
		out, err = byAccount(ctx, c, "SELECT source, sum(amount) FROM ledger GROUP BY source")
		return err
	})
	if out == nil {
		return err
	}
	for i := range accounts {
		if want := opening + in[i] - out[i]; balances[i] != want || len(balances) != accounts {
			r.fail("%s: account %d has %d, by the ledger %d; all accounts: %v", c.name, i, balances[i], want, balances)
			break
		}
	}
	return err
}

func byAccount(ctx context.Context, c *client, sql string) (map[int]int, error) {
	rows, _, err := c.exec(ctx, "%s", sql)
	if err != nil {
		return nil, err
	}
	m := map[int]int{}
	for _, row := range rows {
		k, _ := strconv.Atoi(row[0])
		v, _ := strconv.Atoi(row[1])
		m[k] += v // an account that is there twice has the sum
	}
	return m, nil
}
