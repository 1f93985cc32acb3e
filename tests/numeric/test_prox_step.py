"""Proximal steps: reference trajectories of the timescale family, every cost's prox
of a multiple against its definition, equilibria and verdicts that do not depend
on the step, and gains, delays and noise beside it."""
import math
import os
import random
import sys
import tempfile

import mpmath as mp
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc

FOLDER = tempfile.TemporaryDirectory()
MACHINE = [] if eigc.has_jit() else ["--reference"]


def run(text):
    """One result; the reference interpreter has the same bits."""
    r = eigc.run(text, FOLDER.name, *MACHINE)
    assert r.status == 0, r.stderr + text
    if not MACHINE:
        slow = eigc.run(text, FOLDER.name, "--reference", name="reference")
        assert slow.status == 0, slow.stderr
        for name in r.arrays:
            assert r.arrays[name].tobytes() == slow.arrays[name].tobytes(), (name, text)
    return r


def check(text):
    return eigc.check(text, FOLDER.name)


# ---- the linear-threshold family x' = max(-a D x, (W - D) x + u), a = 1/g, D = diag(1, 2), tau = 1/D ----

FAMILY = {      # a: x(0.5), x(2), by DOP853 at 1e-13
    "10": (.1902459, 1.3572561, .1637462, 1.0054801),
    "1": (.1213061, .6148472, .3114525, .4150103),
    "1/10": (.0013476, .5092182, .3238474, .4285859),
    "1/100": (.0000077, .4971660, .3237601, .4297479),
    "1/1000": (.0000081, .4970863, .3237584, .4297554),
}


def pair(g, more):
    return f"""
population A excitatory {{ tau = 1; cost = nonnegative; prox_step = {g}; input = 1; start = 0.2 }}
population B inhibitory {{ tau = 1/2; cost = nonnegative; prox_step = {g}; input = 0.1; start = 1.5 }}
connect A -> A {{ weight = 0.5 }}
connect B -> A {{ weight = 2 }}
connect A -> B {{ weight = 1.5 }}
connect B -> B {{ weight = 0.25 }}
{more}"""


def family():
    for g, x in FAMILY.items():
        r = run(pair(g, "simulate { duration = 2; method = rk45; rtol = 1e-11; atol = 1e-13; record A, B every 0.5 }"))
        ours = [r.record(0)[1], r.record(1)[1], r.record(0)[4], r.record(1)[4]]
        assert np.max(np.abs(np.ravel(ours) - x)) < 6e-8, (g, ours)


# ---- the projected dynamics: by exact events, x1 reaches 0 at .117098468 and leaves it at .497214586 ----

def projected():
    def x(step):
        r = run(pair(0, f"simulate {{ duration = 2; method = euler; step = {step}; record A, B every 0.5 }}"))
        return np.ravel([r.record(0)[1], r.record(1)[1], r.record(0)[4], r.record(1)[4]])
    exact = [.000008124, .497085498, .323758426, .429755424]
    # order 1, but for x1 just after it has left 0
    coarse, fine = x("1/4096") - exact, x("1/65536") - exact
    assert np.max(np.abs(fine)) < 3e-5, fine
    assert np.all(np.abs(fine[1:]) < np.abs(coarse[1:]) / 10), (coarse, fine)


def projected_costs():
    # x -> prox of (h/tau) c at x + (h/tau) (s - x), h/tau = 1/8
    for cost, (phi, slope) in COSTS.items():
        pops = "".join(f"population P{k} mixed {{ tau = 2; {cost}; prox_step = 0; input = {s}; start = 0.5 }}\n" for k, s in enumerate(INPUTS))
        if slope == mp.inf and "activation" in cost:
            continue
        r = run(pops + "simulate { duration = 0.25; method = euler; step = 0.25 }")
        for k, s in enumerate(INPUTS):
            expected = prox(phi, mp.mpf(1) / 8, mp.mpf(7) / 8 * 0.5 + mp.mpf(s) / 8)
            assert abs(float(r.record(k)[1]) - expected) < 4e-15 * (1 + abs(expected)), (cost, s)


# Not dominant, not symmetrisable, three neurons: convergence of the plain network is open when time constants differ.
LOOP = """
population A excitatory { tau = 1; cost = nonnegative%s }
population B inhibitory { tau = 20; cost = box(0, 4)%s }
population C excitatory { tau = 5; cost = tanh_cost%s }
connect A -> B { weight = 1.5 }
connect B -> C { weight = 1.5 }
connect C -> A { weight = 1.5 }
connect B -> A { weight = 1 }
require stable
"""


