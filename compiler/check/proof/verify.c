#include "compiler/check/proof/verify.h"

#include <math.h>
#include <string.h>

#include "compiler/check/proof/positive.h"
#include "compiler/check/proof/statement_verify.h"
#include "compiler/check/proof/verify_kernel.h"
#include "compiler/check/proof/verify_mean.h"
#include "compiler/check/proof/verify_scaled.h"
#include "compiler/check/proof/verify_sums.h"

static VerifyResult rejected(const char *reason)
{
    return (VerifyResult){.reason = reason};
}

/* ---- the matrix ------------------------------------------------------------- */

/* Sizes are >= 1 and add up to n. */
static bool sizes_add_up(const ClaimMatrix *m)
{
    size_t sum = 0;
    for (size_t a = 0; a < m->q - m->n_sums; a++)
        if (claim_matrix_size(m, a) == 0 || __builtin_add_overflow(sum, claim_matrix_size(m, a), &sum))
            return false;
    return sum == m->n;
}

static bool row_is_sorted(const ClaimMatrix *m, size_t a)
{
    size_t from = m->row_from[a], to = m->row_from[a + 1];
    if (from > to || to > m->row_from[m->q])
        return false;
    for (size_t k = from; k < to; k++)
        if (m->column[k] >= m->q || (k > from && m->column[k] <= m->column[k - 1]))
            return false;
    return true;
}

static bool rows_are_sorted(const ClaimMatrix *m)
{
    bool sorted = true;
    for (size_t a = 0; a < m->q && sorted; a++)
        sorted = row_is_sorted(m, a);
    return sorted;
}

static const char rows_fault[] = "the rows of the matrix are not in order";

/* NULL, or what is wrong with the matrix as a data structure, the order within rows aside. */
static const char *frame_fault(const ClaimMatrix *m)
{
    if (m->q == 0 || m->q >= UINT32_MAX || !m->row_from || !m->column || (!m->entry && !m->scaled))
        return "the matrix is empty";
    if (m->n_sums >= m->q || (m->n_sums && (claim_matrix_is_populations(m) || m->size)))
        return "rows of sums stand behind rows of neurons";
    if (!sizes_add_up(m))
        return "the sizes of the populations do not add up to n";
    if (!claim_matrix_is_populations(m) && m->n != m->q - m->n_sums)
        return "a row without self and leak stands for one neuron";
    if (claim_matrix_is_populations(m) && !m->leak)
        return "the leaks are missing";
    if (m->row_from[0] != 0)
        return rows_fault;
    return NULL;
}

static const char *matrix_fault(const ClaimMatrix *m)
{
    const char *fault = frame_fault(m);
    if (!fault)
        fault = rows_are_sorted(m) ? kernels_fault(m) : rows_fault;
    if (!fault)
        fault = means_fault(m);
    return fault ? fault : sums_fault(m);
}

/* The matrix that is tested, in neuron form: A itself, borrowed, or R built from
 * the populations (evidence.h), in memory of its own. */
typedef struct Tested {
    ClaimMatrix a;
    bool is_owned;
    Ctx memory;                 /* only its arena is used */
} Tested;

/* A zero at the end of what is built of r. */
static mpq_ptr append(ClaimMatrix *r, size_t *n, size_t column)
{
    r->column[*n] = (uint32_t)column;
    return r->entry[(*n)++];
}

/* Row a of R: uniform_ab size_b, and on the diagonal self_a - leak_a more, also
 * where uniform_aa is not held. */
