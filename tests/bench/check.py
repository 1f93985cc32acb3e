#!/usr/bin/python3
"""Time to a proved answer about diagonal stability, beside semidefinite programs that only estimate one.

    EIGC=build/eigc /usr/bin/python3 tests/bench/check.py [--runs=3] [--limit=600] [--enough=F] [--sizes=200,500]

Matrices of two families, scaled to a margin on either side of the edge, which eigc itself brackets by proofs; the same
matrices for DSDP, CSDP and SDPA (Debian: dsdp, coinor-csdp, sdpa), in turn, as max t with M(q) >= t I, 0 <= q <= 1. Peers are compared with `eigc check --only=diagonal-stability`, their question; what
the whole check takes stands beside it. Seconds are those of the processor of whole processes, one thread, medians; a peer is run once, and
left at --limit seconds, or with --enough=F at F times as long as it would take for eigc to be faster by its goal. Rewrites the table of docs/performance.md."""
import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import tempfile

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "performance.md")
PEERS = {"DSDP": ["dsdp5"], "CSDP": ["csdp"], "SDPA": ["sdpa"]}
GOALS = {"DSDP": 20, "CSDP": 50, "SDPA": 400}       # times as fast
THE_QUESTION = "--only=diagonal-stability"         # of the peers
MARGINS = [0.1, 0.01, 0.001, -0.001, -0.01, -0.1]


def processor_seconds(command, folder, limit):
    """Of one process, with its output; None past the limit."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    cap = lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))
    done = subprocess.run(command, cwd=folder, env=one_thread, preexec_fn=cap, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode < 0:
        return None, done.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


# ---- matrices ----

def excitatory_inhibitory(n, rng):
    """A fifth inhibitory and four times as strong; gains spread over a decade from neuron to neuron."""
    w = rng.lognormal(0, 1, (n, n)) * rng.lognormal(0, 1, (n, 1)) * rng.lognormal(0, 0.5, (1, n))
    w[:, n * 4 // 5:] *= -4
    w[n * 4 // 5:, :n * 4 // 5] *= 3
    return w


def balanced(n, rng):
    """The same with equal gains."""
    w = np.abs(rng.normal(1, 0.5, (n, n)))
    w[:, n * 4 // 5:] *= -4
    return w


def mixed(n, rng):
    """Signs at random, gains spread."""
    return rng.normal(0, 1, (n, n)) * rng.lognormal(0, 1, (n, 1))


def write_model(folder, make, n):
    w = make(n, np.random.default_rng(n))
    np.fill_diagonal(w, 0)
    w = np.round(w / np.sqrt((w * w).sum() / n), 6)
    np.save(os.path.join(folder, "w.npy"), w)
    with open(os.path.join(folder, "m.eig"), "w") as f:
        f.write("param g = 1\npopulation V mixed { size = %d; tau = 10 ms; cost = nonnegative }\n"
                "connect V -> V { weight = g * matrix(\"w.npy\") }\n" % n)
    return w


def verdict(folder, g):
    text = processor_seconds([EIGC, "check", THE_QUESTION, "--set", "g=%.9g" % g, "m.eig"], folder, 600)[1]
    return re.search(r"diagonal stability +(\w+)", text).group(1)


def edge(folder):
    """The critical gain, to a part in ten thousand, by proofs from both sides."""
    low, high = 0.0, 1.0
    while verdict(folder, high) != "refuted":
        low, high = high, 2 * high
    while high - low > 1e-4 * high:
        middle = (low + high) / 2
        answer = verdict(folder, middle)
        if answer == "certified":
            low = middle
        elif answer == "refuted":
            high = middle
        else:
            break               # so near that neither is found
    return (low + high) / 2


def write_sdp(path, a):
    """SDPA's sparse format: variables q and t; blocks M(q) - t I, q, 1 - q."""
    n = len(a)
    with open(path, "w") as f:
        f.write("%d\n3\n%d %d %d\n" % (n + 1, n, -n, -n) + "0 " * n + "-1\n")
        for i in range(1, n + 1):
            f.write("0 3 %d %d -1\n" % (i, i))
        for i in range(n):
            for j in range(n):
                x = -a[i, j] * (2 if i == j else 1)
                if x:
                    f.write("%d 1 %d %d %.17g\n" % (i + 1, min(i, j) + 1, max(i, j) + 1, x))
            f.write("%d 2 %d %d 1\n%d 3 %d %d -1\n" % (i + 1, i + 1, i + 1, i + 1, i + 1, i + 1))
        for i in range(1, n + 1):
            f.write("%d 1 %d %d -1\n" % (n + 1, i, i))


# ---- rows ----

def median(folder, command, runs):
    found = [processor_seconds(command, folder, 600) for _ in range(runs)]
    word = re.search(r"diagonal stability +(\w+)", found[0][1])
    return statistics.median(t for t, _ in found), word.group(1)


def both(folder, runs, *settings):
    """Seconds of the peers' question and of the whole check, and the verdict."""
    part, answer = median(folder, [EIGC, "check", THE_QUESTION, *settings, "m.eig"], runs)
    whole, again = median(folder, [EIGC, "check", *settings, "m.eig"], runs)
    assert answer == again
    return part, whole, answer


