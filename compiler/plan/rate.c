#include <mpfr.h>

#include "compiler/plan/build.h"

/* A proximal step lengthens it, and a step of the projected dynamics lands on phi. */
Num plan_leak(NumPool *nums, const ModelSim *sim, const ModelPop *m, Num tau)
{
    if (!m->prox_step)
        return tau;
    if (mpq_sgn(m->prox_step) == 0)
        return sim->step;
    mpq_ptr q = num_new(nums);
    mpq_mul(q, m->prox_step, tau);
    return q;
}

double plan_rate(NumPool *nums, Num tau)
{
    mpq_ptr rate = num_new(nums);
    mpq_inv(rate, tau);
    return num_to_double(rate);
}

/* low <= 1 - exp(-q) <= high for low_q <= q <= high_q */
static void enclose(mpfr_t low, mpfr_t high, mpq_srcptr minus_q)
{
    mpfr_set_q(low, minus_q, MPFR_RNDU);
    mpfr_expm1(low, low, MPFR_RNDU);
    mpfr_neg(low, low, MPFR_RNDD);
    mpfr_set_q(high, minus_q, MPFR_RNDD);
    mpfr_expm1(high, high, MPFR_RNDD);
    mpfr_neg(high, high, MPFR_RNDU);
}

/* More and more digits until both ends round to the same double: the exact
 * value is transcendental, so it is never halfway between two. */
double plan_exp_step(Num step, Num tau)
{
    double a, b;
    mpq_t minus_q;
    mpq_init(minus_q);
    mpq_div(minus_q, step, tau);
    mpq_neg(minus_q, minus_q);
    mpfr_prec_t precision = 64;
    do {
        precision *= 2;
        mpfr_t low, high;
        mpfr_init2(low, precision);
        mpfr_init2(high, precision);
        enclose(low, high, minus_q);
        a = mpfr_get_d(low, MPFR_RNDN);
        b = mpfr_get_d(high, MPFR_RNDN);
        mpfr_clear(low);
        mpfr_clear(high);
    } while (a != b);
    mpq_clear(minus_q);
    return a;
}
