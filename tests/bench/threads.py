#!/usr/bin/python3
"""Steps that threads share, by the clock: dense and sparse networks and one with noise on one thread and on several, on a quiet machine and
beside a process that keeps one processor busy. Runs take turns; a step is the median over pairs of a long and a short run of their difference.

    EIGC=build/eigc /usr/bin/python3 tests/bench/threads.py [--threads=2] [--runs=7] [--write]

--write: into docs/performance.md."""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

from measure import EIGC, load, machine, once, table, write_page

SIMULATE = "simulate { duration = %d; method = %s; step = 0.1; %srecord mean(E) every %d }\n"
NARROW = "precision = f32_weights; "
DENSE = """population E mixed { size = 2000; tau = 10; cost = nonnegative; input = 0.5 + i / 2000 }
connect E -> E { weight = normal(0, 0.02) }
"""
SMALLER = DENSE.replace("2000", "300")
SPARSE = """population E mixed { size = 100000; tau = 10; cost = tanh; input = 0.5 + i / 100000 }
connect E -> E { weight = normal(0, 0.1); pattern = random(indegree = 100) }
"""
ALIKE = SPARSE.replace("normal(0, 0.1)", "0.01")
NOISE = """population E mixed { size = 4000; tau = 10; cost = tanh; input = 1; noise = 0.1 }
connect E -> E { weight = 0.5; scale = 1/n }
"""
WORKLOADS = [       # title, network, method, what else is asked, steps of the short and the long run
    ("dense, 2000 neurons, ReLU", DENSE, "euler", "", 20, 1020),
    ("the same with weights in single precision", DENSE, "euler", NARROW, 20, 2020),
    ("dense, 300 neurons, ReLU", SMALLER, "euler", "", 20, 20020),
    ("sparse, 100000 neurons, 100 synapses each, tanh", SPARSE, "euler", "", 10, 110),
    ("the same with weights in single precision", SPARSE, "euler", NARROW, 10, 110),
    ("the same with one weight", ALIKE, "euler", "", 10, 210),
    ("noise, 4000 neurons", NOISE, "euler_maruyama", "", 20, 20020),
]


def steps(network, method, more, n, threads, folder):
    with open(os.path.join(folder, "m.eig"), "w") as file:
        file.write(network + SIMULATE % (n // 10, method, more, n // 10))
    return once([EIGC, "run", "-q", "--no-check", f"--threads={threads}", "-o", "out.csv", "m.eig"], folder).wall


def step_times(workload, counts, runs, folder):
    """{threads: seconds a step}, in turn."""
    _, network, method, more, few, many = workload
    differences = {n: [] for n in counts}
    for _ in range(runs):
        for n in counts:
            long, short = (steps(network, method, more, k, n, folder) for k in (many, few))
            differences[n].append((long - short) / (many - few))
    return {n: statistics.median(d) for n, d in differences.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    counts, rows, before = (1, options.threads), [], load()
    with tempfile.TemporaryDirectory() as folder:
        for workload in WORKLOADS:
            quiet = step_times(workload, counts, options.runs, folder)
            neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            busy = step_times(workload, counts, options.runs, folder)
            neighbour.kill()
            neighbour.wait()
            one, all_of_them = counts
            rows.append([workload[0], *(f"{1e6 * quiet[n]:.4g} us" for n in counts), f"{quiet[one] / quiet[all_of_them]:.2f}",
                         *(f"{1e6 * busy[n]:.4g} us" for n in counts), f"{busy[one] / busy[all_of_them]:.2f}"])
            print(rows[-1], file=sys.stderr, flush=True)
    text = (f"{machine()}, load {before} before; by the clock, medians of {options.runs}, in turn.\n\n"
            + table(["a step of", "1 thread", f"{options.threads} threads", "times as fast", "1 thread, beside a busy process",
                     f"{options.threads} threads, beside it", "times as fast"], rows))
    print(text)
    if options.write:
        write_page("bench-threads", text)


main()
