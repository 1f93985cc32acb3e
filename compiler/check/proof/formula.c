/* What params are of own ones: storage, size, equality. */
#include "compiler/check/proof/formula.h"

#include <stdlib.h>

/* ---- storage ---- */

RangeFormula *formula_new(Ctx *cx, FormulaKind kind, size_t n)
{
    RangeFormula *f = ARENA_NEW(&cx->arena, RangeFormula);
    *f = (RangeFormula){.kind = kind, .part = ARENA_ARRAY(&cx->arena, n + 1, RangeFormula *)};
    mpq_init(f->number);
    return f;
}

void formula_clear(RangeFormula *f)
{
    for (size_t k = 0; f && k < f->n; k++)
        formula_clear(f->part[k]);
    if (f)
        mpq_clear(f->number);
}

bool formula_has_function(const RangeFormula *f)
{
    bool has = f->kind == FORMULA_FUNCTION;
    for (size_t k = 0; k < f->n; k++)
        has |= formula_has_function(f->part[k]);
    return has;
}

/* How many factors its values are as long as, as numbers: those of a sum have all denominators of its parts. 1 for what is beyond. */
static unsigned long factors(const RangeFormula *f, int depth, bool *is_deep)
{
    unsigned long size = f->n == 0;
    *is_deep |= depth > FORMULA_MAX_DEPTH;
    for (size_t k = 0; !*is_deep && k < f->n; k++) {
        size += factors(f->part[k], depth + 1, is_deep);
        *is_deep |= size > FORMULA_MAX_DEGREE;
    }
    if (f->kind == FORMULA_POWER)
        size *= (unsigned long)abs(f->exponent);
    *is_deep |= size > FORMULA_MAX_DEGREE;
    return f->kind == FORMULA_FUNCTION || *is_deep ? 1 : size;
}

bool formula_is_small(const RangeFormula *f)
{
    bool is_deep = false;
    factors(f, 1, &is_deep);
    return !is_deep;
}

bool formula_equal(const RangeFormula *a, const RangeFormula *b, const size_t *at)
{
    bool same = a->kind == b->kind && a->n == b->n && a->exponent == b->exponent && mpq_equal(a->number, b->number);
    same = same && (a->kind != FORMULA_PARAM || at[a->param] == b->param) && (a->kind != FORMULA_FUNCTION || a->function == b->function);
    for (size_t k = 0; same && k < a->n; k++)
        same = formula_equal(a->part[k], b->part[k], at);
    return same;
}
