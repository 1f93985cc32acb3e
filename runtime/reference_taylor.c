/* `taylor` of the reference: every coefficient of every operation, neuron by neuron, in the words of docs/semantics.md, section 16. */
#include "runtime/jet.h"
#include "runtime/kinks.h"
#include "runtime/reference.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/elementary.h"
#include "runtime/layout.h"

typedef struct Jets {
    Oracle *o, linear;
    const EigProblem *p;
    size_t order;
    double *c, *next;           /* rows of coefficients of the states */
    double **of_pop, **of_signal;       /* coefficient k of operation j of neuron i at (i * n + j) * order + k */
    double *sent;
    double *kink;               /* as runtime/kinks.h has them */
    size_t n_short;
    double longest, h, t, proposed;     /* h before attempts failed */
} Jets;

/* One neuron's coefficients while one of them is computed. */
typedef struct Look {
    const EigJetProgram *program;
    double *of;
    size_t order, k;
    const double *c, *total;    /* of the states; what arrives, of order k */
    const EigProblem *p;
    const EigJetPop *jets;
    size_t pop, i;
    double t;
} Look;

static double get(const Look *l, size_t op, size_t k)
{
    return l->of[op * l->order + k];
}

/* Sum of a_j b_(k - j) for j in [from, to], from -0 on; slope: of j a_j. */
static double products(const Look *l, size_t a, size_t b, size_t from, size_t to, bool slope)
{
    double sum = -0.0;
    for (size_t j = from; j <= to; j++)
        sum = sum + (slope ? (double)j * get(l, a, j) : get(l, a, j)) * get(l, b, l->k - j);
    return sum;
}

static double product(const Look *l, const EigJetOp *op)
{
    size_t k = l->k, a = op->a, b = op->b;
    if (l->program->op[a].is_constant)
        return get(l, a, 0) * get(l, b, k);
    if (l->program->op[b].is_constant)
        return get(l, a, k) * get(l, b, 0);
    double sum = k > 1 ? products(l, a, b, 1, k - 1, false) : -0.0;
    return (sum + get(l, a, 0) * get(l, b, k)) + get(l, a, k) * get(l, b, 0);
}

static double squared(const Look *l, size_t a)
{
    size_t k = l->k;
    double sum = -0.0, twice, middle = get(l, a, k / 2);
    for (size_t j = 1; j < k - j; j++)
        sum = sum + get(l, a, j) * get(l, a, k - j);
    twice = sum + sum;
    if (k % 2 == 0)
        twice = twice + middle * middle;
    return twice + (get(l, a, 0) + get(l, a, 0)) * get(l, a, k);
}

static double quotient(const Look *l, const EigJetOp *op, size_t self)
{
    size_t k = l->k, b = op->b;
    if (l->program->op[b].is_constant)
        return get(l, op->a, k) / get(l, b, 0);
    double sum = k > 2 ? products(l, b, self, 2, k - 1, false) : -0.0;
    if (k > 1)
        sum = sum + get(l, b, 1) * get(l, self, k - 1);
    sum = sum + get(l, b, k) * get(l, self, 0);
    return (l->program->op[op->a].is_constant ? -sum : get(l, op->a, k) - sum) / get(l, b, 0);
}

static double flow(const Look *l, const EigJetOp *op)
{
    size_t k = l->k;
    double last = get(l, op->a, k) * get(l, op->w, 0);
    if (k == 1)
        return last;
    double sum = k > 2 ? products(l, op->a, op->w, 2, k - 1, true) : -0.0;
    sum = sum + get(l, op->a, 1) * get(l, op->w, k - 1);
    return sum * (1.0 / (double)k) + last;
}

static double choice(const Look *l, const EigJetOp *op, size_t self)
{
    size_t n = l->program->op[op->b].is_constant ? 1 : 2, from[2] = { op->a, op->b };
    for (size_t j = 0; j < n; j++)
        if (get(l, self, 0) == get(l, from[j], 0))
            return l->program->op[from[j]].is_constant ? 0.0 : get(l, from[j], l->k);
    return 0.0;
}

