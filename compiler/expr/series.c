#include "compiler/expr/series.h"

#include "compiler/expr/num_special.h"

enum { N = SERIES_TERMS };

void series_init(Series *s)
{
    for (int k = 0; k < N; k++) {
        mpfi_init2(s->c[k], SERIES_PRECISION);
        mpfi_set_ui(s->c[k], 0);
    }
}

void series_clear(Series *s)
{
    for (int k = 0; k < N; k++)
        mpfi_clear(s->c[k]);
}

static void set(Series *out, const Series *a)
{
    for (int k = 0; k < N; k++)
        mpfi_set(out->c[k], a->c[k]);
}

/* ---- sums of products of coefficients ---- */

/* y += the sum of a_j b_(n-j) for j from `first` to `last`; with is_weighed, each times j. */
static void add_products(mpfi_ptr y, const Series *a, const Series *b, int n, int first, int last, bool is_weighed)
{
    mpfi_t t;
    mpfi_init2(t, SERIES_PRECISION);
    for (int j = first; j <= last; j++) {
        mpfi_mul(t, a->c[j], b->c[n - j]);
        if (is_weighed)
            mpfi_mul_si(t, t, j);
        mpfi_add(y, y, t);
    }
    mpfi_clear(t);
}

static void multiply(Series *out, const Series *a, const Series *b)
{
    for (int n = 0; n < N; n++) {
        mpfi_set_ui(out->c[n], 0);
        add_products(out->c[n], a, b, n, 0, n, false);
    }
}

static bool divide(Series *out, const Series *a, const Series *b)
{
    if (mpfi_has_zero(b->c[0]))
        return false;
    for (int n = 0; n < N; n++) {
        mpfi_set_ui(out->c[n], 0);
        add_products(out->c[n], out, b, n, 0, n - 1, false);
        mpfi_sub(out->c[n], a->c[n], out->c[n]);
        mpfi_div(out->c[n], out->c[n], b->c[0]);
    }
    return true;
}

/* ---- functions: y' is a' times a series that is known up to the term before ---- */

/* n y_n = the sum of j a_j w_(n-j). */
static void integrate(Series *y, const Series *a, const Series *w, int n)
{
    mpfi_set_ui(y->c[n], 0);
    add_products(y->c[n], a, w, n, 1, n, true);
    mpfi_div_ui(y->c[n], y->c[n], (unsigned long)n);
}

static void first_term(Series *y, EigFn fn, const Series *a)
{
    mpfi_t at;
    mpfi_init2(at, SERIES_PRECISION);
    mpfi_set(at, a->c[0]);
    num_enclose(y->c[0], fn, at, at);
    mpfi_clear(at);
}

/* y' = a' y, from y_0 on. */
static void grow(Series *y, const Series *a)
{
    for (int n = 1; n < N; n++)
        integrate(y, a, y, n);
}

static bool exponential(Series *out, EigFn fn, const Series *a)
{
    first_term(out, EIG_FN_EXP, a);
    grow(out, a);
    if (fn == EIG_FN_EXPM1)
        first_term(out, fn, a);
    return true;
}

/* a = (shift + a) y' with shift 0 or 1. */
static bool logarithm(Series *out, EigFn fn, const Series *a)
{
    Series one_more;
    series_init(&one_more);
    set(&one_more, a);
    mpfi_add_ui(one_more.c[0], a->c[0], fn == EIG_FN_LOG1P);
    bool is = mpfi_is_strictly_pos(one_more.c[0]) > 0;
    if (is)
        first_term(out, fn, a);
    for (int n = 1; n < N && is; n++) {
        mpfi_set_ui(out->c[n], 0);
        add_products(out->c[n], out, &one_more, n, 1, n - 1, true);
        mpfi_div_ui(out->c[n], out->c[n], (unsigned long)n);
        mpfi_sub(out->c[n], a->c[n], out->c[n]);
        mpfi_div(out->c[n], out->c[n], one_more.c[0]);
    }
    series_clear(&one_more);
    return is;
}

