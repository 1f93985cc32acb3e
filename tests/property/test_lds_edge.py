#!/usr/bin/python3
"""Diagonal stability of small random matrices, many of them on the edge by construction, against fractions: the proof
of every verdict holds for the matrix that was written, and no verdict contradicts how the matrix was made. Through the
model's text and the certificate's; test_lds_edge.c asks more often, without them.

Usage: test_lds_edge.py [HOW MANY [FIRST SEED]]"""
import json
import math
import os
import random
import subprocess
import sys
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import eliminate, number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def need(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(x) for x in what))


# ---- matrices: (rows, what is known: True diagonally stable, False not, None neither) ----

def tiny(r):
    """Of either size around what doubles resolve."""
    return Fraction(1, 10 ** r.choice([2, 4, 6, 8, 9, 10, 12, 14, 16, 20]))


def is_short(x):
    """Whether 1 / x has a finite decimal."""
    for p in (2, 5):
        while x % p == 0:
            x //= p
    return x == 1


def tight(r):
    """(A X)_ii = 0 in every row for an X >= 0 of rank 1 to 3: on the edge, so not stable."""
    n, rank = r.randint(2, 12), r.randint(1, 3)
    column = []                 # of V', one a row of the matrix
    while len(column) < n:
        w = [r.randint(-4, 4) for _ in range(rank)]
        if any(w) and is_short(sum(x * x for x in w)):
            column.append(w)
    x = [[sum(s * t for s, t in zip(column[i], column[j])) for j in range(n)] for i in range(n)]
    a = [[Fraction(r.choice([0, 0, 1, -1, 2, -2, 3, -5]), r.choice([1, 1, 2, 10])) for _ in range(n)] for _ in range(n)]
    for i in range(n):
        a[i][i] = -sum(a[i][j] * x[i][j] for j in range(n) if j != i) / x[i][i]
    return a, False


def past(r):
    a, _ = tight(r)
    for i in range(len(a)):
        a[i][i] += tiny(r)
    return a, False


def before(r):
    """The same with a little more leak: perhaps stable."""
    a, _ = tight(r)
    for i in range(len(a)):
        a[i][i] -= tiny(r)
    return a, None


def stable(r):
    """-(P A + A'P) is a sum of squares and a little more: stable by so much."""
    n = r.randint(2, 12)
    p = [r.choice([1, 1, 2, 4, 5, 10]) for _ in range(n)]
    v = [[r.randint(-3, 3) for _ in range(n)] for _ in range(r.randint(1, n))]
    e = tiny(r)
    skew = [[r.randint(-5, 5) for _ in range(n)] for _ in range(n)]
    a = [[(-Fraction(sum(w[i] * w[j] for w in v)) / 2 + (skew[i][j] if i < j else -skew[j][i] if j < i else -e)) / p[i]
          for j in range(n)] for i in range(n)]
    return a, True


def small(r):
    n = r.randint(2, 5)
    return [[Fraction(r.randint(-2, 2), 2) if i != j else Fraction(-r.randint(1, 3), 2) for j in range(n)] for i in range(n)], None


def ring(r):
    """A cycle: stable exactly when its gain is above 1 or at least -sec(pi/n)^n; both are numbers here."""
    n, edge = r.choice([(3, 8), (4, 4), (6, Fraction(64, 27)), (2, None)])
    positive = edge is None or r.random() < 0.3
    gain = Fraction(1) if positive else edge
    if n == 6 and not positive:
        n, gain = 3, Fraction(8)
    shift = r.choice([0, 0, 1, -1]) * tiny(r)
    gain += shift
    a = [[Fraction(-(i == j)) for j in range(n)] for i in range(n)]
    scale = [Fraction(r.choice([1, 2, 4, 8])) for _ in range(n)]
    for i in range(n):
        a[i][(i - 1) % n] = (gain if i == 0 else 1) * (-1 if i == 0 and not positive else 1) * scale[i] / scale[(i - 1) % n]
    return a, shift < 0


