#!/usr/bin/python3
"""Currents that do not separate, against sums over all pairs in NumPy: every pattern and every kind of weight, delays,
states of both sides, time, places, noise, and populations of all sizes. Compiled code and the reference agree in every bit."""
import json
import os
import re
import subprocess
import tempfile

import numpy as np

import eigc
from eigc import both, test

folder = tempfile.mkdtemp()

MODEL = """
population A mixed {
  size = %(n)d; %(place)s
  v' = -v + input
  u' = 0.3 * (v - u)
  start(v) = sin(1 + 2 * i)
  start(u) = cos(i) / 2
  rate = v * u + 0.1
}
population B mixed {
  size = %(m)d; tau = 2; cost = identity
  start = 0.4 * cos(3 * i)
}
connect %(ends)s { current = %(current)s; %(more)s }
simulate { duration = 1; method = %(method)s; step = 0.125; record A.v, A.u, B; record input(%(to)s) }
"""


def model(current, n=37, m=23, ends="A -> A", more="", method="euler", place=""):
    return MODEL % dict(current=current, n=n, m=m, ends=ends, more=more, method=method, place=place, to=ends[-1])


class Side:
    """What `pre` or `post` is: rows are targets, columns sources."""

    def __init__(self, numbers, is_source):
        self.__dict__ = {k: x[None, :] if is_source else x[:, None] for k, x in numbers.items()}


def simulate(current, weight, n=37, m=23, ends="A -> A", delay=0, method="euler"):
    """Records of v, u, B and of the total inputs; `weight` is a matrix, and pairs of weight 0 are not there."""
    i, k = np.arange(n), np.arange(m)
    x = np.concatenate([np.sin(1 + 2.0 * i), np.cos(i) / 2, 0.4 * np.cos(3.0 * k)])
    h, past, rows, inputs = 0.125, [], [], []

    def sides(x):
        v, u, b = x[:n], x[n:2 * n], x[2 * n:]
        return {"A": {"v": v, "u": u, "rate": v * u + 0.1, "i": i, "size": np.full(n, n)}, "B": {"rate": b, "i": k, "size": np.full(m, m)}}

    def arrives(x, t, step):
        now = sides(x)
        late = sides(past[max(step - delay, 0)]) if delay else now
        with np.errstate(all="ignore"):
            c = current(Side(late[ends[0]], True), Side(now[ends[-1]], False), t)
        return (weight * np.where(weight != 0, c, 0)).sum(axis=1)

    def slope(x, t, step):
        s = arrives(x, t, step)
        v, u, b = x[:n], x[n:2 * n], x[2 * n:]
        into_a, into_b = (s, 0) if ends[-1] == "A" else (0, s)
        return np.concatenate([-v + into_a, 0.3 * (v - u), (into_b - b) / 2])

    for step in range(9):
        past.append(x)
        rows.append(x)
        inputs.append(arrives(x, step * h, step))
        k1 = slope(x, step * h, step)
        if method == "euler":
            x = x + h * k1
        else:
            past.append(x + h * k1)     # nobody reads it: a stage is no step
            past.pop()
            x = x + h / 2 * (k1 + slope(x + h * k1, (step + 1) * h, step + 1))
    return np.array(rows), np.array(inputs)


def agrees(text, wanted):
    r = both(text, folder)
    names = [name for name in r if name != "t"]
    got = np.concatenate([r[name].reshape(9, -1) for name in names], axis=1)
    want = np.concatenate(wanted, axis=1)
    assert got.shape == want.shape, (got.shape, want.shape)
    assert np.isfinite(want).all()
    assert np.abs(got - want).max() <= 1e-12 * (1 + np.abs(want).max()), np.abs(got - want).max()


