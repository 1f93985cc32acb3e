#!/usr/bin/python3
"""Six workloads, W1 to W6, by eigc and by peers that are installed: gcc, NumPy, SciPy, Octave, OpenBLAS, FFTW, SUNDIALS, XPPAUT, Brian2. Every program is
a process on one thread; programs take turns; what a step takes is the difference of a long and a short run in seconds of the processor, the least of
some; start-up is told apart, and after the short run all have the same numbers. What the processor can do at most is measured in the same run.
Rewrites the tables of docs/performance.md, with --quick or --only prints them.

    EIGC=build/eigc /usr/bin/python3 tests/bench/workloads.py [--runs=5] [--quick] [--only=pair,dense] [--beside=OTHER_EIGC] [--reference=DIR]

--reference: hand-written programs w1_gcc to w6_gcc in DIR that measure themselves, on data of their own; they may need AVX-512.
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

from by_error import pair_by_error, sweep_by_error
from measure import against, costs, load, machine, numbers, once, table, time_of, write_page
from networks import WORKLOADS
from ways import Bench


HEADS = ["workload", "program", "time", "eigc is", "of the limit", "start-up, s", "digits"]
LIMITS = ("memory", "8 MB", "256 kB", "arithmetic")


def limits(b):
    """What one thread can do: bytes a second read from memory and from caches of these sizes, and operations a second."""
    ways = b.c("limits", seconds=0)
    if not ways:
        return {}
    return dict(zip(LIMITS, numbers(once(ways["C, gcc"][0](0), b.folder).text)))


def limits_text(most):
    if not most:
        return ""
    return ("One thread reads %.1f GB/s from memory, %.1f from 8 MB in a cache and %.1f from 256 kB, and does %.1f billion operations a second in chains of "
            "multiply-adds: `of the limit` is the share of the first, or of the last, that a step makes use of, where it has to read weights or multiply by "
            "them; what a cache keeps of the weights makes it more than one.\n\n" % tuple(most[k] / 1e9 for k in LIMITS))


def share(w, cost, most):
    """Of what the processor can do at most."""
    if not w.bound or not most:
        return ""
    what, amount = w.bound
    return f"{amount / cost.step / most[what]:.2f}"


def digits(ours, theirs, statistical):
    """How many digits agree, of the worst number; of noise: how many standard errors of a mean they are apart."""
    if statistical:
        n = np.array([3200, 6400, 800, 1600])       # the variance of a mean is s^2 / n, that of s about s^2 / 2 n
        spread = np.repeat(ours[[1, 3]], 2) * np.sqrt(2 / n)
        apart = np.abs(ours - theirs) / spread
        if apart.max() > 6:
            sys.exit(f"the results differ: {ours} and {theirs}")
        return f"{apart.max():.1f} sd"
    apart = np.max(np.abs(ours - theirs) / np.maximum(np.abs(ours), np.abs(theirs)))
    if apart > 1e-6:
        sys.exit(f"the results differ: {ours} and {theirs}")
    return "all" if apart < 1e-15 else str(int(-math.log10(apart)))


def measured(b, w, runs, seconds):
    ways = {name: (command, w.few, w.few + max(2, round(seconds / about))) for name, (command, about) in w.ways.items()}
    return costs(ways, runs, b.folder)


def rows_of(w, done, most):
    ours, rows = done["eigc"], []
    for name, cost in done.items():
        same = "" if name == "eigc" else digits(numbers(ours.text), numbers(cost.text), w.key == "noise")
        if cost.step <= 0:          # other work hides them
            rows.append(["" if rows else w.title, name, "not seen", "", "", f"{cost.start:.3f}", same])
            continue
        ratio = "" if name == "eigc" or ours.step <= 0 else against(cost.step, ours.step)
        rows.append(["" if rows else w.title, name, f"{time_of(cost.step / w.units)} a {w.unit}", ratio, share(w, cost, most), f"{cost.start:.3f}", same])
    return rows


def reference_rows(directory, w, ours, seconds):
    """Programs that measure themselves and print `W1 name  seconds s ...`."""
    if not w.reference:
        return []
    program = os.path.join(directory, w.reference[0] + "_gcc")
    if not os.path.exists(program):
        return [["", f"{w.reference[0]} is not in the directory of references", "", "", "", "", ""]]
    units = 10000 if w.key == "sweep" else w.units
    n = max(2, min(round(0.5 * seconds / (ours.step / w.units * units)), 10 ** 7))
    command = [program, *w.reference[1].format(n=n).split()]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, EB_CLOCK="cpu", OPENBLAS_NUM_THREADS="1"))
    if done.returncode < 0:
        return [["", f"reference: {w.reference[0]} cannot run here (signal {-done.returncode}; it needs AVX-512)", "", "", "", "", ""]]
    rows = []
    for line in done.stdout.splitlines():
        said = re.match(r"W\d (.*?)\s+([0-9.]+) s ", line)
        if said and "2T" not in said[1] and re.search("tuned|1T|own|ARS|Philox|K=", said[1]):
            step = float(said[2]) / (n * units)
            if step > 0:
                name = "reference: " + re.sub(r"\s+", " ", said[1])
                rows.append(["", name, f"{time_of(step)} a {w.unit}", against(step, ours.step / w.units), "", "", ""])
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--beside")
    parser.add_argument("--reference")
    options = parser.parse_args()
    runs, seconds = options.runs or (1 if options.quick else 5), 0.3 if options.quick else 1.0
    only = [name for name in options.only.split(",") if name]
    before, rows, text = load(), [], ""
    with tempfile.TemporaryDirectory() as folder:
        b = Bench(folder, options)
        most = limits(b)
        for name in only or WORKLOADS:
            for w in WORKLOADS[name](b):
                done = measured(b, w, runs, seconds)
                rows += rows_of(w, done, most) + (reference_rows(options.reference, w, done["eigc"], seconds) if options.reference else [])
                print(table(HEADS, rows[-len(done):]), file=sys.stderr, flush=True)
        text = limits_text(most) + table(HEADS, rows)
        if "pair" in (only or WORKLOADS) and not options.quick:
            text += "\nW1 with steps by error: seconds of the processor for a unit of time; the error is that of both rates.\n\n"
            text += pair_by_error(b, runs, seconds)
        if "sweep" in (only or WORKLOADS) and not options.quick:
            text += "\nW2 with steps by error, 25 sets.\n\n" + sweep_by_error(b, runs)
    missing = f" Not installed: {', '.join(sorted(set(b.missing)))}." if b.missing else ""
    text = (f"{machine()}, load {before} to {load()}; one thread each; seconds of the processor, the least of {runs} long runs less the "
            f"least of {runs} short ones, in turn.{missing}\n\n" + text)
    print(text)
    if not options.quick and not only and not options.reference and not options.beside:
        write_page("bench-workloads", text)


main()
