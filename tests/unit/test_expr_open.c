/* compiler/expr/open.c and compare.c: values at places are between the ends of enclosures over intervals around them, and at no end that is
 * said to be open; the signs of differences are those that they are compared by. */
#include <stdlib.h>

#include "compiler/expr/bracket.h"
#include "compiler/expr/compare.h"
#include "compiler/expr/enclose.h"
#include "tests/test.h"
#include "tests/unit/random_expr.h"

enum { FORMULAS = 4000, PLACES = 8, MUCH_PRECISION = 600 };

typedef struct Part {
    Num lo, hi;                 /* NULL: infinite */
    bool is_open[2];
} Part;

static Part part_of(Text *t)
{
    Part p = { draw(t, 4) ? drawn(t) : NULL, draw(t, 4) ? drawn(t) : NULL, { draw(t, 2), draw(t, 2) } };
    if (p.lo && p.hi && mpq_cmp(p.lo, p.hi) >= 0)
        p.hi = NULL;
    return p;
}

/* An end that is not left out, or any place between. */
static Num place_in(Text *t, const Part *p)
{
    int how = draw(t, 4);
    if (how == 0 && p->lo && !p->is_open[0])
        return p->lo;
    if (how == 1 && p->hi && !p->is_open[1])
        return p->hi;
    mpq_ptr x = num_new(&t->nums), w = num_new(&t->nums);
    mpq_set(w, num_ratio(&t->nums, 1 + draw(t, 15), 16));
    if (p->lo && p->hi) {
        mpq_sub(x, p->hi, p->lo);
        mpq_mul(x, x, w);
        mpq_add(x, x, p->lo);
        return x;
    }
    mpq_mul_2exp(w, w, (mp_bitcnt_t)draw(t, 12));
    if (!p->lo && (p->hi || draw(t, 2)))
        mpq_neg(w, w);
    mpq_add(x, p->lo ? p->lo : p->hi ? p->hi : num_int(&t->nums, 0), w);
    return x;
}

static bool enclose(const Expr *e, const Part *p, mpfr_prec_t bits, OpenRange *y)
{
    mpfi_t x;
    mpfi_init2(x, bits);
    mpfi_init2(y->in, bits);
    p->lo ? mpfr_set_q(&x->left, p->lo, MPFR_RNDD) : mpfr_set_inf(&x->left, -1);
    p->hi ? mpfr_set_q(&x->right, p->hi, MPFR_RNDU) : mpfr_set_inf(&x->right, 1);
    bool is = enclose_expr(e, EIG_VAR_X, &(EncloseAt){ x, { p->is_open[0], p->is_open[1] } }, y);
    mpfi_clear(x);
    return is;
}

static int n_defined, n_open, n_touching;

/* What is open at an end has values near it only. */
static void values_inside(Text *t)
{
    const Expr *e = formula(t, 1 + draw(t, 4));
    Part p = part_of(t);
    OpenRange all, there;
    bool is = enclose(e, &p, ENCLOSE_PRECISION, &all);
    n_defined += is;
    for (int k = 0; is && k < PLACES; k++) {
        Num x = place_in(t, &p);
        bool is_seen = enclose(e, &(Part){ x, x, { false, false } }, MUCH_PRECISION, &there);
        int left = !is_seen ? 1 : mpfr_cmp(&there.in->right, &all.in->left), right = !is_seen ? -1 : mpfr_cmp(&there.in->left, &all.in->right);
        CHECK(all.is_open[0] ? left > 0 : left >= 0);
        CHECK(all.is_open[1] ? right < 0 : right <= 0);
        n_touching += (left == 0 || right == 0);
        mpfi_clear(there.in);
    }
    n_open += is && ((all.is_open[0] && !mpfr_inf_p(&all.in->left)) || (all.is_open[1] && !mpfr_inf_p(&all.in->right)));
    mpfi_clear(all.in);
}

static int n_compared;

static void compared(Text *t)
{
    static const EigFn fns[] = { EIG_FN_LOG, EIG_FN_LOG1P, EIG_FN_SQRT, EIG_FN_EXP };
    EigFn fn = fns[draw(t, 4)];
    const Expr *a = call(t, EIG_FN_MUL, number(t, drawn(t)), call(t, fn, formula(t, 2), NULL)), *b = formula(t, 2);
    if (fn == EIG_FN_EXP)
        b = call(t, EIG_FN_DIV, call(t, EIG_FN_EXP, b, NULL), number(t, num_int(&t->nums, 1 + draw(t, 3))));
    const Expr *e = draw(t, 2) ? call(t, EIG_FN_SUB, a, b) : call(t, EIG_FN_ADD, b, a);
    Compared c;
    if (!expr_compare(&t->cx, &t->nums, e, &c))
        return;
    for (int k = 0; k < PLACES; k++) {
        Num x = place_in(t, &(Part){ NULL, NULL, { false, false } });
        int sign = expr_sign_at(&t->nums, e, EIG_VAR_X, x), by = expr_sign_at(&t->nums, c.difference, EIG_VAR_X, x);
        int above = c.above ? expr_sign_at(&t->nums, c.above, EIG_VAR_X, x) : 1;
        if (sign == SIGN_UNKNOWN || by == SIGN_UNKNOWN || by == 0 || (by < 0 && above != 1))
            continue;
        CHECK(sign == by * c.sign);
        n_compared++;
    }
}

static void ends_and_signs(void)
{
    Text t = { .seed = 27 };
    ctx_init(&t.cx);
    for (int k = 0; k < FORMULAS; k++) {
        values_inside(&t);
        compared(&t);
    }
    printf("# %d defined, %d with an open end, %d values at an end, %d signs compared\n", n_defined, n_open, n_touching, n_compared);
    CHECK(n_defined > FORMULAS / 8 && n_open > FORMULAS / 16 && n_touching > FORMULAS / 16 && n_compared > FORMULAS / 4);
    num_pool_free(&t.nums);
    ctx_free(&t.cx);
}

int main(void)
{
    RUN(ends_and_signs);
    return test_done();
}