CURRENTS = (
    ("tanh(pre.rate - post.rate)", lambda p, q, t: np.tanh(p.rate - q.rate)),
    ("exp(pre.v - post.v)", lambda p, q, t: np.exp(p.v - q.v)),
    ("max(pre.v - post.v, 0)", lambda p, q, t: np.maximum(p.v - q.v, 0)),
    ("0.7 * (2 - post.v) / (1 + exp(4 * (post.u - pre.v))) + pre.u", lambda p, q, t: 0.7 * (2 - q.v) / (1 + np.exp(4 * (q.u - p.v))) + p.u),
    ("sin(pre.v * post.v) * cos(t) + abs(pre.u - post.u)^1.5", lambda p, q, t: np.sin(p.v * q.v) * np.cos(t) + np.abs(p.u - q.u) ** 1.5),
    ("(pre.v - post.v)^9 / (1 + (pre.v - post.v)^10)", lambda p, q, t: (p.v - q.v) ** 9 / (1 + (p.v - q.v) ** 10)),
    ("step(pre.i - post.i - 0.5) * pre.v", lambda p, q, t: (p.i > q.i) * p.v),
    ("log(1 + (pre.v - post.u)^2 * step(t - 0.5)) + min(pre.u, post.u)",
     lambda p, q, t: np.log(1 + (p.v - q.u) ** 2 * (t >= 0.5)) + np.minimum(p.u, q.u)),
)
i = np.arange(37.0)
DISTANCE = np.abs(i[:, None] - i[None, :])
RING = np.minimum(DISTANCE, 37 - DISTANCE)
LITERAL = np.arange(37 * 37).reshape(37, 37) % 5 / 40.0
np.savetxt(os.path.join(folder, "w.csv"), LITERAL, fmt="%.17g", delimiter=",")
EDGES = [(s, q, 0.05 * (1 + s % 3)) for s in range(37) for q in range(37) if (3 * s + 5 * q) % 7 == 0 and q != 11]
with open(os.path.join(folder, "e.csv"), "w") as f:
    f.write("source,target,weight\n" + "".join("%d,%d,%.17g\n" % e for e in EDGES))
with open(os.path.join(folder, "pairs.csv"), "w") as f:
    f.write("source,target\n" + "".join("%d,%d\n" % e[:2] for e in EDGES))
LISTED = np.zeros((37, 37))
for source, target, number in EDGES:
    LISTED[target, source] = number
LEFT, RIGHT = np.round(np.cos(np.arange(74)).reshape(37, 2) / 40, 4), np.round(np.sin(np.arange(74)).reshape(37, 2), 4)
np.savetxt(os.path.join(folder, "left.csv"), LEFT, fmt="%.4f", delimiter=",")
np.savetxt(os.path.join(folder, "right.csv"), RIGHT, fmt="%.4f", delimiter=",")

WEIGHTS = (
    ("weight = 0.02", np.full((37, 37), 0.02), ""),
    ("weight = 0.5; scale = 1/n", np.full((37, 37), 0.5 / 37), ""),
    ("weight = 0.1; self = no", 0.1 * (1 - np.eye(37)), ""),
    ("pattern = one_to_one; weight = 0.5", 0.5 * np.eye(37), ""),
    ('weight = 0.5 * matrix("w.csv")', 0.5 * LITERAL, ""),
    ('weight = edges("e.csv")', LISTED, ""),
    ('weight = 0.2; pattern = edges("pairs.csv")', 0.2 * (LISTED != 0), ""),
    ("weight = 0.01 * abs(pre.i - post.i)", 0.01 * DISTANCE, ""),
    ("weight = 0.02 * exp(-distance); self = no", 0.02 * np.exp(-DISTANCE) * (1 - np.eye(37)), "place = line(37)"),
    ("pattern = kernel(gaussian(2)); weight = 0.1", 0.1 * np.exp(-RING ** 2 / 8), "place = ring(37)"),
    ('weight = low_rank("left.csv", "right.csv")', LEFT @ RIGHT.T, ""),
)


def every_weight(more, weight, place):
    for text, current in CURRENTS:
        agrees(model(text, more=more, place=place), simulate(current, weight))


def drawn(pattern):
    for text, current in CURRENTS[:5]:
        agrees(model(text, n=12, more="weight = 0.2; seed = 3; " + pattern), simulate(current, wiring(text, pattern), n=12))


