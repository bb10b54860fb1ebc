package types

// Known is a type of Redshift's guide, by its name and its other ones. Whether it is there is asked of the table of
// kinds.
type Known struct {
	Name    string
	Others  []string
	Differs string // what is not as the guide says
	Missing string // why it is not there
}

// There reports whether tables have columns of the type, by all its names.
func (k *Known) There() bool {
	for _, n := range append([]string{k.Name}, k.Others...) {
		a := AliasOf(n)
		if a == nil {
			return false
		}
		if t, err := a.Type(nil, false); err != nil || !t.IsColumn() {
			return false
		}
	}
	return true
}

// Redshift lists the types of Redshift's guide. docs/REDSHIFT.md is made of it.
func Redshift() []*Known { return redshift }

// redshift is the guide's "Data types".
var redshift = []*Known{
	{Name: "smallint", Others: []string{"int2"}},
	{Name: "integer", Others: []string{"int", "int4"}},
	{Name: "bigint", Others: []string{"int8"}},
	{Name: "decimal", Others: []string{"numeric"}},
	{Name: "real", Others: []string{"float4"}},
	{Name: "double precision", Others: []string{"float8", "float"}},
	{Name: "boolean", Others: []string{"bool"}},
	{Name: "char", Others: []string{"character", "nchar"}},
	{Name: "bpchar"},
	{Name: "varchar", Others: []string{"character varying", "nvarchar", "text"}},
	{Name: "date"},
	{Name: "time", Others: []string{"time without time zone"}},
	{Name: "timetz", Others: []string{"time with time zone"}},
	{Name: "timestamp", Others: []string{"timestamp without time zone"}},
	{Name: "timestamptz", Others: []string{"timestamp with time zone"}},
	{Name: "interval year to month"},
	{Name: "interval day to second"},
	{Name: "super"},
	{Name: "varbyte", Others: []string{"varbinary", "binary varying"}},
	{Name: "geometry", Missing: "not yet built"},
	{Name: "geography", Missing: "not yet built"},
	{Name: "hllsketch", Differs: "the hash, and how Base64 says a dense sketch, are not documented: sketches are put " +
		"together with such as were made here"},
}
