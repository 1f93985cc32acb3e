#!/usr/bin/python3
"""Breaks the verifier in one place at a time and expects its tests to fail.

Run from the repository root; takes some minutes. Each row is a file, a text that occurs
there once, and what it becomes. A row whose tests still pass is printed, and fails.
Not listed, because nothing could notice them: a row twice in one component, and p = 0, are refused early,
but M(p) is not positive definite either; the same for a diagonal entry >= 0 and for an entry of
the scaled M beyond 8; an empty witness is X = 0; a member out of range reads beyond
an array, which only the sanitizers see.
Usage: tests/mutate_verify.py [part of a row]
"""
import glob
import os
import subprocess
import sys
import tempfile

C = "compiler/check/"
ROWS = [
    # the matrix
    ("verify.c", "claim_matrix_size(m, a) == 0 ||", "0 ||"),
    ("verify.c", "__builtin_add_overflow(sum, claim_matrix_size(m, a), &sum))", "(sum += claim_matrix_size(m, a), 0))"),
    ("verify.c", "return sum == m->n;", "return true;"),
    ("verify.c", "m->row_from[0] != 0", "0"),
    ("verify.c", "        if (!row_is_sorted(matrix, c->member[k]))\n", "        if (0)\n"),
    ("positive.c", "if (_mm_getcsr() & _MM_ROUND_MASK)", "if (0)"),
    ("verify.c", "from > to || to > m->row_from[m->q]", "0"),
    ("verify.c", "m->column[k] >= m->q ||", "0 ||"),
    ("verify.c", "m->column[k] <= m->column[k - 1]", "m->column[k] < m->column[k - 1]"),
    ("verify.c", "!claim_matrix_is_populations(m) && m->n != m->q", "0"),
    ("verify.c", "claim_matrix_is_populations(m) && !m->leak", "0"),
    # the population form
    ("verify.c", "mpq_set_ui(size, claim_matrix_size(m, b), 1);", "mpq_set_ui(size, claim_matrix_size(m, a), 1);"),
    ("verify.c", "if (b > a && !diagonal)", "if (0)"),
    ("verify.c", "mpq_add(diagonal, diagonal, m->self[a]);", ""),
    ("verify.c", "mpq_sub(diagonal, diagonal, m->leak[a]);", ""),
    ("verify.c", "claim_matrix_size(m, a) < 2 ||", "claim_matrix_size(m, a) < 3 ||"),
    ("verify.c", "claim_matrix_size(m, a) < 2 ||", "claim_matrix_size(m, a) < 1 ||"),
    ("verify.c", "mpq_cmp(m->self[a], m->leak[a]) < 0", "mpq_cmp(m->self[a], m->leak[a]) <= 0"),
    ("verify.c", "mpq_cmp(m->self[a], m->leak[a]) < 0", "mpq_cmp(m->self[a], m->leak[a]) > 0"),
    # components
    ("verify.c", "c->n == 0 ||", "0 ||"),
    ("verify.c", "if (c->member[k] >= m->q ||", "if (0 ||"),
    ("verify.c", "(k && c->member[k] <= c->member[k - 1])", "0"),
    ("verify.c", "mpq_sgn(c->p[k]) <= 0", "0"),
    ("verify.c", "if (!zero_sum_decays(m, c->member[k]))", "if (0)"),
    ("verify.c", "f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN", "f->n <= VERIFY_EXACT_N"),
    ("verify.c", "f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN", "p == POSITIVE_UNKNOWN"),
    ("verify.c", "if (p == POSITIVE_NO)", "if (0)"),
    ("verify.c", "if (of[row] != UINT32_MAX)", "if (0)"),
    ("verify.c", "if (of[a] == UINT32_MAX)", "if (0)"),
    ("verify.c", "of[i] < of[m->column[k]] &&", "0 &&"),
    ("verify.c", "of[i] < of[m->column[k]] &&", "of[i] > of[m->column[k]] &&"),
    ("verify.c", "&& mpq_sgn(m->entry[k]) != 0)", "&& 1)"),
    ("verify.c", "c < e->n_components && all.accepted; c++", "c + 1 < e->n_components && all.accepted; c++"),
    ("verify.c", "if (!one.accepted || e->component[c].n > largest)", "if (e->component[c].n > largest)"),
    # refutations
    ("verify.c", "if (w->population >= m->q)", "if (0)"),
    ("verify.c", "if (zero_sum_decays(m, w->population))", "if (0)"),
    ("verify.c", "|| place[w->member[k]] != UINT32_MAX)", ")"),
    ("verify.c", "if (w->w && mpq_sgn(w->w[k]) < 0)", "if (0)"),
    ("verify.c", "(!w->w || mpq_sgn(w->w[k]) > 0)", "1"),
    ("verify.c", "    if (is_zero)\n", "    if (0)\n"),
    ("verify.c", "> 0x1p30)\n            return false;", "> 0x1p30)\n            return true;"),
    ("verify.c", "mpq_set(weight, w->w[k]);", "mpq_set_ui(weight, 1, 1);"),
    ("verify.c", "        if (j == UINT32_MAX)\n            continue;\n        mpz_divexact", "        if (j == UINT32_MAX)\n            j = 0;\n        mpz_divexact"),
    ("verify.c", "mpq_mul(s->term, s->term, s->weight[k]);", ""),
    ("verify.c", "mpz_mul(s->part, s->part, mpq_numref(s->a->entry[e]));", "mpz_set(s->part, mpq_numref(s->a->entry[e]));"),
    ("verify.c", "if (row_sign(&s, i) < 0)", "if (row_sign(&s, i) <= 0)"),
    ("verify.c", "if (row_sign(&s, i) < 0)", "if (row_sign(&s, i) > 0)"),
    ("verify.c", "i < n && found == n; i++", "i + 1 < n && found == n; i++"),
    # kernels
    ("verify.c", "kernels_fault(m) : rows_fault", "NULL : rows_fault"),
    ("verify.c", "           kernels_touch(m, a);", "           0;"),
    ("verify.c", "r.accepted && (fault = kernels_component_fault(cx, m, c))", "0"),
    ("verify.c", "        fault = kernels_order_fault(cx, m, of);", "        fault = NULL;"),
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
    ("positive.c", "mpq_mul(scratch, f->p[j], back);", "mpq_mul(scratch, f->p[i], back);"),
    ("positive.c", "    mpq_neg(out, out);\n", ""),
    ("positive.c", "positive = mpz_sgn(pivot) > 0;", "positive = mpz_sgn(pivot) >= 0;"),
    ("positive.c", "k < n && positive; k++", "k + 1 < n && positive; k++"),
    ("positive.c", "mpz_sub(x, x, scratch);", "mpz_add(x, x, scratch);"),
    # Rump's test
    ("positive.c", "1.25 * ((n + 4) * U * trace + radius) + 0x1p-900", "0"),
    ("positive.c", "1.25 * ((n + 4) * U * trace + radius) + 0x1p-900", "0x1p-56"),
    ("positive.c", "d->b[low * d->order + high] -= t;", "d->b[low * d->order + high] += t;"),
    ("positive.c", "shift(-2 * (d->p[i].mantissa", "shift(-3 * (d->p[i].mantissa"),
    ("positive.c", "if (!(d->b[i * d->order + j] <= 4))", "if (0)"),
    ("positive.c", "if (!(pivot > 0) || !isfinite(pivot))", "if (0)"),
    ("positive.c", "*(Four *)a -= sum0;", "*(Four *)a += sum0;"),
    ("positive.c", "*(Four *)(a + 2 * order) -= sum2;", ""),
    ("positive.c", "sum3 += left * right[3];", "sum3 += left * right[2];"),
    ("positive.c", "size_t k = from; k < j; k++", "size_t k = from + 1; k < j; k++"),
    ("positive.c", "i += TILE)\n            update_tile", "i += 2 * TILE)\n            update_tile"),
    ("positive.c", "if (shifted_ends(d, c, margin)) {", "if (shifted_ends(d, c, margin / 2)) {"),
    ("positive.c", "else if (shifted_ends(&d, -4 * c, 0))", "else if (0)"),
    ("positive.c", "return (Split){mantissa / 2, up - down + 1};", "return (Split){mantissa / 2, up - down};"),
    # reading
    ("rational.c", "if (n > RATIONAL_MAX_DIGITS)", "if (0)"),
    ("rational.c", "if (value > RATIONAL_MAX_EXPONENT)", "if (value > 1000000)"),
    ("rational.c", "if (mpz_sgn(mpq_denref(x)) == 0) {", "if (0) {"),
    ("rational.c", "if (ok && negative)", "if (0)"),
    ("rational.c", "*out = negative ? -value : value;", "*out = value;"),
    ("rational.c", "    if (s != end)\n        return false;\n    times", "    times"),
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
    ("certificate_read.c", "return witness ? refuse(", "return 0 ? refuse("),
    ("certificate_read_proof.c", "    if (components)\n", "    if (0)\n"),
    ("certificate_read.c", "if (strcmp(format, \"eig-certificate/1\") != 0)", "if (0)"),
]
TESTS = ("test_symbol", "test_verify_kernel", "test_certificate", "test_verify", "test_verify_populations", "test_verify_broken", "test_golden_lds")
FLAGS = ("-std=c11 -D_GNU_SOURCE -O2 -ffp-contract=off -w -I. -Ibuild/gen").split()
SOURCES = [C + f for f in ("verify.c", "verify_kernel.c", "symbol.c", "positive.c", "evidence.c", "rational.c", "certificate.c", "certificate_read.c")]