static double leaf(const Look *l, const EigJetOp *op)
{
    const EigPop *pop = &l->p->pop[l->pop];
    OracleView v;
    switch ((EigJetKind)op->kind) {
    case EIG_JET_CONSTANT:
        oracle_view(l->p, l->pop, l->i, l->t, NULL, &v);
        return oracle_value(&op->code, &v);
    case EIG_JET_RATE:  return pop->rate_of[l->i];
    case EIG_JET_TIME:  return l->k == 0 ? l->t : l->k == 1 ? 1.0 : 0.0;
    case EIG_JET_STATE: return l->c[l->k * eig_n_x(l->p) + eig_state_from(l->p, l->pop) + op->which * pop->size + l->i];
    default:            return l->total[l->jets->total[op->which] + l->i];
    }
}

static double first(const Look *l, const EigJetOp *op)
{
    double a = get(l, op->a, 0), b = get(l, op->b, 0);
    switch ((EigJetKind)op->kind) {
    case EIG_JET_VALUE:
    case EIG_JET_CHOICE:
    case EIG_JET_FLOW:   return eig_fn_apply((EigFn)op->fn, a, b);
    case EIG_JET_ADD:    return a + b;
    case EIG_JET_SUB:    return a - b;
    case EIG_JET_NEG:    return -a;
    case EIG_JET_MUL:    return a * b;
    case EIG_JET_SQUARE: return a * a;
    case EIG_JET_DIV:    return a / b;
    default:             return leaf(l, op);
    }
}

static double later(const Look *l, const EigJetOp *op, size_t self)
{
    bool a = l->program->op[op->a].is_constant, b = l->program->op[op->b].is_constant;
    switch ((EigJetKind)op->kind) {
    case EIG_JET_FLOW:   return flow(l, op);
    case EIG_JET_ADD:    return a ? get(l, op->b, l->k) : b ? get(l, op->a, l->k) : get(l, op->a, l->k) + get(l, op->b, l->k);
    case EIG_JET_SUB:    return a ? -get(l, op->b, l->k) : b ? get(l, op->a, l->k) : get(l, op->a, l->k) - get(l, op->b, l->k);
    case EIG_JET_NEG:    return -get(l, op->a, l->k);
    case EIG_JET_MUL:    return product(l, op);
    case EIG_JET_SQUARE: return squared(l, op->a);
    case EIG_JET_DIV:    return quotient(l, op, self);
    case EIG_JET_CHOICE: return choice(l, op, self);
    default:             return leaf(l, op);
    }
}

/* Coefficient k of all operations. */
static void compute(const Look *l)
{
    for (size_t j = 0; j < l->program->n; j++) {
        const EigJetOp *op = &l->program->op[j];
        if (l->k == 0)
            l->of[j * l->order] = first(l, op);
        else if (!op->is_constant)
            l->of[j * l->order + l->k] = later(l, op, j);
    }
}

static double result(const Look *l, size_t which)
{
    size_t op = l->program->result[which];
    return l->program->op[op].is_constant && l->k > 0 ? 0.0 : get(l, op, l->k);
}

static void send(Jets *s, Look l)
{
    const EigJets *jets = s->p->jets;
    for (size_t q = 0; q < eig_n_signals(s->p); q++) {
        l.pop = eig_signal(s->p, q).pop;
        l.program = &jets->sent[q];
        for (l.i = 0; l.i < s->p->pop[l.pop].size; l.i++) {
            if (jets->sends_states) {
                s->sent[jets->sent_from[q] + l.i] = l.c[l.k * eig_n_x(s->p) + eig_state_from(s->p, l.pop) + l.i];
                continue;
            }
            l.of = s->of_signal[q] + l.i * l.program->n * l.order;
            compute(&l);
            s->sent[jets->sent_from[q] + l.i] = result(&l, 0);
        }
    }
}

