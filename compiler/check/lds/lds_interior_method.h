/* The method of lds_interior.c in one type of numbers. Included once a type, after
 *   REAL, NAME(x), SQRT(x)   the type, names with its suffix, its root
 *   KERNELS, FIND_KERNELS    the table of lapack.h and what returns it; undefined: plain loops
 * Matrices are n x n, row by row; symmetric ones are whole, of L only the lower half is meant. */

typedef struct NAME(Interior) {
    size_t n, bytes;            /* ... of all that follows */
#ifdef KERNELS
    const KERNELS *kernels;     /* NULL: plain loops */
#endif
    REAL *a;                    /* A, unit diagonal of -1 */
    REAL *x, *z, *l, *lx;       /* X, S^-1, the Cholesky factors of S and X */
    REAL *u, *v, *t, *c, *h;    /* A X and A S^-1, later dS and dS S^-1; the step of X; its second order; the Schur matrix */
    REAL *q, *step;             /* n each: q, its step */
    REAL *trace;                /* (A S^-1)_ii */
    REAL *border;               /* diag(A X S^-1 + A S^-1 X) */
    REAL *by_border, *by_one;   /* H^-1 border, H^-1 1 */
    REAL *work;                 /* 4 n */
    REAL corner;                /* X . S^-1 */
    REAL s, lambda;             /* n lambda <= s* <= s */
    REAL s_step, lambda_step;
    bool is_short;              /* the last step was: find the centre again */
} NAME(Interior);

/* ---- kernels ---- */

/* out = a b */
static void NAME(multiply)(const NAME(Interior) *it, const REAL *a, const REAL *b, REAL *out)
{
    size_t n = it->n;
#ifdef KERNELS
    if (it->kernels) {          /* rows are columns there: out' = b' a' */
        int order = (int)n;
        REAL one = 1, zero = 0;
        it->kernels->gemm("N", "N", &order, &order, &order, &one, b, &order, a, &order, &zero, out, &order, 1, 1);
        return;
    }
#endif
    for (size_t i = 0; i < n; i++) {
        REAL *row = out + i * n;
        memset(row, 0, n * sizeof *row);
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                row[j] += a[i * n + k] * b[k * n + j];
    }
}

/* The lower half of out = a b', where that is symmetric: strip by strip, in little more than half of the time. */
static void NAME(multiply_half)(const NAME(Interior) *it, const REAL *a, const REAL *b, REAL *out)
{
    size_t n = it->n;
#ifdef KERNELS
    for (size_t from = 0, to; it->kernels && from < n; from = to) {
        to = n - from < STRIP ? n : from + STRIP;
        int order = (int)n, rows = (int)(to - from), columns = (int)to;
        REAL one = 1, zero = 0;
        it->kernels->gemm("T", "N", &columns, &rows, &order, &one, b, &order, a + from * n, &order, &zero, out + from * n, &order, 1, 1);
    }
    if (it->kernels)
        return;
#endif
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            REAL sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += a[i * n + k] * b[j * n + k];
            out[i * n + j] = sum;
        }
}

static bool NAME(cholesky)(const NAME(Interior) *it, REAL *a)
{
    size_t n = it->n;
#ifdef KERNELS
    if (it->kernels) {
        int order = (int)n, info = 0;
        it->kernels->potrf("U", &order, a, &order, &info, 1);
        return info == 0;
    }
#endif
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            REAL sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            a[i * n + j] = i == j ? SQRT(sum) : sum / a[j * n + j];
        }
    return true;
}

