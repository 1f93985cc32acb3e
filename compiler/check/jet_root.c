/* A straight line over the root of a square polynomial, n/sqrt(q), which the sigmoids made of roots are:
 *
 *   slope = (c0 + c1 z)/q^(3/2),   c0 = n1 q0 - n0 q1/2,  c1 = n1 q1/2 - n0 q2
 *
 * for n = n0 + n1 z, q = q0 + q1 z + q2 z^2. The squares cancel, which intervals do not see: with c1 = 0 the
 * slope has one sign out to infinity. */
#include "compiler/check/jet_walk.h"
#include "compiler/model/affine.h"

typedef struct Square {
    mpq_t c[3];                 /* c[0] + c[1] z + c[2] z^2 */
} Square;

static bool read_square(const Expr *e, Square *out);

static void square_init(Square *s)
{
    mpq_inits(s->c[0], s->c[1], s->c[2], (mpq_ptr)0);
}

static void square_clear(Square *s)
{
    mpq_clears(s->c[0], s->c[1], s->c[2], (mpq_ptr)0);
}

static bool multiply(const Square *a, const Square *b, Square *out)
{
    bool fits = true;
    mpq_t x;
    mpq_init(x);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            mpq_mul(x, a->c[i], b->c[j]);
            if (i + j < 3)
                mpq_add(out->c[i + j], out->c[i + j], x);
            else
                fits &= mpq_sgn(x) == 0;
        }
    mpq_clear(x);
    return fits;
}

static bool divide(const Square *a, const Square *b, Square *out)
{
    if (mpq_sgn(b->c[0]) == 0 || mpq_sgn(b->c[1]) != 0 || mpq_sgn(b->c[2]) != 0)
        return false;
    for (int k = 0; k < 3; k++)
        mpq_div(out->c[k], a->c[k], b->c[0]);
    return true;
}

static bool combine(EigFn fn, const Square *a, const Square *b, Square *out)
{
    switch (fn) {
    case EIG_FN_MUL: return multiply(a, b, out);
    case EIG_FN_DIV: return divide(a, b, out);
    case EIG_FN_POW: return mpq_cmp_ui(b->c[0], 2, 1) == 0 && mpq_sgn(b->c[1]) == 0 && mpq_sgn(b->c[2]) == 0 && multiply(a, a, out);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
    case EIG_FN_NEG:
        for (int k = 0; k < 3; k++) {
            if (fn == EIG_FN_ADD)
                mpq_add(out->c[k], a->c[k], b->c[k]);
            else if (fn == EIG_FN_SUB)
                mpq_sub(out->c[k], a->c[k], b->c[k]);
            else
                mpq_neg(out->c[k], a->c[k]);
        }
        return true;
    default: return false;
    }
}

static bool read_call(const Expr *e, Square *out)
{
    Square arg[2];
    bool fits = e->as.call.n_args <= 2;
    square_init(&arg[0]);
    square_init(&arg[1]);
    for (int k = 0; fits && k < e->as.call.n_args; k++)
        fits = read_square(e->as.call.arg[k], &arg[k]);
    fits = fits && combine(e->as.call.fn, &arg[0], &arg[1], out);
    square_clear(&arg[0]);
    square_clear(&arg[1]);
    return fits;
}

/* Written into *out, which is 0 before. */
static bool read_square(const Expr *e, Square *out)
{
    enum { LARGEST = 64 };
    if (e->kind == EXPR_CONST)
        mpq_set(out->c[0], e->as.value);
    else if (e->kind == EXPR_VAR && e->as.var == EIG_VAR_Z)
        mpq_set_ui(out->c[1], 1, 1);
    else
        return e->kind == EXPR_CALL && e->size <= LARGEST && read_call(e, out);
    return true;
}

/* c0, where c1 is 0. */
static bool read_constant(NumPool *nums, const Expr *line, const Expr *under, mpq_ptr c0)
{
    Num n0, n1;
    Square q;
    mpq_t x;
    if (!expr_affine(nums, line, EIG_VAR_Z, &n0, &n1) || mpq_sgn(n1) == 0)
        return false;
    square_init(&q);
    mpq_init(x);
    bool fits = read_square(under, &q);
    mpq_div_2exp(q.c[1], q.c[1], 1);
    mpq_mul(c0, n1, q.c[1]);
    mpq_mul(x, n0, q.c[2]);
    fits = fits && mpq_equal(c0, x);
    mpq_mul(c0, n1, q.c[0]);
    mpq_mul(x, n0, q.c[1]);
    mpq_sub(c0, c0, x);
    mpq_clear(x);
    square_clear(&q);
    return fits;
}

/* c0/r^3 and -3 c0 r'/r^4 for the root r. */
void jet_over_root(Walk *w, const Expr *e, const Jet *root, Jet *out)
{
    const Expr *line = e->as.call.arg[0], *under = e->as.call.arg[1];
    bool is_root = under->kind == EXPR_CALL && under->as.call.fn == EIG_FN_SQRT && scaled_is_positive(&root->v[0]);
    if (!is_root || w->trouble != JET_FINE)
        return;
    mpq_ptr c0 = num_new(w->at->nums);
    if (!read_constant(w->at->nums, line, under->as.call.arg[0], c0))
        return;
    Scaled x;
    scaled_init(&x);
    scaled_power(w->at, &root->v[0], 3, &x);
    scaled_set_num(&out->v[1], c0);
    scaled_div(w->at, &out->v[1], &x, &out->v[1]);
    scaled_div(w->at, &root->v[1], &root->v[0], &out->v[2]);
    scaled_mul(w->at, &out->v[2], &out->v[1], &out->v[2]);
    scaled_int(&x, -3);
    scaled_mul(w->at, &out->v[2], &x, &out->v[2]);
    scaled_clear(&x);
}
