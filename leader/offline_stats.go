package leader

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/optimize/stats"
)

// statsForm is statistics of tables as JSON, by name:
//
//	{"movies": {"rows": 3201, "columns": {"year": {"distinct": 90, "nulls": 0, "min": "1928", "max": "2010", "width": 4,
//	   "common": [["2004", 0.05]], "bounds": ["1928", "1990", "2010"], "sample": ["1999", null]}},
//	  "joint": [{"columns": ["title", "year"], "distinct": 3100}]}}
//
// All but rows may be missing. Samples of a table's columns are of the same rows.
type statsForm map[string]tableForm

type tableForm struct {
	Rows    int64                 `json:"rows"`
	Columns map[string]columnForm `json:"columns"`
	Joint   []jointForm           `json:"joint,omitempty"`
}

type columnForm struct {
	Distinct float64      `json:"distinct"`
	Nulls    float64      `json:"nulls,omitempty"`
	Min      *string      `json:"min,omitempty"`
	Max      *string      `json:"max,omitempty"`
	Width    float64      `json:"width,omitempty"`
	Common   []commonForm `json:"common,omitempty"`
	Bounds   []*string    `json:"bounds,omitempty"`
	Sample   []*string    `json:"sample,omitempty"`
}

// commonForm is [value, share].
type commonForm struct {
	value string
	share float64
}

func (c commonForm) MarshalJSON() ([]byte, error) { return json.Marshal([]any{c.value, c.share}) }

func (c *commonForm) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&c.value, &c.share})
}

type jointForm struct {
	Columns  []string `json:"columns"`
	Distinct float64  `json:"distinct"`
}

// Stats reads statistics from JSON; see statsForm.
func (o *Offline) Stats(data []byte) error {
	var in statsForm
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	for name, s := range in {
		t := o.cat.Table(state.DefaultDatabase, "public", name)
		if t == nil {
			return fmt.Errorf("statistics: there is no table %q", name)
		}
		out, err := s.table(t)
		if err != nil {
			return fmt.Errorf("statistics of %s: %w", name, err)
		}
		o.statsRead++
		out.Name = fmt.Sprintf("%s %d", name, o.statsRead) // samples are remembered by it
		o.stats[name] = out
	}
	return nil
}

func (f *tableForm) table(t *state.Table) (*stats.Table, error) {
	out := &stats.Table{Format: stats.Format2, Rows: f.Rows, Cols: make([]stats.Column, len(t.Columns))}
	samples := make([][]types.Datum, len(t.Columns))
	for i := range out.Cols {
		out.Cols[i].ID, out.Cols[i].Min, out.Cols[i].Max = t.Columns[i].ID, types.NullDatum, types.NullDatum
	}
	for name, c := range f.Columns {
		i := t.Column(name)
		if i < 0 {
			return nil, fmt.Errorf("it has no column %q", name)
		}
		col := &out.Cols[i]
		col.Distinct, col.NullFrac, col.Width = c.Distinct, c.Nulls, c.Width
		var bad error
		parse := func(text *string) types.Datum {
			if text == nil || bad != nil {
				return types.NullDatum
			}
			d, err := types.ParseText(t.Columns[i].Type, *text)
			if err != nil {
				bad = fmt.Errorf("column %s: %w", name, err)
			}
			return d
		}
		col.Min, col.Max = parse(c.Min), parse(c.Max)
		for _, m := range c.Common {
			col.Common = append(col.Common, stats.Common{Value: parse(&m.value), Share: m.share})
		}
		for _, b := range c.Bounds {
			col.Bounds = append(col.Bounds, parse(b))
		}
		for _, v := range c.Sample {
			samples[i] = append(samples[i], parse(v))
		}
		if bad != nil {
			return nil, bad
		}
	}
	for i, values := range samples {
		if len(values) > 0 {
			out.Cols[i].Sample = stats.EncodeSample(t.Columns[i].Type.Phys(), values)
			out.Sampled = int32(len(values))
		}
	}
	for _, j := range f.Joint {
		k := stats.Joint{Distinct: j.Distinct}
		for _, name := range j.Columns {
			i := t.Column(name)
			if i < 0 {
				return nil, fmt.Errorf("it has no column %q", name)
			}
			k.Columns = append(k.Columns, t.Columns[i].ID)
		}
		out.Joints = append(out.Joints, k)
	}
	return out, nil
}

