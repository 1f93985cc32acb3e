/* What the files of factored.c share. */
#ifndef COMPILER_EXPR_FACTORED_PARTS_H
#define COMPILER_EXPR_FACTORED_PARTS_H
#include "compiler/expr/factored.h"
#include "compiler/expr/flint.h"

/* The cost of a greatest common divisor and of factors grows quickly with all of these. */
enum { MOST_ATOMS = 4, MOST_DEGREE = 24, MOST_TERMS = 60, MOST_BITS = 1024, MOST_POWER = 16 };

/* An unknown: `by`, or a call. */
typedef struct Atom {
    const Expr *e;
    const Expr *exponent;       /* of exp(rate * exponent); else NULL */
    Num rate;
} Atom;

/* Over the integers. */
typedef struct Ratio {
    fmpz_mpoly_t above, below;
} Ratio;

typedef struct Factoring {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    Span at;
    const Flint *f;
    fmpz_mpoly_ctx_t ring;
    Atom atom[MOST_ATOMS];
    int n_atoms;
    bool too_much;
} Factoring;

/* A ratio to a power, of which the whole part (downwards) is taken as such, and what is left, if there is any, is an unknown:
 * u^-0.5 = u^-1 u^0.5. */
typedef struct Power {
    long whole;
    Num part;                   /* NULL: 0 */
} Power;

static inline bool factored_is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static inline Num factored_combine(Factoring *q, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(q->nums);
    op(x, a, b);
    return x;
}

/* ---- factored_atoms.c: what the unknowns are ---- */
/* All those of e, into q->atom. */
void factored_atoms(Factoring *q, const Expr *e);
/* t = rate * *core + *offset. */
Num factored_rate(Factoring *q, const Expr *t, const Expr **core, Num *offset);
/* Which one e is, and exp(rate * exponent) for any rate; q->n_atoms: none. */
int factored_find(Factoring *q, const Expr *e);
int factored_find_exponential(Factoring *q, const Expr *exponent);
/* The call e at an argument that is written in one way, and turned where it falls (*turned). */
const Expr *factored_call(Factoring *q, const Expr *e, bool *turned);
/* f(-u) = sign f(u), or 1 - f(u) for a distribution; 0: none is used. */
int factored_symmetry(EigFn fn);
/* False: e is no power, or one that is too large. */
bool factored_power(Factoring *q, const Expr *e, Power *out);
const Expr *factored_root(Factoring *q, const Expr *u, Num part);
bool factored_is_algebra(const Expr *e);

/* ---- factored_ratio.c: arithmetic, which sets q->too_much where it grows ---- */
void ratio_init(Factoring *q, Ratio *r);
void ratio_clear(Factoring *q, Ratio *r);
void ratio_look_at_size(Factoring *q, const Ratio *r);
void ratio_set_number(Factoring *q, Num x, Ratio *r);
/* *a = a op b, in lowest terms; *b is overwritten. */
void ratio_apply(Factoring *q, EigFn fn, Ratio *a, Ratio *b);
void ratio_raise(Factoring *q, Ratio *a, long n);

/* ---- factored_write.c ---- */
/* r as an expression, a number times its factors; NULL: there is too much of it. */
const Expr *factored_write(Factoring *q, const Ratio *r);
#endif