def mutated(r):
    """Another matrix with rows and columns scaled and exchanged, which changes nothing, or with one entry changed."""
    a, known = r.choice([tight, past, before, stable, small, ring])(r)
    n = len(a)
    order = r.sample(range(n), n)
    left, right = ([Fraction(2) ** r.randint(-9, 9) for _ in range(n)] for _ in range(2))
    a = [[left[i] * a[i][j] * right[j] for j in order] for i in order]
    if r.random() < 0.3:
        a = [list(column) for column in zip(*a)]
    if r.random() < 0.4:
        i, j = r.randrange(n), r.randrange(n)
        a[i][j] = r.choice([-a[i][j], 0 * a[i][j], a[i][j] + tiny(r), a[i][j] - tiny(r)])
        known = None
    return a, known


# ---- eigc's verdict and its proof ----

def decimal(x):
    """Exact, without a point: digits and an exponent."""
    places = 0
    while x.denominator != 1:
        x *= 10
        places += 1
    return "%de-%d" % (x.numerator, places)


def ask(a):
    n = len(a)
    rows = ", ".join("[" + ", ".join(decimal(a[i][j] + (i == j)) for j in range(n)) + "]" for i in range(n))
    text = "population V mixed { size = %d; tau = 1; cost = nonnegative }\nconnect V -> V { weight = [%s] }\n" % (n, rows)
    done = subprocess.run([EIGC, "check", "-", "--certificate=-"], input=text, capture_output=True, text=True)
    need(done.returncode in (0, 1), done.stderr)
    return json.loads(done.stdout) if done.stdout.startswith("{") else None


def definite(m):
    common = math.lcm(*(x.denominator for row in m for x in row))
    return eliminate([[int(x * common) for x in row] for row in m])


def lds_holds(a, components):
    block = {}
    for k, c in enumerate(components):
        need(all(i not in block for i in c["members"]), "a row twice")
        block.update((i, k) for i in c["members"])
        p = {i: number(x) for i, x in zip(c["members"], c["p"])}
        need(min(p.values()) > 0, "p <= 0")
        need(definite([[-(p[i] * a[i][j] + p[j] * a[j][i]) for j in c["members"]] for i in c["members"]]), "M(p)")
    need(len(block) == len(a) and all(a[i][j] == 0 for i in block for j in block if block[i] < block[j]), "order of components")


def refutation_holds(a, w):
    n = len(a)
    vectors = [[dict(zip(w["members"], v)).get(i, "0") for i in range(n)] for v in w["V"]]
    vectors = [[number(x) for x in v] for v in vectors]
    weights = [number(x) for x in w.get("w", ["1"] * len(vectors))]
    need(min(weights) >= 0 and any(any(v) and x > 0 for v, x in zip(vectors, weights)), "X = 0")
    for i in range(n):
        need(sum(x * v[i] * sum(a[i][j] * v[j] for j in range(n)) for x, v in zip(weights, vectors)) >= 0, "(A X)_ii")


def check_case(seed):
    r = random.Random(seed)
    make = r.choice([tight, past, before, stable, small, ring, mutated, mutated])
    a, known = make(r)
    certificate = ask(a)
    if not certificate or "claim" not in certificate or certificate["claim"] not in ("lds", "not-lds"):
        return make.__name__, "undecided" if known is None else "undecided, known"
    is_lds = certificate["claim"] == "lds"
    need([[number(x) for x in row] for row in certificate["matrix"]["rows"]] == a, "the matrix")
    need(known in (None, is_lds), "made to be", known)
    if is_lds:
        lds_holds(a, certificate["components"])
    else:
        refutation_holds(a, certificate["witness"])
    return make.__name__, certificate["claim"]


def main(count=200, first=1):
    tally, failures = {}, 0
    for seed in range(first, first + count):
        try:
            key = check_case(seed)
            tally[key] = tally.get(key, 0) + 1
        except (AssertionError, ValueError, KeyError) as problem:
            failures += 1
            print(f"seed {seed}: {problem!r}", file=sys.stderr)
    for key in sorted(tally):
        print(*key, tally[key], file=sys.stderr)
    print("ok" if not failures else "not ok", "verdicts_on_the_edge_are_right")
    undecided = sum(k for (_, verdict), k in tally.items() if verdict.startswith("undecided"))
    print("ok" if undecided <= count / 10 else "not ok", "verdicts_on_the_edge_are_found")
    return 1 if failures or undecided > count / 10 else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