// KeepCounts puts the counts that were read for a table, and its bounds, into st.
func (o *Offline) KeepCounts(table string, st *stats.Table) {
	have := o.stats[table]
	if have == nil || len(have.Cols) != len(st.Cols) {
		return
	}
	st.Rows = have.Rows
	for i := range st.Cols {
		c := have.Cols[i]
		if c.Distinct > 0 {
			st.Cols[i].Distinct, st.Cols[i].NullFrac, st.Cols[i].Width = c.Distinct, c.NullFrac, c.Width
			st.Cols[i].Min, st.Cols[i].Max = c.Min, c.Max
		}
	}
}

// Sizes bounds what FormatStats writes of a column.
type Sizes struct{ Common, Parts, Sample int }

// FormatStats is statistics of tables, by their names, as JSON for Stats. Columns are those that named has.
func (o *Offline) FormatStats(tables map[string]*stats.Table, named func(table, column string) bool,
	sizes Sizes) ([]byte, error) {
	out := bytes.NewBufferString("{")
	for n, name := range slices.Sorted(maps.Keys(tables)) {
		t, st := o.cat.Table(state.DefaultDatabase, "public", name), tables[name]
		if t == nil || len(st.Cols) != len(t.Columns) {
			return nil, fmt.Errorf("statistics of another table %q", name)
		}
		if n > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(out, "\n  %q: {\"rows\": %d, \"columns\": {", name, st.Rows)
		first := true
		for i := range t.Columns {
			if !named(name, t.Columns[i].Name) {
				continue
			}
			c, err := formOf(t.Columns[i].Type, &st.Cols[i], int(st.Sampled), sizes)
			if err != nil {
				return nil, err
			}
			text, err := json.Marshal(c)
			if err != nil {
				return nil, err
			}
			if !first {
				out.WriteString(",")
			}
			first = false
			fmt.Fprintf(out, "\n    %q: %s", t.Columns[i].Name, text)
		}
		out.WriteString("}")
		if len(st.Joints) > 0 {
			var joint []jointForm
			for _, j := range st.Joints {
				f := jointForm{Distinct: math.Round(j.Distinct)}
				for i := range t.Columns {
					if slices.Contains(j.Columns, t.Columns[i].ID) {
						f.Columns = append(f.Columns, t.Columns[i].Name)
					}
				}
				joint = append(joint, f)
			}
			text, err := json.Marshal(joint)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(out, ",\n    \"joint\": %s", text)
		}
		out.WriteString("}")
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

func formOf(t types.Type, c *stats.Column, sampled int, sizes Sizes) (columnForm, error) {
	text := func(d types.Datum) *string {
		if d.Null {
			return nil
		}
		s := types.FormatText(t, d)
		return &s
	}
	round := func(f float64) float64 { return math.Round(f*1e6) / 1e6 }
	out := columnForm{Distinct: math.Round(c.Distinct), Nulls: round(c.NullFrac), Min: text(c.Min), Max: text(c.Max),
		Width: math.Round(c.Width*10) / 10}
	for _, m := range c.Common[:min(len(c.Common), sizes.Common)] {
		out.Common = append(out.Common, commonForm{*text(m.Value), round(m.Share)})
	}
	if n := len(c.Bounds); n > 1 {
		parts := min(n-1, sizes.Parts)
		for k := range parts + 1 {
			out.Bounds = append(out.Bounds, text(c.Bounds[k*(n-1)/parts]))
		}
	}
	if len(c.Sample) == 0 {
		return out, nil
	}
	values, err := c.SampleValues(t.Phys(), sampled)
	if err != nil {
		return out, err
	}
	for _, v := range values[:min(sampled, sizes.Sample)] {
		out.Sample = append(out.Sample, text(v))
	}
	return out, nil
}
