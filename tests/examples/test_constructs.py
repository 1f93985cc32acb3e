#!/usr/bin/python3
"""Every construct of the language is in an example that runs and in a wrong model that is explained, and the
examples that are there for the seldom ones do what their comments claim.

Expected values are computed here, from the definitions. Run from the repository's root with EIGC=program."""
import glob
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.abspath("tests/numeric"))
sys.path.insert(0, os.path.abspath("tests/examples"))
import eigc
from constructs import constructs, without_comments

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HAS_JIT = os.environ.get("LLVM", "1") == "1"
OUT = tempfile.mkdtemp()
DATA = "examples/data/wiring/"


def run(name, *args):
    file = os.path.join(OUT, name + ".npz")
    p = subprocess.run([EIGC, "run", "--quiet", "examples/%s.eig" % name, "-o", file, *args] + ([] if HAS_JIT else ["--reference"]),
                       capture_output=True, text=True)
    assert p.returncode == 0, p.stderr
    return np.load(file)


def certified(name):
    p = subprocess.run([EIGC, "check", "--json", "examples/%s.eig" % name], capture_output=True, text=True)
    assert p.returncode == 0, p.stdout + p.stderr
    report = json.loads(p.stdout)
    assert all(r["verdict"] == "certified" for r in report["requirements"]), report["requirements"]
    return report


def near(ours, theirs, tolerance, what):
    gap = np.max(np.abs(np.asarray(ours) - np.asarray(theirs)))
    assert gap <= tolerance, f"{what}: {gap}"


def relu(z):
    return np.maximum(z, 0)


def rk4(slope, x, h, steps):
    for k in range(steps):
        a = slope(k * h, x)
        b = slope((k + 0.5) * h, x + h / 2 * a)
        c = slope((k + 0.5) * h, x + h / 2 * b)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope((k + 1) * h, x + h * c))
    return x


# ---- 22: a balance --------------------------------------------------------------

def balanced_means(k):
    """Two rows: the equilibrium of the populations' means, and the balance that it tends to."""
    e, i = np.sqrt(800 * k), np.sqrt(200 * k)
    strong, drive = np.array([[e, -4 * i], [e, -3.6 * i]]), np.array([6, 4]) * e
    return np.linalg.solve(np.eye(2) - strong, drive), np.linalg.solve(-strong, drive)


def test_22_rates_near_the_balance():
    certified("22-balanced")
    r = run("22-balanced")
    means, balance = balanced_means(1)
    near(balance, [14, 10], 1e-12, "balance")
    near(means, [13.1, 9.3], 0.05, "means as the comment has them")
    near([r["mean(E)"][-1], r["mean(I)"][-1]], means, 1e-3, "means")
    near(balanced_means(16)[0], [13.8, 9.8], 0.05, "means of sixteen thousand")
    near(r["std(E)"]**2, r["variance(E)"], 1e-12, "variance")
    near(r["std(E)"][-1] / r["std(E)"][0], np.exp(-100 / 20), 1e-6, "neurons that come together")


# ---- 23: for all params -----------------------------------------------------------

def test_23_agreement():
    report = certified("23-agreement")
    assert report["stability"]["verdict"] == "certified", report["stability"]
    x, W = np.zeros(8), np.zeros((8, 8))
    W[:6, :6] = 0.1 * (1 - np.eye(6))
    W[:6, 6:], W[6:, :6] = 0.15, 0.075
    u = np.append(0.1 * np.arange(6), [0.2, 0.2])
    for _ in range(4000):
        s = W @ x + u
        shifted = 0.5 + np.sign(s - 0.5) * relu(np.abs(s - 0.5) - 0.05)
        x = x + 0.1 * (np.clip(np.append(shifted[:6], s[6:]), 0, 1) - x)
    r = run("23-agreement")
    near(np.append(r["Voter"][-1], r["Referee"][-1]), x, 1e-2, "rates")


# ---- 24: wirings ------------------------------------------------------------------

def wiring():
    """W of four cells and three motor neurons."""
    table = lambda name: np.loadtxt(DATA + name, delimiter=",")
    W = np.zeros((7, 7))
    for line in open(DATA + "gap.mtx").readlines()[2:]:
        target, source, count = map(int, line.split())
        W[target - 1, source - 1] += 0.05 * count
    W[4:, :4] = 0.1 * np.load(DATA + "drive.npy") + 0.02 * table("who.csv")
    W[4:, :4] += 0.1 * np.array([[1, 0, 2, 0], [0, 1, 0, 1], [0, 0, 0, 1]])
    for source, target, _, strength in np.loadtxt(DATA + "ring.csv", delimiter=",", skiprows=1):
        W[4 + int(target), 4 + int(source)] += strength
    for source, target in np.loadtxt(DATA + "pairs.csv", delimiter=",", skiprows=1, dtype=int):
        W[4 + target, 4 + source] += 0.01 * (1 + source)
    W[:4, 4:] = table("receive.csv") @ table("send.csv").T
    W[:4, 4:] += 0.03 * np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    return W * np.where(np.arange(7) == 2, -1, 1)       # DD01 inhibits


