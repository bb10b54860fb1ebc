package clients

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/tests/warehouse"
)

// Many clients at once query, write, make and drop tables, cancel and vanish.
// Whatever they are told, it is no internal error, and at the end the counts are right.
func TestStorm(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) { storm(t, warehouse.Start(t, shape.Options)) })
	}
}

func storm(t *testing.T, w *warehouse.Warehouse) {
	main := w.Connect(t)
	warehouse.Exec(t, main, "CREATE TABLE kept (client INTEGER, n INTEGER) DISTKEY(n)")
	const clients, rounds = 12, 12
	inserted := make([]int, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewSource(int64(i)))
			for r := range rounds {
				c, err := pgx.Connect(context.Background(), "postgres://dev@"+w.Addr+"/dev?sslmode=disable")
				if err != nil {
					t.Error(err)
					return
				}
				inserted[i] += round(t, c, rng, i, r)
			}
		}()
	}
	wg.Wait()
	for i, n := range inserted {
		got, err := warehouse.Query(main, fmt.Sprintf("SELECT COUNT(*) FROM kept WHERE client = %d", i))
		if err != nil || got.Rows[0][0] != fmt.Sprint(n) {
			t.Errorf("client %d: %v rows, want %d (%v)", i, got, n, err)
		}
	}
}

// round is one connection's life. It returns how many rows it has written for certain.
func round(t *testing.T, c *pgx.Conn, rng *rand.Rand, client, r int) (written int) {
	ctx := context.Background()
	defer c.Close(ctx)
	run := func(sql string) bool {
		_, err := c.PgConn().Exec(ctx, sql).ReadAll()
		var pe *pgconn.PgError
		if errors.As(err, &pe) && (pe.Code == string(sqlerr.InternalError) || pe.Code == string(sqlerr.DataCorrupted)) {
			t.Errorf("%s: %v", sql, err)
		}
		return err == nil
	}
	table := fmt.Sprintf("t%d_%d", client, r)
	switch rng.Intn(5) {
	case 0: // write
		if run(fmt.Sprintf("INSERT INTO kept VALUES (%d,1),(%d,2),(%d,3)", client, client, client)) {
			written = 3
		}
	case 1: // make, fill, join, drop
		run(fmt.Sprintf("CREATE TABLE %s (a INTEGER, b VARCHAR(20))", table))
		run(fmt.Sprintf("INSERT INTO %s SELECT n, 'x' FROM kept", table))
		run(fmt.Sprintf("SELECT COUNT(*) FROM %s JOIN kept ON a = n", table))
		run("DROP TABLE " + table)
	case 2: // cancel
		go func() {
			time.Sleep(time.Duration(rng.Intn(20)) * time.Millisecond)
			c.PgConn().CancelRequest(ctx)
		}()
		run("SELECT COUNT(*) FROM kept a, kept b, kept c WHERE a.n + b.n + c.n > 0")
	case 3: // vanish in mid-query
		hj, err := c.PgConn().Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		hj.Frontend.SendQuery(&pgproto3.Query{String: "SELECT COUNT(*) FROM kept a, kept b, kept c, kept d"})
		hj.Frontend.Flush()
		hj.Conn.Close()
	case 4: // look around
		run("SELECT relname FROM pg_class ORDER BY 1")
		run("SELECT slice, SUM(rows) FROM stv_tbl_perm GROUP BY slice")
		run("SELECT 1/0")
		run("SELECT nonsense")
	}
	return written
}
