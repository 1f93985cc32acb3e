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

import eigc
import elementary
from brownian import SEED, normals, uniforms

folder = tempfile.mkdtemp()


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


def same_bits_of_stages():
    text = """
population E mixed { size = 5; tau = 2; cost = nonnegative; noise = 0.3 + 0.1 * sin(t); input = 1 + noise_ou(tau = 1, sigma = 0.5) }
population G mixed {
  size = 20
  v' = -v + 0.3 * sin(t) * w + input + (0.2 + %s + 0.1 * cos(t)) * noise
  w' = 0.1 * (v - w)
  y' = -y + (0.1 + %s) * noise
  start(v) = 0.1 * i
  calculus = %s
}
connect E -> G { weight = 0.1%s }
connect G -> E { weight = 0.1 }
simulate { duration = 2; method = %s; step = 0.1; seed = 4; record E, G.v, G.w, G.y every 0.5 }
"""
    for method, of_v, of_w, late in (("stochastic_heun", "0.1 * tanh(v)", "0.1 * v", "; delay = 0.2"), ("sra1", "0.02 * i", "0.1", "")):
        for calculus in ("ito", "stratonovich"):
            model = text % (of_v, of_w, calculus, late, method)
            a, b = run(model), run(model, "--reference")
            assert a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) for k in a)
            assert np.std(a["G.v"][-1]) > 0
    plain = "population G mixed { size = 20; v' = sin(v + t); start(v) = 0.1 * i }\nsimulate { duration = 2; method = %s; step = 0.1 }"
    a, b = run(plain % "heun"), run(plain % "stochastic_heun")
    assert all(np.array_equal(a[k], b[k]) for k in a)
    for leaks in ("", "; noise = 0 * i"):
        plain = "population G mixed { size = 20; tau = 2; cost = tanh_cost%s; input = t }\nconnect G -> G { weight = 0.1 }\n" \
                "simulate { duration = 2; method = sra1; step = 0.1 }" % leaks
        a, b = run(plain), run(plain, "--reference")
        assert all(np.array_equal(a[k], b[k]) for k in a)


def one_step_of_stages():
    text = "population G mixed { v' = 0.5 * v + %s * noise; start(v) = 1.25 }\n" \
           "simulate { duration = 0.3; method = %s; step = 0.3; seed = %d; record G.v }"
    h, x = 0.3, 1.25
    z, u = (elementary.normal_quantile(float(uniforms(["G.v[0]"], 1, draw)[0, 0])) for draw in (0, 1))
    r = math.sqrt(h)

    def f(y):
        return 0.5 * y - (0.5 * (y * y)) * (y + y)
    k1, g1 = f(x), x * x
    y = (x + h * k1) + (g1 * r) * z
    want = (x + (0.5 * h) * (k1 + f(y))) + ((g1 + y * y) * (0.5 * r)) * z
    for options in ((), ("--reference",)):
        got = run(text % ("v * v", "stochastic_heun", SEED), *options)["G.v"][-1]
        assert got == want, (got, want)
    v = (0.5 * r) * (z + float.fromhex("0x1.279a74590331cp-1") * u)
    k1, g1, g2 = 0.5 * x, 1 + 2.0 ** -50 * h, 1 + (0.75 * h)          # g1 at the beginning as it is seen from within the step
    y = (x + (0.75 * h) * k1) + (1.5 * g1) * v
    d = (4 / 3) * (g2 - g1)
    want = ((x + (h / 3) * (k1 + 2 * (0.5 * y))) + ((g1 + d) * r) * z) - d * v
    for options in ((), ("--reference",)):
        got = run(text % ("(1 + t)", "sra1", SEED), *options)["G.v"][-1]
        assert got == want, (got, want)


# ---- noise that depends on t alone ----

def increments(n, n_steps, parts):
    """Brownian increments of `parts` parts of each step, by part, step and neuron, as they may have been given the step's own increment r z and
    its integral h v: from free ones, the least change in their covariance that agrees with both. What is left of the integral within the parts
    is a number of its own."""
    h = 1 / n_steps
    delta = h / parts
    z, u = normals("G.v", n, n_steps), normals("G.v", n, n_steps, 1)
    wanted = np.stack([math.sqrt(h) * z, h * (0.5 * math.sqrt(h)) * (z + u / math.sqrt(3))])
    covariance = np.array([delta] * parts + [parts * delta ** 3 / 12])
    free = np.random.default_rng(n_steps).standard_normal((parts + 1, n_steps, n)) * np.sqrt(covariance)[:, None, None]
    a = np.array([[1.0] * parts + [0.0], [h - (j + 0.5) * delta for j in range(parts)] + [1.0]])
    gain = (covariance * a).T @ np.linalg.inv((covariance * a) @ a.T)
    return (free + np.einsum("pq,qsn->psn", gain, wanted - np.einsum("qp,psn->qsn", a, free)))[:parts]


def additive_error(method, n_steps, n, parts=64):
    """v' = sin(2 v) + 0.3 + (1 + sin(3 t)/2) noise beside Heun's method for y' = f(y + M), M the martingale, straight within each part."""
    w = increments(n, n_steps, parts)
    delta = 1 / (n_steps * parts)
    y, m = np.full(n, 0.2), np.zeros(n)
    for k in range(n_steps):
        for j in range(parts):
            t = (k * parts + j + 0.5) * delta
            ahead = m + (1 + 0.5 * math.sin(3 * t)) * w[j, k]
            first = np.sin(2 * (y + m)) + 0.3
            second = np.sin(2 * (y + delta * first + ahead)) + 0.3
            y, m = y + delta / 2 * (first + second), ahead
    x = ends("sin(2 * v) + 0.3 + (1 + 0.5 * sin(3 * t)) * noise", method, n_steps, n, "start(v) = 0.2")
    return np.abs(x - (y + m)).mean()


def strong_orders_of_additive_noise():
    steps = (4, 8, 16, 32, 64)
    for method, least, most in (("euler_maruyama", 0.9, 1.15), ("stochastic_heun", 0.9, 1.3), ("sra1", 1.4, 1.75)):
        errors_of = [additive_error(method, n_steps, 500) for n_steps in steps]
        order = slope(steps, errors_of)
        print("# %s, noise that depends on t: strong order %.2f, error %.1e with %d steps" % (method, order, errors_of[-1], steps[-1]))
        assert least <= order <= most, (method, order)


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
test("methods of stages, compiled code and the reference", same_bits_of_stages)
test("a step of stochastic_heun and sra1, to the bit", one_step_of_stages)
test("strong order of euler_maruyama", strong_orders("euler_maruyama", 0.4, 0.65))
test("strong order of milstein", strong_orders("milstein", 0.9, 1.15))
test("strong order of stochastic_heun", strong_orders("stochastic_heun", 0.9, 1.15))
test("strong orders of additive noise", strong_orders_of_additive_noise)
test("weak order of euler_maruyama", weak_order("euler_maruyama", 0.7, 1.4, 100000))
test("weak order of milstein", weak_order("milstein", 0.85, 1.2))
test("weak order of stochastic_heun", weak_order("stochastic_heun", 0.85, 2.2))
sys.exit(eigc.failures > 0)
