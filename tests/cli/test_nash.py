#!/usr/bin/python3
"""eigc nash: energies, best responses and exploitabilities against the reference numbers of the
theory, closed forms in mpmath, and minima found by looking everywhere."""
import json
import random

import mpmath as mp
from cli import check, eigc, equal, main, test, write

RELU = """population E excitatory { tau = 20 ms; cost = nonnegative; input = 1 }
population I inhibitory { tau = 10 ms; cost = nonnegative; input = 0.2 }
connect E -> E { weight = 0.5 }
connect I -> E { weight = 2 }
connect E -> I { weight = 3 }
connect I -> I { weight = 0.5 }
"""
LOGISTIC = """population E excitatory { tau = 1; cost = logistic(1, 1, 0); input = 0.1 }
population I inhibitory { tau = 1; cost = logistic(1, 1, 0); input = -0.2 }
connect E -> E { weight = 2 }
connect I -> E { weight = 1 }
connect E -> I { weight = 1 }
connect I -> I { weight = 0.5 }
"""


def nash(folder, text, *args, status=0):
    write(folder, "m.eig", text)
    r = eigc("nash", "--json", *args, "m.eig", cwd=folder)
    equal(r.status, status, r)
    return json.loads(r.out)


def close(a, b, within):
    check(abs(a - b) <= within, (a, b))


def column(point, key):
    return [p[key] for p in point["players"]]


def near(got, wanted, within):
    equal(len(got), len(wanted))
    for a, b in zip(got, wanted):
        check(abs(a - b) <= within, (got, wanted))


# docs/theory.md, section "The game": numbers of an independent computation, to the digits given there.
@test
def the_reference_pair(folder):
    for state, energy, best, left in (((0.3, 0.6), (0.0825, -0.39), (0, 0.733333333333), (0.0825, 0.013333333333)),
                                      ((0, 0), (0, 0), (2, 0.133333333333), (1, 0.013333333333))):
        at = nash(folder, RELU, "--at", "E=%r" % state[0], "--at", "I=%r" % state[1])["state"]
        near(column(at, "energy"), energy, 1e-12)
        near(column(at, "best_response"), best, 1e-12)
        near(column(at, "exploitability"), left, 1e-12)
    found = nash(folder, RELU)
    check(found["convex"] and found["unique"], found)
    equal(len(found["equilibria"]), 1)
    there = found["equilibria"][0]
    check(there["proved"] and there["nash"] and there["attracts"] and there["radius"] < 1e-6, there)
    near(column(there, "rate"), (0.162962962963, 0.459259259259), 1e-12)
    near(column(there, "energy"), (-0.006639231824, -0.158189300412), 1e-12)
    equal(column(there, "exploitability"), [0, 0])


@test
def the_reference_sigmoids(folder):
    near(column(nash(folder, LOGISTIC)["equilibria"][0], "rate"), (0.73104259163755, 0.56216649416932), 1e-13)
    at = nash(folder, LOGISTIC, "--at=E=0.2", "--at=I=0.7")["state"]
    near(column(at, "energy"), (-.420402423538, -.488364302055), 1e-11)
    near(column(at, "best_response"), (.68239109914381, .44464694255666), 1e-13)
    near(column(at, "exploitability"), (.260874488907, .149214651775), 1e-11)
    # An activation by formula: the same game, each energy up to a constant, by quadrature.
    formula = nash(folder, LOGISTIC.replace("cost = logistic(1, 1, 0)", "activation(z) = 1/(1 + exp(-z))"), "--at=E=0.2", "--at=I=0.7")["state"]
    near(column(formula, "exploitability"), (.260874488907, .149214651775), 2e-8)


# ---- every cost of the catalogue ----

def entropy(u):
    return u * mp.log(u) if u > 0 else mp.mpf(0)


