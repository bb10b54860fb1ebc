package pgwire

import (
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"slipher/catalog/zone"

	"github.com/jackc/pgx/v5/pgproto3"
)

// FuzzConnection sends arbitrary bytes to a connection, first as its whole
// input, then behind a valid startup. The server must end by itself, without a panic.
func FuzzConnection(f *testing.F) {
	startup, _ := (&pgproto3.StartupMessage{ProtocolVersion: 196608,
		Parameters: map[string]string{"user": "dev"}}).Encode(nil)
	encode := func(msgs ...pgproto3.FrontendMessage) (b []byte) {
		for _, m := range msgs {
			b, _ = m.Encode(b)
		}
		return b
	}
	f.Add(startup)
	f.Add(encode(&pgproto3.Query{String: "rows 3; warn; nonsense"}))
	f.Add(encode(&pgproto3.Parse{Query: "echo int4 dec date", ParameterOIDs: []uint32{23}},
		&pgproto3.Bind{Parameters: [][]byte{{0, 0, 0, 1}, nil, nil}, ParameterFormatCodes: []int16{1},
			ResultFormatCodes: []int16{1}},
		&pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{MaxRows: 1}, &pgproto3.Execute{},
		&pgproto3.Close{ObjectType: 'P'}, &pgproto3.Sync{}))
	f.Add(encode(&pgproto3.Query{String: "copy"}, &pgproto3.CopyData{Data: []byte("x")}, &pgproto3.CopyDone{},
		&pgproto3.Terminate{}))
	f.Add(encode(&pgproto3.SSLRequest{}, &pgproto3.GSSEncRequest{},
		&pgproto3.CancelRequest{ProcessID: 1, SecretKey: make([]byte, 4)}))
	srv := NewServer(&fake{}, slog.New(slog.NewTextHandler(io.Discard, nil)), MaxConnections)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, input := range [][]byte{data, append(startup[:len(startup):len(startup)], data...)} {
			client, server := net.Pipe()
			done := make(chan struct{})
			go func() {
				if h, err := ReadHello(server); err == nil {
					srv.serve(server, h)
				}
				server.Close()
				close(done)
			}()
			go io.Copy(io.Discard, client)
			client.SetWriteDeadline(time.Now().Add(time.Second))
			client.Write(input)
			client.Close()
			select {
			case <-done:
			case <-time.After(10 * time.Second):
				t.Fatal("the connection does not end")
			}
		}
	})
}

// FuzzDecodeParam decodes arbitrary bytes as every type in both formats.
func FuzzDecodeParam(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0x40, 0, 0, 2, 0, 1, 9, 0})
	f.Add([]byte("2024-02-29 12:00:00.5"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, typ := range fakeTypes {
			decodeParam(typ, 0, data, zone.UTC.Table)
			decodeParam(typ, 1, data, zone.UTC.Table)
		}
	})
}

func BenchmarkEncodeRow(b *testing.B) {
	enc, _ := newRowEncoder(allColumns, nil, nil)
	var buf []byte
	b.ReportAllocs()
	for range b.N {
		buf = enc.append(buf[:0], allRows, 0)
	}
}
