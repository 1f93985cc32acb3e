#!/usr/bin/python3
"""The examples that go through a table of the language: activations, places and
kernels, time courses, shared costs.

Expected values are computed here, from the definitions. Run from the repository's root with EIGC=program."""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.abspath("tests/numeric"))
import eigc
from random_model import soft, solved

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HAS_JIT = os.environ.get("LLVM", "1") == "1"
OUT = tempfile.mkdtemp()


def path(name):
    return os.path.join("examples", name + ".eig")


def run(name):
    file = os.path.join(OUT, name + ".npz")
    p = subprocess.run([EIGC, "run", "--quiet", path(name), "-o", file] + ([] if HAS_JIT else ["--reference"]),
                       capture_output=True, text=True)
    assert p.returncode == 0, p.stderr
    return np.load(file)


def verdicts(name):
    p = subprocess.run([EIGC, "check", "--json", path(name)], capture_output=True, text=True)
    return json.loads(p.stdout)


def near(ours, theirs, tolerance, what):
    gap = np.max(np.abs(np.asarray(ours) - np.asarray(theirs)))
    assert gap <= tolerance, f"{what}: {gap}"


# ---- 08: every activation ----------------------------------------------------

def logistic(z):
    return 1 / (1 + np.exp(-z))


normal_cdf = np.vectorize(lambda z: 0.5 * math.erfc(-z / math.sqrt(2)))

# phi = (identity + g')^-1, by the definitions of the costs.
ACTIVATION = {
    "Identity": lambda z: z,
    "Nonnegative": lambda z: np.maximum(z, 0),
    "Box": lambda z: np.clip(z, -1, 2),
    "L1": lambda z: soft(z, 0.5),
    "Linear": lambda z: z - 0.5,
    "Threshold": lambda z: np.maximum(z - 0.5, 0),
    "Quadratic": lambda z: z / 2,
    "Elastic": lambda z: soft(z, 0.5) / 2,
    "Leaky": lambda z: np.where(z < 0, 0.1 * z, z),
    "Logistic": lambda z: 2 * logistic((z - 0.5) / 0.8),
    "Tanh": np.tanh,
    "TanhCost": lambda z: np.clip(np.tanh(z), 0, 0.9),
    "Arctan": lambda z: 2 / np.pi * np.arctan(np.pi / 2 * z),
    "Softsign": lambda z: z / (1 + np.abs(z)),
    "Algebraic": lambda z: z / np.sqrt(1 + z**2),
    "Probit": lambda z: normal_cdf(z / 0.7),
    "Elu": lambda z: np.where(z < 0, 0.5 * np.expm1(z), z),
    "Softplus": lambda z: 0.5 * np.log1p(np.exp(-np.abs(z) / 0.5)) + np.maximum(z, 0),
    "Entropy": solved(lambda x: x + 0.3 * np.log(x / (1 - x)), 0, 1),
    "LogisticEntropy": solved(lambda x: x + 0.2 + 0.3 * np.log(x / (1 - x)), 0, 1),
    "Boltzmann": solved(lambda x: x + 0.5 * np.log(x), 0, 10),
    "LogBarrier": lambda z: (z + np.sqrt(z**2 + 0.4)) / 2,
    "ThreeHalves": lambda z: np.where(z > 0, ((-0.5 + np.sqrt(0.25 + 4 * np.maximum(z, 0))) / 2)**2, 0),
    "Cubic": lambda z: np.where(z > 0, -1 + np.sqrt(1 + 2 * np.maximum(z, 0)), 0),
    "Power": lambda z: 0.3 * np.maximum(z, 0)**2,
    "NakaRushton": lambda z: 2 * np.maximum(z, 0)**2 / (1.5**2 + np.maximum(z, 0)**2),
}


def test_08_activations():
    r, z = run("08-activations"), -4 + 0.2 * np.arange(41)
    assert set(ACTIVATION) == set(r.files) - {"t", "meta"}, set(ACTIVATION) ^ set(r.files)
    for name, phi in ACTIVATION.items():
        near(r[name][-1], phi(z), 2e-8 * (1 + np.max(np.abs(phi(z)))), name)


# ---- 09: places and kernels -----------------------------------------------------

def around(x, length):
    d = np.abs(x[:, None] - x[None, :])
    return np.minimum(d, length - d)