static void append_population_row(const ClaimMatrix *m, size_t a, ClaimMatrix *r, size_t *n)
{
    mpq_ptr diagonal = NULL;
    mpq_t size;
    mpq_init(size);
    r->row_from[a] = *n;
    for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++) {
        size_t b = m->column[k];
        if (b > a && !diagonal)
            diagonal = append(r, n, a);
        mpq_ptr x = append(r, n, b);
        mpq_set_ui(size, claim_matrix_size(m, b), 1);
        mpq_mul(x, m->entry[k], size);
        if (b == a)
            diagonal = x;
    }
    if (!diagonal)
        diagonal = append(r, n, a);
    mpq_add(diagonal, diagonal, m->self[a]);
    mpq_sub(diagonal, diagonal, m->leak[a]);
    mpq_clear(size);
}

/* Of n rows only, ascending; the others stay empty. `row` NULL: all q of them. A
 * search that asks about thousands of small components pays for each one's own rows. */
static void tested_init(const ClaimMatrix *m, size_t n_rows, const uint32_t *row, Tested *t)
{
    *t = (Tested){.a = *m, .is_owned = claim_matrix_is_populations(m)};
    if (!t->is_owned)
        return;
    size_t n = 0, most = n_rows, next = 0;
    for (size_t k = 0; k < n_rows; k++)
        most += m->row_from[(row ? row[k] : k) + 1] - m->row_from[row ? row[k] : k];
    claim_matrix_init(&t->memory, &t->a, m->q, most, false);
    for (size_t k = 0; k < n_rows; k++) {
        for (size_t a = row ? row[k] : k; next < a; next++)
            t->a.row_from[next] = n;
        append_population_row(m, next++, &t->a, &n);
    }
    for (size_t k = n; k < most; k++)
        mpq_clear(t->a.entry[k]);
    for (; next <= m->q; next++)
        t->a.row_from[next] = n;
}

static void tested_clear(Tested *t)
{
    if (t->is_owned) {
        claim_matrix_clear(&t->a);
        arena_free(&t->memory.arena);
    }
}

/* Vectors that add up to zero within population a of two or more are mapped to
 * self_a - leak_a times themselves, unless kernels see them. */
static bool zero_sum_decays(const ClaimMatrix *m, size_t a)
{
    return !claim_matrix_is_populations(m) || claim_matrix_size(m, a) < 2 || mpq_cmp(m->self[a], m->leak[a]) < 0 ||
           kernels_touch(m, a);
}

/* ---- certificates ----------------------------------------------------------- */

static const char *component_fault(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    if (c->n == 0 || c->n > m->q)
        return "a component has no rows, or more rows than the matrix";
    for (size_t k = 0; k < c->n; k++) {
        if (c->member[k] >= m->q || (k && c->member[k] <= c->member[k - 1]))
            return "the rows of a component are not ascending row numbers of the matrix";
        if (mpq_sgn(c->p[k]) <= 0)
            return arena_printf(&cx->arena, "the multiplier of row %u is not positive", c->member[k]);
        if (!zero_sum_decays(m, c->member[k]))
            return arena_printf(&cx->arena, "self - leak of population %u is not negative", c->member[k]);
    }
    return NULL;
}

static VerifyResult by_elimination(Ctx *cx, const LyapunovForm *f)
{
    bool too_long;
    VerifyResult r = {.proof = PROOF_EXACT, .accepted = positive_exactly(f, &too_long)};
    if (r.accepted)
        r.reason = arena_printf(&cx->arena, "exact elimination, n = %zu", f->n);
    else if (too_long)
        r.reason = "too close to singular for Rump's test, too large for exact elimination";
    else
        r.reason = "M(p) is not positive definite, by exact elimination";
    return r;
}

/* Worth a try before O(n^3): large, and mostly zeros. */
static bool is_sparse(const LyapunovForm *f)
{
    double entries = 0, n = (double)f->n;
    for (size_t k = 0; k < f->n; k++)
        entries += (double)(f->a->row_from[f->member[k] + 1] - f->a->row_from[f->member[k]]);
    return f->n > VERIFY_SPARSE_N && entries < n * n / 16;
}

