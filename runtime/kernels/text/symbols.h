#ifndef SLP_SYMBOLS_H
#define SLP_SYMBOLS_H
typedef struct {
	const char *name;
	void *addr;
} slp_symbol;
const slp_symbol *slp_text_symbols(void); /* ends with a null name */
#endif
