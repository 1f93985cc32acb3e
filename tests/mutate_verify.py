#!/usr/bin/python3
"""Breaks the verifier in one place at a time and expects that something notices.

Run from the repository root, where it is built. Each row is a file, a text that occurs there once, and what it becomes. The
broken verifier first reads some thousand mutants of certificates (tests/mutants) and has to come to the second checker's verdict on
each; if it does, the unit tests of the file are run. A row that nothing notices is printed, and fails.
Not listed, because nothing could notice them: a row twice in one component, and p = 0, are refused early,
but M(p) is not positive definite either; the same for a diagonal entry >= 0 and for an entry of
the scaled M beyond 8; an empty witness is X = 0; a member or a component out of range reads
beyond an array, which only the sanitizers see, and so does a param too many of one of a map's two planes; rows of sums beside
populations cannot be read from a file; no cell lies in an empty plane; the form of any-time-constants has p and q on its diagonal; where a list
is taken out of a text that is no place for one, the null is refused that it leaves, as any null is; no image of a box that moves is
below 0, and so none is below a radius that is not above 0; rates of projected and switched dynamics are of all rows, and so no cascade
finds one of a component; a point of ranges has no key for multipliers. Boxes that move are looked at between corners in tests/cli/test_map_proofs.py.
Usage: tests/mutate_verify.py [PART...]      rows in which one of these occurs
"""
import glob
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