static void integrate(Jets *s, Look l, double *c)
{
    double inverse = 1.0 / (double)(l.k + 1);
    for (l.pop = 0; l.pop < s->p->n_pops; l.pop++) {
        size_t size = s->p->pop[l.pop].size, from = eig_state_from(s->p, l.pop);
        l.jets = &s->p->jets->pop[l.pop];
        l.program = &l.jets->slope;
        for (l.i = 0; l.i < size; l.i++) {
            l.of = s->of_pop[l.pop] + l.i * l.program->n * l.order;
            compute(&l);
            for (size_t r = 0; r < l.program->n_results; r++)
                c[(l.k + 1) * eig_n_x(s->p) + from + r * size + l.i] = result(&l, r) * (l.jets->rate[r] * inverse);
        }
    }
}

/* c_1, c_2, ... of the solution through c_0 at t. */
static void fill(Jets *s, double t, double *c)
{
    for (size_t k = 0; k < s->order; k++) {
        Look l = { .order = s->order, .k = k, .c = c, .p = s->p, .t = t };
        send(s, l);
        oracle_totals(&s->linear, 0, 0.0, s->sent);
        l.total = s->linear.total;
        integrate(s, l, c);
    }
}

/* Of the last fill. */
static void gather(Jets *s)
{
    const EigJets *jets = s->p->jets;
    double *to = s->kink;
    size_t n_signals = jets->sends_states ? 0 : eig_n_signals(s->p);
    for (size_t q = 0; q < s->p->n_pops + n_signals; q++) {
        bool is_pop = q < s->p->n_pops;
        size_t signal = q - s->p->n_pops, size = s->p->pop[is_pop ? q : eig_signal(s->p, signal).pop].size;
        const EigJetProgram *program = is_pop ? &jets->pop[q].slope : &jets->sent[signal];
        const double *of = is_pop ? s->of_pop[q] : s->of_signal[signal];
        for (size_t j = 0; j < program->n; j++)
            for (size_t i = 0; program->op[j].is_kink && i < size; i++, to += s->order)
                memcpy(to, of + (i * program->n + j) * s->order, s->order * sizeof *to);
    }
}

/* ---- steps ---- */

static double start_of_step(const Jets *s)
{
    for (size_t k = 0; k < s->p->n_jumps; k++)
        if (s->t == s->p->jump[k])
            return s->t * EIG_AFTER;
    return s->t == 0.0 ? EIG_LITTLE * s->longest : s->t;
}

static double end_of_piece(const Jets *s)
{
    for (size_t k = 0; k < s->p->n_jumps; k++)
        if (s->p->jump[k] > s->t && s->p->jump[k] < s->p->duration)
            return s->p->jump[k];
    return s->p->duration;
}

static void choose(Jets *s)
{
    size_t n = s->o->n_x;
    double m = (double)s->order;
    double before = oracle_worst(s->o, s->c + (s->order - 1) * n, s->c, s->c), last = oracle_worst(s->o, s->c + s->order * n, s->c, s->c);
    if (!isfinite(before) || !isfinite(last)) {
        s->h = 0.0;
        return;
    }
    double a = eig_log(before) / (1.0 - m), b = (eig_log(last) + 2.0) / -m;
    s->h = eig_exp(a < b ? a : b);
    if (!(s->h < s->longest))
        s->h = s->longest;
}

/* The polynomial of number i, h behind t: that of the even powers, and h times that of the odd ones. */
static double value_at(const Jets *s, size_t i, double h)
{
    size_t n = s->o->n_x;
    double part[2] = { 0 };
    for (size_t odd = 0; odd < 2; odd++) {
        size_t top = s->order - (s->order + odd) % 2;
        part[odd] = s->c[top * n + i];
        for (size_t k = top; k >= odd + 2; k -= 2)
            part[odd] = part[odd] * (h * h) + s->c[(k - 2) * n + i];
    }
    return part[0] + h * part[1];
}

