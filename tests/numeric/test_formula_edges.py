#!/usr/bin/python3
"""Costs and activations by formula at the edges of their functions' domains, and far out: what `eigc check` says of
them against dense samples of slope and curvature. Run from the repository's root with EIGC=program."""
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

from mpmath import exp, lambertw, log, log1p, mpf, pi, sin, sqrt, tanh, workdps

import eigc
import formula

folder = tempfile.mkdtemp()
FAR = [mpf(2)**k for k in range(-60, 70, 3)]
SAMPLES = sorted({mpf(k) / 16 + mpf("0.001") for k in range(-128, 128)} | set(FAR) | {-u for u in FAR})


def checked(line):
    """What is reported of the slope, and the codes of the errors."""
    path = os.path.join(folder, "m.eig")
    with open(path, "w") as f:
        f.write("population E excitatory { tau = 1; %s }\nconnect E -> E { weight = 0.1 }\n" % line)
    done = subprocess.run([eigc.EIGC, "check", "--json", "--diagnostics=gnu", path], capture_output=True, text=True)
    assert done.returncode >= 0, (line, done.stderr)
    codes = re.findall(r"error: .*\[(E\d+)\]", done.stderr)
    known = json.loads(done.stdout)["activations"] if done.stdout else []
    return (known[0] if known else None), codes


def places(lo, hi):
    """Inside, dense everywhere and towards both ends."""
    width = hi - lo
    return sorted([u for u in SAMPLES if lo < u < hi] + [e for k in range(2, 40, 2) for e in (lo + width / 2**k, hi - width / 2**k)])


def largest(f, at):
    """Over the samples, and by narrowing down beside the best of them."""
    best = max(range(len(at)), key=lambda k: f(at[k]))
    a, b, seen = at[max(best - 1, 0)], at[min(best + 1, len(at) - 1)], f(at[best])
    for _ in range(30):
        p, q = a + (b - a) * mpf("0.4"), a + (b - a) * mpf("0.6")
        at_p, at_q = f(p), f(q)
        seen = max(seen, at_p, at_q)
        a, b = (a, q) if at_p > at_q else (p, b)
    return seen


def steepest(line):
    """The largest slope of an activation, or of the prox of a cost."""
    f, (lo, hi) = formula.parts(line, mpf(2)**74)
    if line.startswith("cost"):
        return 1 / (1 - largest(lambda u: -formula.curvature(f, u), places(lo, hi)))
    return largest(lambda u: formula.slope(f, u), places(lo, hi))


def accepted(line, above=1e-3):
    slope, codes = checked(line)
    assert slope and slope["proved"] and not codes, (line, codes, slope)
    if not slope["bounded"]:
        return None
    hi, seen = mpf(Fraction(slope["slope"][1]).numerator) / Fraction(slope["slope"][1]).denominator, steepest(line)
    assert seen * (1 - mpf(10)**-9) <= hi <= seen * (1 + above), (line, hi, seen)
    return hi


def refused(line, code):
    _, codes = checked(line)
    assert codes == [code], (line, codes)


def powers_have_values_at_the_edge_of_their_base():
    accepted("activation(z) = 1/(1 + exp(-(1 - 1/(1 + max(z, 0)^1.5))))")
    accepted("activation(z) = 1 - exp(-max(tanh(z) - 0.3, 0)^1.5)")
    accepted("activation(z) = min(max(z, 0), 1)^1.5 + min(max(z - 0.2, 0), 1)^1.1")
    accepted("activation(z) = 1/(1 + exp(-min(max(exp(z) - 2, 0)^1.5, 3)))")
    for unbounded in ("max(z, 0)^1.5 * max(z - 1, 0)^0.7 + max(z - 0.2, 0)^0.1", "max(exp(z) - 2, 0)^1.5",
                      "tanh(max(z + 0.1, 0)^0.3)", "sqrt(max(tanh(z), 0)) + sqrt(max(z - 0.7, 0))"):
        assert accepted("activation(z) = " + unbounded) is None
    refused("activation(z) = 1/(0.3 + max(z, 0)^-1.5)", "E0712")


def powers_of_one_base_are_one():
    for cost in ("abs(x) * sqrt(abs(x))", "sqrt(max(x, 0))^3", "0.3 * abs(x - 1/3) * 2 * sqrt(abs(x - 1/3)) + x^2 / 9",
                 "sqrt(abs(x)^3)", "abs(x) * abs(x)^0.5 * abs(x)^(1/3)", "max(x - 0.3, 0) * sqrt(max(x - 0.3, 0)) - x^2 / 4"):
        accepted("cost(x) = " + cost)
    accepted("cost(x) = sqrt(x) * x on [0, 3]")
    accepted("activation(z) = tanh(sqrt(max(z, 0))^3)")
    accepted("activation(z) = tanh(z * sqrt(abs(z)))")
    refused("cost(x) = -abs(x) * sqrt(abs(x))", "E0720")
    refused("cost(x) = x * sqrt(x) on [-1, 1]", "E0722")
    refused("cost(x) = sqrt(x) * sqrt(x) * x^2", "E0722")
    refused("activation(z) = z * sqrt(z)", "E0712")


