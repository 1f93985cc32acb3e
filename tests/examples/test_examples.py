#!/usr/bin/python3
"""The examples do what their comments claim. Run from the repository's root with EIGC=program.

Expected values are computed here, from the equations and the data files, never from eigc."""
import csv
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import traceback
from fractions import Fraction

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HAS_JIT = os.environ.get("LLVM", "1") == "1"
CHECKER = os.path.abspath("tests/second_checker.py")
EXAMPLES = os.path.abspath("examples")
OUT = tempfile.mkdtemp()


def path(name):
    return os.path.join(EXAMPLES, name + ".eig")


def call(*args, status=0):
    p = subprocess.run([EIGC, *args], capture_output=True, cwd=OUT, timeout=500)
    assert p.returncode == status, "eigc %s: status %d\n%s" % (" ".join(args), p.returncode, p.stderr.decode())
    return p.stdout.decode()


def check(name, *args, status=0):
    return json.loads(call("check", "--json", path(name), *args, status=status))


def run(name, *args):
    """The result file; without a code generator it comes from the reference interpreter."""
    file = os.path.join(OUT, name + ".npz")
    call("run", "--quiet", path(name), "-o", file, *args, *([] if HAS_JIT else ["--reference"]))
    return np.load(file)


def certified(name, neurons, level, *args):
    """Verdicts, and a certificate that both checkers accept."""
    r = check(name, *args)
    assert r["neurons"] == neurons, r["neurons"]
    assert r["dale"]["verdict"] == r["lds"]["verdict"] == r["stability"]["verdict"] == "certified", r
    assert all(q["verdict"] == "certified" for q in r["requirements"]), r["requirements"]
    assert r["lds"]["level"] == level, r["lds"]
    proved(name, "lds", *args)


def proved(name, claim, *args, status=0):
    proof = os.path.join(OUT, name + ".json")
    call("check", "--quiet", path(name), "--certificate", proof, *args, status=status)
    with open(proof) as f:
        assert json.load(f)["claim"] == claim
    v = json.loads(call("verify", "--json", proof, "--model", path(name)))
    assert v["accepted"] is True and v["claim"] == claim, v
    p = subprocess.run(["/usr/bin/python3", CHECKER, proof], capture_output=True, timeout=500)
    assert p.returncode == 0, p.stdout.decode()


def near(a, b, tolerance, what=""):
    assert np.allclose(a, b, rtol=tolerance, atol=tolerance), "%s: %s is not %s" % (what, a, b)


def equilibrium(W, u, gain=1.0, threshold=0.0, n=20000, rate=0.5):
    """x = gain max(0, W x + u - threshold) by a damped iteration."""
    x = np.zeros(len(u))
    for _ in range(n):
        new = x + rate * (gain * np.maximum(0, W @ x + u - threshold) - x)
        if np.max(np.abs(new - x)) < 1e-15 * max(1e-300, np.max(np.abs(x))):
            break
        x = new
    return x


# ---- 01 ------------------------------------------------------------------------

def test_01_certified():
    certified("01-wilson-cowan", 2, "neuron")


def test_01_equilibrium():
    r = run("01-wilson-cowan")
    W = np.array([[0.5, -1.2], [1.0, -0.4]])
    for t, drive in (100, 2.0), (500, 2.5):
        x = np.linalg.solve(np.eye(2) - W, [drive, 0.0])
        assert np.all(x > 0)        # both are active: the linear equations hold
        k = int(np.argmin(np.abs(r["t"] - t)))
        near([r["E"][k], r["I"][k]], x, 1e-2 if t == 100 else 1e-8, "t = %d" % t)


def test_01_refuted_beyond_one():
    r = check("01-wilson-cowan", "--set", "w_EE=1.2", status=1)
    assert r["lds"]["verdict"] == "refuted" and r["stability"]["verdict"] == "undecided", r
    proved("01-wilson-cowan", "not-lds", "--set", "w_EE=1.2", status=1)


# ---- 02 ------------------------------------------------------------------------

def test_02_refuted():
    r = check("02-oscillation")
    assert r["lds"]["verdict"] == "refuted" and r["dale"]["verdict"] == "certified", r
    proved("02-oscillation", "not-lds")


def test_02_oscillates():
    r = run("02-oscillation")
    t, E = r["t"], r["E"]
    late = t > 400
    assert E[late].max() - E[late].min() > 0.5
    middle = (E[late].max() + E[late].min()) / 2
    up = [t[k] for k in range(1, len(t)) if late[k] and E[k - 1] < middle <= E[k]]
    periods = np.diff(up)
    assert len(periods) >= 3 and np.all((50 < periods) & (periods < 150)), periods
    assert periods.max() - periods.min() <= 2, periods          # records are 1 ms apart