COSTS = (  # the cost, its formula (compiler/model/cost/cost.def), rates inside, rates where it is infinite
    ("identity", lambda x: 0, (-2, 3), ()),
    ("nonnegative", lambda x: 0, (0, 2), (-1,)),
    ("box(1, 2)", lambda x: 0, (1, 1.5, 2), (0.5, 3)),
    ("l1(0.3)", lambda x: 0.3 * abs(x), (-2, 0, 1), ()),
    ("linear(0.3)", lambda x: 0.3 * x, (-2, 1), ()),
    ("quadratic(0.5)", lambda x: 0.25 * x * x, (-2, 1), ()),
    ("elastic(0.2, 0.5)", lambda x: 0.2 * abs(x) + 0.25 * x * x, (-2, 1), ()),
    ("leaky(0.25)", lambda x: 1.5 * x * x if x < 0 else 0, (-2, 1), ()),
    ("logistic(2, 0.5, 0.3)", lambda x: entropy(x / 2) + (entropy((2 - x) / 2)) + 0.3 * x - x * x / 2, (0, 0.5, 2), (-1, 3)),
    ("tanh_cost", lambda x: (entropy(1 + x) + entropy(1 - x)) / 2 - x * x / 2, (-1, -0.5, 0.9, 1), (1.5,)),
    ("arctan", lambda x: -4 / mp.pi ** 2 * mp.log(mp.cos(mp.pi * x / 2)) - x * x / 2, (-0.5, 0.9), (1, -1)),
    ("softsign", lambda x: -abs(x) - mp.log(1 - abs(x)) - x * x / 2, (-0.5, 0.9), (1, -2)),
    ("algebraic", lambda x: 1 - mp.sqrt(1 - x * x) - x * x / 2, (-1, -0.5, 0.9), (2,)),
    ("elu(0.5)", lambda x: 0.5 * entropy((0.5 + x) / 0.5) - x - x * x / 2 if x < 0 else 0, (-0.5, -0.2, 3), (-1,)),
    ("softplus(0.5)", lambda x: (mp.polylog(2, mp.exp(-2 * x)) - mp.pi ** 2 / 6) / 4, (0, 0.1, 2), (-1,)),
    ("logistic_entropy(0.5)", lambda x: 0.5 * (entropy(x) + entropy(1 - x)), (0, 0.3, 1), (2,)),
    ("boltzmann(0.5)", lambda x: 0.5 * (entropy(x) - x), (0, 0.3, 4), (-1,)),
    ("log_barrier(0.5)", lambda x: -0.5 * mp.log(x), (0.3, 4), (-1,)),
    ("three_halves(0.5)", lambda x: 0.5 * x ** 1.5 / 1.5, (0, 0.3, 4), (-1,)),
    ("cubic(0.5)", lambda x: 0.5 * x ** 3 / 3, (0, 0.3, 4), (-1,)),
    ("power(0.5, 2)", lambda x: mp.mpf(2) / 3 * mp.sqrt(2) * x ** 1.5 - x * x / 2, (0, 0.3, 4), (-1,)),
    ("hard_selector(2, 0.3)", None, (), ()),
    ("naka_rushton(2, 1, 2)", lambda x: mp.quad(lambda r: mp.sqrt(r / (2 - r)) - r, [0, x]), (0.3, 1.5), (-1, 3)),
    ("nonnegative + l1(0.2) + quadratic(0.5)", lambda x: 0.2 * x + 0.25 * x * x, (0, 2), (-1,)),
    ("shift(cubic(0.5), 1) + linear(0.2)", lambda x: 0.5 * (x - 1) ** 3 / 3 + 0.2 * (x - 1), (1, 2), (0,)),
)


@test
def the_cost_of_a_rate_is_the_catalogues(folder):
    mp.mp.dps = 30
    for cost, g, inside, outside in COSTS:
        text = "population E excitatory { tau = 1; cost = %s; input = 0.5 }\n" % cost
        for x in inside + outside:
            got = nash(folder, text, "--at=E=%r" % x)["state"]["players"][0]
            if x in outside:
                equal((got["activation_cost"], got["exploitability"]), ("inf", "inf"), cost)
            else:
                wanted = g(mp.mpf(x))
                check(abs(got["activation_cost"] - wanted) <= 1e-8 if "naka" in cost else
                      abs(got["activation_cost"] - wanted) <= 1e-15 + 4e-16 * abs(wanted), (cost, x, got, wanted))