static double slope_at(const Jets *s, size_t i, double h)
{
    double sum = (double)s->order * s->c[s->order * s->o->n_x + i];
    for (size_t k = s->order - 1; k > 0; k--)
        sum = sum * h + (double)k * s->c[k * s->o->n_x + i];
    return sum;
}

static const double *between(Oracle *o, double t, double time, double h)
{
    const Jets *s = o->steps;
    (void)h;
    for (size_t i = 0; i < o->n_x; i++)
        o->x_between[i] = value_at(s, i, time - t);
    return o->x_between;
}

/* What the step ends with into next and x_new; the number by which it is judged. */
static double attempt(Jets *s, double step, double t_new, bool is_end)
{
    Oracle *o = s->o;
    for (size_t i = 0; i < o->n_x; i++)
        o->x_new[i] = s->next[i] = value_at(s, i, step);
    fill(s, is_end ? t_new * EIG_BEFORE : t_new, s->next);
    for (size_t i = 0; i < o->n_x; i++)
        o->stage[i] = step * (s->next[o->n_x + i] - slope_at(s, i, step));
    return oracle_worst(o, o->stage, s->c, s->next);
}

static void accept(Jets *s, double t_new, bool at_jump)
{
    Oracle *o = s->o;
    memcpy(s->c, s->next, (s->order + 1) * o->n_x * sizeof *s->c);
    memcpy(o->x, s->c, o->n_x * sizeof *o->x);
    s->t = t_new;
    o->result.t = t_new > o->result.t ? t_new : o->result.t;
    o->result.n_steps++;
    if (at_jump)
        fill(s, start_of_step(s), s->c);
    gather(s);
    choose(s);
    s->proposed = s->h;
}

static void too_small(Jets *s)
{
    Oracle *o = s->o;
    for (size_t k = 0; k <= s->order; k++)
        if (!oracle_check(o, s->c + k * o->n_x))
            return;
    for (size_t k = 0; k <= 1; k++)
        if (!oracle_check(o, s->next + k * o->n_x))
            return;
    double most = -1.0;
    o->result.status = RUN_UNDERFLOW;
    for (size_t i = 0; i < o->n_x; i++) {
        double a = fabs(s->c[i]), b = fabs(s->next[i]);
        double part = o->stage[i] == 0.0 ? 0.0 : fabs(o->stage[i]) / (o->p->atol + o->p->rtol * (a > b ? a : b));
        if (part <= most)
            continue;
        EigPlace place = eig_place(o->p, i);
        most = part;
        o->result.bad_pop = place.pop;
        o->result.bad_neuron = place.neuron;
        o->result.bad_state = place.state;
        o->result.bad_value = s->c[i];
    }
}

static void keep(const Jets *s, bool *is_kept)
{
    Oracle *o = s->o;
    if (*is_kept || !o->end)
        return;
    *is_kept = true;
    o->end->control = (EigControl){ .t = s->t, .h = s->h, .growth = 1.0, .longest = s->longest, .reached = s->t };
    memcpy(o->end->x, s->c, o->n_x * sizeof *s->c);
}

/* The length of a step that would be `length`: less where a kink is passed. */
static double until_switch(Jets *s, double length, bool *is_end)
{
    double least = kinks_least(s->t, s->longest), at = kinks_first(s->p, s->kink, length);
    at = at < least ? least : at;
    *is_end &= !(at < length);
    length = at < length ? at : length;
    s->n_short = length < EIG_KINKS_SHORT * s->proposed && !*is_end ? s->n_short + 1 : 0;
    return length;
}

