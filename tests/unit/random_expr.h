/* Random expressions of x: small numbers, so that functions meet the ends of their domains, 0 and 1 most of all. */
#ifndef TESTS_UNIT_RANDOM_EXPR_H
#define TESTS_UNIT_RANDOM_EXPR_H
#include "compiler/expr/expr.h"

typedef struct Text {
    Ctx cx;
    NumPool nums;
    uint64_t seed;
} Text;

static inline int draw(Text *t, int n)
{
    t->seed = t->seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((t->seed >> 33) % (uint64_t)n);
}

static inline const Expr *number(Text *t, Num x)
{
    return expr_const(&t->cx, (Span){ 0 }, x);
}

static inline const Expr *call(Text *t, EigFn fn, const Expr *a, const Expr *b)
{
    return expr_apply(&t->cx, a->span, fn, b ? 2 : 1, (const Expr *[]){ a, b });
}

static inline const Expr *x_of(Text *t)
{
    return expr_var(&t->cx, (Span){ 0 }, EIG_VAR_X);
}

static inline Num drawn(Text *t)
{
    return num_ratio(&t->nums, draw(t, 9) - 4, 1UL << draw(t, 2));
}

static inline const Expr *formula(Text *t, int depth)
{
    static const EigFn one[] = { EIG_FN_NEG, EIG_FN_EXP, EIG_FN_EXPM1, EIG_FN_EXPREL, EIG_FN_SQRT, EIG_FN_LOG, EIG_FN_LOG1P, EIG_FN_TANH, EIG_FN_ATAN,
                                 EIG_FN_NORMCDF, EIG_FN_NORMPDF, EIG_FN_OMEGA, EIG_FN_SIN, EIG_FN_COS };
    static const EigFn two[] = { EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_DIV };
    int how = depth == 0 ? draw(t, 2) : 2 + draw(t, 10);
    if (how < 2)
        return how ? x_of(t) : number(t, drawn(t));
    if (how == 2) {
        Num n = num_ratio(&t->nums, draw(t, 9) - 4, 1 + (unsigned)draw(t, 3));
        return call(t, EIG_FN_POW, formula(t, depth - 1), draw(t, 8) ? number(t, n) : x_of(t));
    }
    if (how < 7)
        return call(t, one[draw(t, sizeof one / sizeof *one)], formula(t, depth - 1), NULL);
    const Expr *a = formula(t, draw(t, depth)), *b = formula(t, depth - 1);
    return draw(t, 2) ? call(t, two[draw(t, 4)], a, b) : call(t, two[draw(t, 4)], b, a);
}
#endif
