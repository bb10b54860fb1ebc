// Package super is the values of the type SUPER: JSON's, with numbers that are exact.
//
//	text ──Parse──► bytes ──Value──► kinds, elements, members, numbers
//	                  │   ──AppendJSON──► text
//	                  └───AppendKey──► bytes whose order is that of values (ORDER BY, GROUP BY, joins)
//
// Redshift guide, "SUPER type" and "Querying semistructured data". A value is one string of bytes that is stored,
// exchanged and computed with as it is: a member or an element is a part of its bytes. The layout is in layout.go.
//
// What the guide leaves open is decided so:
//
//   - JSON's null that is a whole value, or that a path leads to, is SQL's NULL: there is no second one. Within arrays
//     and objects it is a value.
//   - A number without an exponent is exact if it has up to 38 digits, 37 of them behind the point; any other is a
//     DOUBLE. 1 and 1.0 are equal and yet not the same: each is written as it came.
//   - Numbers are compared as what they are written as, so that 0.1 is 0.1e0. Strings are compared without trailing
//     blanks, as VARCHARs are, objects without regard to their members' order.
package super
