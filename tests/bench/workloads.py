#!/usr/bin/python3
"""Six workloads, W1 to W6, by eigc and by peers that are installed: gcc, NumPy, SciPy, OpenBLAS, FFTW, XPPAUT. Every program is a process on one
thread; programs take turns; what a step takes is the difference of a long and a short run in seconds of the processor, the least of
some; start-up is told apart, and after the short run all have the same numbers. Rewrites the tables of docs/performance.md, with --quick or --only prints them.

    EIGC=build/eigc /usr/bin/python3 tests/bench/workloads.py [--runs=5] [--quick] [--only=pair,dense] [--beside=OTHER_EIGC] [--reference=DIR]

--reference: hand-written programs w1_gcc to w6_gcc in DIR that measure themselves, on data of their own; they may need AVX-512.
"""
import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple

import numpy as np

from measure import EIGC, HERE, against, costs, load, machine, once, table, write_page

FOLDER = os.path.join(HERE, "workloads")
# ways: {program: (command of steps, seconds that a step takes about)}; few: steps of the short run; units: what a step is divided by
Workload = namedtuple("Workload", "key title few units unit ways reference")


def last_row(command, file, separator):
    """A command, then the numbers of the last row behind the time."""
    return ["sh", "-c", f"{command} && tail -n 1 {file} | cut -d'{separator}' -f2-"]


class Bench:
    """A folder with data and programs, and the commands that run in it."""

    def __init__(self, folder, options):
        self.folder, self.quick = folder, options.quick
        self.eigcs = {"eigc": EIGC, **({"eigc, beside": os.path.abspath(options.beside)} if options.beside else {})}
        self.missing = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def has(self, what, where):
        if not where:
            self.missing.append(what)
        return bool(where)

    def model(self, name, **words):
        """A file of the folder with words replaced, written once for each set of them."""
        text = open(os.path.join(FOLDER if os.path.exists(os.path.join(FOLDER, name)) else HERE, name)).read()
        for old, new in words.items():
            text = text.replace(old, str(new))
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def eigc(self, model, seconds):
        def by(program):
            return lambda n: last_row(f"{program} run -q --no-check --threads=1 --set steps={n} -o out.csv {model}", "out.csv", ",")
        return {name: (by(program), seconds) for name, program in self.eigcs.items()}

    def c(self, name, *words, source=None, seconds, title=None, after=""):
        """words with the number of steps as None."""
        source = source or os.path.join(FOLDER, name + ".c")
        if not self.has("gcc", shutil.which("gcc")):
            return {}
        program = self.path(name + "_c")
        if not os.path.exists(program):
            flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math"]
            subprocess.run(["gcc", *flags, source, "-o", program, "-lmvec", "-lm", "-ldl"], check=True)
        def command(n):
            return ["sh", "-c", " ".join([program, *(str(n) if w is None else str(w) for w in words)]) + after]
        return {title or "C, gcc": (command, seconds)}

    def library(self, what, name, way):
        import ctypes
        try:
            ctypes.CDLL(name)
        except OSError:
            self.missing.append(what)
            return {}
        return way

    def python(self, title, way, *words, seconds, needs=None):
        if needs and subprocess.run([sys.executable, "-c", "import " + needs], stderr=subprocess.DEVNULL).returncode:
            self.missing.append(needs)
            return {}
        return {title: (lambda n: [sys.executable, os.path.join(FOLDER, "arrays.py"), way, str(n), *map(str, words)], seconds)}


def pair(b):
    def xppaut(n):
        edited = f"sed 's/TOTAL/{n / 100}/; s/nout=100000/nout={n}/' {FOLDER}/pair.ode > pair.ode"
        return last_row(f"{edited} && xppaut -silent pair.ode > log", "output.dat", " ")
    ways = {**b.eigc(b.model("pair.eig"), 1.5e-7), **b.c("pair", None, seconds=1.2e-7),
            **({"XPPAUT": (xppaut, 1e-6)} if b.has("xppaut", shutil.which("xppaut")) else {}),
            **b.python("Python, plain numbers", "pair_python", seconds=2.5e-6)}
    return [Workload("pair", "W1 pair, RK4", 1000, 1, "step", ways, ("w1", "{n} 3"))]


