/* Rows of sums in a claim: the trusted part of what verify.c asks about them. The
 * statements are in docs/certificate.md. */
#ifndef COMPILER_CHECK_VERIFY_SUMS_H
#define COMPILER_CHECK_VERIFY_SUMS_H
#include "compiler/check/proof/evidence.h"

/* NULL, or what is wrong with the rows of sums as a data structure. */
const char *sums_fault(const ClaimMatrix *m);
/* NULL when every vector of the witness is mapped to 0 in every row of sums. `place`: each row's number among the
 * witness's members, or UINT32_MAX. */
const char *sums_witness_fault(const ClaimMatrix *m, const Witness *w, const uint32_t *place);
#endif
