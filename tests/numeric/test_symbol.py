#!/usr/bin/python3
"""Networks with kernels: what `eigc check` says of them against NumPy's eigenvalues of the whole matrix, which this script
builds from the models' text by itself; every certificate through tests/second_checker.py and against the whole matrix.
Run from the repository's root with EIGC=program."""
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction as F

import numpy

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
spec = importlib.util.spec_from_file_location("second_checker", "tests/second_checker.py")
second_checker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(second_checker)
failed = 0


def report(ok, name, why=""):
    global failed
    failed += not ok
    print(("ok " if ok else "not ok ") + name + ("" if ok else "\n    " + str(why)))


def check(text):
    """(verdict, method, certificate or None)"""
    with tempfile.TemporaryDirectory() as d:
        model, file = os.path.join(d, "m.eig"), os.path.join(d, "m.json")
        with open(model, "w") as f:
            f.write(text)
        p = subprocess.run([EIGC, "check", model, "--json", "--certificate", file], cwd=d, capture_output=True, text=True)
        assert p.returncode in (0, 1) and p.stdout, (text, p.stderr)
        lds = json.loads(p.stdout)["lds"]
        if not os.path.exists(file):
            return lds["verdict"], lds["method"] or lds["reason"], None
        again = subprocess.run([EIGC, "verify", file, "--model", model], cwd=d, capture_output=True, text=True)
        assert again.returncode == 0, (text, again.stdout, again.stderr)
        with open(file, "rb") as f:
            data = f.read()
        second_checker.check(data)
        return lds["verdict"], lds["method"], json.loads(data)


# ---- the whole matrix ---------------------------------------------------------------

