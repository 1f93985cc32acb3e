/* The costs of the catalogue by their formulas (compiler/model/cost/cost.def): what is rational of them exactly, the rest in intervals. */
#include "compiler/game/energy.h"
#include "compiler/model/cost/cost.h"

typedef struct Sum {
    mpq_t y;                    /* x less the shift */
    mpq_t rational, term;
    mpfi_ptr rest;
} Sum;

static void set_infinite(mpfi_ptr out)
{
    mpfr_set_inf(&out->left, 1);
    mpfr_set_inf(&out->right, 1);
}

/* factor y^power/divisor */
static void add_monomial(Sum *s, mpq_srcptr factor, int power, unsigned divisor)
{
    mpq_set_ui(s->term, 1, divisor);
    mpq_mul(s->term, s->term, factor);
    for (; power > 0; power--)
        mpq_mul(s->term, s->term, s->y);
    mpq_add(s->rational, s->rational, s->term);
}

static void less_half_square(Sum *s)
{
    mpq_mul(s->term, s->y, s->y);
    mpq_div_2exp(s->term, s->term, 1);
    mpq_sub(s->rational, s->rational, s->term);
}

static void less_size(Sum *s)
{
    mpq_abs(s->term, s->y);
    mpq_sub(s->rational, s->rational, s->term);
}

/* factor u log(u), u >= 0: 0 at 0. */
static void add_entropy(Sum *s, mpq_srcptr factor, mpq_srcptr u)
{
    mpfi_t log;
    if (mpq_sgn(u) == 0)
        return;
    mpfi_init2(log, ENERGY_PRECISION);
    mpfi_set_q(log, u);
    mpfi_log(log, log);
    mpfi_mul_q(log, log, u);
    mpfi_mul_q(log, log, factor);
    mpfi_add(s->rest, s->rest, log);
    mpfi_clear(log);
}

/* factor (u log(u) + (whole - u) log(whole - u)) */
static void add_two_entropies(Sum *s, mpq_srcptr factor, mpq_srcptr u, unsigned whole)
{
    mpq_t other;
    mpq_init(other);
    mpq_set_ui(other, whole, 1);
    mpq_sub(other, other, u);
    add_entropy(s, factor, u);
    add_entropy(s, factor, other);
    mpq_clear(other);
}

/* -factor log(u), u > 0 */
static void less_log(Sum *s, mpq_srcptr factor, mpq_srcptr u)
{
    mpfi_set_q(s->rest, u);
    mpfi_log(s->rest, s->rest);
    mpfi_mul_q(s->rest, s->rest, factor);
    mpfi_neg(s->rest, s->rest);
}

/* ---- one by one; y is in the domain, and no end of it where the cost is infinite there ---- */

static void of_entropy(Sum *s, Num T, Num r)
{
    mpq_t u, factor;
    mpq_inits(u, factor, (mpq_ptr)0);
    mpq_div(u, s->y, r);
    mpq_mul(factor, T, r);
    add_two_entropies(s, factor, u, 1);
    mpq_clears(u, factor, (mpq_ptr)0);
}

static void of_tanh(Sum *s)
{
    mpq_t u, half;
    mpq_inits(u, half, (mpq_ptr)0);
    mpq_set_ui(half, 1, 2);
    mpq_set_ui(u, 1, 1);
    mpq_add(u, u, s->y);
    add_two_entropies(s, half, u, 2);
    less_half_square(s);
    mpq_clears(u, half, (mpq_ptr)0);
}

/* -(4/pi^2) log cos(pi y/2) - y^2/2 */
static void of_arctan(Sum *s)
{
    mpfi_t pi;
    mpfi_init2(pi, ENERGY_PRECISION);
    mpfi_const_pi(pi);
    mpfi_div_2ui(pi, pi, 1);
    mpfi_mul_q(s->rest, pi, s->y);
    mpfi_cos(s->rest, s->rest);
    mpfi_log(s->rest, s->rest);
    mpfi_neg(s->rest, s->rest);
    mpfi_div(s->rest, s->rest, pi);
    mpfi_div(s->rest, s->rest, pi);
    less_half_square(s);
    mpfi_clear(pi);
}

