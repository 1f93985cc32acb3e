#!/usr/bin/python3
"""Time of a step and memory of a run against the number of neurons, 100 to 10,000,000, of networks whose cost should grow with it and no faster:
two populations that meet through sums, ten synapses to each neuron at random, a ring with a kernel of 19 weights. Seconds are those of the
processor: the difference of the least that long and short runs take, in turn. Memory is the most that a run had. Prints a table and what power
of the neurons each cost grows with; --write puts it in docs/performance.md and draws docs/growth.svg (gnuplot).

    EIGC=build/eigc /usr/bin/python3 tests/bench/growth.py [--most=7] [--runs=3] [--write]"""
import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile

from measure import EIGC, ROOT, load, machine, table, write_page

POPULATION = "population {name} {sign} {{ size = {size}; tau = 20 ms; cost = nonnegative; input = 1 + sin(i){more} }}\n"
STEPS = "simulate {{ duration = {steps} ms; step = 1 ms; method = euler; record mean(E) every {steps} ms }}\n"


def uniform(n):
    text = POPULATION.format(name="E", sign="excitatory", size=n - n // 5, more="") + POPULATION.format(name="I", sign="inhibitory", size=n // 5, more="")
    pairs = (("E", "E", 0.4), ("E", "I", 0.6), ("I", "E", 0.8), ("I", "I", 0.3))
    return text + "".join(f"connect {a} -> {b} {{ weight = {w}; scale = 1/n }}\n" for a, b, w in pairs)


def sparse(n):
    return POPULATION.format(name="E", sign="excitatory", size=n, more="") + "connect E -> E { weight = 0.05; pattern = random(indegree = 10); seed = 1 }\n"


def kernel(n):
    return (POPULATION.format(name="E", sign="excitatory", size=n, more=f"; place = ring({n} um)") +
            "connect E -> E { weight = 0.08; pattern = kernel(max(0, 1 - distance / 10 um)) }\n")


KINDS = {"uniform": uniform, "sparse": sparse, "kernel": kernel}


def process(command, folder):
    """Seconds of the processor, and megabytes at most."""
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measured(folder, make, n, runs):
    """Nanoseconds a neuron and step, megabytes."""
    few, many = 2, 2 + max(32, 4 * 10 ** 7 // n)
    least = {few: math.inf, many: math.inf}
    memory = 0
    for steps in (few, many):
        with open(os.path.join(folder, f"{steps}.eig"), "w") as file:
            file.write(make(n) + STEPS.format(steps=steps))
    for _ in range(runs):
        for steps in (few, many):
            seconds, most = process([EIGC, "run", "-q", "--no-check", "--threads=1", "-o", "out.csv", f"{steps}.eig"], folder)
            least[steps], memory = min(least[steps], seconds), max(memory, most)
    return 1e9 * (least[many] - least[few]) / (many - few) / n, memory


def power(points):
    """Exponent of the neurons in a cost, by least squares over the last two decades, where what does not grow is gone."""
    last = [(math.log(n), math.log(y)) for n, y in points[-3:]]
    mean_x, mean_y = (sum(p[k] for p in last) / len(last) for k in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in last) / sum((x - mean_x) ** 2 for x, _ in last)


def points(found, sizes, kind):
    """Neurons, nanoseconds a neuron and step, megabytes."""
    return [(n, *measured) for n, measured in zip(sizes, found[kind])]


def draw(found, sizes):
    if not shutil.which("gnuplot"):
        sys.exit("gnuplot is missing: Debian package gnuplot-nox")
    data = "".join(f"${kind} << E\n" + "".join(f"{n} {n * ns / 1000} {mb}\n" for n, ns, mb in points(found, sizes, kind)) + "E\n" for kind in found)
    plots = [f"plot {', '.join(f'${kind} using 1:{column} with linespoints title {chr(34)}{kind}{chr(34)}' for kind in found)}" for column in (2, 3)]
    script = (f"set terminal svg size 900,420\nset output '{os.path.join(ROOT, 'docs', 'growth.svg')}'\n{data}set multiplot layout 1,2\n"
              f"set logscale xy\nset key left\nset xlabel 'neurons'\nset format '10^{{%L}}'\nset title 'microseconds a step'\n{plots[0]}\n"
              f"set title 'megabytes'\n{plots[1]}\n")
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--most", type=int, default=7)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--write", action="store_true")
    options = options.parse_args()
    before, sizes = load(), [10 ** k for k in range(2, options.most + 1)]
    found = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            for kind, make in KINDS.items():
                found[kind].append(measured(folder, make, n, options.runs))
                print(f"{kind:8} {n:9} {found[kind][-1][0]:8.3f} ns a neuron and step {found[kind][-1][1]:8.1f} MB", file=sys.stderr)
    heads = ["neurons"] + [f"{kind}: {what}" for kind in found for what in ("ns a neuron and step", "MB")]
    rows = [[str(n)] + [f"{x:.3g}" for kind in found for x in found[kind][k]] for k, n in enumerate(sizes)]
    powers = []
    for kind in found:
        at = points(found, sizes, kind)
        powers += [f"{power([(n, n * ns) for n, ns, _ in at]):.2f}", f"{power([(n, mb) for n, _, mb in at]):.2f}"]
    rows.append(["power of the neurons, over the last three rows", *powers])
    text = f"{machine()}, load {before} before; one thread.\n\n" + table(heads, rows)
    if options.write:
        draw(found, sizes)
        write_page("bench-growth", text)
    print(text)


main()
