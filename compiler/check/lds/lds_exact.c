#include "compiler/check/lds/lds.h"

#include <math.h>
#include <mpfr.h>

static mpq_t *unit_vector(Ctx *cx, size_t n, size_t i)
{
    mpq_t *v = rationals_new(cx, n);
    mpq_set_si(v[i], 1, 1);
    return v;
}

bool lds_test_diagonal(LdsPart *p, LdsFinding *f)
{
    mpq_t a;
    mpq_init(a);
    for (size_t i = 0; i < p->n && f->verdict == TRUTH_UNDECIDED; i++) {
        lds_part_diagonal(p, i, a);
        if (mpq_sgn(a) >= 0)
            lds_offer_exact_v(p, unit_vector(p->cx, p->n, i), "self-excitation not below the leak", f);
    }
    mpq_clear(a);
    return true;
}

/* Not asked of the verifier one by one, since a feedforward network has as many
 * such components as neurons: it sees them with the whole evidence. */
bool lds_test_one_row(LdsPart *p, LdsFinding *f)
{
    if (p->n != 1)
        return false;
    Component ordered = {.n = 1, .member = p->member, .p = unit_vector(p->cx, 1, 0), .proof = PROOF_EXACT};
    f->component = row_order_declared(p->cx, p->order, &ordered);
    f->verdict = TRUTH_CERTIFIED;
    f->method = "sign of each net leak";
    f->margin = 1;
    return true;
}

/* ---- two rows ---- */

typedef struct Pair {
    mpq_t a, b, c, d;           /* [[a, b], [c, d]] = rows i, j of R */
} Pair;

static void pair_init(Pair *x)
{
    mpq_inits(x->a, x->b, x->c, x->d, (mpq_ptr)0);
}

static void pair_clear(Pair *x)
{
    mpq_clears(x->a, x->b, x->c, x->d, (mpq_ptr)0);
}

static void pair_read(const LdsPart *p, size_t i, size_t j, size_t edge_ij, size_t edge_ji, Pair *x)
{
    lds_part_diagonal(p, i, x->a);
    lds_part_entry(p, edge_ij, x->b);
    lds_part_entry(p, edge_ji, x->c);
    lds_part_diagonal(p, j, x->d);
}

/* a d - b c <= 0. */
static bool pair_is_singular(const Pair *x)
{
    mpq_t ad, bc;
    mpq_inits(ad, bc, (mpq_ptr)0);
    mpq_mul(ad, x->a, x->d);
    mpq_mul(bc, x->b, x->c);
    bool singular = mpq_cmp(ad, bc) <= 0;
    mpq_clears(ad, bc, (mpq_ptr)0);
    return singular;
}

/* With a, d < 0 and b c >= a d: v = (|b|, sign(b) |a|) has v_i (A v)_i >= 0 in both rows. */
static bool offer_pair_witness(LdsPart *p, size_t i, size_t j, const Pair *x, LdsFinding *f)
{
    mpq_t *v = rationals_new(p->cx, p->n);
    mpq_abs(v[i], x->b);
    mpq_abs(v[j], x->a);
    if (mpq_sgn(x->b) < 0)
        mpq_neg(v[j], v[j]);
    return lds_offer_exact_v(p, v, p->n == 2 ? "two rows, closed form" : "a pair of rows, closed form", f);
}

bool lds_test_two_rows(LdsPart *p, LdsFinding *f)
{
    if (p->n != 2)
        return false;
    Pair x;
    pair_init(&x);
    pair_read(p, 0, 1, p->row_from[0], p->row_from[1], &x);
    if (pair_is_singular(&x)) {
        offer_pair_witness(p, 0, 1, &x, f);
    } else {
        mpq_t *multiplier = rationals_new(p->cx, 2);
        mpq_abs(multiplier[0], x.c);
        mpq_abs(multiplier[1], x.b);
        double product = p->k[0] * p->k[1];     /* k is invariant: b c / (a d) */
        if (lds_offer_exact_p(p, multiplier, "two rows, closed form", f))
            f->margin = product > 0 ? 1 - sqrt(product) : 1;
    }
    pair_clear(&x);
    return true;
}

bool lds_test_minors(LdsPart *p, LdsFinding *f)
{
    Pair x;
    pair_init(&x);
    for (size_t i = 0; i < p->n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1] && f->verdict == TRUTH_UNDECIDED; e++) {
            size_t j = p->column[e], back = j > i ? lds_part_find(p, j, i) : SIZE_MAX;
            if (back == SIZE_MAX || p->k[e] * p->k[back] < 0.999999)
                continue;
            pair_read(p, i, j, e, back, &x);
            if (pair_is_singular(&x))
                offer_pair_witness(p, i, j, &x, f);
        }
    pair_clear(&x);
    return true;
}

