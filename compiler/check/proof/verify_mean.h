/* What the verifier asks about rows that stand for neurons of different slopes. */
#ifndef COMPILER_CHECK_VERIFY_MEAN_H
#define COMPILER_CHECK_VERIFY_MEAN_H
#include "compiler/check/proof/evidence.h"

/* NULL, or why mean slopes, if there are any, do not go with the matrix: it is then diag(L) W - I, L the mean slopes, and
 * docs/certificate.md says what that means for the network. */
const char *means_fault(const ClaimMatrix *m);
#endif
