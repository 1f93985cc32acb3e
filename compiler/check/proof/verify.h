/* The trusted part: decides whether evidence proves a claim, by exact
 * rationals, or by Rump's shifted Cholesky with explicit rounding bounds.
 * Everything a proof rests on is in certificate_verify.c, verify.c, positive*.c, evidence.c, entries.c, verify_scaled.c, for statements statement*.c, for kernels
 * verify_kernel.c and symbol.c, for mean slopes verify_mean.c, for ranges ranges.c and range_verify.c, for maps map_verify.c and what a region says in
 * map_file.c, and, for a file, rational.c, certificate_read*.c, certificate_rows.c, certificate_ranges.c and map_read.c, with GMP and MPFR below; no BLAS, no LAPACK. Of
 * these the search shares evidence.c and entries.c (storage, finding an entry) and the writing of
 * a certificate shares evidence.c and rational.c; verify.c and positive.c are only called. */
#ifndef COMPILER_CHECK_VERIFY_H
#define COMPILER_CHECK_VERIFY_H
#include "compiler/check/proof/evidence.h"

typedef struct VerifyResult {
    bool accepted;
    const char *reason;         /* why not, or how ("exact elimination, n = 12") */
    ProofKind proof;            /* certificates: how; what a component says of itself is not heeded */
} VerifyResult;

/* A component up to this order is always decided by exact elimination, a larger
 * one when Rump's test is too coarse for it and the numbers are not too long. */
enum { VERIFY_EXACT_N = 12 };
/* A larger component than this with few entries is first tried row by row (positive_sparse.c). */
enum { VERIFY_SPARSE_N = 1000 };

/* The claim about the matrix, and every statement. */
VerifyResult verify_evidence(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence);
/* The claim alone, for a search that has asked verify_component about each component of this very matrix: those that it
 * accepted (Component.is_accepted) are not factored once more. What comes from a file is never asked about in this way. */
VerifyResult verify_joined(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence);
/* One component alone (search asks candidate by candidate): p > 0, M(p) positive
 * definite on its rows, and in population form self_a - leak_a < 0 where size_a >= 2. */
VerifyResult verify_component(Ctx *cx, const ClaimMatrix *matrix, const Component *c);
/* Of an accepted certificate: a safe lower bound of the smallest eigenvalue of M scaled to unit diagonal, 0 when only positivity is known. */
double verify_margin(const ClaimMatrix *matrix, const Evidence *evidence);
VerifyResult verify_witness(Ctx *cx, const ClaimMatrix *matrix, const Witness *w);
#endif
