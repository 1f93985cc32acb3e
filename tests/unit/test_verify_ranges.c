/* Claims over ranges: cells that hold, that fail at one corner, that leave a gap; A(theta) by hand. */
#include "compiler/check/proof/ranges.h"
#include "tests/unit/statement_of.h"

/* A(s, t) = [[-2 + s t, t], [-s, -1]], the claim's own values being s = 1/2, t = 1. */
typedef struct Two {
    Ctx cx;
    ClaimMatrix base;
    Ranges r;
    Component *all;             /* one a cell */
} Two;

static void term_init(Two *x, size_t which, uint32_t params, uint32_t row, uint32_t column, const char *entry)
{
    RangeTerm *t = &x->r.term[which];
    range_term_init(&x->cx, t, 1, 0);
    t->params = params;
    t->row[0] = row;
    t->column[0] = column;
    set(t->entry[0], entry);
}

/* Cells are "s_lo s_hi t_lo t_hi". */
static void two_init(Two *x, const char *lo_s, const char *hi_s, size_t n_cells, const char *const *cell)
{
    *x = (Two){0};
    ctx_init(&x->cx);
    x->base = matrix_of(&x->cx, 2, "-3/2 1 -1/2 -1");
    ranges_init(&x->cx, &x->r, 2);
    set(x->r.value[0], "1/2"), set(x->r.value[1], "1");
    set(x->r.lo[0], lo_s), set(x->r.hi[0], hi_s);
    set(x->r.lo[1], "0"), set(x->r.hi[1], "1");
    x->r.n_terms = 3;
    x->r.term = ARENA_ARRAY(&x->cx.arena, 3, RangeTerm);
    term_init(x, 0, 3, 0, 0, "1");
    term_init(x, 1, 2, 0, 1, "1");
    term_init(x, 2, 1, 1, 0, "-1");
    x->r.n_cells = n_cells;
    x->r.cell = ARENA_ARRAY(&x->cx.arena, n_cells + 1, RangeCell);
    x->all = ARENA_ARRAY(&x->cx.arena, n_cells + 1, Component);
    for (size_t k = 0; k < n_cells; k++) {
        range_cell_init(&x->cx, &x->r.cell[k], 2);
        mpq_t *number = rationals_new(&x->cx, 4);
        read_numbers(cell[k], number, 4);
        mpq_set(x->r.cell[k].lo[0], number[0]), mpq_set(x->r.cell[k].hi[0], number[1]);
        mpq_set(x->r.cell[k].lo[1], number[2]), mpq_set(x->r.cell[k].hi[1], number[3]);
        rationals_clear(number, 4);
        x->all[k] = ones(&x->cx, 2);
        x->r.cell[k].evidence = (Evidence){.is_certificate = true, .n_components = 1, .component = &x->all[k]};
    }
}

static void two_clear(Two *x)
{
    ranges_clear(&x->r);
    claim_matrix_clear(&x->base);
    ctx_free(&x->cx);
}

static bool two_holds(const char *lo_s, const char *hi_s, size_t n_cells, const char *const *cell)
{
    Two x;
    two_init(&x, lo_s, hi_s, n_cells, cell);
    bool holds = verify_ranges(&x.cx, &x.base, &x.r).accepted;
    two_clear(&x);
    return holds;
}
#define HOLDS(lo, hi, ...) two_holds(lo, hi, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

/* M = [[4 - 2 s t, s - t], [., 2]] is definite where 8 - 4 s t > (s - t)^2: at t = 0 for |s| < sqrt 8, at
 * t = 1 for -1 - sqrt 8 < s < -1 + sqrt 8. */