static VerifyResult prove_positive(Ctx *cx, const LyapunovForm *f)
{
    ProofKind how;
    if (is_sparse(f) && positive_by_rows(f, &how)) {
        const char *name = how == PROOF_DOMINANCE ? "dominance of the scaled diagonal" : "Rump's test by rows";
        return (VerifyResult){true, arena_printf(&cx->arena, "%s, n = %zu", name, f->n), how};
    }
    if (f->n > POSITIVE_MAX_ORDER)
        return rejected(arena_printf(&cx->arena, "a component of %zu rows: proofs stop at %d", f->n, POSITIVE_MAX_ORDER));
    Positive p = positive_by_cholesky(f, NULL);
    if (f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN)
        return by_elimination(cx, f);
    if (p == POSITIVE_NO)
        return rejected("M(p) is not positive definite");
    return (VerifyResult){true, arena_printf(&cx->arena, "Rump's test, n = %zu", f->n), PROOF_RUMP};
}

/* Only the component's own rows are read, so only they need be in order. */
/* The component of a matrix without faults. */
static VerifyResult component_result(Ctx *cx, const ClaimMatrix *m, const ClaimMatrix *tested, const Component *c)
{
    const char *fault = component_fault(cx, m, c);
    if (fault)
        return rejected(fault);
    VerifyResult r = prove_positive(cx, &(LyapunovForm){tested, c->n, c->member, c->p});
    if (r.accepted && (fault = kernels_component_fault(cx, m, c)))
        return rejected(fault);
    return r;
}

VerifyResult verify_component(Ctx *cx, const ClaimMatrix *matrix, const Component *c)
{
    const char *fault = frame_fault(matrix);
    if (!fault)
        fault = component_fault(cx, matrix, c);
    for (size_t k = 0; !fault && k < c->n; k++)
        if (!row_is_sorted(matrix, c->member[k]))
            fault = rows_fault;
    if (fault)
        return rejected(fault);
    Tested t;
    tested_init(matrix, c->n, c->member, &t);
    VerifyResult r = component_result(cx, matrix, &t.a, c);
    tested_clear(&t);
    return r;
}

/* Each row's component, in `of`; NULL, or why they are no partition. */
static const char *partition_fault(Ctx *cx, const ClaimMatrix *m, const Evidence *e, uint32_t *of)
{
    memset(of, 0xff, m->q * sizeof *of);
    if (e->n_components >= UINT32_MAX)
        return "more components than rows";
    for (size_t c = 0; c < e->n_components; c++)
        for (size_t k = 0; k < e->component[c].n; k++) {
            uint32_t row = e->component[c].member[k];
            if (row >= m->q)
                return arena_printf(&cx->arena, "component %zu has row %u, which the matrix has not", c, row);
            if (of[row] != UINT32_MAX)
                return arena_printf(&cx->arena, "row %u is in two components, or twice in one", row);
            of[row] = (uint32_t)c;
        }
    for (size_t a = 0; a < m->q; a++)
        if (of[a] == UINT32_MAX)
            return arena_printf(&cx->arena, "row %zu is in no component", a);
    return NULL;
}

/* A_ij = 0 for i in an earlier component than j. */
static const char *order_fault(Ctx *cx, const ClaimMatrix *m, const uint32_t *of)
{
    for (size_t i = 0; i < m->q; i++)
        for (size_t k = m->row_from[i]; k < m->row_from[i + 1]; k++)
            if (of[i] < of[m->column[k]] && claim_matrix_sign(m, i, k) != 0)
                return arena_printf(&cx->arena, "entry (%zu, %u) leads from component %u into the earlier %u",
                                    i, m->column[k], of[m->column[k]], of[i]);
    return NULL;
}

