package optimize_test

import (
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/optimize/plantest"
	"slipher/compiler/optimize/stats"
)

// tpchRows are the row counts at scale factor 1.
var tpchRows = map[string]int64{"region": 5, "nation": 25, "supplier": 10000, "customer": 150000,
	"part": 200000, "partsupp": 800000, "orders": 1500000, "lineitem": 6001215}

// tpchDistinct are the distinct values of columns at scale factor 1; other
// columns count as nearly unique.
var tpchDistinct = map[string]float64{
	"r_regionkey": 5, "r_name": 5, "n_nationkey": 25, "n_name": 25, "n_regionkey": 5, "s_suppkey": 10000,
	"s_nationkey": 25,
	"c_custkey":   150000, "c_nationkey": 25, "c_mktsegment": 5, "p_partkey": 200000, "p_mfgr": 5, "p_brand": 25,
	"p_type": 150,
	"p_size": 50, "p_container": 40, "ps_partkey": 200000, "ps_suppkey": 10000, "o_orderkey": 1500000, "o_custkey": 100000,
	"o_orderstatus": 3, "o_orderdate": 2406, "o_orderpriority": 5, "o_clerk": 1000, "o_shippriority": 1,
	"l_orderkey": 1500000, "l_partkey": 200000, "l_suppkey": 10000, "l_linenumber": 7, "l_quantity": 50, "l_discount": 11,
	"l_tax":        9,
	"l_returnflag": 3, "l_linestatus": 2, "l_shipdate": 2526, "l_commitdate": 2466, "l_receiptdate": 2554,
	"l_shipinstruct": 4, "l_shipmode": 7,
}

// withStats gives the schema the statistics of scale factor 1.
func withStats(t *testing.T, s *plantest.Schema) *plantest.Schema {
	date := func(text string) types.Datum {
		d, err := types.ParseText(types.TDate, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, rows := range tpchRows {
		tab, _ := s.Table("", "", name)
		st := &stats.Table{Format: stats.Format1, Rows: rows}
		for _, c := range tab.Columns {
			sc := stats.Column{Distinct: tpchDistinct[c.Name], Min: types.NullDatum, Max: types.NullDatum, Width: 8}
			if sc.Distinct == 0 {
				sc.Distinct = float64(rows) * 0.9
			}
			switch {
			case c.Type.Kind == types.Date:
				sc.Min, sc.Max, sc.Width = date("1992-01-01"), date("1998-12-01"), 4
			case c.Name == "l_quantity":
				sc.Min, sc.Max = types.Int(100), types.Int(5000)
			case c.Name == "l_discount":
				sc.Min, sc.Max = types.Int(0), types.Int(10)
			case c.Name == "p_size":
				sc.Min, sc.Max, sc.Width = types.Int(1), types.Int(50), 4
			case c.Type.IsString():
				sc.Width = float64(c.Type.Len)*2/3 + 1
			}
			st.Cols = append(st.Cols, sc)
		}
		s.SetStats(name, st)
	}
	return s
}