def projected_verdicts():
    at = lambda *steps: check(LOOP % tuple("" if g is None else f"; prox_step = {g}" for g in steps))
    assert verdict(at(None, None, None)) == ("certified", "certified", "certified")     # by Theorem 27, of which nothing is known at other steps
    assert verdict(at(2, 0.5, 0.25)) == ("certified", "undecided", "certified")
    assert verdict(at(0, 0, 0)) == ("certified", "certified", "certified")
    assert verdict(at(0, 0, None)) == ("certified", "undecided", "certified")
    # time constants in the ratio of the steps: equal g tau (Theorem 3)
    assert verdict(at(20, 1, 4)) == ("certified", "certified", "certified")


# ---- every cost: one Euler step of g tau lands on the prox of g times the cost ----

def logistic(z):
    return 1 / (1 + mp.exp(-z))


def root(f, lo, hi):
    """Where the increasing f is 0."""
    for _ in range(110):
        x = (lo + hi) / 2
        lo, hi = (x, hi) if f(x) < 0 else (lo, x)
    return (lo + hi) / 2


# phi = (identity + c')^-1 by the definitions of the costs, and the largest slope.
COSTS = {
    "cost = identity": (lambda z: z, 1),
    "cost = nonnegative": (lambda z: max(z, 0), 1),
    "cost = box(-1, 2)": (lambda z: min(max(z, -1), 2), 1),
    "cost = l1(0.5)": (lambda z: mp.sign(z) * max(abs(z) - 0.5, 0), 1),
    "cost = linear(0.5)": (lambda z: z - 0.5, 1),
    "cost = nonnegative + linear(0.25)": (lambda z: max(z - 0.25, 0), 1),
    "cost = quadratic(-0.5)": (lambda z: 2 * z, 2),
    "cost = elastic(0.5, 1)": (lambda z: mp.sign(z) * max(abs(z) - 0.5, 0) / 2, 0.5),
    "cost = leaky(0.125)": (lambda z: z if z > 0 else z / 8, 1),
    "cost = shift(l1(0.5), 2)": (lambda z: 2 + mp.sign(z - 2) * max(abs(z - 2) - 0.5, 0), 1),
    "cost = logistic(r = 2, T = 0.5, th = 0.5)": (lambda z: 2 * logistic((z - 0.5) * 2), 1),
    "cost = logistic(T = 0.125)": (lambda z: logistic(8 * z), 2),
    "cost = tanh_cost": (mp.tanh, 1),
    "cost = tanh_cost + box(0, 0.75)": (lambda z: min(max(mp.tanh(z), 0), 0.75), 1),
    "cost = arctan": (lambda z: 2 / mp.pi * mp.atan(mp.pi * z / 2), 1),
    "cost = softsign": (lambda z: z / (1 + abs(z)), 1),
    "cost = algebraic": (lambda z: z / mp.sqrt(1 + z**2), 1),
    "cost = probit(0.75)": (lambda z: mp.ncdf(z / 0.75), 0.54),
    "cost = elu(0.5)": (lambda z: z if z > 0 else 0.5 * mp.expm1(z), 1),
    "cost = softplus(0.5)": (lambda z: 0.5 * mp.log1p(mp.exp(2 * z)), 1),
    "cost = logistic_entropy(0.25)": (lambda z: logistic(root(lambda v: logistic(v) + 0.25 * v - z, 4 * (z - 1), 4 * z)), 0.5),
    "cost = boltzmann(0.5)": (lambda z: mp.re(mp.lambertw(2 * mp.exp(2 * z))) / 2, 1),
    "cost = log_barrier(0.125)": (lambda z: (z + mp.sqrt(z**2 + 0.5)) / 2, 1),
    "cost = three_halves(0.5)": (lambda z: ((-0.5 + mp.sqrt(0.25 + 4 * max(z, 0))) / 2)**2, 1),
    "cost = cubic(1)": (lambda z: (-1 + mp.sqrt(1 + 4 * max(z, 0))) / 2, 1),
    "cost = power(k = 0.25, p = 2)": (lambda z: max(z, 0)**2 / 4, mp.inf),
    "cost = naka_rushton(r = 2, sigma = 1.5, n = 2)": (lambda z: 2 * max(z, 0)**2 / (2.25 + max(z, 0)**2), 0.87),
    "cost(x) = 0.25 * x^4 + 0.5 * abs(x)": (lambda z: 0 if abs(z) <= 0.5 else mp.sign(z) * root(lambda x: x + x**3 - (abs(z) - 0.5), mp.mpf(0), mp.mpf(8)), 1),
    "activation(z) = 1 / (1 + exp(-z))": (logistic, 0.26),
    "activation(z) = z / (1 + abs(z))": (lambda z: z / (1 + abs(z)), 1),
}
INPUTS = [-3, -0.75, -0.125, 0.125, 0.5, 1, 2.75]


