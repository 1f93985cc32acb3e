/* Any bytes as a .npy file: no crash, and either a diagnostic or a matrix of
 * finite numbers that has the size it claims. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "compiler/data/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_matrix(const MatrixFile *m)
{
    if (m->n_rows == 0 || m->n_columns == 0 || m->values.n != m->n_rows * m->n_columns)
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
    bool ok = matrix_parse(&cx, &pool, "fuzz.npy", (const char *)data, n, (Span){ 0 }, &m);
    if (ok != (cx.diags.n_errors == 0))
        abort();
    if (ok)
        check_matrix(&m);
    num_pool_free(&pool);
    ctx_free(&cx);
    return 0;
}
