/* Dense and sparse blocks of sizes that are no multiple of a tile, of a vector or of the rows side by side: bit for bit as the reference. */
#include "tests/jit/compare.h"
#include "tests/jit/random_circuit.h"

static const size_t size[] = { 1, 3, 5, 7, 15, 16, 17, 31, 32, 33, 47, 49, 65 };
enum { N_SIZES = sizeof size / sizeof *size };

static void random_dense(Circuit *c, EigBlock *b, uint64_t *r)
{
    size_t n_pre = c->pop[b->pre].size, n_post = c->pop[b->post].size;
    double *w = ARENA_ARRAY(&c->cx.arena, eig_dense_room(n_post, n_pre), double);
    for (size_t i = 0; i < n_post; i++)
        for (size_t j = 0; j < n_pre; j++)
            w[eig_dense_at(n_post, n_pre, i, j)] = uniform(r, -1.5, 1.5) / (double)n_pre;
    b->w = w;
}

/* Rows of 0 to 12 sources, where there are so many: some end long before the rows beside them. */
static void uneven_rows(Circuit *c, EigBlock *b, uint64_t *r, bool has_weights)
{
    size_t n_pre = c->pop[b->pre].size, n_post = c->pop[b->post].size;
    VEC(uint32_t) column = { 0 };
    VEC(double) w = { 0 };
    uint64_t *row_from = ARENA_ARRAY(&c->cx.arena, n_post + 1, uint64_t);
    for (size_t i = 0; i < n_post; i++) {
        size_t some = below(r, 13), gap = some ? n_pre / some + 1 : n_pre + 1;
        for (size_t j = below(r, gap); j < n_pre; j += 1 + below(r, gap)) {
            vec_push(&c->cx.arena, &column, (uint32_t)j);
            vec_push(&c->cx.arena, &w, uniform(r, -0.3, 0.3));
        }
        row_from[i + 1] = column.n;
    }
    vec_push(&c->cx.arena, &column, 0);
    vec_push(&c->cx.arena, &w, 0.0);
    b->row_from = row_from;
    b->column = column.at;
    b->w = has_weights ? w.at : NULL;
}

/* Two populations, a block of each kind both ways; general: each block behind a gate. */
static void network(Circuit *c, EigMethod method, size_t n, size_t m, uint64_t *r, bool general)
{
    circuit_init(c, method, 0.1, 6);
    for (size_t q = 0; q < 2; q++) {
        EigCode start = CODE(c, var(EIG_VAR_I), push(0.37), fn(EIG_FN_MUL), fn(EIG_FN_COS));
        add_pop(c, q ? m : n, 2.0, q ? relu(c) : logistic(c), CODE(c, push(0.3)), start);
    }
    for (size_t k = 0; k < 8; k++) {
        EigBlock *b = add_block(c, k % 4 == 0 ? EIG_BLOCK_DENSE : EIG_BLOCK_SPARSE, k & 1, k >> 2, -0.21);
        if (k % 4 == 0)
            random_dense(c, b, r);
        else
            uneven_rows(c, b, r, k % 4 == 1);
        if (general && k % 3)
            b->gate = CODE(c, var(EIG_VAR_I), push(1.0), fn(EIG_FN_ADD), fn(EIG_FN_SIN));
        b->signal = b->pre;
    }
    record_rates(c);
}

static void pairs_of_sizes(bool general)
{
    for (unsigned a = 0; a < N_SIZES; a++) {
        for (unsigned step = 0; step < 2; step++) {
            uint64_t r = 100 * a + step;
            Circuit c;
            network(&c, step ? EIG_METHOD_RK4 : EIG_METHOD_EULER, size[a], size[(a + 1 + 4 * step) % N_SIZES], &r, general);
            Plan plan = circuit_plan(&c);
            plan.state = STATE_IN_MEMORY;
            CHECK(!general == !plan.general_why);
            check_circuit(&c, &plan, a);
            circuit_free(&c);
        }
    }
}

static void sizes_equal_reference(void)
{
    pairs_of_sizes(false);
}

static void sizes_behind_gates_equal_reference(void)
{
    pairs_of_sizes(true);
}

/* More than a chunk, and a rest behind it. */
static void chunks_equal_reference(void)
{
    static const size_t n[] = { 1023, 1024, 1025, 1041, 1057, 2079 };
    for (unsigned k = 0; k < sizeof n / sizeof *n; k++) {
        uint64_t r = k;
        Circuit c;
        network(&c, EIG_METHOD_EULER, n[k], 33, &r, k % 2);
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, k);
        circuit_free(&c);
    }
}

/* Every weight has a place of its own, and those behind the last are no weights. */
static void places_are_different(void)
{
    for (unsigned a = 0; a < N_SIZES; a++) {
        size_t n_post = size[a], n_pre = size[(3 * a + 2) % N_SIZES];
        bool *taken = calloc(n_post * n_pre, sizeof *taken);
        bool all = taken != NULL;
        for (size_t i = 0; all && i < n_post; i++)
            for (size_t j = 0; all && j < n_pre; j++) {
                size_t at = eig_dense_at(n_post, n_pre, i, j);
                all = at < n_post * n_pre && !taken[at];
                if (all)
                    taken[at] = true;
            }
        CHECK(all);
        free(taken);
    }
}

int main(void)
{
    RUN(places_are_different);
    RUN(sizes_equal_reference);
    RUN(sizes_behind_gates_equal_reference);
    RUN(chunks_equal_reference);
    return test_done();
}
