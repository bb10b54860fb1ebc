package clients

import (
	"net"
	"os/exec"
	"strings"
	"testing"

	"slipher/tests/warehouse"
)

// psql lists functions by the questions that it has for them.
func TestListOfFunctions(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	host, port, _ := net.SplitHostPort(w.Addr)
	psql := func(command string) (string, error) {
		c := exec.Command("psql", "-X", "-h", host, "-p", port, "-U", "dev", "-d", "dev", "-At", "-c", command)
		out, err := c.Output()
		return string(out), err
	}
	for _, x := range []struct{ command, want string }{
		{`\df lower`, "pg_catalog|lower|character varying|character varying|func\n"},
		{`\df listagg`, "pg_catalog|listagg|character varying|\"any\"|agg\n" +
			"pg_catalog|listagg|character varying|\"any\", character varying|agg\n"},
		{`\dfa sum`, "pg_catalog|sum|numeric|numeric|agg\n"},
		{`\dfw r*`, "pg_catalog|rank|bigint||window\n" +
			"pg_catalog|ratio_to_report|double precision|numeric|window\n" +
			"pg_catalog|row_number|bigint||window\n"},
		{`\df pg_catalog.pg_get_function_res*`, "pg_catalog|pg_get_function_result|character varying|oid|func\n"},
		{`\df date_trunc`,
			"pg_catalog|date_trunc|timestamp with time zone|character varying, timestamp with time zone|func\n" +
				"pg_catalog|date_trunc|timestamp without time zone|character varying, timestamp without time zone|func\n"},
		{`\df coalesce`, "pg_catalog|coalesce|\"any\"|VARIADIC \"any\"|func\n"},
		{`\df nothing`, ""},
		{`\df`, ""}, // of users
	} {
		out, err := psql(x.command)
		if err != nil || out != x.want {
			t.Errorf("%s: %v\n%swant\n%s", x.command, err, out, x.want)
		}
	}
	out, err := psql(`\dfS`)
	if n := strings.Count(out, "\n"); err != nil || n < 200 {
		t.Errorf("\\dfS: %d functions, %v", n, err)
	}
	if _, err := psql("create function f_half(int, x float) returns float stable as 'select x / $1' language sql"); err != nil {
		t.Fatal(err)
	}
	if out, err := psql(`\df`); err != nil || out != "public|f_half|double precision|integer, x double precision|func\n" {
		t.Errorf("\\df: %v\n%s", err, out)
	}
	if out, err := psql(`\sf f_half`); err != nil || !strings.Contains(out, " STABLE\nAS $function$select x / $1$function$") {
		t.Errorf("\\sf: %v\n%s", err, out)
	}
	if out, err := psql(`\df+ f_*`); err != nil || !strings.Contains(out, "stable") {
		t.Errorf("\\df+: %v\n%s", err, out)
	}
}