/* ---- trees: exact both ways (Berman and Hershkowitz 1983) ---- */

typedef struct Tree {
    size_t *order, *parent, *up, *down;     /* breadth first; edges i <- parent and parent <- i */
    mpq_t *pivot;               /* of M = -R, leaves first */
} Tree;

/* False unless the component is a tree of reciprocal pairs. */
static bool tree_find(const LdsPart *p, Tree *t)
{
    if (p->n_edges != 2 * (p->n - 1))
        return false;           /* connected, so reciprocal pairs number at least n - 1 */
    t->order = ARENA_ARRAY(&p->cx->arena, p->n, size_t);
    t->parent = ARENA_ARRAY(&p->cx->arena, p->n, size_t);
    t->up = ARENA_ARRAY(&p->cx->arena, p->n, size_t);
    t->down = ARENA_ARRAY(&p->cx->arena, p->n, size_t);
    bool *seen = ARENA_ARRAY(&p->cx->arena, p->n, bool);
    size_t n = 1;
    seen[0] = true;
    for (size_t at = 0; at < n; at++) {
        size_t i = t->order[at];
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            size_t j = p->column[e];
            size_t back = lds_part_find(p, j, i);
            if (back == SIZE_MAX)
                return false;
            if (seen[j])
                continue;
            seen[j] = true;
            t->parent[j] = i;
            t->down[j] = e;
            t->up[j] = back;
            t->order[n++] = j;
        }
    }
    return n == p->n;
}

/* The factor v_j / v_parent = -M_j,parent / pivot_j along a same-sign edge. */
static void child_factor(const LdsPart *p, const Tree *t, size_t j, mpq_t out)
{
    lds_part_entry(p, t->up[j], out);       /* R_j,parent = -M_j,parent */
    mpq_div(out, out, t->pivot[j]);
}

static bool same_sign(const LdsPart *p, const Tree *t, size_t j)
{
    return (p->k[t->up[j]] > 0) == (p->k[t->down[j]] > 0);
}

/* Node r has a pivot <= 0: the vector that is 1 there and solves every row
 * below along same-sign edges refutes. */
static void tree_refute(LdsPart *p, const Tree *t, size_t at, LdsFinding *f)
{
    mpq_t *v = unit_vector(p->cx, p->n, t->order[at]);
    mpq_t factor;
    mpq_init(factor);
    for (size_t k = at + 1; k < p->n; k++) {
        size_t j = t->order[k];
        if (!mpq_sgn(v[t->parent[j]]) || !same_sign(p, t, j))
            continue;
        child_factor(p, t, j, factor);
        mpq_mul(v[j], v[t->parent[j]], factor);
    }
    mpq_clear(factor);
    lds_offer_exact_v(p, v, "tree elimination", f);
}

static void tree_certify(LdsPart *p, const Tree *t, LdsFinding *f)
{
    mpq_t *multiplier = unit_vector(p->cx, p->n, 0);
    mpq_t back;
    mpq_init(back);
    for (size_t k = 1; k < p->n; k++) {
        size_t j = t->order[k];
        lds_part_entry(p, t->down[j], multiplier[j]);
        lds_part_entry(p, t->up[j], back);
        mpq_div(multiplier[j], multiplier[j], back);
        mpq_abs(multiplier[j], multiplier[j]);
        mpq_mul(multiplier[j], multiplier[j], multiplier[t->parent[j]]);
    }
    mpq_clear(back);
    lds_offer_exact_p(p, multiplier, "tree elimination", f);
}

/* Leaves first: pivot_parent -= M_pj M_jp / pivot_j over same-sign edges. The
 * place in the order of the first pivot <= 0, or SIZE_MAX. */
static size_t tree_eliminate(LdsPart *p, Tree *t)
{
    mpq_t term, down;
    mpq_inits(term, down, (mpq_ptr)0);
    size_t bad = SIZE_MAX;
    for (size_t i = 0; i < p->n; i++) {
        lds_part_diagonal(p, i, t->pivot[i]);
        mpq_neg(t->pivot[i], t->pivot[i]);
    }
    for (size_t k = p->n; k-- > 0 && bad == SIZE_MAX;) {
        size_t j = t->order[k];
        if (mpq_sgn(t->pivot[j]) <= 0)
            bad = k;
        else if (k > 0 && same_sign(p, t, j)) {
            child_factor(p, t, j, term);
            lds_part_entry(p, t->down[j], down);
            mpq_mul(term, term, down);
            mpq_sub(t->pivot[t->parent[j]], t->pivot[t->parent[j]], term);
        }
    }
    mpq_clears(term, down, (mpq_ptr)0);
    return bad;
}

