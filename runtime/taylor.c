#include "runtime/taylor.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/elementary.h"
#include "runtime/integrate.h"
#include "runtime/layout.h"

enum { LANES = 8 };             /* numbers whose polynomials are computed side by side */

/* ---- memory ---- */

static double *row(const Taylor *s, double *c, size_t k)
{
    return c + k * s->n;
}

bool taylor_open(Taylor *s, const EigProblem *p, const EigKernel *kernel, EigKernelArgs *args)
{
    const EigProblem *linear = p->jets->linear;
    size_t n = eig_n_x(p), m = p->jets->order + 1, n_linear = eig_n_x(linear) + EIG_SUM_LANES;
    *s = (Taylor){ .p = p, .kernel = kernel, .args = args, .n = n, .order = p->jets->order };
    size_t n_kinks = p->jets->n_kinks;
    double *at = s->memory = calloc((2 * m + 2) * n + 4 * EIG_SUM_LANES + 2 * n_linear + n_kinks * p->jets->order, sizeof *at);
    if (!at)
        return false;
    s->c = at;                  /* whole vectors are read behind the last number of a row */
    s->next = s->c + m * n + EIG_SUM_LANES;
    s->defect = s->next + m * n + EIG_SUM_LANES;
    s->between = s->defect + n;
    s->sent = s->between + n + 2 * EIG_SUM_LANES;
    s->unused = s->sent + n_linear;
    s->kink = s->unused + n_linear;
    if (kernel->jet && !n_kinks)
        return true;
    size_t n_work = eig_jet_sent_from(p, eig_n_signals(p)) + 1;
    s->work = args->jet = aligned_alloc(64, (n_work + 7) / 8 * 8 * sizeof *args->jet);
    if (!s->work || (!kernel->jet && !workspace_open(&s->linear, linear, 1)))
        return false;
    memset(s->work, 0, n_work * sizeof *args->jet);
    if (!kernel->jet)
        s->linear.args.team = args->team;
    return true;
}

void taylor_close(Taylor *s)
{
    if (!s->kernel->jet)
        workspace_close(&s->linear, s->p->jets->linear);
    free(s->work);
    free(s->memory);
}

/* ---- coefficients ---- */

/* c_1, c_2, ... of the solution through c_0 at t. What arrives at each order is computed by the kernel of the linear problem. */
static void fill(Taylor *s, double t, double *c)
{
    if (s->kernel->jet) {
        s->kernel->jet(s->args, t, c);
        return;
    }
    for (size_t k = 0; k < s->order; k++) {
        const double *sent = row(s, c, k);
        if (!s->p->jets->sends_states) {
            s->kernel->jet_sent(s->args, t, c, s->sent, (int64_t)k);
            sent = s->sent;
        }
        s->kernel->linear(&s->linear.args, 0.0, sent, s->unused);
        s->kernel->jet_slope(s->args, t, c, s->linear.args.total, (int64_t)k);
    }
}

/* The largest of row k in units of the tolerances; a NaN where there is one. */
static double norm(const Taylor *s, const double *value, const double *a, const double *b)
{
    const EigProblem *p = s->p;
    double largest = 0.0;
    bool has_nan = false;
    for (size_t i = 0; i < s->n; i++) {
        double x = fabs(a[i]), y = fabs(b[i]);
        double part = value[i] == 0.0 ? 0.0 : fabs(value[i]) / (p->atol + p->rtol * (x > y ? x : y));
        has_nan |= isnan(part);
        largest = part > largest ? part : largest;
    }
    return has_nan ? (double)NAN : largest;
}

/* Over a step, the last coefficient but one counts as much as the tolerances, the last 1/e^2 of it. Not finite: no step. */
static double choose_step(const Taylor *s)
{
    double m = (double)s->order;
    double before = norm(s, s->c + (s->order - 1) * s->n, s->c, s->c), last = norm(s, s->c + s->order * s->n, s->c, s->c);
    if (!isfinite(before) || !isfinite(last))
        return 0.0;
    double a = eig_log(before) / (1.0 - m), b = (eig_log(last) + 2.0) / -m, h = eig_exp(a < b ? a : b);
    return h < s->longest ? h : s->longest;
}

/* ---- polynomials ---- */

/* Even and odd powers by themselves, each after Horner, which halves how long operations wait for each other. */
static double value_at(const Taylor *s, size_t i, double h)
{
    const double *c = s->c + (s->order - 1) * s->n + i;
    double a = c[s->n], b = *c, square = h * h;
    for (size_t k = s->order - 1; k > 0; k--) {
        c -= s->n;
        double next = a * square + *c;
        a = b;
        b = next;
    }
    return b + h * a;
}

static double slope_at(const Taylor *s, size_t i, double h)
{
    const double *c = s->c + s->order * s->n + i;
    double sum = (double)s->order * *c;
    for (size_t k = s->order - 1; k > 0; k--) {
        c -= s->n;
        sum = sum * h + (double)k * *c;
    }
    return sum;
}

