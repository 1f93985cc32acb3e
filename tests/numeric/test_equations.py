#!/usr/bin/python3
"""Populations by equations, currents, noise and delays, from text to numbers.

Expected values are closed forms, sums over all pairs, recurrences written here, or
digits of another integrator (the FitzHugh-Nagumo cells: high-order integration at
tolerances of 1e-13, outside eigc)."""
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np

import eigc

folder = tempfile.mkdtemp()


def reference(text):
    r = eigc.run(text, folder, "--reference")
    assert r.status == 0, r.stderr
    return r.arrays


def run(text):
    if not eigc.has_jit():
        return reference(text)
    r = eigc.run(text, folder)
    assert r.status == 0, r.stderr
    return r.arrays


def example(name, *replacements):
    with open(os.path.join("examples", name + ".eig")) as f:
        text = f.read()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def check(text, status):
    path = os.path.join(folder, "check.eig")
    with open(path, "w") as f:
        f.write(text)
    p = subprocess.run([eigc.EIGC, "check", "--json", path], capture_output=True, text=True)
    assert p.returncode == status, (p.returncode, p.stderr, p.stdout)
    return json.loads(p.stdout)


def near(got, wanted, tolerance, what=""):
    assert np.all(np.abs(np.asarray(got) - wanted) <= tolerance), (what, got, wanted)


FHN = """
population C excitatory {
  size     = %d
  v'       = v - v^3 / 3 - w + input
  w'       = 0.08 * (v + 0.7 - 0.8 * w)
  input    = 0.5
  start(v) = %s
}
"""

# ---- single neurons ----