static void of_softsign(Sum *s)
{
    mpq_t one, u;
    mpq_inits(one, u, (mpq_ptr)0);
    mpq_set_ui(one, 1, 1);
    mpq_abs(u, s->y);
    mpq_sub(u, one, u);
    less_log(s, one, u);
    less_size(s);
    less_half_square(s);
    mpq_clears(one, u, (mpq_ptr)0);
}

static void of_algebraic(Sum *s)
{
    mpq_mul(s->term, s->y, s->y);
    mpfi_set_ui(s->rest, 1);
    mpfi_sub_q(s->rest, s->rest, s->term);
    mpfi_sqrt(s->rest, s->rest);
    mpfi_ui_sub(s->rest, 1, s->rest);
    less_half_square(s);
}

/* (a + y) log(1 + y/a) - y - y^2/2 below 0, and 0 */
static void of_elu(Sum *s, Num a)
{
    mpq_t u;
    if (mpq_sgn(s->y) >= 0)
        return;
    mpq_init(u);
    mpq_add(u, s->y, a);
    mpq_div(u, u, a);
    add_entropy(s, a, u);
    mpq_sub(s->rational, s->rational, s->y);
    less_half_square(s);
    mpq_clear(u);
}

/* T^2 (Li2(exp(-y/T)) - pi^2/6); Li2 grows. */
static void of_softplus(Sum *s, Num T)
{
    mpfi_t square;
    mpq_div(s->term, s->y, T);
    mpfi_set_q(s->rest, s->term);
    mpfi_neg(s->rest, s->rest);
    mpfi_exp(s->rest, s->rest);
    mpfr_li2(&s->rest->left, &s->rest->left, MPFR_RNDD);
    mpfr_li2(&s->rest->right, &s->rest->right, MPFR_RNDU);
    mpfi_init2(square, ENERGY_PRECISION);
    mpfi_const_pi(square);
    mpfi_sqr(square, square);
    mpfi_div_ui(square, square, 6);
    mpfi_sub(s->rest, s->rest, square);
    mpfi_mul_q(s->rest, s->rest, T);
    mpfi_mul_q(s->rest, s->rest, T);
    mpfi_clear(square);
}

static void of_boltzmann(Sum *s, Num T)
{
    add_entropy(s, T, s->y);
    mpq_mul(s->term, T, s->y);
    mpq_sub(s->rational, s->rational, s->term);
}

/* lambda y^(3/2)/(3/2) */
static void of_three_halves(Sum *s, Num lambda)
{
    mpfi_set_q(s->rest, s->y);
    mpfi_sqrt(s->rest, s->rest);
    mpfi_mul_q(s->rest, s->rest, s->y);
    mpfi_mul_q(s->rest, s->rest, lambda);
    mpfi_mul_2ui(s->rest, s->rest, 1);
    mpfi_div_ui(s->rest, s->rest, 3);
}

/* p/(p + 1) y (y/k)^(1/p) - y^2/2 */
static void of_power(Sum *s, Num k, Num p)
{
    if (mpq_sgn(s->y) == 0)
        return;
    mpq_div(s->term, s->y, k);
    mpfi_set_q(s->rest, s->term);
    mpfi_log(s->rest, s->rest);
    mpfi_div_q(s->rest, s->rest, p);
    mpfi_exp(s->rest, s->rest);
    mpfi_mul_q(s->rest, s->rest, s->y);
    mpfi_mul_q(s->rest, s->rest, p);
    mpq_set_ui(s->term, 1, 1);
    mpq_add(s->term, s->term, p);
    mpfi_div_q(s->rest, s->rest, s->term);
    less_half_square(s);
}

