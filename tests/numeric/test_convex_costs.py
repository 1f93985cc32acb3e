#!/usr/bin/python3
"""Costs by formula that are convex for a reason that takes more than intervals of the terms as they are written: barriers, squares and products
of softplus, tails that cancel, powers that are of one base on one side of a kink. Each is accepted, its rates are those of bisection in many
digits, and less x^2 times a little more than half of its least 1 + g'' it is refused. And costs that jump, which are refused with the place and
the values beside it, or do not although step or floor is in them. Run from the repository's root with EIGC=program."""
import math
import random
import re
import sys
import tempfile
from fractions import Fraction

from mpmath import mp, mpf

import eigc
import formula
from convex_cost import accepted, codes_of, said_of, solved


folder = tempfile.mkdtemp()


def least(cost):
    """The least 1 + g'', g being smooth inside its domain and on each side of 0 with one valley there, or falling towards an end."""
    g, (lo, hi) = formula.parts("cost(x) = " + cost, mpf(30))
    step = (hi - lo) / 400
    at = [lo + step * (k + mpf("0.37")) for k in range(400)]
    k = min(range(400), key=lambda k: formula.curvature(g, at[k]))
    a, b = max(at[k] - step, lo + step / 10**9), min(at[k] + step, hi - step / 10**9)
    for _ in range(40):
        p, q = a + (b - a) * mpf("0.382"), a + (b - a) * mpf("0.618")
        a, b = (a, q) if formula.curvature(g, p) < formula.curvature(g, q) else (p, b)
    return 1 + formula.curvature(g, a)


def just_convex(cost):
    """... and not where it bends down a thousandth more than it may."""
    accepted(cost)
    text, on, domain = cost.partition(" on ")
    most = least(cost) / 2
    for factor, codes in ((mpf("0.999"), []), (mpf("1.001"), ["E0720"])):
        near = "%s - %s * x^2%s%s" % (text, mp.nstr(most * factor, 12), on, domain)
        assert codes_of(near) == codes, (near, codes_of(near))


def barriers():
    for cost in ("-log(1 - x^2) on [-1, 1]", "-sqrt(1 - x^2) on [-1, 1]", "-sqrt(4 - x^2) * 0.3 on [-2, 2]", "-log(x - x^2) on [0, 1]",
                 "-log(exp(x) - 1) on [0, 3]", "-log(1 - exp(-x)) on [0, 3]", "-log(log(x)) on [1, 10]", "-log(sqrt(x + 1) - 1) on [0, 5]",
                 "1 / (1 - x^2) on [-1, 1]", "-log(1 - x^4) on [-1, 1]", "(1 - x^2)^-0.5 on [-1, 1]", "-log(tanh(x)) on [0, 2]"):
        just_convex(cost)
    for cost in ("1 - sqrt(1 - x^2) - x^2 / 2 on [-1, 1]", "-log(exp(x) - 1) on [0, inf]", "-log(1 - exp(x)) on [-inf, 0]", "-log(1 - x^2) on [-1, 1]",
                 "-log(27 - x^3) on [0, 3]", "-(1 - x^2)^0.25 on [-1, 1]"):
        accepted(cost)
    assert codes_of("sqrt(1 - x^2) on [-1, 1]") == codes_of("log(1 - x^2) on [-1, 1]") == codes_of("log(exp(x) - 1) on [0, inf]") == ["E0720"]
    assert codes_of("-log(1 - x^2) on [-1, 1.001]") == codes_of("-sqrt(1 - x^2) on [-1.001, 1]") == ["E0722"]