def sweep(b):
    n_P, n_w = (40, 50) if b.quick else (100, 100)
    total = "awk '/^#/ { next } h++ { s += $3 } END { printf \"%.15g\\n\", s }' FS=,"
    def by(program):
        def command(n):
            model = b.path(f"sweep_{n}.eig")
            with open(os.path.join(HERE, "sweep.eig")) as source, open(model, "w") as file:
                file.write(source.read().replace("DURATION", repr(n / 100)))
            swept = f"sweep -q --no-check --threads=1 --over=P=0.5:2.5:{n_P} --over=w_EI=10:15:{n_w} '--measure=final(E)'"
            return ["sh", "-c", f"{program} {swept} -o s.csv {model} && {total} s.csv"]
        return command
    sets = n_P * n_w
    ways = {name: (by(program), 2e-8 * sets) for name, program in b.eigcs.items()}
    ways.update(b.c("sweep", n_P, n_w, None, source=os.path.join(HERE, "sweep.c"), seconds=1.5e-8 * sets,
                    title="C arrays, gcc and libmvec", after=" | awk '{ s += $1 } END { printf \"%.15g\\n\", s }'"))
    ways.update(b.python("NumPy arrays", "sweep_numpy", n_P, n_w, seconds=1e-7 * sets, needs="numpy"))
    return [Workload("sweep", f"W2 sweep, {sets} sets, RK4", 100, sets, "set and step", ways, ("w2", "10000 {n} 3"))]


def dense(b):
    n, n_E = 2000, 1600
    rng = np.random.default_rng(3)
    w = np.abs(rng.standard_normal((n, n))) * (0.5 / math.sqrt(n))
    w[:, n_E:] *= 4
    part = {"E": slice(0, n_E), "I": slice(n_E, n)}
    for pre in "EI":
        for post in "EI":
            np.save(b.path(f"{pre}{post}.npy"), np.ascontiguousarray(w[part[post], part[pre]]))
    w[:, n_E:] *= -1
    w.tofile(b.path("dense.bin"))
    ways = {**b.eigc(b.model("dense.eig"), 1e-3)}
    for title, way, seconds in (("C, gcc, rows", "loops", 1e-3), ("C, gcc, columns", "columns", 2e-3)):
        ways.update(b.c("dense", "dense.bin", n, None, way, seconds=seconds, title=title))
    ways.update(b.library("OpenBLAS", "libopenblas.so.0",
                          b.c("dense", "dense.bin", n, None, "blas", seconds=1e-3, title="OpenBLAS, dgemv and a loop")))
    ways.update(b.python("NumPy, W @ x", "dense_numpy", "dense.bin", n, seconds=1.2e-3, needs="numpy"))
    return [Workload("dense", f"W3 dense, {n} neurons, 32 MB of weights, ReLU, Euler", 10, 1, "step", ways, ("w3", "2000 {n} 3 0 1"))]


def write_wiring(b, n, each):
    """Sources of every neuron, drawn one from each of equal stretches, as a row of a file and as four matrices."""
    rng, rows, n_E, k_E = np.random.default_rng(4), [], n // 5 * 4, each // 5 * 4
    for pre, first, size, k in (("E", 0, n_E, k_E), ("I", n_E, n - n_E, each - k_E)):
        width = size // k
        chosen = np.arange(k) * width + rng.integers(0, width, size=(n, k))
        rows.append(first + chosen)
        for post, of in (("E", slice(0, n_E)), ("I", slice(n_E, n))):
            at = np.argwhere(np.ones(chosen[of].shape, bool))
            with open(b.path(f"{pre}{post}.mtx"), "w") as file:
                file.write(f"%%MatrixMarket matrix coordinate pattern general\n{len(chosen[of])} {size} {chosen[of].size}\n")
                lines = np.char.add(np.char.add((at[:, 0] + 1).astype(str), " "), (chosen[of].ravel() + 1).astype(str))
                file.write("\n".join(lines) + "\n")
    np.concatenate(rows, axis=1).astype(np.int32).tofile(b.path("sparse.bin"))


