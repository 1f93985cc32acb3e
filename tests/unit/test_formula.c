/* What params are of own ones: values over boxes by hand, the room of functions, what has no values; cells of own params. */
#include <math.h>

#include "compiler/check/proof/formula.h"
#include "compiler/check/proof/ranges.h"
#include "tests/unit/statement_of.h"

static RangeFormula *num(Ctx *cx, const char *x)
{
    RangeFormula *f = formula_new(cx, FORMULA_NUMBER, 0);
    set(f->number, x);
    return f;
}

static RangeFormula *param(Ctx *cx, size_t k)
{
    RangeFormula *f = formula_new(cx, FORMULA_PARAM, 0);
    f->param = k;
    return f;
}

static RangeFormula *two(Ctx *cx, FormulaKind kind, RangeFormula *a, RangeFormula *b)
{
    RangeFormula *f = formula_new(cx, kind, 2);
    f->n = 2;
    f->part[0] = a;
    f->part[1] = b;
    return f;
}

static RangeFormula *one(Ctx *cx, FormulaKind kind, RangeFormula *a, int number)
{
    RangeFormula *f = formula_new(cx, kind, 1);
    f->n = 1;
    f->part[0] = a;
    f->exponent = kind == FORMULA_POWER ? number : 0;
    f->function = kind == FORMULA_FUNCTION ? number : 0;
    return f;
}

static RangeFormula *power(Ctx *cx, RangeFormula *a, int e)
{
    return one(cx, FORMULA_POWER, a, e);
}

static RangeFormula *apply(Ctx *cx, const char *name, RangeFormula *a)
{
    return one(cx, FORMULA_FUNCTION, a, formula_function(name));
}

static RangeFormula *sum(Ctx *cx, RangeFormula *a, RangeFormula *b)
{
    return two(cx, FORMULA_SUM, a, b);
}

static RangeFormula *times(Ctx *cx, RangeFormula *a, RangeFormula *b)
{
    return two(cx, FORMULA_PRODUCT, a, b);
}

