#!/usr/bin/python3
"""Whole processes, in turn, medians: from reading a model to its last record. Rewrites the first table of docs/performance.md.

    EIGC=build/eigc /usr/bin/python3 tests/bench/bench.py [runs]
"""
import os
import shutil
import statistics
import sys
import tempfile

from measure import EIGC, HERE, ROOT, against, in_turn, load, machine, table, write_page


def last_rates(folder):
    """The last E of both programs, to show that they computed the same run."""
    with open(os.path.join(folder, "pair.csv")) as ours, open(os.path.join(folder, "output.dat")) as theirs:
        return float(ours.read().splitlines()[-1].split(",")[1]), float(theirs.read().splitlines()[-1].split()[1])


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    pair, example = os.path.join(HERE, "pair.eig"), os.path.join(ROOT, "examples", "")
    commands = {
        "eigc run, .npz": [EIGC, "run", pair, "-o", "pair.npz"],
        "eigc run, .csv": [EIGC, "run", pair, "-o", "pair.csv"],
        "eigc check": [EIGC, "check", example + "01-wilson-cowan.eig"],
        "eigc check, worm": [EIGC, "check", example + "04-worm.eig"],
        "eigc check, two million neurons": [EIGC, "check", example + "06-million.eig"],
        "eigc check, cortical microcircuit": [EIGC, "check", example + "05-cortical-microcircuit.eig"],
    }
    has_peer = shutil.which("xppaut")
    if has_peer:
        commands = {"xppaut -silent": ["xppaut", "-silent", os.path.join(HERE, "pair.ode")], **commands}
    else:
        print("xppaut is not installed (apt-get install xppaut): no peer in this run", file=sys.stderr)
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        medians = {name: statistics.median(r.wall for r in done) for name, done in in_turn(commands, runs, folder, (0, 1)).items()}
        note = "Last recorded E: eigc %.8g, XPPAUT %.8g.\n" % last_rates(folder) if has_peer else ""
    peer = medians.get("xppaut -silent")
    rows = [[f"`{name}`", f"{seconds:.4f}", against(peer, seconds) if peer and "run" in name else ""] for name, seconds in medians.items()]
    text = (f"{machine()}, load {before} to {load()}; medians of {runs} whole processes, run in turn.\n\n"
            + table(["command", "seconds", "against xppaut"], rows) + "\n" + note)
    print(text)
    write_page("bench", text)


main()