def wiring(text, pattern):
    """As the network is dumped; other tests compare patterns with their definition."""
    path = os.path.join(folder, "wired.eig")
    with open(path, "w") as f:
        f.write(model(text, n=12, more="weight = 0.2; seed = 3; " + pattern))
    done = subprocess.run([eigc.EIGC, "dump", "--net", path], capture_output=True, text=True)
    w = np.zeros((12, 12))
    for row, columns in re.findall(r"^  row (\d+): (.*)$", done.stdout, re.M):
        for column in re.findall(r"\[(\d+)\]", columns):
            w[int(row), int(column)] = 0.2
    assert (w != 0).sum() == int(re.search(r"(\d+) entries", done.stdout)[1]) > 20, done.stdout
    return w


def sizes():
    text, current = CURRENTS[0]
    for n, m in ((1, 1), (2, 15), (15, 16), (16, 17), (17, 2), (33, 1), (48, 31), (1030, 3)):
        for ends, shape in (("A -> A", (n, n)), ("A -> B", (m, n)), ("B -> A", (n, m))):
            if ends == "A -> A" and n > 100:
                continue
            agrees(model(text, n, m, ends, "weight = 0.3"), simulate(current, np.full(shape, 0.3), n, m, ends))
        if n < 100:
            agrees(model(text, n, m, more="self = no; weight = 0.3"), simulate(current, 0.3 * (1 - np.eye(n)), n, m))


def sizes_of_sides():
    """Constants: what separates does so with them, and all to all is a sum over neurons."""
    for ends, shape in (("A -> B", (23, 37)), ("B -> A", (37, 23))):
        for text, current in (("pre.rate * post.i / (pre.size + 2 * post.size)", lambda p, q, t: p.rate * q.i / (p.size + 2 * q.size)),
                              ("tanh(pre.rate * pre.size - post.rate) / post.size", lambda p, q, t: np.tanh(p.rate * p.size - q.rate) / q.size)):
            source, target = shape[::-1]
            agrees(model(text, ends=ends, more="weight = (1 + pre.i) / (pre.size * post.size^2)"),
                   simulate(current, np.tile((1 + np.arange(source)) / (source * target ** 2), (target, 1)), ends=ends))
    for file in (False, True):
        weight = "pre.size * [[1, 0, 3]] / post.size" if file else "3 * [[1, 0, 3]] / 1"
        r = both("population P mixed { size = 3; tau = 1; cost = identity; start = 1 + i }\npopulation Q mixed { tau = 1; cost = identity }\n"
                 "connect P -> Q { weight = %s }\nsimulate { duration = 1; method = euler; step = 1; record input(Q) }" % weight, folder)
        assert r["input(Q)"].ravel()[0] == 30, r["input(Q)"]
    path = os.path.join(folder, "sizes.eig")
    for side in ("pre.size", "37"):
        with open(path, "w") as f:
            f.write(model("(pre.v - post.v) * pre.rate / %s" % side))
        done = subprocess.run([eigc.EIGC, "dump", "--plan", path], capture_output=True, text=True)
        assert ": pairs, " not in done.stdout and done.stdout.count("block") == 2, done.stdout


def methods():
    for text, current in CURRENTS[:6]:
        agrees(model(text, more="scale = 1/n", method="heun"), simulate(current, np.full((37, 37), 1 / 37), method="heun"))


def delays():
    for method in ("euler", "heun"):
        for text, current in CURRENTS[:6]:
            agrees(model(text, more="scale = 1/n; delay = 0.375", method=method),
                   simulate(current, np.full((37, 37), 1 / 37), delay=3, method=method))
    agrees(model("tanh(t * pre.v - post.v)", more="scale = 1/n; delay = 0.25"),
           simulate(lambda p, q, t: np.tanh(t * p.v - q.v), np.full((37, 37), 1 / 37), delay=2))


def a_pole_is_no_synapse():
    """1/(pre.v - post.v) is infinite for a neuron and itself, which are not connected."""
    def current(p, q, t):
        return 1e-6 / (p.v - q.v)
    agrees(model("1e-6 / (pre.v - post.v)", n=20, more="self = no"), simulate(current, 1 - np.eye(20), n=20))


