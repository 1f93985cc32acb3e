/* Any bytes as a table and as a .csv matrix: no crash, and what is read has
 * whole rows of finite numbers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "compiler/data/matrix.h"
#include "compiler/data/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_values(const Values *v, size_t n)
{
    if (v->n != n)
        abort();
    for (size_t k = 0; k < n; k++)
        if (!isfinite(v->d[k]) || (v->q && num_to_double(v->q[k]) != v->d[k]))
            abort();
}

static void as_table(const uint8_t *data, size_t n)
{
    Ctx cx;
    NumPool pool = { 0 };
    Table t;
    ctx_init(&cx);
    source_from_text(&cx, "fuzz.eig", "", 0);
    bool ok = table_parse(&cx, "fuzz.csv", (const char *)data, n, (Span){ 0 }, &t);
    if (ok != (cx.diags.n_errors == 0))
        abort();
    for (size_t k = 0; ok && k < t.n_columns; k++) {
        Values v;
        if (!t.column[k].name || !t.column[k].text[t.n_rows - 1])
            abort();
        if (table_numbers(&cx, &pool, &t, (int)k, (Span){ 0 }, &v))
            check_values(&v, t.n_rows);
    }
    num_pool_free(&pool);
    ctx_free(&cx);
}

static void as_matrix(const uint8_t *data, size_t n)
{
    Ctx cx;
    NumPool pool = { 0 };
    MatrixFile m;
    ctx_init(&cx);
    source_from_text(&cx, "fuzz.eig", "", 0);
    bool ok = matrix_parse(&cx, &pool, "fuzz.csv", (const char *)data, n, (Span){ 0 }, &m);
    if (ok != (cx.diags.n_errors == 0))
        abort();
    if (ok)
        check_values(&m.values, m.n_rows * m.n_columns);
    num_pool_free(&pool);
    ctx_free(&cx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    as_table(data, n);
    as_matrix(data, n);
    return 0;
}