def test_24_wiring():
    certified("24-wiring")
    r, W, tau = run("24-wiring"), wiring(), np.array([10] * 4 + [20] * 3)
    light = np.load(DATA + "light.npy")

    def slope(t, x):
        cells = [np.interp(t, 50.0 * np.arange(5), light[:, k]) for k in range(4)]
        touch = 1.0 if 50 <= t < 100 else 0.0
        return (relu(W @ x + np.array(cells + [touch] * 3)) - x) / tau
    x = rk4(slope, np.zeros(7), 0.1, 2000)
    near([r['cell["AVAL"]'][-1], r["cell[3]"][-1]], [x[0], x[3]], 1e-3, "cells")
    near(r["M"][-1], x[4:], 1e-3, "motor neurons")


# ---- 25: conductances ---------------------------------------------------------------

def test_25_conductances():
    """mV, ms, pA, nS, pF: nS mV = pA, and 1 GOhm is 1 nS."""
    def slope(t, v):
        electrode = np.array([400.0 if 20 <= t < 70 else 0.0, 0.0])
        return (20 * (-70 - v) + electrode + (v[::-1] - v)) / 200
    r = run("25-conductances")
    near(r["V.v"][70], rk4(slope, np.array([-70.0, -70.0]), 0.1, 700), 1e-1, "70 ms")
    assert -51.1 < r["V.v"][70][0] < -50, r["V.v"][70]
    assert -70 < r["V.v"][70][1] < -69, r["V.v"][70]


# ---- 26: small tolerances -----------------------------------------------------------