class Net:
    """Populations on one place, connections by a function of the distance."""

    def __init__(self, place, sizes):
        self.kind, self.nx, self.ny = place
        self.n = [self.nx * self.ny if s is None else s for s in sizes]
        self.on_place = [s is None for s in sizes]
        self.text = []
        for a, s in enumerate(sizes):
            where = "size = %s" % s
            if s is None:
                where = ("size = %d; place = %s(%d)" % (self.nx, self.kind, self.nx) if self.ny == 1
                         else "place = %s(%d, %d)" % (self.kind, self.nx, self.ny))
            self.text.append("population P%d mixed { tau = 1; cost = identity; %s }" % (a, where))
        self.at = numpy.concatenate(([0], numpy.cumsum(self.n)))
        self.w = numpy.zeros((self.at[-1], self.at[-1]))

    def block(self, to, source):
        return self.w[self.at[to]:self.at[to + 1], self.at[source]:self.at[source + 1]]

    def connect(self, to, source, weight, pattern="", matrix=None, more=""):
        self.text.append("connect P%d -> P%d { weight = %s%s%s }" % (source, to, weight, pattern and "; pattern = " + pattern, more))
        self.block(to, source)[...] += matrix

    def distances(self):
        i = numpy.arange(self.nx * self.ny)
        out = 0
        for x, n in ((i % self.nx, self.nx), (i // self.nx, self.ny)):
            d = abs(x[:, None] - x[None, :])
            if self.kind in ("ring", "torus"):
                d = numpy.minimum(d, n - d)
            out = out + d * d
        return numpy.sqrt(out)

    def matrix(self):
        return self.w - numpy.eye(len(self.w))


def expand(vector, file, net):
    """Of each neuron: its population's number."""
    return numpy.concatenate([numpy.full(n, x) for n, x in zip(net.n, vector)])


def complaint(net, verdict, file):
    """What is wrong with the certificate, in doubles, on the whole matrix."""
    a = net.matrix()
    sizes = [p["size"] for p in file["matrix"]["populations"]]
    if verdict == "certified":
        p = [0.0] * len(sizes)
        for c in file["components"]:
            for row, x in zip(c["members"], c["p"]):
                p[row] = float(F(x)) / sizes[row]
        # Components in the order of the file: small multipliers for the later ones.
        for k, c in enumerate(file["components"]):
            for row in c["members"]:
                p[row] *= 1e-3 ** k
        m = numpy.diag(expand(p, file, net)) @ a
        least = numpy.linalg.eigvalsh(-(m + m.T))[0]
        return None if least > -1e-12 or len(file["components"]) > 1 else "least eigenvalue %g" % least
    x = numpy.zeros_like(a)
    w = file["witness"]
    if "zero_sum" in w:
        return None
    if "V" in w:
        for v, weight in zip(w["V"], w.get("w", ["1"] * len(w["V"]))):
            full = [0.0] * len(sizes)
            for row, value in zip(w["members"], v):
                full[row] = float(F(value))
            u = expand(full, file, net)
            x += float(F(weight)) * numpy.outer(u, u)
    for wave, weight in zip(w.get("waves", []), w.get("w", [])):
        full = [0.0] * len(sizes)
        for row, re, im in zip(w["members"], wave["re"], wave["im"]):
            full[row] = float(F(re)) + 1j * float(F(im))
        parts = []
        for value, size, on in zip(full, sizes, net.on_place):
            i = numpy.arange(size)
            f, g = wave["frequency"]
            turn = numpy.exp(2j * numpy.pi * (f * (i % net.nx) / net.nx + g * (i // net.nx) / net.ny)) if on else 1
            parts.append(value * turn * numpy.ones(size))
        u = numpy.concatenate(parts)
        x += float(F(weight)) * numpy.outer(u, u.conj()).real
    least = numpy.min(numpy.diag(a @ x)) / numpy.max(numpy.diag(x))
    return None if least > -1e-9 and numpy.trace(x) > 0 else "diag(A X) down to %g" % least


# ---- one population: the symmetric part decides -----------------------------------------

def test_closed_forms():
    """Nearest neighbours on a ring: eigenvalues 2 w cos(2 pi k/n). A cosine: n c/2 at k = 1."""
    for n in (16, 17, 60):
        for sign in (1, -1):
            top = max(sign * 2 * numpy.cos(2 * numpy.pi * k / n) for k in range(n))
            for factor, want in ((0.999, "certified"), (1.001, "refuted")):
                net = Net(("ring", n, 1), [None])
                near = (net.distances() == 1).astype(float)
                w = factor / top * sign
                net.connect(0, 0, "%.17g * (step(1.5 - distance) - step(0.5 - distance))" % w, matrix=w * near)
                verdict, method, _ = check("\n".join(net.text))
                report(verdict == want, "symbol: nearest neighbours, n = %d, sign %d, %g of the limit" % (n, sign, factor), (verdict, method))
    for factor, want in ((0.9999, "certified"), (1.0001, "refuted")):
        text = "population M mixed { size = 50; tau = 1; cost = identity; place = ring(50) }\n" \
               "connect M -> M { weight = %.17g * cos(2 * pi * distance / 50) }" % (factor * 2 / 50)
        verdict, method, _ = check(text)
        report(verdict == want, "symbol: cosine, %g of the limit" % factor, (verdict, method))
    # Exactly on the boundary with the characters 1 and -1: not LDS, and exactly so.
    for sign in ("", "-"):
        text = "population M mixed { size = 16; tau = 1; cost = identity; place = ring(16) }\n" \
               "connect M -> M { weight = %s0.5 * (step(1.5 - distance) - step(0.5 - distance)) }" % sign
        verdict, method, _ = check(text)
        report(verdict == "refuted", "symbol: the boundary is refuted where it is rational, sign %s" % sign, (verdict, method))
    # Exactly on the boundary at k = n/6, whose characters are irrational: nothing is proved.
    for n in (6, 1200):
        at = lambda d: "(step(%g - distance) - step(%g - distance))" % (d * n // 6 + 0.5, d * n // 6 - 0.5)
        text = "population M mixed { size = %d; tau = 1; cost = identity; place = ring(%d) }\n" \
               "connect M -> M { weight = 0.4 * %s - 0.6 * %s }" % (n, n, at(1), at(2))
        verdict, method, _ = check(text)
        report(verdict == "undecided" if n > 6 else verdict != "certified", "symbol: the boundary is not certified, n = %d" % n, (verdict, method))


def random_kernel(rng, net):
    d = net.distances()
    shape = rng.randrange(4)
    if shape == 0:
        s = rng.choice([0.7, 1.5, 3.0])
        return "kernel(gaussian(%r))" % s, numpy.exp(-d * d / (2 * s * s))
    if shape == 1:
        s = rng.choice([0.7, 2.5])
        return "kernel(exponential(%r))" % s, numpy.exp(-d / s)
    if shape == 2:
        s = rng.choice([0.8, 1.6])
        k = 1 if net.ny == 1 else 2
        return "kernel(mexican_hat(%r))" % s, (1 - d * d / (k * s * s)) * numpy.exp(-d * d / (2 * s * s))
    r = rng.choice([1.2, 2.5])
    return "kernel(step(%r - distance) - 0.3)" % r, (d <= r) - 0.3


def test_one_population():
    rng = random.Random(11)
    counts, wrong = {}, []
    for case in range(120):
        place = rng.choice([("ring", rng.randint(3, 24), 1), ("torus", rng.randint(2, 6), rng.randint(2, 6)),
                            ("line", rng.randint(2, 20), 1), ("grid", rng.randint(2, 5), rng.randint(2, 5))])
        net = Net(place, [None])
        n = net.n[0]
        for _ in range(rng.randint(1, 3)):
            pattern, k = random_kernel(rng, net)
            w = round(rng.uniform(-1, 1), 3)
            net.connect(0, 0, repr(w), pattern, w * k)
        if rng.random() < 0.5:
            w = round(rng.uniform(-2, 2) / n, 4)
            no_self = rng.random() < 0.5
            net.connect(0, 0, repr(w), "", w * (numpy.ones((n, n)) - no_self * numpy.eye(n)), "; self = no" if no_self else "")
        if rng.random() < 0.5:
            w = round(rng.uniform(-1, 0.5), 3)
            net.connect(0, 0, repr(w), "one_to_one", w * numpy.eye(n))
        top = numpy.linalg.eigvalsh((net.w + net.w.T) / 2)[-1]
        if 0.2 < rng.random():          # most of them near the boundary
            f = rng.choice([0.8, 0.98, 1.02, 1.3]) / top if top > 0.05 else 1
            net.text = [line if line.startswith("population") else line.replace("weight = ", "weight = %.6f * " % f) for line in net.text]
            net.w *= float("%.6f" % f)
            top = numpy.linalg.eigvalsh((net.w + net.w.T) / 2)[-1]
        verdict, method, file = check("\n".join(net.text))
        periodic = place[0] in ("ring", "torus")
        # On a ring p = 1 decides. On a line other multipliers may do, so that only certificates can be told.
        good = verdict != "certified" or top < 1 + 1e-9 or not periodic
        if periodic:
            good = good and (verdict != "refuted" or top > 1 - 1e-9) and (verdict != "undecided" or abs(top - 1) < 1e-9)
        elif file and "kernels" in file["matrix"]:
            good = good and (verdict != "certified" or top < 1 + 1e-9)
        if file and "kernels" in file["matrix"] and periodic:
            good = good and not complaint(net, verdict, file)
        counts[verdict] = counts.get(verdict, 0) + 1
        if not good:
            wrong.append((place, verdict, method, top, "\n".join(net.text), file and complaint(net, verdict, file)))
    report(not wrong and counts.get("certified", 0) > 30 and counts.get("refuted", 0) > 30, "symbol: one population, %s" % counts, wrong[:2])


# ---- several populations -------------------------------------------------------------

def test_populations():
    rng = random.Random(12)
    counts, wrong = {}, []
    for case in range(100):
        place = rng.choice([("ring", rng.randint(3, 16), 1), ("torus", rng.randint(2, 4), rng.randint(2, 5))])
        sizes = rng.choice([[None, None], [None, None], [None, 1], [None, 4], [None, None, None], [None, None, 3]])
        net = Net(place, sizes)
        scale = rng.choice([0.2, 0.5, 0.9])
        for a in range(len(sizes)):
            for b in range(len(sizes)):
                if rng.random() < 0.15:
                    continue
                w = round(rng.uniform(0, 1) * scale * (1 if b == 0 else -1), 4)
                if sizes[a] is None and sizes[b] is None and rng.random() < 0.75:
                    pattern, k = random_kernel(rng, net)
                    if rng.random() < 0.2:
                        pattern, k = "one_to_one", numpy.eye(net.n[a])
                    net.connect(a, b, repr(w), pattern, w * k)
                else:
                    w = round(w / net.n[b], 5)
                    no_self = a == b and rng.random() < 0.5
                    one = numpy.ones((net.n[a], net.n[b])) - (numpy.eye(net.n[a]) if no_self else 0)
                    net.connect(a, b, repr(w), "", w * one, "; self = no" if no_self else "")
        verdict, method, file = check("\n".join(net.text))
        counts[verdict] = counts.get(verdict, 0) + 1
        why = complaint(net, verdict, file) if file and "populations" in file["matrix"] else None
        if not why and verdict == "certified" and numpy.linalg.eigvals(net.matrix()).real.max() > 1e-9:
            why = "not even stable"
        if why or verdict == "undecided":
            wrong.append((place, sizes, verdict, method, why, "\n".join(net.text)))
    undecided = counts.get("undecided", 0)
    real = [x for x in wrong if x[2] != "undecided"]
    report(not real and undecided <= 2 and counts.get("certified", 0) > 20 and counts.get("refuted", 0) > 20,
           "symbol: several populations, %s" % counts, (real or wrong)[:2])


test_closed_forms()
test_one_population()
test_populations()
sys.exit(failed != 0)
