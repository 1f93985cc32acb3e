/* The times at which a problem's slopes jump, as its programs have them: steps and pulses of a straight expression of t compare t with a double
 * (compiler/code/code.c), and samples that hold are others from each of their times on. What jumps at other times a method with error control
 * finds by the size of its error. */
#include <stdlib.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"

typedef VEC(double) Times;

typedef struct Jumps {
    Ctx *cx;
    const EigProblem *p;
    Times at;
    bool moves;                 /* a program hangs on the time in another way */
} Jumps;

enum { MOST_PARTS = 1000, JET_PARTS = 100 };    /* then: of the duration */

static bool is_time(const EigOp *op)
{
    return op->kind == EIG_OP_VAR && op->which == EIG_VAR_T;
}

static bool is_call(const EigOp *op, EigFn fn)
{
    return op->kind == EIG_OP_CALL && op->which == fn;
}

/* ramp(t - c, d): has kinks, which only taylor minds. */
static bool is_ramp(const Jumps *j, const EigCode *code, size_t k)
{
    const EigOp *op = &code->op[k];
    return j->p->method == EIG_METHOD_TAYLOR && k + 5 <= code->n && is_time(&op[0]) && op[1].kind == EIG_OP_CONST && is_call(&op[2], EIG_FN_SUB) &&
           op[3].kind == EIG_OP_CONST && is_call(&op[4], EIG_FN_RAMP);
}

/* step(t - c), step(c - t); any other t moves on. */
static void find_steps(Jumps *j, const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++) {
        const EigOp *op = &code->op[k];
        if (is_ramp(j, code, k)) {
            vec_push(&j->cx->arena, &j->at, op[1].value);
            vec_push(&j->cx->arena, &j->at, op[1].value + op[3].value);
            k += 4;
            continue;
        }
        bool is_step = k + 4 <= code->n && is_call(&op[2], EIG_FN_SUB) && is_call(&op[3], EIG_FN_STEP);
        if (is_step && is_time(&op[0]) && op[1].kind == EIG_OP_CONST) {
            vec_push(&j->cx->arena, &j->at, op[1].value);
            k += 3;
        } else if (is_step && op[0].kind == EIG_OP_CONST && is_time(&op[1])) {
            vec_push(&j->cx->arena, &j->at, op[0].value);
            k += 3;
        } else
            j->moves |= is_time(op);
    }
}

static void find_samples(Jumps *j, const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++) {
        if (code->op[k].kind != EIG_OP_SAMPLES)
            continue;
        const EigTable *table = &j->p->table[code->op[k].which];
        j->moves |= !table->is_step;
        for (size_t r = 0; table->is_step && r < table->n_rows; r++)
            vec_push(&j->cx->arena, &j->at, table->time[r]);
    }
}

static void find(Jumps *j, const EigCode *code)
{
    find_steps(j, code);
    find_samples(j, code);
}

static void find_all(Jumps *j)
{
    const EigProblem *p = j->p;
    for (size_t q = 0; q < p->n_pops; q++) {
        find(j, &p->pop[q].phi);
        find(j, &p->pop[q].input);
        for (size_t k = 0; k < p->pop[q].n_states; k++)
            find(j, &p->pop[q].state[k].drift);
    }
    for (size_t q = 0; q < eig_n_signals(p); q++) {
        EigSignal s = eig_signal(p, q);
        find(j, &s.code);
    }
    for (size_t k = 0; k < p->n_blocks; k++) {
        find(j, &p->block[k].gate);
        find(j, &p->block[k].pair);
        for (size_t r = 0; p->block[k].pair.n && r < p->block[k].n_parts; r++)
            find(j, &p->block[k].part[r].code);
    }
}

static int in_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Pieces shorter than some roundings of a time are none. */
void plan_jumps(Ctx *cx, EigProblem *p)
{
    Jumps j = { .cx = cx, .p = p };
    if (p->method != EIG_METHOD_CVODE && p->method != EIG_METHOD_TAYLOR)
        return;
    find_all(&j);
    double last = 0.0, *at = ARENA_ARRAY(&cx->arena, j.at.n + 1, double);
    if (j.at.n)
        qsort(j.at.at, j.at.n, sizeof *j.at.at, in_time);
    for (size_t k = 0; k < j.at.n; k++) {
        double t = j.at.at[k];
        if (t - last <= 0x1p-44 * t || p->duration - t <= 0x1p-44 * t)
            continue;
        at[p->n_jumps++] = last = t;
    }
    p->jump = at;
    p->longest_step = j.moves ? p->duration / (p->method == EIG_METHOD_CVODE ? MOST_PARTS : JET_PARTS) : 0.0;
}