C = "compiler/check/proof/"
ROWS = [
    # all of a file
    ("certificate_verify.c", "if (!proof.accepted || (!f->ranges.n_cells && !f->refuted.n))", "if (1)"),
    ("certificate_verify.c", "    if (!all.accepted)\n        return all;\n    proof", "    proof"),
    ("certificate_verify.c", "    if (all->refuted.n)\n", "    if (0)\n"),
    ("certificate_verify.c", "if (!statement_local(f->evidence.statement, f->evidence.n_statements))", "if (0)"),
    ("certificate_verify.c", "    if (statement_local(all->evidence.statement, all->evidence.n_statements))", "    if (0)"),
    ("certificate_verify.c", "if (all->matrix.n != f->matrix.n)", "if (0)"),
    ("certificate_verify.c", "    VerifyResult proof = verify_proof(cx, all);", "    VerifyResult proof = {.accepted = true};"),
    ("certificate_verify.c", "if (!proof.accepted || !f->everywhere)", "if (1)"),
    ("certificate_verify.c", "    if (!all.accepted)\n        return all;\n    if", "    if"),
    # what is refuted in the ranges
    ("certificate_points.c", "    if (has_twice(r))\n", "    if (0)\n"),
    ("certificate_points.c", "        if (!is_inside(r, &r->point[k]))\n", "        if (0)\n"),
    ("certificate_points.c", "mpq_cmp(r->lo[k], p->at[k]) <= 0 &&", "1 &&"),
    ("certificate_points.c", "&& mpq_cmp(p->at[k], r->hi[k]) <= 0", "&& 1"),
    ("certificate_points.c", "    is &= mpq_cmp", "    is = mpq_cmp"),
    ("certificate_points.c", "        if (!v.accepted)\n", "        if (0)\n"),
    ("certificate_points.c", "n == 0 || n > REFUTED_MAX_POINTS", "n > REFUTED_MAX_POINTS"),
    # the matrix
    ("verify_matrix.c", "claim_matrix_size(m, a) == 0 ||", "0 ||"),
    ("verify_matrix.c", "__builtin_add_overflow(sum, claim_matrix_size(m, a), &sum))", "(sum += claim_matrix_size(m, a), 0))"),
    ("verify_matrix.c", "return sum == m->n;", "return true;"),
    ("verify_matrix.c", "        fault = means_fault(m);", "        ;"),
    ("verify_matrix.c", "return fault ? fault : sums_fault(m);", "return fault;"),
    ("verify_mean.c", "!claim_matrix_is_populations(m) || m->n_kernels", "!claim_matrix_is_populations(m)"),
    ("verify_mean.c", "mpq_sgn(m->mean_slope[a]) < 0 || ", ""),
    ("verify_mean.c", "mpq_cmp_si(m->leak[a], 1, 1) != 0", "0"),
    ("verify_mean.c", "mpq_cmp_si(m->leak[a], 1, 1) != 0", "mpq_sgn(m->leak[a]) <= 0"),
    ("verify_mean.c", "mpq_sgn(m->mean_slope[a]) == 0 && !row_is_empty(m, a)", "0"),
    ("verify_mean.c", "bool empty = mpq_sgn(m->self[a]) == 0;", "bool empty = true;"),
    ("verify_mean.c", "empty = empty && mpq_sgn(m->entry[k]) == 0;", ";"),
    ("verify_sums.c", "!own || mpq_cmp_si(own, -1, 1) != 0", "!own"),
    ("verify_sums.c", "m->column[e] >= m->n && m->column[e] != row", "0"),
    ("verify_sums.c", "row = m->q - m->n_sums; row < m->q; row++)\n        if (!is_a_sum", "row = m->q; row < m->q; row++)\n        if (!is_a_sum"),
    ("verify_sums.c", "all_zero && row < m->q; row++", "all_zero && row < m->q - 1; row++"),
    ("verify_sums.c", "k < w->rank; k++", "k < 1; k++"),
    ("verify_sums.c", "mpq_mul(term, claim_matrix_at(m, row, e), v[place[m->column[e]]]);", "mpq_set(term, v[place[m->column[e]]]);"),
    ("verify_sums.c", "all_zero = mpq_sgn(sum) == 0;", "all_zero = mpq_sgn(sum) >= 0;"),
    ("verify_sums.c", "all_zero = mpq_sgn(sum) == 0;", "all_zero = mpq_sgn(sum) <= 0;"),
    ("verify_matrix.c", "m->row_from[0] != 0", "0"),
    ("verify_components.c", "        if (!verify_row_is_sorted(matrix, c->member[k]))\n", "        if (0)\n"),
    ("positive.c", "if (_mm_getcsr() & _MM_ROUND_MASK)", "if (0)"),
    ("verify_matrix.c", "from > to || to > m->row_from[m->q]", "0"),
    ("verify_matrix.c", "m->column[k] >= m->q ||", "0 ||"),
    ("verify_matrix.c", "m->column[k] <= m->column[k - 1]", "m->column[k] < m->column[k - 1]"),
    ("verify_matrix.c", "!claim_matrix_is_populations(m) && m->n != m->q", "0"),
    ("verify_matrix.c", "claim_matrix_is_populations(m) && !m->leak", "0"),
    # the population form
    ("verify_matrix.c", "mpq_set_ui(size, claim_matrix_size(m, b), 1);", "mpq_set_ui(size, claim_matrix_size(m, a), 1);"),
    ("verify_matrix.c", "if (b > a && !diagonal)", "if (0)"),
    ("verify_matrix.c", "mpq_add(diagonal, diagonal, m->self[a]);", ""),
    ("verify_matrix.c", "mpq_sub(diagonal, diagonal, m->leak[a]);", ""),
    ("verify_matrix.c", "claim_matrix_size(m, a) < 2 ||", "claim_matrix_size(m, a) < 3 ||"),
    ("verify_matrix.c", "claim_matrix_size(m, a) < 2 ||", "claim_matrix_size(m, a) < 1 ||"),
    ("verify_matrix.c", "mpq_cmp(m->self[a], m->leak[a]) < 0", "mpq_cmp(m->self[a], m->leak[a]) <= 0"),
    ("verify_matrix.c", "mpq_cmp(m->self[a], m->leak[a]) < 0", "mpq_cmp(m->self[a], m->leak[a]) > 0"),
    # components
    ("verify_components.c", "c->n == 0 ||", "0 ||"),
    ("verify_components.c", "if (c->member[k] >= m->q ||", "if (0 ||"),
    ("verify_components.c", "(k && c->member[k] <= c->member[k - 1])", "0"),
    ("verify_components.c", "mpq_sgn(c->p[k]) <= 0", "0"),
    ("verify_components.c", "if (!verify_zero_sum_decays(m, c->member[k]))", "if (0)"),
    ("verify_components.c", "f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN", "f->n <= VERIFY_EXACT_N"),
    ("verify_components.c", "f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN", "p == POSITIVE_UNKNOWN"),
    ("verify_components.c", "if (p == POSITIVE_NO)", "if (0)"),
    ("verify_components.c", "if (of[row] != UINT32_MAX)", "if (0)"),
    ("verify_components.c", "if (of[a] == UINT32_MAX)", "if (0)"),
    ("verify_components.c", "of[i] < of[m->column[k]] &&", "0 &&"),
    ("verify_components.c", "of[i] < of[m->column[k]] &&", "of[i] > of[m->column[k]] &&"),
    ("verify_components.c", "&& claim_matrix_sign(m, i, k) != 0)", "&& 1)"),
    ("verify_components.c", "c < e->n_components && all.accepted; c++", "c + 1 < e->n_components && all.accepted; c++"),
    ("verify_components.c", "if (!one.accepted || e->component[c].n > largest)", "if (e->component[c].n > largest)"),
    # refutations
    ("verify_witness.c", "if (w->population >= m->q)", "if (0)"),
    ("verify_witness.c", "if (verify_zero_sum_decays(m, w->population))", "if (0)"),
    ("verify_witness.c", "|| place[w->member[k]] != UINT32_MAX)", ")"),
    ("verify_witness.c", "if (w->w && mpq_sgn(w->w[k]) < 0)", "if (0)"),
    ("verify_witness.c", "(!w->w || mpq_sgn(w->w[k]) > 0)", "1"),
    ("verify_witness.c", "    if (is_zero)\n", "    if (0)\n"),
    ("verify_witness.c", "> 0x1p30)\n            return false;", "> 0x1p30)\n            return true;"),
    ("verify_witness.c", "mpq_set(weight, w->w[k]);", "mpq_set_ui(weight, 1, 1);"),
    ("verify_witness.c", "        if (j == UINT32_MAX)\n            continue;\n        mpz_divexact", "        if (j == UINT32_MAX)\n            j = 0;\n        mpz_divexact"),
    ("verify_witness.c", "mpq_mul(s->term, s->term, s->weight[k]);", ""),
    ("verify_witness.c", "mpz_mul(s->part, s->part, mpq_numref(claim_matrix_at(s->a, row, e)));", "mpz_set(s->part, mpq_numref(claim_matrix_at(s->a, row, e)));"),
    ("verify_witness.c", "if ((sign ? sign : row_sign(&s, i)) < 0)", "if ((sign ? sign : row_sign(&s, i)) <= 0)"),
    ("verify_witness.c", "if ((sign ? sign : row_sign(&s, i)) < 0)", "if ((sign ? sign : row_sign(&s, i)) > 0)"),
    ("verify_witness.c", "i < n && found == n; i++", "i + 1 < n && found == n; i++"),
    # kernels
    ("verify_matrix.c", "kernels_fault(m) : verify_rows_fault", "NULL : verify_rows_fault"),
    ("verify_matrix.c", "           kernels_touch(m, a);", "           0;"),
    ("verify_components.c", "r.accepted && (fault = kernels_component_fault(cx, m, c))", "0"),
    ("verify_components.c", "        fault = kernels_order_fault(cx, m, of);", "        fault = NULL;"),
    ("verify_kernel.c", "        if (!adds_up_to_zero(a))\n", "        if (0)\n"),
    ("verify_kernel.c", "if (!have_one_place(a, &m->kernel[j]))", "if (0)"),
    ("verify_kernel.c", "m->kernel[j].to == a->to && m->kernel[j].from == a->from", "0"),
    ("verify_kernel.c", "of[m->kernel[k].to] < of[m->kernel[k].from]", "0"),
    ("verify_kernel.c", "take_away(f, i, i, ball_add(x, x));", "take_away(f, i, i, x);"),
    ("verify_kernel.c", "x = (Ball){2 * x.re, 0, 2 * x.radius};", "x.im = 0;"),
    ("verify_kernel.c", "i > j ? x : (Ball){x.re, -x.im, x.radius});", "x);"),
    ("verify_kernel.c", "k < f->extent[0] * f->extent[1]; k++) {\n        if (!symbol_counts", "k + 1 < f->extent[0] * f->extent[1]; k++) {\n        if (!symbol_counts"),
    ("verify_kernel.c", "Ball x = ball_mul(f->p[i], (Ball){", "Ball x = ball_mul(f->p[j], (Ball){"),
    ("verify_kernel.c", "mpq_sub(own, m->self[c->member[k]], m->leak[c->member[k]]);", "mpq_neg(own, m->leak[c->member[k]]);"),
    ("verify_kernel.c", "    mpq_sub(s->beta, s->beta, s->x);", "    mpq_add(s->beta, s->beta, s->x);"),
    ("verify_kernel.c", "    mpq_add(s->alpha, s->alpha, s->x);", ""),
    ("verify_kernel.c", "mpq_mul(s->x, s->beta, s->y);\n    mpq_sub(out, out, s->x);", "mpq_mul(s->x, s->beta, s->y);\n    mpq_add(out, out, s->x);"),
    ("verify_kernel.c", "            mpq_mul(one, one, s->w->w[r]);", "            ;"),
    ("verify_kernel.c", "else if (mpq_sgn(s.sum) < 0)", "else if (mpq_sgn(s.sum) > 0)"),
    ("verify_kernel.c", "f[0] >= place->extent[0] || f[1] >= place->extent[1]", "0"),
    ("symbol.c", "relative = 0x1p-53 *", "relative = 0x1p-60 *"),
    ("symbol.c", "re += c * scratch[2 * j] - s * scratch[2 * j + 1];", "re += c * scratch[2 * j] + s * scratch[2 * j + 1];"),
    ("symbol.c", "t->im[n - j] = -t->im[j];", "t->im[n - j] = t->im[j];"),
    ("symbol.c", "bool minus = (turns_x && x % 2) != (turns_y && y % 2);", "bool minus = turns_x && x % 2;"),
    ("symbol.c", "return k != 0 && k <= other;", "return k != 0 && k < other;"),
    ("symbol.c", "double least = pivot.re - pivot.radius;", "double least = pivot.re;"),
    ("symbol.c", "if (!rounds_to_nearest())", "if (0)"),
    ("symbol.c", "Ball back = {m[j * n + k].re, -m[j * n + k].im, m[j * n + k].radius};", "Ball back = m[j * n + k];"),
    # positive definite, exactly
    ("positive_dense.c", "mpq_mul(scratch, f->p[j], back);", "mpq_mul(scratch, f->p[i], back);"),
    ("positive_dense.c", "    mpq_neg(out, out);\n", ""),
    ("positive.c", "positive = mpz_sgn(pivot) > 0;", "positive = mpz_sgn(pivot) >= 0;"),
    ("positive.c", "k < n && positive; k++", "k + 1 < n && positive; k++"),
    ("positive.c", "mpz_sub(x, x, scratch);", "mpz_add(x, x, scratch);"),
    # Rump's test
    ("positive.c", "1.25 * ((n + 4) * U * trace + radius) + 0x1p-900", "0"),
    ("positive.c", "1.25 * ((n + 4) * U * trace + radius) + 0x1p-900", "0x1p-56"),
    ("positive_dense.c", "d->b[low * d->order + high] -= t;", "d->b[low * d->order + high] += t;"),
    ("positive_dense.c", "shift(-2 * (d->p[i].mantissa", "shift(-3 * (d->p[i].mantissa"),
    ("positive_dense.c", "if (!(size <= 4))", "if (0)"),
    ("positive.c", "if (!(pivot > 0) || !isfinite(pivot))", "if (0)"),
    ("positive.c", "*(Four *)a -= sum0;", "*(Four *)a += sum0;"),
    ("positive.c", "*(Four *)(a + 2 * order) -= sum2;", ""),
    ("positive.c", "sum3 += left * right[3];", "sum3 += left * right[2];"),
    ("positive.c", "size_t k = from; k < j; k++", "size_t k = from + 1; k < j; k++"),
    ("positive.c", "for (size_t i = start; i < order; i += TILE)", "for (size_t i = start; i < order; i += 2 * TILE)"),
    ("positive.c", "if (shifted_ends(d, c, margin)) {", "if (shifted_ends(d, c, margin / 2)) {"),
    ("positive.c", "else if (shifted_ends(&d, -4 * c, 0))", "else if (0)"),
    # large sparse matrices
    ("positive_sparse.c", "r->own[i] * (1 - 20 * U) * x[i] > sum * (1 + 2 * terms * U)", "true"),
    ("positive_sparse.c", "sum += (fabs(r->entry[k].value) + radius_of(&r->entry[k])) * x[r->entry[k].column];\n        dominates", "sum += r->entry[k].value * x[r->entry[k].column];\n        dominates"),
    ("positive_sparse.c", "            last->value += r->entry[k].value;\n", ""),
    ("positive_sparse.c", "(Entry){(uint32_t)i, -t, fabs(t)}", "(Entry){(uint32_t)i, t, fabs(t)}"),
    ("positive_sparse.c", "shift(-2 * (r->p[i].mantissa", "shift(-4 * (r->p[i].mantissa"),
    ("positive_sparse.c", "e - 2 * r->scale[i]);\n    }", "e - r->scale[i]);\n    }"),
    ("positive_sparse.c", "1.25 * ((n + 4) * U * trace + worst) + 0x1p-900", "0"),
    ("positive_sparse.c", "rounds_to_nearest() && f->n", "f->n"),
    ("positive_fronts.c", "nextafter(s->r->own[row] - nextafter(s->down, INFINITY), -INFINITY)", "s->r->own[row]"),
    ("positive_fronts.c", "if (place > k)", "if (place > k + 1)"),
    ("positive_fronts.c", "            add_rest(s, x);", "            ;"),
    ("positive_fronts.c", "for (size_t i = j; i < x->front->n_next; i++)", "for (size_t i = j; i < j + 1; i++)"),
    ("positive_fronts.c", "positive_eliminate(s->dense, s->order, s->own, s->panel) &&", "(positive_eliminate(s->dense, s->order, s->own, s->panel), 1) &&"),
    ("positive_fronts.c", "for (size_t k = 0; ends && k < d->n_fronts; k++)", "for (size_t k = 0; ends && k + 1 < d->n_fronts; k++)"),
    ("positive_dissect.c", "meet(s, which, child->next[e]);", ";"),
    # statements: sums over synapses
    ("statement_sums.c", "        mpq_neg(out, own);", "        mpq_set(out, own);"),
    ("statement_sums.c", "        mpq_add(out, out, m->leak[a]);", ";"),
    ("statement_sums.c", "        mpq_sub(out, out, m->self[a]);", ";"),
    ("statement_sums.c", "        mpq_sub(out, out, kernel->value[0]);", ";"),
    ("statement_sums.c", "d = k->to == k->from;", "d = 0;"),
    ("statement_sums.c", "            mpq_add(x, x, uniform);", ";"),
    ("statement_sums.c", "        mpq_abs(x, x);\n", ""),
    ("statement_sums.c", "    mpq_abs(part, entry);", "    mpq_set(part, entry);"),
    ("statement_sums.c", "if (!others)", "if (0)"),
    ("statement_sums.c", "    if (others > 1) {", "    if (0) {"),
    ("statement_sums.c", "mpz_mul_ui(mpq_numref(part), mpq_numref(part), others);", "mpz_mul_ui(mpq_numref(part), mpq_numref(part), others + 1);"),
    ("statement_sums.c", "mpq_mul(part, part, x);", ";"),
    ("statement_sums.c", "claim_matrix_size(m, b) - (a == b), x[b]", "claim_matrix_size(m, b), x[b]"),
    ("statement_sums.c", "claim_matrix_size(m, b) - (a == b), x[b]", "claim_matrix_size(m, a) - (a == b), x[b]"),
    ("statement_sums.c", "claim_matrix_size(m, b) - (a == b), x[b]", "claim_matrix_size(m, b) - (a == b), x[a]"),
    ("statement_sums.c", "claim_matrix_size(m, a) - (a == b), x[a]", "claim_matrix_size(m, b) - (a == b), x[a]"),
    ("statement_sums.c", "claim_matrix_size(m, a) - (a == b), x[a]", "claim_matrix_size(m, a) - (a == b), x[b]"),
    ("statement_sums.c", "mpq_mul(sum, sum, x[m->kernel[k].from]);", ";"),
    ("statement_sums.c", "mpq_mul(sum, sum, x[m->kernel[k].to]);", ";"),
    ("statement_sums.c", "if (m->kernel[k].to != a)", "if (m->kernel[k].from != a)"),
    ("statement_sums.c", "out[m->kernel[k].from], out[m->kernel[k].from], sum", "out[m->kernel[k].to], out[m->kernel[k].to], sum"),
    # statements: contraction, potentials, cascades, two neurons
    ("statement_verify.c", "positive = mpq_sgn(x[k]) > 0;", "positive = mpq_sgn(x[k]) >= 0;"),
    ("statement_verify.c", "positive = mpq_sgn(x[k]) > 0;", "positive = mpq_sgn(x[k]) != 0;"),
    ("statement_verify.c", "!all_positive(d, x->m->q) || ", ""),
    ("statement_verify.c", "!all_positive(tau, x->m->q) || ", ""),
    ("statement_verify.c", "mpq_sgn(rate) < 0)", "0)"),
    ("statement_verify.c", "mpq_div(sum, sum, d[a]);", ";"),
    ("statement_verify.c", "        if (mpq_cmp_ui(slack, 1, 1) > 0)\n            mpq_set_ui(slack, 1, 1);\n        mpq_mul(sum, rate, tau[a]);", "        mpq_mul(sum, rate, tau[a]);"),
    ("statement_verify.c", "mpq_mul(sum, rate, tau[a]);", "mpq_set(sum, rate);"),
    ("statement_verify.c", "mpq_sgn(slack) > 0 && mpq_cmp(slack, sum) >= 0", "mpq_cmp(slack, sum) >= 0"),
    ("statement_verify.c", "mpq_sgn(slack) > 0 && mpq_cmp(slack, sum) >= 0", "mpq_sgn(slack) > 0"),
    ("statement_verify.c", "mpq_sgn(slack) > 0 && mpq_cmp(slack, sum) >= 0", "mpq_sgn(slack) > 0 && mpq_cmp(slack, sum) > 0"),
    ("statement_verify.c", "!all_positive(q, n) || !all_positive(tau, n) || mpq_sgn(rate) <= 0", "!all_positive(tau, n) || mpq_sgn(rate) <= 0"),
    ("statement_verify.c", "!all_positive(q, n) || !all_positive(tau, n) || mpq_sgn(rate) <= 0", "!all_positive(q, n) || mpq_sgn(rate) <= 0"),
    ("statement_verify.c", "!all_positive(q, n) || !all_positive(tau, n) || mpq_sgn(rate) <= 0", "!all_positive(q, n) || !all_positive(tau, n)"),
    ("statement_verify.c", "mpq_div(weight[a], q[a], tau[a]);", "mpq_set(weight[a], q[a]);"),
    ("statement_verify.c", "            mpq_set_ui(slack, 1, 1);\n        mpq_div(slack, slack, tau[b]);", "            ;\n        mpq_div(slack, slack, tau[b]);"),
    ("statement_verify.c", "        mpq_div(slack, slack, tau[b]);", ";"),
    ("statement_verify.c", "mpq_div(column[b], column[b], q[b]);", ";"),
    ("statement_verify.c", "holds = mpq_cmp(slack, rate) >= 0;", "holds = true;"),
    ("statement_verify.c", "bool same = back != NULL && back->extent[0] == k->extent[0] && back->extent[1] == k->extent[1];", "bool same = back != NULL;\n    if (!back)\n        return true;"),
    ("statement_verify.c", "back->value[along * width + across]", "back->value[d]"),
    ("statement_verify.c", "mpq_mul(x, p[k->to], k->value[d]);", "mpq_set(x, k->value[d]);"),
    ("statement_verify.c", "        if (sign < 0)\n            mpq_neg(y, y);", ";"),
    ("statement_verify.c", "    mpq_mul(x, p[a], claim_matrix_at(m, a, e));", "    mpq_mul(x, p[b], claim_matrix_at(m, a, e));"),
    ("statement_verify.c", "    if (sign < 0)\n        mpq_neg(x, x);", ";"),
    ("statement_verify.c", "        return mpq_sgn(x) == 0;", "        return true;"),
    ("statement_verify.c", "    return mpq_equal(x, y);", "    return mpq_cmp(x, y) <= 0 || true;"),
    ("statement_verify.c", "same = entry_matches(m, a, e, p, s && mpq_sgn(s[a]) != mpq_sgn(s[m->column[e]]) ? -1 : 1, x, y);", "same = entry_matches(m, a, e, p, s ? -1 : 1, x, y);"),
    ("statement_verify.c", "same = kernels_match(m, c, p, s && mpq_sgn(s[c->to]) != mpq_sgn(s[c->from]) ? -1 : 1);", "same = kernels_match(m, c, p, 1);"),
    ("statement_verify.c", "same = kernels_match(m, c, p, s && mpq_sgn(s[c->to]) != mpq_sgn(s[c->from]) ? -1 : 1);", ";"),
    ("statement_verify.c", "    if (!all_positive(p, x->m->q))\n        return \"p is not positive\";\n    return weights", "    return weights"),
    ("statement_verify.c", "    if (!all_positive(p, x->m->q))\n        return \"p is not positive\";\n    for", "    for"),
    ("statement_verify.c", "if (mpq_cmp_si(sign[a], 1, 1) != 0 && mpq_cmp_si(sign[a], -1, 1) != 0)", "if (0)"),
    ("statement_verify.c", "if (!any[0] || !any[1])", "if (0)"),
    ("statement_verify.c", "if (!any[0] || !any[1])", "if (!any[0])"),
    ("statement_verify.c", "s->component < e->n_components && statement_is_plain(s->kind) &&", "s->component < e->n_components &&"),
    ("statement_verify.c", "if (s->is_part && s->component < e->n_components", "if (s->component < e->n_components"),
    ("statement_verify.c", "statement_table[s->kind].says == STATES_EXPONENTIAL)", "1)"),
    ("statement_verify.c", "    for (size_t k = 0; k < e->n_components; k++)\n        if (!converges[k])", "    for (size_t k = 0; k + 1 < e->n_components; k++)\n        if (!converges[k])"),
    ("statement_verify.c", "!weight || mpq_sgn(weight) != -sign", "true"),
    ("statement_verify.c", "x->m->n != 2 || x->m->q != 2 || x->m->n_kernels", "x->m->q != 2"),
    ("statement_verify.c", "x->m->n != 2 || x->m->q != 2 || x->m->n_kernels", "x->m->n != 2"),
    ("statement_verify.c", "(sends(x->m, 0, 1) && sends(x->m, 1, -1)) ||", ""),
    ("statement_verify.c", "(sends(x->m, 0, -1) && sends(x->m, 1, 1))", "sends(x->m, 1, 1)"),
    ("statement_verify.c", "mpq_sgn(x->s->field[0][0]) > 0 ? NULL", "1 ? NULL"),
    ("statement_verify.c", "row->needs == NEEDS_LDS && !e->is_certificate", "0"),
    ("statement_verify.c", "s->is_part && is_of_all_rows(row->says)", "0"),
    ("statement_verify.c", "s->n == (s->is_part ? e->component[s->component].n : m->q) ? NULL", "1 ? NULL"),
    ("statement_verify.c", "} else if (e->n_components == 1) {", "} else if (e->n_components >= 1) {"),
    ("verify.c", "r.accepted && k < evidence->n_statements", "0"),
    # statements: rates by multipliers
    ("statement_rate.c", "mpq_set_ui(shift[a], claim_matrix_size(m, a), 2);", "mpq_set_ui(shift[a], 1, 2);"),
    ("statement_rate.c", "mpq_set_ui(shift[a], claim_matrix_size(m, a), 2);", "mpq_set_ui(shift[a], claim_matrix_size(m, a), 4);"),
    ("statement_rate.c", "        mpq_div(shift[a], shift[a], c->p[a]);", ";"),
    ("statement_rate.c", "            mpq_add(out->self[a], m->self[a], shift[a]);", "            mpq_set(out->self[a], m->self[a]);"),
    ("statement_rate.c", "                mpq_add(out->entry[e], m->entry[e], shift[a]);", "                mpq_set(out->entry[e], m->entry[e]);"),
    ("statement_rate.c", "    mpq_sub(out, one, out);\n    mpq_abs(out, out);", "    mpq_sub(out, one, out);"),
    ("statement_rate.c", "        mpq_add(row, row, own);", ";"),
    ("statement_rate.c", "        mpq_add(column[a], column[a], own);", ";"),
    ("statement_rate.c", "        raise(rows, row);", "        mpq_set(rows, row);"),
    ("statement_rate.c", "        raise(columns, column[a]);", "        mpq_set(columns, column[a]);"),
    ("statement_rate.c", "        mpq_div(p, c->p[a], p);", "        mpq_set(p, c->p[a]);"),
    ("statement_rate.c", "    for (int k = 0; k < power; k++)", "    for (int k = 0; k < 1; k++)"),
    ("statement_rate.c", "    if (x->m->n_kernels)", "    if (0)"),
    ("statement_rate.c", "mpq_sgn(mu) <= 0 || mpq_sgn(tau) <= 0 || mpq_sgn(rate) <= 0", "mpq_sgn(mu) <= 0 || mpq_sgn(tau) <= 0"),
    ("statement_rate.c", "mpq_sgn(mu) <= 0 || mpq_sgn(tau) <= 0 || mpq_sgn(rate) <= 0", "mpq_sgn(mu) <= 0 || mpq_sgn(rate) <= 0"),
    ("statement_rate.c", "        return \"the multipliers do not leave mu\";\n    bool", "        ;\n    bool"),
    ("statement_rate.c", "    mpq_add(most, most, mu);", ";"),
    ("statement_rate.c", "    mpq_mul(most, most, tau);", ";"),
    ("statement_rate.c", "    mpq_mul_2exp(most, most, 1);", ";"),
    ("statement_rate.c", "bool holds = mpq_cmp(rate, most) <= 0;", "bool holds = true;"),
    ("statement_rate.c", "    mpq_sub(rest, mu, off);\n    mpq_sub(rest, rest, off);", "    mpq_sub(rest, mu, off);"),
    ("statement_rate.c", "    mpq_sub(left, one, rho);", "    mpq_set(left, one);"),
    ("statement_rate.c", "    mpq_mul_2exp(left, left, 1);", "    mpq_mul_2exp(left, left, 2);"),
    ("statement_rate.c", "    mpq_add(right, one, rho);", "    mpq_set(right, one);"),
    ("statement_rate.c", "    mpq_add(right, right, off);", ";"),
    ("statement_rate.c", "    mpq_mul(right, right, right);", ";"),
    ("statement_rate.c", "mpq_sgn(rest) > 0 && mpq_cmp(left, right) > 0", "mpq_cmp(left, right) >= 0"),
    ("statement_rate.c", "mpq_cmp(tau[k], tau[least]) < 0 ? k : least", "0"),
    ("statement_rate.c", "mpq_cmp(tau[k], tau[most]) > 0 ? k : most", "n - 1"),
    ("statement_rate.c", "        if (mpq_sgn(tau[k]) <= 0)", "        if (0)"),
    ("statement_rate.c", "mpq_sgn(mu) <= 0 || mpq_sgn(loop) <= 0 || mpq_sgn(delta) <= 0", "mpq_sgn(mu) <= 0 || mpq_sgn(delta) <= 0"),
    ("statement_rate.c", "return \"the multipliers do not leave mu\";\n    mpq_t rho;", ";\n    mpq_t rho;"),
    ("statement_rate.c", "bool holds = mpq_cmp(square, least) >= 0;", "bool holds = true;"),
    ("statement_rate.c", "bool holds = delta_holds(rho, mu, loop, delta);", "bool holds = true;"),
    ("statement_rate.c", "for (size_t k = 0; holds && k < n; k++)", "for (size_t k = 0; holds && k < 1; k++)"),
    ("statement_rate.c", "bool positive = mpq_sgn(rate) > 0;", "bool positive = true;"),
    ("statement_rate.c", "positive &= mpq_sgn(lag[a]) > 0;", ";"),
    ("statement_rate.c", "        mpq_mul(shift[a], rate, lag[a]);", "        mpq_set(shift[a], rate);"),
    ("statement_rate.c", "bool slow = mpq_sgn(rate) > 0 && !x->s->is_part;", "bool slow = !x->s->is_part;"),
    ("statement_rate.c", "bool slow = mpq_sgn(rate) > 0 && !x->s->is_part;", "bool slow = mpq_sgn(rate) > 0;"),
    ("statement_rate.c", "        mpq_mul_2exp(twice, twice, 1);", ";"),
    ("statement_rate.c", "slow = mpq_sgn(tau[a]) > 0 && mpq_cmp_ui(twice, 1, 1) <= 0;", "slow = mpq_cmp_ui(twice, 1, 1) <= 0;"),
    ("statement_rate.c", "slow = mpq_sgn(tau[a]) > 0 && mpq_cmp_ui(twice, 1, 1) <= 0;", "slow = mpq_sgn(tau[a]) > 0;"),
    # statements: forms
    ("statement_form.c", "        mpq_div(f->term, f->term, c);", ";"),
    ("statement_form.c", "    if (factor < 0)\n", "    if (0)\n"),
    ("statement_form.c", "            mpq_neg(a.entry[e], a.entry[e]);\n", ""),
    ("statement_form.c", "mpz_set_ui(mpq_numref(to), claim_matrix_size(m, m->column[e]));", "mpz_set_ui(mpq_numref(to), 1);"),
    ("statement_form.c", "        mpq_add(own, own, one);", ";"),
    ("statement_form.c", "            mpq_add(own, own, m->self[a]);", ";"),
    ("statement_form.c", "            mpq_sub(own, own, m->leak[a]);", ";"),
    ("statement_form.c", "    mpq_sub(out, m->self[a], m->leak[a]);", "    mpq_neg(out, m->leak[a]);"),
    ("statement_form.c", "    mpq_add(out, out, one);", ";"),
    ("statement_form.c", "all = mpq_sgn(x[k]) >= least;", "all = true;"),
    ("statement_form.c", "form_add(f, n + i, n + i, 1, lambda[i], one, NULL);", "form_add(f, n + i, n + i, 1, lambda[i], lambda[i], NULL);"),
    ("statement_form.c", "form_add(f, n + i, j, -1, lambda[i], w[i * n + j], NULL);", "form_add(f, n + i, j, -1, lambda[j], w[j * n + i], NULL);"),
    ("statement_form.c", "form_add(f, n + i, j, 1, q[i], w[i * n + j], tau[j]);", "form_add(f, n + i, j, 1, q[i], w[i * n + j], tau[i]);"),
    ("statement_form.c", "form_add(f, n + i, j, 1, q[i], w[i * n + j], tau[j]);", ";"),
    ("statement_form.c", "form_add(f, n + i, n + j, -1, q[i], w[i * n + j], tau[j]);", "form_add(f, n + i, n + j, -1, q[i], w[i * n + j], tau[i]);"),
    ("statement_form.c", "form_add(f, n + i, n + j, -1, q[i], w[i * n + j], tau[j]);", ";"),
    ("statement_form.c", "form_add(f, i, n + j, -1, p[i * n + j], one, tau[j]);", "form_add(f, i, n + j, -1, p[i * n + j], one, tau[i]);"),
    ("statement_form.c", "form_add(f, i, n + j, -1, p[i * n + j], one, tau[j]);", ";"),
    ("statement_form.c", "same = mpq_equal(p[i * n + j], p[j * n + i]);", "same = true;"),
    ("statement_form.c", "    mpq_div(share[1], statement_numbers(x->s, \"q\")[a], size);", "    mpq_set(share[1], statement_numbers(x->s, \"q\")[a]);"),
    ("statement_form.c", "    mpq_div(share[2], statement_numbers(x->s, \"lambda\")[a], size);", "    mpq_set(share[2], statement_numbers(x->s, \"lambda\")[a]);"),
    ("statement_form.c", "    if (!is_symmetric(p, n))", "    if (0)"),
    ("statement_form.c", "!has_signs(tau, n, 1) || !has_signs(lambda, n, 1) || !has_signs(q, n, 0)", "!has_signs(lambda, n, 1) || !has_signs(q, n, 0)"),
    ("statement_form.c", "!has_signs(tau, n, 1) || !has_signs(lambda, n, 1) || !has_signs(q, n, 0)", "!has_signs(tau, n, 1) || !has_signs(lambda, n, 1)"),
    ("statement_form.c", "holds = claim_matrix_size(x->m, a) < 2 || difference_holds(x, a);", ";"),
    ("statement_form.c", "form_add(&f, i, i, 1, p[i], one, tau[i]);", "form_add(&f, i, i, 1, p[i], one, NULL);"),
    ("statement_form.c", "form_add(&f, i, i, -1, p[i], rate, NULL);", ";"),
    ("statement_form.c", "form_add(&f, i, n + i, -1, p[i], one, tau[i]);", ";"),
    ("statement_form.c", "form_add(&f, i, n + i, -1, p[i], one, tau[i]);", "form_add(&f, i, n + i, -1, p[i], one, NULL);"),
    ("statement_form.c", "form_add(&f, n + i, n + i, 1, q[i], one, NULL);", "form_add(&f, n + i, n + i, 1, q[i], q[i], NULL);"),
    ("statement_form.c", "form_add(&f, n + i, j, -1, q[i], w[i * n + j], NULL);", "form_add(&f, n + i, j, -1, q[j], w[j * n + i], NULL);"),
    ("statement_form.c", "form_add(&f, n + i, j, -1, q[i], w[i * n + j], NULL);", ";"),
    ("statement_form.c", "!has_signs(p, n, 1) || !has_signs(q, n, 1) || !has_signs(tau, n, 1) || mpq_sgn(rate) <= 0", "!has_signs(p, n, 1) || !has_signs(q, n, 1) || !has_signs(tau, n, 1)"),
    ("statement_form.c", "        holds = contraction_form_holds(x->cx, 1, (const mpq_t *)own, p + a, q + a, tau + a, rate);", ";"),
    # statements: equilibria
    ("statement_falls.c", "            mpq_set_ui(size, claim_matrix_size(m, m->column[e]), 1);", "            mpq_set_ui(size, 1, 1);"),
    ("statement_falls.c", "            mpq_add(own, own, m->self[a]);", ";"),
    ("statement_falls.c", "            mpq_sub(own, own, m->leak[a]);", ";"),
    ("statement_falls.c", "        mpq_set_ui(size, 1, 1);\n        mpq_add(own, own, size);", ";"),
    ("statement_falls.c", "    mpq_div_2exp(half, half, 1);", "    mpq_div_2exp(half, half, 2);"),
    ("statement_falls.c", "    return mpq_sgn(half) >= 0;", "    return true;"),
    ("statement_falls.c", "    mpq_abs(room, a);\n", "    mpq_set(room, a);\n"),
    ("statement_equilibrium.c", "ordered &= mpq_sgn(b->radius[a]) > 0;", ";"),
    ("statement_equilibrium.c", "        mpq_mul(b->spread[a], b->sum, b->miss[a]);", ";"),
    ("statement_equilibrium.c", "        mpq_add(b->spread[a], b->spread[a], b->sum);", ";"),
    ("statement_equilibrium.c", "mpq_sub(b->miss[a], statement_numbers(s, \"x\")[a], b->miss[a]);", "mpq_set(b->miss[a], statement_numbers(s, \"x\")[a]);"),
    ("statement_equilibrium.c", "add_product(b->sum, b->y[a * q + k], b->miss[k], b->room);", "add_product(b->sum, b->y[k * q + a], b->miss[k], b->room);"),
    ("statement_equilibrium.c", "    mpq_abs(b->sum, b->sum);", ";"),
    ("statement_equilibrium.c", "    mpq_add(row[a], row[a], b->room);", ";"),
    ("statement_equilibrium.c", "statement_add_size(b->sum, b->y[a * q + k], b->spread[k], b->room);", ";"),
    ("statement_equilibrium.c", "for (size_t a = 0; !fault && a < b.q; a++)", "for (size_t a = 0; !fault && a < 1; a++)"),
    ("statement_equilibrium.c", "if (statement_local(x->e->statement, x->e->n_statements) != s)", "if (0)"),
    ("statement_equilibrium.c", "mpq_sgn(statement_numbers(s, \"slope\")[a]) <= 0 ||", ""),
    ("statement_equilibrium.c", "|| mpq_cmp(statement_numbers(s, \"x_lo\")[a], statement_numbers(s, \"x_hi\")[a]) >= 0", ""),
    ("statement_equilibrium.c", "mpz_cmp_ui(mpq_denref(number), 1) == 0 && mpq_sgn(number) >= 0 &&", "mpq_sgn(number) >= 0 &&"),
    ("statement_equilibrium.c", "s && (s->kind == STATEMENT_EQUILIBRIUM || s->kind == STATEMENT_MOVING) && !s->is_part", "s && !s->is_part"),
    ("statement_moving.c", "mpq_add(gap, statement_numbers(first, \"radius\")[a], statement_numbers(second, \"radius\")[a]);", ";"),
    ("statement_moving.c", "above[a] = (k == 0 || above[a]) && mpq_cmp(one[a], gap) > 0;", "above[a] = (k == 0 || above[a]) && mpq_cmp(one[a], gap) >= 0;"),
    ("statement_moving.c", "            mpq_neg(one[a], one[a]);", ";"),
    ("statement_moving.c", "        mpq_sub(v->miss[a], v->miss[a], field(v, \"x\")[a]);", ";"),
    ("statement_moving.c", "        mpq_mul(v->along[a], v->along[a], v->slope[a]);", ";"),
    ("statement_moving.c", "        mpq_add(v->drift[a], v->drift[a], v->along[a]);", ";"),
    ("statement_moving.c", "    mpq_set(v->sum, v->moved[a]);", "    mpq_set_ui(v->sum, 0, 1);"),
    ("statement_moving.c", "        mpq_sub(v->room, v->room, v->moved[k]);", ";"),
    ("statement_moving.c", "    mpq_abs(v->sum, v->sum);", ";"),
    ("statement_moving.c", "        mpq_add(spread, spread, v->reach[k]);", ";"),
    ("statement_moving.c", "        mpq_abs(spread, v->drift[k]);", "        mpq_set_ui(spread, 0, 1);"),
    ("statement_moving.c", "        mpq_add(spread, spread, v->miss_half[k]);", ";"),
    ("statement_moving.c", "        mpq_sub(v->row[k], v->row[k], y[k]);", ";"),
    ("statement_straight.c", "    mpq_sub(t->c, number_of(s, \"corner\", r), number_of(s, \"input\", r));", "    mpq_set(t->c, number_of(s, \"corner\", r));"),
    ("statement_straight.c", "            mpq_sub(t->b[i], t->b[i], number_of(s, \"corner\", i));", ";"),
    ("statement_straight.c", "    if (!(set >> r & 1))", "    if (0)"),
    ("statement_straight.c", "    for (size_t k = t->n - 2; sign < 0 && k < t->n; k++)", "    for (size_t k = t->n - 1; sign < 0 && k < t->n; k++)"),
    ("statement_straight.c", "        for (size_t set = 0; set < 4; set++)\n            none_values", "        for (size_t set = 0; set < 3; set++)\n            none_values"),
    ("map_file.c", "return !e->is_certificate && two_attract(e);", "return !e->is_certificate && states(e, STATEMENT_SEVERAL);"),
    ("map_file.c", "attracts(e, statement_numbers(s, \"first\")[0]) && attracts(e, statement_numbers(s, \"second\")[0])", "attracts(e, statement_numbers(s, \"first\")[0])"),
    ("map_file.c", "return map_shows(e, MAP_RUNAWAY) && states(e, STATEMENT_PIECES_NONE);", "return map_shows(e, MAP_RUNAWAY);"),
    ("map_file.c", "return map_shows(e, MAP_RUNAWAY) && map_shows(e, MAP_ATTRACTING);", "return map_shows(e, MAP_RUNAWAY);"),
    ("map_file.c", "return map_shows(e, MAP_RUNAWAY) && map_shows(e, r - MAP_RUNAWAY_UNSTABLE + MAP_UNSTABLE);", "return map_shows(e, MAP_RUNAWAY);"),
    ("map_file.c", "return !e->is_certificate && states(e, STATEMENT_INHIBITION);", "return !e->is_certificate && states(e, STATEMENT_ATTRACTING);"),
    ("statement_beside.c", "bool so = mpq_sgn(slope[r]) > 0 && ", "bool so = "),
    ("statement_beside.c", "mpq_cmp_ui(own, 1, 1) > 0 && ", "mpq_cmp_ui(own, 1, 1) >= 0 && "),
    ("statement_beside.c", " && mpq_sgn(w[2 * r + (1 - r)]) < 0;", ";"),
    ("statement_beside.c", "return (const mpq_t *)statement_numbers(at, \"slope_lo\");", "return (const mpq_t *)statement_numbers(at, \"slope_hi\");"),
    ("statement_equilibrium.c", "if (!mpq_equal(statement_numbers(first, \"input\")[a], statement_numbers(second, \"input\")[a]))", "if (0)"),
    ("statement_equilibrium.c", "return (in_boxes ? several_are_apart(x->cx, x->m, 1, x->e, x->s) : pieces_are_apart(first, second)) ? NULL", "return 1 ? NULL"),
    ("statement_falls.c", "            if (!mpq_equal(p[a * q + b], p[b * q + a]))", "            if (0)"),
    ("statement_falls.c", "bool negative = mpq_sgn(sum) < 0;", "bool negative = mpq_sgn(sum) <= 0;"),
    ("statement_falls.c", "            mpq_add(sum, sum, off[a * q + b]);", ";"),
    ("statement_falls.c", "            mpq_add(sum, sum, off[b * q + a]);", ";"),
    ("statement_falls.c", "        mpq_div_2exp(sum, sum, 1);", "        mpq_div_2exp(sum, sum, 2);"),
    ("statement_beside.c", "    if (!at)\n        return \"it names a statement that is no equilibrium\";\n    if (x->m->q > STATEMENT", "    if (x->m->q > STATEMENT"),
    ("statement_beside.c", "        if (mpq_sgn(statement_numbers(x->s, \"tau\")[a]) <= 0)", "        if (0)"),
    ("statement_beside.c", "        if (claim_matrix_size(x->m, a) > 1)", "        if (0)"),
    ("statement_beside.c", "any |= mpq_sgn(w[row * x->m->q + b]) != 0;", "any = true;"),
    ("statement_beside.c", "mpz_cmp_ui(mpq_denref(number), 1) != 0 || mpq_sgn(number) < 0 || mpz_cmp_ui(mpq_numref(number), x->e->", "mpq_sgn(number) < 0 || mpz_cmp_ui(mpq_numref(number), x->e->"),
    ("statement_beside.c", "        if (x->m->kernel[k].to == row || x->m->kernel[k].from == row)", "        if (0)"),
    ("statement_beside.c", "claim_matrix_size(x->m, row) < 2 ||", ""),
    ("statement_beside.c", "    mpq_add(own, own, one);\n    mpq_mul(own", "    mpq_mul(own"),
    ("statement_beside.c", "mpq_mul(own, own, statement_numbers(at, \"slope_lo\")[row]);", "mpq_mul(own, own, statement_numbers(at, \"slope_hi\")[row]);"),
    ("statement_beside.c", "mpq_cmp(own, one) > 0 && mpq_sgn(statement_numbers(at, \"slope_lo\")[row]) >= 0", "mpq_cmp(own, one) > 0"),
    ("statement_beside.c", "mpq_cmp(own, one) > 0 && mpq_sgn(statement_numbers(at, \"slope_lo\")[row]) >= 0", "mpq_cmp(own, one) >= 0"),
    ("statement_equilibrium.c", "statement_add_size(b->miss[a], w[a * q + c], b->radius[c], b->room);", "statement_add_size(b->miss[a], w[c * q + a], b->radius[c], b->room);"),
    ("statement_equilibrium.c", "mpq_mul(b->scaled[k], b->y[a * q + k], b->slope[k]);", "mpq_set(b->scaled[k], b->y[a * q + k]);"),
    ("statement_equilibrium.c", "        statement_add_size(b->sum, row[c], b->radius[c], b->room);", "        ;"),
    ("statement_equilibrium.c", "mpq_cmp(b->sum, b->radius[a]) < 0;", "mpq_cmp(b->sum, b->radius[a]) <= 0;"),
    ("certificate_read_proof.c", "return witness ? reader_refuse(", "return 0 ? reader_refuse("),
    ("statement_falls.c", "        statement_add_product(sum, row, v[a], room);", "        statement_add_product(sum, row, row, room);"),
    ("statement_falls.c", "            mpq_div(row[k], p[a * q + k], tau[k]);", "            mpq_div(row[k], p[a * q + k], tau[a]);"),
    ("statement_falls.c", "bool falls = fine && is_negative_definite(x->cx, &m);", "bool falls = fine;"),
    ("statement_beside.c", "return statement_is_symmetric(x->m->q, statement_numbers(x->s, \"P\")) ? NULL", "return 1 ? NULL"),
    ("statement_beside.c", "if (!statement_form_is_positive(x->cx, x->m->q, statement_numbers(x->s, \"P\")))", "if (0)"),
    ("statement_beside.c", "if (!statement_form_is_negative(x->m->q, statement_numbers(x->s, \"P\"), statement_numbers(x->s, \"direction\")))", "if (0)"),
    # ranges
    ("range_verify.c", "    case STATEMENT_SYMMETRISABLE: case", "    case STATEMENT_SYMMETRISABLE: case STATEMENT_RATE: case"),
    ("range_verify.c", "case STATEMENT_LURE_POPOV: ", ""),
    ("range_verify.c", "case STATEMENT_CONTRACTION_TWO: ", ""),
    ("range_verify.c", "case STATEMENT_ANY_TAU: ", ""),
    ("statement_form.c", "        mpq_set_ui(one[a], 1, 1);", "        mpq_set_ui(one[a], 2, 1);"),
    ("range_verify.c", "case STATEMENT_PROJECTED_RATE: ", ""),
    ("range_verify.c", "case STATEMENT_SWITCHED_RATE:\n", "\n"),
    ("range_verify.c", "VerifyResult v = verify_slowed(cx, &at, r, &c->evidence, (const mpq_t *)theta);", "VerifyResult v = verify_slowed(cx, base, r, &c->evidence, (const mpq_t *)theta);"),
    ("range_verify.c", "VerifyResult v = verify_slowed(cx, &at, r, &c->evidence, (const mpq_t *)theta);",
     "Evidence bare = c->evidence;\n        bare.n_statements = which ? 0 : bare.n_statements;\n        VerifyResult v = verify_evidence(cx, &at, &bare);"),
    ("range_verify.c", "which >> k & 1 ? c->hi[k] : c->lo[k]", "c->hi[k]"),
    ("range_verify.c", "which >> k & 1 ? c->hi[k] : c->lo[k]", "c->lo[k]"),
    ("range_verify.c", "if ((which >> k & 1) && mpq_equal(c->lo[k], c->hi[k]))", "if (which >> k & 1)"),
    ("range_verify.c", "if (!statement_is_convex(e->statement[k].kind) && !statement_is_looked_at_between(e->statement[k].kind))", "if (0)"),
    ("range_verify.c", "if (e->statement[k].kind == STATEMENT_PLANAR_SIGNS && !roles)", "if (0)"),
    ("range_verify.c", "        roles &= planar_roles(&at);", "        roles = planar_roles(&at);"),
    ("range_verify.c", "        if (mpq_cmp(c->lo[k], c->hi[k]) > 0)", "        if (0)"),
    ("range_verify.c", "fault = v.accepted ? NULL : v.reason;", ";"),
    ("range_verify.c", "if (mpq_equal(b->lo[k], b->hi[k]) ? below", "if (0 ? below"),
    ("range_verify.c", "below >= 0 || above <= 0", "below > 0 || above < 0"),
    ("range_verify.c", "return covers(v, &below, cell, n) && covers(v, &above, cell, n);", "return covers(v, &below, cell, n);"),
    ("range_verify.c", "return covers(v, &below, cell, n) && covers(v, &above, cell, n);", "return covers(v, &above, cell, n);"),
    ("range_verify.c", "for (int side = 0; side < 2; side++)", "for (int side = 0; side < 1; side++)"),
    ("range_verify.c", "ok = ok && found && cut", "ok = ok && cut"),
    ("range_verify.c", "r->cell[k].evidence.is_certificate ? range_cell_fault(cx, base, r, &r->cell[k]) : \"it certifies nothing\"", "range_cell_fault(cx, base, r, &r->cell[k])"),
    ("range_verify.c", "if (!cells_cover(cx, r))", "if (0)"),
    ("range_verify.c", "!e->statement[k].is_part && (says", "(says"),
    ("range_verify.c", "return r->n_cells > 0;", "return true;"),
    ("range_verify.c", "    if (c->n_own != r->n_own)", "    if (0)"),
    ("range_verify.c", "mpq_cmp(least, c->lo[k]) < 0 || ", ""),
    ("range_verify.c", " || mpq_cmp(most, c->hi[k]) > 0", ""),
    ("ranges.c", "r->n_own ? (RangeBox){r->n_own, r->own_name", "0 ? (RangeBox){r->n_own, r->own_name"),
    ("ranges.c", "r->n_own ? (RangeBox){r->n_own, NULL", "0 ? (RangeBox){r->n_own, NULL"),
    # what params are of own ones
    ("formula.c", "*is_deep |= depth > FORMULA_MAX_DEPTH;", ";"),
    ("formula.c", "abs(f->exponent);\n    *is_deep |= size > FORMULA_MAX_DEGREE;", "abs(f->exponent);"),
    ("statement_verify.c", "if (!own || mpq_cmp(rate, own) >= 0)", "if (!own || mpq_cmp(rate, own) > 0)"),
    ("statement_verify.c", "if (!own || mpq_cmp(rate, own) >= 0)", "if (own && mpq_cmp(rate, own) >= 0)"),
    ("statement_verify.c", "    if (mpq_sgn(rate) <= 0)\n        return \"its rate is not above 0\";\n    for", "    for"),
    ("formula_values.c", "    if (exponent < 0 && has_zero)\n        return false;", ""),
    ("formula_values.c", "exponent % 2 == 0 && has_zero && exponent", "0"),
    ("formula_values.c", "    add(slope, &other);\n", ""),
    ("formula_values.c", "power(&factor, f->exponent - 1)", "power(&factor, f->exponent)"),
    ("formula_values.c", "        interval_set_si(&factor, f->exponent);\n        multiply(slope, &factor);\n", ""),
    ("formula_values.c", "go_to_end(&e, at.along, mpq_sgn(e.slope[at.along].lo) >= 0)", "go_to_end(&e, at.along, mpq_sgn(e.slope[at.along].lo) < 0)"),
    ("formula_values.c", "mpq_div_2exp(size, size, 1);", "mpq_div_2exp(size, size, 2);"),
    ("formula_values.c", "ok = ok && (is_point || e->is_known[k]);", ";"),
    ("formula_functions.c", "give_room(least, false);", ";"),
    ("formula_functions.c", "give_room(most, true);", ";"),
    ("formula_functions.c", "mpfr_get_exp(y) > LARGE", "mpfr_get_exp(y) > 100 * LARGE"),
    ("formula_functions.c", "one_over(least, most, function == OF_LOG1P)", "one_over(least, most, 0)"),
    ("ranges.c", "            mpq_mul(own, own, r->value[k]);", ";"),
    ("ranges.c", "            mpq_mul(out, out, theta[k]);", ";"),
    ("ranges.c", "    mpq_sub(out, out, own);", ";"),
    ("ranges.c", "            mpq_set(sum, claim_matrix_at(g->base, a, e++));", "            e++;"),
    ("ranges.c", "            mpq_mul(g->term, x->entry[k], g->factor[t]);\n            mpq_add(sum", "            mpq_set(g->term, g->factor[t]);\n            mpq_add(sum"),
    ("ranges.c", "            g->next[t]++;", ";"),
    ("ranges.c", "        mpq_set(out->self[a], g->base->self[a]);", ";"),
    ("ranges.c", "                mpq_add(out->self[a], out->self[a], g->term);", ";"),
    ("ranges.c", "        mpq_set(out->leak[a], g->base->leak[a]);", ";"),
    ("ranges.c", "        out->size[a] = base->size[a];", "        out->size[a] = 1;"),
    # maps
    ("map_verify.c", "mpq_equal(a->lo[k], b->lo[k]) && mpq_equal(a->hi[k], b->hi[k])", "mpq_equal(a->lo[k], b->lo[k])"),
    ("map_verify.c", "mpq_equal(a->lo[k], b->lo[k]) && mpq_equal(a->hi[k], b->hi[k])", "mpq_equal(a->hi[k], b->hi[k])"),
    ("map_verify.c", "p->matrix.n_kernels || p->matrix.mean_slope || p->matrix.n_sums", "0"),
    ("map_verify.c", "        fault = plane_fault(&m->attained);", "        ;"),
    ("map_verify.c", "        fault = params_fault(&m->plane.ranges, &m->attained.ranges);", "        ;"),
    ("map_verify.c", "mpq_cmp(c->lo[k], r->lo[k]) < 0 || ", ""),
    ("map_verify.c", "mpq_cmp(c->hi[k], r->hi[k]) > 0 || ", ""),
    ("map_verify.c", "(mpq_equal(r->lo[k], r->hi[k]) ? 0 : -1)", "0"),
    ("map_verify.c", "        mpq_mul(volume, volume, side);", "        mpq_add(volume, volume, side);"),
    ("map_verify.c", "mpq_cmp(a->lo[k], b->hi[k]) >= 0 || mpq_cmp(b->lo[k], a->hi[k]) >= 0", "mpq_cmp(a->lo[k], b->hi[k]) > 0 || mpq_cmp(b->lo[k], a->hi[k]) > 0"),
    ("map_verify.c", "if (overlap(r, c, open[j]))", "if (0)"),
    ("map_verify.c", "if (mpq_cmp(open[j]->hi[axis], c->lo[axis]) > 0)", "if (0)"),
    # time constants with ranges
    ("range_verify.c", "    if (any & weights)\n", "    if (0)\n"),
    ("range_verify.c", "if (any >> k & 1 && (mpq_sgn(r->value[k]) <= 0 ||", "if (any >> k & 1 && (0 ||"),
    ("range_verify.c", "|| mpq_sgn(least[k]) <= 0))", "|| 0))"),
    ("range_verify.c", "mpq_sgn(least[k]) <= 0", "mpq_sgn(least[k]) < 0"),
    ("range_verify.c", "return s->is_part ? e->component[s->component].member[a] : a;", "return a;"),
    ("range_verify.c", "if (r->speed[row_of(e, s, a)] != r->speed[row_of(e, s, 0)])", "if (0)"),
    ("range_verify.c", "return kind == STATEMENT_EQUAL_TAU || kind == STATEMENT_RATE;", "return kind == STATEMENT_EQUAL_TAU;"),
    ("range_verify.c", "return kind == STATEMENT_EQUAL_TAU || kind == STATEMENT_RATE;", "return kind == STATEMENT_RATE;"),
    ("range_verify.c", "if (s->kind == STATEMENT_PROJECTED_RATE)", "if (0)"),
    ("range_verify.c", "if (!e->is_certificate && statement_numbers(s, \"tau\"))", "if (0)"),
    ("range_verify.c", "    if (!r->speed)\n        return verify_evidence(cx, at, e);", "    if (1)\n        return verify_evidence(cx, at, e);"),
    ("range_verify.c", "    if (!fault && r->speed)\n", "    if (0)\n"),
    ("range_verify.c", "        fault = ranges_speed_statements_fault(r, &c->evidence);", "        ;"),
    ("range_verify.c", "fault = r->speed ? ranges_speeds_fault(r, theta, base->q) : NULL;", "fault = NULL;"),
    ("range_verify.c", "if (fault || (fault = ranges_speed_statements_fault(r, e)))", "if (fault)"),
    ("range_verify.c", "verify_slowed(cx, &at, r, e, theta);", "verify_evidence(cx, &at, e);"),
    ("ranges.c", "        if (r->speed[row] >> k & 1) {\n            mpq_mul(out, out, r->value[k]);", "        if (r->speed[row] >> k & 1) {"),
    ("ranges.c", "mpq_div(out, out, theta[k]);", "mpq_mul(out, out, theta[k]);"),
    ("statement.c", "mpq_mul(out->field[k][a], s->field[k][a], slow[a]);", "mpq_mul(out->field[k][a], s->field[k][a], slow[0]);"),
    ("map_read.c", "m->attained.ranges.speed = m->plane.ranges.speed;", ";"),
    ("map_read.c", "!reader_speeds(r, json_object_get(root, \"speeds\"), &m->plane.ranges) ||", "0 ||"),
    ("map_verify.c", "if (!is_inside(r, &m->cell[k]))", "if (0)"),
    ("map_verify.c", "if (!fault && !mpq_equal(all, sum))", "if (0)"),
    ("map_verify.c", "return fault ? fault : overlap_fault(cx, m);", "return fault;"),
    ("map_verify.c", "proof != MAP_NO_PROOF && map_shows(&m->proof[proof], whole)", "proof != MAP_NO_PROOF"),
    ("map_verify.c", "size_t proof = whole == c->region ? c->proof : c->centre;", "size_t proof = c->proof != MAP_NO_PROOF ? c->proof : c->centre;"),
    ("map_verify.c", "return !e->is_certificate && m->attained.matrix.q ? &m->attained : &m->plane;", "return m->attained.matrix.q ? &m->attained : &m->plane;"),
    ("map_verify.c", "return !e->is_certificate && m->attained.matrix.q ? &m->attained : &m->plane;", "return &m->plane;"),
    ("map_verify.c", "            if (mpq_cmp(cell[j]->lo[k], box.lo[k]) < 0)", "            if (0)"),
    ("map_verify.c", "            if (mpq_cmp(cell[j]->hi[k], box.hi[k]) > 0)", "            if (0)"),
    ("map_verify.c", "        mpq_div_2exp(theta[k], theta[k], 1);", "        mpq_set(theta[k], c->lo[k]);"),
    ("map_verify.c", "    if (n + centre->from[k + 1] - centre->from[k] == 0)", "    if (0)"),
    ("map_verify.c", "!all && !fault && j < n; j++", "!all && !fault && j < 1; j++"),
    ("map_verify.c", "!all && !fault && j < n; j++", "!all && !fault && j < 0; j++"),
    ("map_verify.c", "!fault && j < centre->from[k + 1]; j++", "!fault && j < centre->from[k]; j++"),
    ("map_verify.c", "!fault && k < m->n_proofs; k++", "!fault && k + 1 < m->n_proofs; k++"),
    ("map_verify.c", "        fault = region_fault(cx, m, &m->cell[k]);", "        ;"),
    ("map_verify.c", "        fault = pieces_fault(cx, m);", "        ;"),
    ("map_verify.c", "        fault = proofs_fault(cx, m);", "        ;"),
    ("map_file.c", "return e->is_certificate && evidence_converges(e);", "return e->is_certificate;"),
    ("map_file.c", "return !e->is_certificate && states(e, STATEMENT_SEVERAL_OR_NONE);", "return !e->is_certificate;"),
    ("map_file.c", "return !e->is_certificate && states(e, STATEMENT_SEVERAL);", "return !e->is_certificate;"),
    ("map_file.c", "return !e->is_certificate && (states(e, STATEMENT_ATTRACTING) || states(e, STATEMENT_PIECES_ATTRACT));", "return !e->is_certificate;"),
    ("map_read.c", "m->attained.matrix.q != m->plane.matrix.q", "0"),
    ("map_read.c", "if (!components == !witness)", "if (!components && !witness)"),
    ("map_read.c", "\"components witness statements\"", "\"components witness statements more extra\""),
    ("map_read.c", "0, m->n_proofs - 1, out", "0, SIZE_MAX / 4, out"),
    # reading
    ("rational.c", "if (n > RATIONAL_MAX_DIGITS)", "if (0)"),
    ("rational.c", "if (value > RATIONAL_MAX_EXPONENT)", "if (value > 1000000)"),
    ("rational.c", "if (mpz_sgn(mpq_denref(x)) == 0) {", "if (0) {"),
    ("rational.c", "if (ok && negative)", "if (0)"),
    ("rational.c", "*out = negative ? -value : value;", "*out = value;"),
    ("rational.c", "    if (s != end)\n        return false;\n    times", "    times"),
    # ... in pieces
    ("certificate_read_stream.c", "return column == s->rows.q &&", "return"),
    ("certificate_read_stream.c", "(n != 1 || *text != '0')", "*text != '0'"),
    ("certificate_read_stream.c", "return i == r->n_rows &&", "return"),
    ("certificate_read_stream.c", "*s->at == '\\\\' ? 2 : 1", "1"),
    ("certificate_read_stream.c", "    memmove(s->window, s->at, kept);\n", "    ;\n"),
    ("certificate_rows.c", "(r->n > from && column <= r->column[r->n - 1])", "0"),
    ("certificate_rows.c", "column <= r->column[r->n - 1]", "column < r->column[r->n - 1]"),
    ("certificate_rows.c", "    if (odd >> 53)\n", "    if (odd >> 54)\n"),
    ("certificate_rows.c", "return above % below == 0 &&", "return"),
    ("certificate_rows.c", "if (odd >> 64)", "if (0)"),
    ("certificate_rows.c", "same = same && mpq_equal(y, back);", ""),
    ("certificate_rows.c", "(is_negative ? -x : x)", "x"),
    ("certificate_rows.c", "whole > WORD ||", "0 ||"),
    ("certificate_rows.c", "whole + 1 + more != n", "0"),
    ("certificate_rows.c", "(!more || whole", "(whole"),
    ("certificate_rows.c", "return x->down != 0;", "return true;"),
    ("certificate_rows.c", "|| whole + more > WORD)", ")"),
    ("certificate_rows.c", "s[whole] == '/' && more <= TWO_WORDS", "s[whole] == '/'"),
    ("certificate_rows.c", "(digit + 0x7676767676767676u)", "0"),
    ("certificate_rows.c", "    row->up = r->up;", "    row->up = 1;"),
    ("certificate_rows.c", "    row->down = r->down;", "    row->down = 1;"),
    ("certificate_rows.c", "r->is_entries ? r->q > q :", "r->is_entries ? 0 :"),
    ("certificate_rows.c", "    find_room(r);  ", "    ;  "),
    ("certificate_read_matrix.c", "is_dense == r->rows->is_entries || is_population_form", "is_dense == r->rows->is_entries"),
    ("certificate_read.c", "JSON_REJECT_DUPLICATES", "0"),
    ("certificate_read.c", "if (!at)\n", "if (0)\n"),
    ("certificate_read.c", "&& !strchr(key, ' ')", ""),
    ("certificate_read.c", "if (json_array_size(array) != n)", "if (json_array_size(array) < n)"),
    ("certificate_read.c", "x < 0 || (size_t)x < least || (size_t)x > most", "x < 0 || (size_t)x < least"),
    ("certificate_read_matrix.c", "if (k && (i < last_i || (i == last_i && j <= last_j)))", "if (0)"),
    ("certificate_read_matrix.c", "(dense != NULL) == (sparse != NULL)", "!dense && !sparse"),
    ("certificate_read_proof.c", "if (!proof_kind_from_name(proof, &c->proof))", "if (proof_kind_from_name(proof, &c->proof), 0)"),
    ("certificate_read_proof.c", "if (!json_is_true(", "if (!json_is_boolean("),
    ("certificate_read_proof.c", "return found == 1 ||", "return true ||"),
    ("certificate_read_proof.c", "    if (components)\n", "    if (0)\n"),
    ("certificate_read.c", "if (strcmp(format, \"eig-certificate/1\") != 0)", "if (0)"),
    ("statement_runaway.c", "!x->e->is_certificate && witness_is_vector(&x->e->witness)", "!x->e->is_certificate"),
]
TESTS = ("test_verify_broken", "test_verify_populations", "test_verify_sparse", "test_verify", "test_golden_lds", "test_verify_kernel",
         "test_symbol", "test_certificate_stream", "test_certificate", "test_verify_statement", "test_verify_statement_kernel", "test_verify_ranges", "test_formula")