/* Of components that are known those are not tested again that verify_component has accepted. */
static VerifyResult verify_components(Ctx *cx, const ClaimMatrix *m, const Evidence *e, bool are_known)
{
    uint32_t *of = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    const char *fault = partition_fault(cx, m, e, of);
    if (!fault)
        fault = order_fault(cx, m, of);
    if (!fault)
        fault = kernels_order_fault(cx, m, of);
    if (fault)
        return rejected(fault);
    Tested t;
    tested_init(m, m->q, NULL, &t);
    VerifyResult all = {.accepted = true, .reason = "no component"};
    size_t largest = 0;
    for (size_t c = 0; c < e->n_components && all.accepted; c++) {
        bool is_known = are_known && e->component[c].is_accepted;
        VerifyResult one = is_known ? (VerifyResult){true, "accepted", e->component[c].proof} : component_result(cx, m, &t.a, &e->component[c]);
        if (!one.accepted || e->component[c].n > largest)
            all = one;
        largest = e->component[c].n > largest ? e->component[c].n : largest;
    }
    tested_clear(&t);
    return all;
}

double verify_margin(const ClaimMatrix *m, const Evidence *e)
{
    Tested t;
    double least = 1;
    tested_init(m, m->q, NULL, &t);
    for (size_t k = 0; k < e->n_components; k++) {
        const Component *c = &e->component[k];
        LyapunovForm f = {&t.a, c->n, c->member, c->p};
        double margin = 0;
        if (!is_sparse(&f) && c->n <= POSITIVE_MAX_ORDER)
            positive_by_cholesky(&f, &margin);
        least = fmin(least, margin);
    }
    tested_clear(&t);
    return least;
}

/* ---- refutations ------------------------------------------------------------ */

static VerifyResult verify_zero_sum(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    if (w->population >= m->q)
        return rejected("the witness names a population that the matrix has not");
    if (zero_sum_decays(m, w->population))
        return rejected("the zero-sum modes of the named population decay, or it has none");
    const char *how = arena_printf(&cx->arena, "zero-sum modes of population %u", w->population);
    return (VerifyResult){.accepted = true, .reason = how};
}

/* common = a common denominator of vector k; false when the vector in integers
 * would take more than 128 megabytes, as a file full of long fractions might. */
static bool vector_denominator(const Witness *w, size_t k, mpz_ptr common)
{
    const mpq_t *v = w->v + k * w->n;
    mpz_set_ui(common, 1);
    for (size_t i = 0; i < w->n; i++) {
        mpz_lcm(common, common, mpq_denref(v[i]));
        if ((double)mpz_sizeinbase(common, 2) * (double)w->n > 0x1p30)
            return false;
    }
    return true;
}

static bool vectors_are_short(const Witness *w)
{
    mpz_t common;
    mpz_init(common);
    bool all = true;
    for (size_t k = 0; k < w->rank && all; k++)
        all = vector_denominator(w, k, common);
    mpz_clear(common);
    return all;
}

/* place[row] = its position among the witness's members, UINT32_MAX elsewhere. */
static const char *witness_fault(const ClaimMatrix *m, const Witness *w, uint32_t *place)
{
    memset(place, 0xff, m->q * sizeof *place);
    if (w->n == 0 || w->n > m->q || w->rank == 0)
        return "the witness is empty, or has more rows than the matrix";
    for (size_t k = 0; k < w->n; k++) {
        if (w->member[k] >= m->q || place[w->member[k]] != UINT32_MAX)
            return "the rows of the witness are not distinct row numbers of the matrix";
        place[w->member[k]] = (uint32_t)k;
    }
    bool is_zero = true;
    for (size_t k = 0; k < w->rank; k++) {
        if (w->w && mpq_sgn(w->w[k]) < 0)
            return "a weight of the witness is negative";
        for (size_t i = 0; i < w->n && (!w->w || mpq_sgn(w->w[k]) > 0); i++)
            is_zero = is_zero && mpq_sgn(w->v[k * w->n + i]) == 0 && (!w->im || mpq_sgn(w->im[k * w->n + i]) == 0);
    }
    if (is_zero)
        return "X = 0";
    return vectors_are_short(w) ? NULL : "the numbers of the witness are too long";
}

