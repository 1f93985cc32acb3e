#!/usr/bin/python3
"""Random costs and activations by formula near the edges of their functions' domains. What has no value somewhere, decreases
or is not convex among dense samples of 160 digits must not be accepted, what `eigc check` refuses has to be wrong, and its slope
bounds hold. What it leaves undecided is counted. Usage: test_random_formulas.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

from mpmath import mpf

import eigc
import formula
import random_formula

folder = tempfile.mkdtemp()
UNDECIDED = {"E0721"}
FAR = [s * mpf(2)**k for k in range(-40, 67, 3) for s in (1, -1)]
DENSE = [mpf(k) / 16 + mpf("0.0007") for k in range(-90, 91)]
KINKS = [mpf(0), mpf("0.1"), mpf("0.3"), mpf(1), mpf(1) / 3]


def places(lo, hi):
    """Not nearer to each other than differences can tell."""
    towards = [e for k in range(1, 40, 2) for e in (lo + (hi - lo) / mpf(2)**k, hi - (hi - lo) / mpf(2)**k)]
    beside = [c + d for c in KINKS for d in (0, mpf(10)**-6, -mpf(10)**-6)]
    out = []
    for u in sorted(u for u in FAR + DENSE + towards + beside if lo < u < hi):
        if not out or u - out[-1] > abs(u) * mpf(10)**-9:
            out.append(u)
    return out


def values(f, at):
    try:
        return [f(u) for u in at]
    except formula.NoValue:
        return None


def steps(at, y):
    return [(b - a) / (v - u) for a, b, u, v in zip(y, y[1:], at, at[1:])]


def slopes(f, at, lowest):
    """Their largest, or 1 over the least 1 + g''; None where that is below 0."""
    if not lowest:
        return max(formula.slope(f, u) for u in at)
    least = min(1 + formula.curvature(f, u) for u in at if u not in KINKS)
    return None if least < -mpf(10)**-9 else 1 / max(least, mpf(10)**-30)


def truth(line):
    """The steepest slope seen, or what is wrong: a word."""
    is_cost = line.startswith("cost")
    f, (lo, hi) = formula.parts(line, mpf(2)**66)
    at = places(lo, hi)
    y = values(f, at)
    if y is None:
        return "undefined"
    change = steps(at, [a + u * u / 2 if is_cost else a for a, u in zip(y, at)])
    falls = [b - a for a, b in zip(change, change[1:])] if is_cost else change
    size = max(1, max(map(abs, y)))
    if min(falls) < -size * mpf(10)**-50:
        return "not convex" if is_cost else "decreases"
    steepest = slopes(f, at, is_cost)
    return "not convex" if steepest is None else steepest


def checked(line):
    path = os.path.join(folder, "m.eig")
    with open(path, "w") as f:
        f.write("population E excitatory { tau = 1; %s }\n" % line)
    done = subprocess.run([eigc.EIGC, "check", "--json", "--diagnostics=gnu", path], capture_output=True, text=True)
    assert done.returncode >= 0, (line, done.stderr)
    slope = (json.loads(done.stdout)["activations"] if done.stdout else [{"proved": False, "slope": [None, None]}])[0]
    return slope, set(re.findall(r"error: .*\[(E\d+)\]", done.stderr))


def one(line, count):
    slope, codes = checked(line)
    known = truth(line)
    valid = not isinstance(known, str)
    if slope["proved"] and not codes:
        assert valid, (line, "accepted", known)
        most = slope["slope"][1] and Fraction(slope["slope"][1])
        assert not most or known <= mpf(most.numerator) / most.denominator * (1 + mpf(10)**-9) + mpf(10)**-30, (line, known, float(most))
        count["accepted"] += 1
    elif codes <= UNDECIDED:
        count["undecided and valid" if valid else "undecided"] += 1
    else:
        assert not valid, (line, "refused", codes, known)
        count["refused"] += 1


def samples_agree(how_many, seed):
    count = dict.fromkeys(["accepted", "refused", "undecided", "undecided and valid"], 0)
    for k in range(seed, seed + how_many):
        rng = random.Random(k)
        one((random_formula.activation if k % 2 else random_formula.cost)(rng), count)
    print("#", ", ".join("%d %s" % (n, what) for what, n in count.items()))
    assert count["undecided and valid"] <= 2 + how_many // 12


how_many, seed = (int(x) for x in (sys.argv[1:] + ["40", "0"][len(sys.argv) - 1:])[:2])
eigc.test("samples agree", lambda: samples_agree(how_many, seed))
sys.exit(eigc.failures > 0)
