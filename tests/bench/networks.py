"""The six workloads, W1 to W6: their data, models and programs. Each gives the rows of a table as Workloads, whose programs compute the same."""
import math
import os
import shutil

import numpy as np

from measure import HERE
from ways import FOLDER, Workload, last_row


def pair(b):
    def xppaut(n):
        edited = f"sed 's/TOTAL/{n / 100}/; s/nout=100000/nout={n}/' {FOLDER}/pair.ode > pair.ode"
        return last_row(f"{edited} && xppaut -silent pair.ode > log", "output.dat", " ")
    ways = {**b.eigc(b.model("pair.eig"), 1.5e-7), **b.c("pair", None, seconds=1.2e-7),
            **({"XPPAUT": (xppaut, 1e-6)} if b.has("xppaut", shutil.which("xppaut")) else {}),
            **b.sundials("rk4", seconds=1e-6, title="SUNDIALS, ARKODE"), **b.brian("pair", seconds=1e-6),
            **b.python("Python, plain numbers", "pair_python", seconds=2.5e-6), **b.octave("Octave", "pair", seconds=3e-4)}
    return [Workload("pair", "W1 pair, RK4", 1000, 1, "step", ways, ("w1", "{n} 3"), None)]


def sweep(b):
    n_P, n_w = (40, 50) if b.quick else (100, 100)
    total = "awk '/^#/ { next } h++ { s += $3 } END { printf \"%.15g\\n\", s }' FS=,"
    def by(program):
        def command(n):
            model = b.model("sweep.eig", f"sweep_{n}.eig", {"DURATION": repr(n / 100)})
            swept = f"sweep -q --no-check --threads=1 --over=P=0.5:2.5:{n_P} --over=w_EI=10:15:{n_w} '--measure=final(E)'"
            return ["sh", "-c", f"{program} {swept} -o s.csv {model} && {total} s.csv"]
        return command
    sets = n_P * n_w
    ways = {name: (by(program), 2e-8 * sets) for name, program in b.eigcs.items()}
    ways.update(b.c("sweep", n_P, n_w, None, source=os.path.join(HERE, "sweep.c"), seconds=1.5e-8 * sets,
                    title="C arrays, gcc and libmvec", after=" | awk '{ s += $1 } END { printf \"%.15g\\n\", s }'"))
    ways.update(b.brian("sweep", n_P, n_w, seconds=3e-8 * sets))
    ways.update(b.python("NumPy arrays", "sweep_numpy", n_P, n_w, seconds=1e-7 * sets, needs="numpy"))
    return [Workload("sweep", f"W2 sweep, {sets} sets, RK4", 100, sets, "set and step", ways, ("w2", "10000 {n} 3"), None)]


# ---- W3 ----

SETS = 16


def write_dense(b, n):
    n_E = n // 5 * 4
    rng = np.random.default_rng(3)
    w = np.abs(rng.standard_normal((n, n))) * (0.5 / math.sqrt(n))
    w[:, n_E:] *= 4
    part = {"E": slice(0, n_E), "I": slice(n_E, n)}
    for pre in "EI":
        for post in "EI":
            np.save(b.path(f"{pre}{post}.npy"), np.ascontiguousarray(w[part[post], part[pre]]))
    w[:, n_E:] *= -1
    w.tofile(b.path("dense.bin"))


def dense_sets(b, n, model):
    """Sixteen sets that differ by their input, at the same time where a program can."""
    def by(program):
        swept = f"sweep -q --no-check --threads=1 --over=P=0:0.15:{SETS} '--measure=final(sum(E))' '--measure=final(sum(I))'"
        total = "awk '/^#/ { next } h++ { e += $2; i += $3 } END { printf \"%.15g %.15g\\n\", e, i }' FS=,"
        return lambda k: ["sh", "-c", f"{program} {swept} --set steps={k} -o s.csv {model} && {total} s.csv"]
    ways = {name: (by(program), 2e-3) for name, program in b.eigcs.items()}
    return {**ways, **b.library("OpenBLAS", "libopenblas.so.0",
                                b.c("dense", "dense.bin", n, None, "gemm", SETS, seconds=9e-3, title="OpenBLAS, dgemm and a loop"))}


