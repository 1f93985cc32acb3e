#include "compiler/check/slope/square.h"

void square_init(Square *s)
{
    mpq_inits(s->c[0], s->c[1], s->c[2], (mpq_ptr)0);
}

void square_clear(Square *s)
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

static bool read_call(const Expr *e, const Expr *u, Square *out)
{
    Square arg[2];
    bool fits = e->as.call.n_args <= 2;
    square_init(&arg[0]);
    square_init(&arg[1]);
    for (int k = 0; fits && k < e->as.call.n_args; k++)
        fits = square_read(e->as.call.arg[k], u, &arg[k]);
    fits = fits && combine(e->as.call.fn, &arg[0], &arg[1], out);
    square_clear(&arg[0]);
    square_clear(&arg[1]);
    return fits;
}

bool square_read(const Expr *e, const Expr *u, Square *out)
{
    enum { LARGEST = 400 };
    if (e->kind == EXPR_CONST)
        mpq_set(out->c[0], e->as.value);
    else if (u ? expr_equal(e, u) : e->kind == EXPR_VAR && e->as.var == EIG_VAR_Z)
        mpq_set_ui(out->c[1], 1, 1);
    else
        return e->kind == EXPR_CALL && e->size <= LARGEST && read_call(e, u, out);
    return true;
}
