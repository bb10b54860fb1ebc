/* Accounts of memory outside the Go heap: runtime/mem makes them, kernels and runtime/mem count on them. */
#ifndef SLP_ACCOUNT_H
#define SLP_ACCOUNT_H
#include <stddef.h>
#include <stdint.h>

/* Fields are read and written atomically. Bytes of an account count towards its parent as well. */
typedef struct slp_account {
	struct slp_account *parent;
	int64_t used, peak;
	int64_t limit; /* bytes, 0: none */
	/* The last spare bytes below limit are for children that use little (a quarter of spare), so that
	   large ones leave the small ones room; and for vital ones. */
	int64_t spare;
	int64_t vital;
	/* The last refusal of a request to this account: the account that was full, NULL: the system had none. */
	struct slp_account *full;
	int64_t wanted;
} slp_account;

/* Counts n bytes; -1: refused, nothing is counted. a may be NULL: no account. */
int slp_reserve(slp_account *a, int64_t n);
/* Counts n bytes whatever the limits. n may be negative: undoes slp_reserve. */
void slp_count(slp_account *a, int64_t n);

/* n bytes of an account, aligned to 64 bytes or cleared; NULL: refused. slp_give takes them back. */
void *slp_take(slp_account *a, size_t n);
void *slp_take_cleared(slp_account *a, size_t n);
void slp_give(slp_account *a, void *p, size_t n);
/* Makes p, n bytes of slp_retake or NULL, to bytes large, keeping what is in it; NULL: refused, p stays. Large pieces
   move without copying. */
void *slp_retake(slp_account *a, void *p, size_t n, size_t to);
/* Undoes slp_reserve: the system has not got n bytes. */
void slp_lacking(slp_account *a, int64_t n);
#endif