bool lds_test_tree(LdsPart *p, LdsFinding *f)
{
    Tree t;
    if (p->n < 2 || !tree_find(p, &t))
        return false;
    t.pivot = rationals_new(p->cx, p->n);
    size_t bad = tree_eliminate(p, &t);
    if (bad != SIZE_MAX)
        tree_refute(p, &t, bad, f);
    else
        tree_certify(p, &t, f);
    rationals_clear(t.pivot, p->n);
    return true;
}

/* ---- three rows (Redheffer 1985) ----
 * M = -R has a multiplier (1, t, p3) iff M_33 > 0, det M > 0 and t lies in the
 * open intervals for the leading pairs of M and of its inverse. */

typedef mpq_t Three[3][3];

static void three_read(const LdsPart *p, Three m)
{
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++)
            mpq_init(m[i][j]);
        lds_part_diagonal(p, i, m[i][i]);
        mpq_neg(m[i][i], m[i][i]);
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            lds_part_entry(p, e, m[i][p->column[e]]);
            mpq_neg(m[i][p->column[e]], m[i][p->column[e]]);
        }
    }
}

static void three_clear(Three m)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            mpq_clear(m[i][j]);
}

static void cross(mpq_t out, mpq_t a, mpq_t d, mpq_t b, mpq_t c)
{
    mpq_t bc;
    mpq_init(bc);
    mpq_mul(bc, b, c);
    mpq_mul(out, a, d);
    mpq_sub(out, out, bc);
    mpq_clear(bc);
}

/* adj = det(M) M^-1; returns det in `det`. */
static void three_adjugate(Three m, Three adj, mpq_t det)
{
    mpq_t term;
    mpq_init(term);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            int r = (j + 1) % 3, s = (j + 2) % 3, k = (i + 1) % 3, l = (i + 2) % 3;
            mpq_init(adj[i][j]);
            cross(adj[i][j], m[r][k], m[s][l], m[r][l], m[s][k]);
        }
    mpq_set_si(det, 0, 1);
    for (int j = 0; j < 3; j++) {
        mpq_mul(term, m[0][j], adj[j][0]);
        mpq_add(det, det, term);
    }
    mpq_clear(term);
}

/* Narrows [lo, hi], rounded inwards, to 4 t a d > (b + t c)^2. */
static void narrow(mpfr_t lo, mpfr_t hi, Three m)
{
    mpq_t ad, bc, mid, root, square;
    mpfr_t x, y;
    mpq_inits(ad, bc, mid, root, square, (mpq_ptr)0);
    mpfr_inits2(mpfr_get_prec(lo), x, y, (mpfr_ptr)0);
    mpq_mul(ad, m[0][0], m[1][1]);
    mpq_mul(bc, m[0][1], m[1][0]);
    mpq_sub(root, ad, bc);
    mpq_mul(root, root, ad);                    /* ad (ad - bc) */
    mpq_add(mid, ad, ad);
    mpq_sub(mid, mid, bc);                      /* t c^2 = mid +- 2 sqrt(root) */
    mpq_mul(square, m[1][0], m[1][0]);
    if (mpq_sgn(square)) {
        mpq_div(mid, mid, square);
        mpq_div(root, root, square);
        mpq_div(root, root, square);
        mpfr_set_q(x, root, MPFR_RNDD);
        mpfr_sqrt(x, x, MPFR_RNDD);
        mpfr_mul_2ui(x, x, 1, MPFR_RNDD);
        mpfr_set_q(y, mid, MPFR_RNDD);
        mpfr_add(y, y, x, MPFR_RNDD);
        mpfr_min(hi, hi, y, MPFR_RNDD);
        mpfr_set_q(y, mid, MPFR_RNDU);
        mpfr_sub(y, y, x, MPFR_RNDU);
        mpfr_max(lo, lo, y, MPFR_RNDU);
    } else {
        mpq_mul(bc, m[0][1], m[0][1]);
        mpq_div(bc, bc, ad);
        mpq_div_2exp(bc, bc, 2);                /* t > b^2 / (4 a d) */
        mpfr_set_q(y, bc, MPFR_RNDU);
        mpfr_max(lo, lo, y, MPFR_RNDU);
    }
    mpq_clears(ad, bc, mid, root, square, (mpq_ptr)0);
    mpfr_clears(x, y, (mpfr_ptr)0);
}

