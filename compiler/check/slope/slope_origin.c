#include "compiler/check/slope/slope_origin.h"

#include <math.h>

#include "compiler/check/slope/terms/terms_walk.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/derive.h"

/* ---- finding them ---- */

static void add_origin(Origins *o, Num at)
{
    for (size_t k = 0; k < o->n; k++)
        if (mpq_equal(o->at[k].at, at))
            return;
    if (o->n < MAX_ORIGINS)
        o->at[o->n++] = (Origin){ .at = at };
}

/* The roots of the largest straight parts. */
static void find_origins(NumPool *nums, const Expr *e, Origins *o)
{
    Num offset, rate;
    if (expr_affine(nums, e, EIG_VAR_Z, &offset, &rate)) {
        if (mpq_sgn(rate) == 0)
            return;
        mpq_ptr root = num_new(nums);
        mpq_div(root, offset, rate);
        mpq_neg(root, root);
        add_origin(o, root);
    } else if (e->kind == EXPR_CALL) {
        for (int k = 0; k < e->as.call.n_args; k++)
            find_origins(nums, e->as.call.arg[k], o);
    }
}

/* ---- one side of one ---- */

/* No jump, and a value, at the place itself. */
static bool is_continuous(NumPool *nums, const Expr *phi, Num at)
{
    JetResult r;
    JetDomain d = { nums, 0, nextafter(num_to_double_down(at), -INFINITY), nextafter(num_to_double_up(at), INFINITY) };
    jet_result_init(&r);
    jet_evaluate(phi, &d, &r);
    bool fine = r.trouble == JET_FINE;
    jet_result_clear(&r);
    return fine;
}

/* at + 1/y or at - 1/y, with z standing for y. */
static const Expr *beside(Ctx *cx, NumPool *nums, const Expr *e, Num at, int side)
{
    const Expr *arg[2] = { expr_const(cx, e->span, num_int(nums, side)), expr_var(cx, e->span, EIG_VAR_Z) };
    const Expr *step = expr_call(cx, nums, e->span, EIG_FN_DIV, 2, arg);
    return expr_moved(cx, nums, e, EIG_VAR_Z, at, step);
}

/* What prove_side() is about, with z standing for y, and what it works in. */
typedef struct Beside {
    NumPool *nums;
    const Expr *phi, *slope;
    double most;
    double bound;               /* of the slopes that were seen */
    JetResult value, of_slope;
} Beside;

/* On [at +- 1/hi, at +- 1/lo] phi is fine and its slope in [0, most]. */
static bool is_seen(Beside *b, double lo, double hi)
{
    JetDomain d = { b->nums, 1, lo, hi };
    jet_evaluate(b->phi, &d, &b->value);
    jet_evaluate(b->slope, &d, &b->of_slope);
    double steepest = mpfr_get_d(&b->of_slope.value->right, MPFR_RNDU);
    bool fine = b->value.trouble == JET_FINE && b->of_slope.trouble == JET_FINE && mpfr_sgn(&b->of_slope.value->left) >= 0 && steepest <= b->most;
    if (fine)
        b->bound = fmax(b->bound, steepest);
    return fine;
}

/* The widest [at, at +- 1/y], y a power of 2, where the slope is seen to be in [0, most]. Of one that is not seen to be so before y is large,
 * as beside a root, from there outwards again, by parts. */
static double prove_side(Beside *b)
{
    double y = 1;
    for (double times = 2; y <= 0x1p960 && !is_seen(b, y, INFINITY); y *= times)
        times = y >= 0x1p30 ? 0x1p30 : 2;
    if (y > 0x1p960)
        return 0;
    while (y > 0x1p30 && is_seen(b, y / 2, y))
        y /= 2;
    return 1 / y;
}

/* The same by sums of terms (terms.h) in 1/y, where leading ones cancel: differences of roots and powers. They may also grow without bound. */
static double prove_by_terms(Beside *b, int side)
{
    static const double FROM[] = { 0x1p6, 0x1p16, 0x1p30, 0x1p44 };     /* no piece is much narrower */
    enum { WORK = JET_BUDGET / 80 };
    double width = 0;
    mpfi_t slope;
    mpfi_init2(slope, JET_PRECISION);
    for (size_t k = 0; k < sizeof FROM / sizeof *FROM && !(width > 0); k++) {
        bool grows;
        if (!terms_beside(b->phi, b->nums, side, FROM[k], WORK, slope, &grows) || !(mpfr_sgn(&slope->left) >= 0))
            continue;
        double steepest = grows ? (double)INFINITY : mpfr_get_d(&slope->right, MPFR_RNDU);
        if (!grows && !(steepest <= b->most))
            continue;
        b->bound = fmax(b->bound, steepest);
        width = 1 / FROM[k];
    }
    mpfi_clear(slope);
    return width;
}

void origins_prove(Ctx *cx, NumPool *nums, const Expr *phi, double most, Origins *out)
{
    const Expr *slope = expr_derive(cx, nums, phi, EIG_VAR_Z);
    out->n = 0;
    add_origin(out, num_int(nums, 0));
    find_origins(nums, phi, out);
    Beside b = { .nums = nums, .most = most };
    jet_result_init(&b.value);
    jet_result_init(&b.of_slope);
    for (size_t k = 0; k < out->n && slope; k++) {
        Origin *o = &out->at[k];
        b.bound = 0;
        for (int side = 0; side < 2 && is_continuous(nums, phi, o->at); side++) {
            b.phi = beside(cx, nums, phi, o->at, side ? 1 : -1);
            b.slope = beside(cx, nums, slope, o->at, side ? 1 : -1);
            o->width[side] = b.phi && b.slope ? prove_side(&b) : 0;
            if (b.phi && !(o->width[side] > 0))
                o->width[side] = prove_by_terms(&b, side ? 1 : -1);
        }
        o->bound = b.bound;
    }
    jet_result_clear(&b.value);
    jet_result_clear(&b.of_slope);
}

const Origin *origin_covering(const Origins *o, double lo, double hi)
{
    for (size_t k = 0; k < o->n; k++) {
        const Origin *p = &o->at[k];
        double least = num_to_double_up(p->at), most = num_to_double_down(p->at);
        /* Narrower than proved by more than the roundings of these sums. */
        if (p->width[0] > 0)
            least += -p->width[0] + 0x1p-50 * (fabs(least) + p->width[0]);
        if (p->width[1] > 0)
            most += p->width[1] - 0x1p-50 * (fabs(most) + p->width[1]);
        if (lo >= least && hi <= most)
            return p;
    }
    return NULL;
}
