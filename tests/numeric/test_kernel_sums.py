#!/usr/bin/python3
"""Kernels that are computed as sums of products: steps of Euler against numpy, which adds all pairs; which kernels they
are; the same bits compiled and by the reference. Run from the repository's root with EIGC=program."""
import tempfile

import numpy as np

import eigc
from eigc import test

TEXT = """population A %(sign)s { size = %(n)d; tau = 10; cost = box(-1, 2); input = 0.3 * sin(i); start = 0.2 * cos(3 * i); place = %(place)s }
population B mixed { size = %(n)d; tau = 7; activation(z) = tanh(z); start = 0.1 * i / (1 + i); place = %(place)s }
connect A -> %(to)s { weight = 0.01; pattern = kernel(%(kernel)s)%(more)s }
simulate { duration = 10; method = euler; step = 0.5; record A, B }
"""


def model(kernel, n=300, sign="excitatory", to="A", more="", place="ring(20)"):
    return TEXT % dict(kernel=kernel, n=n, sign=sign, to=to, more=more, place=place)


def both(text):
    """Rates of A and B at every step; compiled and by the reference."""
    with tempfile.TemporaryDirectory() as folder:
        arrays = eigc.both(text, folder)
    return arrays["A"], arrays["B"]


def direct(value, n, sign=1, to="A", self=True, normalize=False, delay=0, current=lambda pre, post: pre):
    i = np.arange(n)
    k = value(np.minimum(i, n - i) / n)         # of the distance, in turns
    if not self and to == "A":
        k[0] = 0
    w = sign * 0.01 * (k / k.sum() if normalize else k)[(i[:, None] - i[None, :]) % n]
    a, b = 0.2 * np.cos(3 * i), 0.1 * i / (1 + i)
    past = [(a, b)]
    for step in range(20):
        late = past[max(step - delay, 0)][0]
        arrives = (w * current(late[None, :], (a if to == "A" else b)[:, None])).sum(axis=1)
        za, zb = 0.3 * np.sin(i) + (to == "A") * arrives, (to == "B") * arrives
        a, b = a + 0.5 * (1 / 10) * (np.clip(za, -1, 2) - a), b + 0.5 * (1 / 7) * (np.tanh(zb) - b)
        past.append((a, b))
    return np.array([p[0] for p in past]), np.array([p[1] for p in past])


def cosine(c):
    return lambda turn: (1 + c * np.cos(2 * np.pi * turn)) / (1 + c)


CASES = [
    ("cosine(0.5)", cosine(0.5), {}, {}, 3),
    ("cosine(0.5)", cosine(0.5), {"n": 301}, {}, 3),
    ("cosine(0.5)", cosine(0.5), {"n": 256}, {}, 3),
    ("cosine(1), normalize = yes", cosine(1), {"n": 1000}, {"normalize": True}, 3),
    ("cosine(0.7)", cosine(0.7), {"more": "; self = no"}, {"self": False}, 3),
    ("cosine(0.7), normalize = yes", cosine(0.7), {"more": "; self = no", "n": 401}, {"self": False, "normalize": True}, 3),
    ("cosine(0.7)", cosine(0.7), {"to": "B"}, {"to": "B"}, 3),
    ("cosine(0.3)", cosine(0.3), {"sign": "inhibitory", "to": "B"}, {"sign": -1, "to": "B"}, 3),
    ("cosine(4)", cosine(4), {"sign": "mixed"}, {}, 3),
    ("cosine(0)", cosine(0), {}, {}, 1),
    ("cos(2 * pi * distance / 20)", lambda turn: np.cos(2 * np.pi * turn), {"sign": "mixed"}, {}, 2),
    ("2 - 3 * cos(distance * 0.1 * pi)", lambda turn: 2 - 3 * np.cos(2 * np.pi * turn), {"sign": "mixed"}, {}, 3),
    ("cosine(0.5)", cosine(0.5), {"more": "; delay = 1.5"}, {"delay": 3}, 3),
    ("cosine(0.5)", cosine(0.5), {"more": "; current = pre.rate * (2 - post.rate)"}, {"current": lambda x, y: x * (2 - y)}, 3),
    ("cosine(0.5)", cosine(0.5), {"more": "; current = pre.rate^2 - post.rate; self = no"},
     {"current": lambda x, y: x ** 2 - y, "self": False}, 6),
]


def agrees(kernel, value, how, numpy_how, n_blocks):
    text = model(kernel, **how)
    blocks = eigc.blocks(text)
    assert len(blocks) == n_blocks and all(": sum, " in b for b in blocks), blocks
    got, want = both(text), direct(value, how.get("n", 300), **numpy_how)
    for x, y in zip(got, want):
        assert abs(x - y).max() <= 1e-13 * abs(y).max(), abs(x - y).max() / abs(y).max()


def stays(kernel, how):
    blocks = eigc.blocks(model(kernel, **how))
    assert len(blocks) == 1 and (": shifts, " in blocks[0] or ": circle, " in blocks[0]), blocks


for kernel, value, how, numpy_how, n_blocks in CASES:
    test("kernel(%s) %s as %d sums" % (kernel, how, n_blocks), lambda: agrees(kernel, value, how, numpy_how, n_blocks))
for kernel, how in [("cosine(0.5)", {"n": 255}), ("gaussian(2)", {}), ("von_mises(1)", {}), ("max(0, cosine(2))", {}),
                    ("exponential(3)", {"place": "line(20)"}), ("cosine(0.5) + 1e-13 * exponential(1)", {}),
                    ("cos(2 * pi * distance / 20)", {"place": "line(20)", "sign": "mixed"}), ("max(0, 1 - distance)", {})]:
    test("kernel(%s) %s no sums" % (kernel, how), lambda: stays(kernel, how))
raise SystemExit(eigc.failures > 0)