def compare(make, n, runs, limit, enough):
    with tempfile.TemporaryDirectory() as folder:
        w = write_model(folder, make, n)
        critical = edge(folder)
        slow = set()
        for margin in MARGINS:
            g = critical * (1 - margin)
            seconds, whole, answer = both(folder, runs, "--set", "g=%.9g" % g)
            write_sdp(os.path.join(folder, "m.dat-s"), g * w - np.eye(n))
            cells = []
            for name, command in PEERS.items():
                taken = None
                left = min(limit, np.ceil(enough * GOALS[name] * seconds)) if enough else limit
                if shutil.which(command[0]) and name not in slow:
                    taken, _ = processor_seconds(command + ["m.dat-s"] + (["m.out"] if name != "DSDP" else []), folder, left)
                    if taken is None and left == limit:
                        slow.add(name)
                cells.append("%.3g (%.0fx)" % (taken, taken / seconds) if taken else "over %g (%.0fx)" % (left, left / seconds)
                             if shutil.which(command[0]) else "")
            yield "| %d %s | %+g %% | %s | %.3f | %.3f | %s |" % (n, make.__name__.replace("_", "-"), 100 * margin, answer, seconds, whole, " | ".join(cells))


def alone(what, text, runs, files={}):
    """A row without peers."""
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            with open(os.path.join(folder, name), "w") as f:
                f.write(files[name])
        with open(os.path.join(folder, "m.eig"), "w") as f:
            f.write(text)
        seconds, whole, answer = both(folder, runs)
    return "| %s | | %s | %.3f | %.3f | | | |" % (what, answer, seconds, whole)


def dense_thousand(make, margin, runs):
    with tempfile.TemporaryDirectory() as folder:
        write_model(folder, make, 1000)
        g = edge(folder) * (1 - margin)
        seconds, whole, answer = both(folder, runs, "--set", "g=%.9g" % g)
    return "| 1000 %s | %+g %% | %s | %.3f | %.3f | | | |" % (make.__name__.replace("_", "-"), 100 * margin, answer, seconds, whole)


def sheet(side, gain):
    """Neurons in a sheet, each joined to the twelve nearest; two of five inhibit; strengths spread."""
    rng = np.random.default_rng(1)
    sign = np.where(rng.random(side * side) < 0.4, -1, 1)
    x, y = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    lines = ["source,target,w\n"]
    for dx, dy in [(dx, dy) for dx in range(-2, 3) for dy in range(-2, 3) if 0 < dx * dx + dy * dy <= 4]:
        inside = (x + dx >= 0) & (x + dx < side) & (y + dy >= 0) & (y + dy < side)
        source, target = (x * side + y)[inside], ((x + dx) * side + y + dy)[inside]
        w = rng.lognormal(0, 0.5, len(source)) * gain / 12 * sign[source]
        lines += ["%d,%d,%.4f\n" % row for row in zip(source, target, w)]
    return "".join(lines)


SHEET = """population sheet mixed { size = 99856; tau = 10 ms; cost = nonnegative }
connect sheet -> sheet { weight = edges("sheet.csv") }
"""


def eight_populations():
    text = "".join("population P%d %s { size = 125000; tau = 10 ms; cost = nonnegative }\n" % (k, "inhibitory" if k % 4 == 3 else "excitatory")
                   for k in range(8))
    return text + "".join("connect P%d -> P%d { weight = %g; scale = 1/n }\n" % (k, j, 0.1 + 0.01 * ((k * 5 + j * 3) % 7)) for k in range(8) for j in range(8))


SPARSE = """population E excitatory { size = 80000; tau = 10 ms; cost = nonnegative }
population I inhibitory { size = 20000; tau = 10 ms; cost = nonnegative }
connect E -> E { weight = 0.05; pattern = random(indegree = 8) }
connect I -> E { weight = 0.2; pattern = random(indegree = 2) }
connect E -> I { weight = 0.05; pattern = random(indegree = 8) }
connect I -> I { weight = 0.2; pattern = random(indegree = 2) }
"""


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--runs", type=int, default=3, help="of eigc, whose median counts")
    p.add_argument("--limit", type=float, default=600, help="seconds after which a peer is left")
    p.add_argument("--enough", type=float, default=0, help="leave a peer at this multiple of what eigc's goal asks")
    p.add_argument("--sizes", type=lambda s: [int(x) for x in s.split(",") if x], default=[200, 500], help="rows, as in 200,500")
    return p.parse_args()


def main():
    asked = options()
    runs, limit, enough = asked.runs, asked.limit, asked.enough
    lines = []

    def add(line):
        print(line, flush=True)
        lines.append(line)

    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    add("%s, %s, one core; seconds of the processor, medians of %d, peers once." % (platform.machine(), cpu, runs))
    add("")
    add("| matrix | margin | proved | diagonal stability | whole check | DSDP | CSDP | SDPA |")
    add("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for n in asked.sizes:
        for make in (excitatory_inhibitory, mixed):
            for line in compare(make, n, runs, limit, enough):
                add(line)
    add(dense_thousand(balanced, 0.1, runs))
    add(dense_thousand(excitatory_inhibitory, 0.02, runs))
    add(dense_thousand(excitatory_inhibitory, -0.02, runs))
    add(alone("10^6 neurons, 8 populations", eight_populations(), runs))
    add(alone("100,000 neurons, 10^6 synapses at random", SPARSE, runs))
    add(alone("a sheet of 99,856 neurons, 1.2 10^6 synapses to neighbours", SHEET, runs, {"sheet.csv": sheet(316, 0.95)}))
    text = open(PAGE).read()
    text = re.sub(r"(<!-- bench-check -->\n).*?(<!-- end -->)", lambda m: m.group(1) + "\n".join(lines) + "\n" + m.group(2), text, flags=re.S)
    open(PAGE, "w").write(text)


if __name__ == "__main__":
    main()
