/* `taylor` of few neurons: all coefficients of a step as straight-line code. The operations are those of jets.c and of the reference. */
#include "compiler/emit/parts.h"
#include "runtime/jet.h"
#include "runtime/layout.h"

/* A neuron's program, or what it sends, while coefficient k is written. */
typedef struct Straight {
    Emit *e;
    const EigJetProgram *program;
    const EigJetPop *jets;
    Val *of;                    /* coefficient k of operation j at j * order + k */
    Val *slope;                 /* of some, j times it, where it was asked for */
    unsigned order, k;
    Val args, t;
    const Val *c, *total;
    Val work;                   /* where kinks go, as in memory */
    size_t pop, i, from;
} Straight;

static Val get(const Straight *s, size_t op, unsigned k)
{
    return s->of[op * s->order + k];
}

static Val get_slope(const Straight *s, size_t op, unsigned k)
{
    Val *at = &s->slope[op * s->order + k];
    if (!*at)
        *at = ll_fmul(s->e->ll, ll_f64(s->e->ll, k), get(s, op, k));
    return *at;
}

/* sum + a b; the first term is one alone. */
static Val plus(const Straight *s, Val sum, Val a, Val b)
{
    Val term = ll_fmul(s->e->ll, a, b);
    return sum ? ll_fadd(s->e->ll, sum, term) : term;
}

static Val product(const Straight *s, const EigJetOp *op)
{
    unsigned k = s->k;
    Val sum = NULL;
    if (s->program->op[op->a].is_constant)
        return ll_fmul(s->e->ll, get(s, op->a, 0), get(s, op->b, k));
    if (s->program->op[op->b].is_constant)
        return ll_fmul(s->e->ll, get(s, op->a, k), get(s, op->b, 0));
    for (unsigned j = 1; j < k; j++)
        sum = plus(s, sum, get(s, op->a, j), get(s, op->b, k - j));
    sum = plus(s, sum, get(s, op->a, 0), get(s, op->b, k));
    return plus(s, sum, get(s, op->a, k), get(s, op->b, 0));
}

static Val squared(const Straight *s, size_t a)
{
    const Ll *ll = s->e->ll;
    unsigned k = s->k;
    Val sum = NULL;
    for (unsigned j = 1; j < k - j; j++)
        sum = plus(s, sum, get(s, a, j), get(s, a, k - j));
    sum = sum ? ll_fadd(ll, sum, sum) : NULL;
    if (k % 2 == 0)
        sum = plus(s, sum, get(s, a, k / 2), get(s, a, k / 2));
    return plus(s, sum, ll_fadd(ll, get(s, a, 0), get(s, a, 0)), get(s, a, k));
}

static Val quotient(const Straight *s, const EigJetOp *op, size_t self)
{
    const Ll *ll = s->e->ll;
    unsigned k = s->k;
    Val sum = NULL;
    if (s->program->op[op->b].is_constant)
        return ll_fdiv(ll, get(s, op->a, k), get(s, op->b, 0));
    for (unsigned j = 2; j < k; j++)
        sum = plus(s, sum, get(s, op->b, j), get(s, self, k - j));
    if (k > 1)
        sum = plus(s, sum, get(s, op->b, 1), get(s, self, k - 1));
    sum = plus(s, sum, get(s, op->b, k), get(s, self, 0));
    Val rest = s->program->op[op->a].is_constant ? ll_fneg(ll, sum) : ll_fsub(ll, get(s, op->a, k), sum);
    return ll_fdiv(ll, rest, get(s, op->b, 0));
}

static Val flow(const Straight *s, const EigJetOp *op)
{
    const Ll *ll = s->e->ll;
    unsigned k = s->k;
    Val sum = NULL, last = ll_fmul(ll, get(s, op->a, k), get(s, op->w, 0));
    for (unsigned j = 2; j < k; j++)
        sum = plus(s, sum, get_slope(s, op->a, j), get(s, op->w, k - j));
    if (k > 1)
        sum = plus(s, sum, get_slope(s, op->a, 1), get(s, op->w, k - 1));
    return sum ? ll_fadd(ll, ll_fmul(ll, sum, ll_f64(ll, 1.0 / k)), last) : last;
}

static Val choice(const Straight *s, const EigJetOp *op, size_t self)
{
    const Ll *ll = s->e->ll;
    Val zero = ll_f64(ll, 0.0), y = get(s, self, 0);
    Val a = s->program->op[op->a].is_constant ? zero : get(s, op->a, s->k), b = s->program->op[op->b].is_constant ? zero : get(s, op->b, s->k);
    b = ll_select(ll, ll_fcmp(ll, LLVMRealOEQ, y, get(s, op->b, 0)), b, zero);
    return ll_select(ll, ll_fcmp(ll, LLVMRealOEQ, y, get(s, op->a, 0)), a, b);
}

