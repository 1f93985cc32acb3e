#!/usr/bin/python3
"""Models in several files and of many circuits, as the command line shows them. EIGC=program."""
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import many_circuits

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
MAX_KILOBYTES = 200 * 1024

LAYER = """circuit Layer(w) {
  param g = 0.5 in [0, 1]
  population E excitatory { tau = 20 ms; cost = nonnegative; input = 1 }
  population I inhibitory { tau = 10 ms; cost = nonnegative }
  connect E -> E { weight = g / 10 }
  connect E -> I { weight = w }
  connect I -> E { weight = w }
  connect I -> I { weight = w }
}
"""
failed = 0


def report(ok, name, why=""):
    global failed
    failed += not ok
    print(("ok " if ok else "not ok ") + name)
    if not ok:
        print("    " + str(why).replace("\n", "\n    "))


def call(*args, where, text=None):
    return subprocess.run([EIGC, *args], cwd=where, input=text, capture_output=True, text=True, timeout=100)


def standard_input_imports_from_the_working_folder(where):
    with open(os.path.join(where, "layer.eig"), "w") as f:
        f.write(LAYER)
    p = call("check", "-", where=where, text='import "layer.eig"\ninstance L = Layer(0.25)\n')
    report(p.returncode == 0, "an import from standard input", p.stderr)
    p = call("check", "--diagnostics=gnu", "-", where=where, text='import "layer.eig"\ninstance L = Layer(1 ms)\n')
    report(re.search(r"^layer\.eig:\d+\.\d+-\d+\.\d+: error: ", p.stderr, re.M), "a mistake in the file where it stands", p.stderr)


def paths_in_dumps_and_settings(where):
    model = 'import "layer.eig"\ninstance L[2] = Layer(0.25)\nconnect L[0].E -> L[1].E { weight = 0.5 }\n'
    p = call("dump", "--model", "--set", "L[1].g=0.75", "-", where=where, text=model)
    lines = p.stdout.splitlines()
    for line in "param L[1].g = 0.75 in [0, 1]  (set)", "population L[1].E excitatory size 1", "connect L[0].E->L[1].E":
        report(line in lines, "the dump has `%s`" % line, p.stdout + p.stderr)


def results_hold_every_text(where):
    with open(os.path.join(where, "main.eig"), "w") as f:
        f.write('import "layer.eig"\ninstance L[2] = Layer(0.25)\n'
                "simulate { duration = 1 ms; method = rk4; step = 0.1 ms; record L[1].E, mean(L[0].I) }\n")
    p = call("run", "--reference", "main.eig", "-o", "r.npz", where=where)
    report(p.returncode == 0, "a run of circuits", p.stderr)
    r = numpy.load(os.path.join(where, "r.npz"))
    report({"t", "L[1].E", "mean(L[0].I)"} <= set(r.files), "arrays are called as they are recorded", r.files)
    imports = json.loads(str(r["meta"]))["imports"]
    report([(i["path"], i["text"], i["sha256"]) for i in imports] ==
           [("layer.eig", LAYER, hashlib.sha256(LAYER.encode()).hexdigest())], "the result holds the imported text", imports)