/* Vector k as integers v'_ki = d v_ki, and its weight w_k / d^2 to go with them. */
static void whole_vector(const Witness *w, size_t k, mpz_t *whole, mpq_ptr weight)
{
    const mpq_t *v = w->v + k * w->n;
    mpz_t common;
    mpz_init(common);
    if (!vector_denominator(w, k, common))
        BUG("a witness that was found short");
    for (size_t i = 0; i < w->n; i++) {
        mpz_divexact(whole[i], common, mpq_denref(v[i]));
        mpz_mul(whole[i], whole[i], mpq_numref(v[i]));
    }
    if (w->w)
        mpq_set(weight, w->w[k]);
    else
        mpq_set_ui(weight, 1, 1);
    mpz_mul(mpq_denref(weight), mpq_denref(weight), common);
    mpz_mul(mpq_denref(weight), mpq_denref(weight), common);
    mpq_canonicalize(weight);
    mpz_clear(common);
}

/* What the check of one row works with. */
typedef struct RowCheck {
    const ClaimMatrix *a;
    const Witness *w;
    const uint32_t *place;
    mpz_t *whole;               /* rank * n */
    mpq_t *weight;              /* rank */
    mpz_t *dot;                 /* rank */
    mpz_t common, part;
    mpq_t sum, term;
} RowCheck;

/* Least common multiple of the row's denominators: a positive factor of the
 * row's sum, so its sign may be had from integers. */
static void row_denominator(RowCheck *s, size_t row)
{
    mpz_set_ui(s->common, 1);
    for (size_t e = s->a->row_from[row]; e < s->a->row_from[row + 1]; e++)
        if (s->place[s->a->column[e]] != UINT32_MAX && !mpz_divisible_p(s->common, mpq_denref(claim_matrix_at(s->a, row, e))))
            mpz_lcm(s->common, s->common, mpq_denref(claim_matrix_at(s->a, row, e)));
}

/* The sign of (A X)_ii = sum_k w_k v_ki (A v_k)_i for the witness's i-th member. */
static int row_sign(RowCheck *s, size_t i)
{
    size_t n = s->w->n, rank = s->w->rank, row = s->w->member[i];
    row_denominator(s, row);
    for (size_t k = 0; k < rank; k++)
        mpz_set_ui(s->dot[k], 0);
    for (size_t e = s->a->row_from[row]; e < s->a->row_from[row + 1]; e++) {
        uint32_t j = s->place[s->a->column[e]];
        if (j == UINT32_MAX)
            continue;
        mpz_divexact(s->part, s->common, mpq_denref(claim_matrix_at(s->a, row, e)));
        mpz_mul(s->part, s->part, mpq_numref(claim_matrix_at(s->a, row, e)));
        for (size_t k = 0; k < rank; k++)
            mpz_addmul(s->dot[k], s->part, s->whole[k * n + j]);
    }
    mpq_set_ui(s->sum, 0, 1);
    for (size_t k = 0; k < rank; k++) {
        mpz_mul(mpq_numref(s->term), s->dot[k], s->whole[k * n + i]);
        mpz_set_ui(mpq_denref(s->term), 1);
        mpq_mul(s->term, s->term, s->weight[k]);
        mpq_add(s->sum, s->sum, s->term);
    }
    return mpq_sgn(s->sum);
}

