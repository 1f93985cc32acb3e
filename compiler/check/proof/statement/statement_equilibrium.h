/* What the verifier's tests about equilibria and about forms share. */
#ifndef COMPILER_CHECK_STATEMENT_EQUILIBRIUM_H
#define COMPILER_CHECK_STATEMENT_EQUILIBRIUM_H
#include "compiler/check/proof/statement/statement_verify.h"

/* The equilibrium in a box, which may move, that a number names; NULL: none. */
const Statement *statement_equilibrium_named(const Evidence *e, mpq_srcptr number);

/* statement_moving.c: where the middle of such a box is. */
void statement_box_centre(Ctx *cx, const ClaimMatrix *m, const Statement *s, mpq_t *out);

/* statement_straight.c: the same, of equilibria on pieces. */
const Statement *statement_on_pieces_named(const Evidence *e, mpq_srcptr number);

/* ---- statement_falls.c ---- */
/* W summed over the neurons of a row, q * q: the tested matrix + I. */
mpq_t *statement_weights(const StatementCase *x);
/* The same as whole numbers over a common denominator: their products with rows are sums without fractions. */
typedef struct WholeWeights {
    size_t q;
    mpz_t *entry;               /* q * q */
    mpz_t common;
    bool too_long;              /* some numbers are: then sums are not what they should be */
    mpz_t *factor, *sum, multiple;      /* room */
} WholeWeights;
void statement_whole_weights(const StatementCase *x, WholeWeights *out);
void whole_weights_clear(WholeWeights *w);
/* out_c += sum of f_k w_kc over k, or, with sizes, of f_k |w_kc|. */
void statement_add_row(WholeWeights *w, const mpq_t *f, bool sizes, mpq_t *out);
/* middle = (lo + hi)/2, half = (hi - lo)/2; false where lo > hi. */
bool statement_halve(const mpq_t lo, const mpq_t hi, mpq_t middle, mpq_t half);
/* out += a b, out += |a| b */
void statement_add_product(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room);
void statement_add_size(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room);

bool statement_is_symmetric(size_t q, const mpq_t *p);
/* v'P v < 0 */
bool statement_form_is_negative(size_t q, const mpq_t *p, const mpq_t *v);
bool statement_form_is_positive(Ctx *cx, size_t q, const mpq_t *p);
/* With P and T of the statement: -(P J + J'P) + 2 rate P is positive definite for every J = T^-1 (D w - I), D between
 * slope_lo and slope_hi of `at`. rate: NULL for 0. */
bool statement_form_falls(const StatementCase *x, const Statement *at, mpq_srcptr rate);
#endif
