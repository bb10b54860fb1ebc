package types

// The kinds. Values are written to disk and wire: never renumber.
const (
	Unknown   Kind = 0 // an untyped string literal or NULL
	Bool      Kind = 1
	Int2      Kind = 2
	Int4      Kind = 3
	Int8      Kind = 4
	Decimal   Kind = 5
	Float4    Kind = 6
	Float8    Kind = 7
	Char      Kind = 8
	Varchar   Kind = 9
	Date      Kind = 10
	Timestamp Kind = 11
	Interval  Kind = 12 // expressions only, never a stored column: see its file
	OID       Kind = 13 // catalog relations only; physically an I64
	Name      Kind = 14 // catalog relations only; physically a Str
	Time      Kind = 15

	Array      Kind = 16 // expressions and catalog relations only, as the next two: see their file
	Int2Vector Kind = 17
	OIDVector  Kind = 18

	Timestamptz Kind = 19
	IntervalYM  Kind = 20
	IntervalDS  Kind = 21
	Varbyte     Kind = 22
	UUID        Kind = 23
	Timetz      Kind = 24
	Super       Kind = 25
	HLLSketch   Kind = 26
)

// kinds are the rows by number, byName the names that users write.
var (
	kinds  []*kind
	byName map[string]*Alias
)

// Rows call back into the table: it is made by hand.
func init() {
	kinds = []*kind{
		Unknown:   unknownKind(),
		Bool:      boolKind(),
		Int2:      int2Kind(),
		Int4:      int4Kind(),
		Int8:      int8Kind(),
		Decimal:   decimalKind(),
		Float4:    float4Kind(),
		Float8:    float8Kind(),
		Char:      charKind(),
		Varchar:   varcharKind(),
		Date:      dateKind(),
		Timestamp: timestampKind(),
		Interval:  intervalKind(),
		OID:       oidKind(),
		Name:      nameKind(),
		Time:      timeKind(),

		Array:      arrayKind(),
		Int2Vector: int2VectorKind(),
		OIDVector:  oidVectorKind(),

		Timestamptz: timestamptzKind(),
		IntervalYM:  intervalYMKind(),
		IntervalDS:  intervalDSKind(),
		Varbyte:     varbyteKind(),
		UUID:        uuidKind(),
		Timetz:      timetzKind(),
		Super:       superKind(),
		HLLSketch:   hllSketchKind(),
	}
	byName = namesOf(kinds)
	for k, r := range kinds {
		if r.physOf == nil {
			fixedPhys[k] = r.phys
		}
	}
}

// refused are types of Redshift and PostgreSQL that do not exist yet, by all their names.
const refused = `binary geometry geography bytea
	json jsonb money xml bit serial bigserial smallserial serial2 serial4 serial8 inet cidr macaddr tsvector
	regclass regproc regtype regnamespace xid cid tid aclitem`

// pgTypes are the other types whose oids clients ask for: they cannot be computed with, drivers look them up when
// they connect.
var pgTypes = []PgType{
	{17, "bytea", -1, "U", 1001, 0, ""}, {18, "char", 1, "S", 1002, 0, `"char"`},
	{24, "regproc", 4, "N", 0, 0, ""}, {25, "text", -1, "S", 1009, 0, ""}, {27, "tid", 6, "U", 0, 0, ""},
	{28, "xid", 4, "U", 0, 0, ""}, {29, "cid", 4, "U", 0, 0, ""},
	{702, "abstime", 4, "D", 0, 0, ""},
	{1000, "_bool", -1, "A", 0, 16, ""}, {1002, "_char", -1, "A", 0, 18, ""}, {1003, "_name", -1, "A", 0, 19, ""},
	{1005, "_int2", -1, "A", 0, 21, ""}, {1007, "_int4", -1, "A", 0, 23, ""}, {1009, "_text", -1, "A", 0, 25, ""},
	{1014, "_bpchar", -1, "A", 0, 1042, ""}, {1015, "_varchar", -1, "A", 0, 1043, ""}, {1016, "_int8", -1, "A", 0, 20, ""},
	{1021, "_float4", -1, "A", 0, 700, ""}, {1022, "_float8", -1, "A", 0, 701, ""}, {1028, "_oid", -1, "A", 0, 26, ""},
	{1033, "aclitem", 12, "U", 1034, 0, ""}, {1034, "_aclitem", -1, "A", 0, 1033, ""},
	{1790, "refcursor", -1, "U", 0, 0, ""},
	{2205, "regclass", 4, "N", 0, 0, ""}, {2206, "regtype", 4, "N", 0, 0, ""}, {2249, "record", -1, "P", 0, 0, ""},
	{2275, "cstring", -2, "P", 0, 0, ""},
	{2276, "any", 4, "P", 0, 0, `"any"`}, {2279, "trigger", 4, "P", 0, 0, ""},
	{3000, "geometry", -1, "U", 0, 0, ""},
	{3001, "geography", -1, "U", 0, 0, ""},
}