# Which unit tests have to notice what the mutants do not, where not all may; the first ones are the likeliest.
OF_CLAIMS = TESTS[:-6] + TESTS[-4:-1]
RELATED = {"verify.c": OF_CLAIMS, "verify_matrix": OF_CLAIMS, "verify_components": OF_CLAIMS, "verify_witness": OF_CLAIMS, "statement": ("test_verify_statement", "test_verify_statement_kernel"), "range": ("test_verify_ranges", "test_formula"), "formula": ("test_formula",),
           "positive_dense": TESTS, "positive_": ("test_verify_sparse",), "symbol": ("test_symbol", "test_verify_kernel"),
           "verify_kernel": ("test_verify_kernel", "test_symbol", "test_certificate"), "rational": ("test_certificate", "test_certificate_stream"),
           "certificate": ("test_certificate_stream", "test_certificate"), "map": (), "verify_mean": (), "verify_sums": ()}
FLAGS = ("-std=c11 -D_GNU_SOURCE -O0 -ffp-contract=off -w -I. -Ibuild/gen").split()
LIBRARY = "build/libeigc.a"         # whose file of the same name the broken one takes the place of
LIBRARIES = "-lmpfi -lmpfr -lgmp -ljansson -lz -lmd -lm -ldl -pthread".split()