def prox(phi, g, y):
    """x = phi(w) with (1 - g) phi(w) + g w = y, by bisection."""
    a, b = mp.mpf(-200), mp.mpf(200)
    for _ in range(100):                    # to 4e-28
        w = (a + b) / 2
        if (1 - g) * phi(w) + g * w < y:
            a = w
        else:
            b = w
    return phi((a + b) / 2)


def one_cost(cost, g, phi):
    x0 = [0.25 if s > 0 else 0.5 for s in INPUTS]
    pops = "".join(f"population P{k} mixed {{ tau = 1; {cost}; prox_step = {g}; input = {s}; start = {x} }}\n"
                   for k, (s, x) in enumerate(zip(INPUTS, x0)))
    names = ", ".join(f"P{k}" for k in range(len(INPUTS)))
    r = run(pops + f"simulate {{ duration = {g}; method = euler; step = {g}; record {names} every {g} }}")
    for k, (s, x) in enumerate(zip(INPUTS, x0)):
        expected = prox(phi, mp.mpf(g), (1 - mp.mpf(g)) * x + mp.mpf(g) * s)
        gap = abs(float(r.record(k)[1]) - expected)
        assert gap < 4e-15 * (1 + abs(expected)), (cost, g, s, float(r.record(k)[1]), expected)


def costs():
    mp.mp.dps = 30
    for cost, (phi, slope) in COSTS.items():
        for g in [0.0625, 0.5, 1.5, 8]:
            if g + (1 - g) * slope > 0:
                one_cost(cost, g, phi)


def selector():
    # x^2/2 - g x^2/2 + g th x on [0, m]: the clip of (y - g th)/(1 - g)
    r = run("""population P mixed { size = 5; tau = 1; cost = hard_selector(m = 1, th = 0.25); prox_step = 0.5; input = -1 + 0.5 * i; start = 0.5 }
simulate { duration = 0.5; method = euler; step = 0.5 }""")
    y = 0.5 * 0.5 + 0.5 * (-1 + 0.5 * np.arange(5))
    assert np.allclose(r.record(0)[1], np.clip((y - 0.125) / 0.5, 0, 1), atol=1e-15)


# ---- random networks: the same equilibria and verdicts ----

def network(r, steps):
    """Four neurons with W - 1 LDS by dominance; `steps` is the text of each prox_step."""
    kinds = ["nonnegative", "box(0, 2)", "tanh_cost", "logistic", "softplus(0.5)", "cubic(1)", "l1(0.25)", "boltzmann(0.5)"]
    text = ""
    for k in range(4):
        text += (f"population P{k} {'excitatory' if k % 2 else 'inhibitory'} {{ tau = {r.randint(1, 4)}; cost = {r.choice(kinds)}"
                 f"; gain = {r.choice(['1', '0.5'])}; threshold = {r.choice(['0', '0.25'])}; input = {round(r.uniform(-1, 2), 2)}{steps[k]} }}\n")
    for pre in range(4):
        for post in range(4):
            text += f"connect P{pre} -> P{post} {{ weight = {round(r.uniform(0.02, 0.24 if pre != post else 0.8), 2)} }}\n"
    return text


def verdict(v):
    return v["lds"]["verdict"], v["stability"]["verdict"], v["dale"]["verdict"]


def equilibria():
    end = "require stable\nsimulate { duration = 1200; method = rk4; step = 0.125; record P0, P1, P2, P3 every 1200 }\n"
    for seed in range(12):
        r = random.Random(100 + seed)
        steps = [f"; prox_step = {r.choice(['0.25', '0.5', '1', '1.5', '3'])}" for _ in range(4)]
        plain, stepped = network(random.Random(seed), [""] * 4) + end, network(random.Random(seed), steps) + end
        a, b = run(plain), run(stepped)
        for k in range(4):
            assert abs(float(a.record(k)[-1]) - float(b.record(k)[-1])) < 1e-12, (k, stepped)
        assert verdict(check(plain)) == verdict(check(stepped)), stepped