/* A rational with few bits strictly between lo and hi; false when there is none. */
static bool choose_between(mpfr_t lo, mpfr_t hi, mpq_t t)
{
    if (mpfr_cmp(lo, hi) >= 0)
        return false;
    mpfr_t mid;
    mpfr_init2(mid, mpfr_get_prec(lo));
    if (mpfr_inf_p(hi)) {
        mpfr_mul_2ui(mid, lo, 1, MPFR_RNDU);
        mpfr_add_ui(mid, mid, 1, MPFR_RNDU);
    } else {
        mpfr_add(mid, lo, hi, MPFR_RNDN);
        mpfr_div_2ui(mid, mid, 1, MPFR_RNDN);
    }
    bool found = false;
    for (mpfr_prec_t bits = 3; !found && bits <= mpfr_get_prec(lo); bits *= 2) {
        mpfr_t few;
        mpfr_init2(few, bits);
        mpfr_set(few, mid, MPFR_RNDN);
        found = mpfr_cmp(few, lo) > 0 && mpfr_cmp(few, hi) < 0;
        if (found)
            mpfr_get_q(t, few);
        mpfr_clear(few);
    }
    mpfr_clear(mid);
    return found;
}

/* Given t: p3 minimises qa p3^2 + qb p3 + qc, which is negative for the right ones (docs/theory.md). */
static void third_multiplier(Three m, mpq_t t, mpq_t p3)
{
    mpq_t s[2][2], c[2], det, qa, qb, qc, x, y;
    mpq_inits(s[0][0], s[0][1], s[1][1], s[1][0], c[0], c[1], det, qa, qb, qc, x, y, (mpq_ptr)0);
    mpq_add(s[1][1], m[0][0], m[0][0]);         /* s = 2 x 2 matrix, adjugate form */
    mpq_mul(s[0][0], t, m[1][1]);
    mpq_add(s[0][0], s[0][0], s[0][0]);
    mpq_mul(s[0][1], t, m[1][0]);
    mpq_add(s[0][1], s[0][1], m[0][1]);
    mpq_neg(s[0][1], s[0][1]);
    cross(det, s[0][0], s[1][1], s[0][1], s[0][1]);
    mpq_set(c[0], m[0][2]);
    mpq_mul(c[1], t, m[1][2]);
    mpq_set(s[1][0], s[0][1]);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            mpq_mul(x, s[i][j], m[2][j]);
            mpq_mul(y, x, m[2][i]);
            mpq_add(qa, qa, y);
            mpq_mul(y, x, c[i]);
            mpq_add(qb, qb, y);
            mpq_mul(x, s[i][j], c[j]);
            mpq_mul(x, x, c[i]);
            mpq_add(qc, qc, x);
        }
    mpq_mul(x, det, m[2][2]);
    mpq_sub(qb, x, qb);                         /* -(half of qb), times det */
    if (mpq_sgn(qa)) {
        mpq_div(p3, qb, qa);
    } else {
        mpq_div(p3, qc, qb);                    /* qc - 2 p3 qb < 0 holds beyond qc / (2 qb) */
        mpq_set_si(x, 1, 1);
        mpq_add(p3, p3, x);
    }
    mpq_clears(s[0][0], s[0][1], s[1][1], s[1][0], c[0], c[1], det, qa, qb, qc, x, y, (mpq_ptr)0);
}

static void three_certify(LdsPart *p, Three m, Three adj, LdsFinding *f)
{
    for (mpfr_prec_t bits = 64; bits <= 1024 && f->verdict == TRUTH_UNDECIDED; bits *= 4) {
        mpfr_t lo, hi;
        mpfr_inits2(bits, lo, hi, (mpfr_ptr)0);
        mpfr_set_ui(lo, 0, MPFR_RNDN);
        mpfr_set_inf(hi, 1);
        narrow(lo, hi, m);
        narrow(lo, hi, adj);
        mpq_t *multiplier = unit_vector(p->cx, 3, 0);
        if (choose_between(lo, hi, multiplier[1])) {
            third_multiplier(m, multiplier[1], multiplier[2]);
            if (mpq_sgn(multiplier[2]) > 0) {
                lds_offer_exact_p(p, multiplier, "three rows, common interval", f);
                multiplier = NULL;              /* taken over, whatever the answer */
            }
        }
        if (multiplier)
            rationals_clear(multiplier, 3);
        mpfr_clears(lo, hi, (mpfr_ptr)0);
    }
}

bool lds_test_three_rows(LdsPart *p, LdsFinding *f)
{
    if (p->n != 3)
        return false;
    Three m, adj;
    mpq_t det;
    mpq_init(det);
    three_read(p, m);
    three_adjugate(m, adj, det);
    if (mpq_sgn(det) <= 0) {
        /* M v = det e_0 for the first column v of the adjugate, and v_0 > 0 is a pair's minor. */
        mpq_t *v = rationals_new(p->cx, 3);
        for (int i = 0; i < 3; i++)
            mpq_set(v[i], adj[i][0]);
        lds_offer_exact_v(p, v, "three rows, determinant", f);
    } else {
        three_certify(p, m, adj, f);
    }
    three_clear(m);
    three_clear(adj);
    mpq_clear(det);
    return true;
}