/* a^p by n a_0 y_n = the sum of (p j - (n - j)) a_j y_(n-j), a_0 > 0. */
static bool real_power(Series *out, const Series *a, Num p)
{
    mpfi_t t, exponent, base;
    if (mpfi_is_strictly_pos(a->c[0]) <= 0)
        return false;
    mpfi_init2(t, SERIES_PRECISION);
    mpfi_init2(exponent, SERIES_PRECISION);
    mpfi_init2(base, SERIES_PRECISION);
    mpfi_set_q(exponent, p);
    mpfi_set(base, a->c[0]);
    num_enclose(out->c[0], EIG_FN_POW, base, exponent);
    for (int n = 1; n < N; n++) {
        mpfi_set_ui(out->c[n], 0);
        for (int j = 1; j <= n; j++) {
            mpfi_set_q(exponent, p);
            mpfi_mul_si(t, exponent, j);
            mpfi_sub_ui(t, t, (unsigned long)(n - j));
            mpfi_mul(t, t, a->c[j]);
            mpfi_mul(t, t, out->c[n - j]);
            mpfi_add(out->c[n], out->c[n], t);
        }
        mpfi_div_ui(out->c[n], out->c[n], (unsigned long)n);
        mpfi_div(out->c[n], out->c[n], a->c[0]);
    }
    mpfi_clear(base);
    mpfi_clear(exponent);
    mpfi_clear(t);
    return true;
}

static bool root(Series *out, const Series *a)
{
    mpq_t half;
    mpq_init(half);
    mpq_set_ui(half, 1, 2);
    bool is = real_power(out, a, half);
    mpq_clear(half);
    return is;
}

/* Any base, by squares and products. */
static bool whole_power(Series *out, const Series *a, long p)
{
    Series square, t, one;
    series_init(&square);
    series_init(&t);
    series_init(&one);
    set(&square, a);
    mpfi_set_ui(one.c[0], 1);
    set(out, &one);
    for (unsigned long k = (unsigned long)(p < 0 ? -p : p); k; k >>= 1) {
        if (k & 1) {
            multiply(&t, out, &square);
            set(out, &t);
        }
        multiply(&t, &square, &square);
        set(&square, &t);
    }
    bool is = true;
    if (p < 0) {
        set(&t, out);
        is = divide(out, &one, &t);
    }
    series_clear(&one);
    series_clear(&t);
    series_clear(&square);
    return is;
}

static bool power(Series *out, const Series *a, Num p)
{
    enum { MOST = 1000 };
    bool is_whole = mpz_cmp_ui(mpq_denref(p), 1) == 0 && mpz_cmpabs_ui(mpq_numref(p), MOST) <= 0;
    return is_whole ? whole_power(out, a, mpz_get_si(mpq_numref(p))) : real_power(out, a, p);
}

/* y' = (1 - y^2) a' */
static bool hyperbolic_tangent(Series *out, const Series *a)
{
    Series w;
    series_init(&w);
    first_term(out, EIG_FN_TANH, a);
    for (int n = 1; n < N; n++) {
        int m = n - 1;
        mpfi_set_ui(w.c[m], 0);
        add_products(w.c[m], out, out, m, 0, m, false);
        mpfi_si_sub(w.c[m], m == 0, w.c[m]);
        integrate(out, a, &w, n);
    }
    series_clear(&w);
    return true;
}

/* y' = a' / (1 + a^2) */
static bool arc_tangent(Series *out, const Series *a)
{
    Series w, below, one;
    series_init(&w);
    series_init(&below);
    series_init(&one);
    mpfi_set_ui(one.c[0], 1);
    multiply(&below, a, a);
    mpfi_add_ui(below.c[0], below.c[0], 1);
    divide(&w, &one, &below);
    first_term(out, EIG_FN_ATAN, a);
    for (int n = 1; n < N; n++)
        integrate(out, a, &w, n);
    series_clear(&one);
    series_clear(&below);
    series_clear(&w);
    return true;
}

static bool circular(Series *out, EigFn fn, const Series *a)
{
    Series sine, cosine;
    series_init(&sine);
    series_init(&cosine);
    first_term(&sine, EIG_FN_SIN, a);
    first_term(&cosine, EIG_FN_COS, a);
    for (int n = 1; n < N; n++) {
        integrate(&sine, a, &cosine, n);
        integrate(&cosine, a, &sine, n);
        mpfi_neg(cosine.c[n], cosine.c[n]);
    }
    set(out, fn == EIG_FN_SIN ? &sine : &cosine);
    series_clear(&cosine);
    series_clear(&sine);
    return true;
}

/* The density y has y' = -a a' y; it is the derivative of the distribution function. */
static bool normal(Series *out, EigFn fn, const Series *a)
{
    Series u, density;
    series_init(&u);
    series_init(&density);
    multiply(&u, a, a);
    for (int k = 0; k < N; k++)
        mpfi_div_si(u.c[k], u.c[k], -2);
    first_term(&density, EIG_FN_NORMPDF, a);
    grow(&density, &u);
    set(out, &density);
    if (fn == EIG_FN_NORMCDF) {
        first_term(out, fn, a);
        for (int n = 1; n < N; n++)
            integrate(out, a, &density, n);
    }
    series_clear(&density);
    series_clear(&u);
    return true;
}