@test
def probits_cost_by_differences(folder):
    mp.mp.dps = 30
    text = "population E excitatory { tau = 1; cost = probit(0.5); input = 0.5 }\n"
    value = [nash(folder, text, "--at=E=%r" % x)["state"]["players"][0]["activation_cost"] for x in (0.3, 0.8)]
    g = [-mp.npdf(mp.sqrt(2) * mp.erfinv(2 * mp.mpf(x) - 1)) / 2 - mp.mpf(x) ** 2 / 2 for x in (0.3, 0.8)]
    check(abs(value[1] - value[0] - (g[1] - g[0])) < 1e-8, (value, g))


# ---- best responses ----

def least(energy, lo, hi):
    """The least value of a function on an interval, by a grid and golden sections around its best point."""
    n = 4000
    k = min(range(n + 1), key=lambda j: energy(lo + (hi - lo) * j / n))
    a, b = lo + (hi - lo) * max(k - 1, 0) / n, lo + (hi - lo) * min(k + 1, n) / n
    for _ in range(80):
        c, d = a + 0.382 * (b - a), a + 0.618 * (b - a)
        a, b = (a, d) if energy(c) < energy(d) else (c, b)
    return (a + b) / 2


@test
def a_best_response_has_the_least_energy(folder):
    import math
    log = lambda u: u * math.log(u) if u > 0 else 0.0
    kinds = (("box(0, 2)", lambda x: 0, 0, 2), ("box(0, 3) + l1(0.4)", lambda x: 0.4 * x, 0, 3),
             ("logistic(1, 0.3, 0.2)", lambda x: 0.3 * (log(x) + log(1 - x)) + 0.2 * x - x * x / 2, 0, 1),
             ("tanh_cost", lambda x: (log(1 + x) + log(1 - x)) / 2 - x * x / 2, -1, 1))
    draw = random.Random(7)
    for n in range(24):
        cost, g, lo, hi = draw.choice(kinds)
        w, u, gain, threshold, from_other, x = (round(draw.uniform(*r), 2) for r in ((0, 3), (-2, 2), (0.5, 2), (-1, 1), (0, 2), (0.05, 0.95)))
        text = """population E excitatory { tau = 1; cost = %s; input = %r; gain = %r; threshold = %r }
population I inhibitory { tau = 1; cost = nonnegative }
connect E -> E { weight = %r }
connect I -> E { weight = %r }
""" % (cost, u, gain, threshold, w, from_other)
        rate = lo + (hi - lo) * x
        got = nash(folder, text, "--at=E=%r" % rate, "--at=I=0.5")["state"]["players"][0]
        b = gain * (u - 0.5 * from_other - threshold)
        energy = lambda y: (1 - gain * w) * y * y / 2 - y * b + g(y)
        close(got["energy"], energy(rate), 1e-12 + 1e-12 * abs(energy(rate)))
        best = least(energy, lo, hi)
        check(abs(energy(best) - energy(got["best_response"])) < 1e-9, (text, got, best))
        close(got["exploitability"], energy(rate) - energy(best), 1e-9)


@test
def what_is_no_nash_equilibrium_is_said(folder):
    steep = "population E excitatory { tau = 1; cost = box(0, 1); input = -0.5 }\nconnect E -> E { weight = 2 }\n"
    found = nash(folder, steep)
    equal(sorted((round(e["players"][0]["rate"], 9), e["nash"], e["players"][0]["exploitability"]) for e in found["equilibria"]),
          [(0, None, 0), (0.5, None, 0.125), (1, None, 0)])
    text = " ".join(eigc("nash", "m.eig", cwd=folder).out.split())
    check("not convex in its own rate" in text and "No Nash equilibrium" in text, text)
    endless = "population E excitatory { tau = 1; cost = nonnegative; input = 1 }\nconnect E -> E { weight = 2 }\n"
    player = nash(folder, endless, "--at=E=1")["state"]["players"][0]
    equal((player["best_response"], player["exploitability"]), ("inf", "inf"))


