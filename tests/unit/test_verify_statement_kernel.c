/* Statements about rings of four neurons joined by kernels, whose sums are taken by hand. */
#include "tests/unit/statement_of.h"

typedef struct Ring {
    Ctx cx;
    ClaimMatrix m;
    Component all;
} Ring;

/* q populations of four with leak 1: uniform weights (q * q), self (q). */
static void ring_init(Ring *x, size_t q, const char *uniform, const char *self)
{
    static const size_t four[] = {4, 4};
    ctx_init(&x->cx);
    const Claimed c = {"", q, uniform, four, self, false, {{0}}, {{0}}};
    x->m = claimed_matrix(&x->cx, &c);
    x->m.kernel = ARENA_ARRAY(&x->cx.arena, 4, ClaimKernel);
    x->all = ones(&x->cx, q);
}

static void ring_kernel(Ring *x, uint32_t to, uint32_t from, const char *values)
{
    ClaimKernel *k = &x->m.kernel[x->m.n_kernels++];
    *k = (ClaimKernel){.to = to, .from = from, .extent = {4, 1}, .value = rationals_new(&x->cx, 4)};
    read_numbers(values, k->value, 4);
}

static void ring_clear(Ring *x)
{
    component_clear(&x->all);
    claim_matrix_clear(&x->m);
    ctx_free(&x->cx);
}

/* Whether the statement holds; the claim alone does. */
static bool says(Ring *x, StatementKind kind, const char *numbers)
{
    Statement s = statement_of(&x->cx, &(Said){kind, numbers}, x->m.q);
    Evidence e = {.is_certificate = true, .n_components = 1, .component = &x->all, .statement = &s};
    CHECK(verify_evidence(&x->cx, &x->m, &e).accepted);
    e.n_statements = 1;
    bool holds = verify_evidence(&x->cx, &x->m, &e).accepted;
    statement_clear(&s);
    return holds;
}

/* Each neuron gives itself -1/4, so 5/4 is left of its leak, and gets 1/4 + 1/8 + 1/8; of 1/8 more from
 * everyone it keeps 9/8 and gets 3/8 + 0 + 1/4. */
static void sums_over_a_ring(void)
{
    Ring x;
    ring_init(&x, 1, "0", "0");
    ring_kernel(&x, 0, 0, "-1/4 1/4 -1/8 1/8");
    CHECK(says(&x, STATEMENT_DOMINANCE, "1 1 3/4") && !says(&x, STATEMENT_DOMINANCE, "1 1 0.751"));
    CHECK(says(&x, STATEMENT_DOMINANCE, "7 1 3/4") && !says(&x, STATEMENT_DOMINANCE, "7 1.01 3/4"));
    CHECK(says(&x, STATEMENT_CONTRACTION_ONE, "1 1 1/2") && !says(&x, STATEMENT_CONTRACTION_ONE, "1 1 0.501"));  /* min(1, 5/4) */
    set(x.m.entry[0], "1/8");
    CHECK(says(&x, STATEMENT_DOMINANCE, "1 1 1/2") && !says(&x, STATEMENT_DOMINANCE, "1 1 0.501"));
    CHECK(says(&x, STATEMENT_CONTRACTION_ONE, "1 1 3/8") && !says(&x, STATEMENT_CONTRACTION_ONE, "1 1 0.376"));
    ring_clear(&x);
}

/* Every neuron of the second ring gets 3/4 from the first, which gets nothing. */
static void sums_between_rings(void)
{
    Ring x;
    ring_init(&x, 2, "0 0 0 0", "0 0");
    ring_kernel(&x, 1, 0, "1/4 -1/4 1/8 -1/8");
    CHECK(says(&x, STATEMENT_DOMINANCE, "1 1 1 1 1/4") && !says(&x, STATEMENT_DOMINANCE, "1 1 1 1 0.251"));
    CHECK(!says(&x, STATEMENT_DOMINANCE, "1.01 1 1 1 1/4") && says(&x, STATEMENT_DOMINANCE, "1 1.01 1 1 1/4"));
    CHECK(says(&x, STATEMENT_DOMINANCE, "1 1 4 1 1/4") && !says(&x, STATEMENT_DOMINANCE, "1 1 1 1.01 1/4"));
    CHECK(says(&x, STATEMENT_CONTRACTION_ONE, "1 1 1 1 1/4") && !says(&x, STATEMENT_CONTRACTION_ONE, "1 1 1 1 0.251"));
    CHECK(!says(&x, STATEMENT_CONTRACTION_ONE, "1 1.01 1 1 1/4") && says(&x, STATEMENT_CONTRACTION_ONE, "1.01 1 1 1 1/4"));
    ring_clear(&x);
}