static void steps(Jets *s)
{
    Oracle *o = s->o;
    bool is_kept = false;
    while (s->t < o->p->duration) {
        double end = end_of_piece(s);
        bool is_end = s->t + 1.01 * s->h >= end;
        if (is_end && end == o->p->duration)
            keep(s, &is_kept);
        if (!(0.1 * s->h > DBL_EPSILON * s->t) || !(s->h > DBL_EPSILON * s->longest) || kinks_crowd(s->p, s->n_short)) {
            too_small(s);
            break;
        }
        double step = until_switch(s, is_end ? end - s->t : s->h, &is_end);
        double t_new = is_end ? end : s->t + step, error = attempt(s, step, t_new, is_end);
        if (error <= 1.0) {
            if (!oracle_record_step(o, s->t, step, t_new, between))
                return;
            accept(s, t_new, is_end && end < o->p->duration);
        } else {
            double factor = isfinite(error) ? 0.9 * pow(error, -1.0 / ((double)s->order + 1.0)) : 0.2;
            s->h = step * (factor < 0.2 ? 0.2 : factor);
            o->result.n_rejected++;
        }
        if (!oracle_goes_on(o, s->t))
            break;
    }
    keep(s, &is_kept);
    if (o->end && o->result.t > o->end->control.reached)
        o->end->control.reached = o->result.t;
}

static void begin(Jets *s)
{
    Oracle *o = s->o;
    const EigProblem *p = o->p;
    s->longest = eig_longest_step(p);
    if (o->from) {
        s->t = o->from->control.t;
        o->result.t = o->from->control.reached;
    }
    memcpy(s->c, o->x, o->n_x * sizeof *o->x);
    fill(s, start_of_step(s), s->c);
    gather(s);
    choose(s);
    if (o->from)
        s->h = o->from->control.h;
    else if (p->h > 0.0 && p->h < s->h)
        s->h = p->h;
    s->proposed = s->h;
}

static bool open(Jets *s)
{
    const EigProblem *p = s->p;
    size_t n_signals = eig_n_signals(p), rows = s->order + 1;
    s->c = calloc(rows * s->o->n_x + 1, sizeof *s->c);
    s->next = calloc(rows * s->o->n_x + 1, sizeof *s->next);
    s->sent = calloc(eig_n_x(p->jets->linear) + 1, sizeof *s->sent);
    s->of_pop = calloc(p->n_pops + 1, sizeof *s->of_pop);
    s->of_signal = calloc(n_signals + 1, sizeof *s->of_signal);
    s->kink = calloc(p->jets->n_kinks * s->order + 1, sizeof *s->kink);
    bool ok = s->kink && s->c && s->next && s->sent && s->of_pop && s->of_signal;
    for (size_t q = 0; ok && q < p->n_pops; q++)
        ok = (s->of_pop[q] = calloc(p->pop[q].size * p->jets->pop[q].slope.n * s->order + 1, sizeof(double))) != NULL;
    for (size_t q = 0; ok && !p->jets->sends_states && q < n_signals; q++)
        ok = (s->of_signal[q] = calloc(p->pop[eig_signal(p, q).pop].size * p->jets->sent[q].n * s->order + 1, sizeof(double))) != NULL;
    s->linear.p = p->jets->linear;
    return ok && oracle_open(&s->linear);
}

static void finish(Jets *s)
{
    oracle_close(&s->linear);
    for (size_t q = 0; s->of_pop && q < s->p->n_pops; q++)
        free(s->of_pop[q]);
    for (size_t q = 0; s->of_signal && q < eig_n_signals(s->p); q++)
        free(s->of_signal[q]);
    free(s->of_pop);
    free(s->of_signal);
    free(s->sent);
    free(s->kink);
    free(s->c);
    free(s->next);
}

void oracle_run_taylor(Oracle *o)
{
    Jets s = { .o = o, .p = o->p, .order = o->p->jets->order };
    if (!oracle_check(o, o->x))
        return;
    for (size_t k = 0; !o->from && k < eig_n_clocks(o->p); k++)
        if (!oracle_record(o, k, 0, 0.0, o->x))
            return;
    o->steps = &s;
    if (open(&s)) {
        begin(&s);
        steps(&s);
    } else {
        oracle_no_memory(o);
    }
    finish(&s);
}
