/* Differences c f(u) - c f(v) of the same function at two lines that are apart by a constant, as normcdf(z + 1) - normcdf(z - 1). Far out
 * both are nearly the same, and intervals would not see which one is larger.
 *
 * Where f rises, f(u) - f(v) has the sign of u - v. Where f is even and falls with |u|, as normpdf does, it has the sign of
 * |v| - |u|, which is that of (v - u) (v + u). */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/expr/affine.h"

/* sign * by * f(u) */
typedef struct Multiple {
    int sign;
    Num by;                     /* NULL: 1 */
    const Expr *f;
} Multiple;

static Multiple multiple_of(const Expr *e, int sign)
{
    Multiple m = { sign, NULL, e };
    while (m.f->kind == EXPR_CALL && m.f->as.call.fn == EIG_FN_NEG) {
        m.f = m.f->as.call.arg[0];
        m.sign = -m.sign;
    }
    bool is_product = m.f->kind == EXPR_CALL && m.f->as.call.fn == EIG_FN_MUL;
    if (is_product && expr_is_const(m.f->as.call.arg[0], &m.by))
        m.f = m.f->as.call.arg[1];
    if (m.by && mpq_sgn(m.by) < 0)
        m.sign = -m.sign;
    return m;
}

static bool same_size(Num a, Num b)
{
    if (!a || !b) {
        Num x = a ? a : b;
        return !x || (mpz_cmpabs_ui(mpq_numref(x), 1) == 0 && mpz_cmp_ui(mpq_denref(x), 1) == 0);
    }
    return mpz_cmpabs(mpq_numref(a), mpq_numref(b)) == 0 && mpz_cmp(mpq_denref(a), mpq_denref(b)) == 0;
}

static bool rises(EigFn fn)
{
    return fn == EIG_FN_NORMCDF || fn == EIG_FN_TANH || fn == EIG_FN_ATAN || fn == EIG_FN_EXPREL || fn == EIG_FN_EXP || fn == EIG_FN_EXPM1;
}

/* Of offset + rate z everywhere in the interval; 0: it has both, or none. */
static int sign_of_line(const JetDomain *d, Num offset, Num rate)
{
    mpq_t x;
    int sign[2], turn = d->side < 0 ? -1 : 1;
    mpq_init(x);
    for (int k = 0; k < 2; k++) {
        double end = k ? d->hi : d->lo;
        if (end - end != 0) {   /* infinite */
            sign[k] = turn * (end > 0 ? 1 : -1) * mpq_sgn(rate);
            continue;
        }
        mpq_set_d(x, turn * end);
        mpq_mul(x, x, rate);
        mpq_add(x, x, offset);
        sign[k] = mpq_sgn(x);
    }
    mpq_clear(x);
    return sign[0] == sign[1] ? sign[0] : sign[0] == 0 ? sign[1] : sign[1] == 0 ? sign[0] : 0;
}

/* Of f(u) - f(v); 0: not known. */
static int sign_of_difference(const JetDomain *d, EigFn fn, const Expr *u, const Expr *v)
{
    static const EigVar variable[] = { EIG_VAR_Z, EIG_VAR_X };
    for (int k = 0; k < 2; k++) {
        Num p[2], rate[2];
        if (!expr_affine(d->nums, u, variable[k], &p[0], &rate[0]) || !expr_affine(d->nums, v, variable[k], &p[1], &rate[1]))
            continue;
        int ahead = mpq_cmp(p[0], p[1]);
        if (!mpq_equal(rate[0], rate[1]) || mpq_sgn(rate[0]) == 0)
            return 0;
        if (rises(fn))
            return ahead > 0 ? 1 : ahead < 0 ? -1 : 0;
        mpq_ptr offset = num_new(d->nums), twice = num_new(d->nums);
        mpq_add(offset, p[0], p[1]);
        mpq_add(twice, rate[0], rate[1]);
        return (ahead > 0 ? -1 : ahead < 0 ? 1 : 0) * sign_of_line(d, offset, twice);
    }
    return 0;
}

void jet_apart(Walk *w, const Expr *e, Jet *out)
{
    Multiple a = multiple_of(e->as.call.arg[0], 1), b = multiple_of(e->as.call.arg[1], e->as.call.fn == EIG_FN_SUB ? -1 : 1);
    if (a.f->kind != EXPR_CALL || b.f->kind != EXPR_CALL || a.f->as.call.fn != b.f->as.call.fn || a.sign == b.sign)
        return;
    EigFn fn = a.f->as.call.fn;
    if ((!rises(fn) && fn != EIG_FN_NORMPDF) || !same_size(a.by, b.by))
        return;
    int sign = a.sign * sign_of_difference(w->at, fn, a.f->as.call.arg[0], b.f->as.call.arg[0]);
    mpfi_ptr value = out->v[0].c;
    if (sign > 0 && mpfr_sgn(&value->left) < 0)
        mpfr_set_zero(&value->left, 1);
    if (sign < 0 && mpfr_sgn(&value->right) > 0)
        mpfr_set_zero(&value->right, -1);
}
