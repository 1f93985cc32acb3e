#!/usr/bin/python3
"""Costs by formula with kinks at places that are no rational numbers. Where x + g' jumps the rate is the double nearest to the kink, for every input in
the jump; elsewhere the force is the input there, in many digits. What bends down at such a place is refused. Random ones are judged by their slopes beside
the places where the two branches are found to cross, with mpmath. Usage: test_irrational_kinks.py [HOW MANY [FIRST SEED]]"""
import math
import random
import sys
from fractions import Fraction

from mpmath import mp, mpf

import eigc
import formula
from convex_cost import accepted, codes_of, folder, force, rates, said_of, solved

FAR = mpf(10)**6


def root(difference, a, b):
    """Where the formula changes its sign between a and b."""
    f = formula.function(difference)
    a, b, rises = mpf(a), mpf(b), f(mpf(b)) > 0
    for _ in range(300):
        m = (a + b) / 2
        a, b = (a, m) if (f(m) > 0) == rises else (m, b)
    return (a + b) / 2


def jump(cost, x):
    g, (lo, hi) = formula.parts("cost(x) = " + cost, FAR)
    h = mpf(10)**-20 * max(abs(x), mpf(10)**-9)
    return force(g, lo, hi, x - h), force(g, lo, hi, x + h)


def stays_at(cost, x):
    """The rate of inputs from the lower end of the jump to the upper one is the double nearest to x; next to them it is what it is."""
    below, above = jump(cost, x)
    inside = [float(below + (above - below) * k / 7) for k in range(1, 7)]
    for s, got in zip(inside, rates(cost, inside)):
        assert got == float(mp.nstr(x, 60)), (cost, s, got, x)
    ends = [near for s in (float(below), float(above)) for near in (math.nextafter(s, -math.inf), s, math.nextafter(s, math.inf))]
    solved(cost, ends)


def kinks():
    for cost, places in (("max(x^2, 2)", [("x^2 - 2", 1, 2), ("x^2 - 2", -2, -1)]), ("max(exp(x), 3)", [("exp(x) - 3", 1, 2)]),
                         ("max(exp(x) - 1, x^2) on [-3, 3]", []), ("max(exp(x), max(3, max(x^2, 4 - x)))", [("exp(x) - x^2", -3, 0), ("exp(x) - 4 + x", 1, 2)]),
                         ("max(0, x^3 - x - 1)", [("x^3 - x - 1", 1, 2)]), ("abs(x^2 - 2) + x^2", [("x^2 - 2", 1, 2)]),
                         ("max(-log(x), x) on [0, 4]", [("x + log(x)", 0.1, 1)]), ("max(tanh(x), x^3 + x) + x^2", []), ("max(2 * tanh(x), x) + x^2", []),
                         ("max(x, 1e-100 * exp(x))", [("x - 1e-100 * exp(x)", 200, 300)]), ("max(x^2, 2e200)", []), ("max(3 * x, 1e-8 * exp(x))", [("3 * x - 1e-8 * exp(x)", 1e-9, 1)]),
                         ("max(abs(x)^2.5, 2)", [("abs(x)^2.5 - 2", 1, 2)]), ("max(sqrt(1 + x^2), 3)", [("1 + x^2 - 9", 2, 3)]),
                         ("max(max(x^2, 2) + abs(x), exp(x) + 1)", []), ("max(exp(x^2), 3)", [("exp(x^2) - 3", 1, 2)]), ("ramp(x^2 - 2, 1) on [0, 1.5]", [("x^2 - 2", 1, 2)]),
                         ("max(x^2, 2) + max(exp(x), 3) + abs(x - 1 / 3)", [("x^2 - 2", 1, 2), ("exp(x) - 3", 1, 1.2)])):
        accepted(cost)
        for difference, a, b in places:
            stays_at(cost, root(difference, a, b))


def smooth_crossings():
    """No jump: the slopes are the same where the branches meet."""
    for cost in ("max(x^2 - 2, 0)^2", "max(x^2 - 2, 0)^3", "max(0, exp(x) - 3)^2", "max(0, max(exp(x) - 3, 1 - x))^2", "max((x^2 - 2)^2, 0) / 100", "max(tanh(x), x)",
                 "max(x, x - x^3)", "2 * max(tanh(x) - x, 0)", "max(exp(x - 1) - x, 0)"):
        accepted(cost)


