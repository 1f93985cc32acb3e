#!/usr/bin/python3
"""Kernels on circles, in whole models: steps of Euler and RK4 against sums over all pairs in 50 digits, with delays, currents and two
populations, on every kind of place; the same bits compiled and by the reference. Run from the repository's root with EIGC=program."""
import tempfile

import mpmath
import numpy as np

import eigc
from eigc import test

mpmath.mp.dps = 50
TEXT = """population A mixed { %(size)s tau = 10; activation(z) = tanh(z); input = 0.3 * sin(i); start = 0.2 * cos(3 * i); place = %(place)s }
population B mixed { %(size)s tau = 7; cost = box(-1, 2); start = 0.1 * i / (1 + i); place = %(place)s }
connect A -> A { weight = 0.04; pattern = kernel(gaussian(5) - 0.3 * gaussian(11))%(more)s }
connect B -> A { weight = 0.003; pattern = kernel(exponential(40)); delay = 1 }
connect A -> B { weight = 0.02; pattern = kernel(gaussian(9)); current = pre.rate * (2 - post.rate) }
simulate { duration = 2; method = euler; step = 0.5; record A, B }
"""
PLACES = [("ring", 256, 1), ("ring", 257, 1), ("ring", 384, 1), ("ring", 101, 1), ("line", 130, 1), ("line", 257, 1), ("grid", 13, 11),
          ("torus", 13, 11), ("torus", 12, 16)]


def model(place, columns, rows, more=""):
    flat = rows == 1
    return TEXT % dict(size="size = %d;" % columns if flat else "", more=more,
                       place="%s(%d)" % (place, columns) if flat else "%s(%d, %d)" % (place, columns, rows))


def distances(place, columns, rows):
    """Squares of them, from source to target."""
    x, y = np.arange(columns * rows) % columns, np.arange(columns * rows) // columns
    dx, dy = abs(x[:, None] - x[None, :]), abs(y[:, None] - y[None, :])
    if place in ("ring", "torus"):
        dx, dy = np.minimum(dx, columns - dx), np.minimum(dy, rows - dy)
    return dx ** 2 + dy ** 2


def apply(d2, value, x):
    weight = {int(d): value(mpmath.sqrt(int(d))) for d in np.unique(d2)}
    return [mpmath.fdot((weight[int(d)], s) for d, s in zip(row, x)) for row in d2]


def gaussian(sigma):
    return lambda d: mpmath.exp(-d * d / (2 * mpmath.mpf(sigma) ** 2))


def exactly(place, columns, rows, self):
    n, d2, m = columns * rows, distances(place, columns, rows), mpmath.mpf
    excite, inhibit, far, near = gaussian(5), gaussian(11), lambda d: mpmath.exp(-d / 40), gaussian(9)
    hat = lambda d: m("0.04") * (excite(d) - m("0.3") * inhibit(d)) if self or d > 0 else m(0)
    a, b = [m("0.2") * mpmath.cos(3 * i) for i in range(n)], [m("0.1") * i / (1 + i) for i in range(n)]
    past = [b]
    for step in range(4):
        late = past[max(step - 2, 0)]
        za = [m("0.3") * mpmath.sin(i) + p + q for i, p, q in zip(range(n), apply(d2, hat, a), apply(d2, lambda d: m("0.003") * far(d), late))]
        zb = [q * (2 - x) for q, x in zip(apply(d2, lambda d: m("0.02") * near(d), a), b)]
        a = [x + m("0.05") * (mpmath.tanh(z) - x) for x, z in zip(a, za)]
        b = [x + (min(max(z, -1), 2) - x) / 14 for x, z in zip(b, zb)]
        past.append(b)
    return a, b


def agrees(place, columns, rows, more):
    text = model(place, columns, rows, more)
    assert all(": circle, " in b for b in eigc.blocks(text)), eigc.blocks(text)
    with tempfile.TemporaryDirectory() as folder:
        got = eigc.both(text, folder)
    for name, want in zip("AB", exactly(place, columns, rows, not more)):
        worst = max(abs(mpmath.mpf(float(g)) - w) for g, w in zip(got[name][-1], want))
        assert worst <= 4e-15, (name, float(worst))


def same_bits(place, columns, rows, change):
    text = model(place, columns, rows)
    for old, new in change:
        assert old in text
        text = text.replace(old, new)
    assert any(": circle, " in b for b in eigc.blocks(text)), eigc.blocks(text)
    with tempfile.TemporaryDirectory() as folder:
        eigc.both(text, folder)


for place, columns, rows in PLACES:
    for more in ("", "; self = no"):
        test("circle: %s, %d x %d%s" % (place, columns, rows, more), lambda: agrees(place, columns, rows, more))
for method in ("heun", "exponential_euler"):
    test("circle: the bits of the reference, %s" % method, lambda: same_bits("ring", 1500, 1, [("euler", method)]))
for method in ("rk4", "rk45", "dopri8"):
    test("circle: the bits of the reference, %s" % method, lambda: same_bits("ring", 1100, 1, [
        ("method = euler; step = 0.5", "method = %s%s" % (method, "; step = 0.5" if method == "rk4" else "")), ("; delay = 1 }", " }")]))
test("circle: the bits of the reference, with noise", lambda: same_bits("ring", 1100, 1, [
    ("euler", "euler_maruyama"), ("tau = 10;", "tau = 10; noise = 0.1;")]))
raise SystemExit(eigc.failures > 0)