/* ---- leaves ---- */

static Val constant_value(const Straight *s, const EigJetOp *op)
{
    const Emit *e = s->e;
    const EigPop *pop = &e->p->pop[s->pop];
    Val column[EIG_MAX_COLUMNS], var[EIG_N_VARS] = { [EIG_VAR_T] = s->t, [EIG_VAR_I] = ll_f64(e->ll, (double)s->i) };
    for (size_t k = 0; k < pop->n_columns; k++)
        column[k] = ll_f64(e->ll, pop->column[k][s->i]);
    return expr_emit_reading(e, &op->code, var, &(Reads){ .args = s->args, .neuron = ll_i64(e->ll, s->i), .part = column });
}

static Val leaf(const Straight *s, const EigJetOp *op)
{
    const Emit *e = s->e;
    const EigPop *pop = &e->p->pop[s->pop];
    switch ((EigJetKind)op->kind) {
    case EIG_JET_RATE:  return ll_f64(e->ll, pop->rate_of[s->i]);
    case EIG_JET_TIME:  return s->k == 0 ? s->t : ll_f64(e->ll, s->k == 1 ? 1.0 : 0.0);
    case EIG_JET_STATE: return s->c[s->k * eig_n_x(e->p) + eig_state_from(e->p, s->pop) + op->which * pop->size + s->i];
    case EIG_JET_TOTAL: return s->total[s->jets->total[op->which] + s->i];
    default:            return constant_value(s, op);
    }
}

static const double *literal_of(const EigJetProgram *program, size_t k)
{
    return eig_jet_is_literal(&program->op[k]) ? &program->op[k].code.op[0].value : NULL;
}

static Val first_value(const Straight *s, const EigJetOp *op)
{
    const Emit *e = s->e;
    Val a = get(s, op->a, 0), b = get(s, op->b, 0);
    switch ((EigJetKind)op->kind) {
    case EIG_JET_ADD:    return ll_fadd(e->ll, a, b);
    case EIG_JET_SUB:    return ll_fsub(e->ll, a, b);
    case EIG_JET_NEG:    return ll_fneg(e->ll, a);
    case EIG_JET_MUL:    return ll_fmul(e->ll, a, b);
    case EIG_JET_SQUARE: return ll_fmul(e->ll, a, a);
    case EIG_JET_DIV:    return ll_fdiv(e->ll, a, b);
    case EIG_JET_VALUE:
    case EIG_JET_CHOICE:
    case EIG_JET_FLOW: {
        bool has_two = eig_fn_n_args[op->fn] == 2;
        Known known = { literal_of(s->program, op->a), has_two ? literal_of(s->program, op->b) : NULL };
        return apply_emit(e, (EigFn)op->fn, a, has_two ? b : NULL, &known);
    }
    default:             return leaf(s, op);
    }
}

static Val later_value(const Straight *s, const EigJetOp *op, size_t self)
{
    const Ll *ll = s->e->ll;
    bool a = s->program->op[op->a].is_constant, b = s->program->op[op->b].is_constant;
    Val x = get(s, op->a, s->k), y = get(s, op->b, s->k);
    switch ((EigJetKind)op->kind) {
    case EIG_JET_ADD:    return a ? y : b ? x : ll_fadd(ll, x, y);
    case EIG_JET_SUB:    return a ? ll_fneg(ll, y) : b ? x : ll_fsub(ll, x, y);
    case EIG_JET_NEG:    return ll_fneg(ll, x);
    case EIG_JET_MUL:    return product(s, op);
    case EIG_JET_SQUARE: return squared(s, op->a);
    case EIG_JET_DIV:    return quotient(s, op, self);
    case EIG_JET_FLOW:   return flow(s, op);
    case EIG_JET_CHOICE: return choice(s, op, self);
    default:             return leaf(s, op);
    }
}

static void store_kink(const Straight *s, const EigJetOp *op, Val value)
{
    const Ll *ll = s->e->ll;
    ll_store_f64(ll, value, s->work, ll_i64(ll, s->from + (op->row + s->k) * eig_jet_stride(s->e->p, s->pop) + s->i));
}

/* Coefficient k of all operations. */
static void compute(const Straight *s)
{
    for (size_t j = 0; j < s->program->n; j++) {
        const EigJetOp *op = &s->program->op[j];
        if (s->k == 0)
            s->of[j * s->order] = first_value(s, op);
        else if (!op->is_constant)
            s->of[j * s->order + s->k] = later_value(s, op, j);
        if (op->is_kink)
            store_kink(s, op, get(s, j, s->k));
    }
}

