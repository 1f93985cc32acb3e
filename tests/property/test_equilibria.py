#!/usr/bin/python3
"""Equilibria at a model's input (docs/theory.md, Theorems 20 to 23): the excitatory-inhibitory pair whose equilibria are known, and
random networks, against Newton's method, eigenvalues and trajectories in numpy. Usage: test_equilibria.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))

PAIR = """population E excitatory {{ tau = {tau[0]}; {phi}; input = {u[0]} }}
population I inhibitory {{ tau = {tau[1]}; {phi}; input = {u[1]} }}
connect E -> E {{ weight = {w[0]} }}
connect I -> E {{ weight = {w[1]} }}
connect E -> I {{ weight = {w[2]} }}
connect I -> I {{ weight = {w[3]} }}
"""
RELU, CLIP = "cost = nonnegative", "cost = box(0, 1)"
SQUARE = "activation(z) = 0.3 * max(z, 0)^2"        # slopes have no bound
# Activation, weights EE, EI, IE, II, inputs; verdict; each equilibrium, and whether it is unstable.
PAIRS = [
    (RELU, (.5, 2, 3, .5), (1, .2), "certified", []),
    (RELU, (1.5, 2, 3, .5), (1, .2), "undecided", [(.209523810, .552380952, False)]),
    (RELU, (1.5, 2, 3, .5), (1, 3), "undecided", [(0, 2, False)]),
    (RELU, (3, 2, 3, .5), (1, .2), "refuted", [(.366666667, .866666667, True)]),
    (RELU, (6, 2, 3, .5), (1, .2), "refuted", []),
    (RELU, (6, 2, 3, .5), (-1, .2), "refuted", [(0, .133333333, False), (1.266666667, 2.666666667, True)]),
    (CLIP, (6, 2, 3, .5), (-1, .2), "refuted", [(0, .133333333, False), (.6, 1, True), (1, 1, False)]),
    (CLIP, (3, .5, .5, 0), (-.5, 0), "refuted", [(0, 0, False), (.285714286, .142857143, True), (1, .5, False)]),
    (CLIP, (3, 2, 3, .5), (1, .2), "refuted", [(.366666667, .866666667, True), (.5, 1, True), (1, 1, False)]),
    (SQUARE, (2.5, .5, 1.4, 1), (.1, .1), "refuted", [(.00343738060, .00310341141, False), (.507562479, .136370541, True)]),
    (SQUARE, (2.5, 1.3, 2.4, 1), (1, 1), "undecided", [(.815224009, 1.06892473, False)]),
]
# Thresholds of the Hopf bifurcation for (EI, IE, II) = (2, 3, .5), by time constants.
HOPF = [((1, 1), 2.5), ((1, 2), 1.75), ((1, .5), 4)]

SHARED = """population E excitatory { size = 3; tau = 1; cost = box(0, 4); input = -1 }
connect E -> E { weight = 0.8; self = no }
population I inhibitory { tau = 1; cost = box(0, 9) }
connect I -> I { weight = 0.5 }
"""
PARTING = """population I inhibitory { size = 2; tau = 3; cost = nonnegative; input = 1 }
connect I -> I { weight = 1.5; self = no }
"""


# Inputs that come to u, the time of the last change, and whether that is seen; others that do not.
SETTLING = [
    ("{u} + 3 * pulse(t - 1, 2)", 3), ("{u} * ramp(t - 3, 4)", 7), ("{u} + 2 * step(9 - 2 * t)", 4.5),
    ("{u} + sin(t) * pulse(t, 5)", 5), ("{u} - 1 + min(step(t - 1), 1 + pulse(-t, 1))", 1), ("{u} + ramp(2 - t, 1)", 2),
]
CHANGING = ["{u} + 0.1 * sin(t)", "{u} + exp(-t)", "{u} * step(sin(t))", "{u} + ramp(t - 1, 1) * t", "{u} + 0.01 * pulse(t^2 - 1, 1)"]


def check(text, folder):
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    r = subprocess.run([EIGC, "check", "--json", path], capture_output=True, text=True, timeout=60)
    report = json.loads(r.stdout)
    subprocess.run([EIGC, "check", "-q", "--certificate", out, path], capture_output=True, timeout=60)
    statements = []
    if os.path.exists(out):
        done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        with open(out) as f:
            certificate = json.load(f)
        statements = certificate.get("statements", [])
        report["everywhere"] = both_proofs(report, certificate, done.stdout)
    return report, statements


def both_proofs(report, certificate, verified):
    """What the file proves of slopes everywhere, where its own claim is about a box; both are said by verify, and each with its slopes."""
    box = box_of(certificate.get("statements", []))[0]
    everywhere = certificate.get("everywhere", {})
    own = everywhere if box else certificate
    assert own.get("claim") == {"certified": "lds", "refuted": "not-lds"}.get(report["lds"]["verdict"]), (report["lds"], certificate)
    claims = verified.split("with the slopes everywhere")
    assert len(claims) == 1 + bool(everywhere) and ("while rates are in the box" in claims[0]) == bool(box), verified
    assert [" not Lyapunov" in x for x in claims] == [x["claim"] == "not-lds" for x in [certificate] + [everywhere] * bool(everywhere)], verified
    return everywhere.get("statements", [])


def boxes(statements):
    """Of each equilibrium, by its number: centre and radius."""
    return {k: [np.array([float(number(x)) for x in s[key]]) for key in ("x", "radius")]
            for k, s in enumerate(statements) if s["says"] == "equilibrium"}


def unstable(statements):
    return {int(s["equilibrium"]) for s in statements if s["says"] in ("unstable-equilibrium", "unstable-differences")}


def attracting(statements):
    return {int(s["equilibrium"]) for s in statements if s["says"] == "attracting-equilibrium"}


def box_of(statements):
    for s in statements:
        if s["says"] in ("local-slopes", "invariant-box"):
            return s["says"], *(np.array([float(number(x)) for x in s[key]]) for key in ("x_lo", "x_hi"))
    return None, None, None


NONE = "no-equilibrium-on-pieces"


def wording(report, statements):
    """Nothing is said of the network that is not in the certificate."""
    says = {s["says"] for s in statements + report.get("everywhere", [])}
    s = report["stability"]
    assert (s["verdict"] == "refuted") == bool(says & {"several-equilibria", "unstable-equilibrium", "unstable-differences", "run-away", NONE}), s
    assert (s["unique_equilibrium"] == "refuted") == bool(says & {"several-equilibria", "several-or-none", NONE}), s
    assert ("for some constant inputs" in s["conclusion"].lower()) == ("several-or-none" in says and not says & {"several-equilibria", NONE}), s
    assert ("there is no equilibrium" in s["conclusion"]) == (NONE in says), s
    assert "would" not in s["conclusion"] and ("would" not in (s["open"] or "") or "several-or-none" not in says), s
    for r in report["requirements"]:
        of = s["unique_equilibrium"] if r["text"] == "unique_equilibrium" else s["verdict"] if r["text"] == "stable" else r["verdict"]
        assert r["verdict"] == of, r
        assert r["text"] != "unique_equilibrium" or of != "refuted" or "equilibri" in r["reason"], r
    assert ("unstable" in s["conclusion"]) == any("unstable" in x for x in says), s
    assert (" up in " in s["conclusion"]) == ("local-slopes" in says), s
    assert ("from every start in the box" in s["conclusion"]) == ("invariant-box" in says), s
    assert s["verdict"] != "certified" or s["unique_equilibrium"] == "certified" or "local-slopes" in says, s
    assert "attracts what" not in s["conclusion"] or "attracting-equilibrium" in says, s
    assert ("without bound" in s["conclusion"]) == ("run-away" in says), s
    assert ("several equilibria" in s["conclusion"]) == ("several-equilibria" in says), s


    for x in statements:            # what is printed is rounded to the side on which it still holds
        if x["says"] == "local-slopes":
            shown = re.findall(r"in \[([^,\]]+), ([^\]]+)\]", s["conclusion"])
            assert shown and all(Fraction(lo) <= number(a) and Fraction(hi) >= number(b) for (lo, hi), a, b in zip(shown, x["x_lo"], x["x_hi"])), s
        if x["says"] == "run-away" and number(x["rate"]) > 0:
            shown = re.search(r"at a rate of at least (\S+) per", s["conclusion"]).group(1)
            assert number(x["rate"]) * Fraction(99, 100) <= Fraction(shown) <= number(x["rate"]), (shown, x["rate"])


def try_pair(phi, w, u, verdict, known, folder):
    report, statements = check(PAIR.format(tau=(1, 1), phi=phi, w=w, u=u), folder)
    wording(report, statements)
    assert report["stability"]["verdict"] == verdict, report["stability"]
    found = boxes(statements)
    assert len(found) == len(known), f"{len(found)} equilibria, {len(known)} known"
    for *x, is_unstable in known:
        at = [k for k, (c, r) in found.items() if np.all(np.abs(c - x) <= r + 1e-9)]
        assert len(at) == 1, (x, found)
        assert (at[0] in unstable(statements)) == is_unstable, (x, is_unstable)
        assert box_of(statements)[0] or (at[0] in attracting(statements)) != is_unstable, (x, is_unstable)


def try_hopf(tau, edge, folder):
    for factor, verdict in ((.999, "undecided"), (1.001, "refuted")):
        report, statements = check(PAIR.format(tau=tau, phi=RELU, w=(edge * factor, 2, 3, .5), u=(1, .2)), folder)
        wording(report, statements)
        assert report["stability"]["verdict"] == verdict, (tau, edge * factor, report["stability"])


def try_false_facts(text, kind, folder):
    """What the file says of the model is compared with the model."""
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    _, statements = check(text, folder)
    with open(out) as f:
        certificate = json.load(f)
    at = [k for k, s in enumerate(statements) if s["says"] == kind][0]
    falser = {"equilibrium": [("value_lo value_hi", 1 + 1e-9), ("slope_lo slope_hi", .999), ("input", 1.01)],
              "unstable-equilibrium": [("tau", 1.01)], "run-away": [("slope_lo slope_hi", .999), ("tau", 1.01)],
              "attained-slopes": [("slope", 1.01), ("slope", .99), ("at at", .7)],
              "local-slopes": [("slope", .99), ("x_hi", .5), ("input", 1.01)],
              "invariant-box": [("slope", .99), ("x_hi", .1), ("input", 1.01)]}[kind]
    for key, factor in falser:
        changed = json.loads(json.dumps(certificate))
        for one in key.split():
            numbers = changed["statements"][at][one]
            numbers[0] = str(number(numbers[0]) * Fraction(factor))
        with open(out, "w") as f:
            json.dump(changed, f)
        done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
        assert done.returncode == 1 and (" " not in key or "not of this model" in done.stdout), (kind, key, done.stdout)


FALSE = [
    ("equilibrium", PAIR.format(tau=(1, 1), phi="cost = logistic(1, 0.25, 0.5)", w=(3, 2, 3, .5), u=(.4, .2))),
    ("unstable-equilibrium", PAIR.format(tau=(1, 1), phi="cost = logistic(1, 0.25, 0.5)", w=(3, 2, 3, .5), u=(.4, .2))),
    ("run-away", PAIR.format(tau=(1, 1), phi=RELU, w=(6, 2, 3, .5), u=(1, .2))),
    ("attained-slopes", PAIR.format(tau=(1, 1), phi=SQUARE, w=(2.5, .5, 1.4, 1), u=(.1, .1))),
    ("attained-slopes", PAIR.format(tau=(1, 1), phi="cost = power(0.3, 2)", w=(2.5, .5, 1.4, 1), u=(.1, .1))),
    ("local-slopes", PAIR.format(tau=(1, 1), phi="cost = logistic(1, 0.25, 0.5)", w=(1.5, 1, 1, .5), u=(-.5, -.2))),
    ("invariant-box", PAIR.format(tau=(1, 1), phi="cost = power(0.04, 2)", w=(1, 1.5, 1, .5), u=(2, 1))),
]

MANY = """population E excitatory { tau = 1; cost = logistic(1, 0.2, 0.5); input = -0.5; size = 80 }
connect E -> E { weight = uniform(0, 0.05) }
"""


def try_many_rows(folder):
    """Neurons that all differ: both ends attract, with one in between that does not."""
    report, statements = check(MANY, folder)
    wording(report, statements)
    assert report["stability"]["verdict"] == "refuted" and len(boxes(statements)) == 3, report["stability"]
    with open(os.path.join(folder, "c.json")) as f:
        w = np.array([[float(number(x)) for x in row] for row in json.load(f)["matrix"]["rows"]]) + np.eye(80)
    slope = 1 / 0.8                                 # of the matrix
    for k, (x, radius) in boxes(statements).items():
        y = 1 / (1 + np.exp(-(w @ x / slope - 0.5 - 0.5) / 0.2))
        assert np.abs(x - y).max() < 1e-9 and radius.max() < 1e-3, (k, x - y)
        growth = np.linalg.eigvals((x * (1 - x) / 0.2)[:, None] * w / slope - np.eye(80)).real.max()
        assert (growth > 0) == (k in unstable(statements)) and (growth < 0) == (k in attracting(statements)), (k, growth)


# ---- random networks ----

PHI = [
    ("cost = box(0, 1)", lambda t: np.clip(t, 0, 1), lambda t: (t > 0) & (t < 1)),
    ("cost = nonnegative", lambda t: np.maximum(t, 0), lambda t: t > 0),
    ("cost = logistic(1, 0.25, 0.5)", lambda t: 1 / (1 + np.exp(np.minimum(-4 * t + 2, 500))), lambda t: 1 / np.cosh(np.minimum(np.abs(2 * t - 1), 300)) ** 2),
    ("cost = power(0.05, 2)", lambda t: .05 * np.maximum(t, 0) ** 2, lambda t: .1 * np.maximum(t, 0)),
    ("cost = tanh_cost", np.tanh, lambda t: 1 / np.cosh(t) ** 2),
    ("activation(z) = 1 / (1 + exp(-6 * z))", lambda t: 1 / (1 + np.exp(np.minimum(-6 * t, 500))), lambda t: 1.5 / np.cosh(np.minimum(np.abs(3 * t), 300)) ** 2),
    ("activation(z) = max(z, 0) / (1 + max(z, 0))", lambda t: np.maximum(t, 0) / (1 + np.maximum(t, 0)),
     lambda t: (t > 0) / (1 + np.maximum(t, 0)) ** 2),
]


class Network:
    def __init__(self, seed):
        r = random.Random(seed)
        self.phi = [r.choice(PHI) for _ in range(2)]
        size, n = [r.choice([1, 1, 2, 3]) for _ in range(2)], 0
        self.tau = [r.choice([1, 1, .5, 2]) for _ in range(2)]
        u = [round(r.uniform(-1, 1), 2) for _ in range(2)]
        each = r.random() < .5
        of = [a for a in range(2) for _ in range(size[a])]
        n = len(of)
        self.of, self.tau_of = of, np.array([self.tau[a] for a in of])
        self.u = np.array([u[a] for a in of])
        w = np.zeros((n, n))
        text = []
        for a, kind in enumerate(("excitatory", "inhibitory")):
            text.append(f"population P{a} {kind} {{ size = {size[a]}; tau = {self.tau[a]}; {self.phi[a][0]}; input = {u[a]} }}")
        for a in range(2):
            for b in range(2):
                to, source = [[k for k in range(n) if of[k] == x] for x in (a, b)]
                rows = [[round(r.uniform(0, 4 / size[b]), 2) for _ in source] for _ in to]
                if not each:
                    rows = [[rows[0][0]] * len(source) for _ in to]
                own = a != b or each or r.random() < .5
                weight = json.dumps(rows) if each else rows[0][0]
                extra = "" if own else "; self = no"
                text.append(f"connect P{b} -> P{a} {{ weight = {weight}{extra} }}")
                for i, k in enumerate(to):
                    for j, m in enumerate(source):
                        w[k, m] = (1 - 2 * b) * rows[i][j] * (own or k != m)
        self.w, self.text = w, "\n".join(text) + "\n"

    def apply(self, which, t):
        out = np.zeros(len(t))
        for k, a in enumerate(self.of):
            out[k] = self.phi[a][which](t[k])
        return out

    def jacobian(self, x):
        d = self.apply(2, self.w @ x + self.u)
        return (d[:, None] * self.w - np.eye(len(x))) / self.tau_of[:, None]

    def end(self, x):
        h = .02 * self.tau_of.min()
        for _ in range(20000):
            step = (self.apply(1, self.w @ x + self.u) - x) / self.tau_of
            x = x + h * step
            if np.abs(step).max() < 1e-9 or np.abs(x).max() > 1e6:
                break
        return x


def try_box(net, kind, lo, hi, converges):
    """Trajectories get into the box, or stay in it, and end at one place."""
    rng = np.random.default_rng(1)
    ends = []
    for k in range(6):
        part = rng.integers(0, 2, len(lo)) if k < 3 else rng.random(len(lo))
        x = lo + (hi - lo) * part if kind == "invariant-box" else 3 * rng.normal(size=len(lo))
        ends.append(net.end(x))
        assert np.all((ends[-1] >= lo - 1e-6) & (ends[-1] <= hi + 1e-6)), ("not in the box", x, ends[-1], lo, hi)
    assert not converges or max(np.abs(a - ends[0]).max() for a in ends) < 1e-5, ("several ends", ends)


def try_settling(input, since, folder):
    """The same statements as at the constant input, and since when; none where the input goes on."""
    phi, w, u, _, _ = PAIRS[7]
    bare, statements = check(PAIR.format(tau=(1, 1), phi=phi, w=w, u=u), folder)
    report, later = check(PAIR.format(tau=(1, 1), phi=phi, w=w, u=(input.format(u=u[0]), u[1])), folder)
    s = report["stability"]
    if since is None:
        assert s["verdict"] == "undecided" and not boxes(later), s
        return
    assert later == statements and s["verdict"] == "refuted" == bare["stability"]["verdict"], s
    said = f"at the input that the model keeps from {since} on"
    assert s["conclusion"] == bare["stability"]["conclusion"].replace("at the model's input", said).replace("At the model's input", "A" + said[1:]), s


def try_runaway(w, tau, u, phi, s, whole=lambda x: x):
    """From far out along the direction rates grow as fast as is said; P is that of the rows."""
    n = len(s["direction"])
    v, p, rate = np.array([float(number(x)) for x in s["direction"]]), np.array([float(number(x)) for x in s["P"]]).reshape(n, n), float(number(s["rate"]))
    fall = v @ p @ v
    assert fall < 0, s
    least = np.sqrt(-fall / np.abs(np.linalg.eigvalsh(p)).max())        # |x| of rows is at least this times exp(rate t), per h
    far = 1e5 / np.abs(v).max()
    x, h, t = whole(v * far), 0.01 * min(tau) / (1 + np.abs(w).sum(1).max()), 0
    while np.abs(x).max() < 1e7 and t < 20 * max(tau):
        x = x + h * (phi(w @ x + u) - x) / tau
        t += h
        assert np.linalg.norm(x) >= 0.99 * far * least * np.exp(rate * t * 0.999), (s, t, x)


def softplus(t):
    return np.logaddexp(0, t)


RUNNING = [     # activation, its numbers, weights EE, EI, IE, II, time constants, whether rates run away for some start
    ("cost = nonnegative", lambda t: np.maximum(t, 0), (6, 2, 3, .5), (1, 1), True),
    ("cost = nonnegative", lambda t: np.maximum(t, 0), (6, 2, 3, .5), (1, 3), True),
    ("cost = nonnegative", lambda t: np.maximum(t, 0), (4.41, 2, 3, .5), (1, 1), True),         # both eigenvalues real and above 0 from 4.39898 on
    ("cost = nonnegative", lambda t: np.maximum(t, 0), (4.39, 2, 3, .5), (1, 1), False),
    ("cost = nonnegative", lambda t: np.maximum(t, 0), (1.5, 2, .1, .5), (1, 1), True),
    ("cost = nonnegative + l1(0.5)", lambda t: np.maximum(t - .5, 0), (6, 2, 3, .5), (1, 1), True),
    ("cost = leaky(0.25)", lambda t: np.maximum(t, t / 4), (6, 2, 3, .5), (1, 1), True),
    ("cost = softplus(1)", softplus, (6, 2, 3, .5), (1, 1), True),
    ("activation(z) = log(1 + exp(z))", softplus, (6, 2, 3, .5), (1, 1), True),
    ("activation(z) = 0.5 * max(z, 0) + 0.5 * tanh(z)", lambda t: .5 * np.maximum(t, 0) + .5 * np.tanh(t), (12.1, 4, 6, 1), (1, 1), True),
    ("cost = identity", lambda t: t, (6, 2, 3, .5), (1, 1), True),
    ("cost = box(0, 100)", lambda t: np.clip(t, 0, 100), (6, 2, 3, .5), (1, 1), False),
    ("cost = cubic(0.1)", None, (6, 2, 3, .5), (1, 1), False),                                   # its slope tends to 0
]


def try_running(activation, phi, w, tau, runs, folder):
    report, statements = check(PAIR.format(tau=tau, phi=activation, w=w, u=(1, .2)), folder)
    wording(report, statements)
    said = [s for s in statements if s["says"] == "run-away"]
    assert bool(said) == runs, (activation, w, [s["says"] for s in statements])
    for s in said:
        try_runaway(np.array([[w[0], -w[1]], [w[2], -w[3]]]), np.array(tau), np.array((1, .2)), phi, s)


FAR = [("cost = nonnegative", lambda t: np.maximum(t, 0)), ("cost = leaky(0.5)", lambda t: np.maximum(t, t / 2)),
       ("cost = softplus(0.5)", lambda t: .5 * np.logaddexp(0, 2 * t)), ("cost = tanh_cost", np.tanh), ("cost = identity", lambda t: t),
       ("cost = l1(0.3)", lambda t: np.sign(t) * np.maximum(np.abs(t) - .3, 0))]


def try_far_out(seed, folder):
    """A random network of up to six neurons; whether it is said to run away. What is said is seen; what is seen forbids a certificate."""
    r = random.Random(seed)
    n = r.randint(1, 6)
    act = [r.choice(FAR[:3] if r.random() < .7 else FAR) for _ in range(n)]
    tau = np.array([r.choice([1, 1, 2, .5, 5]) for _ in range(n)])
    u = np.array([round(r.uniform(-1, 1), 2) for _ in range(n)])
    sign = [r.choice([1, 1, -1]) for _ in range(n)]
    w = np.array([[round(sign[j] * r.uniform(0, 3), 2) if r.random() < .7 else 0 for j in range(n)] for _ in range(n)])
    text = "".join(f"population P{i} {'excitatory' if sign[i] > 0 else 'inhibitory'} {{ tau = {tau[i]}; {act[i][0]}; input = {u[i]} }}\n" for i in range(n))
    text += "".join(f"connect P{j} -> P{i} {{ weight = {abs(w[i][j])} }}\n" for i in range(n) for j in range(n) if w[i][j])
    report, statements = check(text, folder)
    wording(report, statements)
    phi = lambda t: np.array([act[i][1](t[i]) for i in range(n)])
    said = [s for s in statements if s["says"] == "run-away"]
    for s in said:
        try_runaway(w, tau, u, phi, s)
    x, h = np.abs(np.random.default_rng(seed).normal(size=n)) * 1e5, .05 * tau.min() / (1 + np.abs(w).sum(1).max())
    for _ in range(2000):
        x = x + h * (phi(w @ x + u) - x) / tau
    assert np.abs(x).max() < 1e9 or report["stability"]["verdict"] != "certified", text
    return bool(said)


def to_neurons(net, x):
    return x if len(x) == len(net.of) else np.array([x[a] for a in net.of])


def try_random(seed, folder, count):
    net = Network(seed)
    report, statements = check(net.text, folder)
    wording(report, statements)
    found = {k: (to_neurons(net, c), to_neurons(net, r)) for k, (c, r) in boxes(statements).items()}
    for k, (x, radius) in found.items():
        y = x.copy()
        for _ in range(3):
            y = y - np.linalg.solve(-net.jacobian(y) * net.tau_of[:, None], y - net.apply(1, net.w @ y + net.u))
        assert np.all(np.abs(y - x) <= radius * 1.001), ("no equilibrium in the box", x, y, radius)
        growth = np.linalg.eigvals(net.jacobian(y)).real.max()
        assert growth < 0 or k not in attracting(statements), ("does not attract", y, growth)
        assert growth > 0 or k not in unstable(statements), ("stable", y, growth)
        count[1] += k in unstable(statements)
    count[0] += len(found)
    kind, lo, hi = box_of(statements)
    if kind:
        count[5] += 1
        try_box(net, kind, to_neurons(net, lo), to_neurons(net, hi), "converge" in report["stability"]["conclusion"])
    verdict = report["stability"]["verdict"]
    count[2 + ["certified", "undecided", "refuted"].index(verdict)] += 1
    ran = [s for s in statements if s["says"] == "run-away"]
    for s in ran:
        try_runaway(net.w, net.tau_of, net.u, lambda t: net.apply(1, t), s, lambda x: to_neurons(net, x))
    if verdict == "refuted" and not unstable(statements) and not ran:
        assert len(found) > 1, "refuted by one equilibrium"
        ends = [net.end(x + 1e-4 * np.random.default_rng(k).normal(size=len(x))) for k, (x, _) in found.items()]
        assert max(np.abs(a - b).max() for a in ends for b in ends) > 1e-3, "every trajectory ends at the same place"
    return verdict


# ---- an equilibrium at exactly 0, at input 0 ----

# Smooth, 0 at 0, and of slope 1 there; {0}: how far rates go, about.
AT_ZERO = ["activation(z) = {0} * tanh(z / {0})", "activation(z) = {0} * atan(z / {0})", "activation(z) = z / (1 + abs(z) / {0})", "cost = identity"]
ZERO_PAIRS = [      # weights EE, EI, IE, II, time constants
    ((1.2, .6, 3, .5), (10, 20)), ((2.9, 3, 3, .5), (10, 10)), ((3.5, 3, 3, .5), (10, 20)), ((1.2, .6, 3, .5), (20, 10)),
]


def at_zero(phi, w, tau, folder):
    """The equilibrium is proved, and what the eigenvalues of its Jacobian say of it, unless the network is diagonally stable."""
    n = len(tau)
    text = "".join(f"population P{k} mixed {{ tau = {tau[k]}; {phi} }}\n" for k in range(n))
    text += "".join(f"connect P{b} -> P{a} {{ weight = {w[a, b]} }}\n" for a in range(n) for b in range(n) if w[a, b])
    report, statements = check(text, folder)
    wording(report, statements)
    if report["lds"]["verdict"] == "certified":
        return 0
    here = [k for k, (x, radius) in boxes(statements).items() if np.all(np.abs(x) <= radius)]
    growth = np.linalg.eigvals((w - np.eye(n)) / tau[:, None]).real.max()
    assert len(here) == 1, ("no equilibrium at 0", text, boxes(statements))
    assert (here[0] in unstable(statements)) == (growth > 0), (text, growth)
    assert (here[0] in attracting(statements) or box_of(statements)[0] is not None) == (growth < 0), (text, growth)
    return 1


def try_zero_pair(phi, w, tau, folder):
    w = np.array([[w[0], -w[1]], [w[2], -w[3]]])
    assert at_zero(phi, w, np.array(tau), folder), "a certificate"


def try_zero_random(seed, folder):
    """With no eigenvalue near the imaginary axis."""
    r = random.Random(seed)
    n = r.choice([1, 2, 2, 3, 4])
    w = np.array([[r.randint(-40, 40) / 10 * r.choice([1, 1, 1, 0]) for _ in range(n)] for _ in range(n)])
    tau = np.array([r.choice([10, 10, 20]) for _ in range(n)])
    phi = r.choice(AT_ZERO).format(r.choice(["1", "1", "0.001", "1000", "1e9"]))
    if np.abs(np.linalg.eigvals((w - np.eye(n)) / tau[:, None]).real).min() < 1e-4:
        return 0
    return at_zero(phi, w, tau, folder)


def try_sizes(phi, folder):
    """Rates of any size: the ends attract, and 0 between them is unstable."""
    for size in ("1e-9", "1e-4", "1", "1e8"):
        text = "".join(f"population {p} mixed {{ tau = 1; {phi.format(size)} }}\n" for p in "XY")
        text += "connect X -> X { weight = 1.5 }\nconnect Y -> X { weight = -0.25 }\nconnect X -> Y { weight = 0.5 }\n"
        report, statements = check(text, folder)
        wording(report, statements)
        assert report["stability"]["verdict"] == "refuted" and len(boxes(statements)) == 3, (size, report["stability"])
        assert len(attracting(statements)) == 2 and len(unstable(statements)) == 1, (size, report["stability"])


TWO = """population A excitatory { tau = 1; cost = box(0, 1); input = -0.5 }
population B excitatory { tau = 1; cost = nonnegative; input = 1 }
connect A -> A { weight = 3 }
connect A -> B { weight = 2 }
"""


def try_slopes(slope, row, input, x, fine, folder):
    """A file that names the slopes of A and B: as they are attained it is of the model, but a row of slope 0 would not read its inputs."""
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    steep = str(1 / number(slope)) if number(slope) else "0"        # of psi_B(t) = phi_B(t/L)
    equilibrium = {"says": "equilibrium", "input": ["-0.5", input], "x": ["1", x], "radius": ["0.1", "0.2"], "value_lo": ["1", x], "value_hi": ["1", x],
                   "slope_lo": ["0", steep], "slope_hi": ["0", steep], "Y": ["1", "0", "2" if number(slope) else "0", "1"]}
    certificate = {"format": "eig-certificate/1", "claim": "not-lds", "matrix": {"n": 2, "rows": [["2", "0"], row]},
                   "statements": [{"says": "attained-slopes", "slope": ["1", slope], "at": ["0", "0"]}, equilibrium],
                   "witness": {"members": [0], "V": [["1"]]}}
    with open(path, "w") as f, open(out, "w") as g:
        f.write(TWO)
        json.dump(certificate, g)
    assert subprocess.run([EIGC, "verify", "-q", out]).returncode == 0, "numbers of the file"
    done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
    assert (done.returncode == 0) == fine and ("known to be attained" in done.stdout) != fine, (slope, done.stdout)


KINK = """population E excitatory { tau = 1; cost = nonnegative; input = 1 }
population I inhibitory { tau = 1; cost = nonnegative; input = 0 }
population K inhibitory { tau = 1; cost = nonnegative; input = -1 }
population L excitatory { tau = 1; cost = nonnegative; input = 3 }
connect E -> E { weight = 2 }
connect I -> E { weight = 2 }
connect E -> I { weight = 3 }
connect I -> I { weight = 1 }
connect E -> K { weight = 2 }
connect K -> E { weight = 2 }
connect K -> L { weight = %d }
connect L -> L { weight = 0.5 }
"""


def try_kink(weight, folder):
    """K has the input 0 exactly, where its slope is 0 on one side and 1 on the other, in boxes of all sizes; L, which reads it, needs a wider side."""
    report, statements = check(KINK % weight, folder)
    wording(report, statements)
    found = list(boxes(statements).values())
    assert len(found) == 1 and np.all(np.abs(found[0][0] - [.5, .75, 0, 6]) <= found[0][1]), (weight, found)


def main(count=40, first=1):
    failures, seen = 0, [0] * 6
    tries = [(try_pair, p) for p in PAIRS] + [(try_hopf, h) for h in HOPF] + [(try_false_facts, (text, kind)) for kind, text in FALSE]
    tries += [(try_running, r) for r in RUNNING] + [(try_many_rows, ())]
    tries += [(try_settling, (input, since)) for input, since in SETTLING + [(input, None) for input in CHANGING]]
    tries += [(try_slopes, x) for x in (("1", ["2", "-1"], "1", "3", True), ("0.5", ["1", "-1"], "0.5", "3", True), ("0", ["0", "-1"], "0", "1", False),
                                        ("2", ["4", "-1"], "2", "3", False))]
    tries += [(try_sizes, (phi,)) for phi in AT_ZERO[:3]] + [(try_kink, (weight,)) for weight in (0, 2, 40)]
    tries += [(try_zero_pair, (phi.format("1"), w, tau)) for phi in AT_ZERO[:3] for w, tau in ZERO_PAIRS]
    with tempfile.TemporaryDirectory() as folder:
        zeros = sum(try_zero_random(seed, folder) for seed in range(first, first + count))
        assert count < 20 or zeros > count // 2, zeros
        far = sum(try_far_out(seed, folder) for seed in range(first, first + count // 2))
        assert count < 20 or far > count // 8, far
        for test, arguments in tries:
            try:
                test(*arguments, folder)
            except AssertionError as problem:
                failures += 1
                print(f"{arguments}: {problem}", file=sys.stderr)
        for text, kind in ((SHARED, "unstable-equilibrium"), (PARTING, "unstable-differences")):
            report, statements = check(text, folder)
            if kind not in {s["says"] for s in statements}:
                failures += 1
                print(f"no {kind}: {report['stability']}\n{text}", file=sys.stderr)
        for seed in range(first, first + count):
            try:
                try_random(seed, folder, seen)
            except AssertionError as problem:
                failures += 1
                print(f"seed {seed}: {problem}\n{Network(seed).text}", file=sys.stderr)
    print("# %d equilibria, %d unstable; %d networks certified, %d undecided, %d refuted; %d boxes" % tuple(seen))
    print("ok" if not failures else "not ok", "equilibria_are_what_they_are_said_to_be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
