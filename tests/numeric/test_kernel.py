#!/usr/bin/python3
"""Kernels against their formulas in docs/language.md in 80 bits, and kernels kept by displacement
against the same weights pair by pair. Run from the repository's root with EIGC=program."""
import os
import subprocess
import sys
import tempfile
from fractions import Fraction as F

import mpmath
import numpy

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
LONG = numpy.longdouble
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
        assert p.returncode in (0, 1) and not p.stderr, (text, p.stderr)
        if command[0] != "run":
            return p.stdout
        with numpy.load(os.path.join(d, "m.npz")) as r:
            return {k: r[k] for k in r.files}


def kernel_values(dump):
    """(factor, rows of values by displacement) of the one block, as `eigc dump --net` prints it."""
    lines = dump[dump.index("block 0"):].splitlines()
    assert "kernel" in lines[0], lines[0]
    rows = [[F(w) for w in line.split(":")[1].split()] for line in lines if line.startswith("  rows ")]
    return lines[1].split()[1], rows


def long_of(x):
    high = F(float(x))
    return LONG(float(x)) + LONG(float(x - high))


def ring(n, d):
    return min(d % n, n - d % n)


def test_shapes():
    pi = LONG(numpy.pi)
    cases = [
        ("gaussian(sigma = 3)", 1, lambda d, L: numpy.exp(-d * d / 18)),
        ("exponential(3)", 1, lambda d, L: numpy.exp(-d / 3)),
        ("von_mises(2.5)", 1, lambda d, L: numpy.exp(LONG(2.5) * (numpy.cos(2 * pi * d / L) - 1))),
        ("cosine(0.25)", 1, lambda d, L: (1 + numpy.cos(2 * pi * d / L) / 4) / LONG(1.25)),
        ("mexican_hat(3)", 1, lambda d, L: (1 - d * d / 9) * numpy.exp(-d * d / 18)),
        ("2 * gaussian(2) - exponential(5) / 2", 1, lambda d, L: 2 * numpy.exp(-d * d / 8) - numpy.exp(-d / 5) / 2),
        ("gaussian(3)", 2, lambda d, L: numpy.exp(-d * d / 18)),
        ("mexican_hat(3)", 2, lambda d, L: (1 - d * d / 18) * numpy.exp(-d * d / 18)),
        ("exponential(3)", 2, lambda d, L: numpy.exp(-d / 3)),
    ]
    for shape, axes, want in cases:
        for periodic in (True, False):
            if not periodic and ("von" in shape or "cos" in shape):
                continue
            nx, ny, h = (12, 1, LONG(0.5)) if axes == 1 else (5, 4, LONG(2))
            place = ("ring(6)" if periodic else "line(6)") if axes == 1 else ("torus" if periodic else "grid") + "(5, 4, spacing = 2)"
            size = "size = 12; " if axes == 1 else ""
            text = "population M mixed { %stau = 1; cost = identity; place = %s }\n" % (size, place)
            text += "connect M -> M { weight = 0.3; pattern = kernel(%s) }\n" % shape
            factor, rows = kernel_values(eigc(text, "dump", "--net"))
            dys = range(ny) if periodic else range(1 - ny, ny)
            dxs = range(nx) if periodic else range(1 - nx, nx)
            worst = 0
            for row, dy in zip(rows, dys):
                for value, dx in zip(row, dxs):
                    x = (ring(nx, dx) if periodic else abs(dx)) * h
                    y = (ring(ny, dy) if periodic else abs(dy)) * h
                    exact = want(numpy.sqrt(x * x + y * y), nx * h)
                    got = long_of(value)
                    worst = max(worst, abs(got - exact) / max(abs(exact), LONG(0.01)))
            good = factor == "0.3" and len(rows) == len(dys) and all(len(r) == len(dxs) for r in rows) and worst < 1e-15
            report(good, "kernel: %s on %s" % (shape, place), (factor, float(worst)))


def test_normalize():
    text = "population M excitatory { size = 7; tau = 1; cost = identity; place = ring(7) }\n"
    for self in ("yes", "no"):
        dump = eigc(text + "connect M -> M { weight = 0.3; pattern = kernel(gaussian(2), normalize = yes); self = %s }\n" % self,
                    "dump", "--net")
        lines = dump[dump.index("block 0"):].splitlines()
        factor = float(lines[1].split()[-1])
        rows = [[float(F(w)) for w in line.split(":")[1].split()] for line in lines if line.startswith("  rows ")]
        report(abs(factor * sum(rows[0]) - 0.3) < 1e-6 and (rows[0][0] == 0) == (self == "no"),
               "kernel: normalised, self = %s" % self, (factor, rows))