def logistic(s):
    return 1 / (1 + math.exp(-(s - 4)))


def test_02_agrees_with_rk4():
    """The same equations by a plain RK4 with a small step."""
    def f(x):
        E, I = x
        return np.array([(logistic(12 * E - 10 * I + 2.5) - E) / 10, (logistic(12 * E - 2 * I) - I) / 20])
    x, h, found = np.array([0.1, 0.1]), 0.02, [(0.1, 0.1)]
    for k in range(1, 10001):
        k1 = f(x)
        k2 = f(x + h / 2 * k1)
        k3 = f(x + h / 2 * k2)
        k4 = f(x + h * k3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        if k % 50 == 0:
            found.append(tuple(x))
    r = run("02-oscillation")
    near(np.stack([r["E"], r["I"]], 1)[:201], np.array(found), 1e-5)


# ---- 03 ------------------------------------------------------------------------

def test_03_certified():
    certified("03-contrast-enhancer", 16, "neuron")


def test_03_contrast_gain():
    """Differences of active units are multiplied by 1/(1 - a - kappa), the common part by
    1/(1 - a + (n - 1) kappa), kappa = b c/(1 + d): the contrast gain is their quotient."""
    a, b, c, d, n = 0.2, 0.5, 1.0, 0.5, 8
    kappa = b * c / (1 + d)
    gain = (1 - a + 7 * kappa) / (1 - a - kappa)
    r = run("03-contrast-enhancer")
    E, u = r["E"][-1], 1 + 0.01 * np.arange(n)
    assert np.all(E > 0)
    near(E.mean(), u.mean() / (1 - a + (n - 1) * kappa), 1e-4, "common part")
    near(np.diff(E), np.diff(u) / (1 - a - kappa), 1e-4, "differences")
    near((E[-1] - E[0]) / E.mean() / ((u[-1] - u[0]) / u.mean()), gain, 1e-3, "contrast gain")


# ---- 04 ------------------------------------------------------------------------

def worm_weights(g):
    with open(os.path.join(EXAMPLES, "data/celegans/neurons.csv")) as f:
        neurons = list(csv.DictReader(f))
    index = {row["name"]: k for k, row in enumerate(neurons)}
    sign = np.array([1 if row["sign"] == "excitatory" else -1 for row in neurons])
    W = np.zeros((len(neurons), len(neurons)))
    with open(os.path.join(EXAMPLES, "data/celegans/chemical.csv")) as f:
        rows = list(csv.reader(f))
    for source, target, count in rows[1:]:
        j = index[source]
        W[index[target], j] += g * float(count) * sign[j]
    return W, index, sign


def test_04_certified_at_003():
    certified("04-worm", 279, "neuron")


def test_04_refuted_at_0035():
    r = check("04-worm", "--set", "g=0.035", status=1)
    assert r["lds"]["verdict"] == "refuted" and r["dale"]["verdict"] == "certified", r
    proved("04-worm", "not-lds", "--set", "g=0.035", status=1)
    W, _, sign = worm_weights(0.035)
    exc = sign > 0                  # excitation alone: spectral radius above the leak of 1
    assert max(abs(np.linalg.eigvals(W[np.ix_(exc, exc)]))) > 1
    W, _, _ = worm_weights(0.03)
    assert max(abs(np.linalg.eigvals(W[np.ix_(exc, exc)]))) < 1


def test_04_touch():
    r = run("04-worm")
    t, names = r["t"], ["AVAL", "AVBL", "PVCL", "DB02", "VB02", "DA02", "VA02"]
    for name in names:
        assert r['worm["%s"]' % name].min() >= 0, name
    assert r["mean(worm)"].min() >= 0
    for name in "AVBL", "PVCL":
        x = r['worm["%s"]' % name]
        assert x[t <= 50].max() == 0 and x[t > 50].max() > 0.1, name


def test_04_steady_state():
    """With the touch held, the rates come to x = max(0, W x + u)."""
    W, index, _ = worm_weights(0.03)
    u = np.zeros(len(W))
    u[[index["PLML"], index["PLMR"]]] = 2
    x = equilibrium(W, u)
    near(x, np.maximum(0, W @ x + u), 1e-12)
    text = open(path("04-worm")).read().replace("pulse(t - 50 ms, 200 ms)", "step(t)").replace("500 ms", "20000 ms")
    text = text.replace('"data/', '"%s/data/' % EXAMPLES).replace("0.1 ms", "10 ms").replace("every 1 ms", "every 1000 ms")
    held = os.path.join(OUT, "held.eig")
    with open(held, "w") as f:
        f.write(text)
    call("run", "--quiet", held, "-o", "held.npz", *([] if HAS_JIT else ["--reference"]))
    r = np.load(os.path.join(OUT, "held.npz"))
    for name in "AVAL", "AVBL", "PVCL", "DB02", "VB02", "DA02", "VA02":
        near(r['worm["%s"]' % name][-1], x[index[name]], 1e-8, name)
    near(r["mean(worm)"][-1], x.mean(), 1e-8)


# ---- 05 ------------------------------------------------------------------------

def column():
    """W, u of the eight populations, from the tables of the paper."""
    folder = os.path.join(EXAMPLES, "data/microcircuit")
    with open(os.path.join(folder, "populations.csv")) as f:
        pops = list(csv.DictReader(f))
    with open(os.path.join(folder, "connection_probability.csv")) as f:
        rows = list(csv.reader(f))
    names = [p["name"] for p in pops]
    assert rows[0][1:] == names and [r[0] for r in rows[1:]] == names
    N = np.array([float(p["size"]) for p in pops])
    K_ext = np.array([float(p["external_indegree"]) for p in pops])
    W = np.zeros((8, 8))
    for t in range(8):
        for s in range(8):
            p = float(rows[t + 1][s + 1])
            if p == 0:
                continue
            synapses = math.log(1 - p) / math.log(1 - 1 / (N[t] * N[s]))
            factor = -4 if "inh" in pops[s]["sign"] else 2 if (names[t], names[s]) == ("L23E", "L4E") else 1
            W[t, s] = factor * 1.5 * synapses / N[t]         # mV per (1/ms); a rate in 1/ms
    return names, N, W, K_ext * 1.5 * 8e-3


def test_05_certified():
    certified("05-cortical-microcircuit", 77169, "population")


def test_05_equilibrium():
    names, N, W, u = column()
    assert N.sum() == 77169
    x = equilibrium(W, u, gain=0.05e-3, threshold=15.0)      # 0.05 Hz per mV
    if not HAS_JIT:
        return                      # 77,169 neurons by the interpreter take too long
    r = run("05-cortical-microcircuit")
    for k, name in enumerate(names):
        near(r["mean(%s)" % name][-1] / x[k], 1, 1e-3, name)


# ---- 06 ------------------------------------------------------------------------

def test_06_certified():
    certified("06-million", 2000000, "population")


def test_06_memory():
    """A fresh process of its own measures: children's peak is kept over all of them."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); " \
           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    p = subprocess.run([sys.executable, "-c", code, EIGC, "check", path("06-million")], capture_output=True, timeout=100)
    assert p.returncode == 0, p.stderr.decode()
    kilobytes = int(p.stdout)
    limit = 50000 if HAS_JIT else 200000        # sanitizers have memory of their own
    assert kilobytes < limit, "%d kB" % kilobytes


def test_06_mean_field():
    """Mean rates obey a 2 x 2 system, up to the 1/n of the missing self-connections."""
    if not HAS_JIT:
        return
    n = 1000000
    r = run("06-million")
    W = np.array([[0.9, -2.0], [3.0, -1.9]])
    u = np.array([1 + 0.000001 * (n - 1) / 2, 0.2])
    E, I = np.linalg.solve(np.eye(2) - W, u)
    # The smallest and the largest drive differ by 1; self-connections of 0.9/n are left out.
    low, high = 0.9 * E - 2 * I + 1, 0.9 * E - 2 * I + 1 + 0.000001 * (n - 1)
    assert low > 0 and I > 0
    near(r["mean(E)"][-1], E, 0.02, "mean of E")
    near(r["mean(I)"][-1], I, 0.02, "mean of I")
    near(r["E[999999]"][-1] - r["E[0]"][-1], (high - low) * (1 - math.exp(-100 / 20)), 1e-4, "spread")


# ---- 07 ------------------------------------------------------------------------

def column_layers(n, a=0.2, b=0.6):
    """Two units with x_k = max(u_k + a x_k - b x_j, 0), layer after layer, by cases."""
    u, layers = (1.01, 0.99), []
    for _ in range(n):
        mean, difference = (u[0] + u[1]) / 2 / (1 - a + b), (u[0] - u[1]) / 2 / (1 - a - b)
        u = (mean + difference, mean - difference) if difference < mean else (u[0] / (1 - a), 0)
        layers.append(u)
    return np.array(layers)


def test_07_certified():
    certified("07-cortical-column", 16, "neuron")
    certified("07-cortical-column", 40, "neuron", "--set", "layers=10")


def test_07_layers_decide():
    wanted = column_layers(4)
    near(wanted[:, 0], [0.764285714286, 0.760204081633, 0.950255102041, 1.187818877551], 1e-11)
    for n in 1, 2, 3, 4:
        r = run("07-cortical-column", "--set", "layers=%d" % n)
        near(r["L[layers - 1].E"][-1], wanted[n - 1], 1e-9, "layer %d" % n)
    near(r["L[0].E"][-1], wanted[0], 1e-9, "the first layer")


# ---- 10 ------------------------------------------------------------------------

def ring_gains(w_e=0.9, w_i=0.6, n=180):
    """Kernels summed to 1 by distance around the ring, and the network's gain at each of its waves."""
    d = np.minimum(np.arange(n), n - np.arange(n))
    narrow, wide = np.exp(-d ** 2 / (2 * 15.0 ** 2)), np.exp(-d ** 2 / (2 * 40.0 ** 2))
    narrow, wide = np.fft.fft(narrow / narrow.sum()).real, np.fft.fft(wide / wide.sum()).real
    return w_e * narrow - w_i * narrow * wide


def test_10_certified():
    certified("10-ring-tuning", 360, "population")


def test_10_refuted():
    proved("10-ring-tuning", "not-lds", "--set", "w_E=1.5", status=1)
    gains = ring_gains(1.5)
    assert gains[1] > 1 and np.all(np.delete(gains, [1, -1]) < 1)       # the wave of one period, and no other


def test_10_response():
    """All neurons stay active, so that each wave of the input is multiplied by 1/(1 - gain)."""
    r = run("10-ring-tuning")
    u = 1 + 0.3 * np.cos(2 * (np.arange(180) - 45) * np.pi / 180)
    E = np.fft.ifft(np.fft.fft(u) / (1 - ring_gains())).real
    assert np.all(E > 0)
    near(r["E"][-1], E, 1e-3)
    contrast = np.abs(np.fft.fft(r["E"][-1]))[1] / np.abs(np.fft.fft(r["E"][-1]))[0]
    near(contrast / (0.3 / 2), 1.63, 0.01, "contrast")


# ---- 12 ------------------------------------------------------------------------

def bisect(f, lo, hi):
    for _ in range(200):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if f(mid) < 0 else (lo, mid)
    return (lo + hi) / 2


def entropy_rate(s, T=0.1):
    return bisect(lambda x: x + T * math.log(x / (1 - x)) - s, 1e-300, 1 - 1e-16)


def steep_rate(s, rest=0.2):
    return bisect(lambda x: x + rest + 4 * x**3 - s, 0, 10) if s > rest else 0


def test_12_certified():
    certified("12-cost-by-formula", 2, "neuron")
    slopes = [a["slope"] for a in check("12-cost-by-formula")["activations"]]
    near(float(Fraction(slopes[0][1])), 1 / 1.4, 1e-6, "slope of E")
    near(float(Fraction(slopes[1][1])), 1, 1e-6, "slope of I")


def test_12_rests_where_the_equations_hold():
    r = run("12-cost-by-formula")
    E, I = r["E"][-1], r["I"][-1]
    near(E, entropy_rate(0.6 + 0.8 * E - 1.5 * I), 1e-7, "E")
    near(I, steep_rate(E), 1e-7, "I")
    assert r["E"][140] > r["E"][90] + 0.05


# ---- 15 ------------------------------------------------------------------------

def test_15_remembers():
    """The rate follows (drive + w E - 1/4)/a, cut to [0, 1]: straight pieces of one equation."""
    r, h, x = run("15-memory"), 0.01, 0.0
    found = {0: x}
    for k in range(50000):
        drive = 0.8 * (10000 <= k < 15000) - 0.8 * (30000 <= k < 35000)
        x += h / 10 * (min(1, max(0, (drive + x - 0.25) / 0.5)) - x)
        found[(k + 1) * h] = x
    for t, value in (90, 0), (150, None), (290, 1), (500, 0):
        near(r["E"][t], found[min(found, key=lambda s: abs(s - t))] if value is None else value, 1e-3, "t = %d" % t)


def test_15_has_a_past():
    r = check("15-memory")
    assert r["stability"]["verdict"] == r["stability"]["unique_equilibrium"] == "refuted", r["stability"]
    assert "from 350 ms on" in r["stability"]["conclusion"], r["stability"]
    proved("15-memory", "not-lds")
    with open(os.path.join(OUT, "15-memory.json")) as f:
        states = [s for s in json.load(f)["statements"] if s["says"] == "equilibrium"]
    assert sorted(Fraction(s["x"][0]) for s in states) == [0, Fraction(1, 2), 1]       # E = 2 E - 1/2 between the ends
    assert check("15-memory", "--set", "w=0.4")["stability"]["verdict"] == "certified"


def main():
    failed = 0
    for name, function in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            function()
            print("ok", name)
        except Exception:
            failed += 1
            print("not ok", name)
            print("    " + traceback.format_exc().replace("\n", "\n    "))
        sys.stdout.flush()
    shutil.rmtree(OUT)
    sys.exit(1 if failed else 0)


main()