def irrational_slopes_at_kinks():
    """Both sides have one slope at the kink, exp(1/2) for the first of them, whichever numbers that are."""
    for cost in ("exp(x + abs(x - 0.5)^3) on [0, 1]", "(1 + abs(x - 0.152)^3) * exp(x) on [0, 1]", "sqrt(1 + x + max(x - 1, 0)^2) on [0, inf]",
                 "log(exp(x) + max(x - 0.3, 0)^2)", "log(1 + max(x - 0.5, 0)^3 + exp(x))", "tanh(x) * max(x - 1/3, 0)^2 + 2 * x^2",
                 "exp(x + max(x - 1, 0)^2) on [0, 2]", "exp(0.1 * x + max(x - 1, 0)^2) on [0, 4]"):
        accepted(cost)
    for cost in ("exp(x + abs(x - 0.5)^3) - 1e-9 * abs(x - 0.5) * exp(x) on [0, 1]", "sqrt(1 + x + max(x - 1, 0)^2) - 1e-9 * abs(x - 1) on [0, inf]",
                 "x^2 - exp(x) * max(x - 0.1, 0) / 1e6 on [0, 1]"):
        assert codes_of(cost) == ["E0720"], cost


def waves_in_any_unit():
    """What is found of a cost that repeats is found of it in units of x that are c times as long, c^2 g(x/c); bends of -1 and beside."""
    for wave, code in (("cos({x})", []), ("1.01 * cos({x})", ["E0720"]), ("0.6 * cos({x}) - 0.1 * cos(2 * {x})", []), ("cos({x}) + 0.001 * sin({x})^2", []),
                       ("0.97 * cos({x}) + 0.1 * cos(3 * {x} + 1)", ["E0720"])):
        for c in ("1e-5", "1e-3", "1e-2", "1", "300", "1e3", "1e6", "1e9"):
            cost = "%s^2 * (%s)" % (c, wave.format(x="(x / %s)" % c))
            assert codes_of(cost) == code, (cost, codes_of(cost))


def tails():
    for cost in ("log(1 + exp(x)) * x", "exp(sqrt(1 + x^2))", "log(1 + exp(x))^2 on [-3, inf]", "log(1 + exp(-2 * x))^2 + log(1 + exp(3 * x))^2", "log(1 + exp(x))^3 on [-1, inf]"):
        just_convex(cost)
    for cost in ("x^2 + log(1 + x^2) * sqrt(1 + x^2)", "-0.2 * (1 + log(1 + x^2)) / (1.3 + x^2)", "6 * x^2 + 0.9 * log(1 + x^2) + log(1 + x^2)^2",     # logarithms grow
                 "x^2 + (2 - log(1 + x^2)) * normcdf(x) / 3"):
        accepted(cost)
    for cost in ("log(1 + exp(x))^2", "log(1 + exp(x))^2 + log(1 + exp(-x))", "exp(sqrt(2 + 3 * x^2) / 4) / 2"):
        accepted(cost)
    assert codes_of("log(1 + exp(x))^2 - 0.501 * x^2") == codes_of("-log(1 + exp(x))^2") == codes_of("-log(1 + exp(x)) * x") == ["E0720"]


def factors_and_ends():
    """Bounds to 1e-6 of what a dense look finds; beside an end, log(1 + exp(x)) does not grow."""
    for cost in ("(x^4 + x^2) / (x^2 + 1)", "x^4 / (x^2 + 1)", "x^6 / (1 + x^4)", "x * log(x / (1 - x)) + log(1 - x) on [0, 1]",
                 "-0.4 * log(1.5 + log(1 + exp(x))) on [0, 1]", "-0.8 * log(1 + exp(x)) / (1 + x^2) on [0, 1]", "0.3 * x^2 / (1 + x^2)"):
        report = eigc.check("population P excitatory { tau = 1; cost(x) = %s }" % cost, folder)["activations"][0]
        most = 1 / least(cost)
        assert most * (1 - mpf("1e-6")) <= mpf(float(Fraction(report["slope"][1]))) <= most * (1 + mpf("1e-6")), (cost, report, most)