def takes_little(where, command, text):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    p = call(*command, where=where, text=text)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    report(p.returncode == 0 and before <= most < MAX_KILOBYTES, "%s takes less than %d MB" % (" ".join(command), MAX_KILOBYTES // 1024),
           "status %d, %d KB\n%s" % (p.returncode, most, p.stderr))


def many_circuits_are_small(where):
    """Seconds are for tests/bench/compose.py."""
    p = call("dump", "--net", "-", where=where, text=many_circuits.model(1))
    report(p.stdout.startswith("net model: 500 neurons, 500 populations, 9547 blocks\n"), "all of them are there", p.stdout[:200] + p.stderr)
    for command in ["check", "-"], ["run", "--no-check", "-", "-o", "many.npz"], ["run", "-", "-o", "many.npz"]:
        takes_little(where, command, many_circuits.model(1000))
    lines = [call("dump", "--llvm", "-", where=where, text=many_circuits.model(cells)).stdout.count("\n") for cells in (1000, 100000)]
    report(lines[0] > 100 and lines[1] <= lines[0], "code does not grow with neurons", lines)


def many_weights_take_their_doubles(where):
    """Some 4.7 million weights, 8 bytes each; of 93 million no check makes any."""
    weight = "weight = 0.0001 * (1 + pre.i * post.i)"
    takes_little(where, ["run", "-", "-o", "weights.npz"], many_circuits.with_entries(50, 100, 10, weight))
    takes_little(where, ["check", "-"], many_circuits.with_entries(250, 100, 41, weight))


def what_pairs_remember_ends_with_their_connection(where):
    for weight in "0.01 * pre.i", "0.0001 / (1 + pre.i + post.i)", "0.001 * lognormal(1, 0.5)":
        for command in ["dump", "--net", "-"], ["run", "--no-check", "-", "-o", "weights.npz"]:
            takes_little(where, command, many_circuits.with_weights(1000, weight))


DIFFERENT = """circuit A(k) { population E excitatory { tau = 20 ms; activation(z) = 1 / (1 + exp(-k * z)) } }
circuit B(gain, lo) { population E excitatory { tau = 20 ms; gain = gain; cost(x) = x^2 / 2 + x^4 on [lo, 2] } }
instance a[2] = A(4 / (1 + index))
instance e[2] = A(4 / (1 + index))
instance b = B(1, 0)
instance c = B(3, 0)
instance d = B(3, 1 / 2)
"""


def equal_formulas_are_one(where):
    """Slopes k/4, and gain/(2 + 12 lo^2)."""
    p = call("check", "-", where=where, text=DIFFERENT)
    found = dict(re.findall(r"(\S+)\.E: slope in \[0, (\S+)\]", p.stdout))
    right = {"a[0]": 1, "a[1]": 0.5, "e[0]": 1, "e[1]": 0.5, "b": 0.5, "c": 1.5, "d": 0.6}
    report(found.keys() == right.keys() and all(right[k] <= float(v) <= right[k] * (1 + 1e-6) for k, v in found.items()),
           "what differs in a number or a domain has its own slope", p.stdout + p.stderr)
    text = call("dump", "--llvm", "-", where=where, text=many_circuits.with_formulas("1.3")).stdout
    solves = re.findall(r"^define .*@solve_\d+\(", text, re.M)
    report(len(solves) == 1 and len(text) < 2**20, "equal solves are one function", "%d functions, %d bytes" % (len(solves), len(text)))


def different_numbers_are_data(where):
    """What instances differ in is read from tables: the same bits, and no more functions."""
    for method in "rk4; step = 0.1 ms", "exponential_euler; step = 0.1 ms", "rk45":
        results = []
        for how in [], ["--reference"]:
            p = call("run", "--no-check", *how, "-", "-o", "r.npz", where=where, text=many_circuits.mixed(8, method))
            report(p.returncode == 0, "circuits of different numbers run, %s %s" % (method, " ".join(how)), p.stderr)
            results.append(numpy.load(os.path.join(where, "r.npz")))
        arrays = [name for name in results[0].files if name != "meta"]
        unlike = [name for name in arrays if results[0][name].tobytes() != results[1][name].tobytes()]
        report(len(arrays) > 40 and not unlike, "the reference gives the same bits, %s" % method, unlike)
        texts = [call("dump", "--llvm", "-", where=where, text=many_circuits.mixed(n, method, "; record mean(L[0].E)")).stdout for n in (50, 500)]
        code = [re.sub(r"^@.*\n", "", text, flags=re.M).count("\n") for text in texts]
        functions = [text.count("\ndefine ") for text in texts]
        report(functions[0] == functions[1] < 40 and code[0] == code[1],
               "code does not grow with instances, %s" % method, "%s functions, %s lines" % (functions, code))


def connections_of_every_kind_are_data(where):
    """What a population receives is read from a table where there is too much of it: the same bits, and code of one size."""
    results = []
    for how in [], ["--reference"]:
        p = call("run", "--no-check", *how, "-", "-o", "r.npz", where=where, text=many_circuits.wired(40, 3))
        report(p.returncode == 0, "circuits wired in every way run %s" % " ".join(how), p.stderr)
        results.append(numpy.load(os.path.join(where, "r.npz"))["L[39].E"])
    report(results[0].max() > 0 and results[0].tobytes() == results[1].tobytes(), "wired circuits: the reference gives the same bits", results)
    texts = [call("dump", "--llvm", "-", where=where, text=many_circuits.wired(n, cells)).stdout for n, cells in ((40, 10), (40, 30), (250, 10))]
    code = [re.sub(r"^@.*\n", "", text, flags=re.M).count("\n") for text in texts]
    functions = [text.count("\ndefine ") for text in texts]
    report(max(functions) < 20 and 100 < min(code) and max(code) < 1.02 * min(code), "their code does not grow with neurons or connections",
           "%s functions, %s lines" % (functions, code))


def general_networks_are_data(where):
    """Delays, equations, currents, noise and inputs of neurons: the same bits, and code that grows neither with neurons nor with circuits."""
    m = many_circuits
    with open(os.path.join(where, "s.csv"), "w") as f:
        f.write("t [ms],c\n0,0\n0.5,1\n2,0\n")
    kinds = {
        "delays": m.delayed,
        "delays of every kind of connection": lambda n, size: m.delayed(n, size, m.WIRES),
        "delays and noise": lambda n, size: m.delayed(n, size, noise="; noise = 0.02 per sqrt(ms)"),
        "cells with weights": lambda n, size: m.cells(n, size, m.CURRENTS[:1]),
        "cells with currents": m.cells,
        "cells with currents of every kind": lambda n, size: m.cells(n, size, m.CURRENTS),
        "neurons of their own times": lambda n, size: m.driven(n, size, "1", "lognormal(20 ms, 0.3)"),
    }
    kinds.update((i, lambda n, size, i=i: m.driven(n, size, i)) for i in m.INPUTS)
    for name, model in kinds.items():
        results = []
        for how in [], ["--reference"]:
            p = call("run", "--no-check", *how, "-", "-o", "r.npz", where=where, text=model(60, 3))
            report(p.returncode == 0, "%s run %s" % (name, " ".join(how)), p.stderr)
            results.append(numpy.load(os.path.join(where, "r.npz")))
        arrays = [a for a in results[0].files if a != "meta"]
        moves = any(numpy.ptp(results[0][a]) > 0 for a in arrays if a != "t")
        equal = all(results[0][a].tobytes() == results[1][a].tobytes() for a in arrays)
        report(moves and equal, "%s: the reference gives the same bits" % name, results)
        texts = [call("dump", "--llvm", "-", where=where, text=model(n, size)).stdout for n, size in ((100, 10), (100, 30), (250, 10))]
        code = [re.sub(r"^@.*\n", "", text, flags=re.M).count("\n") for text in texts]
        functions = [text.count("\ndefine ") for text in texts]
        most = 1.02 * min(code) + 30        # what threads share, of larger networks, has a function more
        report(max(functions) < 40 and 100 < min(code) and max(code) < most, "%s: code does not grow with neurons or circuits" % name,
               "%s functions, %s lines" % (functions, code))
    takes_little(where, ["run", "--no-check", "-", "-o", "many.npz"], m.delayed(250, 100))
    takes_little(where, ["run", "--no-check", "-", "-o", "many.npz"], m.cells(500, 20))


with tempfile.TemporaryDirectory() as folder:
    standard_input_imports_from_the_working_folder(folder)
    paths_in_dumps_and_settings(folder)
    results_hold_every_text(folder)
    many_circuits_are_small(folder)
    many_weights_take_their_doubles(folder)
    what_pairs_remember_ends_with_their_connection(folder)
    equal_formulas_are_one(folder)
    different_numbers_are_data(folder)
    connections_of_every_kind_are_data(folder)
    general_networks_are_data(folder)
sys.exit(1 if failed else 0)
