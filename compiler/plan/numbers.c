#include "compiler/plan/numbers.h"

#include <math.h>
#include <string.h>

#include "runtime/layout.h"

bool plan_power_is_product(double exponent)
{
    return fabs(exponent) <= EIG_POWER_FACTORS && exponent == floor(exponent);
}

bool plan_is_factor_count(const EigCode *code, size_t k)
{
    const EigOp *op = &code->op[k];
    return k + 1 < code->n && op[1].kind == EIG_OP_CALL && op[1].which == EIG_FN_POW && plan_power_is_product(op->value);
}

size_t plan_code_numbers(const EigCode *code)
{
    size_t n = 0;
    for (size_t k = 0; k < code->n; k++)
        n += code->op[k].kind == EIG_OP_CONST;
    return n;
}

/* ---- the row ---- */

static size_t block_numbers(const Plan *plan, const EigBlock *b)
{
    const EigProblem *p = &plan->problem;
    if (plan_block_is_shared(plan, b))
        return b->w ? 0 : b->kind == EIG_BLOCK_SPARSE;
    if (b->kind == EIG_BLOCK_DENSE)
        return p->pop[b->pre].size * p->pop[b->post].size;
    return b->kind == EIG_BLOCK_SPARSE && b->w ? b->row_from[p->pop[b->post].size] : 1;
}

/* The noise of a population whose neurons are rates. */
static const EigCode *noise_of(const EigPop *pop)
{
    static const EigCode none = { 0 };
    return pop->n_states ? &pop->state[0].noise : &none;
}

static bool has_seed(const EigProblem *p)
{
    return eig_noise_from(p, p->n_pops, 0) > 0;
}

static size_t obs_numbers(const EigObs *o)
{
    size_t n = o->kind == EIG_OBS_CODE ? plan_code_numbers(&o->code) : 0;
    for (int k = 0; k < 2; k++)
        n += o->arg[k] ? obs_numbers(o->arg[k]) : 0;
    return n;
}

void plan_numbers_place(Arena *a, const Plan *plan, PlanNumbers *out)
{
    const EigProblem *p = &plan->problem;
    size_t n = 0;
    *out = (PlanNumbers){ .pop = ARENA_ARRAY(a, p->n_pops + 1, size_t), .block = ARENA_ARRAY(a, p->n_blocks + 1, size_t),
                          .record = ARENA_ARRAY(a, p->n_records + 1, size_t) };
    for (size_t q = 0; q < p->n_pops; q++) {
        out->pop[q] = n;
        n += plan_code_numbers(&p->pop[q].input) + plan_code_numbers(&p->pop[q].phi) + 2 + plan_code_numbers(noise_of(&p->pop[q]));
    }
    for (size_t k = 0; k < p->n_blocks; k++) {
        out->block[k] = n;
        n += block_numbers(plan, &p->block[k]);
    }
    for (size_t r = 0; r < p->n_records; r++) {
        out->record[r] = n;
        n += obs_numbers(p->record[r].obs);
    }
    out->seed = n;
    out->n = n + (has_seed(p) ? 2 : 0);
}

static double *read_code(const EigCode *code, double *out)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_CONST)
            *out++ = code->op[k].value;
    return out;
}

static double *read_obs(const EigObs *o, double *out)
{
    if (o->kind == EIG_OBS_CODE)
        out = read_code(&o->code, out);
    for (int k = 0; k < 2; k++)
        if (o->arg[k])
            out = read_obs(o->arg[k], out);
    return out;
}

void plan_numbers_read(const Plan *plan, double *out)
{
    const EigProblem *p = &plan->problem;
    for (size_t q = 0; q < p->n_pops; q++) {
        out = read_code(&p->pop[q].phi, read_code(&p->pop[q].input, out));
        *out++ = p->pop[q].rate;
        *out++ = p->pop[q].exp_step;
        out = read_code(noise_of(&p->pop[q]), out);
    }
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k];
        size_t n = block_numbers(plan, b);
        for (size_t j = 0; j < n; j++)
            *out++ = (b->kind == EIG_BLOCK_DENSE || b->kind == EIG_BLOCK_SPARSE) && b->w ? b->w[j] : b->weight;
    }
    for (size_t r = 0; r < p->n_records; r++)
        out = read_obs(p->record[r].obs, out);
    if (has_seed(p)) {
        *out++ = (double)(p->seed >> 32);
        *out++ = (double)(uint32_t)p->seed;
    }
}

/* ---- shapes ---- */

