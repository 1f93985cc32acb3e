#!/usr/bin/python3
"""Time of a step against the number of neurons, where all pairs are joined: FitzHugh-Nagumo neurons with chemical and
electrical synapses, and rates on a ring with a kernel that reaches ten neurons to each side. It grows with the neurons,
not with the pairs. Seconds are those of the processor.

    EIGC=build/eigc python3 tests/bench/currents.py [--reference]"""
import os
import resource
import subprocess
import sys
import tempfile

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
CURRENTS = """
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
KERNEL = """
population E excitatory {
  size  = %d
  tau   = 20 ms
  cost  = nonnegative
  input = sin(i)
  place = ring(%d um)
}
connect E -> E { weight = 0.08; pattern = kernel(max(0, 1 - distance / 10 um)) }
simulate { duration = %g ms; method = rk4; step = 0.01 ms; record mean(E) every %g ms }
"""


def seconds(folder, model, n, steps):
    path = os.path.join(folder, "model.eig")
    with open(path, "w") as f:
        f.write(model % (n, n, steps * 0.01, steps * 0.01))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([EIGC, "run", "-q", "--no-check", *sys.argv[1:], "-o", os.path.join(folder, "model.npz"), path], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    print("%10s %10s %8s %14s %16s" % ("", "neurons", "steps", "ms a step", "ns a neuron, step"))
    with tempfile.TemporaryDirectory() as folder:
        for name, model in (("currents", CURRENTS), ("kernel", KERNEL)):
            for n in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6):
                steps = max(4, 2 * 10 ** 6 // n)
                one = min(seconds(folder, model, n, steps) for _ in range(3))
                two = min(seconds(folder, model, n, 3 * steps) for _ in range(3))
                each = (two - one) / (2 * steps)
                print("%10s %10d %8d %14.4f %16.1f" % (name, n, steps, 1e3 * each, 1e9 * each / n), flush=True)


main()
