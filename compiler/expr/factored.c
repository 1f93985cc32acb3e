/* FLINT's polynomials in several unknowns, their greatest common divisors and their factors. */
#include "compiler/expr/factored_parts.h"

enum { WORK_OF_CALL = 60 };             /* in the unit of NumPool.work */

/* The unknown k, which factored_atoms() has met. */
static void set_atom(Factoring *q, int k, Ratio *r)
{
    if (k >= q->n_atoms)
        BUG("an unknown that was not found before");
    q->f->fmpz_mpoly_gen(r->above, k, q->ring);
}

static void set_exponential(Factoring *q, const Expr *exponent, Num rate, Ratio *r)
{
    int k = factored_find_exponential(q, exponent);
    set_atom(q, k, r);
    Num times = factored_combine(q, mpq_div, rate, q->atom[k].rate);
    q->too_much |= mpz_cmpabs_ui(mpq_numref(times), MOST_POWER) > 0;
    if (!q->too_much)
        ratio_raise(q, r, mpz_get_si(mpq_numref(times)));
}

static void read_exponential(Factoring *q, const Expr *e, Ratio *r)
{
    const Expr *core;
    Num offset, rate = factored_rate(q, e->as.call.arg[0], &core, &offset);
    Ratio other;
    ratio_init(q, &other);
    q->f->fmpz_mpoly_set_ui(r->above, 1, q->ring);
    if (core)
        set_exponential(q, core, rate, r);
    if (mpq_sgn(offset) && !q->too_much) {
        set_exponential(q, expr_const(q->cx, q->at, num_int(q->nums, 1)), offset, &other);
        ratio_apply(q, EIG_FN_MUL, r, &other);
    }
    if (factored_is_call(e, EIG_FN_EXPM1) && !q->too_much) {
        ratio_clear(q, &other);
        ratio_init(q, &other);
        q->f->fmpz_mpoly_set_ui(other.above, 1, q->ring);
        ratio_apply(q, EIG_FN_SUB, r, &other);
    }
    ratio_clear(q, &other);
}

static void read_call(Factoring *q, const Expr *e, Ratio *r)
{
    bool turned;
    const Expr *call = factored_call(q, e, &turned);
    set_atom(q, factored_find(q, call), r);
    if (turned && factored_symmetry(e->as.call.fn) < 0)
        q->f->fmpz_mpoly_neg(r->above, r->above, q->ring);
    if (turned && e->as.call.fn == EIG_FN_NORMCDF)
        q->f->fmpz_mpoly_sub(r->above, r->below, r->above, q->ring);
}

static void read_ratio(Factoring *q, const Expr *e, Ratio *r);

static void read_root(Factoring *q, const Expr *e, const Power *power, Ratio *r)
{
    const Expr *u = e->as.call.arg[0];
    Ratio root;
    ratio_init(q, &root);
    q->f->fmpz_mpoly_set_ui(r->above, 1, q->ring);
    if (power->whole) {
        read_ratio(q, u, r);
        if (!q->too_much)
            ratio_raise(q, r, power->whole);
    }
    if (power->part && !q->too_much) {
        set_atom(q, factored_find(q, factored_root(q, u, power->part)), &root);
        ratio_apply(q, EIG_FN_MUL, r, &root);
    }
    ratio_clear(q, &root);
}

static void read_ratio(Factoring *q, const Expr *e, Ratio *r)
{
    Power power;
    q->nums->work += WORK_OF_CALL;
    if (q->too_much)
        return;
    if (e->kind == EXPR_CONST) {
        ratio_set_number(q, e->as.value, r);
        ratio_look_at_size(q, r);
    } else if (e->kind == EXPR_VAR) {
        set_atom(q, factored_find(q, e), r);
    } else if (factored_is_call(e, EIG_FN_EXP) || factored_is_call(e, EIG_FN_EXPM1)) {
        read_exponential(q, e, r);
    } else if (factored_power(q, e, &power)) {
        read_root(q, e, &power, r);
    } else if (!factored_is_algebra(e)) {
        read_call(q, e, r);
    } else if (factored_is_call(e, EIG_FN_NEG)) {
        read_ratio(q, e->as.call.arg[0], r);
        q->f->fmpz_mpoly_neg(r->above, r->above, q->ring);
    } else {
        Ratio other;
        ratio_init(q, &other);
        read_ratio(q, e->as.call.arg[0], r);
        read_ratio(q, e->as.call.arg[1], &other);
        if (!q->too_much)
            ratio_apply(q, e->as.call.fn, r, &other);
        ratio_clear(q, &other);
    }
}

const Expr *expr_factored(Ctx *cx, NumPool *pool, const Expr *e, EigVar by)
{
    Factoring q = { .cx = cx, .nums = pool, .by = by, .at = e->span, .f = flint_load(), .too_much = e->depth > EXPR_MAX_DEPTH };
    if (q.f)
        factored_atoms(&q, e);
    if (!q.f || q.too_much || q.n_atoms == 0)
        return NULL;
    Ratio r;
    q.f->fmpz_mpoly_ctx_init(q.ring, q.n_atoms, ORD_DEGLEX);
    ratio_init(&q, &r);
    read_ratio(&q, e, &r);
    const Expr *whole = q.too_much ? NULL : factored_write(&q, &r);
    ratio_clear(&q, &r);
    q.f->fmpz_mpoly_ctx_clear(q.ring);
    q.f->flint_cleanup();
    return q.too_much ? NULL : whole;
}
