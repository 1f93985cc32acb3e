#!/usr/bin/python3
"""dopri8 against closed forms: its order at and between the ends of steps, its error against the tolerance, and the
coefficients against the conditions that they solve."""
import os
import re
import sys
import tempfile
from fractions import Fraction

import numpy as np

import eigc

folder = tempfile.mkdtemp()

# x' = -y, y' = x is the rotation; v' = v (1 - v) the logistic curve; u' = u cos t grows to exp(sin t); q' = q^2 + 1 is the tangent.
FORMS = """
population R excitatory { x' = -y; y' = x; start(x) = 1; rate = x }
population K excitatory { v' = v * (1 - v); start = 0.25 }
population U excitatory { u' = u * input; start = 1; input = cos(t) }
population Q excitatory { q' = q^2 / 16 + 1 }
"""


def wanted(t):
    return {"R.x": np.cos(t), "R.y": np.sin(t), "K.v": 1 / (1 + 3 * np.exp(-t)), "U.u": np.exp(np.sin(t)), "Q.q": 4 * np.tan(t / 4)}


def error(simulate, extra=""):
    text = FORMS + extra + "simulate { duration = 4; method = dopri8; record R.x, R.y, K.v, U.u, Q.q %s }\n" % simulate
    got = eigc.both(text, folder)
    return max(np.max(np.abs(got[k] - w)) for k, w in wanted(got["t"]).items())


def equal_steps(n, every):
    """Tolerances that accept everything; a population at rest whose time constant is the longest step allowed."""
    clock = "population Clock excitatory { tau = 4/%d; cost = nonnegative; start = 0 }\n" % n
    return error("%s; step = 4/%d; rtol = 1e-6; atol = 1e6" % (every, n), clock)


def order_at_steps():
    errors = [equal_steps(n, "every 1") for n in (4, 8, 16)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    print("# order at the ends of steps", orders, errors)
    assert np.all(np.abs(orders - 8) < 0.7), (errors, orders)


def order_between_steps():
    """The curve is of degree 7: its error in a step is of order 8."""
    errors = [equal_steps(n, "every 4/77") for n in (4, 8, 16)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    print("# order between", orders, errors)
    assert np.all(np.abs(orders - 8) < 1), (errors, orders)


def error_follows_tolerance():
    errors = []
    tolerances = [10.0 ** -k for k in range(4, 13)]
    for rtol in tolerances:
        errors.append(error("every 1/16; rtol = %g; atol = %g" % (rtol, rtol)))
    print("# error / rtol", [e / r for e, r in zip(errors, tolerances)])
    assert all(e < 30 * r for e, r in zip(errors, tolerances)), errors


# ---- the table ----

TABLE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "runtime", "dopri8.def")


def rows():
    """{kind: {first argument: (node, {slope: coefficient})}}, exact."""
    text = open(TABLE).read()
    text = re.sub(r"^#.*$", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S), flags=re.M)
    table = {}
    for kind, key, node, body in re.findall(r"^(STAGE|LAST_STAGE|SOLUTION|EXTRA|ERROR|DENSE)\((\w+), (?:([\d.]+), )?(.*?\))\)$",
                                            text, flags=re.M | re.S):
        terms = {int(s): Fraction(a) for s, a in re.findall(r"(?:FIRST|PLUS)\((\d+), ([-\d.]+)\)", body)}
        table.setdefault(kind, {})[key] = (Fraction(node) if node else Fraction(1), terms)
    return table


def coefficients():
    """Quadrature: sum b c^j = 1/(j + 1) for j < 8, and sum a_s c^j = c_s^(j+1)/(j+1) as far as each stage has it, to all digits given."""
    table = rows()
    a = {int(s): row for kind in ("STAGE", "LAST_STAGE", "SOLUTION", "EXTRA") for s, row in table[kind].items()}
    assert sorted(a) == list(range(1, 16))
    c = {0: Fraction(0), **{s: row[0] for s, row in a.items()}}
    tiny = Fraction(1, 10 ** 26)

    def near(terms, j, value, what):
        got = sum(w * c[s] ** j for s, w in terms.items())
        assert abs(got - value) < tiny, (what, j, float(got - value))

    for j in range(8):
        near(a[12][1], j, Fraction(1, j + 1), "solution")
    degree = {1: 1, 2: 2, 3: 3, 4: 3, **{s: 4 for s in range(5, 12)}, 13: 6, 14: 6, 15: 6}
    for s, n in degree.items():
        for j in range(n):
            near(a[s][1], j, c[s] ** (j + 1) / (j + 1), "stage %d" % s)
    for name, n in ("FIFTH", 5), ("THIRD", 3):
        for j in range(n):
            near(table["ERROR"][name][1], j, 0, name)


def curve():
    """The curve through a step of x' = t^j from 0 is t^(j+1)/(j+1), for j <= 6."""
    table = rows()
    c = {0: Fraction(0), **{int(s): row[0] for kind in ("STAGE", "LAST_STAGE", "SOLUTION", "EXTRA") for s, row in table[kind].items()}}
    for j in range(7):
        d = [sum(w * c[s] ** j for s, w in table["DENSE"][str(r)][1].items()) for r in range(4)]
        rise = Fraction(1, j + 1)
        bend = c[0] ** j - rise
        third = rise - 1 - bend
        for theta in Fraction(1, 7), Fraction(1, 2), Fraction(5, 6):
            rest = 1 - theta
            fourth = d[0] + theta * (d[1] + rest * (d[2] + theta * d[3]))
            got = theta * (rise + rest * (bend + theta * (third + rest * fourth)))
            assert abs(got - theta ** (j + 1) / (j + 1)) < Fraction(1, 10 ** 24), (j, float(theta), float(got - theta ** (j + 1) / (j + 1)))


for check in coefficients, curve, order_at_steps, order_between_steps, error_follows_tolerance:
    eigc.test("dopri8_" + check.__name__, check)
sys.exit(eigc.failures != 0)
