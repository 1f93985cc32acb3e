#!/usr/bin/python3
"""Weights by expressions of the pair, with a scale, a kernel, a pattern or a current: `run --no-check` rounds them as it reads
them, `run` keeps them exactly until proofs are done. The same bits, and what NumPy makes of the text.
Usage: test_rounded_weights.py [HOW MANY [FIRST SEED]]"""
import math
import os
import random
import subprocess
import sys
import tempfile

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def run(folder, *options):
    path = os.path.join(folder, "m.npz")
    done = subprocess.run([EIGC, "run", "-q", "--verify", *options, "-o", path, os.path.join(folder, "m.eig")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with np.load(path) as f:
        return [f[name] for name in f.files if name not in ("meta", "t")]


def weight(r, n, m):
    """Text, and an array by target and source."""
    i, j = np.arange(n)[None, :], np.arange(m)[:, None]
    a, b = round(r.uniform(0.1, 2), 3), round(r.uniform(0.1, 1), 2)
    return r.choice([
        ("%g / (1 + pre.i * post.i)" % a, a / (1 + i * j)),
        ("%g * exp(-%g * abs(pre.i - post.i))" % (a, b), a * np.exp(-b * abs(i - j))),
        ("(%g + pre.i) / (3 + 7 * post.i)" % a, (a + i) / (3 + 7 * j)),
        ("%g * sqrt(1 + pre.i) * (1 + post.i / 3)^2" % a, a * np.sqrt(1 + i) * (1 + j / 3) ** 2),
        ("%g + 0 * pre.i" % a, a + 0 * (i + j)),
        ("(1/3 + pre.i / 7)^60 / (1 + post.i / 11)^64", (1 / 3 + i / 7) ** 60 / (1 + j / 11) ** 64),
    ])


def kernel(r, n, m, length):
    """Neurons of both populations on one ring; the text behind `kernel`, and the array."""
    width, a = round(r.uniform(0.2, 1), 2), round(r.uniform(0.1, 2), 3)
    x, y = np.arange(n)[None, :] * length / n, np.arange(m)[:, None] * length / m
    d = abs(x - y)
    d = np.minimum(d, length - d)
    return "weight = %g; pattern = kernel(gaussian(%g))" % (a, width), a * np.exp(-d * d / (2 * width * width))


def scale(r, n):
    return r.choice([("", 1), ("; scale = 1/n", 1 / n), ("; scale = 1/sqrt(n)", 1 / math.sqrt(n)), ("; scale = 2/(n + 1)", 2 / (n + 1)),
                     ("; scale = 1/3", 1 / 3)])


def model(r):
    n, m = r.randint(1, 9), r.randint(1, 9)
    length = 4
    sign = r.choice(["excitatory", "inhibitory", "mixed"])
    start = np.array([round(r.uniform(0, 1), 3) for _ in range(n)])
    if r.random() < 0.3:
        text, w = kernel(r, n, m, length)
    else:
        expression, w = weight(r, n, m)
        text = "weight = " + expression
        if n == m and r.random() < 0.3:
            text, w = text + "; pattern = one_to_one", w * np.eye(n)
    more, by = scale(r, n)
    place = "; place = ring(%d)" % length if "kernel" in text else ""
    w = w * by * (-1 if sign == "inhibitory" else 1)
    source = "population E %s { size = %d; tau = 10 ms; cost = nonnegative; start = start_of(i)%s }\n" % (sign, n, place)
    listed = " + ".join("%g * pulse(k - %d, 1)" % (start[k], k) for k in range(n))
    text = ("function start_of(k) = %s\n" % listed + source +
            "population F excitatory { size = %d; tau = 10 ms; cost = nonnegative%s }\n" % (m, place) +
            "connect E -> F { %s%s }\n" % (text, more) +
            "simulate { duration = 2 ms; method = rk4; step = 1 ms\n  record input(F), F }\n")
    return text, w @ start


def current(r):
    """The same entries in several products of a current, among populations of equations."""
    n = r.randint(2, 8)
    expression, w = weight(r, n, n)
    more, by = scale(r, n)
    a = round(r.uniform(0.1, 2), 2)
    text = ("population C excitatory { size = %d; v' = -v + input; rate = v; start = 0.1 * i }\n" % n +
            "connect C -> C { weight = %s%s; current = %g * pre.v - 2 * post.v * pre.v }\n" % (expression, more, a) +
            "simulate { duration = 0.2; method = rk4; step = 0.1\n  record input(C), C }\n")
    v = 0.1 * np.arange(n)
    return text, by * (w @ (a * v) - 2 * v * (w @ v))


def rounded_weights_are_the_exact_ones(how_many, seed):
    for k in range(seed, seed + how_many):
        r = random.Random(k)
        with tempfile.TemporaryDirectory() as folder:
            text, inputs = (current if k % 4 == 0 else model)(r)
            with open(os.path.join(folder, "m.eig"), "w") as f:
                f.write(text)
            exact, rounded = run(folder), run(folder, "--no-check")
            assert all(np.array_equal(a, b) for a, b in zip(exact, rounded)), text
            first = exact[0][0]
            assert np.allclose(first, inputs, rtol=1e-12, atol=1e-13), (text, first, inputs)


if __name__ == "__main__":
    how_many, seed = (int(x) for x in (sys.argv[1:] + ["80", "0"][len(sys.argv) - 1:])[:2])
    rounded_weights_are_the_exact_ones(how_many, seed)
    print("ok rounded_weights_are_the_exact_ones")
