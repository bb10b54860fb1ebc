package bound

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"slipher/catalog/sqlerr"
)

// Elements is how many entries a list may have, and how many bytes a []byte, where its field says nothing else. It
// allows for all that a statement of 16 MB can want of a list that is there once a statement, and for the objects of a
// very large table; a forged length makes a reader allocate a few hundred MB at the most.
const Elements = 1 << 20

// Check returns nil or a 54000. m is a message or a pointer to one; it is only read.
func Check(m any) error {
	v := reflect.ValueOf(m)
	if err := planOf(v.Type()).check(v); err != nil {
		return err
	}
	return nil
}

// plan says where in values of a type lists are. nil: nowhere.
type plan struct {
	kind   reflect.Kind // Pointer, Struct, Slice, Map, Interface
	elem   *plan        // of Pointer, Slice, Map (its values)
	fields []field      // of Struct
	bytes  bool         // Slice: of bytes
	limit  int          // Slice, Map
	what   string
}

type field struct {
	index int
	plan  *plan
}

var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := makePlan(t, Elements, t.String(), map[reflect.Type]*plan{})
	plans.Store(t, p)
	return p
}

// makePlan: making holds the structs above, for types that hold themselves.
func makePlan(t reflect.Type, limit int, what string, making map[reflect.Type]*plan) *plan {
	switch t.Kind() {
	case reflect.Pointer:
		if elem := makePlan(t.Elem(), limit, what, making); elem != nil {
			return &plan{kind: reflect.Pointer, elem: elem}
		}
	case reflect.Slice, reflect.Map:
		return &plan{kind: t.Kind(), bytes: t.Elem().Kind() == reflect.Uint8, limit: limit, what: what,
			elem: makePlan(t.Elem(), Elements, what, making)}
	case reflect.Interface:
		return &plan{kind: reflect.Interface} // of whatever is in it
	case reflect.Struct:
		if p, ok := making[t]; ok {
			return p
		}
		p := &plan{kind: reflect.Struct}
		making[t] = p
		for i := range t.NumField() {
			f := t.Field(i)
			name, rest, _ := strings.Cut(f.Tag.Get("msg"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			limit := Elements
			for _, option := range strings.Split(rest, ",") {
				if n, ok := strings.CutPrefix(option, "limit="); ok {
					var err error
					if limit, err = strconv.Atoi(n); err != nil {
						panic("BUG: " + f.Name + ": " + err.Error())
					}
				}
			}
			what := f.Tag.Get("what")
			if what == "" {
				what = t.Name() + "." + f.Name
			}
			if fp := makePlan(f.Type, limit, what, making); fp != nil {
				p.fields = append(p.fields, field{i, fp})
			}
		}
		if len(p.fields) > 0 {
			return p
		}
		delete(making, t)
	}
	return nil
}

func (p *plan) check(v reflect.Value) *sqlerr.Error {
	if p == nil {
		return nil
	}
	switch p.kind {
	case reflect.Pointer:
		if !v.IsNil() {
			return p.elem.check(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() {
			return planOf(v.Elem().Type()).check(v.Elem())
		}
	case reflect.Struct:
		for _, f := range p.fields {
			if err := f.plan.check(v.Field(f.index)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if v.Len() > p.limit {
			return p.excess(v.Len())
		}
		if p.elem != nil {
			for i := range v.Len() {
				if err := p.elem.check(v.Index(i)); err != nil {
					return err
				}
			}
		}
	case reflect.Map:
		if v.Len() > p.limit {
			return p.excess(v.Len())
		}
		if p.elem != nil {
			for it := v.MapRange(); it.Next(); {
				if err := p.elem.check(it.Value()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *plan) excess(n int) *sqlerr.Error {
	unit := "entries"
	if p.bytes {
		unit = "bytes"
	}
	return Exceeds(p.what, unit, n, p.limit)
}

// Exceeds is the error of something that has n units and may have limit.
func Exceeds(what, unit string, n, limit int) *sqlerr.Error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "%s is too large: %d %s", what, n, unit).
		WithDetail("The limit is %d %s; it is exceeded by %d.", limit, unit, n-limit).
		WithHint("Divide the statement into several, or load rows with COPY.")
}
