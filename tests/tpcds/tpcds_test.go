package tpcds

import (
	"testing"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// The 99 queries give the right answers under the natural keys, in both tiers.
func TestNaturalKeys(t *testing.T) { Suite.NaturalKeys(t, nil) }

// The answers do not depend on where rows lie and in what order.
func TestRandomKeys(t *testing.T) { Suite.RandomKeys(t) }
