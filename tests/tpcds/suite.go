package tpcds

import (
	"fmt"
	"regexp"

	"slipher/tests/answers"
)

var averages = regexp.MustCompile(`(avg)\((\w+)\)`)

// Suite is TPC-DS.
var Suite = answers.Suite{Name: "tpcds", Queries: 99, Natural: natural,
	Format: "WITH (FORMAT csv, DELIMITER '|')", // nothing is NULL, "" an empty string
	Widened: map[int]*regexp.Regexp{7: averages, 13: averages, 22: averages, 26: averages, 27: averages, 39: averages,
		44: averages, 58: regexp.MustCompile(`(sum)\((\w+_ext_sales_price)\)`),
		83: regexp.MustCompile(`(sum)\((\w+_return_quantity)\)`)}}

// keys are what tables are distributed by: facts by what they are joined by most, with the large dimensions.
var keys = map[string]string{"store_sales": "ss_item_sk", "store_returns": "sr_item_sk", "catalog_sales": "cs_item_sk",
	"catalog_returns": "cr_item_sk", "web_sales": "ws_item_sk", "web_returns": "wr_item_sk", "inventory": "inv_item_sk",
	"item": "i_item_sk", "customer": "c_customer_sk", "customer_address": "ca_address_sk",
	"customer_demographics": "cd_demo_sk"}

// natural is the distribution that the suite's keys suggest; the other tables, all small, are everywhere.
func natural(tab answers.Table) string {
	if key, ok := keys[tab.Name]; ok {
		return fmt.Sprintf("DISTKEY(%s) SORTKEY(%s)", key, tab.Names[0])
	}
	return fmt.Sprintf("DISTSTYLE ALL SORTKEY(%s)", tab.Names[0])
}