/* The same of several numbers side by side. */
static void lanes_at(const Taylor *s, size_t i, double h, double *value, double *slope)
{
    const double *c = s->c + (s->order - 1) * s->n + i;
    double a[LANES], b[LANES], sum[LANES], square = h * h;
    for (size_t l = 0; l < LANES; l++) {
        a[l] = c[s->n + l];
        b[l] = c[l];
        sum[l] = ((double)s->order * a[l]) * h + (double)(s->order - 1) * b[l];
    }
    for (size_t k = s->order - 2; k + 1 > 0; k--) {
        c -= s->n;
        for (size_t l = 0; l < LANES; l++) {
            double next = a[l] * square + c[l];
            a[l] = b[l];
            b[l] = next;
            sum[l] = k > 0 ? sum[l] * h + (double)k * c[l] : sum[l];
        }
    }
    for (size_t l = 0; l < LANES; l++) {
        value[l] = b[l] + h * a[l];
        slope[l] = sum[l];
    }
}

/* The state and the slopes that the polynomials have after h. */
static void evaluate(const Taylor *s, double h, double *value, double *slope)
{
    size_t i = 0;
    for (; i + LANES <= s->n; i += LANES)
        lanes_at(s, i, h, value + i, slope + i);
    for (; i < s->n; i++) {
        value[i] = value_at(s, i, h);
        slope[i] = slope_at(s, i, h);
    }
}

/* ---- steps ---- */

/* Jumps may lie behind the end of a run that is shorter than its model says. */
static bool has_jump(const Taylor *s)
{
    return s->n_jumps_done < s->p->n_jumps && s->p->jump[s->n_jumps_done] < s->p->duration;
}

static double next_end(const Taylor *s)
{
    return has_jump(s) ? s->p->jump[s->n_jumps_done] : s->p->duration;
}

/* What jumps at the start of a piece has jumped. */
static double just_after(const Taylor *s, double t)
{
    bool is_jump = s->n_jumps_done > 0 && s->p->jump[s->n_jumps_done - 1] == t;
    return t == 0.0 ? EIG_LITTLE * s->longest : is_jump ? t * EIG_AFTER : t;
}

void taylor_start(Taylor *s, const double *x, const EigControl *from)
{
    const EigProblem *p = s->p;
    s->longest = eig_longest_step(p);
    s->t = s->t_new = from ? from->t : 0.0;
    s->step = 0.0;
    while (s->n_jumps_done < p->n_jumps && p->jump[s->n_jumps_done] <= s->t)
        s->n_jumps_done++;
    memcpy(s->c, x, s->n * sizeof *x);
    fill(s, just_after(s, s->t), s->c);
    kinks_gather(s->p, s->work, s->kink);
    s->h = from ? from->h : choose_step(s);
    if (!from && p->h > 0.0 && p->h < s->h)
        s->h = p->h;
    s->proposed = s->h;
}

EigControl taylor_control(const Taylor *s)
{
    return (EigControl){ .t = s->t, .h = s->h, .growth = 1.0, .longest = s->longest, .reached = s->t };
}

static bool ends_piece(const Taylor *s)
{
    return s->t + 1.01 * s->h >= next_end(s);
}

bool taylor_is_last(const Taylor *s)
{
    return !has_jump(s) && ends_piece(s);
}

bool taylor_too_small(const Taylor *s)
{
    return !(0.1 * s->h > DBL_EPSILON * s->t) || !(s->h > DBL_EPSILON * s->longest) || kinks_crowd(s->p, s->n_short);
}

static double shorter(const Taylor *s, double error)
{
    double f = isfinite(error) ? 0.9 * pow(error, -1.0 / ((double)s->order + 1.0)) : 0.2;
    return s->step * (f < 0.2 ? 0.2 : f);
}

bool taylor_attempt(Taylor *s)
{
    bool is_end = ends_piece(s);
    double end = next_end(s);
    double length = is_end ? end - s->t : s->h, least = kinks_least(s->t, s->longest), switches = kinks_first(s->p, s->kink, length);
    s->step = switches < least ? least : switches;
    is_end &= !(s->step < length);
    s->step = is_end || length < s->step ? length : s->step;
    s->n_short = s->step < EIG_KINKS_SHORT * s->proposed && !is_end ? s->n_short + 1 : 0;
    s->t_new = is_end ? end : s->t + s->step;
    evaluate(s, s->step, s->next, s->defect);
    fill(s, is_end ? s->t_new * EIG_BEFORE : s->t_new, s->next);
    const double *slope = row(s, s->next, 1);
    for (size_t i = 0; i < s->n; i++)
        s->defect[i] = s->step * (slope[i] - s->defect[i]);
    double error = norm(s, s->defect, s->c, s->next);
    if (error <= 1.0)
        return true;
    s->h = shorter(s, error);
    return false;
}

const double *taylor_at(Taylor *s, double time)
{
    if (time == s->t_new)
        return s->next;
    double h = time - s->t;
    for (size_t i = 0; i < s->n; i++)
        s->between[i] = value_at(s, i, h);
    return s->between;
}

void taylor_accept(Taylor *s)
{
    double *was = s->c;
    s->c = s->next;
    s->next = was;
    s->t = s->t_new;
    if (has_jump(s) && s->t == s->p->jump[s->n_jumps_done]) {
        s->n_jumps_done++;
        fill(s, just_after(s, s->t), s->c);
    }
    kinks_gather(s->p, s->work, s->kink);
    s->proposed = s->h = choose_step(s);
}

double taylor_error(const Taylor *s, size_t i)
{
    double x = fabs(s->c[i]), y = fabs(s->next[i]);
    return s->defect[i] == 0.0 ? 0.0 : fabs(s->defect[i]) / (s->p->atol + s->p->rtol * (x > y ? x : y));
}