static void every_corner_counts(void)
{
    CHECK(HOLDS("0", "1.8", "0 1.8 0 1"));
    CHECK(!HOLDS("0", "1.83", "0 1.83 0 1"));           /* at t = 1 */
    CHECK(HOLDS("-1.8", "0", "-1.8 0 0 1"));
    CHECK(!HOLDS("-2.9", "0", "-2.9 0 0 1"));           /* at t = 0 */
    CHECK(HOLDS("1/2", "1/2", "1/2 1/2 0 1"));
    CHECK(!HOLDS("2", "2", "2 2 0 1"));                 /* a corner twice is one */
    CHECK(!HOLDS("0", "1", "1 0 0 1"));                 /* a cell that is empty */
    CHECK(!HOLDS("0", "1", "0 1 1 0"));
}

static void cells_cover_the_ranges(void)
{
    CHECK(HOLDS("0", "1", "0 1/2 0 1", "1/2 1 0 1"));
    CHECK(!HOLDS("0", "1", "0 1/2 0 1", "0.5001 1 0 1"));
    CHECK(!HOLDS("0", "1", "0 1/2 0 1", "1/2 0.9999 0 1"));
    CHECK(!HOLDS("0", "1", "0.0001 1/2 0 1", "1/2 1 0 1"));
    CHECK(!HOLDS("0", "1", "0 1/2 0 1", "1/2 1 0 0.9999"));
    CHECK(!HOLDS("0", "1", "0 1/2 0.0001 1", "1/2 1 0 1"));
    CHECK(HOLDS("0", "1", "0 2/3 0 1", "1/3 1 0 1"));                   /* they may overlap, */
    CHECK(HOLDS("0", "1", "-1/2 3/2 -1/10 11/10"));                     /* and reach beyond */
    CHECK(HOLDS("0", "1", "0 1/3 0 2/3", "0 2/3 2/3 1", "2/3 1 1/3 1", "1/3 1 0 1/3", "1/3 2/3 1/3 2/3"));
    CHECK(!HOLDS("0", "1", "0 1/3 0 2/3", "0 2/3 2/3 1", "2/3 1 1/3 1", "1/3 1 0 1/3"));
    CHECK(HOLDS("1", "1", "1 1 0 1"));
    CHECK(!HOLDS("1", "1", "0 0.9 0 1"));
    CHECK(!HOLDS("1", "1", "1.1 1.2 0 1"));
    CHECK(!two_holds("0", "1", 0, NULL));
    CHECK(!HOLDS("0", "1", "0 1/2 0 1", "1/2 1 0 1", "2 3 0 1"));       /* a cell elsewhere has to hold as well */
}

static void cells_certify(void)
{
    Two x;
    two_init(&x, "0", "1", 1, (const char *[]){"0 1 0 1"});
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    Evidence *e = &x.r.cell[0].evidence, good = *e;
    CHECK(!ranges_converge(&x.r));
    Statement s = statement_of(&x.cx, &(Said){STATEMENT_EQUAL_TAU, "1"}, 2);
    e->statement = &s;
    e->n_statements = 1;
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted && ranges_converge(&x.r));
    s.is_part = true;
    CHECK(!ranges_converge(&x.r));
    s.is_part = false;
    set(s.field[0][0], "-1");
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    statement_clear(&s);
    s = statement_of(&x.cx, &(Said){STATEMENT_RATE, "1/1000 1 1/100000"}, 2);       /* holds everywhere, but its means might not */
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    statement_clear(&s);
    s = statement_of(&x.cx, &(Said){STATEMENT_SADDLE, "1 1 1 -1"}, 2);
    CHECK(!statement_is_convex(s.kind) && !ranges_converge(&x.r));
    statement_clear(&s);
    *e = (Evidence){.witness = vectors(&x.cx, 2, 1, "1 0")};                        /* a witness certifies nothing */
    set(x.base.entry[0], "2");
    CHECK(verify_witness(&x.cx, &x.base, &e->witness).accepted && !range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]));
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    witness_clear(&e->witness);
    *e = good;
    set(x.base.entry[0], "-3/2");
    CHECK(!range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]));
    set(x.r.cell[0].lo[0], "1"), set(x.r.cell[0].hi[0], "0");
    CHECK(range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]));                    /* it holds at its corners, of which it is empty */
    CHECK(!ranges_converge(&(Ranges){.n_params = 1}));
    two_clear(&x);
}

