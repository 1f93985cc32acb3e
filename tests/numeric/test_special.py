#!/usr/bin/python3
"""Runs against a second implementation of what docs/semantics.md says of roots and of distribution functions, to the bit
(special.py); and what is drawn far out in a tail against SciPy."""
import math
import os
import random
import sys
import tempfile

import numpy as np
from scipy import optimize, special as sp, stats

import eigc
import special

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "property"))
from test_random_draws import uniforms

N = 150


def steps(cost, folder, spread):
    """Inputs and the values of the activation there: a step of one time constant ends at it."""
    r = eigc.run(f"population P mixed {{ size = {N}; tau = 1; cost = {cost}; input = normal(0, {spread}) + {spread} * (i - {N // 2}) / 20 }}\n"
                 "simulate { duration = 1; step = 1; method = euler; record P, input(P) }\n", folder)
    assert r.status == 0, r.stderr
    return zip(r.arrays["input(P)"][0], r.arrays["P"][1])


def boltzmann_to_the_bit(folder):
    for T, spread in ((1, 3), (1, 200), (0.25, 3)):
        for z, x in steps(f"boltzmann(T = {T})", folder, spread):
            ours = special.wright_omega(z) if T == 1 else special.log_root(z, T)
            assert ours == x or abs(ours / x - 1) == 0, (T, z, x, ours)


def logistic_entropy_to_the_bit(folder):
    for T, spread in ((1, 3), (0.0625, 2), (4, 100), (2.0 ** -10, 1)):
        for z, x in steps(f"logistic_entropy(T = {T})", folder, spread):
            ours = special.logit_root(z / T, 1 / T)
            assert ours == x, (T, z, x, ours)


def draw_model(text):
    return f"population P mixed {{ size = {N}; tau = 1; cost = identity; start = {text} }}\n" \
           "simulate { duration = 1; step = 1; method = euler; seed = 5; record P }\n"


def number(x):
    return ("-" if x < 0 else "") + "inf" if math.isinf(x) else repr(x)


def random_cut(r):
    name = r.choice(["uniform", "normal", "lognormal", "exponential", "gamma", "gamma"])
    a, b = {"uniform": (-1.5, 2.25), "normal": (round(r.uniform(-2, 2), 3), round(r.uniform(0.1, 3), 3)),
            "lognormal": (round(r.uniform(0.1, 9), 3), round(r.uniform(0.1, 1.5), 3)), "exponential": (round(r.uniform(0.1, 5), 3), 0.0),
            "gamma": (round(math.exp(r.uniform(-2, 6)), 3), round(r.uniform(0.1, 5), 3))}[name]
    d = {"uniform": stats.uniform(a, b - a), "normal": stats.norm(a, b), "lognormal": stats.lognorm(b, scale=a),
         "exponential": stats.expon(scale=a), "gamma": stats.gamma(a, scale=b)}[name]
    far = 10.0 ** -r.uniform(0.31, 7 if name == "uniform" else 250)
    kind = r.choice(["upper", "upper", "both", "lower"])
    if kind == "upper":
        lo, hi = d.isf(far), math.inf if r.random() < 0.4 else d.isf(far * 10.0 ** -r.uniform(0.01, 20))
    elif kind == "both":
        lo, hi = d.ppf(r.uniform(0, 0.4)), d.ppf(r.uniform(0.5, 0.999))
    else:
        lo, hi = (-math.inf if r.random() < 0.5 else d.ppf(far / 10)), d.ppf(far)
    lo, hi = float(f"{lo:.9g}"), float(f"{hi:.9g}")
    return name, a, b, d, lo, hi


def cuts(how_many):
    r = random.Random(11)
    while how_many:
        cut = random_cut(r)
        if cut[4] < cut[5] and not (cut[0] == "gamma" and cut[5] == 0):
            how_many -= 1
            yield cut


def call(name, a, b):
    return f"{name}({a})" if name == "exponential" else f"{name}({a}, {b})"


def draws_to_the_bit_and_right(folder):
    us = [uniforms(5, "start", f"P[{i}]", 0, 0)[0] for i in range(N)]
    worst = 0.0
    for name, a, b, d, lo, hi in cuts(100):
        r = eigc.run(draw_model(f"truncated({call(name, a, b)}, {number(lo)}, {number(hi)})"), folder)
        assert r.status == 0, (name, a, b, lo, hi, r.stderr)
        xs = r.arrays["P"][0]
        ours = [special.truncated(name, a, b, lo, hi, u) for u in us]
        assert list(xs) == ours, (name, a, b, lo, hi, [(x, y) for x, y in zip(xs, ours) if x != y][:3])
        upper = d.cdf(lo) > 0.5
        below = lambda x: (d.sf(lo) - d.sf(x)) / (d.sf(lo) - d.sf(hi)) if upper else (d.cdf(x) - d.cdf(lo)) / (d.cdf(hi) - d.cdf(lo))
        assert stats.kstest(below(xs), "uniform").pvalue > 1e-5, (name, a, b, lo, hi)
        for u, x in zip(us[:20], xs):
            part = d.sf(lo) - u * (d.sf(lo) - d.sf(hi)) if upper else d.cdf(lo) + u * (d.cdf(hi) - d.cdf(lo))
            want = a * math.exp(b * (-1 if upper else 1) * stats.norm.ppf(part)) if name == "lognormal" else d.isf(part) if upper else d.ppf(part)
            off = abs(x - want) / max(abs(want), abs(d.std()))
            worst = max(worst, off)
            assert off < 1e-12, (name, a, b, lo, hi, u, x, want, off)
    print(f"# the worst draw is off by {worst:.2g}")


def whole_gamma_to_the_bit(folder):
    us = [uniforms(5, "start", f"P[{i}]", 0, 0)[0] for i in range(N)]
    for shape in (0.07, 0.5, 1, 2.5, 40, 3000):
        r = eigc.run(draw_model(f"gamma({shape}, 0.3)"), folder)
        assert list(r.arrays["P"][0]) == [0.3 * special.gamma_quantile(float(shape), u) for u in us], shape


def tails_have_no_atom(folder):
    for text in ("truncated(exponential(1), 25, 1000)", "truncated(normal(0, 1), 6.9, 100)", "truncated(normal(0, 1), 8.2, inf)",
                 "truncated(lognormal(1, 1), 1e5, inf)", "truncated(gamma(2, 1), 60, inf)"):
        r = eigc.run(draw_model(text).replace(f"size = {N}", "size = 20000"), folder)
        assert r.status == 0, (text, r.stderr)
        x = r.arrays["P"][0]
        assert np.isfinite(x).all() and len(set(x)) > 19990, (text, len(set(x)))


if __name__ == "__main__":
    if eigc.has_jit():
        with tempfile.TemporaryDirectory() as folder:
            for check in (boltzmann_to_the_bit, logistic_entropy_to_the_bit, whole_gamma_to_the_bit, draws_to_the_bit_and_right, tails_have_no_atom):
                eigc.test(check.__name__, lambda: check(folder))
    else:
        print("ok without LLVM nothing runs")
    sys.exit(eigc.failures > 0)