def boundary():
    # LDS exactly below w_EE = 1 (theory.md, two neurons), whatever the step.
    for w, lds in [("0.99", "certified"), ("1.01", "refuted")]:
        for g in ["1/8", "1", "5"]:
            text = pair(g, "").replace("connect A -> A { weight = 0.5 }", f"connect A -> A {{ weight = {w} }}")
            v = check(text)
            assert v["lds"]["verdict"] == lds, (w, g, v["lds"])


def rates():
    text = "population A excitatory { tau = 20; cost = nonnegative; %s }\nconnect A -> A { weight = 0.5 }\nrequire rate >= 0.02\n"
    assert check(text % "")["requirements"][0]["verdict"] == "certified"
    assert check(text % "prox_step = 4")["requirements"][0]["verdict"] == "undecided"


# ---- gains of neurons, delays, noise ----

def neurons_differ():
    r = run("""population P mixed { size = 4; tau = 2 + i; gain = 1 + 0.5 * i; threshold = 0.125 * i; cost = tanh_cost; prox_step = 0.5
  input = 0.75; start = 0.25 * i }
simulate { duration = 0.25; method = euler; step = 0.25; record P, input(P) }""")
    mp.mp.dps = 30
    for i in range(4):
        s = (1 + 0.5 * i) * (0.75 - 0.125 * i)
        x = 0.25 * i
        expected = x + 0.25 / (0.5 * (2 + i)) * (prox(mp.tanh, mp.mpf("0.5"), 0.5 * x + 0.5 * s) - x)
        assert abs(float(r.record(0)[1][i]) - expected) < 1e-15, i
    assert np.all(r.record(1) == 0.75)


def delays():
    r = run("""population A excitatory { tau = 1; cost = nonnegative + l1(0.125); prox_step = 0.25; input = 1 }
connect A -> A { weight = 0.5; delay = 0.5 }
simulate { duration = 4; method = euler; step = 0.0625; record A }""")
    x = [0.0]
    for k in range(64):
        s = 1 + 0.5 * x[max(k - 8, 0)]
        target = max(0.75 * x[k] + 0.25 * s - 0.25 * 0.125, 0)
        x.append(x[k] + 0.0625 / 0.25 * (target - x[k]))
    assert np.max(np.abs(np.ravel(r.record(0)) - x)) < 1e-14


def noise():
    # Without a cost every step is the plain network, and the noise is the same noise.
    text = """population A mixed { size = 3; tau = 2; cost = identity; input = 1; noise = 0.25%s }
connect A -> A { weight = 0.125 }
simulate { duration = 8; method = euler_maruyama; step = 0.125; seed = 7 }"""
    plain, stepped = run(text % ""), run(text % "; prox_step = 0.375")
    assert np.max(np.abs(plain.record(0) - stepped.record(0))) < 1e-13
    assert np.ptp(plain.record(0)[-1]) > 0.1


def one_tau():
    """An expression that is one number for every neuron is a time constant like another."""
    text = """population A excitatory { size = 5; tau = %s; cost = nonnegative; prox_step = %s; input = 1 + i }
connect A -> A { weight = 0.0625 }
simulate { duration = 4; method = euler; step = 0.125 }"""
    for step, cost in ("0", "nonnegative"), ("inf", "box(0, 1)"):
        plain = run(text.replace("nonnegative", cost) % (2, step))
        for tau in "2 + 0 * i", "2 + floor(i / 5)", "2 + i * pulse(i - 5, 2)":
            same = run(text.replace("nonnegative", cost) % (tau, step))
            assert np.array_equal(plain.record(0), same.record(0)), (step, tau)


def methods():
    for method in ["euler", "heun", "rk4", "exponential_euler"]:
        r = run(pair("0.5", f"simulate {{ duration = 2; method = {method}; step = 1/1024; record A, B every 0.5 }}"))
        exact = run(pair("0.5", "simulate { duration = 2; method = rk45; rtol = 1e-11; atol = 1e-13; record A, B every 0.5 }"))
        bound = {"euler": 2e-3, "heun": 1e-5, "rk4": 1e-5, "exponential_euler": 2e-3}[method]
        for k in range(2):
            assert np.max(np.abs(r.record(k) - exact.record(k))) < bound, method


for name, test in [("family", family), ("projected", projected), ("projected_costs", projected_costs),
                   ("projected_verdicts", projected_verdicts), ("prox_of_multiples", costs), ("hard_selector", selector), ("equilibria", equilibria),
                   ("boundary", boundary), ("rates", rates), ("neurons_differ", neurons_differ), ("delays", delays),
                   ("noise", noise), ("one_tau", one_tau), ("methods", methods)]:
    eigc.test("prox_step_" + name, test)
sys.exit(eigc.failures != 0)
