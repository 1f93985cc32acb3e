#!/usr/bin/python3
"""Whole-process times, in turn, medians; rewrites the table of docs/performance.md.

    EIGC=build/eigc /usr/bin/python3 tests/bench/bench.py [runs]
"""
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGE = os.path.join(ROOT, "docs", "performance.md")


def once(command, folder):
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start, done.returncode


def in_turn(commands, runs):
    """Medians of each command, the commands alternating so that drift hits all alike."""
    times = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(runs + 1):
            for name, command in commands.items():
                seconds, status = once(command, folder)
                if status not in (0, 1):
                    sys.exit(f"{name} ended with status {status}: {' '.join(command)}")
                if k > 0:       # the first round warms the caches
                    times[name].append(seconds)
    return {name: statistics.median(t) for name, t in times.items()}


def agree(pair_ode):
    """The last E of both programs, to show that they computed the same run."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([EIGC, "run", os.path.join(HERE, "pair.eig"), "-o", "pair.csv"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["xppaut", "-silent", pair_ode], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ours = open(os.path.join(folder, "pair.csv")).read().splitlines()[-1].split(",")
        theirs = open(os.path.join(folder, "output.dat")).read().splitlines()[-1].split()
        return float(ours[1]), float(theirs[1])


def against(peer, seconds):
    return f"{peer / seconds:.1f}x faster" if seconds < peer else f"{seconds / peer:.1f}x slower"


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    example = os.path.join(ROOT, "examples", "01-wilson-cowan.eig")
    pair = os.path.join(HERE, "pair.eig")
    ode = os.path.join(HERE, "pair.ode")
    commands = {
        "eigc run, .npz": [EIGC, "run", pair, "-o", "pair.npz"],
        "eigc run, .csv": [EIGC, "run", pair, "-o", "pair.csv"],
        "eigc check": [EIGC, "check", example],
        "eigc check, worm": [EIGC, "check", os.path.join(ROOT, "examples", "04-worm.eig")],
        "eigc check, two million neurons": [EIGC, "check", os.path.join(ROOT, "examples", "06-million.eig")],
        "eigc check, cortical microcircuit": [EIGC, "check", os.path.join(ROOT, "examples", "05-cortical-microcircuit.eig")],
    }
    note = ""
    if shutil.which("xppaut"):
        commands = {"xppaut -silent": ["xppaut", "-silent", ode], **commands}
        ours, theirs = agree(ode)
        note = f"Last recorded E: eigc {ours:.8g}, XPPAUT {theirs:.8g}.\n"
    else:
        print("xppaut is not installed (apt-get install xppaut): no peer in this run", file=sys.stderr)
    medians = in_turn(commands, runs)

    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    lines = [f"{platform.machine()}, {cpu}, {os.cpu_count()} cores; medians of {runs} whole processes, run in turn.", "",
             "| command | seconds | against xppaut |", "| --- | --- | --- |"]
    peer = medians.get("xppaut -silent")
    for name, seconds in medians.items():
        compared = peer and ("run" in name)
        lines.append(f"| `{name}` | {seconds:.4f} | {against(peer, seconds) if compared else ''} |")
    table = "\n".join(lines) + "\n\n" + note
    print(table)
    text = open(PAGE).read()
    text = re.sub(r"(<!-- bench -->\n).*?(<!-- end -->)", lambda m: m.group(1) + table + m.group(2), text, flags=re.S)
    open(PAGE, "w").write(text)


main()
