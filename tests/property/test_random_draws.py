#!/usr/bin/python3
"""Random numbers against a second implementation of docs/semantics.md, section 9: random patterns and drawn
weights entry by entry, as fractions, in the matrix of a certificate; what neurons draw, to the bit, in a run. In half of
the models other populations and connections stand around: they change nothing.
Usage: test_random_draws.py [HOW MANY [FIRST SEED]]"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "numeric"))
import elementary

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
M32, M64 = 2**32 - 1, 2**64 - 1


# ---- Philox4x32-10 (Salmon et al., SC11), FNV-1a, and the uniforms of a key ----

def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & M32, (a >> 32) ^ c[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9E3779B9) & M32, (k[1] + 0xBB67AE85) & M32]
    return c


def fnv(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & M64
    return h


def uniforms(seed, tag, entity, step, draw):
    e = fnv(entity) ^ ((fnv(tag) * 0x9E3779B97F4A7C15) & M64)
    o = philox((step & M32, step >> 32, draw, e >> 32), (seed & M32, (e & M32) ^ (seed >> 32)))
    return [min(((a >> 5) * 2.0**26 + (b >> 6) + 0.5) / 2.0**53, 1 - 2.0**-53) for a, b in (o[:2], o[2:])]


def known_answers():
    assert philox((0,) * 4, (0,) * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert fnv("E[0]") == 0x40CCD06D3B3268FA and fnv("noise") == 0x6C092771D20768D1
    u = uniforms(42, "noise", "E[0]", 0, 0)
    assert u == [0.74921383436308076, 0.14764807906707461], u
    assert abs(elementary.normal_quantile(u[0]) - 0.672017852291311) < 1e-15


# ---- distributions: text, and the number of u ----

def normal(u):
    return elementary.normal_quantile(u)


def truncated_exponential(mean, lo, hi):
    low, high = -math.expm1(-lo / mean), -math.expm1(-hi / mean)
    return lambda u: -mean * math.log1p(-(low + u * (high - low)))


def distribution(r):
    """Text, value of u, and how far the two may be apart, relatively."""
    a, b = round(r.uniform(0.01, 0.05), 3), round(r.uniform(0.06, 0.2), 3)
    return r.choice([
        (f"uniform({a}, {b})", lambda u: a + (b - a) * u, 0),
        (f"exponential({a})", lambda u: -a * elementary.log1p(-u), 0),
        (f"lognormal({a}, {b})", lambda u: a * elementary.exp(b * normal(u)), 0),
        (f"normal(mean = {b}, sd = {a / 100})", lambda u: b + a / 100 * normal(u), 0),
        (f"truncated(exponential({a}), {a}, {b})", truncated_exponential(a, a, b), 1e-13),
        (f"gamma(1, {a})", lambda u: -a * math.log1p(-u), 1e-13),
    ])


# ---- matrices ----------------------------------------------------------------------

def stream(seed, label, step):
    draw = 0
    while True:
        yield from uniforms(seed, "connect", label, step, draw)
        draw += 1


def by_probability(p, n, m, seed, label, alone):
    for j in range(n):
        at = 0
        for v in stream(seed, label, j):
            at += math.floor(elementary.log(v) / elementary.log1p(-p)) if p < 1 else 0
            if at >= m:
                break
            if not (alone and at == j):
                yield at, j
            at += 1


def by_indegree(k, n, m, seed, label, alone):
    for i in range(m):
        candidate = [j for j in range(n) if not (alone and i == j)]
        chosen, v = set(), stream(seed, label, i)
        for j in range(len(candidate) - k, len(candidate)):
            x = math.floor(next(v) * (j + 1))
            chosen.add(j if x in chosen else x)
        yield from ((i, candidate[x]) for x in chosen)


def bystanders(r):
    """What may stand in a model beside the part that is looked at."""
    if r.random() < 0.5:
        return "", ""
    before = "population Aside mixed { size = 3; tau = lognormal(3, 0.1); cost = identity; input = normal(0, 1) }\n"
    after = "population Z inhibitory { size = 2; tau = 1; cost = nonnegative; start = uniform(0, 1) }\n" \
            "connect Aside -> Aside { weight = 0.01 * uniform(0, 1); pattern = random(p = 0.5) }\n"
    return before, after


def matrix_model(seed, folder):
    r = random.Random(seed)
    n, m = r.choice([1, 2, 3, 6, 17]), r.choice([1, 2, 5, 17])
    same, own_seed = r.random() < 0.5, r.choice([0, 1, r.randrange(2**20), 2**40 + 7])
    m = n if same else m
    alone = same and r.random() < 0.5
    pre, post = "A", "A" if same else "B"
    k, p = r.randint(0, n - alone), r.choice([0.05, 0.3, 0.5, 0.9, 1])
    kind = r.choice(["p", "indegree", "all"])
    text, value, slack = distribution(r) if r.random() < 0.6 else ("0.03", None, 0)
    attributes = {"p": [f"pattern = random(p = {p})"], "indegree": [f"pattern = random(indegree = {k})"], "all": []}[kind] \
        + ["self = no"] * alone + [f"seed = {own_seed}"] * (kind != "all" or value is not None) + [f"weight = {text}"]
    in_loop, twin = r.random() < 0.2, r.random() < 0.2
    label = "".join(line + "\n" for line in [f"{pre}->{post}"] + sorted(attributes) + ["round = 3"] * in_loop)
    pairs = {"p": lambda: by_probability(p, n, m, own_seed, label, alone),
             "indegree": lambda: by_indegree(k, n, m, own_seed, label, alone),
             "all": lambda: ((i, j) for i in range(m) for j in range(n) if not (alone and i == j))}[kind]()
    want = [[Fraction(0)] * n for _ in range(m)]
    for i, j in pairs:
        want[i][j] = Fraction(3, 100) if value is None else Fraction(value(uniforms(own_seed, "weight", label, (j << 32) + i, 0)[0]))
    r.shuffle(attributes)
    before, after = bystanders(r)
    model = before + f"population A excitatory {{ size = {n}; tau = 1; cost = nonnegative + quadratic(3) }}\n" \
        + ("" if same else f"population B excitatory {{ size = {m}; tau = 1; cost = nonnegative + quadratic(3) }}\n") \
        + f"connect {pre} -> {post} {{ {'; '.join(attributes)} }}{' for round in 3..3' if in_loop else ''}\n" \
        + (f"connect {pre} -> {post} {{ weight = 0; pattern = random(p = 0.5) }}\n" if twin else "") + after
    first = (3 if before else 0, (3 if before else 0) + (0 if same else n))
    check_matrix(model, folder, want, first, slack)


def check_matrix(model, folder, want, first, slack):
    path, proof = os.path.join(folder, "m.eig"), os.path.join(folder, "m.json")
    with open(path, "w") as f:
        f.write(model)
    done = subprocess.run([EIGC, "check", "--quiet", path, "--certificate", proof], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + model
    with open(proof) as f:
        matrix = json.load(f)["matrix"]
    size = matrix.get("n") or sum(q["size"] for q in matrix["populations"])
    cell = {}
    if "rows" in matrix:
        cell = {(i, j): Fraction(x) for i, row in enumerate(matrix["rows"]) for j, x in enumerate(row)}
    elif "populations" not in matrix:
        cell = {(i, j): Fraction(x) for i, j, x in matrix["entries"]}
    else:                       # rows that are whole populations: every neuron alike
        rows = [a for a, q in enumerate(matrix["populations"]) for _ in range(q["size"])]
        u = {(a, b): Fraction(x) for a, row in enumerate(matrix.get("uniform", [])) for b, x in enumerate(row)}
        u.update({(a, b): Fraction(x) for a, b, x in matrix.get("entries", [])})
        cell = {(i, j): u.get((a, b), Fraction(0)) + (Fraction(matrix["self"][a]) - Fraction(matrix["leak"][a]) if i == j else 0)
                for i, a in enumerate(rows) for j, b in enumerate(rows)}
    for i, row in enumerate(want):
        for j, x in enumerate(row):
            at = (first[1] + i, first[0] + j)
            ours, theirs = cell.get(at, Fraction(0)), x / 4 - (at[0] == at[1])       # the slope is 1/4
            assert abs(ours - theirs) <= slack * abs(x), (at, float(ours), float(theirs), size, model)


# ---- neurons -------------------------------------------------------------------------

def neuron_model(seed, folder):
    """One step of Euler's method of length tau = 1 from 0 is phi(s) = max(0, gain (u - threshold)); start and u are recorded."""
    r = random.Random(seed)
    n, own_seed = r.choice([1, 2, 9, 40]), r.choice([0, 5, 2**33 + 1])
    law = {tag: distribution(r) for tag in ("gain", "threshold", "input", "start", "tau")}
    at = lambda tag, name, draw=0: np.array([law[tag][1](uniforms(own_seed, tag, f"{name}[{k}]", 0, draw)[0]) for k in range(n)])
    before, after = bystanders(r)
    model = before + f"""population A excitatory {{ size = {n}; tau = 1; cost = nonnegative; gain = {law["gain"][0]}
  threshold = {law["threshold"][0]}; input = 1 + {law["input"][0]} + 2 * {law["input"][0]} }}
population B excitatory {{ size = {n}; tau = {law["tau"][0]}; cost = nonnegative; start = {law["start"][0]} }}
""" + after + f"simulate {{ duration = 1; method = euler; step = 1; seed = {own_seed}; record A, B, input(A) every 1 }}\n"
    path, result = os.path.join(folder, "n.eig"), os.path.join(folder, "n.npz")
    with open(path, "w") as f:
        f.write(model)
    done = subprocess.run([EIGC, "run", "--quiet", "--no-check", "--reference", path, "-o", result], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + model
    with np.load(result) as z:
        A, B, u = (z[k].reshape(2, n) for k in ("A", "B", "input(A)"))
    want = (1 + at("input", "A")) + 2 * at("input", "A", 1)
    start, tau = at("start", "B"), at("tau", "B")
    same(u[0], want, law["input"][2], model)
    same(A[1], np.maximum(0, at("gain", "A") * (want - at("threshold", "A"))),
         max(law[k][2] for k in ("gain", "threshold", "input")), model)
    same(B[0], start, law["start"][2], model)
    same(B[1], start + 1 / tau * (0 - start), max(law["start"][2], law["tau"][2]), model)


def same(ours, theirs, slack, model):
    apart = np.abs(ours - theirs) > slack * (1 + np.abs(theirs)) * 100
    assert not np.any(apart), (ours[apart], theirs[apart], model)


def main():
    n, first = (int(x) for x in (sys.argv[1:] + ["120", "0"][len(sys.argv) - 1:])[:2])
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, test in (("random_known_answers", known_answers),
                           ("random_matrices", lambda: [matrix_model(s, folder) for s in range(first, first + n)]),
                           ("random_neurons", lambda: [neuron_model(s, folder) for s in range(first, first + n)])):
            try:
                test()
                print("ok", name)
            except Exception as e:
                failed += 1
                print("not ok", name)
                print("    " + str(e).replace("\n", "\n    "))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
