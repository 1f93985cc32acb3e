#!/usr/bin/python3
"""Positions and distances against their definitions in docs/language.md, in exact fractions.
Run from the repository's root with EIGC=program."""
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction as F

import numpy

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HALF = F(1, 2)
failed = 0


def report(ok, name, why=""):
    global failed
    failed += not ok
    print(("ok " if ok else "not ok ") + name + ("" if ok else "\n    " + str(why)))


def eigc(text, *command):
    with tempfile.TemporaryDirectory() as d:
        model = os.path.join(d, "m.eig")
        with open(model, "w") as f:
            f.write(text)
        p = subprocess.run([EIGC, command[0], model, *command[1:]], cwd=d, capture_output=True, text=True)
        assert p.returncode == 0, (text, p.stderr)
        if command[0] != "run":
            return p.stdout
        with numpy.load(os.path.join(d, "m.npz")) as r:
            return {k: r[k] for k in r.files}


def entries(dump):
    """(target, source) -> weight of the one block, as `eigc dump --net` prints it."""
    out = {}
    for line in dump.splitlines():
        if line.startswith("  row "):
            head, rest = line[6:].split(":")
            words = rest.replace("[", " [").split()
            sparse = any(w.startswith("[") for w in words)
            if sparse:
                for at, value in zip(words[::2], words[1::2]):
                    out[int(head), int(at[1:-1])] = F(value)
            else:
                out.update({(int(head), j): F(w) for j, w in enumerate(words)})
    return out


class Place:
    def __init__(self, kind, columns, rows, spacing):
        self.kind, self.columns, self.rows, self.spacing = kind, columns, rows, spacing
        self.n = columns * rows

    def text(self):
        if self.kind in ("line", "ring"):
            return "%s(%s)" % (self.kind, self.columns * self.spacing)
        return "%s(%d, %d, spacing = %s)" % (self.kind, self.columns, self.rows, self.spacing)

    def at(self, i):
        shift = HALF if self.kind in ("line", "grid") else 0
        p = (i % self.columns + shift) * self.spacing, (i // self.columns + shift) * self.spacing
        return p if self.kind in ("grid", "torus") else p[:1]

    def square(self, other, i, j):
        total = F(0)
        for a, b, n in zip(self.at(i), other.at(j), (self.columns, self.rows)):
            d = abs(a - b)
            if self.kind in ("ring", "torus"):
                d = min(d, n * self.spacing - d)
            total += d * d
        return total


def population(name, p):
    return "population %s excitatory { size = %d; tau = 1; cost = identity; place = %s }\n" % (name, p.n, p.text())


def test_distances():
    rng = random.Random(5)
    for kind in ("line", "ring", "grid", "torus"):
        wrong = []
        for _ in range(12):
            flat = kind in ("line", "ring")
            a, b = rng.randint(1, 7), 1 if flat else rng.randint(1, 5)
            spacing, times = F(rng.randint(1, 9), rng.choice([1, 2, 3, 8, 10])), rng.choice([1, 1, 2, 3])
            p, q = Place(kind, a, b, spacing), Place(kind, a * times, b if flat else b * times, spacing / times)
            # With pre.i in it the weight is written out pair by pair. The square of a distance along one axis is
            # exact; one through a root is the nearest double's.
            dump = eigc(population("P", p) + population("Q", q) +
                        "connect P -> Q { weight = %s + 0 * pre.i }\n" % ("distance" if flat else "distance^2"), "dump", "--net")
            got = entries(dump)
            for i in range(q.n):
                for j in range(p.n):
                    square = q.square(p, i, j)
                    value = got.get((i, j), F(0))
                    if p.n * q.n > 64:
                        continue
                    root = F(float(numpy.sqrt(float(square)))) if not flat else None
                    good = value * value == square if flat else abs(value - square) <= 4 * square * F(1, 2**53)
                    if not good or (root is not None and root * root == square and value != square):
                        wrong.append((p.text(), q.text(), i, j, value, square))
        report(not wrong, "place: distances on a %s" % kind, wrong[:3])


def test_positions():
    for p in (Place("line", 7, 1, F(1, 4)), Place("ring", 12, 1, F(1, 2)), Place("grid", 5, 3, F(1, 4)), Place("torus", 3, 6, F(2))):
        wrong = []
        for axis in range(len(p.at(0))):
            word = "position" + (["", ""] if len(p.at(0)) == 1 else [".x", ".y"])[axis]
            text = ("population P excitatory { size = %d; tau = 1; cost = identity; place = %s; start = %s; input = 2 * %s }\n"
                    "simulate { duration = 1; step = 1; method = euler; record P, input(P) every 1 }\n" % (p.n, p.text(), word, word))
            r = eigc(text, "run")
            want = numpy.array([float(p.at(i)[axis]) for i in range(p.n)])
            if not (numpy.array_equal(r["P"][0].ravel(), want) and numpy.array_equal(r["input(P)"][0].ravel(), 2 * want)):
                wrong.append((word, r["P"][0], want))
        report(not wrong, "place: positions on a %s" % p.kind, wrong)


def test_pair_positions():
    small = Place("grid", 2, 2, F(1, 4))
    got = entries(eigc(population("P", small) +
                       "connect P -> P { weight = 100 * post.position.x + 10 * post.position.y + pre.position.x + pre.position.y / 10 }",
                       "dump", "--net"))
    want = {(i, j): 100 * small.at(i)[0] + 10 * small.at(i)[1] + small.at(j)[0] + small.at(j)[1] / 10
            for i in range(4) for j in range(4)}
    report(got == want, "place: positions of both neurons of a pair", (got, want))


test_distances()
test_positions()
test_pair_positions()
sys.exit(failed != 0)
