/* The largest factor on all weights that is found to restore diagonal stability. For W times s, all that is certified for one s holds
 * for every smaller one with the same multipliers, so the least upper bound is enclosed between proofs. */
#include <math.h>

#include "compiler/check/advice.h"
#include "compiler/check/proof/statement_verify.h"

/* Operations (lds.c) of one decision, less than a tenth of a second, and of all; decisions; parts to which the end is enclosed. */
static const double work_each = 5e9, work_in_all = 2e10, nearly = 1.002, least_of_all = 0x1p-20;
enum { DECISIONS = 16, ROUNDINGS = 5 };

typedef struct Search {
    Ctx *cx;
    const Report *r;
    const Remedy *x;
    double work, most;          /* left; of one decision so far */
} Search;

/* Certified with the factor; the margin, 0: unknown. */
static bool is_certified(Search *s, Num factor, double *margin)
{
    Net net = remedy_net(s->cx, s->r->net, s->x, factor);
    LdsReport lds = {0};
    double given = fmin(s->work, work_each), left = given;
    if (!reduce_net(s->cx, &net, s->r->slope, remedy_level(s->cx, &net), &lds.matrix, &lds.reason))
        return false;
    lds_decide_within(s->cx, &net, &left, &lds);
    s->work -= given - left;
    s->most = fmax(s->most, given - left);
    *margin = lds.verdict == TRUTH_CERTIFIED && lds.has_margin ? lds.margin : 0;
    claim_matrix_clear(&lds.matrix);
    evidence_clear(&lds.evidence);
    return lds.verdict == TRUTH_CERTIFIED;
}

/* The largest of what neurons do to themselves, by which their leaks shrink as weights grow. */
static double largest_own(const ClaimMatrix *m)
{
    double most = 0;
    mpq_t net;
    mpq_init(net);
    for (size_t a = 0; a < m->q; a++) {
        neuron_net_leak(m, a, net);
        most = fmax(most, 1 - mpq_get_d(net));
    }
    mpq_clear(net);
    return most;
}

/* Net leaks 1 - lo own may lose the part `margin`: so weights may be larger until net leaks, shrunk, and weights are in that proportion. */
static double next_factor(double lo, double hi, double margin, double own)
{
    double next = margin > 0 && margin < 1 ? lo / (1 - margin * (1 - lo * own)) * 0.999 : 0;
    if (next > lo * nearly && next < hi)
        return next;
    return hi > 2 * lo ? sqrt(lo * hi) : (lo + hi) / 2;
}

bool remedy_find_factor(Ctx *cx, const Report *r, Remedy *x)
{
    NumPool *nums = r->net->nums;
    Search s = {cx, r, x, work_in_all, 0};
    double lo = least_of_all, hi = 1, margin, own = largest_own(&r->lds.matrix);
    if (!is_certified(&s, num_from_double(nums, lo), &margin))
        return false;
    for (int k = 0; k < DECISIONS && hi > lo * nearly && s.work > 2 * s.most; k++) {    /* the short number takes one or two */
        double next = next_factor(lo, hi, margin, own);
        if (is_certified(&s, num_from_double(nums, next), &margin))
            lo = next;
        else
            hi = next;
    }
    for (int k = 0; k < ROUNDINGS; k++) {
        x->at = remedy_digits(nums, lo * (1 - 0.005 * k * k));
        if (is_certified(&s, x->at, &margin))
            return true;
    }
    return false;
}
