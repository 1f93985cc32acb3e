#!/usr/bin/python3
"""Orders of the methods for white noise. The normals of a run are drawn here once more, by docs/semantics.md, section 9, so each run is
compared with the solution that the same Brownian path gives exactly:

    dx = a x dt + b x dW             exp((a - b^2/2) t + b W)
    dx = b^2/2 x dt + b sqrt(1 + x^2) dW     sinh(asinh(x0) + b W), and by Stratonovich without the drift

Runs of another step have other paths; what is measured is the mean over many."""
import math
import sys
import tempfile

import numpy as np
from scipy.special import ndtri

import eigc
import elementary

folder = tempfile.mkdtemp()
MASK = np.uint64(0xffffffff)
SEED = 12


# ---- docs/semantics.md, section 9 ----

def fnv(text):
    h = 0xcbf29ce484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001b3 % 2 ** 64
    return h


def philox(x, key):
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * x[0], np.uint64(0xCD9E8D57) * x[2]
        x = [(q >> np.uint64(32)) ^ x[1] ^ key[0], q & MASK, (p >> np.uint64(32)) ^ x[3] ^ key[1], p & MASK]
        key = [(key[0] + np.uint64(0x9E3779B9)) & MASK, (key[1] + np.uint64(0xBB67AE85)) & MASK]
    return x


def uniforms(names, n_steps, draw, seed=SEED):
    """u0 by step and entity."""
    tag = fnv("noise") * 0x9E3779B97F4A7C15 % 2 ** 64
    e = np.array([fnv(name) ^ tag for name in names], np.uint64)[None, :]
    step = np.arange(n_steps, dtype=np.uint64)[:, None]
    zero = np.zeros((n_steps, len(names)), np.uint64)
    counter = [step + zero, zero, np.uint64(draw) + zero, (e >> np.uint64(32)) + zero]
    o = philox(counter, [np.uint64(seed) + zero, (e & MASK) + zero])
    return ((o[0] >> np.uint64(5)) * 67108864.0 + (o[1] >> np.uint64(6)) + 0.5) / 2.0 ** 53


def normals(state, n, n_steps, draw=0):
    """By step and neuron, to some units in the last place."""
    return ndtri(uniforms(["%s[%d]" % (state, i) for i in range(n)], n_steps, draw))


# ---- runs ----

def run(text, *options):
    r = eigc.run(text, folder, *(options if eigc.has_jit() else ("--reference",)))
    assert r.status == 0, r.stderr
    return r.arrays


def ends(equation, method, n_steps, n, more="start = 1"):
    """The state v of n neurons at time 1."""
    return run("population G mixed { size = %d; v' = %s; %s }\nsimulate { duration = 1; method = %s; step = 1/%d; seed = %d; record G.v every 1 }"
               % (n, equation, more, method, n_steps, SEED))["G.v"][-1]


def slope(steps, errors):
    """The order: minus the slope of the error against the number of steps, both as logarithms."""
    return -np.polyfit(np.log(steps), np.log(errors), 1)[0]


LINEAR = ("0.5 * v + 0.8 * v * noise", lambda w: np.exp(0.5 - 0.32 + 0.8 * w), "start = 1")
LINEAR_STRATONOVICH = ("0.5 * v + 0.8 * v * noise", lambda w: np.exp(0.5 + 0.8 * w), "start = 1; calculus = stratonovich")
SINH = ("0.245 * v + 0.7 * sqrt(1 + v^2) * noise", lambda w: np.sinh(0.5 + 0.7 * w), "start(v) = %r" % math.sinh(0.5))
SINH_STRATONOVICH = ("0.7 * sqrt(1 + v^2) * noise", SINH[1], SINH[2] + "; calculus = stratonovich")
MODELS = {"linear": LINEAR, "linear, Stratonovich": LINEAR_STRATONOVICH, "sinh": SINH, "sinh, Stratonovich": SINH_STRATONOVICH}


def errors(model, method, steps, n):
    """x - exact of every path, for each number of steps."""
    equation, exact, more = model
    out = []
    for n_steps in steps:
        w = normals("G.v", n, n_steps).sum(axis=0) / math.sqrt(n_steps)
        out.append(ends(equation, method, n_steps, n, more) - exact(w))
    return out