def test_same_as_pairs():
    """The runs of a kernel and of the same matrix have the same bits."""
    for place, size, n in (("ring(5)", "size = 10; ", 10), ("line(5)", "size = 10; ", 10), ("torus(4, 3)", "", 12), ("grid(4, 3)", "", 12)):
        runs = []
        for how in ("0.11 * exp(-distance / 2); self = no", "0.11 * exp(-distance / 2) * (1 + 0 * pre.i); self = no",
                    "0.11; pattern = kernel(exponential(2)); self = no"):
            text = ("population M inhibitory { %stau = 3; cost = nonnegative; place = %s; input = 1 + sin(i); start = i / 20 }\n"
                    "connect M -> M { weight = %s }\nsimulate { duration = 5; step = 0.25; method = rk4; record M every 1 }\n" % (size, place, how))
            runs.append(eigc(text, "run")["M"])
        good = runs[0].shape == (6, n) and all(numpy.array_equal(runs[0].view(numpy.int64), r.view(numpy.int64)) for r in runs)
        report(good, "kernel: a run has the bits of the matrix, %s" % place, runs)


def test_different_sizes():
    """Kernels between populations of different size are matrices of the same values."""
    text = ("population A excitatory { size = 12; tau = 1; cost = identity; place = ring(6) }\n"
            "population B excitatory { size = 4; tau = 1; cost = identity; place = ring(6) }\n"
            "connect A -> B { weight = 0.5; pattern = kernel(gaussian(2)) }\n")
    dump = eigc(text, "dump", "--net")
    lines = [line for line in dump.splitlines() if line.startswith("  row ")]
    worst = 0
    for i, line in enumerate(lines):
        for j, w in enumerate(line.split(":")[1].split()):
            d = abs(F(6, 4) * i - F(1, 2) * j)
            d = float(min(d, 6 - d))
            worst = max(worst, abs(float(F(w)) - float(numpy.exp(-d * d / 8))))
    report(len(lines) == 4 and worst < 1e-15, "kernel: between populations of different size", (worst, dump))


def test_large():
    """Beyond what a proof reads the values are found by strips: one step from one neuron of rate 1 has them to the last bit, as a
    second program makes them of correctly rounded functions, and a check says what it does not read."""
    n, far = 600000, 40        # so near that it is not computed on a circle
    for kernel, want in (("gaussian(0.5)", lambda d: exp_of(F(-2 * d * d))),
                         ("gaussian(0.5) - 0.3 * gaussian(0.75)", lambda d: exp_of(F(-2 * d * d)) - F(3, 10) * exp_of(F(-8 * d * d, 9)))):
        text = ("population M mixed { size = %d; tau = 1; cost = identity; place = ring(%d); start = max(0, 1 - i) }\n"
                "connect M -> M { weight = 0.7; pattern = kernel(%s%s) }\n"
                "simulate { duration = 1; step = 1; method = euler; record M every 1 }\n")
        for normalize in (False, True):
            model = text % (n, n, kernel, ", normalize = yes" if normalize else "")
            got = eigc(model, "run", "--no-check")["M"][1]
            values = [want(d) for d in range(far)]
            factor = F(7, 10) / (values[0] + 2 * sum(values[1:])) if normalize else F(7, 10)
            wanted = [float(factor * v) for v in values]
            wanted[0] = 1 + (-1 + wanted[0])
            good = all(got[d] == got[-d] == wanted[d] for d in range(far)) and not got[far:-far].any()
            report(good, "kernel: %s of %d places%s" % (kernel, n, ", normalised" if normalize else ""),
                   [(d, got[d], wanted[d]) for d in range(far) if got[d] != wanted[d]])
        said = eigc(model, "check")
        report("its kernels have 600000 values, more than the 524288" in said, "kernel: a check of %s on %d places" % (kernel, n), said)


def exp_of(x):
    """The double nearest to exp(x), which the language takes for it."""
    mpmath.mp.prec = 200
    y = mpmath.exp(mpmath.mpf(x.numerator) / x.denominator)
    return F(float(y)) if y > 2.0 ** -1022 else F(int(mpmath.nint(y * mpmath.mpf(2) ** 1074)), 2 ** 1074)


test_shapes()
test_normalize()
test_same_as_pairs()
test_different_sizes()
test_large()
sys.exit(failed != 0)
