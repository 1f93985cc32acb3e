#!/usr/bin/python3
"""Rates that are required and true to the last digit, fractions among them, are certified, and a rate of 1.0005 times the true one is not: of
one neuron, of neurons that excite each other alike, and of neurons on their own, at given values and for all values of params. What is stated
of pairs and rings, where the norm is searched for, is no more than random slopes leave of the linear system, and hardly less than they leave where the
weights are symmetric. Usage: test_exact_rates.py [HOW MANY [FIRST SEED]]"""
import random
import sys
from fractions import Fraction

import numpy as np

from each_test import run_each
from test_ranges import eigc, report

SLOWER = Fraction(10005, 10000)


def per_ms(rate):
    return f"{rate.numerator} / ({rate.denominator} ms)"


def verdicts(folder, text):
    r, proof, path = report(folder, text)
    if any(q["verdict"] == "certified" for q in r["requirements"]):
        assert eigc("verify", proof, "--model", path).returncode == 0, text
    return [q["verdict"] for q in r["requirements"]], r


def test_one_neuron(folder):
    """(1 - w)/tau, w at its largest and tau too."""
    for tau, w in ((60, Fraction(1, 9)), (30, Fraction(1, 2)), (7, Fraction(2, 3)), (13, Fraction(5, 11))):
        rate = Fraction(1 - w) / tau
        text = f"""population A excitatory {{ tau = {tau} ms; cost = nonnegative }}
param w = {w / 2} in [0, {w}]
connect A -> A {{ weight = {{weight}} }}
require rate >= {per_ms(rate)}
require rate >= {per_ms(rate * SLOWER)}
"""
        assert verdicts(folder, text.replace("{weight}", str(w)))[0] == ["certified", "undecided"], text
        got, r = verdicts(folder, text.replace(" ms)", " ms) for all params").replace("{weight}", "w"))
        assert got == ["certified", "undecided"], (text, r["requirements"])


def test_time_constants_with_ranges(folder):
    for hi, w in ((60, Fraction(0)), (21, Fraction(1, 3))):
        rate = (1 - w) / hi
        text = f"""param T = 10 ms in [5 ms, {hi} ms]
param w = 0.1 in [0, {w + Fraction(1, 10)}]
population A mixed {{ tau = T; cost = nonnegative }}
connect A -> A {{ weight = w - 1 / 10 }}
require rate >= {per_ms(rate)} for all params
require rate >= {per_ms(rate * SLOWER)} for all params
"""
        got, r = verdicts(folder, text)
        assert got == ["certified", "undecided"], (text, r["requirements"])


def test_alike(folder):
    for n, tau, w in ((3, 11, Fraction(1, 7)), (12, 60, Fraction(1, 20))):
        rate = (1 - n * w) / tau
        text = f"""population A excitatory {{ size = {n}; tau = {tau} ms; cost = nonnegative }}
connect A -> A {{ weight = {w} }}
require rate >= {per_ms(rate)}
require rate >= {per_ms(rate * SLOWER)}
"""
        assert verdicts(folder, text)[0] == ["certified", "undecided"], text


def slowest(w, tau, rng):
    """Least decay of diag(tau)^-1 (D W - 1) over D in [0, 1], ends and between."""
    n, least = len(w), np.inf
    for k in range(60):
        d = np.array([(k >> i) & 1 for i in range(n)], dtype=float) if k < 1 << n else rng.random(n)
        least = min(least, -np.linalg.eigvals((d[:, None] * w - np.eye(n)) / tau[:, None]).real.max())
    return least


def test_random_models(folder, count, seed):
    near = 0
    for k in range(count):
        r, rng = random.Random(seed + k), np.random.default_rng(seed + k)
        n, symmetric = r.randrange(2, 5), r.random() < .5
        w = [[Fraction(r.randrange(-9, 10), 10 * n) for _ in range(n)] for _ in range(n)]
        tau = [r.randrange(5, 30) if not symmetric else 20 for _ in range(n)]
        for i in range(n):
            for j in range(i):
                w[i][j] = w[j][i] if symmetric else w[i][j]
        text = "".join(f"population A{i} mixed {{ tau = {tau[i]} ms; cost = nonnegative }}\n" for i in range(n))
        text += "".join(f"connect A{j} -> A{i} {{ weight = {w[i][j]} }}\n" for i in range(n) for j in range(n))
        got, report_ = verdicts(folder, text + "require stable\n")
        rate = report_["stability"].get("rate")
        if not rate:
            continue
        true = slowest(np.array(w, dtype=float), np.array(tau, dtype=float), rng)
        assert float(Fraction(rate)) <= true * (1 + 1e-9), (text, rate, true)
        near += float(Fraction(rate)) > true * .999
    assert near * 4 > count, near
    print(f"# {near} of {count} nearly what slopes leave")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "exact_rates", 24))
