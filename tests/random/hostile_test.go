package random

import (
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// A large load of nothing but bad records ends with the first one's error: the
// text that no node takes any more holds nobody up.
func TestLoadOfGarbage(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			conn.Exec(t, "create table g(i int, v varchar(100)) diststyle even")
			conn.Exec(t, "set statement_timeout = '60s'")
			began := time.Now()
			_, err := conn.CopyIn("copy g from stdin with (format csv)",
				strings.NewReader(strings.Repeat("nonsense,"+strings.Repeat("x", 90)+"\n", 120000)))
			if cluster.Code(err) != "22P02" {
				t.Errorf("after %s: %v", time.Since(began), err)
			}
			if n := conn.One(t, "select count(*) from g"); n != "0" {
				t.Errorf("%s rows are there", n)
			}
		})
	}
}
