package parse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
)

// planted are statements with a secret at each % in them: such that run, such that are refused, and
// such that are no statements at all.
var planted = []string{
	`COPY t FROM '/x' CREDENTIALS '%'`, `COPY t FROM '/x' WITH CREDENTIALS AS 'aws_access_key_id=%;aws_secret_access_key=%' CSV`,
	`COPY t FROM '/x' ACCESS_KEY_ID '%' SECRET_ACCESS_KEY '%' SESSION_TOKEN '%' DELIMITER '|'`,
	`COPY t FROM '/x' /* was '%' */ ACCESS_KEY_ID AS '%' IAM_ROLE 'arn'`, `COPY t FROM 's3://%:%@bucket/x' CSV`,
	`COPY t FROM 's3://bucket/x?X-Amz-Signature=%'`, `COPY t FROM '/x' CREDENTIALS '%' MANIFEST`, `COPY t FROM '/x' CREDENTIALS '%' NONSENSE`,
	`COPY t FROM '/x' CREDENTIALS '%' '%'`, `COPY t FROM '/x' ACCESS_KEY_ID = '%'`, `COPY t FROM '/x' MASTER_SYMMETRIC_KEY '%' ENCRYPTED`,
	`COPY t FROM '/x' CREDENTIALS "%"`, `COPY t FROM '/x' CREDENTIALS %`, `COPY t FROM '/x' CREDENTIALS $$%$$`, `COPY t FROM '/x' CREDENTIALS U&'%'`,
	`COPY t FROM '/x' CREDENTIALS 'a' ENCODING '%'`, `COPY t FROM '/x' CREDENTIALS '%`, `COPY t FROM '/x' SECRET_ACCESS_KEY E'\'%' QUOTE 'xx'`,
	`CREATE USER u PASSWORD '%'`, `CREATE USER u WITH PASSWORD 'md5%' CREATEDB`, `CREATE USER u PASSWORD 'sha256|%' VALID UNTIL '2030-01-01'`,
	`ALTER USER u PASSWORD '%'`, `ALTER USER u WITH ENCRYPTED PASSWORD "%"`, `ALTER ROLE r PASSWORD %`, `CREATE GROUP g WITH USER u PASSWORD '%'`,
	`CREATE USER u PASWORD '%'`, `CREATE USER u PASWORD %`, `ALTER USER u IDENTIFIED BY %`, `CREATE USER u PASSWORD '%`, `CREAT USER u PASSWORD '%'`,
	`CREATE USER u PASSWORD 'a\'%\''`, `CREATE USER u PASSWORD 'a\' % '' '`, `WITH PASSWORD '%'`, `WITH CREDENTIALS AS '%' SELECT`,
	`UNLOAD ('select 1') TO 's3://b' CREDENTIALS '%'`, `UNLOAD ('select 1') TO 's3://b' ACCESS_KEY_ID '%' SECRET_ACCESS_KEY '%'`,
	`UNLOAD ('select 1') TO '%`, `CREATE EXTERNAL SCHEMA s FROM POSTGRES URI 'postgres://u:%@h' SECRET_ARN '%'`,
	`SET my.password TO '%'`, `SET my.api_key = %`, `SET SESSION my.secret = '%', '%'`, `SET PASSWORD '%'`, `SET aws_secret_access_key TO '%'`,
	`SELECT set_config('my.token', '%', false)`, `SELECT 1, pg_catalog.set_config('app.secret', '%' || '%', false) FROM t`,
	`PREPARE p AS SELECT set_config('my.token', '%', false)`, `EXPLAIN SELECT set_config('my.token', '%', false)`,
	`SELECT set_config('my.token', '%' FRM`, `select 1; CREATE USER u PASSWORD '%'; select 2`, `select '; CREATE USER u PASSWORD '%'`,
	`PREPARE p AS CREATE USER u PASSWORD '%'`, `EXPLAIN COPY t FROM '/x' CREDENTIALS '%'`, `SELECT 'a' 'CREATE USER u PASSWORD ' '%'`,
	`ALTER USER u PASSWORD '%' ü \`, `/* PASSWORD '%' */ CREATE USER u PASSWORD '%'`, `CREATE USER u PASSWORD '` + "\x00" + `%'`,
}

// secretText is what people take for a password; it is no word that statements hold.
func secretText(r *rand.Rand) string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	s := "q"
	for range 11 {
		s += string(letters[r.IntN(len(letters))])
	}
	return s
}

// No secret is in what is kept of a statement, nor in what is said and logged of a text that is none.
func TestSecrets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, template := range planted {
		for _, o := range readings {
			checkSecret(t, template, secretText(r), o)
		}
	}
}

func checkSecret(t *testing.T, template, secret string, o Options) {
	t.Helper()
	src := strings.ReplaceAll(template, "%", secret)
	leaks := func(what, text string) {
		t.Helper()
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Errorf("%s\n%s: %s", src, what, text)
		}
	}
	leaks("unread", Redact(src, o))
	stmts, err := Parse(src, o)
	if err != nil {
		for what, err := range map[string]error{"error": err, "log": RedactError(src, o, err)} {
			e := sqlerr.From(err)
			leaks(what, fmt.Sprint(e.Message, e.Detail, e.Hint, e.Where))
		}
	}
	for _, s := range stmts {
		leaks("kept", s.Redacted())
		again, err := ParseOne(s.Redacted(), o)
		if err != nil || again == nil || again.Body.Tag() != s.Body.Tag() {
			t.Errorf("%s\nkept as what is no statement: %s, %v", src, s.Redacted(), err)
		}
	}
}

// What is shown says what it was.
func TestRedact(t *testing.T) {
	for src, want := range map[string]string{
		`CREATE USER bob PASSWORD 'hunter22' CREATEDB; SELECT 1`:       `CREATE USER bob ***`,
		`SELECT a, 'b', 12, "C" -- note` + "\n" + `FROM t WHER x = $1`: `SELECT a, '***', ***, "***" FROM t WHER x = $1`,
		`SELECT 'open`: `SELECT ***`,
		`COPY t FROM 'x' CREDENTIALS 'k' MANIFEST`:    `COPY t FROM ***`,
		`SELECT E'\'', $$x$$ FRM token_of_love`:       `SELECT ***`,
		`ALTER ROLE r IDENTIFIED BY x`:                `ALTER ROLE r ***`,
		`UPDATE users SET password = 'x' WHERE AND y`: `UPDATE users SET password ***`,
	} {
		if got := Redact(src, Options{}); strings.TrimSpace(got) != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
	for src, want := range map[string]string{
		`COPY t FROM '/x' /* a */ CREDENTIALS AS 'k=1' CSV`: `COPY t FROM '/x' CREDENTIALS AS '***' CSV`,
		`SET app.password TO 'x', y`:                        `SET app.password TO '***', '***'`,
		`SELECT set_config('a.token', 'x', true), 'y'`:      `SELECT set_config('a.token', '***', true), 'y'`,
		`SELECT 'password', "secret" /* mine */ FROM t`:     `SELECT 'password', "secret" /* mine */ FROM t`,
	} {
		s, err := ParseOne(src, Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := s.Redacted(); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// FuzzSecrets puts a secret into templates that have been changed at any place in front of and behind it.
func FuzzSecrets(f *testing.F) {
	for i, template := range planted {
		f.Add(i, 0, "", uint64(len(template)), false)
	}
	f.Add(0, 12, "'", uint64(1), true)
	f.Add(3, 20, `\`, uint64(1), false)
	f.Fuzz(func(t *testing.T, which, at int, put string, seed uint64, standard bool) {
		template := planted[uint(which)%uint(len(planted))]
		// Only in front of the word that announces the secret: what it says itself must stay.
		i := int(uint(at) % uint(1+strings.Index(template, "%")))
		word := strings.LastIndexAny(template[:i], " ") + 1
		if strings.ContainsAny(put, "%") || secretName(template[word:]) && !secretName(template[i:]) {
			t.Skip()
		}
		checkFuzzed(t, template[:i]+put+template[i:], secretText(rand.New(rand.NewPCG(seed, 1))),
			Options{StandardStrings: standard})
	})
}

// checkFuzzed is checkSecret for texts of which the parser may make another statement, whose constants are data.
func checkFuzzed(t *testing.T, template, secret string, o Options) {
	src := strings.ReplaceAll(template, "%", secret)
	if _, err := Parse(src, o); err == nil {
		return
	}
	w := withhold(src, o)
	if !w.may {
		return
	}
	checkSecret(t, template, secret, o)
}
