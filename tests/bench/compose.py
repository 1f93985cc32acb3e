#!/usr/bin/python3
"""Time and memory of the compiler for 500 populations and 9547 connections from circuits, against the neurons in each.
Seconds are those of the processor; the run is of ten steps.

    EIGC=build/eigc python3 tests/bench/compose.py"""
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from many_circuits import model

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def one(folder, command):
    """Seconds and megabytes of a process."""
    with open(os.path.join(folder, "out"), "w") as out:
        child = subprocess.Popen([EIGC] + command, cwd=folder, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit("%s: status %d" % (" ".join(command), status))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def median(folder, command):
    found = [one(folder, command) for _ in range(5)]
    return statistics.median(s for s, _ in found), max(mb for _, mb in found)


def main():
    print("| neurons in each | check, s | check, MB | run, s | run, MB | LLVM's text, kB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for cells in 1, 1000, 100000:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "m.eig"), "w") as f:
                f.write(model(cells))
            checked = median(folder, ["check", "m.eig"])
            ran = "%.3f | %.0f" % median(folder, ["run", "m.eig", "-o", "m.npz"]) if cells <= 1000 else " | "
            one(folder, ["dump", "--llvm", "m.eig"])
            text = os.path.getsize(os.path.join(folder, "out")) / 1000
            print("| %d | %.3f | %.0f | %s | %.0f |" % (cells, *checked, ran, text), flush=True)


main()
