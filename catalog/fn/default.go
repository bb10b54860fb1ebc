package fn

// Default builds the table of everything Slipher knows: one group a file. It is
// a constructor because rows refer to ops of the same table.
func Default() *Table {
	return NewTable(
		arithGroup(),
		decimalGroup(),
		compareGroup(),
		castNumberGroup(),
		castTextGroup(),
		stringGroup(),
		likeGroup(),
		datetimeGroup(),
		timeGroup(),
		timestamptzGroup(),
		timezoneGroup(),
		mathGroup(),
		countGroup(),
		sumGroup(),
		extremeGroup(),
		bitsGroup(),
		varianceGroup(),
		gatherGroup(),
		listaggGroup(),
		percentileGroup(),
		regressionGroup(),
		approxGroup(),
		arrayGroup(),
		conditionalGroup(),
		seriesGroup(),
		windowGroup(),
		specialGroup(),
		hashGroup(),
		regexpGroup(),
		formatGroup(),
		copyTimeGroup(),
		typeNameGroup(),
		sessionGroup(),
		lookupGroup(),
		adminGroup(),
		sizeGroup(),
	)
}
