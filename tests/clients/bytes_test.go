package clients

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"

	"slipher/tests/warehouse"
)

const varbyteOID = 6551

// VARBYTE is its bytes in binary and hexadecimal digits in text; what a client sends as text is read as a literal is,
// as the bytes of the text. UUID is PostgreSQL's in both formats.
func TestBytesAndUUIDs(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	c.TypeMap().RegisterType(&pgtype.Type{Name: "varbyte", OID: varbyteOID, Codec: pgtype.ByteaCodec{}})
	warehouse.Exec(t, c, "CREATE TABLE bytes (id INT, b VARBYTE, u UUID, long VARBYTE(MAX))")
	uuid := [16]byte{0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11}
	long := bytes.Repeat([]byte{0, 0xff, ' ', 'x'}, 50_000)
	for i, b := range [][]byte{{}, {0}, []byte("ab "), {0xff, 0}, nil} {
		if _, err := c.Exec(ctx, "INSERT INTO bytes VALUES ($1, $2, $3, $4)", i, b, uuid, long); err != nil {
			t.Fatal(err)
		}
		var id int
		var got, gotLong []byte
		var gotUUID [16]byte
		err := c.QueryRow(ctx, "SELECT id, b, u, long FROM bytes WHERE id = $1 AND u = $2 AND (b = $3 OR b IS NULL) AND long = $4",
			i, uuid, b, long).Scan(&id, &got, &gotUUID, &gotLong)
		same := bytes.Equal(got, b) && (got == nil) == (b == nil) && bytes.Equal(gotLong, long) && gotUUID == uuid
		if err != nil || !same {
			t.Errorf("%q came back as %q, %x, %d bytes: %v", b, got, gotUUID, len(gotLong), err)
		}
	}
	r := c.PgConn().ExecParams(ctx, "SELECT $1::varbyte, $2, len($1), b FROM bytes WHERE u = $2 AND b = $1",
		[][]byte{[]byte("ab "), []byte("{A0EEBC999C0B4EF8BB6D6BB9BD380A11}")}, []uint32{varbyteOID, pgtype.UUIDOID}, nil,
		nil).Read()
	if r.Err != nil || fmt.Sprintf("%s", r.Rows) != "[[616220 a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 3 616220]]" {
		t.Errorf("text: %s, %v", r.Rows, r.Err)
	}
}