def sheet(columns, rows, spacing, shift):
    k = np.arange(columns * rows)
    return (k % columns + shift) * spacing, (k // columns + shift) * spacing


def settled(phi, W, u):
    x = np.zeros(len(u))
    for _ in range(20000):
        x = x + 0.1 * (phi(W @ x + u) - x)
    return x


def test_09_places():
    r, rows = run("09-places"), {}
    relu = lambda z: np.maximum(z, 0)
    x = (np.arange(50) + 0.5) / 50
    W = -1.5 / 50 * np.exp(-np.abs(x[:, None] - x[None, :]) / 0.2)
    rows["Line"] = settled(relu, W, np.ones(50))
    x = np.arange(36) * 10.0
    W = 0.8 / 36 * np.exp(2 * (np.cos(np.radians(around(x, 360))) - 1)) * (1 - np.eye(36))
    rows["Ring"] = settled(relu, W, 1 + np.cos(np.radians(x)))
    x = np.arange(24) * 15.0
    W = 0.9 / 24 * (1 + np.cos(np.radians(around(x, 360)))) / 2
    rows["Hue"] = settled(np.tanh, W, (x >= 90) * 1.0)
    x, y = sheet(8, 6, 50.0, 0.5)
    d2 = (x[:, None] - x[None, :])**2 + (y[:, None] - y[None, :])**2
    rows["Grid"] = settled(relu, -2 / 48 * np.exp(-d2 / (2 * 60**2)), 1 + x / 1000)
    x, y = sheet(8, 6, 50.0, 0)
    d2 = around(x, 400)**2 + around(y, 300)**2
    W = 0.8 / 48 * (1 - d2 / (2 * 40**2)) * np.exp(-d2 / (2 * 40**2))
    rows["Torus"] = settled(lambda z: np.clip(z, -1, 1), W, 0.5 * (y >= 100))
    for name, expected in rows.items():
        near(r[name][-1], expected, 1e-7, name)


def test_09_certified():
    v = verdicts("09-places")
    assert v["lds"]["verdict"] == v["stability"]["verdict"] == "certified", v


# ---- 11: costs of a shared circuit --------------------------------------------

def test_11_rests_where_the_costs_say():
    phi = [lambda z: np.clip(0.3 * max(z, 0)**2, 0, 2), lambda z: 2 * max(z, 0)**2 / (1.5**2 + max(z, 0)**2),
           solved(lambda x: x + 0.2 + 0.25 * np.log(x / (1 - x)), 0, 1),
           solved(lambda x: 1.5 * x - 0.05 / x, 0, 100)]
    W = np.array([[0, 0, 0.4, -1], [0.4, 0, 0, -1], [0, 0.4, 0, 0], [1, 1, 0, -0.5]])
    u, x = np.array([1.5, 2, 1, 0]), np.zeros(4)
    for _ in range(4000):
        x = x + 0.05 * (np.array([float(f(z)) for f, z in zip(phi, W @ x + u)]) - x)
    r = run("11-costs")
    for name, rate in zip(["V1", "V2", "LM", "PV"], x):
        near(r[name][-1], rate, 2e-3, name)


# ---- 16: what an input may do in time ---------------------------------------------

def test_16_inputs():
    r, T = run("16-time-courses"), 50.0
    t = r["t"]
    step = lambda x: (x >= 0) * 1.0
    i = np.arange(3)
    tt = t[:, None]
    omega = solved(lambda x: x + np.log(x), 0, 100)
    gentle = solved(lambda x: x + 2 * np.log(x), 0, 100)
    root = solved(lambda x: x + np.log(x / (1 - x)), 0, 1)
    bell = lambda x: np.exp(-x**2 / 2)
    expected = {
        "Steps": step(tt - 20 * i) + (tt >= 100) * (tt - 100 < 10 + 5 * i),
        "Ramps": np.clip((tt - 50) / T, 0, 1) + np.floor(tt / T) * i,
        "Waves": np.sin(2 * t / T) + 0.5 * np.cos(t / T) * np.abs(np.sin(t / T)),
        "Tails": np.exp(-t / T) + np.exp(-t / T) - 1 + np.sqrt(t / T) / (1 + t / T),
        "Gates": np.tanh(t / T - 1) + np.arctan(t / T) + normal_cdf(t / T - 2) + bell(t / T - 1),
        "Roots": np.minimum(omega(t / T), 1.5) + np.maximum(root(t / T - 2), 0.2) + gentle(t / T),
    }
    for name, u in expected.items():
        near(np.squeeze(r[f"input({name})"]), np.squeeze(u), 1e-13, name)


# ---- 17: samples and a protocol ---------------------------------------------------

def test_17_input():
    r = run("17-stimuli")
    t = r["t"]
    table = np.loadtxt("examples/data/stimulus/contrast.csv", delimiter=",", skiprows=1)
    contrast = np.interp(t, table[:, 0], table[:, 1])
    attention = 0.5 * ((t >= 200) & (t < 300))
    u = np.outer(0.5 * contrast, np.ones(3)) + np.outer(attention, [0, 1, 1])
    near(r["input(E)"], u - 0.3 * r["I"] + np.outer(np.squeeze(r["M"]), [0.5, 0.2, 0]), 1e-12, "total input of E")
    assert verdicts("17-stimuli")["stability"]["verdict"] == "certified"


def test_17_motion_holds_until_the_next_sample():
    r = run("17-stimuli")
    t, M = r["t"], np.squeeze(r["M"])
    near(M[t <= 200], 0, 1e-15, "M before")
    during, after = (t >= 200) & (t <= 300), t >= 300
    near(M[during], 0.3 * (1 - np.exp(-(t[during] - 200) / 15)), 1e-9, "M during")
    held = 0.3 * (1 - np.exp(-100 / 15))
    near(M[after], held * np.exp(-(t[after] - 300) / 15), 1e-9, "M after")


# ---- 18: chance ----------------------------------------------------------------------

def test_18_statistics():
    r = run("18-chance")
    log_g = np.log(r["growth"][-1])          # normal: mean 0.01 t, variance 0.05^2 t
    assert abs(np.mean(log_g) - 1) < 4 * 0.5 / math.sqrt(50), np.mean(log_g)
    assert 0.3 < np.std(log_g) < 0.7, np.std(log_g)
    v = verdicts("18-chance")
    assert v["dale"]["verdict"] == "certified" and v["stability"]["verdict"] == "undecided"


# ---- 19: one circuit at three speeds ---------------------------------------------

def test_19_rests_at_one_equilibrium():
    x = np.array([0.2, 0.8])
    for _ in range(4000):
        s = [1 + 0.5 * x[0] - 0.8 * x[1], 0.1 + 0.6 * x[0] - 0.25 * x[1]]
        x = x + 0.05 * (np.array([np.clip(s[0], 0, 2), max(np.tanh(s[1]), 0)]) - x)
    r = run("19-timescales")
    for speed in ["Fast", "Plain", "Slow"]:
        near([r[speed + ".E"][-1], r[speed + ".I"][-1]], x, 1e-6, speed)
    v = verdicts("19-timescales")
    assert v["stability"]["verdict"] == "certified" and v["stability"].get("rate") is None, v["stability"]


# ---- 20: switched neurons --------------------------------------------------------

def test_20_rests_between_the_ends():
    rest = np.linalg.solve([[0.5, 2], [-1.5, 1.25]], [1, 0.1])
    r = run("20-switched")
    near([r["E"][-1], r["I"][-1]], rest, 3e-3, "rest")
    assert verdicts("20-switched")["stability"]["verdict"] == "certified"


# ---- 31: projected dynamics ------------------------------------------------------

def test_31_is_silent_from_a_time_on():
    x, h, steps = np.array([0.2, 0.8]), 0.02, 40000
    own = np.empty((801, 2))
    for k in range(steps + 1):      # input - rate - c'(rate), kept within the domains of the costs
        if k % 50 == 0:
            own[k // 50] = x
        e = 1 - 3 * (200 <= k * h < 300) + 0.5 * x[0] - 0.8 * x[1]
        i = 0.1 + 0.6 * x[0] - 0.25 * x[1]
        x = np.array([min(max(x[0] + h / 20 * (e - x[0]), 0), 2), max(x[1] + h / 10 * (i - math.atanh(x[1])), 0)])
    r = run("31-projected")
    near(r["E"], own[:, 0], 5e-3, "E")
    near(r["I"], own[:, 1], 5e-3, "I")
    held = (r["t"] >= 210) & (r["t"] <= 300)
    assert np.all(r["E"][held] == 0) and np.all(r["E"][r["t"] < 205] > 0)
    plain = run("19-timescales")
    near([r["E"][-1], r["I"][-1]], [plain["Plain.E"][-1], plain["Plain.I"][-1]], 1e-6, "equilibrium")
    v = verdicts("31-projected")
    assert v["stability"]["verdict"] == "certified" and "Theorem 14" in str(v["stability"]), v["stability"]


def test_21_goes_around_in_the_plane_of_its_columns():
    left, right = (np.loadtxt(os.path.join("examples/data/low_rank", name), delimiter=",") for name in ("left.csv", "right.csv"))
    n, h, x = len(left), 0.1, 0.01 * np.cos(np.arange(len(left)))
    slope = lambda x: (np.tanh(left @ (right.T @ x) / n) - x) / 20
    first = [x[0]]
    for step in range(8000):
        a = slope(x)
        b = slope(x + h / 2 * a)
        c = slope(x + h / 2 * b)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope(x + h * c))
        if step % 10 == 9:
            first.append(x[0])
    r = run("21-low-rank")
    near(r["V[0]"], first, 1e-9, "V[0]")
    turns = np.sum(np.diff(np.sign(r["V[0]"][400:])) != 0)
    assert turns >= 4 and abs(r["V[0]"][400:]).max() > 0.1, turns
    assert verdicts("21-low-rank")["stability"]["verdict"] == "refuted"


for name, function in sorted(list(globals().items())):
    if name.startswith("test_"):
        eigc.test(name, function)
shutil.rmtree(OUT)
sys.exit(eigc.failures != 0)
