#include "runtime/kinks.h"

#include <float.h>
#include <math.h>

#include "runtime/layout.h"

/* ---- all of them ---- */

static size_t kinks_of(const EigJetProgram *program)
{
    size_t n = 0;
    for (size_t j = 0; j < program->n; j++)
        n += program->op[j].is_kink;
    return n;
}

void eig_kinks_count(const EigProblem *p, EigJets *jets)
{
    size_t n = 0;
    double choose = 1.0;
    for (size_t k = 0; k < jets->order; k++) {
        jets->choose[k] = 1.0 / choose;
        choose = choose * (double)(jets->order - 1 - k) / (double)(k + 1);
    }
    for (size_t q = 0; q < p->n_pops; q++)
        n += p->pop[q].size * kinks_of(&jets->pop[q].slope);
    for (size_t q = 0; !jets->sends_states && q < eig_n_signals(p); q++)
        n += p->pop[eig_signal(p, q).pop].size * kinks_of(&jets->sent[q]);
    jets->n_kinks = n;
}

static double *gather(const EigProblem *p, const EigJetProgram *program, size_t pop, const double *work, double *to)
{
    size_t stride = eig_jet_stride(p, pop);
    for (size_t j = 0; j < program->n; j++) {
        if (!program->op[j].is_kink)
            continue;
        for (size_t i = 0; i < p->pop[pop].size; i++)
            for (size_t k = 0; k < p->jets->order; k++)
                *to++ = work[(program->op[j].row + k) * stride + i];
    }
    return to;
}

void kinks_gather(const EigProblem *p, const double *work, double *kink)
{
    if (p->jets->n_kinks == 0)
        return;
    for (size_t q = 0; q < p->n_pops; q++)
        kink = gather(p, &p->jets->pop[q].slope, q, work + eig_jet_from(p, q), kink);
    for (size_t q = 0; !p->jets->sends_states && q < eig_n_signals(p); q++)
        kink = gather(p, &p->jets->sent[q], eig_signal(p, q).pop, work + eig_jet_sent_from(p, q), kink);
}

double kinks_least(double t, double longest)
{
    double by_time = 16.0 * DBL_EPSILON * t, by_step = DBL_EPSILON * longest;
    return by_time > by_step ? by_time : by_step;
}

bool kinks_crowd(const EigProblem *p, size_t n_short)
{
    return p->jets->n_kinks > 0 && n_short > EIG_KINKS_MOST_SHORT + 2 * p->jets->n_kinks;
}

/* ---- the first root of a polynomial on [0, 1], which is above 0 at 0 ---- */

typedef struct Poly {
    size_t n;                   /* coefficients */
    double a[EIG_JET_MOST_ORDER];
} Poly;

/* Newton's method, and halves where it leaves the bracket; above 0 at lo, not so at hi. */
static double polish(const Poly *p, double lo, double hi)
{
    enum { MOST = 200 };
    double x = 0.5 * (lo + hi);
    for (int k = 0; k < MOST && lo < x && x < hi; k++) {
        double value = p->a[p->n - 1], slope = 0.0;
        for (size_t j = p->n - 1; j > 0; j--) {
            slope = slope * x + value;
            value = value * x + p->a[j - 1];
        }
        *(value > 0.0 ? &lo : &hi) = x;
        double next = x - value / slope;
        if (fabs(next - x) <= 2.0 * DBL_EPSILON * x)
            return next > 0.0 ? next : x;
        x = lo < next && next < hi ? next : 0.5 * (lo + hi);
    }
    return x;
}

/* Signs of the Bernstein coefficients b on [lo, hi] change at least as often as the polynomial has roots there, and as often if once
 * (Descartes). So an interval is halved until they change once at most; one that is small then holds roots next to each other, and ends
 * the step. */
static double first_in(const Poly *p, double *b, double lo, double hi, int depth)
{
    enum { MOST_HALVES = 40 };
    double left[EIG_JET_MOST_ORDER], middle = 0.5 * (lo + hi);
    size_t n = p->n, changes = 0;
    if (!(b[0] > 0.0))
        return lo;
    for (size_t j = 1; j < n; j++)
        changes += (b[j - 1] > 0.0) != (b[j] > 0.0);
    if (changes == 0)
        return INFINITY;
    if (depth == MOST_HALVES)
        return middle;
    if (changes == 1)
        return polish(p, lo, hi);
    for (size_t r = 0; r < n; r++) {            /* de Casteljau: b becomes that of the right half */
        left[r] = b[0];
        for (size_t j = 0; j + r + 1 < n; j++)
            b[j] = 0.5 * (b[j] + b[j + 1]);
    }
    double at = first_in(p, left, lo, middle, depth + 1);
    return isfinite(at) ? at : first_in(p, b, middle, hi, depth + 1);
}

static double first_root(const Poly *p, const double *choose)
{
    size_t n = p->n, degree = n - 1;
    double b[EIG_JET_MOST_ORDER], least = p->a[degree];
    for (size_t k = degree; k-- > 0;)
        least = p->a[k] + (least < 0.0 ? least : 0.0);
    if (least > 0.0)
        return INFINITY;
    for (size_t k = 0; k < n; k++)
        b[k] = p->a[k] * choose[k];
    for (size_t r = 1; r < n; r++)
        for (size_t j = degree; j >= r; j--)
            b[j] += b[j - 1];
    return first_in(p, b, 0.0, 1.0, 0);
}

/* The root of what is a little above a kink: one that only touches, or rests at 0, is on its side still. How far off a kink of so little
 * puts the slopes is far below the tolerances. */
static double first_of(const EigProblem *problem, const double *g, double length)
{
    Poly p;                     /* not set to 0, which takes as long as the rest */
    double sign = g[0] >= 0.0 ? 1.0 : -1.0, power = 1.0, size = 0.0, rtol = problem->rtol / 1024.0;
    p.n = problem->jets->order;
    for (size_t k = 0; k < p.n; k++) {
        p.a[k] = sign * g[k] * power;
        size += fabs(p.a[k]);
        power *= length;
    }
    if (!(size > 0.0) || !isfinite(size))
        return INFINITY;
    p.a[0] += problem->atol / 1024.0 + size * (rtol > 64.0 * DBL_EPSILON ? rtol : 64.0 * DBL_EPSILON);
    return first_root(&p, problem->jets->choose) * length;
}

double kinks_first(const EigProblem *p, const double *kink, double length)
{
    double first = INFINITY;
    for (size_t k = 0; k < p->jets->n_kinks; k++) {
        double at = first_of(p, kink + k * p->jets->order, first < length ? first : length);
        first = at < first ? at : first;
    }
    return first;
}