static void kernels_are_matched(void)
{
    Ring x;
    ring_init(&x, 1, "0", "0");
    ring_kernel(&x, 0, 0, "-1/4 1/16 1/8 1/16");
    CHECK(says(&x, STATEMENT_POTENTIAL, "1") && says(&x, STATEMENT_SYMMETRISABLE, "2"));
    set(x.m.kernel[0].value[1], "1/8"), set(x.m.kernel[0].value[3], "0");
    CHECK(!says(&x, STATEMENT_POTENTIAL, "1") && !says(&x, STATEMENT_SYMMETRISABLE, "2"));
    ring_clear(&x);

    ring_init(&x, 2, "0 0 0 0", "0 0");
    ring_kernel(&x, 1, 0, "1/8 -1/8 1/16 -1/16");
    CHECK(!says(&x, STATEMENT_POTENTIAL, "1 2") && !says(&x, STATEMENT_SADDLE, "1 2 1 -1"));     /* nothing comes back */
    ring_clear(&x);
    ring_init(&x, 2, "0 0 0 0", "0 0");
    ring_kernel(&x, 0, 1, "1/4 -1/8 1/8 -1/4");                 /* at -d, twice what goes forth at d */
    ring_kernel(&x, 1, 0, "1/8 -1/8 1/16 -1/16");
    CHECK(says(&x, STATEMENT_POTENTIAL, "1 2") && !says(&x, STATEMENT_SADDLE, "1 2 1 -1"));
    CHECK(!says(&x, STATEMENT_POTENTIAL, "2 1") && !says(&x, STATEMENT_POTENTIAL, "1 1"));
    for (size_t d = 0; d < 4; d++)
        mpq_neg(x.m.kernel[0].value[d], x.m.kernel[0].value[d]);
    CHECK(!says(&x, STATEMENT_POTENTIAL, "1 2") && says(&x, STATEMENT_SADDLE, "1 2 1 -1"));
    ring_clear(&x);
}

/* True things that the theorems do not say of kernels. */
static void some_statements_are_not_known_of_kernels(void)
{
    Ring x;
    ring_init(&x, 1, "0", "0");
    CHECK(says(&x, STATEMENT_RATE, "1/10 1 1/1000") && says(&x, STATEMENT_NEARLY_EQUAL, "1/10 1 1 1/20"));
    CHECK(says(&x, STATEMENT_LURE_POPOV, "1 0 4 1 1") && says(&x, STATEMENT_CONTRACTION_TWO, "1 1 1 1/10"));
    ring_kernel(&x, 0, 0, "0 0 0 0");
    CHECK(!says(&x, STATEMENT_RATE, "1/10 1 1/1000") && !says(&x, STATEMENT_NEARLY_EQUAL, "1/10 1 1 1/20"));
    CHECK(!says(&x, STATEMENT_LURE_POPOV, "1 0 4 1 1") && !says(&x, STATEMENT_CONTRACTION_TWO, "1 1 1 1/10"));
    ring_clear(&x);
}

/* Neurons whose differences would grow by 2 * 3/5 without their kernel. */
static bool differences_grow(bool has_kernel)
{
    Ring x;
    ring_init(&x, 1, "-1/4", "2");
    if (has_kernel)
        ring_kernel(&x, 0, 0, "-1/4 1/4 -1/8 1/8");
    Statement s[2] = {statement_of(&x.cx, &(Said){STATEMENT_EQUILIBRIUM, "0 0 1 0 0 3/5 4/5 10/3"}, 1),
                      statement_of(&x.cx, &(Said){STATEMENT_UNSTABLE_WITHIN, "0 0"}, 1)};
    Evidence e = {.witness = vectors(&x.cx, 1, 1, "1"), .n_statements = 1, .statement = s};
    CHECK(verify_evidence(&x.cx, &x.m, &e).accepted);
    e.n_statements = 2;
    bool holds = verify_evidence(&x.cx, &x.m, &e).accepted;
    statement_clear(&s[0]);
    statement_clear(&s[1]);
    witness_clear(&e.witness);
    ring_clear(&x);
    return holds;
}

static void differences_belong_to_the_kernels(void)
{
    CHECK(differences_grow(false));
    CHECK(!differences_grow(true));
}

int main(void)
{
    RUN(sums_over_a_ring);
    RUN(sums_between_rings);
    RUN(kernels_are_matched);
    RUN(some_statements_are_not_known_of_kernels);
    RUN(differences_belong_to_the_kernels);
    return test_done();
}
