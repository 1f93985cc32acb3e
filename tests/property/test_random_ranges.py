#!/usr/bin/python3
"""Bounds of random activations by formula against the values that NumPy finds on a fine grid and
far out: what is certified holds for every value seen, bounds 1e-6 wider than those are certified,
and bounds that some value is outside of are not. Usage: test_random_ranges.py [HOW MANY [SEED]]"""
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
FUNCTIONS = {"tanh": np.tanh, "atan": np.arctan, "exp": np.exp, "sin": np.sin, "sqrt": np.sqrt, "log": np.log, "abs": np.abs,
             "min": np.minimum, "max": np.maximum}
GRID = np.concatenate([np.linspace(-80, 80, 400001), [s * 10.0 ** k for s in (-1, 1) for k in range(2, 15)]])


def need(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(x) for x in what))


def decimal(r, least, most):
    return "%.3g" % r.uniform(least, most)


def affine(r):
    return "(%s*(z - %s))" % (decimal(r, 0.2, 4), decimal(r, 0, 3)) if r.random() < 0.8 else "z"


def term(r):
    s = affine(r)
    lo = r.uniform(0, 1)
    kinds = ["tanh(%s)" % s, "atan(%s)" % s, "1/(1 + exp(-%s))" % s, "%s/(1 + abs(%s))" % (s, s), "%s/sqrt(1 + %s^2)" % (s, s),
             "min(max(%s, %.2g), %.2g)" % (s, lo, lo + r.uniform(0.1, 2)), "max(%s, 0)^2/(1 + max(%s, 0)^2)" % (s, s),
             "exp(-%s^2)" % s, "tanh(min(%s, %s))" % (s, decimal(r, 0, 2)), "min(max(tanh(%s), -0.3), exp(-%s))" % (s, affine(r)),
             "1/(1 + %s^2)" % s, "log(1 + exp(-abs(%s)))" % s, "tanh(%s)^3" % s, "sin(min(max(%s, -4), 5))" % s]
    return "%s*%s" % (decimal(r, 0.05, 3), r.choice(kinds)) if r.random() < 0.7 else r.choice(kinds)


def formula(r):
    text = term(r)
    for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
        text += r.choice((" + ", " + ", " - ")) + term(r)
    return text


def values(text, z):
    with np.errstate(over="ignore"):
        return eval(text.replace("^", "**"), {"__builtins__": {}}, dict(FUNCTIONS, z=z))


def extremes(text):
    """The least and the largest value seen, looked for again beside the places on the grid."""
    y, out = values(text, GRID), []
    for sign in (-1, 1):
        at = GRID[np.argmax(sign * y)]
        for width in (1e-3, 1e-6):
            near = np.linspace(at - width, at + width, 20001)
            at = near[np.argmax(sign * values(text, near))]
        out.append(sign * max(np.max(sign * y), sign * values(text, at)))
    return out


def exact(x):
    return "%.17g" % x


def verdicts(texts, found):
    """Of each formula: wide, too narrow above, too narrow below."""
    lines = []
    for k, (text, (lo, hi)) in enumerate(zip(texts, found)):
        wide, narrow = 1e-6 * max(abs(lo), abs(hi)), 1e-12 * max(abs(lo), abs(hi))
        lines.append("population P%d mixed { tau = 20 ms; start = %s; activation(z) = %s }" % (k, exact((lo + hi) / 2), text))
        lines.append("require P%d in [%s, %s]" % (k, exact(lo - wide), exact(hi + wide)))
        lines.append("require P%d <= %s\nrequire P%d >= %s" % (k, exact(hi - narrow), k, exact(lo + narrow)))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ranges.eig")
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")
        p = subprocess.run([EIGC, "check", "--json", path], capture_output=True, timeout=500)
    need(p.stdout, p.stderr.decode())
    said = json.loads(p.stdout)["requirements"]
    return [said[3 * k:3 * k + 3] for k in range(len(texts))]


def compare(how_many, seed):
    r = random.Random(seed)
    texts = [formula(r) for _ in range(how_many)]
    found = [extremes(text) for text in texts]
    for text, (lo, hi), (wide, above, below) in zip(texts, found, verdicts(texts, found)):
        what = (text, "values from", exact(lo), "to", exact(hi))
        need(wide["verdict"] == "certified", "not certified:", wide, *what)
        need(above["verdict"] != "certified", "certified, though wrong:", above, *what)
        need(below["verdict"] != "certified", "certified, though wrong:", below, *what)


how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 40
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
try:
    compare(how_many, seed)
    print("ok bounds_of_%d_formulas_are_those_of_their_values" % how_many)
except (AssertionError, subprocess.TimeoutExpired) as e:
    print(e)
    print("not ok bounds_of_%d_formulas_are_those_of_their_values" % how_many)
    sys.exit(1)