def fitzhugh_nagumo():
    r = run(FHN % (1, "0") + "simulate { duration = 50; method = rk4; step = 0.005; record C.v, C.w every 5 }")
    for t, v, w in ((10, 1.18792072, 1.250331419), (25, -1.511114154, .084326689), (50, 1.120978964, 1.285666242)):
        near([r["C.v"][t // 5], r["C.w"][t // 5]], [v, w], 6e-9, t)


def coupled_pairs():
    for gamma, v, w, difference, digits in ((1, -1.52302055, .09983355, -5.4e-3, 5e-5), (10, -1.51123479, .08448160, -2.7e-4, 5e-6),
                                            (100, -1.51111527, .08432812, -3.2e-6, 5e-8), (1000, -1.51111417, .08432670, -3.2e-8, 5e-10)):
        r = run(FHN % (2, "1 - 2 * i") + "connect C -> C { current = pre.v - post.v; weight = %d; scale = 1/n }\n" % gamma
                + "simulate { duration = 25; method = rk45; rtol = 1e-12; atol = 1e-13; record mean(C.v), mean(C.w), C[0].v - C[1].v every 25 }")
        got = [a[-1] for name, a in r.items() if name != "t"]
        near(got[0], v, 6e-9, gamma)
        near(got[1], w, 6e-9, gamma)
        near(got[2], difference, digits, gamma)


def closed_forms():
    """v' = v^2 + 1 is the tangent; v' = v - v^3 from 1/2 is 1/sqrt(1 + 3 exp(-2t)); a rotation is cos and sin."""
    r = run("population Q excitatory { v' = v^2 + input; input = 1 }\n"
            "population K excitatory { v' = v - v^3; start = 0.5 }\n"
            "population R excitatory { x' = -y; y' = x; start(x) = 1; rate = x * y }\n"
            "simulate { duration = 1; method = rk4; step = 0.001; record Q, K.v, R.x, R.y, R every 0.5 }")
    t = r["t"]
    near(r["Q"], np.tan(t), 1e-11)
    near(r["K.v"], 1 / np.sqrt(1 + 3 * np.exp(-2 * t)), 1e-12)
    near(r["R.x"], np.cos(t), 1e-12)
    near(r["R.y"], np.sin(t), 1e-12)
    near(r["R"], np.cos(t) * np.sin(t), 1e-12)


def units_scale():
    """The same neuron in mV and ms, and in V and s."""
    one = run("population V excitatory { v' = (-65 mV - v) / (10 ms) + input; start = -50 mV; input = 0.5 mV per ms }\n"
              "simulate { duration = 20 ms; method = rk4; step = 0.1 ms; record V.v every 20 ms }")
    two = run("population V excitatory { v' = (-0.065 V - v) / (0.01 s) + input; start = -0.05 V; input = 0.5 V per s }\n"
              "simulate { duration = 0.02 s; method = rk4; step = 0.0001 s; record V.v every 0.02 s }")
    near(one["V.v"][-1], -60 + 10 * math.exp(-2), 1e-8)
    near(two["V.v"][-1], one["V.v"][-1], 1e-12)


# ---- currents: against the sum over all pairs ----

PAIR = """
population A excitatory {
  size = 6
  v' = input
  u' = -u
  start(v) = 0.3 * i - 0.7
  start(u) = 1 / (1 + i)
  rate = v * u + 0.1
}
population B inhibitory {
  size = 4; tau = 1; cost = identity
  start = 0.4 * i - 0.5
}
connect %s { %s }
simulate { duration = 1; method = euler; step = 1; record input(A), input(B) every 1 }
"""
v = 0.3 * np.arange(6) - 0.7
u = 1 / (1 + np.arange(6.0))
a_rate = v * u + 0.1
b_rate = 0.4 * np.arange(4) - 0.5
COLUMN, ROW = np.s_[:, None], np.s_[None, :]
CURRENTS = (
    ("pre.v - post.v", lambda p, q: p["v"] - q["v"]),
    ("0.3 * pre.rate * (post.v - 2)", lambda p, q: 0.3 * p["rate"] * (q["v"] - 2)),
    ("(pre.v - post.v)^3", lambda p, q: (p["v"] - q["v"]) ** 3),
    ("(pre.v + 2 * post.u)^2 * (post.v - pre.u) / (1 + pre.u^2)", lambda p, q: (p["v"] + 2 * q["u"]) ** 2 * (q["v"] - p["u"]) / (1 + p["u"] ** 2)),
    ("sin(2 * pre.v - post.v + 0.3)", lambda p, q: np.sin(2 * p["v"] - q["v"] + 0.3)),
    ("cos(post.v - pre.v) * pre.u", lambda p, q: np.cos(q["v"] - p["v"]) * p["u"]),
    ("-exp(pre.v) * tanh(post.u) + max(pre.v, pre.u)", lambda p, q: -np.exp(p["v"]) * np.tanh(q["u"]) + np.maximum(p["v"], p["u"])),
    ("post.v", lambda p, q: q["v"] + 0 * p["v"]),
    ("-2", lambda p, q: -2 + 0 * p["v"] + 0 * q["v"]),
    ("pre.i * post.i - post.i", lambda p, q: p["i"] * q["i"] - q["i"]),
)
A = {"v": v, "u": u, "rate": a_rate, "i": np.arange(6.0)}


def of(values, axis):
    return {k: x[axis] for k, x in values.items()}


def currents_are_sums_over_pairs():
    weight = np.arange(36).reshape(6, 6) % 5 / 4.0
    literal = str([[float(x) for x in row] for row in weight])
    for text, value in CURRENTS:
        c = value(of(A, ROW), of(A, COLUMN))
        for attributes, w in (("", 1), ("weight = 2.5; scale = 1/n", 2.5 / 6), ("self = no", 1 - np.eye(6)),
                              ("pattern = one_to_one", np.eye(6)), ("weight = " + literal, weight),
                              ("weight = 0.5 * abs(pre.i - post.i)", 0.5 * np.abs(A["i"][ROW] - A["i"][COLUMN]))):
            r = run(PAIR % ("A -> A", "current = " + text + "; " + attributes))
            near(r["input(A)"][0], (w * c).sum(axis=1), 2e-14 * 36 * (1 + np.abs(c).max()), (text, attributes))


def currents_between_kinds():
    r = run(PAIR % ("A -> B", "current = pre.rate * (post.rate - 1) - post.rate^2"))
    near(r["input(B)"][0], (a_rate[ROW] * (b_rate[COLUMN] - 1) - b_rate[COLUMN] ** 2).sum(axis=1), 1e-13)
    r = run(PAIR % ("B -> A", "current = pre.rate * post.u; weight = 3"))
    near(r["input(A)"][0], 3 * (b_rate[ROW] * u[COLUMN]).sum(axis=1), 1e-13, "no sign comes from an inhibitory source")
    r = run(PAIR % ("B -> A", "weight = 3"))
    near(r["input(A)"][0], -3 * b_rate.sum(), 1e-13, "a weight has the sign of its source")


# ---- noise ----


def brownian(calculus, n=40000):
    return run("population G excitatory { size = %d; v' = 0.1 * v + 0.5 * v * noise; start = 1; calculus = %s }\n" % (n, calculus)
               + "simulate { duration = 1; method = euler_maruyama; step = 0.02; seed = 11; record mean(G.v), mean(G.v^2) every 1 }")


def geometric_brownian_motion():
    """The mean is exp(mu t) by Ito and exp((mu + sigma^2/2) t) by Stratonovich; h has an error of mu^2 h/2 in it."""
    for calculus, mu in (("ito", 0.1), ("stratonovich", 0.1 + 0.125)):
        r = brownian(calculus)
        mean = math.exp(mu)
        spread = mean * math.sqrt((math.exp(0.25) - 1) / 40000)
        near(r["mean(G.v)"][-1], mean, 4 * spread + mu ** 2 * 0.02 * mean, calculus)
        near(r["mean(G.v^2)"][-1], math.exp(2 * mu + 0.25), 0.06, calculus)


def derivatives_at_kinks():
    """By Stratonovich a step has h/2 g g' more, where g is at its kink: of min and max the second argument counts there."""
    for g, slope in (("max(v, 0.5)", 0), ("max(0.5, v)", 1), ("min(v, 0.5)", 0), ("min(0.5, v)", 1), ("0.5 + abs(v - 0.5)", 1),
                     ("0.5 + ramp(v - 0.5, 2)", 0.5), ("1.5 - ramp(v + 0.5, 1)", 0), ("0.5 + floor(2 * v)", 0), ("1 + step(v - 0.5)", 0)):
        text = "population G mixed { v' = 0.25 + (%s) * noise; start(v) = 0.5; calculus = %s }\n" \
               "simulate { duration = 0.125; method = euler_maruyama; step = 0.125; record G.v }\n"
        value = {"0.5 + floor(2 * v)": 1.5, "1 + step(v - 0.5)": 2}.get(g, 0.5)
        for runs in (run, reference):
            end = [runs(text % (g, calculus))["G.v"][-1] for calculus in ("ito", "stratonovich")]
            near(end[1] - end[0], 0.125 / 2 * value * slope, 1e-15, g)


def stationary_variance():
    """x' = -x/tau + sigma noise: the discrete variance is sigma^2 h / (1 - (1 - h/tau)^2)."""
    for attributes in ("tau = 2; cost = identity; noise = 0.3", "x' = -x / 2 + 0.3 * noise"):
        r = run("population E excitatory { size = 20000; %s }\n" % attributes
                + "simulate { duration = 10; method = euler_maruyama; step = 0.1; record mean(E), mean(E^2) every 10 }")
        wanted = 0.09 * 0.1 / (1 - 0.95 ** 2) * (1 - 0.95 ** 200)
        near(r["mean(E)"][-1], 0, 4 * math.sqrt(wanted / 20000))
        near(r["mean(E^2)"][-1], wanted, 4 * wanted * math.sqrt(2 / 20000))


def draws_do_not_depend_on_others():
    one = run("population E excitatory { size = 3; tau = 2; cost = identity; noise = 1 }\n"
              "simulate { duration = 1; method = euler_maruyama; step = 0.1; record E every 1 }")
    two = run("population A excitatory { size = 5; v' = -v + noise }\npopulation E excitatory { size = 3; tau = 2; cost = identity; noise = 1 }\n"
              "simulate { duration = 1; method = euler_maruyama; step = 0.1; record E every 1 }")
    assert np.array_equal(one["E"], two["E"])


# ---- delays ----


def delayed_decay():
    """v' = -v(t - 1) with v = 1 before 0: polynomials piece by piece, and Euler's own recurrence."""
    r = run("population V inhibitory { v' = input; start = 1 }\nconnect V -> V { weight = 1; delay = 1 }\n"
            "simulate { duration = 3; method = euler; step = 0.0078125; record V.v every 0.0078125 }")
    h, lag = 1 / 128, 128
    x = [1.0]
    for k in range(3 * 128):
        x.append(x[k] + h * (0.0 + -1.0 * x[max(k - lag, 0)]))
    assert np.array_equal(r["V.v"], x)
    near(r["V.v"][128], 0.0, 1e-12)
    near(r["V.v"][256], 1 - 2 + 0.5, 2 * h)


# ---- verdicts ----


def equations_are_not_judged():
    r = check(FHN % (1, "0") + "require stable\n", 1)
    assert r["stability"]["verdict"] == r["lds"]["verdict"] == "undecided"
    assert "`C` is given by equations" in r["requirements"][0]["reason"], r["requirements"]
    r = check("population E excitatory { tau = 1; cost = nonnegative }\nconnect E -> E { current = 0.1 * pre.rate }\n"
              "require unique_equilibrium\n", 1)
    assert "E->E brings a current" in r["requirements"][0]["reason"], r["requirements"]


RATES = "population E excitatory { tau = 20; cost = nonnegative%s }\nconnect E -> E { weight = 0.5%s }\n"


def time_in_a_delayed_current_is_the_present():
    """u' = c v(t - 5) t u in any order of the factors, by Euler's method here."""
    h, v, u = 0.5, [0.5], 1.0
    for k in range(40):
        u += h * 0.01 * (v[max(k - 10, 0)] * (k * h) * u)
        v.append(v[k] + h * 0.1 * (1 - v[k]))
    for product in ("pre.v * t * post.u", "pre.v * (t * post.u)", "post.u * pre.v * t", "t * (post.u * pre.v)"):
        r = run("population V mixed { v' = 0.1 * (1 - v) + 0 * input; start(v) = 0.5 }\npopulation U mixed { u' = input; start(u) = 1 }\n"
                "connect V -> U { current = 0.01 * (%s); delay = 5 }\n"
                "simulate { duration = 20; method = euler; step = 0.5; record U every 20 }" % product)
        near(np.ravel(r["U"])[-1], u, 1e-12, product)


def delays_keep_the_equilibrium():
    r = check(RATES % ("", "; delay = 3") + "require unique_equilibrium\n", 0)
    assert r["lds"]["verdict"] == "certified" and r["stability"]["verdict"] == "undecided" and r["stability"]["rate"] is None
    assert "E->E has a delay" in r["stability"]["open"]
    check(RATES % ("", "; delay = 3") + "require stable\n", 1)
    check(RATES % ("", "; delay = 0") + "require stable\n", 0)


def noise_is_outside():
    r = check(RATES % ("; noise = 0.1", "") + "require stable\nrequire unique_equilibrium\n", 1)
    assert r["lds"]["verdict"] == "certified" and r["stability"]["verdict"] == "undecided"
    assert [q["verdict"] for q in r["requirements"]] == ["undecided", "undecided"]


# ---- the examples ----


def chemical_network():
    """No verdict; voltages after 500 steps of the sums over pairs, written out here."""
    r = check(example("13-fitzhugh-nagumo"), 0)
    assert r["stability"]["verdict"] == r["lds"]["verdict"] == "undecided" and "given by equations" in r["stability"]["conclusion"]
    r = run(example("13-fitzhugh-nagumo", ("param c = 0.02", "param c = 0")))
    n, i = 20, np.arange(20)
    v, w = -1 + 0.1 * i, np.full(20, -0.6)

    def change(v, w):
        rate = 1 / (1 + np.exp(-(v - 0.5) / 0.1))
        current = 0.4 / n * np.array([sum(rate[j] * (2 - v[k]) for j in range(n) if j != k) for k in range(n)])
        return v - v ** 3 / 3 - w + 0.3 + 0.02 * i + current, 0.08 * (v + 0.7 - 0.8 * w)

    for _ in range(500):
        k1 = change(v, w)
        k2 = change(v + 0.01 * k1[0], w + 0.01 * k1[1])
        k3 = change(v + 0.01 * k2[0], w + 0.01 * k2[1])
        k4 = change(v + 0.02 * k3[0], w + 0.02 * k3[1])
        v, w = (x + 0.02 / 6 * (a + 2 * b + 2 * c + d) for x, a, b, c, d in zip((v, w), k1, k2, k3, k4))
    near(r["mean(C.v)"][20], v.mean(), 1e-11, "mean voltage")
    near(r["C[19].v"][20], v[19], 1e-11, "last voltage")
    near(r["C[0].w"][20], w[0], 1e-11, "recovery")


def delayed_pair():
    text = example("14-delayed-pair")
    r = check(text, 0)
    assert r["lds"]["verdict"] == "certified" and r["stability"]["verdict"] == "undecided"
    r = run(text)
    rates = np.linalg.solve(np.eye(2) - np.array([[0.5, -1.2], [1, -0.4]]), [2, 0])
    spread = 0.02 * math.sqrt(20 / 2)   # of one neuron around its population; the mean of many is far steadier
    near([r["mean(E)"][250:].mean(), r["mean(I)"][250:].mean()], rates, 0.02)
    near(np.std(r["E[0]"][100:] - r["mean(E)"][100:]), spread, 0.5 * spread)


def same_bits():
    for name in ("13-fitzhugh-nagumo", "14-delayed-pair"):
        one, two = run(example(name)), reference(example(name))
        assert all(np.array_equal(one[k], two[k]) for k in one), name


for name, function in (("FitzHugh-Nagumo cell", fitzhugh_nagumo), ("coupled pairs", coupled_pairs), ("closed forms", closed_forms),
                       ("units", units_scale), ("currents are sums over pairs", currents_are_sums_over_pairs),
                       ("currents between kinds", currents_between_kinds), ("geometric Brownian motion", geometric_brownian_motion),
                       ("derivatives at kinks", derivatives_at_kinks), ("stationary variance", stationary_variance), ("draws do not depend on others", draws_do_not_depend_on_others),
                       ("delayed decay", delayed_decay), ("time in a delayed current", time_in_a_delayed_current_is_the_present),
                       ("equations are not judged", equations_are_not_judged),
                       ("delays keep the equilibrium", delays_keep_the_equilibrium), ("noise is outside", noise_is_outside),
                       ("chemical network", chemical_network), ("delayed pair", delayed_pair), ("same bits", same_bits)):
    eigc.test(name, function)
sys.exit(1 if eigc.failures else 0)