def strong_orders(method, least, most):
    def check():
        steps = (16, 32, 64, 128, 256)
        for name, model in MODELS.items():
            by_mean = slope(steps, [np.abs(e).mean() for e in errors(model, method, steps, 1000)])
            print("# %s, %s: strong order %.2f" % (method, name, by_mean))
            assert least <= by_mean <= most, (method, name, by_mean)
    return check


def weak_order(method, least, most, n=20000):
    """Of the mean and of the mean square, by the same paths."""
    def check():
        steps = (4, 8, 16, 32)
        for name in ("linear", "linear, Stratonovich"):
            of_mean = slope(steps, [abs(e.mean()) for e in errors(MODELS[name], method, steps, n)])
            print("# %s, %s: weak order %.2f" % (method, name, of_mean))
            assert least <= of_mean <= most, (method, name, of_mean)
    return check


def normals_are_those_of_a_run():
    """A walk adds nothing but its normals, the first of them those that docs/semantics.md prints."""
    w = run("population E mixed { size = 3; v' = noise; start = 0 }\nsimulate { duration = 4; method = euler_maruyama; step = 1; seed = %d; record E.v }" % SEED)
    assert np.allclose(np.diff(w["E.v"], axis=0), normals("E.v", 3, 4), rtol=0, atol=1e-14)
    assert abs(uniforms(["E[0]"], 1, 0, 42)[0, 0] - 0.74921383436308076) < 1e-16


def same_bits():
    """Compiled code and the reference; and noise that does not depend on the state makes a method out of euler_maruyama."""
    text = """
population E mixed { size = 5; tau = 2; cost = nonnegative; noise = 0.3; input = 1 + noise_ou(tau = 1, sigma = 0.5) }
population G mixed {
  size = 20
  v' = -v + 0.3 * sin(t) * w + input + (0.2 + 0.1 * tanh(v) + 0.1 * cos(w)) * noise
  w' = 0.1 * (v - w)
  start(v) = 0.1 * i
  calculus = %s
}
connect E -> G { weight = 0.1; delay = 0.2 }
connect G -> E { weight = 0.1 }
simulate { duration = 2; method = milstein; step = 0.1; seed = 4; record E, G.v, G.w every 0.5 }
"""
    for calculus in ("ito", "stratonovich"):
        a, b = run(text % calculus), run(text % calculus, "--reference")
        assert a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) for k in a)
        assert np.std(a["G.v"][-1]) > 0
    additive = "population G mixed { size = 20; v' = -v + (0.2 + 0.1 * w) * noise; w' = 1 }\n" \
               "simulate { duration = 2; method = %s; step = 0.1 }"
    a, b = run(additive % "euler_maruyama"), run(additive % "milstein")
    assert all(np.array_equal(a[k], b[k]) for k in a)


def one_step():
    """Operation by operation, from another program."""
    text = "population G mixed { v' = 0.5 * v + v * v * noise; start(v) = 1.25 }\n" \
           "simulate { duration = 0.3; method = milstein; step = 0.3; seed = %d; record G.v }" % SEED
    h, x = 0.3, 1.25
    u = uniforms(["G.v[0]"], 1, 0)[0, 0]
    z = elementary.normal_quantile(float(u))
    g, s = x * x, x + x
    want = (x + h * (0.5 * x)) + ((g * math.sqrt(h)) * z + ((g * s) * (0.5 * h)) * (z * z - 1.0))
    for runs in (run(text), run(text, "--reference")):
        assert runs["G.v"][-1] == want, (runs["G.v"], want)


test = eigc.test
test("the normals of a run", normals_are_those_of_a_run)
test("compiled code and the reference, to the bit", same_bits)
test("a step of milstein, to the bit", one_step)
test("strong order of euler_maruyama", strong_orders("euler_maruyama", 0.4, 0.65))
test("strong order of milstein", strong_orders("milstein", 0.9, 1.15))
test("weak order of euler_maruyama", weak_order("euler_maruyama", 0.7, 1.4, 100000))
test("weak order of milstein", weak_order("milstein", 0.85, 1.2))
sys.exit(eigc.failures > 0)