/* x = L^-1 x, or L'^-1 x. */
static void NAME(solve)(const NAME(Interior) *it, const REAL *l, bool is_transposed, REAL *x)
{
    size_t n = it->n;
#ifdef KERNELS
    if (it->kernels) {
        int order = (int)n, one = 1;
        it->kernels->trsv("U", is_transposed ? "N" : "T", "N", &order, l, &order, x, &one, 1, 1, 1);
        return;
    }
#endif
    for (size_t i = 0; !is_transposed && i < n; i++) {
        for (size_t k = 0; k < i; k++)
            x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
    for (size_t i = n; is_transposed && i-- > 0;) {
        x[i] /= l[i * n + i];
        for (size_t k = 0; k < i; k++)
            x[k] -= l[i * n + k] * x[i];
    }
}

/* y = d x. */
static void NAME(apply)(const NAME(Interior) *it, const REAL *d, const REAL *x, REAL *y)
{
    size_t n = it->n;
#ifdef KERNELS
    if (it->kernels) {
        int order = (int)n, stride = 1;
        REAL one = 1, zero = 0;
        it->kernels->symv("U", &order, &one, d, &order, x, &stride, &zero, y, &stride, 1);
        return;
    }
#endif
    for (size_t i = 0; i < n; i++) {
        y[i] = 0;
        for (size_t k = 0; k < n; k++)
            y[i] += d[i * n + k] * x[k];
    }
}

/* out = (L L')^-1, whole. */
static void NAME(invert)(const NAME(Interior) *it, const REAL *l, REAL *out)
{
    size_t n = it->n;
#ifdef KERNELS
    if (it->kernels) {
        int order = (int)n, info = 0;
        memcpy(out, l, n * n * sizeof *out);
        it->kernels->potri("U", &order, out, &order, &info, 1);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                out[i * n + j] = out[j * n + i];
        return;
    }
#endif
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        out[i * n + i] = 1;
        NAME(solve)(it, l, false, out + i * n);
        NAME(solve)(it, l, true, out + i * n);
    }
}

/* ---- the iterate ---- */

/* out = -(Q A + A' Q) + s I. */
static void NAME(form)(const NAME(Interior) *it, const REAL *q, REAL s, REAL *out)
{
    size_t n = it->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            REAL m = -(q[i] * it->a[i * n + j] + q[j] * it->a[j * n + i]);
            out[i * n + j] = out[j * n + i] = i == j ? m + s : m;
        }
}

static bool NAME(factor)(NAME(Interior) *it)
{
    NAME(form)(it, it->q, it->s, it->l);
    memcpy(it->lx, it->x, it->n * it->n * sizeof *it->x);
    return NAME(cholesky)(it, it->l) && NAME(cholesky)(it, it->lx);
}

/* The largest f, at most `most`, that leaves L L' + f D positive semidefinite, to a few
 * percent: Lanczos' method on L^-1 D L'^-1. */
static double NAME(longest)(NAME(Interior) *it, const REAL *l, const REAL *d, double most)
{
    size_t n = it->n, steps = n < TRIDIAGONAL_MAX ? n : TRIDIAGONAL_MAX, m = 0;
    REAL *x = it->work, *before = x + n, *w = before + n, *y = w + n, norm = 0, off = 0;
    double main[TRIDIAGONAL_MAX], side[TRIDIAGONAL_MAX], least = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = (REAL)scattered(i);
        before[i] = 0;
        norm += x[i] * x[i];
    }
    norm = SQRT(norm);
    while (m < steps) {
        REAL along = 0;
        for (size_t i = 0; i < n; i++)
            w[i] = x[i] /= norm;
        NAME(solve)(it, l, true, w);
        NAME(apply)(it, d, w, y);
        NAME(solve)(it, l, false, y);
        for (size_t i = 0; i < n; i++)
            along += x[i] * y[i];
        main[m++] = (double)along;
        norm = 0;
        for (size_t i = 0; i < n; i++) {
            REAL next = y[i] - along * x[i] - off * before[i];
            before[i] = x[i];
            x[i] = next;
            norm += next * next;
        }
        off = norm = SQRT(norm);
        side[m - 1] = (double)norm;
        double earlier = least;
        least = eigen_least_of_tridiagonal(m, main, side);
        if (!(norm > 0) || (m > 4 && fabs(least - earlier) <= 0.005 * fabs(least)))
            break;
    }
    return least < 0 ? fmin(most, -1 / least) : most;
}

/* ---- one step ---- */

