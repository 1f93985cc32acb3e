#!/usr/bin/python3
"""Shifted costs against brute-force minimisation of g(x) + (x - s)^2/2.
Run from the repository's root with EIGC=program."""
import sys
import tempfile

import numpy as np
import eigc

folder = tempfile.mkdtemp()


def entropy(x, T, r):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / r), 0.0) for y in (x, r - x)]
    return T * (terms[0] + terms[1])


# cost, g, the interval of its rates
CASES = [
    ("shift(l1(0.5), 2)", lambda x: 0.5 * abs(x - 2), -9, 9),
    ("shift(l1(0.5) + quadratic(0.25), 2) + nonnegative + 2 * quadratic(0.5) + linear(-0.3)",
     lambda x: 0.5 * abs(x - 2) + 0.125 * (x - 2)**2 + 0.5 * x**2 - 0.3 * x, 0, 9),
    ("shift(leaky(0.4), -1) + box(-2, 3)", lambda x: 0.75 * np.minimum(x + 1, 0)**2, -2, 3),
    ("shift(box(-1, 1), 4) + linear(0.2)", lambda x: 0.2 * x, 3, 5),
    ("3 * shift(logistic(r = 2, T = 0.5), -1)", lambda x: 3 * (entropy(x + 1, 0.5, 2) - (x + 1)**2 / 2), -1, 1),
    ("shift(logistic_entropy(0.3), 0.5) + quadratic(1)", lambda x: entropy(x - 0.5, 0.3, 1) + x**2 / 2, 0.5, 1.5),
    ("shift(boltzmann(0.5), 1) / 2", lambda x: 0.25 * np.where(x > 1, (x - 1) * np.log(np.maximum(x - 1, 1e-300)) - (x - 1), 0), 1, 9),
]


def least(g, lo, hi, s):
    """Ternary search: g(x) + (x - s)^2/2 is convex."""
    lo, hi = np.float64(lo), np.float64(hi)
    cost = lambda x: float(g(x) + (x - s)**2 / 2)
    for _ in range(200):
        a, b = lo + (hi - lo) / 3, hi - (hi - lo) / 3
        lo, hi = (lo, b) if cost(a) < cost(b) else (a, hi)
    return (lo + hi) / 2


def values(cost, n, extra=""):
    text = ("population P excitatory { size = %d; tau = 1; cost = %s; %sinput = -6 + 12 * i / %d }\n"
            "simulate { duration = 1; method = euler; step = 1; record P every 1 }\n" % (n, cost, extra, n - 1))
    r = eigc.run(text, folder, "--reference")
    assert r.status == 0, r.stderr
    if eigc.has_jit():
        assert np.array_equal(eigc.run(text, folder).arrays["P"], r.arrays["P"])
    return r.arrays["P"][-1]


def each_is_its_minimiser():
    n = 49
    s = -6 + 12 * np.arange(n) / (n - 1)
    for cost, g, lo, hi in CASES:
        wanted = np.array([least(g, lo, hi, x) for x in s])
        assert np.max(abs(values(cost, n) - wanted)) < 1e-6, (cost, values(cost, n), wanted)


def gain_and_threshold_apply_to_the_input():
    n = 49
    s = 1.5 * (-6 + 12 * np.arange(n) / (n - 1) - 0.5)
    cost, g, lo, hi = CASES[1]
    wanted = np.array([least(g, lo, hi, x) for x in s])
    assert np.max(abs(values(cost, n, "gain = 1.5; threshold = 0.5; ") - wanted)) < 1e-6


for check in (each_is_its_minimiser, gain_and_threshold_apply_to_the_input):
    eigc.test("shifts: " + check.__name__.replace("_", " "), check)
sys.exit(eigc.failures > 0)