def powers_of_one_base_on_one_side():
    for cost in ("max(x, 0) * sqrt(max(2 * x, 0))", "max(x, 0) * log(1 + sqrt(max(x, 0)))", "sqrt(max(x, 0)^2)", "sqrt(max(x - 1, 0)^2) + x^2 / 4",
                 "max(x, 0)^0.7 * max(3 * x, 0)^0.6", "max(1 - x, 0) * sqrt(max(3 - 3 * x, 0))", "sqrt(max(x, -1)^2) on [-0.9, 3]",
                 "max(x - 1, 0) * exp(sqrt(max(2 * x - 2, 0)))", "-x * sqrt(max(-x, 0)) on [-4, 1]",
                 "max(x, 0) * (1 + max(x, 0)^2)^0.5", "max(x, 0)^1.5 / (1 + sqrt(max(x, 0)))"):
        accepted(cost)
    for cost in ("-max(x, 0) * sqrt(max(2 * x, 0))", "-sqrt(max(x, 0)^2)", "sqrt(max(x, -1)^2)", "x * sqrt(max(-x, 0))", "-max(x, 0) * log(1 + sqrt(max(x, 0)))"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    assert codes_of("x * sqrt(2 * x)") == codes_of("x * sqrt(-x) on [-1, 1]") == ["E0722"]


def compositions():
    for cost in ("log(1 + exp(x^2))", "log(exp(1 + x^2) + 1)", "x^2 / (1 + x) on [0, inf]", "-log(normcdf(x)) on [-6, 4]", "sqrt(1 + x^2 + x^4) on [-4, 4]",
                 "-0.4 * log(1 / (1 + exp(-x))) + 0.3 * x * log(2 * x) on [0, 20]", "0.7 * tanh(2 * x) + x^2", "(x + 2) * log(x + 1) on [0, 9]", "log(3 * x)^2 on [0, 20]"):
        just_convex(cost)
    for cost in ("exp(x^2) / (1 + exp(x^2)) / 10", "0.1 * exp(x^4) / (2 + exp(x^4))", "log1p(exp(abs(x)^3))", "-log(normcdf(x)) on [-30, inf]", "0.5 * x * log(x) + 0.2 * x^2 on [0, inf]", "exp(-x) / (2 - x) on [-inf, 1]", "log(x)^2 + x^2 on [0, inf]"):
        accepted(cost)
    assert codes_of("sqrt(1 + x^2) - x^2 / 2") == ["E0723"] and codes_of("0.5 * x * log(x) - 0.5 * x^2 on [0, inf]") == []
    assert codes_of("log(x + 1) - 0.7 * x on [0, 3]") == [] and codes_of("1.001 * log(x + 1) on [0, 3]") == ["E0720"]


def next_to(*numbers):
    return [near for s in numbers for near in (math.nextafter(s, -math.inf), s, math.nextafter(s, math.inf))]


def curves_that_cross():
    """Kinks where curves meet at rational numbers. The inputs: inside of a jump of x + g', at its ends, and next to these."""
    for cost, inputs in (("max(0, x^3 - x) on [0, inf]", next_to(1, 3) + [2, 0.5, 40]), ("max(x^2, 1)", next_to(1, 3, -1, -3) + [2, -2, 0.3, 5, -9]),
                         ("max(exp(x), 1 - x)", next_to(1, -1) + [0.4, 3, -5]), ("max(exp(x - 1), 2 - x)", next_to(0, 2) + [1, 9, -3]),
                         ("max(x^2, x^3 / 2)", next_to(0, 6, 8) + [7, 20, -4]), ("abs(x^3 - x / 4) + 2 * x^2", next_to(2, 3, 0.25, -0.25) + [2.4, -2.6, 9]),
                         ("max(x^2, 2 + x)", next_to(0, -3, 6) + [-1, 4, 20, -20]), ("max(atan(x), -x^3 - x)", next_to(1, -1) + [0.3, -0.3, 7, -7]),
                         ("max((2 * x - 1)^2 * (x - 3), 0) on [-3, 9]", next_to(3, 28) + [0.4, 12, 90, -2]), ("max(x^2, 2) on [1.5, 5]", [4, 4.5, 7, 20])):
        assert codes_of(cost) == [], (cost, codes_of(cost))
        solved(cost, inputs)
    for cost in ("min(x^2, 1)", "min(exp(x), 1 - x)", "min(x^2, 2 + x)", "-abs(x^3 - x / 4) + 2 * x^2", "x^2 - max(x^2, x^3)", "-abs(exp(x) - 1)", "min(x^18, x^2)"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    for cost in ("max(log(x), 1) + x^2 on [-1, 1]",):
        assert codes_of(cost) == ["E0721"], (cost, codes_of(cost))


def limits(cost, x):
    """Of the cost from both sides of a place that is known to ten digits; NaN where it has none."""
    g, _ = formula.parts("cost(x) = " + cost, mpf(10)**6)
    h = mpf(10)**-8 * max(1, abs(x))
    return g(x - h), g(x + h)


def jumps_as_said(cost):
    """E0720 names a place inside the domain and what the cost is on both sides of it."""
    said = said_of(cost)
    assert re.findall(r"\[(E\d+)\]", said) == ["E0720"], (cost, said)
    at = re.search(r"at x = (\S+): it jumps there, from (\S+) (?:over (\S+) )?to (\S+) \[", said)
    assert at, (cost, said)
    x, before, over, after = (mpf(t) if t else None for t in at.groups())
    for shown, there in zip((before, after), limits(cost, x)):
        assert abs(shown - there) <= mpf(10)**-5 * max(1, abs(there)), (cost, said, there)
    if over is None:
        assert before != after, (cost, said)
    else:
        g, _ = formula.parts("cost(x) = " + cost, mpf(10)**6)
        assert abs(g(x) - over) <= mpf(10)**-9 and over not in (before, after), (cost, said)


def jumps():
    for cost in ("floor(x)", "x^2 + floor(x)", "floor(x / 1000 + 0.5)", "floor(x - 2.5) + x^4", "floor(1000 * x)", "x^2 + floor(1e6 * x) / 1000", "floor(x) + floor(-x)", "x * floor(x)",
                 "floor(x)^2", "floor(abs(x))", "abs(floor(x) - x)", "min(floor(x), 5) + x^2", "floor(x^2)", "floor(exp(x))", "floor(log(x)) on [0, inf]", "floor(sqrt(x)) on [0, 9]",
                 "floor(5 * sin(x))", "floor(1 / x) on [0.3, 0.9]", "floor(x + 0.5 * sin(x)) on [-1, 1]", "step(x^2 - 2) * x^2", "step(exp(x) - 3) + x^2", "step(x^3 - 2)", "pulse(x^2 - 2, 1) * x",
                 "step(abs(x) - 1)", "step(sin(x))", "step(-x^2)", "step(floor(x)) on [-2, 2]", "-floor(x) on [0.5, 1.5]", "x^2 + step(x^2 - 2) * (x - 1)", "floor(x) * x * (x - 1) / 2 on [0.5, 2.5]"):
        jumps_as_said(cost)
    for cost in ("floor(x) * 0", "x^2 + 0 * step(x^2 - 2)", "floor(x) - floor(x)", "floor(x) on [0.2, 0.7]", "x^2 + floor(3 * x) on [0, 0.3]", "(x - 1)^2 * floor(x) on [0.5, 1.5]", "x^3 * floor(x) on [-0.5, 0.5]",
                 "floor(x) * x - floor(x) * (floor(x) + 1) / 2 on [-3, 3]", "floor(tanh(x)) on [0, inf]", "floor(0.999 / (1 + x^2))", "floor(x + 0.5) * max(x - 0.5, 0) + x^2 on [-0.2, 1]", "floor(step(x) / 2)"):
        accepted(cost)
    for cost in ("floor(x) on [0, 1]", "floor(-x) on [0, 1]", "step(x - 1) on [0, 1]", "floor(exp(-x)) on [0, inf]", "pulse(x, 1) * (-1) + x^2 on [0, 1]"):
        assert codes_of(cost) == ["E0723"], (cost, codes_of(cost))          # up, at an end
    for cost in ("-floor(x) on [0, 1]", "-step(x - 1) on [0, 1]"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))          # down
    for cost in ("(x - floor(x)) * (1 - x + floor(x))", "step(-(x^2 - 2)^2)"):
        assert codes_of(cost) == ["E0721"], (cost, codes_of(cost))


def infinite_slopes():
    """On one side of a kink: convex where the domain ends there, else never."""
    for cost in ("-step(x) * sqrt(max(x, 0))", "x^2 / 2 - sqrt(max(x, 0))", "9 * x^2 - sqrt(abs(x - 1 / 3))", "-sqrt(max(-x, 0))", "x^2 - abs(x)^0.9", "-log(1 + sqrt(max(x, 0)))", "sqrt(max(x, 0))",
                 "-max(x^2 - 2, 0)^0.25", "-sqrt(max(2 - x^2, 0)) - sqrt(max(x^2 - 2, 0))", "max(0, 1 - sqrt(max(0, x)))", "-sqrt(max(0, x^2 - 1)) + x^2", "-sqrt(floor(x)) * sqrt(max(x - 1, 0)) on [0.5, 1.5]"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    for cost in ("max(1 - sqrt(max(0, x)), 0) on [0, inf]", "-step(x) * sqrt(max(x, 0)) on [0, inf]", "-sqrt(max(x, 0)) on [0, 2]"):
        accepted(cost)


SWITCHED = ["A * x^2", "A * (x - B)^2", "A * (x - B)", "x^2 - C", "1", "A * (x^2 - C)", "exp(x) - 1", "x * (x - B)"]
SWITCHES = ["step(x - B)", "step(B - x)", "floor(x - B)", "floor(2 * x)", "pulse(x - B, 1)", "step(x^2 - C)", "floor(x^2 / 2)", "step(x)", "floor(exp(x))"]


def random_cost(rng):
    number = lambda c: {"A": "%g" % rng.choice([-1, 0.5, 2]), "B": "%g" % rng.choice([-0.5, 0, 0.3, 1]), "C": "%d" % rng.choice([1, 2, 3])}.get(c, c)
    text = "(%s) * %s + %d * x^2" % (rng.choice(SWITCHED), rng.choice(SWITCHES), rng.choice([0, 1, 4]))
    ends = {c: number(c) for c in "ABC"}
    return "".join(ends.get(c, c) for c in text) + " on [-1.9, 1.9]"


def chord_above(g, lo, hi):
    """A place where x^2/2 + g is above a chord: beside places where it may switch, and between."""
    h = lambda x: x * x / 2 + g(x)
    near = [mpf(k) / 10 for k in range(-19, 20)] + [s * mp.sqrt(mpf(k) / 2) for s in (-1, 1) for k in range(8)] + [mp.log(k) for k in range(1, 7)]
    at = sorted({x for c in near for d in (0, mpf(10)**-20, mpf(10)**-3) for x in (c - d, c + d) if lo < x < hi} | {lo + (hi - lo) * k / 301 for k in range(1, 301)})
    y = [h(x) for x in at]
    for k in range(1, len(at) - 1):
        t = (at[k] - at[k - 1]) / (at[k + 1] - at[k - 1])
        if y[k] > y[k - 1] * (1 - t) + y[k + 1] * t + mpf(10)**-30:
            return at[k]
    return None


def random_jumps():
    undecided = 0
    for k in range(90):
        cost = random_cost(random.Random(k))
        g, (lo, hi) = formula.parts("cost(x) = " + cost, mpf(10)**6)
        codes, at = codes_of(cost), chord_above(g, lo, hi)
        assert codes in ([], ["E0720"], ["E0721"]) and (codes != [] or at is None) and (codes != ["E0720"] or at is not None), (k, cost, codes, at)
        undecided += codes == ["E0721"]
    assert undecided <= 1, undecided


eigc.test("curves that cross", curves_that_cross)
eigc.test("jumps", jumps)
eigc.test("infinite slopes", infinite_slopes)
eigc.test("random jumps", random_jumps)
eigc.test("barriers", barriers)
eigc.test("irrational slopes at kinks", irrational_slopes_at_kinks)
eigc.test("waves in any unit", waves_in_any_unit)
eigc.test("tails", tails)
eigc.test("powers of one base on one side", powers_of_one_base_on_one_side)
eigc.test("factors and ends", factors_and_ends)
eigc.test("compositions", compositions)
sys.exit(eigc.failures > 0)
