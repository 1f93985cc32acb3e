#!/usr/bin/python3
"""Time and memory against the number of synapses, for random wiring by probability and by indegree.

    EIGC=build/eigc python3 tests/bench/sparse.py [--least=1e6] [--most=1e8] [--repeat=3]

Seconds are those of the processor, which other work on the machine changes little; everything runs on one core. `check`
is the whole process. Of a run, `set up` is what comes before the first step, from two runs of different length; `ns` is
the time of one synapse in one evaluation, of which a step of rk4 has four. Medians."""
import itertools
import os
import statistics
import subprocess
import sys
import tempfile

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
MODEL = """
population E excitatory {
  size  = %d
  tau   = 20 ms
  cost  = nonnegative
  input = 1
}
connect E -> E { weight = %s; pattern = %s }
simulate { duration = %g ms; method = rk4; step = 0.1 ms; record mean(E) every %g ms }
"""
ROWS = [                        # neurons, synapses of a neuron
    (10 ** 5, 10), (10 ** 5, 100), (10 ** 5, 1000), (10 ** 6, 10), (10 ** 6, 100),
]
WEIGHTS = {                     # of 0.5 / k on average or in the middle
    "one": ["%g"],
    "drawn": ["truncated(normal(%g, 0.001), 0, inf)", "lognormal(%g, 0.5)", "2 * lognormal(%g, 0.5) / 3"],
}


def option(name, default):
    for word in sys.argv[1:]:
        if word.startswith("--%s=" % name):
            return word.split("=")[1]
    return default


def once(command):
    """Processor seconds and peak megabytes of one process."""
    child = subprocess.Popen([EIGC] + command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("eigc %s: exit %d" % (" ".join(command), child.returncode))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(folder, n, k, pattern, weight, repeat):
    path, result = os.path.join(folder, "model.eig"), os.path.join(folder, "model.npz")
    weight %= 0.5 / k

    def written(steps):
        with open(path, "w") as f:
            f.write(MODEL % (n, weight, pattern, steps * 0.1, steps * 0.1))

    steps = max(2, min(200, 4 * 10 ** 8 // (4 * n * k)))
    written(steps)
    checks = [once(["check", "-q", path]) for _ in range(repeat)]
    short, long = [], []
    for _ in range(repeat):
        written(steps)
        short.append(once(["run", "-q", "--threads=1", "-o", result, path]))
        written(3 * steps)
        long.append(once(["run", "-q", "--threads=1", "-o", result, path]))
    median = lambda runs, which: statistics.median(run[which] for run in runs)
    each = (median(long, 0) - median(short, 0)) / (2 * steps)
    return (median(checks, 0), median(checks, 1), median(short, 0) - steps * each, median(short, 1),
            1e9 * each / (4 * n * k))


def main():
    least, most, repeat = float(option("least", "1e6")), float(option("most", "1e8")), int(option("repeat", "3"))
    print("| neurons | wiring | weight | synapses | check s | check MB | set up s | run MB | bytes a synapse | ns |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for n, k in ROWS:
            wiring = ("random(p = %g)" % (k / n), "random(indegree = %d)" % k)
            for pattern, weight in itertools.product(wiring, WEIGHTS[option("weights", "one")]):
                if not least <= n * k <= most:
                    continue
                check, check_mb, start, run_mb, ns = measure(folder, n, k, pattern, weight, repeat)
                print("| %d | %s | %s | %.0e | %.3f | %.0f | %.2f | %.0f | %.1f | %.2f |" % (
                    n, pattern, weight.replace("%g", "w"), n * k, check, check_mb, start, run_mb, run_mb * 2 ** 20 / (n * k), ns), flush=True)


main()
