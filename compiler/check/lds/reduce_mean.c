/* One slope for the neurons of a population that differ in gain (Theorem 35). Where n of them have the slopes u g_i, and each
 * has `own` more weight onto itself than any other has, they do as n neurons of the slope L with
 *
 *     n L/(1 - own L) = u G,      G = sum of g_i/(1 - own u g_i),      own u g_i < 1 for all i.
 *
 * L is the mean of the slopes where own is 0. It grows with every g_i. */
#include "compiler/check/lds/lds.h"
#include "compiler/net/pair_eval.h"

/* Sums are exact as long as their denominator is that short; beyond, each term is rounded to so many bits below the largest. */
enum { EXACT_BITS = 512, ROUNDED_BITS = 96 };

typedef struct GainSum {
    const NetPop *p;
    PairEval *eval;             /* where the gains of so many neurons are not kept exactly; else NULL */
    mpq_srcptr own;             /* in units of u */
    mpq_t gain, term;
} GainSum;

static void own_weight(const Net *net, size_t pop, mpq_t out)
{
    mpq_set_ui(out, 0, 1);
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        if (b->pre != pop || b->post != pop)
            continue;
        if (b->kind == BLOCK_DIAGONAL)
            mpq_add(out, out, b->factor);
        else if (!b->self)
            mpq_sub(out, out, b->factor);
    }
}

static void gain_of(const GainSum *s, size_t k, mpq_ptr out)
{
    PairValue x;
    if (!s->eval) {
        values_get(&s->p->gain, k, out);
        return;
    }
    if (!pair_eval(s->eval, k, 0, &x))
        BUG("neuron %zu had a gain", k);
    if (x.q)
        mpq_set(out, x.q);
    else
        mpq_set_d(out, x.d);
}

/* False once it is too long to go on. */
static bool sum_exactly(GainSum *s, mpq_t out)
{
    mpq_set_ui(out, 0, 1);
    for (size_t k = 0; k < s->p->size; k++) {
        gain_of(s, k, s->term);
        if (mpq_sgn(s->own)) {
            mpq_inv(s->term, s->term);
            mpq_sub(s->term, s->term, s->own);
            mpq_inv(s->term, s->term);
        }
        mpq_add(out, out, s->term);
        if (mpz_sizeinbase(mpq_denref(out), 2) > EXACT_BITS)
            return false;
    }
    return true;
}

/* With g = a/b and own = c/d a term is (a d)/(b d - c a). */
static void term_parts(GainSum *s, size_t k, mpz_t above, mpz_t below)
{
    gain_of(s, k, s->gain);
    mpz_mul(above, mpq_numref(s->gain), mpq_denref(s->own));
    mpz_mul(below, mpq_denref(s->gain), mpq_denref(s->own));
    mpz_submul(below, mpq_numref(s->own), mpq_numref(s->gain));
}

/* The place of the last bit of a term: its largest is that of the largest gain. */
static long last_bit(GainSum *s, mpz_t above, mpz_t below)
{
    mpz_mul(above, mpq_numref(s->p->gain_max), mpq_denref(s->own));
    mpz_mul(below, mpq_denref(s->p->gain_max), mpq_denref(s->own));
    mpz_submul(below, mpq_numref(s->own), mpq_numref(s->p->gain_max));
    return (long)mpz_sizeinbase(above, 2) - (long)mpz_sizeinbase(below, 2) - ROUNDED_BITS;
}

static void sum_rounded(GainSum *s, bool is_above, mpq_t out)
{
    mpz_t above, below, sum;
    mpz_inits(above, below, sum, (mpz_ptr)0);
    long last = last_bit(s, above, below);
    for (size_t k = 0; k < s->p->size; k++) {
        term_parts(s, k, above, below);
        if (last < 0)
            mpz_mul_2exp(above, above, (mp_bitcnt_t)-last);
        else
            mpz_mul_2exp(below, below, (mp_bitcnt_t)last);
        (is_above ? mpz_cdiv_q : mpz_fdiv_q)(above, above, below);
        mpz_add(sum, sum, above);
    }
    mpq_set_z(out, sum);
    if (last < 0)
        mpq_div_2exp(out, out, (mp_bitcnt_t)-last);
    else
        mpq_mul_2exp(out, out, (mp_bitcnt_t)last);
    mpz_clears(above, below, sum, (mpz_ptr)0);
}

/* L from G in out. False where a G that is rounded up leaves none: gains beyond 2^ROUNDED_BITS. */
static bool slope_of_sum(const NetPop *p, mpq_srcptr unit, mpq_srcptr own, mpq_t out)
{
    mpq_t below, n;
    mpq_inits(below, n, (mpq_ptr)0);
    mpq_set_ui(n, p->size, 1);
    mpq_mul(below, own, out);
    mpq_add(below, below, n);
    bool is_some = mpq_sgn(below) > 0;
    mpq_mul(out, out, unit);
    if (is_some)
        mpq_div(out, out, below);
    mpq_clears(below, n, (mpq_ptr)0);
    return is_some;
}

bool reduce_mean_slope(const Net *net, size_t pop, mpq_srcptr unit, bool is_above, mpq_t out)
{
    const NetPop *p = &net->pop[pop];
    mpq_t own;
    PairEval eval;
    bool by_text = p->gain.n == 0 || p->gain_is_rounded;
    GainSum s = {.p = p, .eval = by_text ? &eval : NULL, .own = own};
    mpq_inits(own, s.gain, s.term, (mpq_ptr)0);
    own_weight(net, pop, own);
    mpq_mul(own, own, unit);
    mpq_mul(s.term, own, p->gain_max);
    bool is_damped = mpq_cmp_si(s.term, 1, 1) < 0;      /* then it is for all gains */
    if (by_text)
        pair_eval_begin(&eval, p->model->act.gain_of, net->model->sim.seed);
    if (is_damped) {
        if (!sum_exactly(&s, out))
            sum_rounded(&s, is_above, out);
        is_damped = slope_of_sum(p, unit, own, out);
    }
    if (by_text)
        pair_eval_end(&eval);
    mpq_clears(own, s.gain, s.term, (mpq_ptr)0);
    return is_damped;
}
