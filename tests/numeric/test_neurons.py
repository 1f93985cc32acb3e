#!/usr/bin/python3
"""Time constants, gains and thresholds of each neuron: those of a few hundred neurons are kept exactly, of more as the nearest
doubles, and the numbers that a run makes of them are the same in every bit."""
import os
import resource
import subprocess
import tempfile
from fractions import Fraction

import numpy as np

import eigc
from eigc import both, test

folder = tempfile.mkdtemp()
FEW, MANY = 400, 3000       # `eigc run` proves something of networks of up to 500 rows

NUMBERS = (
    ("10 + exp(-i/3)", "1 + 0.1 * i", "tanh(0.1 * i)"),
    ("0.1 * (1 + i)", "0.5 + 1/(3 + i)", "0.1/(3 + i)"),
    ("lognormal(10, 0.5)", "1.1", "sin(i) / 3"),
    ("1/3 + 7 * abs(sin(i/10))", "gamma(2, 0.4)/3 + 0.01", "0.3 * sqrt(i)/100"),
    ("7/3", "1/7", "normcdf(i/100)"),
)


def proved(text):
    """By a run that proves what it can, as `run` and `both` do not: what a proof may read is exact."""
    path, out = os.path.join(folder, "proved.eig"), os.path.join(folder, "proved.npz")
    with open(path, "w") as f:
        f.write(text)
    subprocess.run([eigc.EIGC, "run", "-q", "--reference", "-o", out, path], check=True, capture_output=True)
    with np.load(out) as f:
        return {"P": f["P"]}


def rates(runs, n, numbers, method, prox):
    return runs("population P excitatory { size = %d; cost = nonnegative; tau = %s; gain = %s; threshold = %s; %s\n"
                "  input = 2 + sin(i); start = 1 + cos(i) }\n"
                "simulate { duration = 0.5; method = %s; step = 0.125; record P }" % ((n,) + numbers + (prox, method)))["P"]


def many_as_few():
    for numbers in NUMBERS:
        for method in ("exponential_euler", "rk4"):
            for prox in ("", "prox_step = 0.3;"):
                few = rates(proved, FEW, numbers, method, prox)
                many = rates(lambda text: both(text, folder), MANY, numbers, method, prox)
                assert np.isfinite(few).all() and (few != 0).any()
                assert few.tobytes() == many[:, :FEW].tobytes(), (numbers, method, prox)


def rounded_once():
    """x' = (0 - x)/tau by Euler for tau = (1 + i)/10: the rate is the double nearest to 10/(1 + i)."""
    r = both("population P excitatory { size = %d; cost = nonnegative; tau = 0.1 * (1 + i); start = 1 }\n"
             "simulate { duration = 1; method = euler; step = 1; record P }" % MANY, folder)["P"]
    want = [1.0 + -float(Fraction(10, 1 + i)) for i in range(MANY)]
    assert r[1].tolist() == want


def a_check_keeps_none():
    path = os.path.join(folder, "million.eig")
    for text in ("threshold = 0.1 * i", "gain = 1 + 0.1 * i", "tau = 0.1 * (1 + i)", "threshold = 1 / (i - 2.5)"):
        with open(path, "w") as f:
            f.write("population P excitatory { size = 1000000; %s cost = nonnegative; %s }\n" % ("" if "tau" in text else "tau = 10;", text))
        subprocess.run(["timeout", "60", eigc.EIGC, "check", path], check=True, capture_output=True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 100e3     # KB, of the largest


test("a check of a million neurons keeps no number of each", a_check_keeps_none)
test("numbers of many neurons are those of few", many_as_few)
test("rates are rounded once", rounded_once)
