#!/usr/bin/python3
"""Time of a step against the number of neurons, where all pairs are joined: FitzHugh-Nagumo neurons with chemical and
electrical synapses, rates on a ring with a kernel that reaches ten neurons to each side, rates on a torus with one that reaches
two, and rates on a ring with a cosine of all distances and with a kernel that reaches thousands. It grows with the neurons, not with the pairs. Seconds are those of
the processor: the median over pairs of runs, one behind the other, of their difference, which is that of the steps alone.

    EIGC=build/eigc python3 tests/bench/currents.py [--reference]"""
import os
import resource
import statistics
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
TORUS = """
population E excitatory {
  tau   = 20 ms
  cost  = nonnegative
  input = sin(i)
  place = torus(%d, %d, spacing = 1 um)
}
connect E -> E { weight = 0.08; pattern = kernel(max(0, 1 - distance / 2.5 um)) }
simulate { duration = %g ms; method = rk4; step = 0.01 ms; record mean(E) every %g ms }
"""
COSINE = KERNEL.replace("0.08", "0.8").replace("max(0, 1 - distance / 10 um)", "cosine(0.5), normalize = yes")
WIDE = KERNEL.replace("0.08", "0.8").replace("max(0, 1 - distance / 10 um)", "gaussian(200 um), normalize = yes")
MODELS = (("currents", CURRENTS), ("kernel", KERNEL), ("torus", TORUS), ("cosine", COSINE), ("wide", WIDE))
PAIRS = 5


def sizes(name, n):
    """The two numbers that the model is given: its neurons, twice, or columns and rows."""
    columns = int(n ** 0.5) // 10 * 10 if name == "torus" else n
    while n % columns:
        columns -= 1
    return (columns, n // columns) if name == "torus" else (n, n)


def seconds(folder, name, model, n, steps):
    path = os.path.join(folder, "model.eig")
    with open(path, "w") as f:
        f.write(model % (*sizes(name, n), steps * 0.01, steps * 0.01))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([EIGC, "run", "-q", "--no-check", "--threads=1", *sys.argv[1:], "-o", os.path.join(folder, "model.npz"), path], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    print("%10s %10s %8s %14s %16s" % ("", "neurons", "steps", "ms a step", "ns a neuron, step"))
    with tempfile.TemporaryDirectory() as folder:
        for name, model in MODELS:
            for n in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6):
                few, many = 4, 4 + max(20, 10 ** 7 // n)
                differences = [seconds(folder, name, model, n, many) - seconds(folder, name, model, n, few) for _ in range(PAIRS)]
                each = statistics.median(differences) / (many - few)
                print("%10s %10d %8d %14.4f %16.1f" % (name, n, many - few, 1e3 * each, 1e9 * each / n), flush=True)


main()