@test
def rates_per_time_are_shown_in_hz(folder):
    write(folder, "m.eig", "population E excitatory { tau = 10 ms; cost = box(0 Hz, 100 Hz); input = 20 Hz }\nconnect E -> E { weight = 0.5 }\n")
    for args in [], ["--at=E=40 Hz"], ["--at=E=0.04 kHz"]:
        r = eigc("nash", *args, "m.eig", cwd=folder)
        equal(r.out.splitlines()[-1].split(), ["E", "(Hz)", "40", "-400", "0", "-400", "40", "0"], r)
    r = eigc("nash", "--at=E=40", "m.eig", cwd=folder)
    equal(r.status, 2, r)
    check("the rate of 'E' is in per ms" in r.err, r)


@test
def no_equilibrium_is_counted_twice(folder):
    for text, roots in (("activation(z) = log(1 + exp(z)); input = -3 }\nconnect E -> E { weight = 2 }", (0.0539794, 2.9460206)),
                        ("cost = softplus(0.5); input = -1.5 }\nconnect E -> E { weight = 2 }", (0.0269897, 1.4730103)),
                        ("cost(x) = 0.3*abs(x - 0.5) + x*log(x) on [0, inf]; gain = 1.5; input = -1 }\nconnect E -> E { weight = 3 }", (0.5, 0.6967725))):
        found = nash(folder, "population E excitatory { tau = 1; %s\n" % text)["equilibria"]
        check(all(e["proved"] for e in found), found)
        near([e["players"][0]["rate"] for e in found], roots, 1e-6)


@test
def energies_that_do_not_change_are_no_reason_to(folder):
    integrator = "population E excitatory { tau = 1; cost = nonnegative }\nconnect E -> E { weight = 1 }\n"
    equal(nash(folder, integrator, "--at=E=1")["state"]["players"][0]["exploitability"], 0)
    text = eigc("nash", "m.eig", cwd=folder)
    equal(text.status, 1, text)             # none is proved to be alone
    check("No Nash" not in text.out, text)
    alike = "population I inhibitory { size = 2; tau = 1; cost = nonnegative; input = 1 }\nconnect I -> I { weight = 1; self = no }\n"
    nash(folder, alike)
    text = " ".join(eigc("nash", "m.eig", cwd=folder).out.split())
    check("among states in which the neurons of each row are equal" in text, text)


@test
def costs_at_and_beyond_ends(folder):
    for attribute, at, cost in (("activation(z) = tanh(z)", 2, "inf"), ("activation(z) = max(z, 0)", -1, "inf"), ("cost(x) = -log(x) + x on [0, 9]", 0, None),
                                ("cost(x) = x*log(x) + (1 - x)*log(1 - x) on [0, 1]", 0, 0), ("cost(x) = x*log(x) + (1 - x)*log(1 - x) on [0, 1]", 1, 0)):
        got = nash(folder, "population E excitatory { tau = 1; %s }\n" % attribute, "--at=E=%d" % at)["state"]["players"][0]["activation_cost"]
        check(got == cost or (cost == 0 and abs(got) < 1e-7), (attribute, at, got))


@test
def what_is_wrong_is_said(folder):
    write(folder, "m.eig", RELU)
    for args, status, text in ((["--at=E=1"], 2, "--at gives none for 'I'"), (["--at=e=1"], 2, "no population 'e' of the model"),
                               (["--at=Ex=1"], 2, "did you mean 'E'?"), (["--at=E=fast", "--at=I=1"], 2,
                                "a number as a rate, with its unit if it has one, not 'fast'"),
                               (["--at=E=1", "--at=E=2", "--at=I=1"], 2, "two rates for 'E'"), (["--at=E"], 2, "--at takes POP=RATE, not 'E'")):
        r = eigc("nash", *args, "m.eig", cwd=folder)
        equal(r.status, status, r)
        check(text in r.err and not r.out, r)
    for attribute, text in (("noise = 1 per sqrt(ms)", "has noise"), ("input = 1 + sin(t/(1 ms))", "changes in time")):
        write(folder, "m.eig", RELU.replace("input = 1 ", attribute + " "))
        r = eigc("nash", "m.eig", cwd=folder)
        equal(r.status, 1, r)
        check(text in r.err and not r.out, r)
    write(folder, "m.eig", "population E excitatory { tau = 1 }\n")
    equal(eigc("nash", "m.eig", cwd=folder).status, 2)


main()
