/* Slopes over an interval of inputs: narrower than over the whole line, and finite
 * where that is not. */
#include <math.h>

#include "compiler/check/slope/jet.h"
#include "compiler/check/slope/slope.h"
#include "compiler/code/code.h"
#include "compiler/expr/affine.h"

enum { N_PARTS = 256 };

typedef struct Local {
    NumPool *nums;
    JetResult r;
    double least, most;         /* of what was seen so far */
    bool failed;
} Local;

static void see(Local *s, mpfi_srcptr bounds)
{
    s->failed |= mpfi_nan_p(bounds) != 0;
    s->least = fmin(s->least, mpfr_get_d(&bounds->left, MPFR_RNDD));
    s->most = fmax(s->most, mpfr_get_d(&bounds->right, MPFR_RNDU));
}

/* The beginning of part k; hi - lo may be beyond the doubles. */
static double edge(double lo, double hi, int k)
{
    return k == 0 ? lo : k == N_PARTS ? hi : fmin(lo + (hi / N_PARTS - lo / N_PARTS) * k, hi);
}

/* The slope, or the value, of e over [lo, hi], a part at a time. */
static void look(Local *s, const Expr *e, double lo, double hi, bool value)
{
    for (int k = 0; k < N_PARTS && !s->failed; k++) {
        jet_evaluate(e, &(JetDomain){ s->nums, 0, edge(lo, hi, k), edge(lo, hi, k + 1) }, &s->r);
        s->failed |= s->r.trouble != JET_FINE;
        see(s, value ? s->r.value : s->r.slope);
    }
}

/* ---- a solve: 1/(1 + g'') over the rates that the inputs give ---- */

static const CostPiece *piece_of(const CostFormula *c, NumPool *nums, double x)
{
    Num at = num_from_double(nums, x);
    for (size_t k = 0; k < c->n_pieces; k++)
        if ((!c->piece[k].lo || mpq_cmp(at, c->piece[k].lo) > 0) && (!c->piece[k].hi || mpq_cmp(at, c->piece[k].hi) < 0))
            return &c->piece[k];
    return NULL;
}

/* x + g'(x) is proved to lie on `side` of gain (z - threshold). */
static bool is_beyond(Local *s, const Activation *act, const CostPiece *p, double x, double z, int side)
{
    mpfi_t input;
    bool yes = false;
    jet_evaluate(p->slope, &(JetDomain){ s->nums, 0, x, x }, &s->r);
    if (s->r.trouble != JET_FINE)
        return false;
    mpfi_init2(input, JET_PRECISION);
    mpfi_set_d(input, z);
    mpfi_sub_q(input, input, act->threshold);
    mpfi_mul_q(input, input, act->gain);
    mpfi_sub(input, s->r.value, input);
    mpfi_add_d(input, input, x);
    yes = side > 0 ? mpfi_is_nonneg(input) : mpfi_is_nonpos(input);
    mpfi_clear(input);
    return yes;
}

/* A rate at least, or at most, phi(z), inside the piece where the computed one lies; NaN when none was proved. */
static double rate_beyond(Local *s, const Activation *act, const EigCode *phi, double z, int side, const CostPiece **piece)
{
    double var[EIG_N_VARS] = { [EIG_VAR_Z] = z }, x = eig_code_eval(phi, var, NULL);
    for (double by = 1e-12; x == x && by < 1e-2; by *= 10) {
        double y = x + side * by * fmax(1e-3, fabs(x));
        *piece = piece_of(act->cost, s->nums, y);
        if (*piece && is_beyond(s, act, *piece, y, z, side))
            return y;
    }
    return (double)NAN;
}

static void local_of_solve(Ctx *cx, Local *s, const Activation *act, double lo, double hi)
{
    const CostPiece *from, *to;
    EigCode phi = expr_to_code(cx, act->phi);
    double a = rate_beyond(s, act, &phi, lo, -1, &from), b = rate_beyond(s, act, &phi, hi, 1, &to);
    s->failed = !(a <= b) || from != to;
    if (s->failed)
        return;
    const Expr *curve = expr_plus_affine(cx, s->nums, from->curve, EIG_VAR_X, num_int(s->nums, 1), num_int(s->nums, 0));
    look(s, curve, a, b, true);
    double least = s->least, gain_lo = num_to_double_down(act->gain), gain_hi = num_to_double_up(act->gain);
    s->failed |= !(least > 0);
    s->least = nextafter(gain_lo / s->most, 0);
    s->most = nextafter(gain_hi / least, INFINITY);
}

void slope_local(Ctx *cx, NumPool *nums, const Activation *act, const SlopeReport *everywhere, double lo, double hi,
                 double *least, double *most)
{
    Local s = { .nums = nums, .least = INFINITY, .most = -INFINITY };
    *least = num_to_double_down(everywhere->lo);
    *most = everywhere->bounded ? num_to_double_up(everywhere->hi) : (double)INFINITY;
    if (!everywhere->proved || act->gain_of)
        return;
    jet_result_init(&s.r);
    if (act->phi->kind == EXPR_SOLVE)
        local_of_solve(cx, &s, act, lo, hi);
    else
        look(&s, act->phi, lo, hi, false);
    if (!s.failed) {
        *least = fmax(*least, s.least);
        *most = fmin(*most, s.most);
    }
    jet_result_clear(&s.r);
}
