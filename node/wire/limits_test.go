package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/bound"
	"slipher/catalog/sqlerr"
)

// list is a list, map or []byte somewhere in a message: the fields on the way to it.
type list struct {
	path  []reflect.StructField
	limit int
}

func (l list) String() string {
	var names []string
	for _, f := range l.path {
		names = append(names, f.Name)
	}
	return strings.Join(names, ".")
}

// listsOf finds all lists in messages of a type, on paths through lists too.
func listsOf(t reflect.Type, path []reflect.StructField) (all []list) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("msg"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		to := append(path[:len(path):len(path)], f)
		if f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map {
			limit := bound.Elements
			for _, o := range strings.Split(options, ",") {
				if n, ok := strings.CutPrefix(o, "limit="); ok {
					limit, _ = strconv.Atoi(n)
				}
			}
			all = append(all, list{to, limit})
		}
		all = append(all, listsOf(f.Type, to)...)
	}
	return all
}

// with makes a message whose list has n entries, all zero.
func (l list) with(m Message, n int) Message {
	v := reflect.ValueOf(m).Elem()
	for i, f := range l.path {
		v = v.FieldByIndex(f.Index)
		if i == len(l.path)-1 {
			v.Set(reflect.MakeSlice(f.Type, n, n))
			break
		}
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(f.Type.Elem()))
			v = v.Elem()
		case reflect.Slice:
			v.Set(reflect.MakeSlice(f.Type, 1, 1))
			v = v.Index(0)
			if v.Kind() == reflect.Pointer {
				v.Set(reflect.New(v.Type().Elem()))
				v = v.Elem()
			}
		}
	}
	return m
}

// forged are the bytes of a message that says that its list has n entries, and ends there.
func (l list) forged(n int) []byte {
	var b []byte
	for i, f := range l.path {
		b = msgp.AppendMapHeader(b, 1)
		name, _, _ := strings.Cut(f.Tag.Get("msg"), ",")
		b = msgp.AppendString(b, name)
		if i < len(l.path)-1 {
			if f.Type.Kind() == reflect.Slice {
				b = msgp.AppendArrayHeader(b, 1)
			}
			continue
		}
		switch {
		case f.Type.Kind() == reflect.Map:
			b = msgp.AppendMapHeader(b, uint32(n))
		case f.Type.Elem().Kind() == reflect.Uint8:
			b = append(b, 0xc6) // bin 32
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		default:
			b = msgp.AppendArrayHeader(b, uint32(n))
		}
	}
	return b
}

func tooMany(err error) bool {
	return err != nil && sqlerr.From(err).Code == sqlerr.ProgramLimitExceeded
}

// Both sides of every list's limit, at both ends: the sender and the receiver refuse the same.
func TestEveryList(t *testing.T) {
	t.Cleanup(debug.FreeOSMemory)
	lists := 0
	for _, k := range kinds {
		for _, l := range listsOf(reflect.TypeOf(k.make()), nil) {
			lists++
			name := fmt.Sprintf("%T %s", k.make(), l)
			kind := l.path[len(l.path)-1].Type.Kind()
			elem := l.path[len(l.path)-1].Type.Elem()
			if kind == reflect.Slice {
				check := checkMessage
				if elem.Size() > 32 { // looks at all entries for their size
					check = func(m Message) error { return bound.Check(m) }
				}
				err := check(l.with(k.make(), l.limit+1))
				if !tooMany(err) {
					t.Errorf("%s: %d entries may be sent: %v", name, l.limit+1, err)
				} else if e := sqlerr.From(err); !strings.Contains(e.Message, fmt.Sprint(l.limit+1)) ||
					!strings.Contains(e.Detail, fmt.Sprint(l.limit)) || e.Hint == "" {
					t.Errorf("%s: %+v", name, e)
				}
			}
			if _, err := decode(k.kind, l.forged(l.limit+1)); !tooMany(err) {
				t.Errorf("%s: %d entries are taken: %v", name, l.limit+1, err)
			}
			if elem.Size() > 32 {
				continue // a list at the limit takes its memory
			}
			if kind == reflect.Slice {
				if err := checkMessage(l.with(k.make(), l.limit)); err != nil {
					t.Errorf("%s: %d entries may not be sent: %v", name, l.limit, err)
				}
			}
			if _, err := decode(k.kind, l.forged(l.limit)); err == nil || tooMany(err) { // they are not there
				t.Errorf("%s: %d entries are not taken: %v", name, l.limit, err)
			}
		}
	}
	if lists < 30 {
		t.Errorf("only %d lists", lists)
	}
}

// Tags cannot name constants: they say the same.
func TestLimitTags(t *testing.T) {
	for _, c := range []struct {
		of    any
		field string
		limit int
	}{
		{Program{}, "Envelope", MaxCode}, {Segment{}, "FusedGeneral", MaxCode}, {Segment{}, "FusedSpecial", MaxCode},
		{FusedCode{}, "Object", MaxCode}, {Deleted{}, "Rows", MaxRowSet},
	} {
		f, _ := reflect.TypeOf(c.of).FieldByName(c.field)
		if tag := f.Tag.Get("msg"); !strings.HasSuffix(tag, fmt.Sprintf(",limit=%d", c.limit)) {
			t.Errorf("%T.%s: %s, not %d", c.of, c.field, tag, c.limit)
		}
	}
}

