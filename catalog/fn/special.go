package fn

const groupingDoc = "A bit for each argument, the highest for the first: is the group key not in the row's grouping set?"

// specialGroup is the special forms: control flow rather than operations, because an argument behind one that decides
// is not evaluated. What they mean is the binder's.
func specialGroup() Group {
	any := Param{Class: AnyType}
	form := func(name, shown, doc string, variadic bool, args ...Param) *Row {
		return &Row{Name: name, Shown: shown, Args: args, Variadic: variadic, Special: true, Doc: doc}
	}
	return Group{Rows: []*Row{
		form("coalesce", "", "The first argument that is not NULL.", true, any),
		form("nvl", "coalesce", "The first argument that is not NULL.", true, any),
		form("nvl2", "", "The second argument if the first is not NULL, else the third.", false, any, any, any),
		form("num_nulls", "", "How many arguments are NULL.", true, any),
		form("num_nonnulls", "", "How many arguments are not NULL.", true, any),
		form("nullif", "", "NULL if both are equal, else the first.", false, any, any),
		form("decode", "case",
			"The result behind the first of the searched values that equals the first argument (NULL equals NULL), else the "+
				"last.", true, any, any, any),
		form("greatest", "", "The greatest of the arguments that are not NULL.", true, any),
		form("grouping", "", groupingDoc, true, any),
		form("grouping_id", "", groupingDoc, true, any),
		form("least", "", "The least of the arguments that are not NULL.", true, any),
	}}
}