def sparse(b):
    n, each = (20000, 100) if b.quick else (100000, 100)
    write_wiring(b, n, each)
    sizes = {"80000": n // 5 * 4, "20000": n // 5}
    own = b.model("sparse.eig", **sizes)
    with open(own) as file, open(b.path("sparse_one.eig"), "w") as one:
        one.write(file.read().replace(" + (pre.i + post.i) / 5000000", ""))
    about = 5e-10 * n * each        # less than it is: start-up takes seconds, which differ from run to run
    first = {**b.eigc(own, about), **b.c("sparse", "sparse.bin", n, each, None, "own", seconds=about),
             **b.python("SciPy, CSR", "sparse_scipy", "sparse.bin", n, each, seconds=about, needs="scipy.sparse")}
    second = {**b.eigc(b.path("sparse_one.eig"), about), **b.c("sparse", "sparse.bin", n, each, None, "one", seconds=about)}
    where = f"{n} neurons, {each} synapses each, tanh, Euler"
    return [Workload("sparse", f"W4 sparse, {where}", 5, 1, "step", first, ("w4", f"{n} {each} {{n}} 3")),
            Workload("sparse", "W4 with one weight for each pair of populations", 5, 1, "step", second, None)]


def noise(b):
    ways = {**b.eigc(b.model("noise.eig"), 2e-5), **b.c("noise", None, seconds=1e-5, title="C, gcc and libmvec"),
            **b.python("NumPy, sums by hand", "noise_numpy", seconds=8e-5, needs="numpy")}
    return [Workload("noise", "W5 noise, 4000 neurons all to all, Euler-Maruyama", 1000, 4000, "neuron and step", ways, ("w5", "4000 {n} 3"))]


def ring(b):
    n = 4096
    ways = {**b.eigc(b.model("ring.eig"), 1e-5),
            **b.library("FFTW", "libfftw3.so.3", b.c("ring", n, None, "fftw", seconds=2e-5, title="C, FFTW (measured plan)")),
            **b.c("ring", n, None, "direct", seconds=2e-3, title="C, every pair"),
            **b.python("NumPy, rfft and irfft", "ring_numpy", n, seconds=1e-4, needs="numpy")}
    return [Workload("ring", f"W6 ring, {n} neurons, Euler", 5, 1, "step", ways, ("w6", "4096 {n} 3"))]


HEADS = ["workload", "program", "time", "eigc is", "start-up, s", "digits"]
WORKLOADS = {f.__name__: f for f in (pair, sweep, dense, sparse, noise, ring)}


def numbers(text):
    return np.array([float(x) for x in re.split(r"[,\s]+", text.strip())])


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


def time_of(seconds):
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def measured(b, w, runs, seconds):
    ways = {name: (command, w.few, w.few + max(2, round(seconds / about))) for name, (command, about) in w.ways.items()}
    return costs(ways, runs, b.folder)


def rows_of(w, done):
    ours, rows = done["eigc"], []
    for name, cost in done.items():
        same = "" if name == "eigc" else digits(numbers(ours.text), numbers(cost.text), w.key == "noise")
        ratio = "" if name == "eigc" else against(cost.step, ours.step)
        rows.append(["" if rows else w.title, name, f"{time_of(cost.step / w.units)} a {w.unit}", ratio, f"{cost.start:.3f}", same])
    return rows


def reference_rows(directory, w, ours, seconds):
    """Programs that measure themselves and print `W1 name  seconds s ...`."""
    if not w.reference:
        return []
    program = os.path.join(directory, w.reference[0] + "_gcc")
    if not os.path.exists(program):
        return [["", f"{w.reference[0]} is not in the directory of references", "", "", "", ""]]
    units = 10000 if w.key == "sweep" else w.units
    n = max(2, min(round(0.5 * seconds / (ours.step / w.units * units)), 10 ** 7))
    command = [program, *w.reference[1].format(n=n).split()]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, EB_CLOCK="cpu", OPENBLAS_NUM_THREADS="1"))
    if done.returncode < 0:
        return [["", f"reference: {w.reference[0]} cannot run here (signal {-done.returncode}; it needs AVX-512)", "", "", "", ""]]
    rows = []
    for line in done.stdout.splitlines():
        said = re.match(r"W\d (.*?)\s+([0-9.]+) s ", line)
        if said and "2T" not in said[1] and re.search("tuned|1T|own|ARS|Philox|K=", said[1]):
            step = float(said[2]) / (n * units)
            if step > 0:
                name = "reference: " + re.sub(r"\s+", " ", said[1])
                rows.append(["", name, f"{time_of(step)} a {w.unit}", against(step, ours.step / w.units), "", ""])
    return rows