/* The lower half of H = U o V' + U' o V + (U A') o Z + X o (V A'), border, trace; factored, with both fixed solutions. */
static bool NAME(schur)(NAME(Interior) *it)
{
    size_t n = it->n;
    NAME(multiply)(it, it->a, it->x, it->u);
    NAME(multiply)(it, it->a, it->z, it->v);
    NAME(multiply_half)(it, it->u, it->a, it->t);
    NAME(multiply_half)(it, it->v, it->a, it->c);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            size_t ij = i * n + j, ji = j * n + i;
            it->h[ij] = it->u[ij] * it->v[ji] + it->u[ji] * it->v[ij] + it->t[ij] * it->z[ij] + it->x[ij] * it->c[ij];
        }
    it->corner = 0;
    for (size_t i = 0; i < n; i++) {
        REAL sum = 0;
        for (size_t ij = i * n; ij < (i + 1) * n; ij++) {
            sum += it->u[ij] * it->z[ij] + it->v[ij] * it->x[ij];
            it->corner += it->x[ij] * it->z[ij];
        }
        it->border[i] = it->by_border[i] = sum;
        it->by_one[i] = 1;
        it->trace[i] = it->v[i * n + i];
    }
    if (!NAME(cholesky)(it, it->h))
        return false;
    for (int k = 0; k < 2; k++) {
        NAME(solve)(it, it->h, k, it->by_border);
        NAME(solve)(it, it->h, k, it->by_one);
    }
    return true;
}

/* q, s and lambda towards X S = mu I, with it->c the second order of X where it is known. */
static void NAME(solve_scalars)(NAME(Interior) *it, REAL mu, bool has_second)
{
    size_t n = it->n;
    REAL below = 1, m[4] = {0}, right[2] = {0};
    for (size_t i = 0; i < n; i++) {
        REAL ac = 0;
        for (size_t j = 0; has_second && j < n; j++)
            ac += it->a[i * n + j] * it->c[i * n + j];
        it->step[i] = -2 * (mu * it->trace[i] + ac);
        below -= mu * it->z[i * n + i] + (has_second ? it->c[i * n + i] : 0);
    }
    NAME(solve)(it, it->h, false, it->step);
    NAME(solve)(it, it->h, true, it->step);
    for (size_t i = 0; i < n; i++) {
        m[0] += it->border[i] * it->by_border[i];
        m[1] += it->border[i] * it->by_one[i];
        m[2] += it->by_border[i];
        m[3] += it->by_one[i];
        right[0] += it->border[i] * it->step[i];
        right[1] += it->step[i];
    }
    m[0] -= it->corner;
    right[0] = below - right[0];
    REAL det = m[0] * m[3] - m[1] * m[2];
    it->s_step = (right[0] * m[3] + right[1] * m[1]) / det;
    REAL lambda = (-m[0] * right[1] - m[2] * right[0]) / det;
    for (size_t i = 0; i < n; i++)
        it->step[i] += it->s_step * it->by_border[i] + lambda * it->by_one[i];
    it->lambda_step = lambda - it->lambda;
}

/* u = dS, v = dS Z, t = mu Z - X - sym(X dS Z) + C. */
static void NAME(solve_matrix)(NAME(Interior) *it, REAL mu, bool has_second)
{
    size_t n = it->n;
    NAME(form)(it, it->step, it->s_step, it->u);
    NAME(multiply)(it, it->u, it->z, it->v);
    NAME(multiply)(it, it->x, it->v, it->t);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            size_t ij = i * n + j, ji = j * n + i;
            REAL d = mu * it->z[ij] - it->x[ij] - (it->t[ij] + it->t[ji]) / 2;
            it->t[ij] = it->t[ji] = has_second ? d + it->c[ij] : d;
        }
}

/* c = -sym(dX dS Z) */
static void NAME(second_order)(NAME(Interior) *it)
{
    size_t n = it->n;
    NAME(multiply)(it, it->t, it->v, it->c);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            it->c[i * n + j] = it->c[j * n + i] = -(it->c[i * n + j] + it->c[j * n + i]) / 2;
}