/* The second neuron excites the first by t > 0; the first one inhibits it by s where s > 0. */
static void roles_stay(void)
{
    static const struct {
        const char *lo, *hi;
        bool holds;
    } list[] = {{"0", "1", true}, {"1/2", "1", true}, {"-1", "0", false}, {"-1", "1", false}, {"-1", "-1/2", false}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        char cell[64];
        snprintf(cell, sizeof cell, "%s %s 0 1", list[k].lo, list[k].hi);
        Two x;
        two_init(&x, list[k].lo, list[k].hi, 1, (const char *[]){cell});
        Statement s = statement_of(&x.cx, &(Said){STATEMENT_PLANAR_SIGNS, ""}, 2);
        x.r.cell[0].evidence.statement = &s;
        x.r.cell[0].evidence.n_statements = 1;
        set(x.r.cell[0].lo[1], "1/2"), set(x.r.lo[1], "1/2");
        CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted == list[k].holds);
        two_clear(&x);
    }
    /* [[-1, s], [-s, -1]]: roles change as s does, and at each corner they are as they should be */
    Two x;
    two_init(&x, "-1/2", "1/2", 1, (const char *[]){"-1/2 1/2 1 1"});
    Statement s = statement_of(&x.cx, &(Said){STATEMENT_PLANAR_SIGNS, ""}, 2);
    x.r.cell[0].evidence.statement = &s;
    x.r.cell[0].evidence.n_statements = 1;
    x.r.term[0].params = 1, x.r.term[0].column[0] = 1, set(x.r.term[1].entry[0], "0");
    set(x.r.value[0], "1/2"), set(x.r.lo[1], "1"), set(x.base.entry[1], "1/2"), set(x.base.entry[0], "-1");
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    set(x.r.lo[0], "0"), set(x.r.cell[0].lo[0], "0");
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    two_clear(&x);
}

/* A lag is no time constant, and stays what it is where these do not. */
static void lags_go_with_fixed_time_constants(void)
{
    Two x;
    uint32_t none[2] = {0, 0};
    two_init(&x, "0", "1", 1, (const char *[]){"0 1 0 1"});
    Statement s = statement_of(&x.cx, &(Said){STATEMENT_PROJECTED_RATE, "1 1 1/100"}, 2);
    x.r.cell[0].evidence.statement = &s;
    x.r.cell[0].evidence.n_statements = 1;
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    x.r.speed = none;
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    two_clear(&x);
}

/* Two with t in the speeds of rows alone, from 1/2 to 1: a_10 = -s, and no other entry beside the diagonal. */
static void quick_init(Two *x, uint32_t *speed)
{
    two_init(x, "0", "1", 1, (const char *[]){"0 1 1/2 1"});
    x->r.term += 2;
    x->r.n_terms = 1;
    set(x->base.entry[1], "0");
    set(x->r.lo[1], "1/2");
    x->r.speed = speed;
}

static void speeds_are_above_0(void)
{
    static const char *const value[] = {"1", "1/100", "0", "-1"};
    uint32_t of_both[2] = {2, 2};
    mpq_t theta[2];
    mpq_inits(theta[0], theta[1], (mpq_ptr)0);
    for (size_t k = 0; k < 4; k++) {
        Two x;
        quick_init(&x, of_both);
        set(x.r.value[1], value[k]);
        CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted == (k < 2));
        set(x.r.value[1], "1");
        set(theta[1], value[k]);
        CHECK(!range_point_fault(&x.cx, &x.base, &x.r, (const mpq_t *)theta, &x.r.cell[0].evidence) == (k < 2));
        set(x.r.cell[0].lo[1], value[3 - k]), set(x.r.lo[1], value[3 - k]);
        CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted == (k >= 2));
        two_clear(&x);
    }
    mpq_clears(theta[0], theta[1], (mpq_ptr)0);
}