# ---- W1 at an accuracy ----

def accuracy(b, runs, seconds):
    """What a unit of time costs with steps by error, and how far the rates are off at t = 1000."""
    ways = {}
    for method, about in (("rk45", 1e-5), ("dopri8", 5e-6), ("taylor", 2e-6)):
        for tolerance in (1e-6, 1e-9, 1e-12):
            name = f"pair_{method}_{tolerance:g}.eig"
            with open(os.path.join(FOLDER, "pair.eig")) as source, open(b.path(name), "w") as file:
                file.write(source.read().replace("method = rk4", f"method = {method}\n  rtol = {tolerance}\n  atol = {tolerance * 1e-3:g}"))
            def command(n, model=name):
                return last_row(f"{EIGC} run -q --no-check --threads=1 --set steps={100 * n} -o out.csv {model}", "out.csv", ",")
            ways[f"eigc, {method}, {tolerance:g}"] = (command, about)
    for method, tolerance in (("RK45", 1e-9), ("DOP853", 1e-9), ("LSODA", 1e-9)):
        ways.update(b.python(f"SciPy, {method}, {tolerance:g}", "pair_scipy", method, tolerance, seconds=2e-4, needs="scipy.integrate"))
    best = once([sys.executable, os.path.join(FOLDER, "arrays.py"), "pair_scipy", "1000", "DOP853", "3e-14"], b.folder).text
    done = costs({name: (command, 1000, 1000 + max(200, round(seconds / about))) for name, (command, about) in ways.items()}, runs, b.folder)
    ours = done["eigc, taylor, 1e-09"].step
    return table(["program, method, tolerance", "a unit of time", "eigc, taylor, 1e-9 is", "error at t = 1000"],
                 [[name, time_of(cost.step), against(cost.step, ours) if cost.step != ours else "",
                   f"{np.abs(numbers(cost.text) - numbers(best)).max():.1e}"] for name, cost in done.items()])


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
        for name in only or WORKLOADS:
            for w in WORKLOADS[name](b):
                done = measured(b, w, runs, seconds)
                rows += rows_of(w, done) + (reference_rows(options.reference, w, done["eigc"], seconds) if options.reference else [])
                print(table(HEADS, rows[-len(done):]), file=sys.stderr, flush=True)
        text = table(HEADS, rows)
        if "pair" in (only or WORKLOADS) and not options.quick:
            text += "\nW1 with steps by error: seconds of the processor for a unit of time; the error is that of both rates.\n\n"
            text += accuracy(b, runs, seconds)
    missing = f" Not installed: {', '.join(sorted(set(b.missing)))}." if b.missing else ""
    text = (f"{machine()}, load {before} to {load()}; one thread each; seconds of the processor, the least of {runs} long runs less the "
            f"least of {runs} short ones, in turn.{missing}\n\n" + text)
    print(text)
    if not options.quick and not only and not options.reference and not options.beside:
        write_page("bench-workloads", text)


main()
