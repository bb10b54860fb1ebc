package fn

import "strings"

// quoteIdent is s as a name: in double quotes unless a name may be written so, which a reserved word may not.
func quoteIdent(s string) string {
	plain := s != "" && !(s[0] >= '0' && s[0] <= '9') && !keywords[s]
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// quoteLiteral is s as a literal that reads back as s whatever standard_conforming_strings says: with a
// backslash in it, it says itself how backslashes are read.
func quoteLiteral(s string) string {
	r := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(r, `\`, `\\`)
	}
	return r
}

// keywords are the words that cannot stand everywhere a name can: those of PostgreSQL's grammar (its Appendix C,
// all but the unreserved) and the Redshift guide's reserved words.
var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(postgresWords + redshiftWords) {
		m[w] = true
	}
	return m
}()

const postgresWords = `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean
	both case cast char character check coalesce collate collation column concurrently constraint create cross
	current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal
	default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full
	grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull
	join json_array json_arrayagg json_object json_objectagg lateral leading least left like limit localtime
	localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or order out
	outer overlaps overlay placing position precision primary real references returning right row select session_user
	setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat
	trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
	xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable `

const redshiftWords = `aes128 aes256 allowoverwrite az64 backup blanksasnull bytedict bzip2 connect credentials deflate
	defrag delta delta32k disable emptyasnull enable encode encrypt encryption explicit globaldict256 globaldict64k gzip
	identity ignore lun luns lzo lzop minus mostly8 mostly16 mostly32 new off offline oid old open parallel partition
	percent permissions pivot qualify raw readratio recover rejectlog resort respect restore snapshot sysdate system tag
	tdes text255 text32k top truncatecolumns unnest unpivot wallet without`
