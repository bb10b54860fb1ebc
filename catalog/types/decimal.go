package types

// IntegerAsDecimal is the decimal an integer counts as beside a decimal:
// SMALLINT (5,0), INTEGER (10,0), BIGINT (19,0). Other types come back unchanged.
func IntegerAsDecimal(t Type) Type {
	switch t.Kind {
	case Int2:
		return TDecimal(5, 0)
	case Int4:
		return TDecimal(10, 0)
	case Int8, OID:
		return TDecimal(19, 0)
	}
	return t
}

// minDivisionScale is the scale a division keeps when precision runs out.
const minDivisionScale = 4

// DecimalAdd is the type of a+b and a-b. Source: Redshift guide, "Computations
// with numeric values"; the sum keeps its scale when precision is clipped to 38.
func DecimalAdd(a, b Type) Type {
	s := max(int(a.Scale), int(b.Scale))
	p := max(integerDigits(a), integerDigits(b)) + 1 + s
	return TDecimal(min(p, MaxPrecision), s)
}

// DecimalMul is the type of a*b. If the exact scale does not fit 38 digits it is
// clipped too and the product is rounded (Redshift does not say; a choice of ours).
func DecimalMul(a, b Type) Type {
	s := int(a.Scale) + int(b.Scale)
	p := int(a.Prec) + int(b.Prec) + 1
	return TDecimal(min(p, MaxPrecision), min(s, MaxPrecision-1))
}

// DecimalDiv is the type of a/b.
func DecimalDiv(a, b Type) Type {
	s := max(minDivisionScale, int(a.Scale)+int(b.Prec)-int(b.Scale)+1)
	p := integerDigits(a) + int(b.Scale) + s
	if s > 100 {
		p -= s - 100
		s = 100
	}
	if p > MaxPrecision {
		s = max(MaxPrecision+s-p, minDivisionScale)
		p = MaxPrecision
	}
	return TDecimal(p, s)
}

// DecimalMod is the type of a%b: the scale of both, the digits of both.
func DecimalMod(a, b Type) Type { return decimalUnion(a, b, MaxPrecision) }

// DecimalUnion is the common type of two decimals in set operations, CASE,
// COALESCE and comparisons that need one: 19 digits at most while both inputs
// have no more, else 38.
func DecimalUnion(a, b Type) Type {
	if a.Prec <= 19 && b.Prec <= 19 {
		return decimalUnion(a, b, 19)
	}
	return decimalUnion(a, b, MaxPrecision)
}

// DecimalExact is the narrowest decimal that holds the values of both, up to 38
// digits: what operands of a comparison are cast to.
func DecimalExact(a, b Type) Type { return decimalUnion(a, b, MaxPrecision) }

func decimalUnion(a, b Type, maxPrec int) Type {
	s := max(int(a.Scale), int(b.Scale))
	p := min(max(integerDigits(a), integerDigits(b))+s, maxPrec)
	return TDecimal(max(p, 1), min(s, p))
}

func integerDigits(t Type) int { return int(t.Prec) - int(t.Scale) }
