/* The ends of an attribute by its form hold what each neuron has, over random forms. */
#include "compiler/net/pair_eval.h"
#include "tests/draw.h"
#include "tests/unit/net_model.h"

enum { FORMS = 60, NEURONS = 10000 };

typedef struct Form {
    Bench *b;
    Draw *d;
    uint32_t n_draws;
    bool has_i;
} Form;

static const Span nowhere;

static const Expr *number(Form *f)
{
    static const int above[] = { -7, -2, -1, 1, 1, 3, 22 }, beneath[] = { 1, 3, 7, 10 };
    return expr_const(&f->b->cx, nowhere, num_ratio(&f->b->pool, above[below(f->d, 7)], (unsigned)beneath[below(f->d, 4)]));
}

static const Expr *drawn(Form *f)
{
    static const EigDraw from[] = {
        { EIG_DIST_UNIFORM, 0.1, 0.7, false, 0, 0 },     { EIG_DIST_UNIFORM, -1e16, 1, false, 0, 0 },
        { EIG_DIST_UNIFORM, 1, 1 + 0x1p-51, false, 0, 0 }, { EIG_DIST_NORMAL, 0, 1, true, 0.3, 0.3 + 0x1p-40 },
        { EIG_DIST_NORMAL, 20, 5, true, 1, 30 },         { EIG_DIST_LOGNORMAL, 2, 0.5, true, 1.1, 2.3 },
        { EIG_DIST_GAMMA, 2, 1, true, 1, 2 },            { EIG_DIST_EXPONENTIAL, 3, 0, true, 0, 1.7 },
    };
    uint32_t number = f->n_draws++;
    return expr_draw(&f->b->cx, nowhere, &from[below(f->d, sizeof from / sizeof *from)], 1 + number, 5, false, number);
}

static const Expr *leaf(Form *f)
{
    unsigned which = below(f->d, 6);
    if (which == 0 && !f->has_i) {
        f->has_i = true;
        return expr_var(&f->b->cx, nowhere, EIG_VAR_PRE_I);
    }
    return which < 2 ? number(f) : drawn(f);
}

/* NULL where constants have no value. */
static const Expr *form(Form *f, int depth)
{
    static const EigFn fn[] = { EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_NEG, EIG_FN_MIN, EIG_FN_MAX,
                                EIG_FN_EXP, EIG_FN_LOG, EIG_FN_SQRT, EIG_FN_TANH, EIG_FN_ATAN, EIG_FN_EXPREL };
    if (depth == 0 || below(f->d, 5) == 0)
        return leaf(f);
    EigFn of = fn[below(f->d, sizeof fn / sizeof *fn)];
    const Expr *arg[2] = { form(f, depth - 1), NULL };
    if (eig_fn_n_args[of] == 2)
        arg[1] = form(f, depth - 1);
    if (!arg[0] || (eig_fn_n_args[of] == 2 && !arg[1]))
        return NULL;
    return expr_call(&f->b->cx, &f->b->pool, nowhere, of, eig_fn_n_args[of], arg);
}

static bool holds(Num lo, Num hi, const PairValue *x)
{
    NumPool scratch = { 0 };
    Num exact = x->q ? x->q : num_from_double(&scratch, x->d);
    bool ok = mpq_cmp(lo, exact) <= 0 && mpq_cmp(exact, hi) <= 0;
    num_pool_free(&scratch);
    return ok;
}

static void all_lie_between(const Expr *e, Num lo, Num hi)
{
    PairEval eval;
    bool ok = true;
    pair_eval_begin(&eval, e, 3);
    for (size_t k = 0; ok && k < NEURONS; k++) {
        PairValue x;
        ok = pair_eval(&eval, k, 0, &x) && holds(lo, hi, &x);
    }
    pair_eval_end(&eval);
    CHECK(ok);
}

static void ends_hold_every_neuron(void)
{
    int shown = 0;
    for (uint64_t seed = 0; seed < 20 * FORMS && shown < FORMS; seed++) {
        Bench b;
        Num lo, hi;
        bench_begin(&b);
        Draw d = draw_seed(&b.cx, seed + 1);
        Form f = { &b, &d, 0, false };
        const Expr *e = form(&f, 2);
        if (e && e->kind == EXPR_CALL && neurons_lie_between(&b.pool, e, NEURONS, &lo, &hi)) {
            shown++;
            all_lie_between(e, lo, hi);
        }
        bench_end(&b);
    }
    CHECK(shown == FORMS);
}

static void what_stands_twice_is_not_shown(void)
{
    Bench b;
    Num lo, hi;
    bench_begin(&b);
    const Expr *i = expr_var(&b.cx, nowhere, EIG_VAR_PRE_I), *twice[2] = { i, i };
    CHECK(!neurons_lie_between(&b.pool, expr_call(&b.cx, &b.pool, nowhere, EIG_FN_SUB, 2, twice), NEURONS, &lo, &hi));
    bench_end(&b);
}

int main(void)
{
    RUN(ends_hold_every_neuron);
    RUN(what_stands_twice_is_not_shown);
    return test_done();
}
