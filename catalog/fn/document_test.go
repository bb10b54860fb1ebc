package fn

import (
	"os"
	"testing"
)

// docs/FUNCTIONS.md says what the table says.
func TestDocument(t *testing.T) {
	const file = "../../docs/FUNCTIONS.md"
	want := Default().Document()
	if *rewrite {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the table says (%v): run go test ./catalog/fn -run TestDocument -rewrite", file, err)
	}
}
