/* What is used of FLINT, loaded when it is first needed: a program that never needs it does not wait for it. */
#ifndef COMPILER_EXPR_FLINT_H
#define COMPILER_EXPR_FLINT_H
#include <flint/fmpz_mpoly_factor.h>
#include <stdbool.h>

/* The functions; those that FLINT's headers define inline call none but these. */
#define FLINT_FUNCTIONS(F) \
    F(fmpz_set_mpz) F(fmpz_get_mpz) F(_fmpz_clear_mpz) \
    F(fmpz_mpoly_ctx_init) F(fmpz_mpoly_ctx_clear) F(fmpz_mpoly_init) F(fmpz_mpoly_clear) \
    F(fmpz_mpoly_gen) F(fmpz_mpoly_set) F(fmpz_mpoly_set_fmpz) F(fmpz_mpoly_set_ui) \
    F(fmpz_mpoly_add) F(fmpz_mpoly_sub) F(fmpz_mpoly_neg) F(fmpz_mpoly_mul) \
    F(fmpz_mpoly_gcd_cofactors) F(fmpz_mpoly_factor) F(fmpz_mpoly_factor_clear) \
    F(fmpz_mpoly_get_term_coeff_fmpz) F(fmpz_mpoly_get_term_exp_ui) F(_fmpz_vec_max_bits) F(mpoly_total_degree_si) F(flint_cleanup)

typedef struct Flint {
#define SLOT(name) __typeof__(&name) name;
    FLINT_FUNCTIONS(SLOT)
#undef SLOT
} Flint;

/* NULL: it cannot be loaded. What is made with it is freed with it. */
const Flint *flint_load(void);
#endif