def rates_left_of_a_kink():
    """One step of the length of tau from 0 gives the rate that solves x + g'(x) = s: flat sides have g' = 0, not 0 times infinity."""
    for cost, on, s, rate in (("max(x, 0) * sqrt(max(x, 0))", (-1, 2), -0.5, -0.5), ("sqrt(max(x, 0))^3", (-1, 2), -0.5, -0.5),
                              ("max(x, 0)^2 * sqrt(max(x, 0))", (-1, 2), -0.5, -0.5), ("(max(x, 0)^0.5)^3", (-1, 2), -0.7, -0.7),
                              ("max(x, 0) * sqrt(max(x, 0)) + x^2", None, -3, -1), ("max(x - 1, 0) * sqrt(max(x - 1, 0))", None, 0.5, 0.5),
                              ("log(1 + sqrt(max(x, 0))^3)", (-2, 2), -0.7, -0.7), ("max(-x, 0) * sqrt(max(-x, 0))", (0.1, 4), 2, 2),
                              ("0.3 * max(x - 0.3, 0) * sqrt(max(x - 0.3, 0)) - x^2 / 4", (-5, 5), -1, -2),
                              ("max(x, 0) * sqrt(max(x, 0))", None, 1, 0.25), ("sqrt(x^4) + 0.1 * abs(x)", None, -3, -2.9 / 3),
                              ("sqrt(x^4) + 0.1 * abs(x)", None, -10, -3.3), ("sqrt(x^4) + 0.1 * abs(x)", None, 0.05, 0),
                              ("sqrt(x^2)", None, -3, -2), ("log(2 + exp(4 * x))", None, -1000, -1000), ("sqrt(x^2)^3", (-3, 3), 4, 1)):
        domain = " on [%g, %g]" % on if on else ""
        model = ("population A mixed { tau = 1; cost(x) = %s%s; input = %g }\n"
                 "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n" % (cost, domain, s))
        for way in ((), ("--reference",)):
            got = eigc.run(model, folder, *way).arrays["A"][-1].item()
            assert abs(got - rate) < 1e-12, (cost, s, got, rate)
    accepted("cost(x) = exp(x) / 100 + x * sqrt(max(-x, 0)) on [0.1, 4]")


def a_rate_that_overflow_hides_stops_the_run():
    """Where the derivative is infinity over infinity around the solution, or finite and wrong, nothing is guessed."""
    for cost, s in (("exp(x^2) / (1 + exp(x^2) + exp(x)) / 10", 800), ("exp(-exp(1 / x)) on [0.0005, 1]", 0.001),
                    ("-1e20 * tanh(x) on [0, inf]", 0), ("-1e12 * tanh(x) on [0, inf]", 0)):
        model = ("population A mixed { tau = 1; cost(x) = %s; input = %g }\n"
                 "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n" % (cost, s))
        for way in ((), ("--reference",)):
            done = eigc.run(model, folder, *way)
            assert done.status == 1 and "E0890" in done.stderr and "its rate is solved for" in done.stderr, (cost, s, done.status, done.stderr)


def reached(force, s):
    """The x at which what nowhere falls reaches s, to 1e-20 of 1 and of s."""
    low, high = -abs(mpf(s)) - 1000, abs(mpf(s)) + 1000
    near = (1 + abs(mpf(s))) * mpf(10)**-20
    while high - low > near:
        middle = (low + high) / 2
        low, high = (low, middle) if force(middle) > s else (middle, high)
    return low


def what_does_not_overflow_is_in_reach():
    for cost, s, rate in (("sqrt(1 + x^4)", 3e70, 1e70), ("(1 + x^4)^0.75", 1e100, (1e100 / 3)**0.5), ("100 * (1 + abs(x)^64)^(1 / 64)", 50000, 49900), ("x^4 / 4", 1e201, 1e67), ("x^66 / 66", 1e130, 1e2),
                          ("exp(x^2) / (1 + exp(x^2)) / 10", 800, 800), ("0.3 * exp(x^4) / (exp(x^4) + 2) + x^2", 90, 30), ("sqrt(1 + x^2)", -1e100, -1e100), ("tanh(x)", 1e300, 1e300), ("exp(x)", 1e300, None), ("-1e6 * log(1 + x) on [0, inf]", 0, (4000001**0.5 - 1) / 2),
                          ("1e200 * sqrt(1 + x^2) on [1e199, 1e201]", 3e200, 2e200)):
        model = ("population A mixed { tau = 1; cost(x) = %s; input = %g }\n"
                 "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n" % (cost, s))
        got = eigc.both(model, folder)["A"][-1].item()
        assert rate is None or abs(got - rate) <= 1e-9 * abs(rate), (cost, s, got, rate)


