#include "compiler/check/slope/form/periodic.h"

#include <math.h>

#include "compiler/expr/affine.h"

/* 2 pi / rate for every rate met is a whole number of times in 2 pi top/bottom. */
typedef struct Period {
    NumPool *nums;
    EigVar by;
    mpz_t top, bottom;          /* bottom 0: no rate yet */
    double fastest;             /* the largest size of a rate */
} Period;

static void add_rate(Period *p, Num rate)
{
    if (mpq_sgn(rate) == 0)
        return;
    mpz_lcm(p->top, p->top, mpq_denref(rate));
    mpz_gcd(p->bottom, p->bottom, mpq_numref(rate));
    p->fastest = fmax(p->fastest, fabs(mpq_get_d(rate)));
}

static bool repeats(Period *p, const Expr *e)
{
    Num offset, rate;
    if (!expr_uses(e, p->by))
        return true;
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    if ((e->as.call.fn == EIG_FN_SIN || e->as.call.fn == EIG_FN_COS) && expr_affine(p->nums, arg[0], p->by, &offset, &rate)) {
        add_rate(p, rate);
        return true;
    }
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!repeats(p, arg[k]))
            return false;
    return true;
}

/* ... but for a straight term. */
static bool repeats_beside_a_line(Period *p, const Expr *e)
{
    Num offset, rate;
    if (expr_affine(p->nums, e, p->by, &offset, &rate))
        return true;
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_NEG:
        return repeats_beside_a_line(p, arg[0]);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
        return repeats_beside_a_line(p, arg[0]) && repeats_beside_a_line(p, arg[1]);
    case EIG_FN_MUL:
        if (expr_is_const(arg[0], NULL) || expr_is_const(arg[1], NULL))
            return repeats_beside_a_line(p, arg[expr_is_const(arg[0], NULL) ? 1 : 0]);
        return repeats(p, e);
    case EIG_FN_DIV:
        return expr_is_const(arg[1], NULL) ? repeats_beside_a_line(p, arg[0]) : repeats(p, e);
    default:
        return repeats(p, e);
    }
}

/* Of a period of 2 pi `times`: has it few waves, or is it about as long as what a search looks at? The first is so in whatever unit x is. */
static bool is_worth_it(double times, double fastest)
{
    static const double MANY = 100, SHORTEST = 0x1p-20, LONGEST = 0x1p40;   /* a search of the line is no longer then; what it resolves */
    return (times >= 1 / MANY && times <= MANY) || (times * fastest <= MANY && times >= SHORTEST && times <= LONGEST);
}

double periodic_half(NumPool *nums, const Expr *e, EigVar by)
{
    Period p = { .nums = nums, .by = by };
    double half = 0;
    mpz_init_set_ui(p.top, 1);
    mpz_init(p.bottom);
    if (repeats_beside_a_line(&p, e) && mpz_sgn(p.bottom)) {
        double times = mpz_get_d(p.top) / mpz_get_d(p.bottom);
        half = is_worth_it(times, p.fastest) ? 3.14159265358979324 * times * (1 + 0x1p-40) : 0;
    }
    mpz_clear(p.top);
    mpz_clear(p.bottom);
    return half;
}
