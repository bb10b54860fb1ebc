package tpcds

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"slipher/tests/answers"
)

// table is a table of the schema and its columns' names.
type table struct {
	name, columns string
	names         []string
}

var createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)\((.*)\);$`)

// schema reads the tables of schema.sql.
func schema(t testing.TB) []table {
	t.Helper()
	text, err := os.ReadFile(answers.Shared(t, "tpcds", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	var out []table
	for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
		tab := table{name: m[1], columns: m[2]}
		for _, c := range strings.Split(regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(m[2], ""), ",") {
			tab.names = append(tab.names, strings.Fields(c)[0])
		}
		out = append(out, tab)
	}
	return out
}

// natural is the distribution that the suite's keys suggest: facts by what they are joined by most, dimensions
// everywhere if they are small.
func natural(tab table) string {
	facts := map[string]string{"store_sales": "ss_item_sk", "store_returns": "sr_item_sk", "catalog_sales": "cs_item_sk",
		"catalog_returns": "cr_item_sk", "web_sales": "ws_item_sk", "web_returns": "wr_item_sk", "inventory": "inv_item_sk",
		"item": "i_item_sk", "customer": "c_customer_sk", "customer_address": "ca_address_sk",
		"customer_demographics": "cd_demo_sk"}
	if key, ok := facts[tab.name]; ok {
		return fmt.Sprintf("DISTKEY(%s) SORTKEY(%s)", key, tab.names[0])
	}
	return fmt.Sprintf("DISTSTYLE ALL SORTKEY(%s)", tab.names[0])
}

// random is some distribution and sort key, of the columns' order at a seed.
func random(rng *rand.Rand) func(table) string {
	return func(tab table) string {
		column := func() string { return tab.names[rng.IntN(len(tab.names))] }
		dist := [...]string{"DISTSTYLE EVEN", "DISTSTYLE ALL", "DISTKEY(" + column() + ")", "DISTKEY(" + tab.names[0] + ")"}
		sort := [...]string{"", " SORTKEY(" + column() + ")", " INTERLEAVED SORTKEY(" + tab.names[0] + ")"}
		return dist[rng.IntN(len(dist))] + sort[rng.IntN(len(sort))]
	}
}