/* The integral of t^n exp(a t) for t from 0 to 1, from its own derivatives at a_0, which are of its kind: that is a series in a - a_0. */
static bool moment(Series *out, const Series *a, unsigned n)
{
    Series step, t;
    mpfi_t c;
    series_init(&step);
    series_init(&t);
    mpfi_init2(c, SERIES_PRECISION);
    set(&step, a);
    mpfi_set_ui(step.c[0], 0);
    for (int k = 0; k < N; k++)
        mpfi_set_ui(out->c[k], 0);
    for (unsigned k = N; k-- > 0;) {
        multiply(&t, out, &step);
        set(out, &t);
        enclose_exp_moment(c, a->c[0], n + k);
        for (unsigned j = 2; j <= k; j++)
            mpfi_div_ui(c, c, j);
        mpfi_add(out->c[0], out->c[0], c);
    }
    mpfi_clear(c);
    series_clear(&t);
    series_clear(&step);
    return true;
}

static bool mean(Series *out, const Series *a, unsigned n)
{
    Series above, below;
    series_init(&above);
    series_init(&below);
    bool is = moment(&above, a, n) && moment(&below, a, 0) && divide(out, &above, &below);
    series_clear(&below);
    series_clear(&above);
    return is;
}

/* ---- expressions ---- */

static bool is_finite(const Series *s)
{
    for (int k = 0; k < N; k++)
        if (!mpfi_bounded_p(s->c[k]))
            return false;
    return true;
}

static bool sum(Series *out, const Series *a, const Series *b, bool is_difference)
{
    for (int k = 0; k < N; k++)
        (is_difference ? mpfi_sub : mpfi_add)(out->c[k], a->c[k], b->c[k]);
    return true;
}

/* b^a = exp(a log(b)) for a number b. */
static bool number_to_power(Series *out, const Series *b, const Series *a)
{
    Series log_b, u;
    series_init(&log_b);
    series_init(&u);
    bool is = logarithm(&log_b, EIG_FN_LOG, b);
    multiply(&u, &log_b, a);
    is = is && exponential(out, EIG_FN_EXP, &u);
    series_clear(&u);
    series_clear(&log_b);
    return is;
}

static bool of_call(Series *out, const Expr *e, const Series *a, const Series *b)
{
    Num p;
    EigFn fn = e->as.call.fn;
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: return sum(out, a, b, fn == EIG_FN_SUB);
    case EIG_FN_MUL: multiply(out, a, b); return true;
    case EIG_FN_DIV: return divide(out, a, b);
    case EIG_FN_NEG: return sum(out, b, a, true);
    case EIG_FN_SQRT: return root(out, a);
    case EIG_FN_POW: return expr_is_const(e->as.call.arg[1], &p) ? power(out, a, p) : !expr_uses(e->as.call.arg[0], EIG_VAR_X) && number_to_power(out, a, b);
    case EIG_FN_EXP: case EIG_FN_EXPM1: return exponential(out, fn, a);
    case EIG_FN_LOG: case EIG_FN_LOG1P: return logarithm(out, fn, a);
    case EIG_FN_EXPREL: return moment(out, a, 0);
    case EIG_FN_EXP_MEAN:
        return expr_is_const(e->as.call.arg[1], &p) && mpq_cmp_ui(p, NUM_MOST_MOMENT - N, 1) <= 0 &&
               mean(out, a, (unsigned)mpz_get_ui(mpq_numref(p)));
    case EIG_FN_TANH: return hyperbolic_tangent(out, a);
    case EIG_FN_ATAN: return arc_tangent(out, a);
    case EIG_FN_SIN: case EIG_FN_COS: return circular(out, fn, a);
    case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: return normal(out, fn, a);
    default: return false;
    }
}

static bool series_in(const Expr *e, Series *out)
{
    Num value;
    Series arg[2];
    for (int k = 0; k < N; k++)
        mpfi_set_ui(out->c[k], 0);
    if (expr_is_const(e, &value)) {
        mpfi_set_q(out->c[0], value);
        return true;
    }
    if (e->kind != EXPR_CALL) {
        mpfi_set_ui(out->c[1], 1);
        return e->kind == EXPR_VAR && e->as.var == EIG_VAR_X;
    }
    series_init(&arg[0]);
    series_init(&arg[1]);
    bool is = series_in(e->as.call.arg[0], &arg[0]) && (e->as.call.n_args < 2 || series_in(e->as.call.arg[1], &arg[1]));
    is = is && of_call(out, e, &arg[0], &arg[1]) && is_finite(out);
    series_clear(&arg[1]);
    series_clear(&arg[0]);
    return is;
}

bool series_of(const Expr *e, Series *out)
{
    return e->size <= SERIES_MAX_SIZE && series_in(e, out);
}
