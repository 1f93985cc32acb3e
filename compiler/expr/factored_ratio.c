/* Ratios of polynomials, in lowest terms. */
#include "compiler/expr/factored_parts.h"

void ratio_init(Factoring *q, Ratio *r)
{
    q->f->fmpz_mpoly_init(r->above, q->ring);
    q->f->fmpz_mpoly_init(r->below, q->ring);
    q->f->fmpz_mpoly_set_ui(r->below, 1, q->ring);
}

void ratio_clear(Factoring *q, Ratio *r)
{
    q->f->fmpz_mpoly_clear(r->above, q->ring);
    q->f->fmpz_mpoly_clear(r->below, q->ring);
}

static bool is_large(Factoring *q, const fmpz_mpoly_struct *p)
{
    slong bits = q->f->_fmpz_vec_max_bits(p->coeffs, p->length);
    return p->length > MOST_TERMS || (bits < 0 ? -bits : bits) > MOST_BITS
           || q->f->mpoly_total_degree_si(p->exps, p->length, p->bits, q->ring->minfo) > MOST_DEGREE;
}

void ratio_look_at_size(Factoring *q, const Ratio *r)
{
    q->too_much = q->too_much || is_large(q, r->above) || is_large(q, r->below) || r->below->length == 0;
}

/* In lowest terms. */
static void reduce(Factoring *q, Ratio *r)
{
    ratio_look_at_size(q, r);
    if (q->too_much)
        return;
    fmpz_mpoly_t common;
    q->f->fmpz_mpoly_init(common, q->ring);
    q->too_much |= !q->f->fmpz_mpoly_gcd_cofactors(common, r->above, r->below, r->above, r->below, q->ring);
    q->f->fmpz_mpoly_clear(common, q->ring);
}

static void set_whole(Factoring *q, mpz_srcptr x, fmpz_mpoly_struct *p)
{
    fmpz_t c;
    fmpz_init(c);
    q->f->fmpz_set_mpz(c, x);
    q->f->fmpz_mpoly_set_fmpz(p, c, q->ring);
    if (COEFF_IS_MPZ(*c))
        q->f->_fmpz_clear_mpz(*c);
}

void ratio_set_number(Factoring *q, Num x, Ratio *r)
{
    set_whole(q, mpq_numref(x), r->above);
    set_whole(q, mpq_denref(x), r->below);
}

static void turn_over(Factoring *q, Ratio *r)
{
    q->too_much |= r->above->length == 0;
    fmpz_mpoly_struct above = *r->above;
    *r->above = *r->below;
    *r->below = above;
}

void ratio_apply(Factoring *q, EigFn fn, Ratio *a, Ratio *b)
{
    const Flint *f = q->f;
    if (fn == EIG_FN_DIV)
        turn_over(q, b);
    if (q->too_much)
        return;
    if (fn == EIG_FN_ADD || fn == EIG_FN_SUB) {
        fmpz_mpoly_t part;
        f->fmpz_mpoly_init(part, q->ring);
        f->fmpz_mpoly_mul(part, b->above, a->below, q->ring);
        f->fmpz_mpoly_mul(a->above, a->above, b->below, q->ring);
        (fn == EIG_FN_ADD ? f->fmpz_mpoly_add : f->fmpz_mpoly_sub)(a->above, a->above, part, q->ring);
        f->fmpz_mpoly_clear(part, q->ring);
    } else {
        f->fmpz_mpoly_mul(a->above, a->above, b->above, q->ring);
    }
    f->fmpz_mpoly_mul(a->below, a->below, b->below, q->ring);
    reduce(q, a);
}

/* Factor by factor, so that it stops where it grows. */
void ratio_raise(Factoring *q, Ratio *a, long n)
{
    if (n < 0)
        turn_over(q, a);
    if (n == 0) {
        q->f->fmpz_mpoly_set_ui(a->above, 1, q->ring);
        q->f->fmpz_mpoly_set_ui(a->below, 1, q->ring);
    }
    Ratio base;
    ratio_init(q, &base);
    q->f->fmpz_mpoly_set(base.above, a->above, q->ring);
    q->f->fmpz_mpoly_set(base.below, a->below, q->ring);
    for (long k = 1; k < labs(n) && !q->too_much; k++) {
        q->f->fmpz_mpoly_mul(a->above, a->above, base.above, q->ring);
        q->f->fmpz_mpoly_mul(a->below, a->below, base.below, q->ring);
        ratio_look_at_size(q, a);
    }
    ratio_clear(q, &base);
}