/* The first member with (A X)_ii < 0, or n. Rows outside the members have X_i. = 0. */
static size_t first_negative_row(Ctx *cx, const ClaimMatrix *tested, const Witness *w, const uint32_t *place)
{
    size_t n = w->n, rank = w->rank, found = n;
    RowCheck s = {.a = tested, .w = w, .place = place};
    s.whole = ARENA_ARRAY(&cx->arena, n * rank, mpz_t);
    s.weight = ARENA_ARRAY(&cx->arena, rank, mpq_t);
    s.dot = ARENA_ARRAY(&cx->arena, rank, mpz_t);
    mpz_inits(s.common, s.part, NULL);
    mpq_inits(s.sum, s.term, NULL);
    for (size_t k = 0; k < n * rank; k++)
        mpz_init(s.whole[k]);
    for (size_t k = 0; k < rank; k++) {
        mpz_init(s.dot[k]);
        mpq_init(s.weight[k]);
        whole_vector(w, k, s.whole + k * n, s.weight[k]);
    }
    ScaledWitness doubles = {0};
    if (tested->scaled)
        scaled_witness_init(cx, n, rank, s.whole, s.weight, &doubles);
    for (size_t i = 0; i < n && found == n; i++) {
        int sign = scaled_witness_sign(&doubles, tested, w->member[i], i, place);
        if ((sign ? sign : row_sign(&s, i)) < 0)
            found = i;
    }
    for (size_t k = 0; k < n * rank; k++)
        mpz_clear(s.whole[k]);
    for (size_t k = 0; k < rank; k++) {
        mpz_clear(s.dot[k]);
        mpq_clear(s.weight[k]);
    }
    mpz_clears(s.common, s.part, NULL);
    mpq_clears(s.sum, s.term, NULL);
    return found;
}

static VerifyResult verify_vectors(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    uint32_t *place = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    const char *fault = witness_fault(m, w, place);
    if (fault)
        return rejected(fault);
    uint32_t *row = ARENA_ARRAY(&cx->arena, w->n, uint32_t);
    size_t n = 0;
    for (size_t a = 0; a < m->q; a++)
        if (place[a] != UINT32_MAX)
            row[n++] = (uint32_t)a;
    Tested t;
    tested_init(m, n, row, &t);
    if (w->frequency) {
        fault = kernels_witness_fault(cx, m, &t.a, w, place);
        tested_clear(&t);
        return fault ? rejected(fault) : (VerifyResult){.accepted = true, .reason = arena_printf(&cx->arena, "diag(A X) >= 0, %zu wave%s",
                                                                                                 w->rank, w->rank == 1 ? "" : "s")};
    }
    size_t negative = first_negative_row(cx, &t.a, w, place);
    tested_clear(&t);
    if (m->n_sums && (fault = sums_witness_fault(m, w, place)))
        return rejected(fault);
    if (negative < w->n)
        return rejected(arena_printf(&cx->arena, "(A X)_ii < 0 in row %u", w->member[negative]));
    const char *how = arena_printf(&cx->arena, "diag(A X) >= 0 exactly, rank %zu, %zu rows", w->rank, w->n);
    return (VerifyResult){.accepted = true, .reason = how};
}

VerifyResult verify_witness(Ctx *cx, const ClaimMatrix *matrix, const Witness *w)
{
    const char *fault = matrix_fault(matrix);
    if (fault)
        return rejected(fault);
    return w->is_zero_sum ? verify_zero_sum(cx, matrix, w) : verify_vectors(cx, matrix, w);
}

static VerifyResult verify_claim(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence, bool are_known)
{
    if (!evidence->is_certificate)
        return verify_witness(cx, matrix, &evidence->witness);
    const char *fault = matrix_fault(matrix);
    if (fault)
        return rejected(fault);
    return verify_components(cx, matrix, evidence, are_known);
}

VerifyResult verify_joined(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence)
{
    return verify_claim(cx, matrix, evidence, true);
}

VerifyResult verify_evidence(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence)
{
    VerifyResult r = verify_claim(cx, matrix, evidence, false);
    for (size_t k = 0; r.accepted && k < evidence->n_statements; k++) {
        const char *fault = statement_fault(cx, matrix, evidence, k);
        if (fault)
            r = rejected(arena_printf(&cx->arena, "the statement \"%s\": %s", statement_table[evidence->statement[k].kind].name, fault));
    }
    return r;
}
