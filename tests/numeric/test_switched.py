"""The switched dynamics, prox_step = inf: trajectories in closed form, equilibria by linear algebra,
the function that falls by Theorem 19 of docs/theory.md, and verdicts."""
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc

FOLDER = tempfile.TemporaryDirectory()


def records(text):
    """Of the reference, and bit for bit of the compiled code."""
    return [np.asarray(x) for x in list(eigc.both(text, FOLDER.name).values())[1:]]


def check(text):
    return eigc.check(text, FOLDER.name)


def closed_form():
    text = """population A excitatory { tau = 2; cost = box(0, 1.5) + linear(0.25); prox_step = inf; gain = 2; threshold = 0.125; input = 0.5; start = 0 }
population B excitatory { tau = 1; cost = shift(box(-1, 2), 1); prox_step = inf; start = 1 }
connect A -> A { weight = 0.25 }
connect A -> B { weight = 2 }
simulate { duration = 8; method = euler; step = %s; record A, B every 0.5 }"""
    t = np.arange(17) / 2
    # 2 (A/4 + 0.5 - 0.125) - 0.25 - A is above 0, so that A goes to 1.5, until A = 1
    a = np.minimum(1.5 * (1 - np.exp(-t / 2)), 1)
    # B goes to 0 until it meets 2 A, which it then follows: q^2 = 3 (1 - q) for q = exp(-t/2)
    b = np.where(t < -2 * np.log((np.sqrt(21) - 3) / 2), np.exp(-t), 2 * a)
    for h, bound in [("1/64", 2e-2), ("1/1024", 1.2e-3), ("1/16384", 8e-5)]:
        x, y = (np.ravel(r) for r in records(text % h))
        assert np.max(np.abs(x - a)) < bound and np.max(np.abs(y - b)) < bound, (h, x - a, y - b)


PAIR = """population A excitatory { tau = 1; cost = box(0, %s); prox_step = inf; input = 1; start = 0.2 }
population B inhibitory { tau = 1/2; cost = box(0, 1); prox_step = inf; input = 0.1; start = 0.9 }
connect A -> A { weight = 0.5 }
connect B -> A { weight = 2 }
connect A -> B { weight = 1.5 }
connect B -> B { weight = 0.25 }
simulate { duration = 16; method = euler; step = %s; record A, B every 1 }"""


def equilibria():
    inside = np.linalg.solve([[0.5, 2], [-1.5, 1.25]], [1, 0.1])        # both between their ends
    at_end = np.array([0.125, (1.5 * 0.125 + 0.1) / 1.25])                 # A at its upper end
    for hi, exact in [("2", inside), ("0.125", at_end)]:
        for h in [1 / 64, 1 / 512, 1 / 4096]:
            x = np.stack([np.ravel(r)[-4:] for r in records(PAIR % (hi, repr(h)))])
            assert np.max(np.abs(x - exact[:, None])) < 3 * h, (hi, h, x)


def network(rng, n):
    """W - 1 with a diagonal Lyapunov matrix: P^-1 (skew - positive definite), and its boxes."""
    skew, root = rng.normal(size=(n, n)), rng.normal(size=(n, n)) / 2
    p = rng.uniform(0.5, 2, n)
    a = (2 * (skew - skew.T) - root @ root.T - 0.3 * np.eye(n)) / p[:, None]
    return p, np.round(a + np.eye(n), 6), rng.uniform(-1, 0, n).round(3), rng.uniform(0.5, 2, n).round(3)


def falls():
    rng = np.random.default_rng(5)
    for _ in range(12):
        n = 4
        p, w, lo, hi = network(rng, n)
        tau, u = rng.integers(1, 6, n) / 2, rng.normal(size=n).round(3)
        text = "".join(f"population P{i} mixed {{ tau = {tau[i]}; cost = box({lo[i]}, {hi[i]}); prox_step = inf; input = {u[i]}; start = {hi[i]} }}\n"
                       for i in range(n))
        text += "".join(f"connect P{j} -> P{i} {{ weight = {w[i, j]:.6f} }}\n" for i in range(n) for j in range(n))
        text += "require stable\nsimulate { duration = 40; method = euler; step = 1/4096; record P0, P1, P2, P3 every 1 }\n"
        x = np.stack([np.ravel(r) for r in records(text)], axis=1)
        v = x @ w.T + u - x
        gap = (p / tau * np.maximum(v * (lo - x), v * (hi - x))).sum(1)
        t = np.arange(len(x))
        assert gap[0] > 0.1 and np.all(gap <= gap[0] * np.exp(-t / tau.max()) + 0.05), (text, gap)
        assert np.max(np.abs(x[-1] - np.clip(x[-1] + v[-1], lo, hi))) < 0.02, text
        said = check(text)
        assert said["stability"]["verdict"] == "certified" and "Theorem 19" in said["stability"]["theorem"], text


def verdicts():
    for rate, verdict in ((0.5, "certified"), (0.51, "undecided")):     # 1/(2 tau): half of what the function of Theorem 19 falls at
        v = check(PAIR % (2, "1/64") + f"\nrequire rate >= {rate}")
        assert v["stability"]["verdict"] == "certified" and v["requirements"][0]["verdict"] == verdict, v
    some = check((PAIR % (2, "1/64")).replace("prox_step = inf; input = 0.1", "input = 0.1") + "\nrequire unique_equilibrium")
    assert some["stability"]["verdict"] == "undecided" and some["requirements"][0]["verdict"] == "certified", some
    noisy = check((PAIR % (2, "1/64")).replace("start = 0.2", "start = 0.2; noise = 0.1"))
    assert noisy["stability"]["verdict"] == "undecided", noisy
    strong = check((PAIR % (2, "1/64")).replace("weight = 0.5", "weight = 1.5"))
    assert strong["lds"]["verdict"] == "refuted" and strong["stability"]["verdict"] == "undecided", strong


for name, test in [("closed_form", closed_form), ("equilibria", equilibria), ("falls", falls), ("verdicts", verdicts)]:
    eigc.test("switched_" + name, test)
sys.exit(eigc.failures != 0)
