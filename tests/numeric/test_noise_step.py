#!/usr/bin/python3
"""Steps of many lengths on one path of noise (noise_step): the path is drawn here once more, runs of it come nearer to each other by the
order of their method, and no halving changes what was drawn before it."""
import math
import os
import sys
import tempfile

import numpy as np

import eigc
from brownian import SEED, halved, normals

folder = tempfile.mkdtemp()


def run(text, *options):
    r = eigc.run(text, folder, *(options if eigc.has_jit() else ("--reference",)))
    assert r.status == 0, r.stderr
    return r.arrays


def ends(equation, method, n_steps, n, coarse, more="start = 1"):
    """The state v of n neurons at time 1, of steps of 1/n_steps with the noise of steps of 1/coarse."""
    return run("population G mixed { size = %d; v' = %s; %s }\nsimulate { duration = 1; method = %s; step = 1/%d; noise_step = 1/%d; seed = %d; "
               "record G.v every 1 }" % (n, equation, more, method, n_steps, coarse, SEED))["G.v"][-1]


def walk(n, n_steps, coarse, *options):
    return run("population E mixed { size = %d; v' = noise; start = 0 }\nsimulate { duration = 1; method = euler_maruyama; step = 1/%d; "
               "noise_step = 1/%d; seed = %d; record E.v }" % (n, n_steps, coarse, SEED), *options)["E.v"]


def order(steps, errors):
    return -np.polyfit(np.log(steps), np.log(errors), 1)[0]


def walks_are_the_path():
    """Of a walk, which adds nothing but its normals: by this program, and the same at the ends of the longest steps."""
    ends_of = walk(7, 4, 4)
    assert np.allclose(np.diff(ends_of, axis=0), normals("E.v", 7, 4) / 2, rtol=0, atol=1e-14)
    for halvings in (1, 2, 3, 7):
        n_steps = 4 << halvings
        w = walk(7, n_steps, 4)
        assert np.allclose(np.diff(w, axis=0), halved("E.v", 7, 4, halvings)[0] / math.sqrt(n_steps), rtol=0, atol=1e-13), halvings
        assert np.allclose(w[::n_steps // 4], ends_of, rtol=0, atol=1e-12), halvings
        assert np.array_equal(w, walk(7, n_steps, 4, "--reference")), halvings


def none_is_its_own():
    """A noise_step of one step changes no bit."""
    for method in ("euler_maruyama", "milstein", "stochastic_heun", "sra1"):
        text = "population G mixed { size = 20; tau = 2; cost = tanh; noise = 0.3; input = noise_ou(tau = 1, sigma = 0.5) }\n" \
               "simulate { duration = 1; method = %s; step = 1/8; %s }"
        a, b = run(text % (method, "")), run(text % (method, "noise_step = 1/8"))
        assert all(np.array_equal(a[k], b[k]) for k in a)


def halves_are_normal():
    """Mean, variance and covariance of neighbouring steps, of 40,000 walks, to 5 standard errors."""
    n = 40000
    z = np.diff(walk(n, 16, 2), axis=0) * 4
    for a in z:
        assert abs(a.mean()) < 5 / math.sqrt(n) and abs(a.var() - 1) < 5 * math.sqrt(2 / n), (a.mean(), a.var())
    for k in range(15):
        for j in range(k + 1, 16):
            assert abs((z[k] * z[j]).mean()) < 5.5 / math.sqrt(n), (k, j)


def same_bits():
    text = """
population E mixed { size = 5; tau = 2; cost = nonnegative; noise = 0.3 + 0.1 * sin(t); input = 1 + noise_ou(tau = 1, sigma = 0.5) }
population G mixed { size = 20; v' = -v + input + (0.2 + 0.02 * i) * noise; start(v) = 0.1 * i }
connect E -> G { weight = 0.1 }
connect G -> E { weight = 0.1 }
simulate { duration = 2; method = %s; step = 0.025; noise_step = 0.4; seed = 4; record E, G.v every 0.5 }
"""
    for method in ("euler_maruyama", "milstein", "stochastic_heun", "sra1", "rk4"):
        t = text if method != "rk4" else text.replace("noise = 0.3 + 0.1 * sin(t); ", "").replace(" + (0.2 + 0.02 * i) * noise", "")
        a, b = run(t % method), run(t % method, "--reference")
        assert all(np.array_equal(a[k], b[k]) for k in a), method
        assert np.std(a["E"][-1]) > 0


def same_by_threads():
    """More normals than one thread takes at a time."""
    text = "population E mixed { size = 9000; tau = 2; cost = tanh; noise = 0.3; input = 1 }\n" \
           "simulate { duration = 0.4; method = euler_maruyama; step = 0.025; noise_step = 0.4; seed = 4; record E every 0.1 }"
    assert np.array_equal(run(text, "--threads=1")["E"], run(text, "--threads=3")["E"])


def goes_on_in_the_middle():
    """A run that ends within a step of the noise, and goes on from there, is the whole one."""
    text = "population E mixed { size = 5; tau = 2; cost = tanh; noise = 0.3; input = 1 }\n" \
           "simulate { duration = 0.8; method = sra1; step = 0.025; noise_step = 0.4; seed = 4; record E }"
    state = os.path.join(folder, "state")
    whole, part, rest = run(text), run(text, "--until=0.325", "--save-state=" + state), run(text, "--from=" + state)
    assert np.array_equal(whole["E"], np.concatenate([part["E"], rest["E"][-19:]])) and len(part["E"]) == 14


def converges(equation, method, least, most, more="start = 1", best=None, n=400):
    """By the differences from many more steps of `best`, on the one path."""
    def check():
        steps = (16, 32, 64, 128, 256)
        truth = ends(equation, best or method, 16384, n, 16, more)
        of = order(steps, [np.abs(ends(equation, method, k, n, 16, more) - truth).mean() for k in steps])
        print("# %s: strong order %.2f" % (method, of))
        assert least <= of <= most, (method, of)
    return check


MULTIPLIED, ADDED = "sin(v) + 0.5 * v * noise", "sin(2 * v) + 0.3 + (1 + 0.5 * sin(3 * t)) * noise"
test = eigc.test
test("a walk is the path", walks_are_the_path)
test("a noise_step of one step is none", none_is_its_own)
test("halves are independent normals", halves_are_normal)
test("compiled code and the reference, to the bit", same_bits)
test("threads", same_by_threads)
test("a run that goes on", goes_on_in_the_middle)
test("euler_maruyama", converges(MULTIPLIED, "euler_maruyama", 0.4, 0.65, best="milstein"))
test("milstein", converges(MULTIPLIED, "milstein", 0.9, 1.15))
test("stochastic_heun", converges(MULTIPLIED, "stochastic_heun", 0.9, 1.15, "start = 1; calculus = stratonovich"))
test("euler_maruyama, added noise", converges(ADDED, "euler_maruyama", 0.9, 1.15, best="sra1"))
test("sra1", converges(ADDED, "sra1", 1.4, 1.75))
sys.exit(eigc.failures > 0)