// Over a link: what is at a limit passes, what is beyond is refused by name before it is sent, requests and
// replies; the link lives on.
func TestLimitsOfCalls(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	got := make(chan int, 8)
	reply := &StreamDone{}
	b.call = func(_ context.Context, _ Conn, m Message) (Message, error) {
		switch m := m.(type) {
		case *FusedCode:
			got <- len(m.Object)
			return &FusedReply{}, nil
		case *StartQuery:
			n := 0
			for _, s := range m.Segments {
				n += len(s.General.Envelope)
			}
			got <- n
		case *RunStream:
			return reply, nil
		}
		return &OK{}, nil
	}
	ma, mb := pair(t, a, b, "s", "s")
	ctx := context.Background()
	c, err := ma.Dial(ctx, mb.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(ctx, &FusedCode{Object: make([]byte, MaxCode)}); err != nil || <-got != MaxCode {
		t.Errorf("code at the limit: %v", err)
	}
	_, err = c.Call(ctx, &FusedCode{Object: make([]byte, MaxCode+1)})
	if e := sqlerr.From(err); e.Code != sqlerr.ProgramLimitExceeded ||
		!strings.HasPrefix(e.Message, "the fused code of a segment is too large: 67108865 bytes") {
		t.Errorf("code beyond the limit: %+v", e)
	}
	// Each part is within its limit, the whole is not.
	whole := &StartQuery{}
	for range 5 {
		whole.Segments = append(whole.Segments, Segment{General: Program{Envelope: make([]byte, MaxCode-1)}})
	}
	_, err = c.Call(ctx, whole)
	if e := sqlerr.From(err); e.Code != sqlerr.ProgramLimitExceeded ||
		!strings.HasPrefix(e.Message, "a message to another process (StartQuery) is too large") {
		t.Errorf("a message beyond the limit: %+v", e)
	}
	reply.Deletes = []Deleted{{Rows: make([]byte, MaxRowSet)}}
	if m, err := c.Call(ctx, &RunStream{}); err != nil || len(m.(*StreamDone).Deletes[0].Rows) != MaxRowSet {
		t.Errorf("a reply at the limit: %v", err)
	}
	reply.Deletes = []Deleted{{Rows: make([]byte, MaxRowSet+1)}}
	_, err = c.Call(ctx, &RunStream{})
	if e := sqlerr.From(err); e.Code != sqlerr.ProgramLimitExceeded ||
		!strings.HasPrefix(e.Message, "the set of deleted rows of an object is too large") {
		t.Errorf("a reply beyond the limit: %+v", e)
	}
	if len(got) != 0 {
		t.Error("what is beyond a limit was sent")
	}
	if err := c.Send(&Data{Kind: DataText, Body: make([]byte, MaxBody+1)}); !tooMany(err) {
		t.Errorf("rows beyond the limit: %v", err)
	}
	if _, err := c.Call(ctx, &Ping{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	select {
	case <-c.Done():
		t.Error("the link is lost")
	default:
	}
}

// A peer that does not keep to the limits gets an error for its call, and the link lives on.
func TestForgedCalls(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	ma, mb := pair(t, a, b, "s", "s")
	ctx := context.Background()
	c, err := ma.Dial(ctx, mb.Addr())
	if err != nil {
		t.Fatal(err)
	}
	objects := list{path: []reflect.StructField{fieldOf(StartQuery{}, "Scans"), fieldOf(Scan{}, "Objects")}}
	for name, forged := range map[string]struct {
		length int
		body   []byte
	}{
		"its length":         {MaxMessage + 1, nil},
		"a list's":           {-1, objects.forged(bound.Elements + 1)},
		"an impossible list": {-1, objects.forged(1<<32 - 1)},
	} {
		s, err := c.(*link).sess.OpenStream()
		if err != nil {
			t.Fatal(err)
		}
		_ = s.SetDeadline(time.Now().Add(30 * time.Second))
		var head [controlHead]byte
		head[0] = kindOf(&StartQuery{})
		if forged.length < 0 {
			forged.length = len(forged.body)
		}
		binary.LittleEndian.PutUint32(head[1:], uint32(forged.length))
		if _, err := s.Write(append(append([]byte{streamControl}, head[:]...), forged.body...)); err != nil {
			t.Fatal(err)
		}
		m, _, err := readMessage(bufio.NewReader(s))
		if e, ok := m.(*Error); err != nil || !ok || e.Code != string(sqlerr.ProgramLimitExceeded) {
			t.Errorf("%s: %+v %v", name, m, err)
		}
		s.Close()
		if _, err := c.Call(ctx, &Ping{}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
}

func fieldOf(of any, name string) reflect.StructField {
	f, ok := reflect.TypeOf(of).FieldByName(name)
	if !ok {
		panic(errors.New(name))
	}
	return f
}