def test_26_small_tolerances():
    """cos t and sin t; and the pendulum that swings to a right angle as a series, with q = exp(-pi K'/K) = exp(-pi)."""
    r = run("26-small-tolerances")
    t = r["t"]
    near(r["Near.x"].ravel(), np.cos(t), 1e-9, "cosine")
    near(r["Near.y"].ravel(), np.sin(t), 1e-9, "sine")
    speed, b = 1.0, math.sqrt(0.5)          # their arithmetic-geometric mean
    for _ in range(6):
        speed, b = (speed + b) / 2, math.sqrt(speed * b)
    angle = sum(8 * (-1) ** (n // 2) / n * math.exp(-math.pi * n / 2) / (1 + math.exp(-math.pi * n)) * np.cos(n * speed * t) for n in range(1, 16, 2))
    near(r["Far.angle"].ravel(), angle, 1e-8, "angle")


# ---- 27: a decision ------------------------------------------------------------------

def test_27_decision():
    """nA, Hz, ms; the quotient as Wong and Wang write it."""
    def rate(current):
        y = 270 * current - 108
        return y / (1 - np.exp(-0.154 * y))

    def slope(t, s):
        light = 0.00052 * 30 * (1 + 0.128 * np.array([1, -1])) if t >= 100 else 0
        return -s / 100 + (1 - s) * 0.641 * rate(0.3255 + light + 0.2609 * s - 0.0497 * s[::-1]) / 1000
    r, s = run("27-decision"), np.array([0.1, 0.1])
    s = rk4(lambda t, s: slope(0, s), s, 0.1, 1000)         # what follows starts at the onset
    for name, x in zip(("Left.S", "Right.S"), s):
        near(r[name][10], x, 1e-9, name)
    s = rk4(lambda t, s: slope(100, s), s, 0.1, 9000)
    for name, x in zip(("Left.S", "Right.S"), s):
        near(r[name][100], x, 1e-9, name)
    assert r["Left.S"][100] > 0.6 and r["Right.S"][100] < 0.1


# ---- 28, 29, 30: methods for noise -----------------------------------------------------

def within(value, expected, error):
    """A mean over independent neurons: five standard errors."""
    assert abs(value - expected) < 5 * error, (value, expected, error)


def test_28_growth():
    """The gamma distribution that the Fokker-Planck equation of growth has."""
    shape, scale, n = 7, 0.125, 2000
    r = run("28-growth")
    sd = math.sqrt(shape) * scale
    within(r["mean(R.x)"][-1], shape * scale, sd / math.sqrt(n))
    within(r["std(R.x)"][-1], sd, sd * math.sqrt((0.5 + 1.5 / shape) / n))


def test_29_gains():
    """log(x) is normal, by the chain rule."""
    log = np.log(run("29-gains")["X.x"][-1])
    within(log.mean(), -0.25 * 4, 0.3 * 2 / math.sqrt(2000))
    within(log.var(), 0.09 * 4, 0.36 * math.sqrt(2 / 2000))


def test_30_two_wells():
    """Boltzmann's density, of which the mean square is a quotient of integrals."""
    x = np.linspace(-4, 4, 8001)
    p = np.exp(2 * (x**2 / 2 - x**4 / 4) / 0.36)
    moment = {k: float((x**k * p).sum() / p.sum()) for k in (2, 4)}
    r = run("30-two-wells")
    within(r["mean(W.x^2)"][-1], moment[2], math.sqrt((moment[4] - moment[2]**2) / 2000))
    within(r["mean(W.x)"][-1], 0, math.sqrt(moment[2] / 2000))


# ---- 32: relaxation ------------------------------------------------------------------------

def test_32_relaxation():
    """The period of van der Pol's equation for small epsilon, to O(epsilon^(4/3)); y crosses 0 upwards once a period."""
    r, small = run("32-relaxation"), 1e-5
    y, t = r["R.y"].ravel(), r["t"]
    k = np.nonzero((y[:-1] < 0) & (y[1:] >= 0))[0]
    zero = t[k] - y[k] / (y[k + 1] - y[k]) * (t[k + 1] - t[k])
    period = 3 - 2 * math.log(2) + 7.01432 * small**(2 / 3) + math.log(small) * small / 3 - 1.3246 * small
    assert len(zero) == 6
    near(np.diff(zero), period, 2e-6, "period")


# ---- 33: bursts ---------------------------------------------------------------------------

def test_33_bursts():
    """The first burst by steps of 1/1000; spikes come in groups of a few, with pauses between them."""
    def slope(current):
        return lambda t, x: np.array([x[1] + 3 * x[0]**2 - x[0]**3 - x[2] + current, 1 - 5 * x[0]**2 - x[1], 0.005 * (4 * (x[0] + 1.6) - x[2])])
    r = run("33-bursts")
    at_45 = rk4(slope(2), rk4(slope(0), np.array([-1.6, -11.8, 0.0]), 0.002, 10000), 0.002, 12500)
    near([r[name].ravel()[90] for name in ("N.v", "N.w", "N.slow")], at_45, 1e-5, "t = 45")
    v, t = r["N.v"].ravel(), r["t"]
    gaps = np.diff(t[1:][(v[:-1] < 0.5) & (v[1:] >= 0.5) & (t[1:] > 100)])
    assert gaps.max() > 100 and np.sum(gaps < 20) >= 2, gaps


# ---- 34: one path of noise ----------------------------------------------------------------

def test_34_one_path():
    """Means of runs with steps of 2, 1, 0.5, ... ms come nearer to those with the shortest by half each time, all along; with paths of their own they do not."""
    runs = [run("34-one-path", "--set", "h=%g ms" % (2 / 2**k))["mean(E)"].ravel() for k in range(8)]
    gaps = [np.sqrt(np.mean((r - runs[-1])**2)) for r in runs[:5]]
    assert all(0.4 < b / a < 0.6 for a, b in zip(gaps, gaps[1:])), gaps


# ---- 35: three in a ring ------------------------------------------------------------------

def test_35_three_in_a_ring():
    """At t = 30 as by steps of 1/1000; they take turns for ever, in one order, and each is silent in between."""
    r = run("35-three-in-a-ring")
    rates = np.array([r[name].ravel() for name in "ABC"])
    slope = lambda t, x: np.maximum(0, 1 - 3 * np.roll(x, 1)) - x
    near(rates[:, 300], rk4(slope, np.array([1.0, 0.5, 0.0]), 0.001, 30000), 1e-5, "t = 30")
    first = np.argmax(rates[:, 500:], axis=0)
    turns = first[1:][first[1:] != first[:-1]]
    assert len(turns) > 20 and len(set(np.diff(turns) % 3)) == 1, turns
    assert rates[:, 500:].min() < 0.1 and rates.min() >= 0


# ---- every construct ------------------------------------------------------------------

def text_of(files):
    return "\n".join(without_comments(open(f).read()) for f in sorted(files))


def refused():
    """The lines that a diagnostic points to, in the wrong models of tests/diag."""
    found = []
    for expect in sorted(glob.glob("tests/diag/*.expect")):
        lines = open(expect[:-len("expect")] + "eig", encoding="latin-1").read().split("\n")
        for first, last in re.findall(r"^E\d{4} (\d+):\d+-(\d+):\d+", open(expect).read(), flags=re.M):
            found.append(without_comments("\n".join(lines[int(first) - 1:int(last)])))
    return "\n;\n".join(found)


def missing_from(text):
    assert len(constructs()) > 300, len(constructs())
    return ["%s: %s" % (where, name) for where, name, pattern in constructs() if not re.search(pattern, text)]


def test_every_construct_has_an_example():
    missing = missing_from(text_of(glob.glob("examples/*.eig") + glob.glob("examples/*/*.eig")))
    assert not missing, missing


def test_every_construct_has_a_wrong_model():
    missing = missing_from(refused())
    assert not missing, missing


for name, function in sorted(list(globals().items())):
    if name.startswith("test_"):
        eigc.test(name, function)
shutil.rmtree(OUT)
sys.exit(eigc.failures != 0)
