/* Any bytes as a Matrix Market file: no crash, and entries that lie in the
 * matrix, in order, each place once. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "compiler/data/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_places(const MatrixFile *m)
{
    for (size_t k = 0; k < m->values.n; k++) {
        if (m->row[k] >= m->n_rows || m->column[k] >= m->n_columns)
            abort();
        if (k && (m->row[k] < m->row[k - 1] || (m->row[k] == m->row[k - 1] && m->column[k] <= m->column[k - 1])))
            abort();
    }
}

static void check_matrix(const MatrixFile *m)
{
    if (m->is_sparse)
        check_places(m);
    else if (m->values.n != m->n_rows * m->n_columns)
        abort();
    for (size_t k = 0; k < m->values.n; k++)
        if (!isfinite(m->values.d[k]) || (m->values.q && num_to_double(m->values.q[k]) != m->values.d[k]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Ctx cx;
    NumPool pool = { 0 };
    MatrixFile m;
    ctx_init(&cx);
    source_from_text(&cx, "fuzz.eig", "", 0);
    bool ok = matrix_parse(&cx, &pool, "fuzz.mtx", (const char *)data, n, (Span){ 0 }, &m);
    if (ok != (cx.diags.n_errors == 0))
        abort();
    if (ok)
        check_matrix(&m);
    num_pool_free(&pool);
    ctx_free(&cx);
    return 0;
}