/* Over a box "lo hi lo hi"; clears it. "least most", or NULL for none; wider by at most one part in 2^50 where it has functions. */
static bool has_values(RangeFormula *f, const char *box, size_t n, const char *expected)
{
    mpq_t number[4], lo[2], hi[2], least, most, wanted[2];
    for (size_t k = 0; k < 4; k++)
        mpq_init(number[k]);
    mpq_inits(lo[0], lo[1], hi[0], hi[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
    read_numbers(box, number, 2 * n);
    for (size_t k = 0; k < n; k++) {
        mpq_set(lo[k], number[2 * k]);
        mpq_set(hi[k], number[2 * k + 1]);
    }
    bool ok = formula_values(f, (const mpq_t *)lo, (const mpq_t *)hi, n, least, most) == (expected != NULL);
    if (ok && expected) {
        read_numbers(expected, wanted, 2);
        double room = formula_has_function(f) ? 0x1p-40 : 0, a = mpq_get_d(wanted[0]), b = mpq_get_d(wanted[1]);
        ok = room > 0 ? mpq_cmp(least, wanted[0]) <= 0 && mpq_cmp(most, wanted[1]) >= 0 && mpq_get_d(least) >= a - room && mpq_get_d(most) <= b + room
                      : mpq_equal(least, wanted[0]) && mpq_equal(most, wanted[1]);
    }
    for (size_t k = 0; k < 4; k++)
        mpq_clear(number[k]);
    mpq_clears(lo[0], lo[1], hi[0], hi[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
    formula_clear(f);
    return ok;
}

static void rational_values_are_exact(void)
{
    Ctx cx;
    ctx_init(&cx);
    CHECK(has_values(power(&cx, param(&cx, 0), 2), "-1 2", 1, "0 4"));
    CHECK(has_values(power(&cx, param(&cx, 0), -1), "2 4", 1, "1/4 1/2"));
    CHECK(has_values(power(&cx, param(&cx, 0), -2), "-4 -2", 1, "1/16 1/4"));
    CHECK(has_values(power(&cx, param(&cx, 0), -1), "0 1", 1, NULL));
    CHECK(has_values(power(&cx, param(&cx, 0), -1), "-1 1", 1, NULL));
    CHECK(has_values(power(&cx, param(&cx, 0), 3), "-2 1", 1, "-8 1"));
    /* w (1 - w): rises up to 1/2, so that its ends are its values' */
    for (size_t k = 0; k < 2; k++) {
        RangeFormula *f = times(&cx, param(&cx, 0), sum(&cx, num(&cx, "1"), times(&cx, num(&cx, "-1"), param(&cx, 0))));
        CHECK(has_values(f, k ? "1/4 1/2" : "0 1/4", 1, k ? "3/16 1/4" : "0 3/16"));
    }
    /* around its largest value by the mean value theorem: slopes from -1/4 to 1/4, up to 1/4 + 1/32; term by term it is 25/64 */
    CHECK(has_values(times(&cx, param(&cx, 0), sum(&cx, num(&cx, "1"), times(&cx, num(&cx, "-1"), param(&cx, 0)))), "3/8 5/8", 1, "7/32 9/32"));
    /* w - w v rises in w, falls in v */
    CHECK(has_values(sum(&cx, param(&cx, 0), times(&cx, num(&cx, "-1"), times(&cx, param(&cx, 0), param(&cx, 1)))), "0 1 0 1", 2, "0 1"));
    /* 1/(1 + w - w v): its sum may be 0, term by term, and is not looked at otherwise */
    CHECK(has_values(power(&cx, sum(&cx, num(&cx, "1"), sum(&cx, param(&cx, 0), times(&cx, num(&cx, "-1"), times(&cx, param(&cx, 0), param(&cx, 1))))), -1),
                     "0 1 0 1", 2, NULL));
    ctx_free(&cx);
}

static void functions_have_room(void)
{
    static const struct {
        const char *name, *box, *values;        /* to nine digits, inward */
    } list[] = {{"exp", "0 1", "1 2.718281828"}, {"log", "1 2", "0 0.693147180"}, {"log1p", "0 1", "0 0.693147180"}, {"expm1", "0 1", "0 1.718281828"},
                {"sqrt", "1 2", "1 1.414213562"}, {"tanh", "-1 1", "-0.761594155 0.761594155"}, {"atan", "-1 1", "-0.785398163 0.785398163"},
                {"normcdf", "-1 1", "0.158655254 0.841344746"}};
    Ctx cx;
    ctx_init(&cx);
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        mpq_t least, most, wanted[2], room;
        mpq_inits(least, most, wanted[0], wanted[1], room, (mpq_ptr)0);
        mpq_t number[2];
        mpq_inits(number[0], number[1], (mpq_ptr)0);
        read_numbers(list[k].box, number, 2);
        read_numbers(list[k].values, wanted, 2);
        RangeFormula *f = apply(&cx, list[k].name, param(&cx, 0));
        CHECK(formula_values(f, &number[0], &number[1], 1, least, most));
        CHECK(fabs(mpq_get_d(least) - mpq_get_d(wanted[0])) < 1e-9 && fabs(mpq_get_d(most) - mpq_get_d(wanted[1])) < 1e-9);
        /* at one point: the nearest double is inside, and so is the next one on either side of a value that is not 0 */
        CHECK(formula_values(f, &number[1], &number[1], 1, least, most));
        double middle = mpq_get_d(least) + (mpq_get_d(most) - mpq_get_d(least)) / 2;
        mpq_sub(room, most, least);
        CHECK(mpq_get_d(room) > fabs(middle) * 0x1p-52 && mpq_get_d(room) < fabs(middle) * 0x1p-50);
        formula_clear(f);
        mpq_clears(least, most, wanted[0], wanted[1], room, number[0], number[1], (mpq_ptr)0);
    }
    CHECK(has_values(apply(&cx, "log", param(&cx, 0)), "0 1", 1, NULL));
    CHECK(has_values(apply(&cx, "sqrt", param(&cx, 0)), "-1 1", 1, NULL));
    CHECK(has_values(apply(&cx, "log1p", param(&cx, 0)), "-1 1", 1, NULL));
    CHECK(has_values(apply(&cx, "exp", param(&cx, 0)), "0 700", 1, NULL));
    CHECK(has_values(apply(&cx, "exp", param(&cx, 0)), "-100000 0", 1, "0 1"));
    CHECK(has_values(power(&cx, apply(&cx, "exp", param(&cx, 0)), -1), "-100000 0", 1, NULL));       /* the nearest double may be 0 */
    CHECK(has_values(apply(&cx, "sqrt", param(&cx, 0)), "0 1", 1, "0 1"));
    /* w exp(1 - w) is 1 at 1, its largest value; beside it slopes are seen to be small */
    const struct {
        const char *box, *values;
    } beside[] = {{"1 1", "1 1"}, {"9999/10000 10001/10000", "0.9999999 1.0000001"}};
    for (size_t k = 0; k < 2; k++) {
        mpq_t number[2], least, most, wanted[2];
        mpq_inits(number[0], number[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
        read_numbers(beside[k].box, number, 2);
        read_numbers(beside[k].values, wanted, 2);
        RangeFormula *f = times(&cx, param(&cx, 0), apply(&cx, "exp", sum(&cx, num(&cx, "1"), times(&cx, num(&cx, "-1"), param(&cx, 0)))));
        CHECK(formula_values(f, &number[0], &number[1], 1, least, most) && mpq_cmp_ui(least, 1, 1) < 0 && mpq_cmp_ui(most, 1, 1) > 0);
        CHECK(k == 0 || (mpq_cmp(least, wanted[0]) > 0 && mpq_cmp(most, wanted[1]) < 0));
        formula_clear(f);
        mpq_clears(number[0], number[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
    }
    /* f(w) - w/2 is largest between the ends: it is not taken to rise or fall */
    const struct {
        const char *name, *box, *inside;
    } top[] = {{"tanh", "0.8 0.95", "0.265 0.2664"}, {"log1p", "0.9 1.1", "0.193 0.193147"}, {"atan", "0.9 1.1", "0.285 0.285398"}, {"sqrt", "0.9 1.1", "0.499 0.5"},
               {"log", "1.9 2.1", "-0.3 -0.306853"}};
    for (size_t k = 0; k < sizeof top / sizeof *top; k++) {
        mpq_t number[2], least, most, wanted[2];
        mpq_inits(number[0], number[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
        read_numbers(top[k].box, number, 2);
        read_numbers(top[k].inside, wanted, 2);
        RangeFormula *f = sum(&cx, apply(&cx, top[k].name, param(&cx, 0)), times(&cx, num(&cx, "-1/2"), param(&cx, 0)));
        CHECK(formula_values(f, &number[0], &number[1], 1, least, most) && mpq_cmp(least, wanted[0]) <= 0);
        CHECK(mpq_cmp(most, wanted[1]) >= 0);
        formula_clear(f);
        mpq_clears(number[0], number[1], least, most, wanted[0], wanted[1], (mpq_ptr)0);
    }
    CHECK(formula_function("sin") < 0 && formula_function("") < 0);
    ctx_free(&cx);
}

static void exponents_have_a_limit(void)
{
    Ctx cx;
    ctx_init(&cx);
    RangeFormula *f = power(&cx, power(&cx, param(&cx, 0), 64), -4);
    CHECK(formula_is_small(f));
    f = power(&cx, f, 2);
    CHECK(!formula_is_small(f));
    formula_clear(f);
    f = power(&cx, apply(&cx, "tanh", power(&cx, power(&cx, param(&cx, 0), 64), 4)), 64);
    CHECK(formula_is_small(f));
    for (size_t k = 0; k < 28; k++) {
        CHECK(formula_is_small(f));
        f = sum(&cx, f, num(&cx, "1"));
    }
    CHECK(!formula_is_small(f));
    formula_clear(f);
    /* Factors of a sum, as of a product, add up: five powers of 64 are one too many. */
    f = power(&cx, param(&cx, 0), 64);
    for (size_t k = 0; k < 4; k++) {
        CHECK(formula_is_small(f));
        f = sum(&cx, f, power(&cx, param(&cx, 0), 64));
    }
    CHECK(!formula_is_small(f));
    formula_clear(f);
    ctx_free(&cx);
}

static void formulas_are_compared(void)
{
    Ctx cx;
    ctx_init(&cx);
    const size_t same[] = {0, 1}, other[] = {1, 0};
    RangeFormula *f[] = {sum(&cx, param(&cx, 0), power(&cx, param(&cx, 1), 2)), sum(&cx, param(&cx, 1), power(&cx, param(&cx, 0), 2)),
                         power(&cx, param(&cx, 0), 2), power(&cx, param(&cx, 0), 3), num(&cx, "1"), num(&cx, "2"), apply(&cx, "exp", param(&cx, 0)),
                         apply(&cx, "tanh", param(&cx, 0)), times(&cx, param(&cx, 0), power(&cx, param(&cx, 1), 2))};
    enum { N = sizeof f / sizeof *f };
    for (size_t a = 0; a < N; a++)
        for (size_t b = 0; b < N; b++)
            CHECK(formula_equal(f[a], f[b], same) == (a == b));
    CHECK(formula_equal(f[0], f[1], other) && !formula_equal(f[0], f[0], other));
    for (size_t a = 0; a < N; a++)
        formula_clear(f[a]);
    ctx_free(&cx);
}

/* ---- cells: A(theta) = theta - 1, theta = 3 w (1 - w), w in [0, 1] ---- */

typedef struct Bump {
    Ctx cx;
    ClaimMatrix base;
    Ranges r;
    RangeTerm term;
    Component all[4];
    RangeCell cell[4];
} Bump;

/* Cells are "own_lo own_hi lo hi". */
static void bump_init(Bump *x, size_t n, const char *const *cell)
{
    *x = (Bump){0};
    ctx_init(&x->cx);
    x->base = matrix_of(&x->cx, 1, "-1/4");
    ranges_init(&x->cx, &x->r, 1);
    set(x->r.value[0], "3/4");
    ranges_own_init(&x->cx, &x->r, 1);
    set(x->r.own_hi[0], "1");
    x->r.of[0] = times(&x->cx, num(&x->cx, "3"), times(&x->cx, param(&x->cx, 0), sum(&x->cx, num(&x->cx, "1"), times(&x->cx, num(&x->cx, "-1"), param(&x->cx, 0)))));
    range_term_init(&x->cx, &x->term, 1, 0);
    x->term.params = 1;
    set(x->term.entry[0], "1");
    x->r.n_terms = 1;
    x->r.term = &x->term;
    x->r.n_cells = n;
    x->r.cell = x->cell;
    for (size_t k = 0; k < n; k++) {
        mpq_t *number = rationals_new(&x->cx, 4);
        range_cell_init(&x->cx, &x->cell[k], 1);
        range_cell_own_init(&x->cx, &x->cell[k], 1);
        read_numbers(cell[k], number, 4);
        mpq_set(x->cell[k].own_lo[0], number[0]), mpq_set(x->cell[k].own_hi[0], number[1]);
        mpq_set(x->cell[k].lo[0], number[2]), mpq_set(x->cell[k].hi[0], number[3]);
        rationals_clear(number, 4);
        x->all[k] = ones(&x->cx, 1);
        x->cell[k].evidence = (Evidence){.is_certificate = true, .n_components = 1, .component = &x->all[k]};
    }
}

static void bump_clear(Bump *x)
{
    ranges_clear(&x->r);
    claim_matrix_clear(&x->base);
    ctx_free(&x->cx);
}

static bool bump_holds(size_t n, const char *const *cell)
{
    Bump x;
    bump_init(&x, n, cell);
    bool holds = verify_ranges(&x.cx, &x.base, &x.r).accepted;
    bump_clear(&x);
    return holds;
}

static void cells_are_of_own_params(void)
{
    CHECK(bump_holds(2, (const char *[]){"0 1/2 0 3/4", "1/2 1 0 3/4"}));
    CHECK(bump_holds(2, (const char *[]){"0 1/2 -100 3/4", "1/2 1 0 99/100"}));        /* wider than it has to be */
    CHECK(!bump_holds(2, (const char *[]){"0 1/2 0 3/4", "1/2 1 0 1"}));               /* 1 - 1 is not below 0 */
    CHECK(!bump_holds(2, (const char *[]){"0 1/2 0 74/100", "1/2 1 0 3/4"}));          /* the param gets further */
    CHECK(!bump_holds(2, (const char *[]){"0 1/2 1/100 3/4", "1/2 1 0 3/4"}));
    CHECK(!bump_holds(2, (const char *[]){"0 0.49 0 3/4", "1/2 1 0 3/4"}));            /* a gap */
    CHECK(!bump_holds(2, (const char *[]){"0 1/2 0 3/4", "1/2 0.99 0 3/4"}));
    CHECK(!bump_holds(2, (const char *[]){"0 1/2 0 3/4", "1 1/2 0 3/4"}));             /* an empty one */
    CHECK(!bump_holds(1, (const char *[]){"0 1 0 3/4"}));                              /* true, and not seen in one piece */
    CHECK(!bump_holds(0, NULL));
    Bump x;
    bump_init(&x, 2, (const char *[]){"0 1/2 0 3/4", "1/2 1 0 3/4"});
    set(x.r.own_lo[0], "-1/100");
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    set(x.r.own_lo[0], "0");
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    x.cell[0].n_own = 0;
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    x.cell[0].n_own = 1;
    bump_clear(&x);
}

int main(void)
{
    RUN(rational_values_are_exact);
    RUN(functions_have_room);
    RUN(exponents_have_a_limit);
    RUN(formulas_are_compared);
    RUN(cells_are_of_own_params);
    return test_done();
}
