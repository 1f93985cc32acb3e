"""Costs by formula under test: what `eigc check` says of them, and their rates beside the force in many digits."""
import os
import re
import subprocess
import tempfile

from mpmath import mp, mpf

import eigc
import formula

folder = tempfile.mkdtemp()
FAR = mpf(10)**6
mp.dps = 80
INPUTS = [0, 0.3, -1, -7, 20, 100, -100]


def said_of(cost):
    path = os.path.join(folder, "m.eig")
    with open(path, "w") as f:
        f.write("population E excitatory { tau = 1; cost(x) = %s }\nconnect E -> E { weight = 0.1 }\n" % cost)
    done = subprocess.run([eigc.EIGC, "check", "--diagnostics=gnu", path], capture_output=True, text=True)
    assert done.returncode >= 0, (cost, done.stderr)
    return done.stderr


def codes_of(cost):
    return re.findall(r"error: .*\[(E\d+)\]", said_of(cost))


def force(g, lo, hi, x):
    """x + g'(x), inside the domain."""
    h = min(mpf(10)**-25 * max(abs(x), mpf(10)**-20), (x - lo) / 2, (hi - x) / 2)
    return x + (g(x + h) - g(x - h)) / (2 * h)


def is_rate(g, lo, hi, s, x):
    """The force, which rises, is s within 1e-12 of x, or it is an end: what bisection would find."""
    way = mpf(10)**-12 * abs(x) + mpf(10)**-15
    a, b = x - way, x + way
    return lo <= b and a <= hi and (a <= lo or force(g, lo, hi, a) <= s) and (b >= hi or force(g, lo, hi, b) >= s)


def rates(cost, inputs):
    model = ("population A mixed { tau = 1; size = %d; cost(x) = %s; input = %s }\nsimulate { duration = 1; method = euler; step = 1; record A every 1 }\n"
             % (len(inputs), cost, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))))
    return [float(x) for x in eigc.both(model, folder)["A"][-1]]


def solved(cost, inputs=INPUTS):
    g, (lo, hi) = formula.parts("cost(x) = " + cost, FAR)
    for s, got in zip(inputs, rates(cost, inputs)):
        assert is_rate(g, lo, hi, s, mpf(got)), (cost, s, got)


def accepted(cost, inputs=INPUTS):
    assert codes_of(cost) == [], (cost, codes_of(cost))
    solved(cost, inputs)
