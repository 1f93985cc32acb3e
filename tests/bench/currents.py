#!/usr/bin/python3
"""Time of a step against the number of neurons, for FitzHugh-Nagumo neurons with chemical and electrical synapses
between all of them: it grows with the neurons, not with the pairs.

    EIGC=build/eigc python3 tests/bench/currents.py [--reference]"""
import os
import subprocess
import sys
import tempfile
import time

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
MODEL = """
population C excitatory {
  size     = %d
  v'       = v - v^3 / 3 - w + input
  w'       = 0.08 * (v + 0.7 - 0.8 * w)
  rate     = 1 / (1 + exp(-v / 0.5))
  input    = 0.5
  start(v) = -1 + i / %d
}
connect C -> C { current = pre.rate * (2 - post.v); weight = 0.4; scale = 1/n; self = no }
connect C -> C { current = pre.v - post.v; weight = 0.1; scale = 1/n }
simulate { duration = %g; method = rk4; step = 0.01; record mean(C.v) every %g }
"""


def seconds(folder, n, steps):
    path = os.path.join(folder, "model.eig")
    with open(path, "w") as f:
        f.write(MODEL % (n, n, steps * 0.01, steps * 0.01))
    start = time.monotonic()
    subprocess.run([EIGC, "run", "-q", "--no-check", *sys.argv[1:], "-o", os.path.join(folder, "model.npz"), path], check=True)
    return time.monotonic() - start


def main():
    print("%10s %8s %14s %16s" % ("neurons", "steps", "ms a step", "ns a neuron, step"))
    with tempfile.TemporaryDirectory() as folder:
        for n in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6):
            steps = max(4, 2 * 10 ** 6 // n)
            one = min(seconds(folder, n, steps) for _ in range(3))
            two = min(seconds(folder, n, 3 * steps) for _ in range(3))
            each = (two - one) / (2 * steps)
            print("%10d %8d %14.4f %16.1f" % (n, steps, 1e3 * each, 1e9 * each / n), flush=True)


main()