static bool add_smooth(Sum *s, const Cost *c)
{
    switch (c->smooth) {
    case SMOOTH_NONE: break;
    case SMOOTH_ENTROPY: of_entropy(s, c->p[0], c->p[1]); break;
    case SMOOTH_TANH: of_tanh(s); break;
    case SMOOTH_ARCTAN: of_arctan(s); break;
    case SMOOTH_SOFTSIGN: of_softsign(s); break;
    case SMOOTH_ALGEBRAIC: of_algebraic(s); break;
    case SMOOTH_ELU: of_elu(s, c->p[0]); break;
    case SMOOTH_SOFTPLUS: of_softplus(s, c->p[0]); break;
    case SMOOTH_LOG_BARRIER: less_log(s, c->p[0], s->y); break;
    case SMOOTH_BOLTZMANN: of_boltzmann(s, c->p[0]); break;
    case SMOOTH_THREE_HALVES: of_three_halves(s, c->p[0]); break;
    case SMOOTH_CUBIC: add_monomial(s, c->p[0], 3, 3); break;
    case SMOOTH_POWER: of_power(s, c->p[0], c->p[1]); break;
    case SMOOTH_PROBIT: case SMOOTH_NAKA_RUSHTON: case N_SMOOTHS: return false;
    }
    return true;
}

/* ---- where they are finite ---- */

static bool is_within(mpq_srcptr y, long lo, long hi, bool with_ends)
{
    int below = mpq_cmp_si(y, lo, 1), above = mpq_cmp_si(y, hi, 1);
    return with_ends ? below >= 0 && above <= 0 : below > 0 && above < 0;
}

static bool is_finite(const Cost *c, mpq_srcptr y)
{
    if ((c->lo && mpq_cmp(y, c->lo) < 0) || (c->hi && mpq_cmp(y, c->hi) > 0))
        return false;
    switch (c->smooth) {
    case SMOOTH_ENTROPY: return mpq_sgn(y) >= 0 && mpq_cmp(y, c->p[1]) <= 0;
    case SMOOTH_TANH: case SMOOTH_ALGEBRAIC: return is_within(y, -1, 1, true);
    case SMOOTH_ARCTAN: case SMOOTH_SOFTSIGN: return is_within(y, -1, 1, false);
    case SMOOTH_PROBIT: return is_within(y, 0, 1, true);
    case SMOOTH_NAKA_RUSHTON: return mpq_sgn(y) >= 0 && mpq_cmp(y, c->p[0]) <= 0;
    case SMOOTH_LOG_BARRIER: return mpq_sgn(y) > 0;
    case SMOOTH_SOFTPLUS: case SMOOTH_BOLTZMANN: case SMOOTH_THREE_HALVES: case SMOOTH_CUBIC: case SMOOTH_POWER: return mpq_sgn(y) >= 0;
    case SMOOTH_ELU: {
        mpq_t end;
        mpq_init(end);
        mpq_neg(end, c->p[0]);
        bool inside = mpq_cmp(y, end) >= 0;
        mpq_clear(end);
        return inside;
    }
    case SMOOTH_NONE: case N_SMOOTHS: break;
    }
    return true;
}

bool energy_of_named(const Cost *c, double x, mpfi_ptr out)
{
    Sum s = {.rest = out};
    bool known = true;
    mpq_inits(s.y, s.rational, s.term, (mpq_ptr)0);
    mpq_set_d(s.y, x);
    if (c->shift)
        mpq_sub(s.y, s.y, c->shift);
    mpfi_set_ui(out, 0);
    if (!is_finite(c, s.y)) {
        set_infinite(out);
    } else if ((known = add_smooth(&s, c))) {
        add_monomial(&s, c->tilt, 1, 1);
        add_monomial(&s, mpq_sgn(s.y) < 0 ? c->a_neg : c->a_pos, 2, 2);
        mpq_abs(s.y, s.y);
        add_monomial(&s, c->lambda, 1, 1);
        mpfi_add_q(out, out, s.rational);
    }
    mpq_clears(s.y, s.rational, s.term, (mpq_ptr)0);
    return known;
}
