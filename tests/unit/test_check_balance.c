/* How a component whose rows read most others is balanced: by plain doubles where they reach, by powers of two before where they do
 * not, and what its form is then asked. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"
#include "tests/unit/claim_of.h"

enum { N = 120 };

/* Whole numbers 1 .. 50 of either sign over the row's own size, a few missing; row and column i times and over 2^step(i). */
static ClaimMatrix dense(Ctx *cx, int step)
{
    ClaimMatrix m = {.n = N, .q = N};
    size_t e = 0;
    m.row_from = ARENA_ARRAY(&cx->arena, N + 1, size_t);
    m.column = ARENA_ARRAY(&cx->arena, N * N, uint32_t);
    m.scaled = scaled_entries_new(cx, N, 1);
    m.scaled->value = ARENA_ARRAY(&cx->arena, N * N, double);
    for (size_t i = 0; i < N; i++) {
        mpq_set_si(m.scaled->unit[i], 1, 1 + i % 7);
        mpq_set_si(m.scaled->diagonal[i], -3, 1);
        for (size_t j = 0; j < N; j++) {
            if (random_to(99) == 0 && i != j)
                continue;
            m.column[e] = (uint32_t)j;
            m.scaled->value[e++] = i == j ? 0 : ldexp((double)(1 + random_to(49)) * (random_to(1) ? 1 : -1), step * ((int)(i % 5) - (int)(j % 5)));
        }
        m.row_from[i + 1] = e;
    }
    scaled_entries_finish(m.scaled);
    return m;
}

static void read(Ctx *cx, const ClaimMatrix *m, LdsPart *part)
{
    static double work = 1e12;
    Component all = {.n = N, .member = ARENA_ARRAY(&cx->arena, N, uint32_t)};
    for (size_t i = 0; i < N; i++)
        all.member[i] = (uint32_t)i;
    lds_part_init(cx, &(LdsRows){m, m, NULL}, &all, &work, part);
}

/* K is S D^-1 A S^-1 without its diagonal, and balance makes each row of it as large as its column. */
static void check_part(const ClaimMatrix *m, const LdsPart *p)
{
    double in[N] = {0}, out[N] = {0};
    size_t n_edges = 0;
    for (size_t i = 0; i < N; i++) {
        for (size_t e = m->row_from[i], at = p->row_from[i]; e < m->row_from[i + 1]; e++) {
            size_t j = m->column[e];
            if (j == i)
                continue;
            CHECK(p->column[at] == j && p->source[at] == e);
            double k = ldexp(m->scaled->value[e] / (double)(1 + i % 7) / 3, (int)(p->s_exp[i] - p->s_exp[j]));
            CHECK_CLOSE(p->k[at], k, 1e-14, 0);
            k *= p->balance[i] / p->balance[j];
            in[i] += k * k;
            out[j] += k * k;
            at++;
            n_edges++;
        }
        CHECK(p->row_from[i + 1] == n_edges);
    }
    for (size_t i = 0; i < N; i++)
        CHECK_CLOSE(in[i], out[i], 1e-4, 0);
}

static void rows_become_as_large_as_columns(void)
{
    for (int step = 0; step <= 40; step += 10) {
        Ctx cx;
        LdsPart part;
        ctx_init(&cx);
        ClaimMatrix m = dense(&cx, step);
        read(&cx, &m, &part);
        check_part(&m, &part);
        bool moved = false;
        for (size_t i = 0; i < N; i++)
            moved |= part.s_exp[i] != 0;
        CHECK(moved == (step > 0));         /* by powers of two where it is far */
        claim_matrix_clear(&m);
        ctx_free(&cx);
    }
}

/* I - H - H' times whole numbers, with scales that are powers of two: exact in any order. With runs and without. */
static void form_of_a_part(void)
{
    Ctx cx;
    LdsPart p;
    double left[N], right[N], x[N], y[N], z[N], scratch[2 * N];
    ctx_init(&cx);
    ClaimMatrix m = dense(&cx, 0);
    read(&cx, &m, &p);
    CHECK(p.run);
    for (size_t i = 0; i < N; i++) {
        left[i] = ldexp(1, (int)random_to(3));
        right[i] = ldexp(1, (int)random_to(3));
        x[i] = (double)(random_to(200) - 100);
    }
    for (size_t e = 0; e < p.n_edges; e++)
        p.k[e] = (double)(random_to(200) - 100);
    for (size_t i = 0; i < N; i++)
        z[i] = x[i];
    for (size_t i = 0; i < N; i++)
        for (size_t e = p.row_from[i]; e < p.row_from[i + 1]; e++) {
            size_t j = p.column[e];
            double h = left[i] * p.k[e] * right[j];
            z[i] -= h * x[j];
            z[j] -= h * x[i];
        }
    for (int has_runs = 0; has_runs < 2; has_runs++) {
        ScaledForm f = {.n = N, .from = p.row_from, .column = p.column, .run = has_runs ? p.run : NULL, .k = p.k,
                        .left = left, .right = right, .scratch = scratch};
        scaled_form_apply(&f, x, y);
        for (size_t i = 0; i < N; i++)
            CHECK(y[i] == z[i]);
    }
    claim_matrix_clear(&m);
    ctx_free(&cx);
}

int main(void)
{
    RUN(rows_become_as_large_as_columns);
    RUN(form_of_a_part);
    return test_done();
}
