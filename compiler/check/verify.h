/* The trusted part: decides whether evidence proves a claim, by exact
 * rationals, or by Rump's shifted Cholesky with explicit rounding bounds.
 * Shares no code with the search. Everything a proof rests on is in verify.c,
 * evidence.h and certificate.c (reading). */
#ifndef COMPILER_CHECK_VERIFY_H
#define COMPILER_CHECK_VERIFY_H
#include "compiler/check/evidence.h"

typedef struct VerifyResult {
    bool accepted;
    const char *reason;         /* why not, or how ("exact elimination, n = 12") */
    double margin;              /* certificates: a safe lower bound of the smallest eigenvalue of M scaled to unit diagonal, 0 when only positivity is known */
} VerifyResult;

VerifyResult verify_evidence(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence);
/* One component alone (search asks candidate by candidate). */
VerifyResult verify_component(Ctx *cx, const ClaimMatrix *matrix, const Component *c);
VerifyResult verify_witness(Ctx *cx, const ClaimMatrix *matrix, const Witness *w);
#endif