/* Goes along the step, shortened until both sides stay inside. */
static bool NAME(advance)(NAME(Interior) *it)
{
    size_t n = it->n;
    REAL primal = (REAL)fmin(1, STEP_PART * NAME(longest)(it, it->l, it->u, 2));
    REAL dual = (REAL)fmin(1, STEP_PART * NAME(longest)(it, it->lx, it->t, 2));
    it->is_short = primal < (REAL)SHORT_STEP || dual < (REAL)SHORT_STEP;
    for (int attempt = 0; attempt < 6; attempt++) {
        REAL sign = attempt ? -1 : 1;       /* half the way back after a failure */
        primal = attempt ? primal / 2 : primal;
        dual = attempt ? dual / 2 : dual;
        for (size_t i = 0; i < n; i++)
            it->q[i] += sign * primal * it->step[i];
        for (size_t k = 0; k < n * n; k++)
            it->x[k] += sign * dual * it->t[k];
        it->s += sign * primal * it->s_step;
        it->lambda += sign * dual * it->lambda_step;
        if (NAME(factor)(it))
            return true;
    }
    return false;
}

static double NAME(gap)(const NAME(Interior) *it)
{
    return (double)(it->s - (REAL)it->n * it->lambda);
}

/* Mehrotra's predictor and corrector; false when the numbers do not carry it. */
static bool NAME(step)(NAME(Interior) *it)
{
    size_t n = it->n;
    NAME(invert)(it, it->l, it->z);
    if (!NAME(schur)(it))
        return false;
    double gap = NAME(gap)(it), part = 1;
    NAME(solve_scalars)(it, 0, false);
    NAME(solve_matrix)(it, 0, false);
    double primal = NAME(longest)(it, it->l, it->u, 1), dual = NAME(longest)(it, it->lx, it->t, 1);
    part = (gap + primal * (double)it->s_step - dual * (double)n * (double)it->lambda_step) / gap;
    double centring = fmin(fmax(part * part * part, LEAST_CENTRING), 1);
    if (it->is_short)
        centring = fmax(centring, 0.5);
    else
        NAME(second_order)(it);
    REAL mu = (REAL)(centring * gap / (double)n);
    bool has_second = !it->is_short;
    NAME(solve_scalars)(it, mu, has_second);
    NAME(solve_matrix)(it, mu, has_second);
    return isfinite((double)it->s_step) && isfinite((double)it->lambda_step) && NAME(advance)(it);
}

/* ---- what it offers ---- */

/* Whether M(q) itself has a Cholesky factor. Uses c. */
static bool NAME(has_multipliers)(const NAME(Interior) *it)
{
    for (size_t i = 0; i < it->n; i++)
        if (!(it->q[i] > 0))
            return false;
    NAME(form)(it, it->q, 0, it->c);
    return NAME(cholesky)(it, it->c);
}

/* X = sum of v_k v_k' + rest, by Cholesky's method with the largest pivots: vector k at v + k n. Returns the rank reached. */
static size_t NAME(vectors)(const NAME(Interior) *it, size_t most, double *v)
{
    size_t n = it->n, rank = 0;
    REAL *rest = it->work;
    for (size_t i = 0; i < n; i++)
        rest[i] = it->x[i * n + i];
    for (; rank < most; rank++) {
        size_t at = 0;
        for (size_t i = 1; i < n; i++)
            at = rest[i] > rest[at] ? i : at;
        if (!(rest[at] > 0))
            break;
        REAL root = SQRT(rest[at]);
        for (size_t i = 0; i < n; i++) {
            REAL x = it->x[i * n + at];
            for (size_t k = 0; k < rank; k++)
                x -= (REAL)v[k * n + i] * (REAL)v[k * n + at];
            v[rank * n + i] = (double)(x / root);
            rest[i] -= x / root * (x / root);
        }
        rest[at] = 0;
    }
    return rank;
}

/* ---- from start to end ---- */

static void NAME(free)(NAME(Interior) *it)
{
    pages_free(it->a, it->bytes);
}

static bool NAME(alloc)(NAME(Interior) *it, size_t n)
{
    REAL **matrix[] = {&it->a, &it->x, &it->z, &it->l, &it->lx, &it->u, &it->v, &it->t, &it->c, &it->h};
    REAL **vector[] = {&it->q, &it->step, &it->trace, &it->border, &it->by_border, &it->by_one, &it->work};
    enum { MATRICES = sizeof matrix / sizeof *matrix, VECTORS = sizeof vector / sizeof *vector };
    *it = (NAME(Interior)){.n = n};
    it->bytes = (MATRICES * n * n + (VECTORS + 3) * n) * sizeof(REAL);
    REAL *at = pages_get(it->bytes);
    if (!at)
        return false;
    for (size_t k = 0; k < MATRICES; k++, at += n * n)
        *matrix[k] = at;
    for (size_t k = 0; k < VECTORS; k++, at += n)
        *vector[k] = at;
#ifdef KERNELS
    it->kernels = n >= KERNELS_FROM ? FIND_KERNELS(n) : NULL;
#endif
    return true;
}