def compile_to(folder, source, name):
    target = os.path.join(folder, name + ".o")
    subprocess.run(["gcc", *FLAGS, "-c", source, "-o", target], check=True)
    return target


def passes(program, *arguments, stdin=None):
    try:
        return subprocess.run([program, *arguments], stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Judge:
    """The mutants, and the unit tests."""

    def __init__(self, folder):
        self.folder, self.saved = folder, os.path.join(folder, "saved")
        subprocess.run([sys.executable, "tests/mutants/test_mutants.py", "--save", self.saved], check=True)
        self.verify_many = compile_to(folder, "tests/mutants/verify_many.c", "verify_many")
        self.test = {t: compile_to(folder, "tests/unit/%s.c" % t, t) for t in TESTS}

    def survives(self, objects, tests, name):
        """Whether nothing notices. The likelier ones go first."""
        program = os.path.join(self.folder, name)
        mutants_first = not name.startswith(("positive", "symbol"))
        for which in ("mutants", *tests) if mutants_first else (*tests, "mutants"):
            main = self.verify_many if which == "mutants" else self.test[which]
            subprocess.run(["gcc", main, *objects, LIBRARY, "-o", program, *LIBRARIES], check=True)
            if which == "mutants":
                with open(self.saved, "rb") as texts:
                    good = passes(program, "--saved", stdin=texts)
            else:
                good = passes(program)
            if not good:
                return False
        return True

    def try_row(self, k, file, old, new):
        """Whether it survives, and what to print."""
        with open(path_of(file)) as source:
            text = source.read()
        if text.count(old) != 1:
            return True, "not ok %s: %r occurs %d times" % (file, old, text.count(old))
        name = "%s_%d" % (file[:-2], k)
        broken = os.path.join(self.folder, name + ".c")
        with open(broken, "w") as target:
            target.write(text.replace(old, new))
        try:
            alive = self.survives([compile_to(self.folder, broken, name)], related(file), name)
        except subprocess.CalledProcessError:
            alive = True        # what does not compile was not tried
        for made in (".c", ".o", ""):
            if os.path.exists(os.path.join(self.folder, name + made)):
                os.unlink(os.path.join(self.folder, name + made))
        return alive, "%s %s: %r -> %r" % ("not ok" if alive else "ok", file, old, new)


def path_of(file):
    """Of a file of the verifier, which lies in its folder or in one of that."""
    return next(glob.iglob(C + "**/" + file, recursive=True))


def related(file):
    return next((names for part, names in RELATED.items() if file.startswith(part)), TESTS)


def main(parts):
    rows = [row for row in ROWS if any(part in text for part in parts or [""] for text in row)]
    survivors = 0
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        judge = Judge(folder)
        if not judge.survives([], sorted({test for row in rows for test in related(row[0])}), "as_it_is"):
            print("not ok the tests fail before anything is broken")
            return 1
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for alive, said in pool.map(lambda k: judge.try_row(k, *rows[k]), range(len(rows))):
                survivors += alive
                print(said, flush=True)
    print("%d of %d survived" % (survivors, len(rows)))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