static Val result(const Straight *s, size_t which)
{
    size_t op = s->program->result[which];
    return s->k > 0 && s->program->op[op].is_constant ? ll_f64(s->e->ll, 0.0) : get(s, op, s->k);
}

/* ---- all neurons ---- */

/* Coefficients of the neurons of a population or signal, one neuron after the other. */
typedef struct Table {
    Val *of, *slope;
} Table;

static Table table(const Emit *e, const EigJetProgram *program, size_t size)
{
    size_t n = program->n * size * e->p->jets->order + 1;
    return (Table){ ARENA_ARRAY(&e->cx->arena, n, Val), ARENA_ARRAY(&e->cx->arena, n, Val) };
}

static void look_at(Straight *s, const EigJetProgram *program, const Table *t)
{
    s->program = program;
    s->of = t->of + s->i * program->n * s->order;
    s->slope = t->slope + s->i * program->n * s->order;
}

static void send(Straight s, const Table *of, Val *sent)
{
    const EigJets *jets = s.e->p->jets;
    for (size_t q = 0; q < eig_n_signals(s.e->p); q++) {
        s.pop = eig_signal(s.e->p, q).pop;
        s.from = eig_jet_sent_from(s.e->p, q);
        for (s.i = 0; s.i < s.e->p->pop[s.pop].size; s.i++) {
            Val *to = &sent[jets->sent_from[q] + s.i];
            if (jets->sends_states) {
                *to = s.c[s.k * eig_n_x(s.e->p) + eig_state_from(s.e->p, s.pop) + s.i];
                continue;
            }
            look_at(&s, &jets->sent[q], &of[q]);
            compute(&s);
            *to = result(&s, 0);
        }
    }
}

/* c_(k + 1), and into memory. */
static void integrate(Straight s, const Table *of, Val *c, Val to)
{
    const EigProblem *p = s.e->p;
    const Ll *ll = s.e->ll;
    for (s.pop = 0; s.pop < p->n_pops; s.pop++) {
        s.jets = &p->jets->pop[s.pop];
        s.from = eig_jet_from(p, s.pop);
        for (s.i = 0; s.i < p->pop[s.pop].size; s.i++) {
            look_at(&s, &s.jets->slope, &of[s.pop]);
            compute(&s);
            for (size_t r = 0; r < s.program->n_results; r++) {
                size_t at = (s.k + 1) * eig_n_x(p) + eig_state_from(p, s.pop) + r * p->pop[s.pop].size + s.i;
                c[at] = ll_fmul(ll, result(&s, r), ll_f64(ll, s.jets->rate[r] * (1.0 / (s.k + 1))));
                ll_store_f64(ll, c[at], to, ll_i64(ll, at));
            }
        }
    }
}

/* The linear problem as one of neurons in registers. */
static Emit linear_of(const Emit *e)
{
    Emit linear = *e;
    linear.p = e->p->jets->linear;
    linear.plan = e->plan->linear;
    return linear;
}

void jet_entry_registers(Emit *e)
{
    Ll *ll = e->ll;
    Arena *a = &e->cx->arena;
    const EigProblem *p = e->p;
    const EigJets *jets = p->jets;
    size_t n = eig_n_x(p), n_signals = eig_n_signals(p);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr };
    LlFunction f = ll_function(ll, "eig_jet", true, ll->none, params, "args t c");
    Val *c = ARENA_ARRAY(a, (jets->order + 1) * n, Val), sent[PLAN_REGISTER_NEURONS] = { 0 }, total[PLAN_REGISTER_NEURONS];
    Table *of_pop = ARENA_ARRAY(a, p->n_pops + 1, Table), *of_signal = ARENA_ARRAY(a, n_signals + 1, Table);
    Emit linear = linear_of(e);
    for (size_t k = 0; k < PLAN_REGISTER_NEURONS; k++)
        sent[k] = ll_f64(ll, 0.0);
    for (size_t k = 0; k < n; k++)
        c[k] = ll_load_f64(ll, f.param[2], ll_i64(ll, k));
    for (size_t q = 0; q < p->n_pops; q++)
        of_pop[q] = table(e, &jets->pop[q].slope, p->pop[q].size);
    for (size_t q = 0; q < n_signals && !jets->sends_states; q++)
        of_signal[q] = table(e, &jets->sent[q], p->pop[eig_signal(p, q).pop].size);
    Straight s = { .e = e, .order = jets->order, .args = f.param[0], .t = f.param[1], .c = c, .total = total };
    if (jets->n_kinks)
        s.work = abi_load(e, f.param[0], ABI_jet);
    for (s.k = 0; s.k < jets->order; s.k++) {
        send(s, of_signal, sent);
        registers_drift(&linear, s.t, sent, total, NULL);
        integrate(s, of_pop, c, f.param[2]);
    }
    LLVMBuildRetVoid(ll->builder);
}
