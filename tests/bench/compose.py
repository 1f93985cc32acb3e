#!/usr/bin/python3
"""Time and memory of the compiler for 500 populations and 9547 connections from circuits, against the neurons in each,
and with costs and activations by formula, equal in all circuits, different in each, or with one number of its own in each;
and for 1000 weights by an expression;
and with some 10^8 weights in all; and with delays, noise, equations, currents and inputs of neurons, all but samples.
Seconds are those of the processor; the run is of ten steps.

    EIGC=build/eigc python3 tests/bench/compose.py"""
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from many_circuits import CURRENTS, INPUTS, OWN, WIRES, cells, delayed, driven, model, wired, with_entries, with_formulas, with_own, with_weights

ENTRIES = ("weight = 0.0001 * (1 + pre.i * post.i)", "weight = 0.001 * exp(-abs(pre.i - post.i) / 10)",
           "pattern = random(p = 0.5); weight = 0.001 * (k + 1)", "pattern = random(indegree = 50); weight = 0.001 * (k + 1)")
EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def one(folder, command):
    """Seconds and megabytes of a process."""
    with open(os.path.join(folder, "out"), "w") as out:
        child = subprocess.Popen([EIGC] + command, cwd=folder, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit("%s: status %d" % (" ".join(command), status))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def median(folder, command, times):
    found = [one(folder, command) for _ in range(times)]
    return statistics.median(s for s, _ in found), max(mb for _, mb in found)


def row(name, text, runs=True, times=5):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "m.eig"), "w") as f:
            f.write(text)
        checked = median(folder, ["check", "m.eig"], times)
        ran = "%.3f | %.0f" % median(folder, ["run", "--threads=1", "m.eig", "-o", "m.npz"], times) if runs else " | "
        one(folder, ["dump", "--llvm", "m.eig"])
        size = os.path.getsize(os.path.join(folder, "out")) / 1000
        print("| %s | %.3f | %.0f | %s | %.0f |" % (name, *checked, ran, size), flush=True)


def main():
    print("| circuits | check, s | check, MB | run, s | run, MB | LLVM's text, kB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for cells in 1, 1000, 100000:
        row("%d neurons in each population" % cells, model(cells), cells <= 1000)
    for cells in 1, 3, 10:
        row("connections of every kind, %d neurons in each" % cells, wired(250, cells))
    row("equal formulas", with_formulas("1.3"))
    row("a formula for each circuit", with_formulas("1.3 + index / 1000"))
    for name, body in OWN:
        row("a number for each circuit: " + name, with_own(body), runs=False)
    row("1000 connections, 0.01 * pre.i", with_weights(1000, "0.01 * pre.i"))
    row("delays", delayed(250, 10))
    row("delays of every kind of connection", delayed(250, 10, WIRES))
    row("delays and noise", delayed(250, 10, noise="; noise = 0.02 per sqrt(ms)"))
    row("cells by equations, weights", cells(500, 10, CURRENTS[:1]))
    row("cells by equations, currents", cells(500, 10))
    row("cells by equations, currents of every kind", cells(500, 10, CURRENTS))
    row("inputs drawn for each neuron", driven(250, 10, INPUTS[0]))
    row("inputs that fluctuate", driven(250, 10, INPUTS[1]))
    for body in ENTRIES:
        row("9348 connections of 100 x 100 pairs, " + body, with_entries(250, 100, 41, body), times=1)


main()
