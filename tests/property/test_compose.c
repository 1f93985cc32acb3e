/* What is said of random expressions by the way they are composed, against their values, slopes and curvatures at places inside
 * the domain, enclosed there, and against chords between the places. */
#include <stdlib.h>

#include "compiler/check/slope/convex/compose.h"
#include "compiler/check/slope/jet/jet.h"
#include "tests/draw.h"
#include "tests/test.h"

enum { N_EXPRESSIONS = 8000, DEPTH = 4, N_PLACES = 9 };

static Ctx cx;
static NumPool nums;

typedef struct Domain {
    long lo, hi;
    bool has_lo, has_hi;
} Domain;

static const Domain domains[] = { { 0, 0, false, false }, { 0, 0, true, false }, { 0, 0, false, true }, { 0, 1, true, true }, { -1, 2, true, true },
                                  { 1, 5, true, true }, { 2, 0, true, false }, { -3, -1, true, true } };

/* ---- expressions ---- */

static const Expr *call(EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return a && b ? expr_call(&cx, &nums, (Span){ 0 }, fn, eig_fn_n_args[fn], arg) : NULL;
}

static const Expr *number(Draw *d)
{
    static const long top[] = { 1, 2, 3, -1, -2, 1, 3, 1, 5 };
    static const unsigned long bottom[] = { 1, 1, 1, 1, 1, 2, 2, 3, 4 };
    unsigned k = below(d, 9);
    return expr_const(&cx, (Span){ 0 }, num_ratio(&nums, top[k], bottom[k]));
}

static const Expr *line(Draw *d)
{
    return call(EIG_FN_ADD, number(d), call(EIG_FN_MUL, number(d), expr_var(&cx, (Span){ 0 }, EIG_VAR_X)));
}

/* What rules look for as a whole. */
static const Expr *pattern(Draw *d, const Expr *a, const Expr *b)
{
    const Expr *p = number(d), *two = expr_const(&cx, (Span){ 0 }, num_int(&nums, 2));
    switch (below(d, 7)) {
    case 0: return call(EIG_FN_MUL, line(d), call(EIG_FN_LOG, line(d), a));
    case 1: return call(EIG_FN_ADD, call(EIG_FN_POW, a, p), call(EIG_FN_POW, b, p));
    case 2: return call(EIG_FN_SQRT, call(EIG_FN_ADD, call(EIG_FN_POW, a, two), call(EIG_FN_POW, b, two)), a);
    case 3: return call(EIG_FN_LOG, call(EIG_FN_ADD, call(EIG_FN_EXP, a, a), call(EIG_FN_EXP, b, b)), a);
    case 4: return call(EIG_FN_DIV, call(EIG_FN_POW, a, two), b);
    case 5: return call(EIG_FN_POW, call(EIG_FN_LOG, line(d), a), two);
    default: return call(EIG_FN_ADD, call(EIG_FN_SQRT, line(d), a), call(EIG_FN_SQRT, line(d), a));
    }
}

/* NULL: a constant in it has no value. */
static const Expr *draw(Draw *d, int depth)
{
    static const EigFn one[] = { EIG_FN_EXP, EIG_FN_LOG, EIG_FN_SQRT, EIG_FN_EXP, EIG_FN_LOG, EIG_FN_LOG1P, EIG_FN_EXPM1, EIG_FN_ABS, EIG_FN_TANH,
                                 EIG_FN_ATAN, EIG_FN_NORMCDF, EIG_FN_NORMPDF, EIG_FN_SIN, EIG_FN_COS, EIG_FN_NEG, EIG_FN_EXPREL };
    static const EigFn two[] = { EIG_FN_ADD, EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_MAX, EIG_FN_MIN };
    if (depth == 0 || below(d, 6) == 0)
        return below(d, 3) ? expr_var(&cx, (Span){ 0 }, EIG_VAR_X) : number(d);
    unsigned kind = below(d, 10);
    const Expr *a = draw(d, depth - 1);
    if (kind < 3)
        return call(one[below(d, 16)], a, a);
    if (kind == 3)
        return below(d, 4) ? call(EIG_FN_POW, a, number(d)) : call(EIG_FN_POW, number(d), a);
    if (kind == 4)
        return call(EIG_FN_MUL, a, below(d, 2) ? a : call(EIG_FN_LOG, draw(d, depth - 1), a));
    if (kind < 7)
        return a ? pattern(d, a, below(d, 2) ? line(d) : draw(d, depth - 1)) : NULL;
    return call(two[below(d, 8)], a, below(d, 4) ? draw(d, depth - 1) : number(d));
}

