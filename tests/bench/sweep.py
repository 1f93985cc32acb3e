#!/usr/bin/python3
"""A sweep of a Wilson-Cowan pair by RK4, seconds of the processor of whole processes on one thread, in turn, medians: eigc, the same in C (sweep.c: gcc, vectors
of libmvec), and NumPy arrays; the results agree. Rewrites the table of docs/performance.md.

    EIGC=build/eigc /usr/bin/python3 tests/bench/sweep.py [runs]
"""
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile

import numpy as np

from measure import EIGC, HERE, machine, table, write_page

CASES = ((100, 100, 1000), (20, 50, 20000), (40, 50, 50000))         # values of P, values of w_EI, steps


def slopes(P, w, e, i):
    return (1 / (1 + np.exp(-1.3 * (16 * e - w * i + P - 4))) - e, (1 / (1 + np.exp(-2 * (15 * e - 3 * i - 3.7))) - i) / 2)


def by_numpy(n_P, n_w, steps):
    P, w = (x.ravel() for x in np.meshgrid(np.linspace(0.5, 2.5, n_P), np.linspace(10, 15, n_w), indexing="ij"))
    e, i, h = np.full(P.shape, 0.1), np.full(P.shape, 0.05), 0.01
    for _ in range(steps):
        k1 = slopes(P, w, e, i)
        k2 = slopes(P, w, e + 0.5 * h * k1[0], i + 0.5 * h * k1[1])
        k3 = slopes(P, w, e + 0.5 * h * k2[0], i + 0.5 * h * k2[1])
        k4 = slopes(P, w, e + h * k3[0], i + h * k3[1])
        e, i = (x + h / 6 * (a + 2 * b + 2 * c + d) for x, a, b, c, d in zip((e, i), k1, k2, k3, k4))
    return e


def processor_seconds():
    """Of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def timed(run):
    start = processor_seconds()
    result = run()
    return processor_seconds() - start, result


def eigc(folder, n_P, n_w, steps):
    model = os.path.join(folder, "sweep.eig")
    with open(os.path.join(HERE, "sweep.eig")) as source, open(model, "w") as file:
        file.write(source.read().replace("DURATION", repr(steps / 100)))
    subprocess.run([EIGC, "sweep", model, f"--over=P=0.5:2.5:{n_P}", f"--over=w_EI=10:15:{n_w}", "--measure=final(E)", "--threads=1", "-q",
                    "-o", os.path.join(folder, "s.csv")], check=True)
    with open(os.path.join(folder, "s.csv")) as file:
        return np.array([float(row["final(E)"]) for row in csv.DictReader(line for line in file if not line.startswith("#"))])


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "sweep")
        subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", os.path.join(HERE, "sweep.c"), "-o", program, "-lmvec", "-lm"], check=True)
        for n_P, n_w, steps in CASES:
            ways = {
                "eigc": lambda: eigc(folder, n_P, n_w, steps),
                "C": lambda: np.array(subprocess.check_output([program, str(n_P), str(n_w), str(steps)], text=True).split(), float),
                "NumPy": lambda: by_numpy(n_P, n_w, steps),
            }
            times = {name: [] for name in ways}
            for k in range(runs + 1):
                results = {}
                for name, run in ways.items():
                    if name == "NumPy" and k > 1:
                        continue
                    seconds, results[name] = timed(run)
                    if k > 0:           # the first round warms the caches
                        times[name].append(seconds)
                for result in results.values():
                    assert np.abs(result - results["eigc"]).max() < 1e-9
            t = {name: statistics.median(s) for name, s in times.items()}
            rows.append([str(n_P * n_w), str(steps), f"{t['eigc']:.3f}", f"{t['C']:.3f}", f"{t['NumPy']:.2f}",
                         f"{1e9 * t['eigc'] / (n_P * n_w * steps):.1f}",
                         f"{t['C'] / t['eigc']:.2f}x", f"{t['NumPy'] / t['eigc']:.1f}x"])
    heads = ["sets", "steps", "eigc, s", "C arrays, s", "NumPy, s", "eigc, ns a set and step", "against C", "against NumPy"]
    text = f"{machine()}, one thread; medians of {runs} whole processes, run in turn, NumPy once.\n\n" + table(heads, rows)
    print(text)
    write_page("bench-sweep", text)


main()
