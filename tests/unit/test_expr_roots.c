/* compiler/expr/roots.c: roots of products of factors whose roots are known. */
#include <math.h>

#include "compiler/expr/roots.h"
#include "tests/test.h"

typedef struct Text {
    Ctx cx;
    NumPool nums;
    uint64_t seed;
} Text;

static int draw(Text *t, int n)
{
    t->seed = t->seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((t->seed >> 33) % (uint64_t)n);
}

static const Expr *call(Text *t, EigFn fn, const Expr *a, const Expr *b)
{
    return expr_apply(&t->cx, a->span, fn, 2, (const Expr *[]){ a, b });
}

static const Expr *number(Text *t, Num x)
{
    return expr_const(&t->cx, (Span){ 0 }, x);
}

/* At most one sign for all of a factor's roots: x^2 - c has none (c < 0), or roots that are irrational (c = 2, 3, 5). */
enum { MOST = 4 };
typedef struct Factor {
    Num root;
    int c;
    int power;
} Factor;

static bool is_between(Num x, Num lo, Num hi)
{
    return (!lo || mpq_cmp(x, lo) > 0) && (!hi || mpq_cmp(x, hi) < 0);
}

/* A root of c between lo and hi, by doubles: neither is closer to one than they can tell. */
static bool has_irrational(int c, Num lo, Num hi)
{
    double r = sqrt(c), a = lo ? num_to_double(lo) : -1e300, b = hi ? num_to_double(hi) : 1e300;
    return c > 0 && ((a < r && r < b) || (a < -r && -r < b));
}

static const Expr *of_factor(Text *t, const Factor *f)
{
    const Expr *x = expr_var(&t->cx, (Span){ 0 }, EIG_VAR_X), *e;
    if (f->root)
        e = call(t, EIG_FN_SUB, x, number(t, f->root));
    else
        e = call(t, EIG_FN_SUB, call(t, EIG_FN_MUL, x, x), number(t, num_int(&t->nums, f->c)));
    return call(t, EIG_FN_POW, e, number(t, num_int(&t->nums, f->power)));
}

/* How often the roots of f[k] are roots of the product. */
static int times(const Factor *f, int n, int k)
{
    int sum = 0;
    for (int j = 0; j < n; j++)
        if (f[k].root ? f[j].root && mpq_equal(f[j].root, f[k].root) : !f[j].root && f[j].c == f[k].c)
            sum += f[j].power;
    return sum;
}

static void changes_of(Text *t, const Expr *e, const Factor *f, int n, Num lo, Num hi)
{
    Num root = NULL;
    double below = 0, above = 0;
    int sign;
    RootsFound found = expr_sign_changes(&t->nums, e, EIG_VAR_X, lo, hi, &root, &below, &above, &sign);
    bool changes = false, is_rational = false, is_irrational = false;
    for (int k = 0; k < n; k++) {
        bool is_odd = times(f, n, k) % 2;
        double r = sqrt(fabs((double)f[k].c));
        changes |= is_odd && (f[k].root ? is_between(f[k].root, lo, hi) : has_irrational(f[k].c, lo, hi));
        is_rational |= is_odd && f[k].root && root && mpq_equal(root, f[k].root);
        is_irrational |= is_odd && !f[k].root && f[k].c > 0 && ((below <= r && r <= above) || (below <= -r && -r <= above));
    }
    CHECK(found != ROOTS_UNKNOWN && found != ROOTS_CLOSE);
    CHECK((found == ROOTS_NONE) == !changes);
    CHECK(found != ROOTS_RATIONAL || is_rational);
    CHECK(found != ROOTS_IRRATIONAL || (is_irrational && nextafter(below, above) == above));
}

static void one(Text *t)
{
    static const int square[] = { 2, 3, 5, -1, -7 };
    Factor f[MOST];
    int n = 1 + draw(t, MOST);
    Num ends[2] = { NULL, NULL };
    for (int k = 0; k < 2; k++)
        if (draw(t, 3))
            ends[k] = num_ratio(&t->nums, draw(t, 41) - 20, (unsigned long)(1 + draw(t, 6)));
    if (ends[0] && ends[1] && mpq_cmp(ends[0], ends[1]) >= 0)
        return;
    const Expr *e = number(t, num_ratio(&t->nums, draw(t, 2) ? 3 : -1, 7));
    for (int k = 0; k < n; k++) {
        f[k] = (Factor){ .root = draw(t, 3) ? num_ratio(&t->nums, draw(t, 41) - 20, (unsigned long)(1 + draw(t, 9))) : NULL,
                         .c = square[draw(t, 5)], .power = 1 + draw(t, 2) };
        e = call(t, EIG_FN_MUL, e, of_factor(t, &f[k]));
    }
    bool has_rational = false, has_other = false, is_one = false;
    Num root = NULL;
    int sign = 7;
    RootsFound found = expr_roots(&t->nums, e, EIG_VAR_X, ends[0], ends[1], &root, &sign);
    for (int k = 0; k < n; k++) {
        bool is_in = f[k].root && is_between(f[k].root, ends[0], ends[1]);
        has_rational |= is_in;
        has_other |= !f[k].root && has_irrational(f[k].c, ends[0], ends[1]);
        is_one |= is_in && root && mpq_equal(root, f[k].root);
    }
    CHECK(found != ROOTS_UNKNOWN);
    CHECK(found != ROOTS_NONE || (!has_rational && !has_other));
    CHECK(found != ROOTS_RATIONAL || is_one);
    CHECK(found != ROOTS_IRRATIONAL || has_other);
    CHECK(found == ROOTS_NONE || has_rational || has_other);
    changes_of(t, e, f, n, ends[0], ends[1]);
    if (found != ROOTS_NONE)
        return;
    double a = ends[0] ? num_to_double(ends[0]) : ends[1] ? num_to_double(ends[1]) - 2 : -1, b = ends[1] ? num_to_double(ends[1]) : a + 2, x = (a + b) / 2;
    double value = mpq_sgn(e->as.call.arg[0]->kind == EXPR_CONST ? e->as.call.arg[0]->as.value : num_int(&t->nums, 1));
    for (const Expr *p = e; p->kind == EXPR_CALL; p = p->as.call.arg[0])
        value = p->as.call.arg[0]->kind == EXPR_CONST ? mpq_sgn(p->as.call.arg[0]->as.value) : value;
    for (int k = 0; k < n; k++)
        if (f[k].power == 1)
            value *= f[k].root ? x - num_to_double(f[k].root) : x * x - f[k].c;
    CHECK((value > 0) - (value < 0) == sign);
}

static void products_of_known_factors(void)
{
    Text t = { .seed = 20261129 };
    ctx_init(&t.cx);
    for (int k = 0; k < 3000; k++)
        one(&t);
    num_pool_free(&t.nums);
    ctx_free(&t.cx);
}

int main(void)
{
    RUN(products_of_known_factors);
    return test_done();
}