static bool same_code(const EigCode *a, const EigCode *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++) {
        const EigOp *x = &a->op[k], *y = &b->op[k];
        if (x->kind != y->kind || (x->kind != EIG_OP_CONST && x->which != y->which))
            return false;
        if (x->kind != EIG_OP_CONST)
            continue;
        bool is_count = plan_is_factor_count(a, k);
        if (is_count != plan_is_factor_count(b, k) || (is_count && x->value != y->value))
            return false;
    }
    return true;
}

static bool same_obs(const EigObs *a, const EigObs *b)
{
    if (a->kind != b->kind || a->pop != b->pop || a->index != b->index || a->first != b->first || a->n_neurons != b->n_neurons ||
        a->state != b->state || a->fn != b->fn || a->n_args != b->n_args || !same_code(&a->code, &b->code))
        return false;
    for (int k = 0; k < 2; k++)
        if (!a->arg[k] != !b->arg[k] || (a->arg[k] && !same_obs(a->arg[k], b->arg[k])))
            return false;
    return true;
}

static bool same_entries(const EigProblem *p, const EigBlock *a, const EigBlock *b)
{
    size_t rows = p->pop[a->post].size, n = a->row_from[rows];
    return memcmp(a->row_from, b->row_from, (rows + 1) * sizeof *a->row_from) == 0 && memcmp(a->column, b->column, n * sizeof *a->column) == 0;
}

static bool same_block(const EigProblem *p, const EigBlock *a, const EigBlock *b)
{
    return a->kind == b->kind && a->pre == b->pre && a->post == b->post && a->skip_self == b->skip_self && !a->w == !b->w &&
           (a->kind != EIG_BLOCK_SPARSE || same_entries(p, a, b));
}

static bool same_pop(const EigPop *a, const EigPop *b)
{
    return a->size == b->size && same_code(&a->input, &b->input) && same_code(&a->phi, &b->phi) && a->n_states == b->n_states &&
           same_code(noise_of(a), noise_of(b)) && (a->n_states == 0 || a->state[0].entity == b->state[0].entity);
}

static bool same_ratio(EigRatio x, EigRatio y)
{
    return x.num == y.num && x.den == y.den && x.exponent == y.exponent;
}

/* What an adaptive method has of its own; its limit by the rates is each set's. */
static bool same_tolerances(const EigProblem *a, const EigProblem *b)
{
    return a->rtol == b->rtol && a->atol == b->atol && a->duration == b->duration && a->whole == b->whole && a->longest_step == b->longest_step &&
           same_ratio(eig_clock(a, 0).every, eig_clock(b, 0).every);
}

static bool same_schedule(const EigProblem *a, const EigProblem *b)
{
    return a->method == b->method && a->noise_halvings == b->noise_halvings && a->h == b->h && same_ratio(eig_step(a), eig_step(b)) && a->n_steps == b->n_steps &&
           eig_n_clocks(a) == 1 && eig_n_clocks(b) == 1 && eig_clock(a, 0).steps == eig_clock(b, 0).steps &&
           (!eig_method[a->method].adaptive || same_tolerances(a, b));
}

bool plan_same_shape(const Plan *one, const Plan *other)
{
    const EigProblem *a = &one->problem, *b = &other->problem;
    if (plan_why_alone(one) || plan_why_alone(other) || one->state != other->state || a->n != b->n || a->n_pops != b->n_pops || a->n_blocks != b->n_blocks ||
        a->n_records != b->n_records || !same_schedule(a, b))
        return false;
    for (size_t q = 0; q < a->n_pops; q++)
        if (!same_pop(&a->pop[q], &b->pop[q]))
            return false;
    for (size_t k = 0; k < a->n_blocks; k++)
        if (!same_block(a, &a->block[k], &b->block[k]))
            return false;
    for (size_t r = 0; r < a->n_records; r++)
        if (a->record[r].width != b->record[r].width || !same_obs(a->record[r].obs, b->record[r].obs))
            return false;
    return true;
}

/* ---- arrays of weights ---- */

static bool same_weights(const EigProblem *p, const EigBlock *a, const EigBlock *b)
{
    size_t n_pre = p->pop[a->pre].size, n_post = p->pop[a->post].size;
    size_t n = a->kind == EIG_BLOCK_DENSE ? n_pre * n_post : (size_t)a->row_from[n_post];
    return a->w == b->w || (a->w && b->w && memcmp(a->w, b->w, n * sizeof *a->w) == 0);
}

bool plan_same_weights(const Plan *one, const Plan *other)
{
    for (size_t k = 0; k < one->problem.n_blocks; k++)
        if (plan_block_is_shared(one, &one->problem.block[k]) &&
            !same_weights(&one->problem, &one->problem.block[k], &other->problem.block[k]))
            return false;
    return true;
}