def powers():
    """The slope is that of a root where the branches meet, g'' infinite: among the inputs those that lead there, and next to it."""
    for cost, difference, a, b in (("max(x^2 - 2, 0)^1.5", "x^2 - 2", 1, 2), ("max(x^2 - 2, 0)^1.2", "x^2 - 2", -2, -1), ("max(x^2 - 2, 0)^2.5", "x^2 - 2", 1, 2),
                                   ("max(exp(x) - 3, 0)^1.5", "exp(x) - 3", 1, 2), ("max(exp(x) - x - 2, 0)^1.5", "exp(x) - x - 2", 1, 2), ("max(x^3 - 2, 0)^1.5", "x^3 - 2", 1, 2),
                                   ("max(x^2 - 2, 0)^1.5 + sin(x) / 2", "x^2 - 2", 1, 2), ("max(x^2 - 2, 0)^1.5 * exp(x) on [-3, 3]", "x^2 - 2", 1, 2),
                                   ("max(x^2 - 2, 0) * sqrt(max(x^2 - 2, 0))", "x^2 - 2", 1, 2), ("max(x^2 / 3 - 1, 0)^1.5 + abs(x - 1)", "x^2 - 3", 1, 2),
                                   ("abs(x^2 - 2)^1.5 + 3 * x^2", "x^2 - 2", 1, 2), ("abs(exp(x) - 3)^1.5 + x^2", "exp(x) - 3", 1, 2), ("max(2 - x^2, 0)^1.5 / 100", "x^2 - 2", -2, -1),
                                   ("max(x^2 + abs(x) - 3, 0)^1.5", "x^2 + x - 3", 1, 2), ("max(x^2 - 2, 0)^1.5 - 0.499 * x^2", "x^2 - 2", 1, 2), ("max(sqrt(1 + x^2) - 2, 0)^1.5", "x^2 - 3", 1, 2)):
        accepted(cost)
        g, (lo, hi) = formula.parts("cost(x) = " + cost, FAR)
        x = root(difference, a, b)
        there = float(force(g, lo, hi, x + mpf(10)**-30))
        solved(cost, [math.nextafter(there, -math.inf), there, math.nextafter(there, math.inf)] + [float(force(g, lo, hi, x + h)) for h in (mpf(10)**-12, -mpf(10)**-12, mpf(10)**-6)])
    for cost in ("-max(x^2 - 2, 0)^1.5", "-max(x^2 - 2, 0)^0.5 on [0, 1.5]", "-max(2 - x^2, 0)^0.5", "max(2 - x^2, 0)^1.5", "abs(x^2 - 2)^1.5 + x^2", "max(x^2 - 2, 0)^0.9", "x^2 - max(exp(x) - 3, 0)^0.5 on [0, 2]"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    for cost in ("(x^2 - 2)^1.5 + max(x^2 - 2, 0)", "(x^2 - 2)^1.5 + max(x^2 - 2, 0) on [1, 3]", "max(x^2 - 2, 0) + (max(x^2 - 2, 0) * (9 - 2 * x))^1.5 / 1000 on [1, 5]"):
        assert codes_of(cost) == ["E0722"], (cost, codes_of(cost))


def switches():
    """One step or floor, that does not jump since what it multiplies is 0 there."""
    for cost in ("(x^2 - 2) * step(x^2 - 2)", "step(x^2 - 2) * (x^2 - 2)^2", "(exp(x) - 3) * step(exp(x) - 3)", "(exp(x) - 3) * step(exp(x) - 3) + abs(x^2 - 2) + x^2", "(x^2 - 2) * floor(x^2 / 2) on [-1.9, 1.9]",
                 "(x^2 - 2) * step(x^3 - 2 * x) on [0.5, 2]", "max(x^2 - 2, 0)^1.5 * step(x^2 - 2)", "(x^2 - 2) * step(x^2 - 2) / (1 + x^2) + x^2"):
        accepted(cost)
    x = mp.sqrt(2)
    for cost in ("(x^2 - 2) * step(x^2 - 2)", "(x^2 - 2) * floor(x^2 / 2) + abs(x - 1) on [0, 1.9]"):
        stays_at(cost, x)
    for cost in ("(x^2 - 2) * step(2 - x^2)", "-(x^2 - 2) * step(x^2 - 2) on [0, 1.5]", "(x^2 - 2.000000000000001) * step(x^2 - 2)", "step(x^2 - 2) * (exp(x) - 3) + 9 * x^2"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    assert codes_of("(x^2 - 2)^1.5 * step(x^2 - 2)") == ["E0722"]


def refused():
    for cost in ("min(x^2, 2)", "min(exp(x), 3)", "x^2 - max(x^2, 2)", "-abs(x^2 - 2) + 2 * x^2", "-max(exp(x), 3) + exp(x)", "abs(x^2 - 2)", "min(max(x^2, 2), 3)",
                 "abs(abs(x^2 - 3) - 1) / 10", "max(x^2, 2) - 1.5 * max(x^2 - 2, 0) + x^2 / 4", "sqrt(max(x^2 - 2, 0))", "-max(x^2 - 2, 0)^2", "max(x^2 - 2, 0) + step(x^2 - 2)"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))
    for cost in ("step(x) * step(x^2 - 2) * (x^2 - 2)^2", "(x^2 - 2) * pulse(x^2 - 2, 5) on [0, 2]", "max(x^2 - 2, 0) + step(-(x^2 - 2)^2)", "max(x^2 - 2, 0) - step(-(x^2 - 2)^2)",
                 "step(-(x^2 - 3)^2 * (x^2 - 2)) * (x^2 - 2)^2 / 9", "(x^2 - 2 + 1e-20) * step(x^2 - 2)", "abs(x^2 - 2) + max(x^2 - 2, 1e-20) + x^2", "max(x^2, 2) + abs(x - 1.4142135623730951)",
                 "max(2, tanh(1 / x))", "max(0, 0 * log(x) + x^2 - 2)", "max(x^2, 2e700)"):
        assert codes_of(cost) == ["E0721"], (cost, codes_of(cost))
    assert codes_of("abs(x) + max(2, tanh(1 / x))") == ["E0722"]


# ---- nowhere 0 ----

# What abs, max and min ask for goes to 0 far out and is 0 nowhere: which side is taken, and the largest slope.
NOWHERE = [("abs(exp(-x))", "exp(-x)"), ("max(0, exp(-x))", "exp(-x)"), ("abs(1 / (2 + x)) on [0, inf]", "1 / (2 + x)"), ("max(0, normcdf(x))", "normcdf(x)"),
           ("max(0, log(1 + exp(x)))", "log(1 + exp(x))"), ("max(x, log(1 + exp(x)))", "log(1 + exp(x))"), ("max(x, sqrt(1 + x^2))", "sqrt(1 + x^2)"),
           ("abs(1 - tanh(x))", "1 - tanh(x)"), ("abs(wright_omega(x))", "wright_omega(x)"), ("min(0, tanh(x) - 1)", "tanh(x) - 1"), ("max(-x, log(1 + exp(-x)))", "log(1 + exp(-x))"),
           ("max(3 * x, log(1 + exp(3 * x)))", "log(1 + exp(3 * x))"), ("max(x, log(exp(x) + exp(-x)))", "log(exp(x) + exp(-x))"), ("max(2 * x, (1 + 4 * x^2)^0.5)", "sqrt(1 + 4 * x^2)"),
           ("abs(1 - 1 / (1 + exp(-x)))", "1 - 1 / (1 + exp(-x))"), ("abs(normpdf(x))", "normpdf(x)"), ("max(x, x + exp(-x))", "x + exp(-x)"), ("abs(tanh(x) + 1) / 4", "(tanh(x) + 1) / 4"),
           ("abs(exprel(x))", "exprel(x)"), ("abs(1 / x) on [0, inf]", "1 / x")]


def largest_slope(text, lo):
    f = formula.function(text)
    at = [mpf(k) / 32 + mpf("0.0007") for k in range(-1000, 1000)]
    return 1 / min(1 + formula.curvature(f, x) for x in at if x > lo)


def nowhere_zero():
    for cost, side in NOWHERE:
        accepted(cost, [0, 0.3, -1, 20, -100, 3000, -3000])       # far out, too, where exp(-x) is 0 in doubles
        lo = 0 if "on [0" in cost else -100
        most = max(largest_slope(side, lo), 1 if any(f in side for f in ("exp", "/", "sqrt", "normcdf", "omega")) else 0)
        r = eigc.check("population E excitatory { tau = 1; cost(x) = %s }\n" % cost, folder)["activations"][0]
        bound = Fraction(r["slope"][1])
        assert r["proved"] and most * (1 - mpf(10)**-6) <= mpf(bound.numerator) / bound.denominator <= most * (1 + mpf(10)**-3), (cost, r, most)


def nearly():
    """They are 0 far out, or come to 0 nearer than doubles can tell: the kink is found, or nothing is proved."""
    for cost, difference, a, b in (("abs(exp(-x) - 1e-30)", "exp(-x) - 1e-30", 60, 80), ("abs(tanh(x) - 1 + 1e-12)", "tanh(x) - 1 + 1e-12", 10, 20),
                                   ("max(0, 1 / (2 + x) - 1e-5) on [0, inf]", "1 / (2 + x) - 1e-5", 10, 1e6), ("max(x, sqrt(1 + x^2) - 0.001)", "sqrt(1 + x^2) - 0.001 - x", 100, 1000)):
        accepted(cost)
        stays_at(cost, root(difference, a, b))
    accepted("max(x, sqrt(1 + x^2) - 1e-12)", [0, -3, 20, 1e5])       # by the way it is composed
    for cost in ("max(x, log(1 + exp(x)) - 1e-9)", "max(x, log(exp(x)))", "abs(log(exp(x)) - x)", "abs(wright_omega(x) + log(wright_omega(x)) - x)"):
        assert codes_of(cost) == ["E0721"], (cost, codes_of(cost))
    for cost in ("-max(0, exp(-x) - 1e-30) + exp(-x)", "-abs(1 / (2 + x) - 1e-3) on [0, inf]", "min(x, sqrt(1 + x^2) - 0.001)"):
        assert codes_of(cost) == ["E0720"], (cost, codes_of(cost))


def without_end():
    """Infinitely many kinks are said to be more than there may be."""
    for cost in ("0.9 * abs(sin(x))", "abs(sin(x) / (1 + x^2)) / 10", "max(cos(3 * x), 0.5) / 100", "abs(exp(-x) * sin(x)) on [0, inf]", "abs(sin(x / 1000)) on [-inf, 0]"):
        said = said_of(cost)
        assert "[E0721]" in said and "more than 255 kinks" in said, (cost, said)
    assert codes_of("0.9 * abs(sin(x)) + x^2 on [-20, 20]") == []


# ---- random ones ----

CURVES = ["A * x^2", "A * x^4", "exp(B * x)", "exp(-B * x)", "log(1 + exp(B * x))", "sqrt(1 + x^2)", "A * (x - C)^2", "C + 1", "C - A * x", "A * x + C", "A * abs(x)^2.5", "exp(B * x) - x"]
FORMS = ["max(F, G)", "min(F, G)", "max(F, G) + A * x^2", "A * max(F - G, 0)", "max(F - G, 0)^2", "abs(F - G) + 3 * x^2", "x^2 - A * max(F, G)", "A * min(F, G) + abs(x)", "max(F, G) - min(F, G) / 8"]


def number(rng):
    return "%g" % round(rng.uniform(0.1, 2.5), 2)


def curve(rng):
    text = rng.choice(CURVES)
    return "".join(number(rng) if c in "ABC" else c for c in text)


def formula_of(rng):
    f, g = curve(rng), curve(rng)
    form = "".join(number(rng) if c == "A" else c for c in rng.choice(FORMS))
    return form.replace("F", "(%s)" % f).replace("G", "(%s)" % g), "(%s) - (%s)" % (f, g)


def crossings(difference, lo, hi):
    f, n = formula.function(difference), 600
    at = [lo + (hi - lo) * k / n + mpf("0.00031") for k in range(n + 1)]
    value = [f(x) for x in at]
    return [root(difference, a, b) for a, b, y, z in zip(at, at[1:], value, value[1:]) if y * z < 0]


def is_convex(cost, places, lo, hi):
    g, _ = formula.parts("cost(x) = " + cost, FAR)
    for x in places:
        below, above = jump(cost, x)
        if above - below < -mpf(10)**-12:
            return False
    at = [lo + (hi - lo) * (k + mpf("0.0137")) / 300 for k in range(300)]
    return all(1 + formula.curvature(g, x) > -mpf(10)**-9 for x in at if all(abs(x - y) > mpf(10)**-9 for y in places + [mpf(0)]))


def random_ones(how_many, seed):
    count = {"accepted": 0, "refused": 0, "undecided": 0, "undecided and convex": 0}
    for k in range(seed, seed + how_many):
        rng = random.Random(k)
        text, difference = formula_of(rng)
        cost, places = text + " on [-4, 4]", crossings(difference, mpf(-4), mpf(4))
        codes, convex = codes_of(cost), is_convex(text + " on [-4, 4]", places, mpf(-4), mpf(4))
        if codes == []:
            assert convex, (k, cost)
            inputs = [float(s) for x in places for s in (jump(cost, x)[0], sum(jump(cost, x)) / 2, jump(cost, x)[1])] + [round(rng.uniform(-9, 9), 3) for _ in range(6)]
            solved(cost, inputs)
        elif codes == ["E0720"]:
            assert not convex, (k, cost)
        else:
            assert codes == ["E0721"], (k, cost, codes)
        count["accepted" if codes == [] else "refused" if codes == ["E0720"] else "undecided and convex" if convex else "undecided"] += 1
    print("#", ", ".join("%d %s" % (n, what) for what, n in count.items()))
    assert count["undecided and convex"] <= 1 + how_many // 50


how_many, seed = (int(x) for x in (sys.argv[1:] + ["60", "0"][len(sys.argv) - 1:])[:2])
eigc.test("kinks", kinks)
eigc.test("smooth crossings", smooth_crossings)
eigc.test("powers", powers)
eigc.test("switches", switches)
eigc.test("refused", refused)
eigc.test("nowhere 0", nowhere_zero)
eigc.test("nearly 0", nearly)
eigc.test("kinks without end", without_end)
eigc.test("random ones", lambda: random_ones(how_many, seed))
sys.exit(eigc.failures > 0)