/* ---- what is claimed, at one place ---- */

static unsigned n_signs, n_ways, n_bends, n_roots, n_logs, n_chords;

static bool may_be_above(mpfi_srcptr x)        /* 0 or more */
{
    return mpfr_nan_p(&x->right) || mpfr_sgn(&x->right) >= 0;
}

static bool may_be_below(mpfi_srcptr x)
{
    return mpfr_nan_p(&x->left) || mpfr_sgn(&x->left) <= 0;
}

/* f f'' + (q - 1) f'^2, which has the sign of the second derivative of f^q, and with q = 0 of log(f). */
static void bend_of_power(const JetResult *f, Num q, mpfi_ptr out)
{
    mpfi_t square;
    mpfi_init2(square, JET_PRECISION);
    mpfi_sqr(square, f->slope);
    mpfi_mul(out, f->value, f->curvature);
    mpfi_sub(out, out, square);
    mpfi_mul_q(square, square, q);
    mpfi_add(out, out, square);
    mpfi_clear(square);
}

static bool holds_sign(const Shape *s, const JetResult *f)
{
    n_signs += s->sign != ANY_SIGN;
    return (!(s->sign & NONNEG) || may_be_above(f->value)) && (!(s->sign & NONPOS) || may_be_below(f->value)) &&
           (!(s->sign & NONZERO) || !mpfi_is_zero(f->value));
}

static bool holds_way(const Shape *s, const JetResult *f)
{
    n_ways += s->way != NO_WAY;
    return (!(s->way & UP) || may_be_above(f->slope)) && (!(s->way & DOWN) || may_be_below(f->slope));
}

static bool holds_bend(const Shape *s, const JetResult *f)
{
    mpfi_t x;
    bool holds = true;
    mpfi_init2(x, JET_PRECISION);
    n_bends += s->least || s->most;
    if (s->least) {
        mpfi_sub_q(x, f->curvature, s->least);
        holds = may_be_above(x);
    }
    if (s->most) {
        mpfi_sub_q(x, f->curvature, s->most);
        holds = holds && may_be_below(x);
    }
    if (s->root) {
        n_roots++;
        bend_of_power(f, s->root, x);
        holds = holds && may_be_above(x) && may_be_above(f->value);
    }
    if (s->is_log_concave) {
        n_logs++;
        bend_of_power(f, num_int(&nums, 0), x);
        holds = holds && may_be_below(x) && may_be_above(f->value);
    }
    mpfi_clear(x);
    return holds;
}

/* ---- between places ---- */

/* e - bend x^2/2 at m less the mean of that at a and b: at most 0 where e - bend x^2/2 is convex. */
static void above_chord(const JetResult *a, const JetResult *m, const JetResult *b, double half, Num bend, mpfi_ptr out)
{
    mpfi_t x;
    mpfi_init2(x, JET_PRECISION);
    mpfi_add(x, a->value, b->value);
    mpfi_div_2ui(x, x, 1);
    mpfi_sub(out, m->value, x);
    mpfi_set_d(x, half);        /* the mean of (m - half)^2 and (m + half)^2 is m^2 + half^2 */
    mpfi_sqr(x, x);
    mpfi_mul_q(x, x, bend);
    mpfi_div_2ui(x, x, 1);
    mpfi_add(out, out, x);
    mpfi_clear(x);
}

