/* Neurons of a population, by name, number or range of numbers. */
#include "compiler/model/build.h"

#include <stdlib.h>
#include <string.h>

static long find_named(Builder *b, const AstExpr *e, const ModelPop *p)
{
    const char *name = e->as.string.text;
    if (!p->neuron_name) {
        Diag *d = diag_at(b->cx, D_E0210, e->span, "the neurons of `%s` have numbers, not names", p->name);
        diag_help(b->cx, d, "they go from 0 to %zu", p->size - 1);
        return -1;
    }
    for (size_t k = 0; k < p->size; k++)
        if (strcmp(p->neuron_name[k], name) == 0)
            return (long)k;
    Diag *d = diag_at(b->cx, D_E0210, e->span, "`%s` has no neuron \"%s\"", p->name, name);
    const char *near = nearest_name(name, p->neuron_name, p->size);
    if (near)
        diag_help(b->cx, d, "did you mean \"%s\"?", near);
    return -1;
}

long neuron_index(Builder *b, const AstExpr *e, size_t pop)
{
    const ModelPop *p = &b->m->pops.at[pop];
    if (e->kind == AST_STRING)
        return find_named(b, e, p);
    Typed v;
    const char *what = "the number of a neuron";
    if (!constant_number(b, e, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return -1;
    Num k;
    expr_is_const(v.e, &k);
    if (mpz_cmp_ui(mpq_denref(k), 1) == 0 && mpq_sgn(k) >= 0 && mpz_cmp_ui(mpq_numref(k), p->size) < 0)
        return mpz_get_si(mpq_numref(k));
    Diag *d = diag_at(b->cx, D_E0210, e->span, "`%s` has no neuron %s", p->name, num_brief(b->cx, k));
    diag_help(b->cx, d, p->size == 1 ? "it has one, number 0" : "they are numbered from 0 to %zu", p->size - 1);
    return -1;
}

bool neuron_run(Builder *b, const AstExpr *e, size_t pop, long *from, long *to)
{
    if (e->kind != AST_RANGE) {
        *from = *to = neuron_index(b, e, pop);
        return *from >= 0;
    }
    *from = neuron_index(b, e->as.range.from, pop);
    *to = neuron_index(b, e->as.range.to, pop);
    if (*from < 0 || *to < 0)
        return false;
    if (*from <= *to)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, e->span, "this range of neurons is empty");
    diag_help(b->cx, d, "the lower number comes first: `%ld..%ld`", *to, *from);
    return false;
}

/* Neurons from..to, both included. */
typedef struct Run { long from, to; } Run;

static int by_start(const void *a, const void *b)
{
    const Run *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* 1 for i in [from, from + count). */
static Typed run_indicator(Builder *b, Span at, long from, long count)
{
    Typed difference[2] = {
        { .e = expr_var(b->cx, at, EIG_VAR_I), .pop = NO_POP, .span = at },
        typed_const(b, at, num_int(b->nums, from), UNIT_NONE),
    };
    Typed arg[2] = { typed_call(b, at, EIG_FN_SUB, 2, difference),
                     typed_const(b, at, num_int(b->nums, count), UNIT_NONE) };
    return typed_call(b, at, EIG_FN_PULSE, 2, arg);
}

Typed neuron_indicator(Builder *b, const AstExpr *call, const Scope *scope)
{
    const AstArgs *args = &call->as.call.args;
    if (scope->pop == NO_POP && OF_A_NEURON >> scope->kind & 1)     /* the population is in error, which was said */
        return typed_error(call->span);
    if (scope->pop == NO_POP) {
        Diag *d = diag_at(b->cx, D_E0208, call->span, "`neuron` cannot be used in %s", scope->what);
        diag_help(b->cx, d, "%s", scope->pair ? "a factor that is 1 for the target neuron 3 alone is `pulse(post.i - 3, 1)`"
                                              : arena_printf(&b->cx->arena, "it is known in %s", where_known(b, OF_A_NEURON)));
        return typed_error(call->span);
    }
    if (args->n == 0) {
        Diag *d = diag_at(b->cx, D_E0209, call->span, "`neuron` takes the names or numbers of neurons");
        diag_help(b->cx, d, "write `neuron(3)`, `neuron(0..4)` or, of a table, `neuron(\"AVAL\")`");
        return typed_error(call->span);
    }
    Run *run = ARENA_ARRAY(&b->cx->arena, args->n, Run);
    bool ok = true;
    for (size_t k = 0; k < args->n; k++)
        ok = neuron_run(b, args->at[k].value, (size_t)scope->pop, &run[k].from, &run[k].to) && ok;
    if (!ok)
        return typed_error(call->span);
    qsort(run, args->n, sizeof *run, by_start);
    Typed sum[2] = { typed_const(b, call->span, num_int(b->nums, 0), UNIT_NONE) };
    for (size_t k = 0; k < args->n;) {
        long from = run[k].from, to = run[k].to;
        for (; k < args->n && run[k].from <= to + 1; k++)
            to = run[k].to > to ? run[k].to : to;
        sum[1] = run_indicator(b, call->span, from, to - from + 1);
        sum[0] = typed_call(b, call->span, EIG_FN_ADD, 2, sum);
    }
    return sum[0];
}