def compile_to(folder, source, name=None):
    target = os.path.join(folder, (name or source).replace("/", "_") + ".o")
    subprocess.run(["gcc", *FLAGS, "-c", source, "-o", target], check=True)
    return target


def survives(folder, objects, tests):
    """True when every test passes with these objects."""
    for test in tests:
        program = os.path.join(folder, "program")
        subprocess.run(["gcc", test, *objects, "-o", program, "-ljansson", "-lmpfr", "-lgmp", "-lz", "-lm"], check=True)
        try:
            done = subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode != 0:
            return False
    return True


def main(part):
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        base = [compile_to(folder, f) for f in sorted(glob.glob("lang/base/*.c"))]
        good = {f: compile_to(folder, f) for f in SOURCES}
        tests = [compile_to(folder, "tests/unit/%s.c" % t) for t in TESTS]
        if not survives(folder, base + list(good.values()), tests):
            print("not ok the tests fail before anything is broken")
            return 1
        for file, old, new in ROWS:
            if part not in file + old + new:
                continue
            with open(C + file) as source:
                text = source.read()
            if text.count(old) != 1:
                print("not ok %s: %r occurs %d times" % (file, old, text.count(old)))
                survivors += 1
                continue
            broken = os.path.join(folder, "broken.c")
            with open(broken, "w") as target:
                target.write(text.replace(old, new))
            objects = [compile_to(folder, broken, "broken") if f == C + file else o for f, o in good.items()]
            alive = survives(folder, base + objects, tests)
            survivors += alive
            print("%s %s: %r -> %r" % ("not ok" if alive else "ok", file, old, new), flush=True)
    print("%d of %d survived" % (survivors, len(ROWS)))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
