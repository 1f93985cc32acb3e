"""What the programs of this folder share: processes measured in turn, what a step costs, tables of docs/performance.md."""
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGE = os.path.join(ROOT, "docs", "performance.md")

Run = namedtuple("Run", "wall cpu text")        # seconds, seconds of the processor, standard output
Cost = namedtuple("Cost", "step start text")    # seconds of the processor a step, seconds before the first step, output of a short run


def once(command, folder, statuses=(0,)):
    """One process. One thread is asked of libraries that would take more."""
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if child.returncode not in statuses:
            sys.exit(f"exit {child.returncode}: {' '.join(map(str, command))}\n{err.read()[-2000:]}")
        return Run(wall, used.ru_utime + used.ru_stime, out.read())


def in_turn(commands, runs, folder, statuses=(0,)):
    """{name: [Run]}: the commands alternate, so that what drifts hits all alike; a first round, which warms the caches, is left out."""
    done = {name: [] for name in commands}
    for k in range(runs + 1):
        for name, command in commands.items():
            one = once(command, folder, statuses)
            if k > 0:
                done[name].append(one)
    return done


def costs(ways, runs, folder):
    """{name: Cost} of {name: (command of a number of steps, few, many)}: the difference of the least that a long and a short run take, which has
    no start-up in it. Other work on the machine makes a run longer and never shorter."""
    commands = {(name, n): command(n) for name, (command, few, many) in ways.items() for n in (few, many)}
    done, result = in_turn(commands, runs, folder), {}
    for name, (_, few, many) in ways.items():
        short, long = done[name, few], done[name, many]
        step = (min(r.cpu for r in long) - min(r.cpu for r in short)) / (many - few)
        result[name] = Cost(step, statistics.median(r.wall for r in short) - few * step, short[-1].text)
    return result


def machine():
    with open("/proc/cpuinfo") as file:
        said = dict(line.split(":", 1) for line in file if ":" in line)
    said = {key.strip(): value.strip() for key, value in said.items()}
    flags = said.get("flags", "").split()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{platform.machine()}, {said.get('model name', '?')}, {vectors}, {os.cpu_count()} cores"


def load():
    return f"{os.getloadavg()[0]:.1f}"


def against(peer, ours):
    """Of times; what differs by less than measuring does is said to be the same."""
    if abs(peer / ours - 1) < 0.05:
        return "as fast"
    return f"{peer / ours:.1f}x faster" if ours < peer else f"{ours / peer:.1f}x slower"


def time_of(seconds):
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def numbers(text):
    return np.array([float(x) for x in re.split(r"[,\s]+", text.strip())])


def table(heads, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows]) + "\n"


def write_page(mark, text):
    """Replaces what stands between <!-- mark --> and the next <!-- end -->."""
    with open(PAGE) as file:
        page = file.read()
    page, n = re.subn(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", lambda m: m.group(1) + text + m.group(2), page, flags=re.S)
    if n != 1:
        sys.exit(f"{PAGE} has {n} places for the table {mark}")
    with open(PAGE, "w") as file:
        file.write(page)
