#include "compiler/expr/open.h"

#include <math.h>

bool range_is_positive(const OpenRange *v)
{
    int left = mpfr_sgn(&v->in->left);
    return left > 0 || (left == 0 && v->is_open[0]);
}

bool range_is_negative(const OpenRange *v)
{
    int right = mpfr_sgn(&v->in->right);
    return right < 0 || (right == 0 && v->is_open[1]);
}

/* ---- products ---- */

/* The ends of what is multiplied: their signs are all that is asked. */
typedef struct Ends {
    int sign[2];
    bool is_open[2];
} Ends;

static Ends ends_of(const OpenRange *v)
{
    return (Ends){ { mpfr_sgn(&v->in->left), mpfr_sgn(&v->in->right) }, { v->is_open[0], v->is_open[1] } };
}

static Ends opposite(Ends e)
{
    return (Ends){ { -e.sign[1], -e.sign[0] }, { e.is_open[1], e.is_open[0] } };
}

/* 1/v, v with one sign: its ends change places, an infinite one is 0, and 0 infinite. */
static Ends inverse(const OpenRange *v)
{
    int sign = range_is_positive(v) ? 1 : -1;
    Ends e = { { sign, sign }, { v->is_open[1], v->is_open[0] } };
    if (mpfr_inf_p(&v->in->right))
        e.sign[0] = 0;
    if (mpfr_inf_p(&v->in->left))
        e.sign[1] = 0;
    return e;
}

/* All of a b, a >= 0, is below the largest product of their ends: a1 b1, where b has numbers above 0, else a0 b1. */
static bool is_below_product(Ends a, Ends b)
{
    if (b.sign[1] > 0)
        return a.sign[1] > 0 && (a.is_open[1] || b.is_open[1]);
    if (a.sign[0] > 0 && b.sign[1] < 0)
        return a.is_open[0] || b.is_open[1];
    return (a.sign[0] > 0 || a.is_open[0]) && (b.sign[1] < 0 || b.is_open[1]);
}

static void product_ends(Ends a, Ends b, bool *is_open)
{
    bool turns = a.sign[1] <= 0;
    if (a.sign[0] < 0 && !turns) {
        Ends other = b;
        b = a;
        a = other;
        turns = a.sign[1] <= 0;
    }
    a = turns ? opposite(a) : a;
    b = turns ? opposite(b) : b;
    if (a.sign[0] < 0)
        return;
    is_open[1] = is_below_product(a, b);
    is_open[0] = is_below_product(a, opposite(b));
}

/* ---- functions ---- */

static void take_ends(bool *is_open, const OpenRange *a, bool turns)
{
    is_open[0] = a->is_open[turns];
    is_open[1] = a->is_open[!turns];
}

/* Of a^n, n a number and not 0, which rises or falls where it has a value. Nothing is said of an even power on both sides of 0. */
static void power_ends(const OpenRange *a, const OpenRange *n, bool *is_open)
{
    if (!mpfi_is_strictly_pos(n->in) && !mpfi_is_strictly_neg(n->in))
        return;
    double exponent = mpfi_get_d(n->in);
    bool is_negative = mpfr_sgn(&a->in->right) <= 0, has_both = !is_negative && mpfr_sgn(&a->in->left) < 0;
    bool is_whole = mpfr_equal_p(&n->in->left, &n->in->right) && mpfr_integer_p(&n->in->left), is_odd = is_whole && fmod(exponent, 2) != 0;
    if (has_both && (!is_odd || exponent < 0))
        return;
    if (is_negative && !is_whole)
        return;
    take_ends(is_open, a, (exponent < 0) != (is_negative && !is_odd));
}

/* Beyond the numbers from `least` to `most` the function has no value, nor at them. */
static void within(OpenRange *y, double least, double most)
{
    y->is_open[0] |= mpfr_cmp_d(&y->in->left, least) <= 0;
    y->is_open[1] |= mpfr_cmp_d(&y->in->right, most) >= 0;
}

void range_open_ends(EigFn fn, const OpenRange *a, const OpenRange *b, bool b_is_number, OpenRange *y)
{
    bool *is_open = y->is_open;
    is_open[0] = is_open[1] = false;
    switch (fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB:
        is_open[0] = a->is_open[0] || b->is_open[fn == EIG_FN_SUB];
        is_open[1] = a->is_open[1] || b->is_open[fn == EIG_FN_ADD];
        break;
    case EIG_FN_NEG: take_ends(is_open, a, true); break;
    case EIG_FN_MUL: product_ends(ends_of(a), ends_of(b), is_open); break;
    case EIG_FN_DIV: product_ends(inverse(b), ends_of(a), is_open); break;
    case EIG_FN_POW:
        if (b_is_number)
            power_ends(a, b, is_open);
        break;
    case EIG_FN_SQRT: case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: case EIG_FN_OMEGA:
        take_ends(is_open, a, false);           /* they rise */
        break;
    default: break;
    }
    switch (fn) {
    case EIG_FN_EXP: case EIG_FN_EXPREL: case EIG_FN_NORMPDF: case EIG_FN_OMEGA: within(y, 0, INFINITY); break;
    case EIG_FN_EXPM1: within(y, -1, INFINITY); break;
    case EIG_FN_TANH: within(y, -1, 1); break;
    case EIG_FN_NORMCDF: within(y, 0, 1); break;
    case EIG_FN_POW: within(y, range_is_positive(a) ? 0 : -INFINITY, INFINITY); break;
    default: within(y, -INFINITY, INFINITY); break;
    }
}
