#!/usr/bin/python3
"""Costs by formula whose terms cancel at one rate inside the domain: every rate is right as docs/semantics.md, Solves, promises, or the run stops.
Run from the repository's root with EIGC=program."""
import random
import sys
import tempfile

from mpmath import exp, mp, mpf, sin, sinh, sqrt, tanh

import eigc

folder = tempfile.mkdtemp()
mp.dps = 50


def population(cost, s):
    return "population A mixed { tau = 1; cost(x) = %s; input = %r }\n" % (cost, s)


def run(cost, s, *options):
    """The rate, or None where the run stops and says so."""
    done = eigc.run(population(cost, s) + "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n", folder, *options)
    assert done.status in (0, 1) and (done.status == 0 or "E0890" in done.stderr), (cost, s, done.stderr)
    return done.record(0)[-1].item() if done.status == 0 else None


def rates(cost, inputs):
    """By machine code, or by the reference where there is none; every fourth by the reference, and one by a run of its own."""
    if not eigc.has_jit():
        return [run(cost, s, "--reference") for s in inputs]
    found = eigc.swept(population(cost, 0), inputs, folder)
    for k in range(0, len(inputs), 4):
        assert run(cost, inputs[k], "--reference") == found[k], (cost, inputs[k], found[k])
    assert run(cost, inputs[0]) == found[0], (cost, inputs[0], found[0])
    return found


def is_right(force, x, s, lo, hi):
    """An s that is off by 2^-46 of itself has a solution within 1e-9 of x: force nowhere falls."""
    x, way, room = mpf(x), mpf(10)**-9 * abs(mpf(x)), mpf(2)**-46 * abs(mpf(s)) + mpf(2)**-1000
    return (x - way <= lo or force(x - way) <= s + room) and (x + way >= hi or force(x + way) >= s - room)


def looked_at(cost, force, lo, hi, inputs):
    """How many inputs have a rate."""
    found = rates(cost, inputs)
    for s, x in zip(inputs, found):
        assert x is None or is_right(force, x, s, lo, hi), (cost, s, x)
    return len(inputs) - found.count(None)


def named():
    for cost, force, lo, hi, inputs in (
            ("1e10 * (exp(x-1) - x^2/2 - (x-1)^3/6)", lambda x: x + mpf(10)**10 * (exp(x - 1) - x - (x - 1)**2 / 2), -mp.inf, mp.inf,
             [0.99999, 1 - 1e-6, 1.0, 1.001, 0.9, 2, 0, 5e3, -5e3, 1e7, -1e7, 1e9]),
            ("1e12*(log(x)+1/x) - 1e12*((x-1)^2/2 - 2*(x-1)^3/3) on [0.99, 1.01]",
             lambda x: x + mpf(10)**12 * (1 / x - 1 / x**2 - (x - 1) + 2 * (x - 1)**2), mpf("0.99"), mpf("1.01"),
             [0.99 + 0.002 * k for k in range(11)] + [1e3, -1e3, 1e5, -1e5, 1e8]),
            ("exp((1e-6*x-3)^2)+x^2", lambda x: 3 * x + mpf(2) / 10**6 * (x / 10**6 - 3) * exp((x / 10**6 - 3)**2), -mp.inf, mp.inf,
             [-0.0486, -0.04861850356, -0.048618503565, -0.05, 0.0, 1, -7, 1e6]),
            # Roundings let the value fall at the kink.
            ("1e16 * ((max(x, 0.3) + 3)^3 - 3 * (0.3 + 3)^2 * max(x, 0.3))",
             lambda x: x + (mpf(10)**16 * 3 * ((x + 3)**2 - mpf("3.3")**2) if x > mpf("0.3") else 0), -mp.inf, mp.inf,
             [0.2999, 0.29, 0.0, -0.7, -9.7, -19.7, 0.3, 0.31, 1, 50, 1e6]),
            ("1e16 * ((3 - min(x, -0.3))^3 + 3 * (0.3 + 3)^2 * min(x, -0.3))",
             lambda x: x - (mpf(10)**16 * 3 * ((3 - x)**2 - mpf("3.3")**2) if x < mpf("-0.3") else 0), -mp.inf, mp.inf,
             [-0.2999, -0.29, 0.0, 0.7, 9.7, 19.7, -0.3, -0.31, -1, -50, -1e6])):
        found = looked_at(cost, force, lo, hi, inputs)
        assert found, cost


def nothing_stops_that_is_well_computed():
    for cost in ("exp((1e-6*x-3)^2)+x^2", "exp(x) + exp(-x)", "cos(x) / 2", "log(1 + exp(4 * x))", "sqrt(1 + x^2) + tanh(x - 0.3) / 3",
                 "x / (1 + exp(-x))", "1 / x^8 + x * log(x) on [0, inf]"):
        assert None not in rates(cost, [0, 0.1, 1, -1, 2.7, 50, -50, 1e4]), cost


# Less their first terms, at u = 0: f'(u), the terms of f, f''' >= 0 or the like so that what is left is convex.
FAMILY = [
    ("exp(U)", lambda u: exp(u) - 1 - u - u**2 / 2, "1 + U + U^2 / 2 + U^3 / 6"),
    ("cos(U)", lambda u: u - sin(u), "1 - U^2 / 2"),
    ("(exp(U) + exp(-(U)))", lambda u: 2 * (sinh(u) - u), "2 + U^2"),
    ("(-log(1 + exp(U)))", lambda u: u / 4 + mpf(1) / 2 - 1 / (1 + exp(-u)), "(-U / 2 - U^2 / 8)"),
    ("(-sqrt(1 + U^2))", lambda u: u - u / sqrt(1 + u**2), "(-U^2 / 2)"),
    ("(-log(exp(U) + exp(-(U))))", lambda u: u - tanh(u), "(-U^2 / 2)"),
]


def random_ones():
    rng = random.Random(5)
    found = asked = 0
    for k in range(24):
        f, force, terms = FAMILY[k % len(FAMILY)]
        at, size = rng.choice([1.0, -2.5, 0.75, 7.0, 0.125]), 10.0**rng.randrange(3, 15)
        u = "(x - %r)" % at if at > 0 else "(x + %r)" % -at
        cost = "%r * (%s - (%s))" % (size, f.replace("U", u), terms.replace("U", u))
        span = rng.choice([1e-3, 1e-1, 1, 10])
        where = [at + span * rng.uniform(-1, 1) for _ in range(4)] + [at + span**2 / 30, at]
        whole = lambda x: x + mpf(size) * force(x - at)
        found += looked_at(cost, whole, -mp.inf, mp.inf, [float(whole(mpf(x))) for x in where])
        asked += len(where)
    print("# %d of %d inputs have a rate" % (found, asked))
    assert asked / 4 < found < asked


eigc.test("named", named)
eigc.test("nothing stops that is well computed", nothing_stops_that_is_well_computed)
eigc.test("random ones", random_ones)
sys.exit(eigc.failures > 0)