/* Row 1 is a component of its own, which at t = 1/2 is half as quick. */
static void parts_have_the_speeds_of_their_rows(void)
{
    uint32_t first[2] = {2, 0}, second[2] = {0, 2};
    Component one[2];
    Two x;
    quick_init(&x, second);
    for (uint32_t k = 0; k < 2; k++) {
        one[k] = ones(&x.cx, 1);
        one[k].member[0] = k;
    }
    Statement s = statement_of(&x.cx, &(Said){STATEMENT_DOMINANCE, "1 1 3/4"}, 1);
    s.is_part = true;
    s.component = 1;
    x.r.cell[0].evidence = (Evidence){.is_certificate = true, .n_components = 2, .component = one, .n_statements = 1, .statement = &s};
    CHECK(!verify_ranges(&x.cx, &x.base, &x.r).accepted);
    x.r.speed = first;
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    x.r.speed = second;
    set(statement_numbers(&s, "rate")[0], "1/2");
    CHECK(verify_ranges(&x.cx, &x.base, &x.r).accepted);
    component_clear(&x.all[0]);
    two_clear(&x);
}

/* Beside a witness nothing is said of time constants that have ranges: x_0' = (-1 + 2) x_0. */
static void witnesses_go_with_fixed_time_constants(void)
{
    uint32_t of_first[2] = {2, 0};
    Two x;
    quick_init(&x, NULL);
    set(x.base.entry[0], "1");
    Statement s = statement_of(&x.cx, &(Said){STATEMENT_FORM_RUNAWAY, "1 0 1 1 1 1 1/4"}, 2);
    component_clear(&x.all[0]);
    x.r.cell[0].evidence = (Evidence){.witness = vectors(&x.cx, 2, 1, "1 0"), .n_statements = 1, .statement = &s};
    CHECK(!range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]));
    x.r.speed = of_first;
    CHECK(range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]) != NULL);
    x.r.cell[0].evidence.n_statements = 0;
    CHECK(!range_cell_fault(&x.cx, &x.base, &x.r, &x.r.cell[0]));
    statement_clear(&s);
    two_clear(&x);
}

/* A population of two, its self weight from 1/8 on by s: differences have s - 7/8, means 2/4 + s - 7/8. */
static void populations_have_their_selves(void)
{
    static const struct {
        const char *hi, *uniform;
        bool holds;
    } list[] = {{"0.37", "1/4", true}, {"3/8", "1/4", false}, {"0.87", "-1/4", true}, {"7/8", "-1/4", false}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        Ctx cx;
        ctx_init(&cx);
        const Claimed c = {"", 1, list[k].uniform, (const size_t[]){2}, "1/8", false, {{0}}, {{0}}};
        ClaimMatrix base = claimed_matrix(&cx, &c);
        Component all = ones(&cx, 1);
        Ranges r;
        ranges_init(&cx, &r, 1);
        RangeTerm term;
        range_term_init(&cx, &term, 0, 1);
        term.params = 1;
        set(term.self[0], "1");
        RangeCell cell;
        range_cell_init(&cx, &cell, 1);
        set(r.hi[0], list[k].hi), set(cell.hi[0], list[k].hi);
        cell.evidence = (Evidence){.is_certificate = true, .n_components = 1, .component = &all};
        r.n_terms = r.n_cells = 1;
        r.term = &term;
        r.cell = &cell;
        CHECK(verify_ranges(&cx, &base, &r).accepted == list[k].holds);
        ranges_clear(&r);
        claim_matrix_clear(&base);
        ctx_free(&cx);
    }
}

int main(void)
{
    RUN(every_corner_counts);
    RUN(cells_cover_the_ranges);
    RUN(cells_certify);
    RUN(roles_stay);
    RUN(lags_go_with_fixed_time_constants);
    RUN(speeds_are_above_0);
    RUN(parts_have_the_speeds_of_their_rows);
    RUN(witnesses_go_with_fixed_time_constants);
    RUN(populations_have_their_selves);
    return test_done();
}
