package super

// Tree is a value that is changed at the ends of paths.
type Tree struct {
	value   Value // if it is no object, or of one whose members are as they were
	members []member
	opened  bool // the members say what it is
}

type member struct {
	name []byte
	tree *Tree
}

// EmptyTree is an object without members.
func EmptyTree() *Tree { return &Tree{opened: true} }

// Set puts v at the end of a path of names. What is on the way becomes an object if it is none; a new member comes
// behind the others.
func (t *Tree) Set(path []Step, v Value) {
	for _, s := range path {
		t.open()
		t = t.at(s.Name)
	}
	*t = Tree{value: v}
}

// open makes an object of t.
func (t *Tree) open() {
	if t.opened {
		return
	}
	if t.value.Kind() == Object {
		t.value.Each(func(name []byte, v Value) {
			t.members = append(t.members, member{name, &Tree{value: v}})
		})
	}
	t.value, t.opened = nil, true
}

func (t *Tree) at(name []byte) *Tree {
	for _, m := range t.members {
		if string(m.name) == string(name) {
			return m.tree
		}
	}
	m := member{name, &Tree{}}
	t.members = append(t.members, m)
	return m.tree
}

// Value is what t is.
func (t *Tree) Value() Value {
	if !t.opened {
		return t.value
	}
	b := BuildObject(nil)
	for _, m := range t.members {
		b.AddMember(m.name, m.tree.Value())
	}
	return b.Done()
}
