package bind

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

func bindSQL(t *testing.T, sql string, o Options) ([]types.Type, error) {
	t.Helper()
	stmt, err := parse.ParseOne(sql, parse.Options{})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	s, err := Bind(stmt, testCatalog(t), fn.Default(), o)
	if err != nil {
		return nil, err
	}
	return ClientParams(s), nil
}

// TestClientParams proves what types $1, $2, … get: declared ones, else what
// their first use wants, else text.
func TestClientParams(t *testing.T) {
	i8 := []types.Type{types.TInt8}
	for _, c := range []struct {
		sql      string
		declared []types.Type
		want     string
	}{
		{"select * from t where i4 = $1", nil, "[integer]"},
		{"select * from t where i4 = $1", i8, "[bigint]"},
		{"select * from t where d15 > $1 and dt between $2 and $3", nil, "[numeric(18,5) date date]"},
		{"select * from t where v20 like $1 limit $2 offset $3", nil, "[character varying(65535) bigint bigint]"},
		{"select $1, $2::int, $3 + 1", nil, "[character varying(65535) integer integer]"},
		{"select $2 from t where i2 in ($1, 5)", nil, "[smallint character varying(65535)]"},
		{"select coalesce($1, i8), case when $2 then 1 else $3 end from t", nil, "[bigint boolean integer]"},
		{"insert into u values ($1, $2, $3, $4)", nil, "[integer character varying(65535) numeric(18,0) integer]"},
		{"insert into u select $1, $2", nil, "[integer character varying(65535)]"},
		{"select $1", []types.Type{types.TInt4, types.TDate}, "[integer date]"},
		{"prepare p (bigint) as select $1", nil, "[bigint]"},
		{"select dateadd(day, $1, $2)", nil, "[bigint timestamp without time zone]"},
	} {
		got, err := bindSQL(t, c.sql, Options{ParamTypes: c.declared})
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, %v; want %s", c.sql, got, err, c.want)
		}
	}
}

// TestWorkBound proves that aliases over aliases cannot grow without bound, and
// that long statements of one kind still work.
func TestWorkBound(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("select 1 as c0")
	for i := range 60 {
		fmt.Fprintf(&sb, ", c%d * c%d + 0.5 as c%d", i, i, i+1)
	}
	if _, err := bindSQL(t, sb.String(), Options{}); err == nil || sqlerr.From(err).Code != sqlerr.StatementTooComplex {
		t.Errorf("exponential aliases: %v", err)
	}
	for name, sql := range map[string]string{
		"1000 terms": "select 1" + strings.Repeat(" + i4", 999) + " from t",
		"list":       "select * from t where i4 in (1" + strings.Repeat(", 2", 20000) + ")",
		"rows":       "insert into u values (1, 'a', 2, 3)" + strings.Repeat(", (1, 'a', 2, 3)", 30000),
		"ctes":       "with a as (select 1 as x), b as (select * from a), c as (select * from b) select * from c",
	} {
		if _, err := bindSQL(t, sql, Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