static void NAME(read)(NAME(Interior) *it, const Search *search)
{
    size_t n = it->n;
    for (size_t i = 0; i < n; i++) {
        it->a[i * n + i] = -1;
        for (size_t e = search->part->row_from[i]; e < search->part->row_from[i + 1]; e++) {
            size_t j = search->part->column[e];
            REAL k = (REAL)search->part->k[e];
#ifdef READS_EXACTLY
            double piece[3];
            search_entry(search, i, e, piece);
            k = (REAL)piece[0] + (REAL)piece[1] + (REAL)piece[2];
#endif
            it->a[i * n + j] = k * (REAL)search->scale[i] / (REAL)search->scale[j];
        }
    }
}

/* q = 1, X = I / n, and s so large that S is positive definite; or where an earlier search stopped. */
static bool NAME(start)(NAME(Interior) *it, const Search *search)
{
    size_t n = it->n;
    if (search->x) {
        for (size_t i = 0; i < n; i++)
            it->q[i] = (REAL)search->q[i];
        for (size_t k = 0; k < n * n; k++)
            it->x[k] = (REAL)search->x[k];
        it->s = (REAL)search->s;
        it->lambda = (REAL)search->lambda;
        if (NAME(factor)(it))
            return true;
    }
    memset(it->x, 0, n * n * sizeof *it->x);
    for (size_t i = 0; i < n; i++) {
        it->q[i] = 1;
        it->x[i * n + i] = 1 / (REAL)n;
    }
    it->lambda = -2 / (REAL)n;
    it->s = (REAL)search->first_s;
    for (int attempt = 0; attempt < 60; attempt++, it->s *= 2)
        if (NAME(factor)(it))
            return true;
    return false;
}

static void NAME(keep)(const NAME(Interior) *it, Search *search)
{
    size_t n = it->n;
    for (size_t i = 0; i < n; i++)
        search->q[i] = (double)it->q[i];
    search->s = (double)it->s;
    search->lambda = (double)it->lambda;
    for (size_t k = 0; search->x && k < n * n; k++)
        search->x[k] = (double)it->x[k];
}

/* Asks the verifier where there is something to ask. */
static void NAME(offer)(NAME(Interior) *it, Search *search)
{
    NAME(keep)(it, search);
    if (NAME(has_multipliers)(it))
        search_offer_p(search);
    bool is_near = NAME(gap)(it) < FACE_GAP && it->n <= FACE_ROWS;
    if (search->found->verdict != TRUTH_UNDECIDED || !(it->lambda > 0 || is_near))
        return;
    size_t most = it->n < WITNESS_RANK ? it->n : WITNESS_RANK;
    double *v = malloc(most * it->n * sizeof *v);
    if (v)
        search_offer_v(search, NAME(vectors)(it, most, v), v, it->lambda > 0, is_near);
    free(v);
}

/* Steps until something is accepted, the gap falls below `enough`, the work is spent, or the numbers carry no further. */
static void NAME(search)(Search *search, double enough)
{
    NAME(Interior) it;
    if (!NAME(alloc)(&it, search->part->n)) {
        search->found->missing = "there is no memory for the interior-point method";
        return;
    }
    NAME(read)(&it, search);
    bool goes_on = NAME(start)(&it, search);
    for (int k = 0; k < MOST_STEPS && goes_on; k++) {
        NAME(offer)(&it, search);
        if (search->found->verdict != TRUTH_UNDECIDED || NAME(gap)(&it) < enough || !search_spend(search))
            break;
        goes_on = NAME(step)(&it);
    }
    NAME(free)(&it);
}

#undef REAL
#undef NAME
#undef SQRT
#undef KERNELS
#undef FIND_KERNELS
#undef READS_EXACTLY