def dense(b):
    n = 2000
    write_dense(b, n)
    model = b.model("dense.eig")
    single = b.model("dense.eig", "dense_f32.eig", {"method = euler": "method = euler\n  precision = f32_weights"})
    sets = b.model("dense.eig", "dense_sets.eig", {"param steps = 10": "param steps = 10\nparam P = 0 in [0, 1]", "= 0.5 + i": "= 0.5 + P + i"})
    ways = {**b.eigc(model, 1e-3)}
    for title, way, seconds in (("C, gcc, rows", "loops", 1e-3), ("C, gcc, columns", "columns", 2e-3)):
        ways.update(b.c("dense", "dense.bin", n, None, way, seconds=seconds, title=title))
    blas = b.library("OpenBLAS", "libopenblas.so.0",
                     b.c("dense", "dense.bin", n, None, "blas", seconds=1e-3, title="OpenBLAS, dgemv and a loop"))
    ways.update(blas)
    ways.update(b.python("NumPy, W @ x", "dense_numpy", "dense.bin", n, seconds=1.2e-3, needs="numpy"))
    ways.update(b.octave("Octave, w * x", "dense", "dense.bin", n, seconds=1.2e-3))
    ways.update(b.brian("dense", b.path("dense.bin"), n, seconds=2e-2))
    where, size = f"{n} neurons, ReLU, Euler", n * n
    rows = [Workload("dense", f"W3 dense, {where}, 32 MB of weights", 10, 1, "step", ways, ("w3", "2000 {n} 3 0 1"), ("memory", 8 * size)),
            Workload("dense", "W3 with weights in single precision", 10, 1, "step", {**b.eigc(single, 5e-4), **blas}, None, ("memory", 4 * size))]
    if b.quick:                     # eigc takes a second for each set before the first step, beside which few steps are not seen
        return rows
    return rows + [Workload("dense", f"W3, {SETS} sets", 10, SETS, "set and step", dense_sets(b, n, sets), None, ("arithmetic", 2 * SETS * size))]


def large(b):
    """512 MB of weights, which no cache holds; more steps than elsewhere, since the start takes seconds."""
    if b.quick:
        return []
    n = 8000
    write_dense(b, n)
    model = b.model("dense.eig", words={"1600": n // 5 * 4, "400": n // 5})
    ways = {**b.eigc(model, 1e-2), **b.c("dense", "dense.bin", n, None, "loops", seconds=2e-2, title="C, gcc, rows"),
            **b.library("OpenBLAS", "libopenblas.so.0",
                        b.c("dense", "dense.bin", n, None, "blas", seconds=2e-2, title="OpenBLAS, dgemv and a loop"))}
    return [Workload("large", f"W3 dense, {n} neurons, 512 MB of weights", 5, 1, "step", ways, None, ("memory", 8 * n * n))]


# ---- W4 ----

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


def wired(b, n, each):
    write_wiring(b, n, each)
    sizes = {"80000": n // 5 * 4, "20000": n // 5}
    own = b.model("sparse.eig", words=sizes)
    one = b.model("sparse.eig", "sparse_one.eig", {**sizes, " + (pre.i + post.i) / 5000000": ""})
    single = b.model("sparse.eig", "sparse_f32.eig", {**sizes, "method = euler": "method = euler\n  precision = f32_weights"})
    about = 5e-10 * n * each        # less than it is: start-up takes seconds, which differ from run to run
    scipy = b.python("SciPy, CSR", "sparse_scipy", "sparse.bin", n, each, seconds=about, needs="scipy.sparse")
    first = {**b.eigc(own, about), **b.c("sparse", "sparse.bin", n, each, None, "own", seconds=about), **scipy,
             **b.brian("sparse", b.path("sparse.bin"), n, each, seconds=10 * about)}
    second = {**b.eigc(one, about), **b.c("sparse", "sparse.bin", n, each, None, "one", seconds=about)}
    where, pairs = f"{n} neurons, {each} synapses each, tanh, Euler", n * each
    return [Workload("sparse", f"W4 sparse, {where}", 5, 1, "step", first, ("w4", f"{n} {each} {{n}} 3"), ("memory", 12 * pairs)),
            Workload("sparse", "W4 with weights in single precision", 5, 1, "step", {**b.eigc(single, about), **scipy}, None, ("memory", 8 * pairs)),
            Workload("sparse", "W4 with one weight for each pair of populations", 5, 1, "step", second, None, ("memory", 4 * pairs))]


def sparse(b):
    return wired(b, *((20000, 100) if b.quick else (100000, 100)))


def denser(b):
    return [] if b.quick else wired(b, 20000, 1000)


# ---- W5, W6 ----

def noise(b):
    ways = {**b.eigc(b.model("noise.eig"), 2e-5), **b.c("noise", None, seconds=1e-5, title="C, gcc and libmvec"),
            **b.python("NumPy, sums by hand", "noise_numpy", seconds=8e-5, needs="numpy"), **b.brian("noise", seconds=2e-4)}
    return [Workload("noise", "W5 noise, 4000 neurons all to all, Euler-Maruyama", 1000, 4000, "neuron and step", ways, ("w5", "4000 {n} 3"), None)]


def ring(b):
    n = 4096
    ways = {**b.eigc(b.model("ring.eig"), 1e-5),
            **b.library("FFTW", "libfftw3.so.3", b.c("ring", n, None, "fftw", seconds=2e-5, title="C, FFTW (measured plan)")),
            **b.c("ring", n, None, "direct", seconds=2e-3, title="C, every pair"),
            **b.python("NumPy, rfft and irfft", "ring_numpy", n, seconds=1e-4, needs="numpy")}
    return [Workload("ring", f"W6 ring, {n} neurons, Euler", 5, 1, "step", ways, ("w6", "4096 {n} 3"), None)]


WORKLOADS = {f.__name__: f for f in (pair, sweep, dense, large, sparse, denser, noise, ring)}