def large_differences():
    """exp(a - b) of numbers whose own exponentials are no numbers."""
    r = both("population V mixed { size = 20; v' = 0 * input; start(v) = 1000 + i / 10 }\nconnect V -> V { current = exp(pre.v - post.v) }\n"
             "simulate { duration = 1; method = euler; step = 1; record input(V) }", folder)
    v = 1000 + np.arange(20) / 10
    want = np.exp(v[None, :] - v[:, None]).sum(axis=1)
    assert np.abs(r["input(V)"][0] / want - 1).max() < 1e-12


def powers_of_differences():
    """Of potentials that are nearly equal: squares are multiplied out, and rounded as those of the potentials are; further powers are not."""
    v = -65 + 0.001 * np.arange(12)
    d = v[None, :] - v[:, None]
    for text, want, pairs in (("(pre.v - post.v)^2", d ** 2, False), ("(pre.v - post.v) * (pre.v - post.v) / 2", d ** 2 / 2, False),
                              ("(pre.v - post.v)^3", d ** 3, True), ("(pre.v - post.v)^8", d ** 8, True),
                              ("(pre.v - post.v)^2 * (pre.v - post.v)^2", d ** 4, True), ("-(pre.v - post.v) * (1 + (pre.v - post.v)^2)", -d - d ** 3, True),
                              ("(pre.v - post.v)^2 * sin(pre.v - post.v)", d ** 2 * np.sin(d), True), ("1e3 * (1 - cos(pre.v - post.v))^2", 1e3 * (1 - np.cos(d)) ** 2, True),
                              ("2 * post.v * (pre.v - post.v)^3 / pre.v", 2 * v[:, None] * d ** 3 / v[None, :], True)):
        model = ("population V mixed { size = 12; v' = 0 * input; start(v) = -65 + 0.001 * i }\nconnect V -> V { current = %s }\n"
                 "simulate { duration = 1; method = euler; step = 1; record input(V) }" % text)
        got, want = both(model, folder)["input(V)"][0], want.sum(axis=1)
        assert np.abs(got - want).max() <= (1e-9 * np.abs(want).max() if pairs else 1e-10), (text, got, want)


def noise_and_adaptive_steps():
    for method, more in (("euler_maruyama", "step = 0.05"), ("rk45", "")):
        noise = " + 0.3 * noise" if method == "euler_maruyama" else ""
        r = both("population V mixed { size = 50; v' = -v + input%s; start(v) = cos(i) }\n"
                 "connect V -> V { current = tanh(2 * (pre.v - post.v)); pattern = random(p = 0.2) }\n"
                 "simulate { duration = 2; method = %s; %s; record V }" % (noise, method, more), folder)
        assert np.isfinite(r["V"]).all()


def the_plan_says_so():
    path = os.path.join(folder, "plan.eig")
    with open(path, "w") as f:
        f.write(model("tanh(pre.v - post.v)"))
    done = subprocess.run([eigc.EIGC, "dump", "--plan", path], capture_output=True, text=True)
    assert "block A -> A: pairs, " in done.stdout and "1369 of them an evaluation" in done.stdout, done.stdout


def nothing_is_proved():
    report = eigc.check("population E excitatory { size = 3; tau = 1; cost = nonnegative }\n"
                        "connect E -> E { current = tanh(pre.rate - post.rate) }\nrequire stable\n", folder)
    assert report["stability"]["verdict"] == report["lds"]["verdict"] == "undecided", json.dumps(report)
    assert "E->E brings a current" in report["requirements"][0]["reason"], report


for name, weight, place in WEIGHTS:
    test("pairs with " + name, lambda: every_weight(name, weight, place))
for pattern in ("pattern = random(p = 0.4)", "pattern = random(indegree = 5)", "pattern = random(p = 0.3); self = no"):
    test("pairs of " + pattern, lambda: drawn(pattern))
test("pairs of all sizes", sizes)
test("sizes of the sides", sizes_of_sides)
test("pairs by heun", methods)
test("delayed pairs", delays)
test("a pole between a neuron and itself", a_pole_is_no_synapse)
test("exponentials of differences", large_differences)
test("powers of differences", powers_of_differences)
test("pairs with noise, and by rk45", noise_and_adaptive_steps)
test("the plan says pairs", the_plan_says_so)
test("nothing is proved of pairs", nothing_is_proved)
raise SystemExit(eigc.failures > 0)