def logarithms_of_two_exponentials_do_not_overflow():
    """w log(exp(u) + exp(v)) for straight u and v, against bisection in many digits."""
    def share(d):
        return 1 / (1 + exp(-d)) if d > 0 else exp(d) / (1 + exp(d))
    for cost, w, u, v in (("log(1 + exp(4 * x))", 1, (0, 0), (0, 4)), ("log1p(exp(4 * x))", 1, (0, 0), (0, 4)),
                          ("log(exp(x) + exp(-x)) / 3", mpf(1) / 3, (0, 1), (0, -1)), ("0.01 * log(1 + exp(100 * (x - 1)))", 0.01, (0, 0), (-100, 100)),
                          ("-0.3 * log(exp(1 - 3 * x) + 1)", -0.3, (1, -3), (0, 0)), ("log(exp(x / 3 - 2) + exp(5 * x + 1e4)) * 2", 2, (-2, mpf(1) / 3), (10000, 5))):
        def force(x):
            at = share(u[0] + u[1] * x - v[0] - v[1] * x)
            return x + mpf(w) * (u[1] * at + v[1] * (1 - at))
        inputs = [0, 1, -1, 0.3, -0.7, 1.5, 9.2, 300, -1000, 1e10, -1e10, 1e300, -1e300, 1e-9, 2003, -1998]
        model = ("population A mixed { tau = 1; size = %d; cost(x) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                 % (len(inputs), cost, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))))
        accepted("cost(x) = " + cost)
        for s, got in zip(inputs, eigc.both(model, folder)["A"][-1]):
            assert abs(got - reached(force, s)) <= 1e-15 * (abs(s) + 10), (cost, s, got)


# Exponents and sizes at which doubles end, or their exponentials, or what those add to 1.
SIZES = [1e-300, 1e-100, 1e-17, 1e-9, 1e-4, 0.01, 0.25, 0.5, 0.7, 1, 1.5, 3, 9.2, 20, 37, 177, 300, 355, 709, 711, 746, 800, 1500, 1e4, 1e10, 1e50, 1e150, 1e300]


def rates(cost, inputs):
    """One step of the length of tau from 0, each input a neuron's."""
    return eigc.both("population A mixed { tau = 1; size = %d; cost(x) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                     % (len(inputs), cost, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))), folder)["A"][-1]


def share(u):
    return 1 / (1 + exp(-u)) if u > 0 else exp(u) / (1 + exp(u))


def bump(u):
    return share(u) * share(-u)


def exponentials_do_not_overflow_on_the_way():
    """Sums of exponentials in logarithms, quotients and roots, against bisection in many digits."""
    def of_three(x):
        e = exp(-abs(x))
        return (1 if x > 0 else -1) * (1 - e**2) / (1 + e + e**2)
    def of_an_offset(x):
        w = max(x, 2 * x - 3, 0)
        return (exp(x - w) + 2 * exp(2 * x - 3 - w)) / (exp(-w) + exp(x - w) + exp(2 * x - 3 - w))
    for cost, slope in (("log((exp(x) + exp(-x)) / 2)", lambda x: 2 * share(2 * x) - 1), ("log(2 * exp(x) + 1)", lambda x: share(x + log(2))),
                        ("log(3 + 2 * exp(x))", lambda x: share(x + log(mpf(2) / 3))), ("log(2 + exp(4 * x))", lambda x: 4 * share(4 * x - log(2))),
                        ("log(1 + exp(x) + exp(-x))", of_three), ("log(1 + exp(x) + exp(2 * x - 3))", of_an_offset), ("log(3 * (1 + exp(x)))", share),
                        ("1 / (1 + exp(-x))", bump), ("x / (1 + exp(-x))", lambda x: share(x) + x * bump(x)), ("exp(x) / (1 + exp(x))", bump),
                        ("exp(-x) / (1 + exp(-x))^2", lambda x: bump(x) * (share(-x) - share(x))), ("3 / (1 + exp(-(x - 2) / 3))", lambda x: bump((x - 2) / 3)),
                        ("0.001 / (1 + exp(-50 * x))", lambda x: bump(50 * x) / 20), 
                        ("0.1 * (exp(x) - exp(-x)) / (exp(x) + exp(-x))", lambda x: bump(2 * x) * 4 / 10),
                        ("sqrt(1 + log(1 + exp(x)))", lambda x: share(x) / 2 / sqrt(1 + max(x, 0) + log1p(exp(-abs(x)))))):
        inputs = [0] + SIZES + [-s for s in SIZES]
        for s, got in zip(inputs, rates(cost, inputs)):
            with workdps(50):
                assert abs(got - reached(lambda x: x + slope(x), s)) <= 1e-15 * (abs(s) + 1), (cost, s, got)
        accepted("cost(x) = " + cost, 0.6)


def ends_at_0_where_nothing_is_computed():
    """0 times infinity next to the end, where powers are below the doubles: the rate is 0 but for 1e-60, or found beyond."""
    for cost, side, slope, most in (("exp(-1 / x) on [0, inf]", 1, lambda x: exp(-1 / x) / x**2, 1e300), ("exp(1 / x) on [-inf, 0]", -1, lambda x: exp(-1 / x) / x**2, 1e300),
                                    ("exp(-1 / x) on [0, 2]", 1, lambda x: exp(-1 / x) / x**2, 1), ("exp(-1 / x) on [0, 1e-100]", 1, lambda x: exp(-1 / x) / x**2, 0),
                                    ("x * exp(-1 / x) on [0, inf]", 1, lambda x: exp(-1 / x) * (1 + 1 / x), 1e300),
                                    ("0.1 * exp(-1 / x^2) on [0, inf]", 1, lambda x: exp(-1 / x**2) / x**3 / 5, 1e300),
                                    ("x^2 * log(1 + 1 / x) on [0, inf]", 1, lambda x: 2 * x * log(1 + 1 / x) - 1 / (1 + 1 / x), 1e150),
                                    ("x * log(x / (1 + x)) on [0, inf]", 1, lambda x: log(x / (1 + x)) + 1 / (1 + x), 1e300)):
        inputs = [s for s in [0, 1e-163, 1e-161, 0.49, 0.51] + SIZES if s <= most] + [-s for s in SIZES]
        with workdps(60):
            for s, got in zip(inputs, rates(cost, [side * s for s in inputs])):
                low, high = mpf(0), mpf(abs(s) + 1000)
                while high - low > low * mpf(10)**-20 + mpf(10)**-64:
                    middle = (low + high) / 2
                    low, high = (low, middle) if middle + slope(middle) > s else (middle, high)
                assert abs(side * got - low) <= 4e-15 * low + mpf(10)**-60, (cost, s, got, low)
        if most:
            accepted("cost(x) = " + cost, 0.6)
    # The solution is below the least place at which the value is computed.
    assert list(rates("x * log(x / (1 + x)) on [0, inf]", [-710.0, -745.0, -1e5])) == [0, 0, 0]


def activated(formula, inputs):
    return eigc.run("population A mixed { tau = 1; size = %d; activation(z) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                    % (len(inputs), formula, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))), folder)


def lines_far_out_are_followed():
    """Where the derivative overflows on the way, the line that it is there gives the rate."""
    for cost, s, rate in (("log(2^x + exp(x))", 2000, 1999), ("exp(-exp(x)) on [0, 720]", 715, 715), ("exp(-exp(x))", 1e5, 1e5), ("exp(-exp(x))", 1e300, 1e300),
                          ("x^2 / (1 + x^2)", 1e200, 1e200), ("sqrt(1 + x^4)", 1e200, 1e200 / 3), ("sqrt(1 + x^4)", 3e90, 1e90), ("sqrt(1 + x^4)", -3e80, -1e80),
                          ("sqrt(1 + x^4) / 10", -1.7e308, -1.7e308 / 1.2), ("(1 + x^8)^(1 / 4)", 3e40, 1e40), ("(1 + x^8)^(1 / 4)", 3e300, 1e300),
                          ("100 * (1 + abs(x)^64)^(1 / 64)", 70000, 69900), ("100 * (1 + abs(x)^64)^(1 / 64)", -1e7, -9999900),
                          ("0.5 * (1 + abs(x)^100)^0.01 on [0, 1250]", 1230.5, 1230), ("(1 + (x / 20)^64)^(1 / 64) * 20 on [0, 1.6e6]", 1400020, 1400019),
                          ("x^2 * log(1 + 1 / x) on [0, inf]", 1e200, 1e200), ("x^2 * log(1 + 1 / x) on [0, inf]", 1.5e154, 1.5e154),
                          ("x^2 / (1 + x^2) + 4 * max(x - 1e170, 0)", 3e170, 3e170)):
        got = rates(cost, [s]).item()
        assert abs(got - rate) <= 4e-16 * abs(rate), (cost, s, got, rate)


def activations_are_followed_beyond_overflow():
    def softplus(z):
        return z if z > 1e3 else mpf(0) if z < -1e3 else log1p(exp(z))
    def algebraic(z):
        return z / (1 + abs(z)) if abs(z) > 1e100 else z / sqrt(1 + z**2)
    def squashed(z):
        return mpf(z > 0) if abs(z) > 1e3 else exp(z) / sqrt(1 + exp(z)**2)
    inputs = [0] + SIZES + [-s for s in SIZES] + [354, 356, 700, 711, -711, -356, 1.7e308, -1.7e308]
    for formula, value in (("log(1 + exp(z))", softplus), ("exp(z) / (1 + exp(z))", share), ("max(exp(z) / (1 + exp(z)), 0)", share), ("exp(z) / sqrt(1 + exp(z)^2)", squashed),
                           ("z / sqrt(1 + z^2)", algebraic), ("exp(exp(z) / (1 + exp(z)))", lambda z: exp(share(z))), ("sqrt(log(1 + exp(z)))", lambda z: sqrt(softplus(z))),
                           ("log(1 + exp(z))^2 / (1 + log(1 + exp(z)))", lambda z: softplus(z)**2 / (1 + softplus(z))),
                           ("log(1 + exp(z)) + 2 * exp(z) / sqrt(1 + exp(z)^2)", lambda z: softplus(z) + 2 * squashed(z)),
                           ("tanh(z) + 1 - exp(-z) / sqrt(1 + exp(-z)^2)", lambda z: mpf(1 if z > 0 else -1) + (z > 0) if abs(z) > 1e3 else 2 - 2 / (exp(2 * z) + 1) - squashed(-z)),
                           ("exp(1e5 * z) / sqrt(1 + exp(1e5 * z)^2)", lambda z: squashed(mpf(1e5) * z)), ("z^3 / sqrt(1 + z^4)", lambda z: z**3 / sqrt(1 + z**4) if abs(z) < 1e50 else z)):
        with workdps(50):
            slow = eigc.both("population A mixed { tau = 1; size = %d; activation(z) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                             % (len(inputs), formula, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))), folder)["A"][-1]
            for s, got in zip(inputs, slow):
                true = value(mpf(s))
                assert abs(got - true) <= 1e-11 * abs(true) + mpf(10)**-15, (formula, s, got, true)


def activations_that_overflow_stop_the_run():
    for formula, good, bad in (("exp(1000 - z) / sqrt(1 + exp(1000 - z)^2)", [646, 1e300], 600), ("sqrt(1 + z^2) + z", [3, 1e200, -1e150], -1e200),
                               ("1 / (sqrt(1 + z^2) - z)", [3, -1e200, 1e5], 1e155)):
        assert activated(formula, good).status == 0, formula
        done = activated(formula, [bad])
        assert done.status == 1 and "E0890" in done.stderr, (formula, bad, done.status)
    done = activated("exp(1000 - z) / sqrt(1 + exp(1000 - z)^2)", [600])
    assert "overflows" in done.stderr
    done = eigc.run("population A mixed { tau = 1; size = 2; activation(z) = exp(1000 - z) / sqrt(1 + exp(1000 - z)^2); gain = 2 - i; input = 400 }\n"
                    "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n", folder)
    assert done.status == 1 and "A[1]" in done.stderr, done.stderr


def activations_that_do_not_are_as_they_were():
    inputs = [0] + SIZES + [-s for s in SIZES]
    for formula, value in (("1 / (1 + exp(-z))", share), ("2 / (1 + exp(-2 * z)) - 1", lambda z: 2 * share(2 * z) - 1), ("1 - 1 / (1 + exp(z))", share),
                           ("1 / (1 + exp(-(z - 2000) / 10))", lambda z: share((z - 2000) / 10)), ("sqrt(1 / (1 + exp(-z)))", lambda z: sqrt(share(z))),
                           ("1 / (1 + exp(-1e5 * (z - 0.3)))^2", lambda z: share(mpf(1e5) * (z - mpf(3) / 10))**2), ("max(1 - exp(-z), 0)", lambda z: max(1 - exp(-z), 0)),
                           ("1 / (1 + max(z, 1e-9)^-3)", lambda z: 1 / (1 + max(z, mpf("1e-9"))**-3)), ("exp(-exp(-z))", lambda z: exp(-exp(-z)) if z > -1e6 else 0),
                           ("z / (1 + abs(z))", lambda z: z / (1 + abs(z)))):
        with workdps(50):
            for s, got in zip(inputs, activated(formula, inputs).arrays["A"][-1]):
                assert abs(got - value(mpf(s))) <= 1e-11 * abs(value(mpf(s))) + mpf(10)**-15, (formula, s, got)


def kinks_between_doubles():
    """Smooth functions, or with a kink at 0 only, that are written with kinks at 1/3 and the like: on which side of these a double next to
    them lies is not rounded."""
    x4, bend = " + x^4 / 4", lambda x: x**3
    for cost, force in (("max(1 - 3 * x, 0) - abs(1 - 3 * x) / 2" + x4, lambda x: x - 1.5 + bend(x)),
                        ("max(7 * x, 1) - max(7 * x - 1, 0)" + x4, lambda x: x + bend(x)),
                        ("max(abs(3 * x) - 1, 0) - abs(abs(3 * x) - 1) / 2" + x4, lambda x: x + bend(x) + (1.5 if x > 0 else -1.5)),
                        ("step(x / 7 - 0.1) * (x - 0.7) - max(x - 0.7, 0)" + x4, lambda x: x + bend(x)),
                        ("max(x / 10, 0) - abs(x / 10) / 2" + x4, lambda x: x + mpf(1) / 20 + bend(x)),
                        ("max(1e9 * x - 1, 0) - abs(1e9 * x - 1) / 2" + x4, lambda x: x + mpf(5e8) + bend(x))):
        beside = [math.nextafter(k, k + way) for k in (1 / 3, -1 / 3, 1 / 7, 0.7, 0, 1e-9) for way in (-1, 0, 1)]
        inputs = beside + [0.9, -0.9, 2, -2, 30, 5e8, -5e8, 1e300]
        model = ("population A mixed { tau = 1; size = %d; cost(x) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                 % (len(inputs), cost, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))))
        for s, got in zip(inputs, eigc.both(model, folder)["A"][-1]):
            assert abs(got - reached(force, s)) <= 1e-15 * (abs(s) + abs(got) + 2), (cost, s, got, reached(force, s))


def ends_of_domains_do_not_jump():
    refused("cost(x) = 0.1 * step(x) on [-1, 0]", "E0723")      # convex, but inputs that lead to 0 have no cheapest rate
    for cost in ("-5 * step(x - 1) on [0, 1]", "-0.1 * step(x) on [-1, 0]", "-0.1 * step(-x) on [0, 1]",
                 "-5 * pulse(x, 1) on [-1, 0]", "-0.1 * pulse(x - 1, 1) on [-1, 1]", "-5 * step(-x) on [0, inf]",
                 "-5 * step(x - 1) + x * log(x) on [0, 1]"):
        refused("cost(x) = " + cost, "E0720")
    accepted("cost(x) = step(x) * x on [-1, 0]")
    accepted("cost(x) = step(x - 1) + x * log(x) on [0, 0.5]")


def what_jumps_beside_what_is_not_exact():
    """The logarithm is cut at 0, where it is no rational number; it says nothing of the terms that may jump."""
    smooth = " + log(1 + exp(x))"
    for cost in ("2 * (x - 1)^2 * step(x - 1)", "1.79 * (x - 0.81)^2 * step(x - 0.81)", "step(x) * x", "(1 - step(x)) * exp(x) + step(x) * (1 + x)",
                 "step(x - 1) * (x^2 - 1) - step(x - 1) * (x - 1) * 2 + abs(x)"):
        accepted("cost(x) = " + cost + smooth)
    for cost in ("(x - 1)^2 * step(x)", "step(x - 1) / 10", "-step(x - 1/3) / 10", "step(x) * (x - 0.1)", "-step(x - 1) * (x - 1)",
                 "(1 - step(x)) * exp(x) + step(x) * (1.0000001 + x)", "(1 - step(x)) * exp(x) + step(x) * (1 + 0.999 * x)",
                 "step(x - 1) * (x^2 - 1.0000001) - step(x - 1) * (x - 1) * 2 + abs(x)", "(1 - step(x - 1)) * (x - 1)"):
        refused("cost(x) = " + cost + smooth, "E0720")


def terms_that_cancel_are_seen_to():
    for phi, most in (("exp(min(4.45 * z + abs(4.45 * z), 1))", 8.9 * float(exp(1))), ("z / sqrt(abs(z) + 1e-30)", 1e15),
                      ("(z - 0.1) / (abs(z - 0.1) + 1e-25)^0.3", 1e25**0.3)):
        slope, codes = checked("activation(z) = " + phi)
        assert slope["proved"] and not codes and most * (1 - 1e-12) <= float(Fraction(slope["slope"][1])) <= most * (1 + 1e-6), (phi, slope)
    accepted("activation(z) = tanh(1.1 * (z - 0.3) + abs(1.1 * (z - 0.3)))")
    refused("activation(z) = z / (abs(z) + 1e-30)^1.1", "E0710")


def whole_powers_have_any_base():
    assert accepted("activation(z) = z^65") is None
    accepted("activation(z) = tanh(z^65)")
    accepted("activation(z) = tanh(z)^65")
    accepted("cost(x) = x^66 on [-1, 1]")
    accepted("cost(x) = x^66")
    accepted("cost(x) = 0.001 * x^65 on [-0.9, 3]")
    accepted("cost(x) = x^(-66) on [-1, 0]")
    accepted("cost(x) = abs(x - 1) * x^70 / 5000 on [0, 1]")
    refused("activation(z) = z^66", "E0710")
    refused("activation(z) = z^65.5", "E0712")
    refused("cost(x) = x^65", "E0720")
    refused("cost(x) = x^(-65) on [-1, 1]", "E0722")
    refused("cost(x) = x^65.5 on [-1, 1]", "E0722")


def far_out_functions_are_weighed():
    for cost in ("normcdf(x)", "log_root(x, 2)", "wright_omega(-x)", "log_root(-x, 0.3) + wright_omega(x)", "0.4 * x * tanh(x)",
                 "-0.3 * x * tanh(x)", "x * normcdf(-x)", "x * normcdf(x) + normpdf(x)", "0.5 * x * (1 - normcdf(x))"):
        accepted("cost(x) = " + cost)
        accepted("cost(x) = %s on [-1e18, 1e18]" % cost)
    accepted("cost(x) = normcdf(x) on [1e18, 2e18]")
    accepted("activation(z) = log(1 + exp(z)) - normcdf(z)")
    accepted("activation(z) = exp(min(z, 1)) - 0.1 * exp(-z^2)")
    refused("activation(z) = normcdf(z) - 0.01 * exp(min(z, 1))", "E0710")
    accepted("cost(x) = log_root(x, 2) on [-1e18, 1e20]")
    accepted("cost(x) = -log(x) on [0, 1e300]")
    accepted("cost(x) = -log(1 - x) on [-1e18, 1]")
    accepted("cost(x) = x * log(x) on [0, 1e18]")
    accepted("activation(z) = z + z * (1 - tanh(z)^2) / 2")
    refused("cost(x) = 2.1 * x * normcdf(-x)", "E0720")
    refused("cost(x) = -0.6 * x * tanh(x)", "E0720")
    refused("cost(x) = -wright_omega(3 * x)", "E0720")
    for cost, most in (("-log(x) on [0, 1e-300]", 1e-300), ("(x + 1e18)^66 on [-1e18, 1e12]", 1)):
        slope, codes = checked("cost(x) = " + cost)
        assert slope["proved"] and not codes and float(Fraction(slope["slope"][1])) <= most


def what_has_no_value_is_refused_times_0_too():
    for cost in ("0 * log(x) on [-1, 1]", "0 * log(x)", "x^2 + 0 / x", "0 * x^0.5", "x + log(x)^0", "log(x) - log(x)",
                 "min(x, x + 1) + 0 * sqrt(x)", "(0 * log(x))^2", "step(x + 5) * log(x) on [-4, 1]", "0 * log_root(x, x)"):
        refused("cost(x) = " + cost, "E0722")
    for phi in ("z + 0 * log(z)", "z + 0 / z", "max(z, 0) + 0 * log(max(z, 0))", "log(z)^0 + z"):
        refused("activation(z) = " + phi, "E0712")
    accepted("cost(x) = x^2 + 0 * log(x) on [0, 1]")
    accepted("cost(x) = 0 * normpdf(x)")


def kinks_have_values_and_do_not_jump():
    for cost in ("max(x - 1, 0) + 0 / (x - 1)", "max(x - 1/3, 0) + 0 / (x - 1/3)", "step(x) * x^2 / x + x^2"):
        refused("cost(x) = " + cost, "E0722")
    for cost in ("x^2 * step(x - 1) + step(1 - x) * x^2", "step(x - 1) * exp(x)", "step(x - 1/3) * (1/3 - x) * exp(x) on [-1, 1]"):
        refused("cost(x) = " + cost, "E0720")
    for cost in ("max(x - 1/3, 0)^1.5 + abs(x - 1/3)^2.5 * exp(x) on [-1, 1/3]", "abs(x - 1/3)^1.5 * sin(x) / 5 on [1/3, 1]",
                 "x^2 * step(x - 1) + (1 - step(x - 1)) * x^2"):
        accepted("cost(x) = " + cost)


def steps_may_switch_where_a_choice_does():
    """What the step multiplies is 0 there, and `max`, `min` or `abs` in it changes sides there, or never does on that side."""
    for phi in ("max(0, z)^2 + step(z - 1) * (2 * sqrt(max(z - 0.75, 0.25)) - z^2)", "step(z) * z - step(z - 1) * (z - sqrt(max(z, 1)))",
                "max(z, 0)^2 + step(z - 1) * (2 * max(z - 0.75, 0.25)^0.5 - z^2)", "z / 2 + step(1 - z) * (max(z, 1) - min(z, 1)) / 4",
                "z / 4 + step(z - 1/3) * log(1 + abs(3 * z - 1))", "z + step(z - 1) * (sqrt(max(z, 0) + 3) - sqrt(3 * max(z, 1) + 1)) / 8",
                "step(z) * log(1 + max(z, 0)) - step(z - 1) * (log(1 + max(z, 0)) - log(max(2 * z, 2)))",
                "z - step(-z - 1/4) * (max(-z, 1/4)^1.5 - max(-z, 1/4) * sqrt(max(-z, 1/16)))",
                "step(z) * z - step(z - 1) * (z - min(sqrt(max(z, 1)), 2))"):
        accepted("activation(z) = " + phi)
    for phi in ("max(0, z)^2 + step(z - 1) * (2.1 * sqrt(max(z - 0.75, 0.25)) - z^2)",
                "step(z) * z - step(z - 1) * (z - 1.0001 * sqrt(max(z, 1)))", "step(z) * z - step(z - 1) * (z - sqrt(max(z, 1.0001)))",
                "step(z) * z + step(z - 1) * (1 + 1e-9 - min(max(z, 1), 1))", "z / 2 + step(1 - z) * (max(z, 1.001) - min(z, 1)) / 4",
                "max(z, 0)^2 + step(z - 1) * (2 * max(z - 0.75, 0.25)^0.25 - z^2)"):
        refused("activation(z) = " + phi, "E0711")
    refused("activation(z) = z - step(z - 1) * (z - 2 * sqrt(z - 0.75))", "E0712")


def quotients_that_cancel_have_slopes():
    for phi in ("z + (1 + (z / sqrt(1 + z^2) - z / sqrt(1 + z^2)))", "z + tanh(1 - (2 * (z / sqrt(1 + z^2)) - 2 * (z / sqrt(1 + z^2))))"):
        accepted("activation(z) = " + phi)


def what_is_refuted_is_not_called_unknown():
    for cost, said in (("-x^2 on [0, 1]", "x^2/2 plus its cost is not convex"), ("-abs(x)", "x^2/2 plus its cost is not convex"),
                       ("step(x)", "x^2/2 plus its cost is not convex"), ("-abs(x)^1.5", "x^2/2 plus its cost is not convex"),
                       ("x^2 + log(x) * 0", "its cost is not defined on all of its domain"),
                       ("x^2 * step(1 - x) + 2 * step(x - 1) on [0, 1]", "its cost jumps up where its domain ends"),
                       ("-x^2 / 2", "a large input is not known to have a rate")):
        slope, codes = checked("cost(x) = " + cost)
        assert codes and not slope["proved"] and slope["reason"] == said, (cost, codes, slope)


def entropies_of_multiples_are_solved_next_to_their_end():
    """x + c (log(k x) + 1) = s at x = c W(exp(s/c - 1)/(k c)). What stands in quotients leaves the doubles before x does."""
    for text, c, k in (("x * log(3 * x)", 1, 3), ("3 * x * log(3 * x)", 3, 3), ("x / 2 * log(x / 2)", 0.5, 0.5),
                       ("1e8 * x * log(1e8 * x) / 1e8", 1, 1e8), ("x * log(1e-9 * x)", 1, 1e-9)):
        for cost, side in ((text + " on [0, inf]", 1), (text.replace("x", "(-x)") + " on [-inf, 0]", -1)):
            x = eigc.both("""population E excitatory { size = 29; tau = 10 ms; cost(x) = %s; input = %d * (i - 20) }
simulate { duration = 10 ms; method = euler; step = 10 ms; record E every 10 ms }""" % (cost, side), folder)["E"][-1]
            for i in range(29):
                true = side * c * lambertw(exp(mpf(i - 20) / c - 1) / (k * mpf(c))).real
                assert abs(mpf(float(x[i])) - true) <= mpf(10)**-13 * abs(true), (cost, i, x[i], true)


def solutions_within_reach_are_found_from_beyond_it():
    """The first place that is looked at may lie where the value has left the doubles, on whichever side of 0."""
    for w in ("3", "1"):
        for domain, side in (("[0, inf]", 1), ("[-inf, 0]", -1)):
            cost = "-%s * sqrt(%s) + 0.1 * x^2 / (1 + %s) on %s" % (w, *[("x", "-x")[side < 0]] * 2, domain)
            inputs = [0.02, 0.05, 0.1, 1e-9, 0, 3, 1e5, -0.02, -7]
            force = lambda x: x - mpf(w) / 2 / sqrt(x) + (2 + x) * x / (1 + x)**2 / 10
            with workdps(50):
                for s, got in zip(inputs, rates(cost, [side * s for s in inputs])):
                    low, high = mpf(0), mpf(1e6)
                    for _ in range(200):
                        low, high = (low, (low + high) / 2) if force((low + high) / 2) > s else ((low + high) / 2, high)
                    assert abs(side * got - low) <= 1e-14 * low, (cost, s, got, low)


def kinks_beside_which_values_cancel_hide_no_side():
    """Where the largest exponential changes, at 0, the terms of a slope that is 0 there cancel: on which side a solution lies is seen farther out."""
    cost = "7e-06 * exp(172 * x) / (1 + exp(172 * x))^2 on [-2, 3]"
    inputs = [-1.5, -0.5, -0.013, -5e-4, 5e-4, 0.013, 0.5, 2.5]
    for s, got in zip(inputs, rates(cost, inputs)):
        with workdps(50):
            assert abs(got - reached(lambda x: x + mpf("7e-06") * 172 * bump(172 * x) * (share(-172 * x) - share(172 * x)), s)) <= 1e-15, (s, got)
    for s, got in zip([-1, 0, 2], rates("0.001 * normpdf(x / 900) + log(1 + exp(x))", [-1, 0, 2])):
        with workdps(50):
            assert abs(got - reached(lambda x: x + share(x) - x * exp(-(x / 900)**2 / 2) / sqrt(2 * pi) / 810000000, s)) <= 1e-15, (s, got)


def terms_that_cancel_next_to_0_keep_their_digits():
    """The rate is right to 1e-9 of itself, or for an input that is off by a few roundings."""
    sizes = [a * 10.0**k for k in range(-20, 21, 2) for a in (1, 3.7)]
    def sinh_2(x):
        return exp(x) - exp(-x)
    for cost, ends, force in (("1e16 * (x - tanh(x)) on [0, inf]", (0, 1e30), lambda x: x + mpf(10)**16 * tanh(x)**2),
                              ("1e8 * (x - log(1 + x)) on [0, inf]", (0, 1e30), lambda x: x + mpf(10)**8 * x / (1 + x)),
                              ("exp(x) + exp(-x)", None, lambda x: x + sinh_2(x)), ("cos(x)", None, lambda x: x - sin(x)),
                              ("exp(x) - x", None, lambda x: exp(x) - 1 + x),
                              ("1e14 * (abs(x) - log(1 + abs(x)))", None, lambda x: x + mpf(10)**14 * x / (1 + abs(x))),
                              ("-7e-6 * log(log(1 + x)) on [0, inf]", (0, 1e30), lambda x: x - mpf("7e-6") / log1p(x) / (1 + x)),
                              ("1 / x^8 on [0, inf]", (0, 1e30), lambda x: x - 8 / x**9), ("1 / x^20 on [0, inf]", (0, 1e30), lambda x: x - 20 / x**21),
                              ("-log(sqrt(x) - 1) on [1, 5]", (1, 5), lambda x: x - 1 / (2 * sqrt(x) * (sqrt(x) - 1))),
                              ("1 / (sqrt(x) - 1) on [1, 5]", (1, 5), lambda x: x - 1 / (2 * sqrt(x) * (sqrt(x) - 1)**2)),
                              ("1 / (2 - sqrt(x)) on [1, 4]", (1, 4), lambda x: x + 1 / (2 * sqrt(x) * (2 - sqrt(x))**2))):
        inputs = [0] + sizes + [-s for s in sizes]
        for s, got in zip(inputs, rates(cost, inputs)):
            with workdps(90):
                x, room = mpf(float(got)), abs(mpf(s)) * mpf(2)**-50
                a, b = x - abs(x) * mpf(10)**-9, x + abs(x) * mpf(10)**-9
                lowest, highest = ends or (-1e30, 1e30)
                assert lowest <= x <= highest and (a <= lowest or force(a) <= s + room) and (b >= highest or force(b) >= s - room), (cost, s, got)


def what_cancels_elsewhere_stops_the_run():
    for cost, s in (("1e18 * (x - 1 - tanh(x - 1)) on [1, 3]", 10), ("1e16 * (x - tanh(x)) + x^1.5 / 1e9 on [0, inf]", 1), ("-1e9 * tanh(x) on [0, inf]", 10)):
        model = ("population A mixed { tau = 1; cost(x) = %s; input = %g }\n"
                 "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n" % (cost, s))
        for way in ((), ("--reference",)):
            done = eigc.run(model, folder, *way)
            assert done.status == 1 and "E0890" in done.stderr and "its rate is solved for" in done.stderr, (cost, s, done.status, done.stderr)


def odd_powers_have_the_kink_of_their_base():
    for cost in ("abs(x^3)", "0.3 * abs((x - 1)^5)", "max((2 * x - 1)^3, 0) on [-3, 4]", "0.1 * abs(x^3) - 0.3 * x^2", "-0.1 * abs((x - 1/3)^3) on [-1, 1]"):
        accepted("cost(x) = " + cost)
    refused("cost(x) = -abs(x^3)", "E0720")


def every_function_is_followed_where_its_argument_overflows():
    """u is 1 from 1e30 on, also where the square or the exponential in it overflows, and so are all functions of it; those that jump
    at places that u does not pass."""
    with open("runtime/function.def") as f:
        table = [(name, int(n)) for name, n in re.findall(r'^FUNCTION\(\w+, +"(\w+)", *(\d)', f.read(), re.M)]
    second = {"min": "0.8", "max": "0.8", "log_root": "0.5", "logit_root": "0.5", "pulse": "2", "ramp": "2"}
    jumping = {"step": "step(2 + u)", "floor": "floor(u / 4 + 0.5)", "pulse": "pulse(2 + u, 4)"}
    assert len(table) == 22 and {name for name, n in table if n == 2} == set(second), table
    for inner, places in (("z / sqrt(1 + z^2)", [1e30, 1e153, 1.35e154, 1e200, 1e300]), ("exp(z) / sqrt(1 + exp(z)^2)", [200, 340, 360, 400, 800]),
                          ("exp(z) / (1 + exp(z))", [200, 700, 720, 1e5])):
        for k, (name, n) in enumerate(table):
            if name in jumping:
                call = jumping[name]
            else:
                call = "%s(1 + u%s)" % (name, ", " + second[name] if n == 2 else "")
            form = ("3 * u + %s", "log(9 + 3 * u + %s)", "(7 * u + %s) / 2")[k % 3]
            model = ("population A mixed { tau = 1; size = %d; activation(z) = %s; input = %s }\n"
                     "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
                     % (len(places), re.sub(r"\bu\b", "(%s)" % inner, form % call),
                        " + ".join("(%r) * pulse(i - %d, 1)" % (s, j) for j, s in enumerate(places))))
            got = eigc.both(model, folder)["A"][-1]
            assert all(abs(g - got[0]) <= 4e-16 * abs(got[0]) for g in got), (inner, form % call, got)


eigc.test("odd powers have the kink of their base", odd_powers_have_the_kink_of_their_base)
eigc.test("every function is followed where its argument overflows", every_function_is_followed_where_its_argument_overflows)
eigc.test("terms that cancel next to 0 keep their digits", terms_that_cancel_next_to_0_keep_their_digits)
eigc.test("what cancels elsewhere stops the run", what_cancels_elsewhere_stops_the_run)
eigc.test("powers have values at the edge of their base", powers_have_values_at_the_edge_of_their_base)
eigc.test("powers of one base are one", powers_of_one_base_are_one)
eigc.test("rates left of a kink", rates_left_of_a_kink)
eigc.test("a rate that overflow hides stops the run", a_rate_that_overflow_hides_stops_the_run)
eigc.test("what does not overflow is in reach", what_does_not_overflow_is_in_reach)
eigc.test("logarithms of two exponentials do not overflow", logarithms_of_two_exponentials_do_not_overflow)
eigc.test("exponentials do not overflow on the way", exponentials_do_not_overflow_on_the_way)
eigc.test("solutions within reach are found from beyond it", solutions_within_reach_are_found_from_beyond_it)
eigc.test("kinks beside which values cancel hide no side", kinks_beside_which_values_cancel_hide_no_side)
eigc.test("ends at 0 where nothing is computed", ends_at_0_where_nothing_is_computed)
eigc.test("lines far out are followed", lines_far_out_are_followed)
eigc.test("activations are followed beyond overflow", activations_are_followed_beyond_overflow)
eigc.test("activations that overflow stop the run", activations_that_overflow_stop_the_run)
eigc.test("activations that do not are as they were", activations_that_do_not_are_as_they_were)
eigc.test("kinks between doubles", kinks_between_doubles)
eigc.test("steps may switch where a choice does", steps_may_switch_where_a_choice_does)
eigc.test("quotients that cancel have slopes", quotients_that_cancel_have_slopes)
eigc.test("what is refuted is not called unknown", what_is_refuted_is_not_called_unknown)
eigc.test("ends of domains do not jump", ends_of_domains_do_not_jump)
eigc.test("what jumps beside what is not exact", what_jumps_beside_what_is_not_exact)
eigc.test("terms that cancel are seen to", terms_that_cancel_are_seen_to)
eigc.test("whole powers have any base", whole_powers_have_any_base)
eigc.test("far out functions are weighed", far_out_functions_are_weighed)
eigc.test("what has no value is refused, times 0 too", what_has_no_value_is_refused_times_0_too)
eigc.test("kinks have values and do not jump", kinks_have_values_and_do_not_jump)
eigc.test("entropies of multiples are solved next to their end", entropies_of_multiples_are_solved_next_to_their_end)
sys.exit(eigc.failures > 0)