static bool holds_chord(const Shape *s, const JetResult *a, const JetResult *m, const JetResult *b, double half)
{
    mpfi_t x;
    bool holds = true;
    mpfi_init2(x, JET_PRECISION);
    n_chords += s->least || s->most;
    if (s->least) {
        above_chord(a, m, b, half, s->least, x);
        holds = may_be_below(x);
    }
    if (s->most) {
        above_chord(a, m, b, half, s->most, x);
        holds = holds && may_be_above(x);
    }
    mpfi_clear(x);
    return holds;
}

/* Doubles, evenly between two ends that they have. */
static double place(const Domain *d, int k)
{
    double lo = d->has_lo ? (double)d->lo : d->has_hi ? (double)d->hi - 8 : -4, hi = d->has_hi ? (double)d->hi : lo + 8;
    return lo + (hi - lo) * (k + 1) / (N_PLACES + 1);
}

static bool holds(const Expr *e, const Domain *d, const Shape *s)
{
    JetResult at[3];
    bool fine = true;
    for (int k = 0; k < 3; k++)
        jet_result_init(&at[k]);
    for (int k = 0; k < N_PLACES && fine; k++) {
        double x = place(d, k), half = (place(d, 1) - place(d, 0)) / 2, from[3] = { x - half, x, x + half };
        bool all = true;
        for (int j = 0; j < 3; j++) {
            jet_evaluate(e, &(JetDomain){ .nums = &nums, .lo = from[j], .hi = from[j] }, &at[j]);
            fine = fine && at[j].trouble != JET_OUTSIDE;
            all = all && at[j].trouble == JET_FINE;
        }
        bool is_even = from[2] - from[1] == from[1] - from[0];
        if (at[1].trouble == JET_FINE)
            fine = fine && holds_sign(s, &at[1]) && holds_way(s, &at[1]) && holds_bend(s, &at[1]);
        if (all && is_even)
            fine = fine && holds_chord(s, &at[0], &at[1], &at[2], from[1] - from[0]);
    }
    for (int k = 0; k < 3; k++)
        jet_result_clear(&at[k]);
    return fine;
}

static const char *said(Num x)
{
    return x ? num_text(&cx, x) : "unknown";
}

static void claims_hold(void)
{
    Draw d = draw_seed(&cx, 20261130);
    unsigned n_defined = 0;
    for (int k = 0; k < N_EXPRESSIONS; k++) {
        const Expr *e = draw(&d, DEPTH);
        const Domain *on = &domains[below(&d, 8)];
        if (!e)
            continue;
        Compose c = { &nums, on->has_lo ? num_int(&nums, on->lo) : NULL, on->has_hi ? num_int(&nums, on->hi) : NULL };
        Shape s = compose_shape(&c, e);
        if (!s.is_defined)
            continue;
        n_defined++;
        if (holds(e, on, &s))
            continue;
        Sbuf text = { 0 };
        expr_print(e, &text);
        fprintf(stderr, "domain %d: %s; sign %u, way %u, least %s, most %s, root %s, log-concave %d\n", (int)(on - domains), sbuf_text(&text), s.sign,
                s.way, said(s.least), said(s.most), said(s.root), s.is_log_concave);
        sbuf_free(&text);
        CHECK(!"a claim fails");
    }
    printf("# of %d expressions, %u defined; places with a sign %u, a way %u, a bend %u, a root %u, a concave logarithm %u; chords %u\n",
           N_EXPRESSIONS, n_defined, n_signs, n_ways, n_bends, n_roots, n_logs, n_chords);
    CHECK(n_defined > N_EXPRESSIONS / 5);
    CHECK(n_signs > 10000 && n_ways > 10000 && n_bends > 10000 && n_roots > 10000 && n_logs > 10000 && n_chords > 10000);
}

int main(void)
{
    ctx_init(&cx);
    RUN(claims_hold);
    num_pool_free(&nums);
    ctx_free(&cx);
    return test_done();
}
