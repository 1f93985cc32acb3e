#!/usr/bin/python3
"""eigc sweep: every set's numbers are those of `eigc run --set`, to the bit, on any number of threads, side by side or alone, and
after a kill; measures against NumPy on the records of the run; what is wrong on the command line."""
import csv
import itertools
import json
import os
import signal
import struct
import subprocess
import time

import numpy as np

from cli import EIGC, HAS_JIT, check, eigc, equal, main, test, write

RELU = """model pair
param w = 0.5 in [0, 3]
param tau_E = 20 ms
population E excitatory {{ tau = tau_E; cost = nonnegative; input = 2 + 0.5 * step(t - 100 ms) }}
population I inhibitory {{ tau = 10 ms; cost = nonnegative; start = 0.25 }}
connect E -> E {{ weight = w }}
connect I -> E {{ weight = 1.2 }}
connect E -> I {{ weight = 1 + w / 3 }}
simulate {{ duration = 200 ms; {how}; record E every 2 ms }}
"""
SIGMOID = """model sets
param a = 1 in [0, 4]
param w = 10 in [0, 20]
population E excitatory {{ size = {n}; tau = 1; activation(z) = 1 / (1 + exp(-a * z)); input = a - 2 + i / 10 }}
population I inhibitory {{ size = 2; tau = 2; activation(z) = tanh(max(z, 0)); input = -3 * cos(t) }}
connect E -> E {{ weight = w / {n}; self = no }}
connect I -> E {{ weight = [[w, 1]] * 4; pattern = all_to_all }}
connect E -> I {{ weight = 10 }}
simulate {{ duration = 10; {how}; record E every 0.5 }}
"""
# Parts that hang on one param each. Three sources for C, whose order is that of their inputs; a start, a record, and a value that changes.
PARTS = """model parts
param p = 1
param q = 1
param w = 0.7
param drive = 0.1
let half = q / 2
function bent(x) = x / (1 + x^2)
population A excitatory {{ tau = 3; cost = nonnegative; input = p + bent(0.3); start = 0.1 * p }}
population B excitatory {{ tau = 3; cost = nonnegative; input = 2 * half + bent(0.3) }}
population D excitatory {{ tau = 3; cost = nonnegative; input = 1.25 + bent(0.3) }}
population C inhibitory {{ tau = 2; cost = nonnegative; gain = 0.9; input = 0.001 - drive }}
connect A -> C {{ weight = 0.05 }}
connect B -> C {{ weight = 0.06 }}
connect D -> C {{ weight = 0.07 }}
connect C -> A {{ weight = w / 10000 }}
simulate {{ duration = 8; method = {method}; step = 0.1; at 4 drive = 0.2; record mean(C) every 1 }}
"""
TWO_RATES = """model rates
param a = 1
param b = 1
population A excitatory { tau = a; activation(z) = tanh(z); input = 1 }
population B inhibitory { size = 2; tau = b; activation(z) = tanh(z); input = 1 }
connect A -> B { weight = 2 }
connect B -> A { weight = 1.5 }
simulate { duration = 10; method = auto; step = 1; record A every 1 }
"""
NOISY = """model noisy
param w = 0.5 in [0, 3]
param s = 0.1 per sqrt(ms)
population E excitatory { size = 3; tau = 10 ms; cost = nonnegative; noise = s; input = 1 + 0.1 * i }
connect E -> E { weight = w / 3 }
simulate { duration = 20 ms; method = euler_maruyama; step = 0.1 ms; seed = 3; record E every 1 ms }
"""

# Neurons in memory: dense and sparse arrays of weights, which w changes and g does not.
ARRAYS = """model arrays
param g = 1 in [0, 4]
param w = 1 in [0, 2]
population E excitatory {{ size = 50; tau = 10; cost = nonnegative; input = g + cos(i); start = 0.1 * i }}
population I inhibitory {{ size = 21; tau = 5; activation(z) = tanh(max(z, 0)); input = g * sin(t) }}
connect E -> E {{ weight = w / (50 + pre.i + 2 * post.i); pattern = all_to_all }}
connect I -> E {{ weight = (1 + abs(sin(pre.i + 3 * post.i))) / 21; pattern = all_to_all }}
connect E -> I {{ weight = 0.3 / (1 + pre.i); pattern = random(p = 0.3) }}
connect I -> I {{ weight = 0.1; self = no }}
simulate {{ duration = 6; {how}; record E every 1 }}
"""


def sweep(folder, *options, model="m.eig", out="s.csv", status=0):
    r = eigc("sweep", os.path.join(folder, model), "-o", os.path.join(folder, out), *options, timeout=600)
    equal(r.status, status, r)
    return r


def rows_of(folder, out="s.csv"):
    with open(os.path.join(folder, out)) as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def records(folder, settings, model="m.eig"):
    r = eigc("run", os.path.join(folder, model), "-q", "-o", os.path.join(folder, "r.npz"), *(f"--set={s}" for s in settings))
    equal((r.status, r.err), (0, ""), r)
    return np.load(os.path.join(folder, "r.npz"))


def same_as_runs(folder, axes, measures, of_run, *more):
    """axes: name -> values as text; of_run: measures from the arrays of a run."""
    options = [f"--over={name}={','.join(values)}" for name, values in axes.items()]
    sweep(folder, *options, *(f"--measure={m}" for m in measures), "-q", *more)
    rows = rows_of(folder)
    sets = list(itertools.product(*axes.values()))
    equal(len(rows), len(sets))
    for row, values in zip(rows, sets):
        run = records(folder, [f"{n}={v}" for n, v in zip(axes, values)])
        for measure, (value, tolerance) in zip(measures, of_run(run)):
            got = float(row[measure])
            check(abs(got - value) <= tolerance * max(1, abs(value)), (values, measure, got, value))
        equal(row["status"], "done")


def of_pair(run):
    late = run["E"][run["t"] >= 100]
    return (run["E"][-1], 0), (late.mean(), 1e-14), (run["E"].max(), 0), (run["E"].min(), 0), (run["E"].std(), 1e-13)


PAIR_MEASURES = ("final(E)", "average(E, 100 ms)", "peak(E)", "trough(E)", "deviation(E)")


@test
def side_by_side_is_alone(folder):
    """Every method of fixed steps; weights that vanish, which changes the code; a time constant with its unit."""
    for how in ("method = rk4; step = 0.1 ms", "method = euler; step = 0.5 ms", "method = heun; step = 1/3 ms", "method = exponential_euler; step = 1 ms"):
        write(folder, "m.eig", RELU.format(how=how).replace("1/3 ms", "0.4 ms"))
        same_as_runs(folder, {"w": ["0", "0.25", "1/3", "0.9", "1.1"], "tau_E": ["20 ms", "35 ms"]}, PAIR_MEASURES, of_pair)
        r = sweep(folder, "--over=w=0:1:3")
        check("side by side" in r.out, r)


@test
def steps_by_error_side_by_side(folder):
    """Each set has steps of its own length, and the numbers that it has alone; records within steps and at their ends, limits by time constants."""
    for method in ("rk45", "dopri8"):
        for tolerance, more in (("1e-6", ""), ("1e-9", "; step = 0.3 ms"), ("0.1", "")):
            write(folder, "m.eig", RELU.format(how=f"method = {method}; rtol = {tolerance}; atol = 1e-9{more}"))
            same_as_runs(folder, {"w": ["0", "0.5", "0.7", "1.1"], "tau_E": ["2 ms", "20 ms", "35 ms"]}, PAIR_MEASURES, of_pair)
            r = sweep(folder, "--over=w=0:1:3")
            check("side by side" in r.out, r)
        write(folder, "m.eig", RELU.format(how=f"method = {method}; rtol = r; atol = 1e-9").replace("param w", "param r = 1e-6\nparam w", 1))
        same_as_runs(folder, {"w": ["0.5", "0.7"], "r": ["1e-4", "1e-7"]}, PAIR_MEASURES, of_pair)


@test
def steps_by_error_alone(folder):
    """Where every step is recorded, neurons are in memory, or the method is another."""
    pair = RELU.format(how="method = rk45; rtol = 1e-6")
    for text in (pair.replace(" every 2 ms", ""), pair.replace("tau = 10 ms", "size = 40; tau = 10 ms"), pair.replace("rk45", "cvode"), pair.replace("rk45", "taylor")):
        write(folder, "m.eig", text)
        r = sweep(folder, "--over=w=0:1:3", "--measure=final(E)")
        check("one at a time" in r.out, r)


@test
def several_neurons_and_formulas(folder):
    for n, alone in ((3, False), (40, False), (300, True)):
        write(folder, "m.eig", SIGMOID.format(n=n, how="method = rk4; step = 0.05").replace("[[w, 1]] * 4; pattern = all_to_all", "w / 8"))
        same_as_runs(folder, {"a": ["0.5", "1", "3.7"], "w": ["0", "3", "10"]}, ["final(mean(E))", "peak(E[1] - I[0])", "final(input(E[2]))"],
                     lambda run: ((run["E"][-1].mean(), 1e-15), (run["E"][-1][0], 1e9), (0, 1e9)))
        r = sweep(folder, "--over=a=1:2:3", "--measure=final(E[1])")
        check(("one at a time" in r.out) == alone, r)
        for row in rows_of(folder):
            equal(float(row["final(E[1])"]), records(folder, ["a=" + row["a"]])["E"][-1][1])


@test
def arrays_of_weights_are_shared(folder):
    """Neurons in memory: every set is that of the run, on the axis that changes no weight, beside one that does, and where each set has its own."""
    final = ["final(E[49])", "final(mean(I))", "peak(sum(E) - E[3] * 2)", "final(input(E[7]))"]
    for how in ("method = euler; step = 0.1", "method = rk4; step = 0.25; precision = f32_weights", "method = exponential_euler; step = 0.2"):
        write(folder, "m.eig", ARRAYS.format(how=how))
        for axes, alone in ((("g=0.1:2:9", "w=1"), False), (("w=0.5,1", "g=0:1:20"), False), (("g=0.5,1", "w=0.5:1:5"), True)):
            options = [f"--over={axis}" for axis in axes] + [f"--measure={m}" for m in final]
            texts = set()
            for threads in (1, 3):
                r = sweep(folder, *options, f"--threads={threads}")
                check(("each set has arrays of weights of its own" in r.out) == alone and ("one at a time" in r.out) == alone, r)
                with open(os.path.join(folder, "s.csv")) as file:
                    texts.add(file.read())
            equal(len(texts), 1)
            for row in rows_of(folder)[::4]:
                run = records(folder, [f"g={row['g']}", f"w={row['w']}"])
                equal(float(row["final(E[49])"]), run["E"][-1][49])
    plan = eigc("dump", "--plan", "m.eig", cwd=folder).out
    check("sets of a sweep side by side\n  arrays of weights" in plan, plan)


@test
def far_out_beside_what_is_near(folder):
    """Arguments of exp and of the logistic function beyond what their shorter forms take, in some sets and not in others."""
    text = SIGMOID.format(n=3, how="method = rk4; step = 0.05").replace("in [0, 4]", "in [0, 4000]").replace("tanh(max(z, 0))", "exp(min(a * z, 0))").replace("[[w, 1]] * 4; pattern = all_to_all", "w / 8")
    write(folder, "m.eig", text)
    same_as_runs(folder, {"a": ["0.5", "60", "900", "2"], "w": ["0.5", "20"]}, ["final(E[1])", "peak(E[0])"],
                 lambda run: ((run["E"][-1][1], 0), (run["E"][:, 0].max(), 0)))


@test
def noise_is_that_of_the_run(folder):
    write(folder, "m.eig", NOISY)
    sweep(folder, "--over=w=0.1:0.9:3", "--over=s=0,0.2 per sqrt(ms)", "--measure=final(E[0])", "--measure=deviation(E[2])")
    for row in rows_of(folder):
        run = records(folder, [f"w={row['w']}", f"s={row['s']} per sqrt(ms)"])
        equal(float(row["final(E[0])"]), run["E"][-1][0])
    sweep(folder, "--over=w=0.1,0.5", "--trials=3", "--seed=40", "--measure=final(E[0])")
    equal([row["trial"] for row in rows_of(folder)], ["0", "1", "2"] * 2)
    for row in rows_of(folder):
        r = eigc("run", os.path.join(folder, "m.eig"), "-q", f"--set=w={row['w']}", f"--seed={40 + int(row['trial'])}", "-o", os.path.join(folder, "r.npz"))
        equal(float(row["final(E[0])"]), np.load(os.path.join(folder, "r.npz"))["E"][-1][0], r)


@test
def threads_change_nothing(folder):
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.5 ms"))
    texts = set()
    for n in (1, 2, 3, 7):
        sweep(folder, "--over=w=0:2:41", "--over=tau_E=5 ms:50 ms:25", f"--threads={n}", *(f"--measure={m}" for m in PAIR_MEASURES), "-q")
        with open(os.path.join(folder, "s.csv")) as file:
            texts.add(file.read())
    equal(len(texts), 1)


@test
def killed_and_resumed(folder):
    """SIGKILL at several times; what is left goes on with another number of threads, and gives the same bytes."""
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.01 ms"))
    line = [EIGC, "sweep", "m.eig", "--over=w=0:2:41", "--over=tau_E=5 ms:50 ms:25", "--measure=average(E)", "-q", "-o"]
    equal(subprocess.run(line + ["whole.npz"], cwd=folder).returncode, 0)
    kills = 0
    for k in range(40):
        p = subprocess.Popen(line + ["parts.npz", f"--threads={1 + k % 3}"], cwd=folder)
        try:
            p.wait(timeout=0.06 + 0.03 * k)
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGKILL)
            kills += 1
            p.wait()
        if p.returncode == 0:
            break
    check(kills > 1 and p.returncode == 0, kills)
    with open(os.path.join(folder, "whole.npz"), "rb") as a, open(os.path.join(folder, "parts.npz"), "rb") as b:
        equal(a.read(), b.read())
    equal([f for f in os.listdir(folder) if f.endswith(".part")], [])


@test
def interrupted(folder):
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.00001 ms"))
    line = [EIGC, "sweep", "m.eig", "--over=w=0:2:401", "-o", "s.csv"]
    p = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True)
    while not os.path.exists(os.path.join(folder, "s.csv.part")) and p.poll() is None:
        time.sleep(0.02)
    p.send_signal(signal.SIGINT)
    out, _ = p.communicate()
    equal(p.returncode, 130, out)
    check("s.csv.part" in out and os.path.exists(os.path.join(folder, "s.csv.part")) and not os.path.exists(os.path.join(folder, "s.csv")), out)
    other = eigc("sweep", "m.eig", "--over=w=0:2:400", "-o", "s.csv", cwd=folder)
    equal(other.status, 3, other)
    check("[E0006]" in other.err and "-o" in other.err, other)


@test
def damaged_while_it_lay_there(folder):
    """A row whose status is none: the sweep says so, and the same file is taken up again when the row is mended."""
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.00001 ms"))
    p = subprocess.Popen([EIGC, "sweep", "m.eig", "--over=w=0.1,0.2", "-q", "-o", "s.csv"], cwd=folder)
    part = os.path.join(folder, "s.csv.part")
    for _ in range(200):
        time.sleep(0.05)
        if os.path.exists(part) and os.path.getsize(part) > 96:
            break
    p.send_signal(signal.SIGKILL)
    p.wait()
    with open(part, "rb") as file:
        head = file.read(96)        # then a byte for the one block of two sets, and, from 104 on, three numbers a set
    for status, says in ((1e9, "set 1"), (-1.0, "set 1"), (float("nan"), "set 1"), (0.0, None)):
        with open(part, "wb") as file:
            file.write(head + b"\1" + bytes(7) + struct.pack("=8d", 1, 2, 0, 200, 3, 4, status, 200))
        r = sweep(folder, "--over=w=0.1,0.2", "-q", status=3 if says else 0)
        check("[E0004]" in r.err and says in r.err and "remove" in r.err if says else r.err == "", r)
    equal([(float(row["final(mean(E))"]), float(row["final(mean(I))"])) for row in rows_of(folder)], [(1, 2), (3, 4)])
    with open(part, "wb") as file:      # cut short: the rows are computed again
        file.write(head + b"\1" + bytes(7) + struct.pack("=5d", 1, 2, 0, 200, 3))
    sweep(folder, "--over=w=0.1,0.2", "-q")
    check(float(rows_of(folder)[0]["final(mean(E))"]) not in (1, 0), rows_of(folder))


@test
def parts_of_sets(folder):
    """A set whose parts were in other sets is not compiled; it is the same as alone, in whatever order its sums are added."""
    write(folder, "m.eig", PARTS.format(method="rk4"))
    q, rows = "--over=q=1.47,1.31,1.23,1.45,1.41,1.25,1.13,1.29,1.17,1.11,1.49,1.15,1.35,1.09,1.39,1.07,1.19,1.33,1.05,1.37", []
    sweep(folder, "--over=p=1.1:1.5:11", q, "--measure=final(input(C))", "--measure=final(A * q)", "--threads=1")
    for k in range(11):         # each of these is compiled
        sweep(folder, q, f"--set=p={110 * 10 + 40 * k}/1000", "--measure=final(input(C))", "--measure=final(A * q)", out="one.csv")
        rows += rows_of(folder, "one.csv")
    equal([{name: row[name] for name in rows[0]} for row in rows_of(folder)], rows)
    axes = {"p": ["1", "0", "1.75"], "q": ["2", "3"], "w": ["0.7", "0", "1/3"]}
    same_as_runs(folder, axes, ["final(mean(C))"], lambda run: ((run["mean(C)"][-1], 0),))


@test
def parts_that_are_not_apart(folder):
    """The method depends on both time constants."""
    write(folder, "m.eig", TWO_RATES)
    same_as_runs(folder, {"a": ["0.5", "0.6", "2", "3", "1.5"], "b": ["2", "0.5", "1.5", "0.6", "3"]}, ["final(A)", "peak(A)"],
                 lambda run: ((run["A"][-1], 0), (run["A"].max(), 0)), "--threads=1")


@test
def wrong_together(folder):
    """What is right for each value of one param, and wrong for two of them together: no part of the model has both."""
    model = PARTS.format(method="rk4")
    for k, (text, p, q, code, where) in enumerate((
            (model + "let unused = 1 / (p + 3 - q)\n", "2,3,4,5", "9,6.5,6,8.5", "E0403", "at p = 3, q = 6"),
            (model + "function unused(x) = x + 1 / (p + 3 - q)\n", "2,3,4,5", "9,6.5,6,8.5", "E0403", "at p = 3, q = 6"),
            (model.replace("param q = 1\n", "param q = 4 in [0, p - 3]\n").replace("param p = 1\n", "param p = 9\n"), "9,7,8", "4,3,4.5,3.5",
             "E0404", "--over q=4.5: outside the declared range [0, 4]"),
            (model + "require A in [p + 3, q]\n", "2,5.5,3", "9,10,8,11", "E0401", "at p = 5.5, q = 8"))):
        write(folder, "m.eig", text)
        r = sweep(folder, f"--over=p={p}", f"--over=q={q}", "--threads=1", out=f"{k}.csv", status=2)
        check(code in r.err and where in r.err, r)


@test
def zeros_have_any_unit(folder):
    """A weight of 0 gives nobody a unit, and an input of 0 fits any: only both together do not."""
    write(folder, "m.eig", """model zeros
param p = 0
param w = 0
population E excitatory { tau = 2 ms; cost = nonnegative; threshold = -1 mV }
population I inhibitory { tau = 2 ms; cost = nonnegative; input = p }
connect E -> I { weight = w }
simulate { duration = 10 ms; method = rk4; step = 1 ms; record E every 1 ms }
""")
    sweep(folder, "--over=p=0,1,2", "--over=w=0,0")
    sweep(folder, "--over=p=0,0,0", "--over=w=0,1,2")
    r = sweep(folder, "--over=p=0,1,0", "--over=w=0,1,0", status=2)
    check("E0301" in r.err and "at p = 1, w = 1" in r.err, r)


@test
def what_leaves_the_numbers(folder):
    write(folder, "m.eig", "param w = 1\npopulation E excitatory { tau = 1; cost = nonnegative; input = 1 }\nconnect E -> E { weight = w }\n"
                           "simulate { duration = 100; method = euler; step = 0.5; record E every 1 }\n")
    r = sweep(folder, "--over=w=0.5,2,40000,1e9,0.1", status=1)
    rows = rows_of(folder)
    equal([row["status"] for row in rows], ["done", "done", "nonfinite", "nonfinite", "done"])
    equal([row["final(mean(E))"] == "nan" for row in rows], [False, False, True, True, False])
    check("2 sets ended with status `nonfinite`" in r.out and "w = 40000" in r.out, r)
    alone = eigc("run", os.path.join(folder, "m.eig"), "--set=w=40000", "-o", os.path.join(folder, "x.npz"))
    equal(alone.status, 1, alone)


@test
def arrays(folder):
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.5 ms"))
    options = ["--over=w=0.1:0.9:5", "--over=tau_E=5 ms:0.02 ms:2".replace("5 ms:0.02 ms", "5 ms:20 ms"), "--measure=final(E)", "--measure=peak(I)"]
    sweep(folder, *options)
    sweep(folder, *options, out="s.npz")
    file, rows = np.load(os.path.join(folder, "s.npz")), rows_of(folder)
    equal(file["final(E)"].shape, (5, 2))
    equal([float(row["peak(I)"]) for row in rows], list(file["peak(I)"].ravel()))
    equal([float(row["tau_E"]) for row in rows][:2], list(file["tau_E"]))
    equal(list(file["w"]), [0.1, 0.3, 0.5, 0.7, 0.9])
    meta = json.loads(str(file["meta"]))
    equal([a["values"] for a in meta["axes"]][1], ["5 ms", "20 ms"])
    check(meta["status"][0] == "done" and meta["text"].startswith("model pair") and not file["status"].any(), meta)
    said = json.loads(sweep(folder, *options, "--json").out)
    equal((said["sets"], said["status"], said["diagnostics"]["runs"][0]["results"]), (10, {"done": 10}, []))


@test
def mistakes(folder):
    write(folder, "m.eig", RELU.format(how="method = rk4; step = 0.5 ms").replace("E excitatory { ", "E excitatory { size = 2; "))
    ok = "--over=w=0:1:3"
    for options, status, says in (
            (["--over=w=0:1"], 2, ["[E0404]", "number of values is missing"]), (["--over=w=0:1:1"], 2, ["[E0404]", "from 2 on"]),
            (["--over=w=1:0:3"], 2, ["[E0404]", "lower end"]), (["--over=w=0:x:3"], 2, ["[E0404]"]), (["--over=w=1,,2"], 2, ["[E0404]"]),
            (["--over=w=1,2,"], 2, ["[E0404]"]), (["--over=tau_E=5 ms:1 s:3"], 2, ["[E0404]", "one unit"]), (["--over=tau_E=5:20:3"], 2, ["[E0404]"]),
            (["--over=w=1 ms,2 ms"], 2, ["[E0404]"]), (["--over=v=0:1:3"], 2, ["[E0404]", "no param `v`"]),
            ([ok, "--over=w=1,2"], 2, ["[E0404]", "axis already"]), ([ok, "--set=w=1"], 2, ["[E0404]", "one value"]),
            (["--over=w=0:5:6"], 2, ["[E0404]", "--over w=5: outside the declared range"]), (["--over=w=0:1:99999999999"], 2, ["[E0404]"]),
            (["--over=w=0:1:100000", "--over=tau_E=1 ms:2 ms:100000"], 2, ["[E0404]", "2^30"]), ([], 2, ["--over p=0:1:11"]), (["--trials=0"], 2, ["trials"]), (["--trials=2"] + [f"--over=p{k}=1,2" for k in range(8)], 2, ["eight axes"]),
            ([ok, "--measure=E"], 2, ["[E0813]", "mean(E)"]), ([ok, "--measure=final(E)"], 2, ["[E0813]", "2 numbers"]),
            ([ok, "--measure=final(F)"], 2, ["[E0201]"]), ([ok, "--measure=final(mean(E)"], 2, ["[E01"]), ([ok, "--measure=final()"], 2, ["[E0"]),
            ([ok, "--measure=final(mean(E), 1)"], 2, ["[E0813]", "100 ms"]), ([ok, "--measure=final(mean(E), 1 s)"], 2, ["[E0813]", "ends before"]),
            ([ok, "--measure=average(peak(mean(E)))"], 2, ["[E0813]", "outermost"]), ([ok, "--measure=mean(E)", "--measure=final(mean(E))"], 2, ["[E0813]", "already"]),
            ([ok, "--measure=mean(E) every 1 ms"], 2, ["[E0813]"]), ([ok, "--measure=mean(E), I"], 2, ["[E0813]"]), ([ok, "--measure=mean(E) } simulate { x = 2"], 2, ["[E0"]),
            ([ok, "--measure="], 2, ["[E0"]), ([ok, "--threads=0"], 2, ["threads"]), ([ok, "-o", "x.h5"], 2, [".npz"]), ([ok, "-o", "/nowhere/x.csv"], 3, ["[E0004]"]),
            (["--over=tau_E=-1 ms:1 ms:3"], 2, ["[E0401]", "at tau_E = -1 ms"]), (["--over=w=" + "1," * 3000 + "x"], 2, ["[E0404]"])):
        r = eigc("sweep", "m.eig", *options, cwd=folder)
        check(r.status == status and all(s in r.err for s in says), (options, r))
        equal([f for f in os.listdir(folder) if f != "m.eig"], [], options)
    r = eigc("sweep", "-", ok, stdin="x")
    check(r.status == 2 and "as a file" in r.err, r)


@test
def a_set_inside_that_is_no_model(folder):
    """The ends are models, one between is not: it is named, and what was run is kept."""
    write(folder, "m.eig", "param k = 1\npopulation E excitatory { tau = 0.25 + (k - 3) * (k - 3) - 0.25 * pulse(1 - k * 0, 2); cost = nonnegative; input = 1 }\n"
                           "simulate { duration = 1; method = euler; step = 0.5 }\n")
    r = eigc("sweep", "m.eig", "--over=k=1,2,3,4,5", cwd=folder)
    check(r.status == 2 and "[E0401]" in r.err and "at k = 3" in r.err, r)


@test
def sets_that_are_wrong_alike(folder):
    """Several of the sets that are looked at beside the first are wrong at one place, which is said once."""
    write(folder, "m.eig", "param p = 1\npopulation E excitatory { tau = 1; gain = 1.5 - p; activation(z) = tanh(z); input = 1 }\n"
                           "simulate { duration = 1; method = rk4; step = 0.5 }\n")
    r = eigc("sweep", "m.eig", "--over=p=1,2,3,4,5,6,1.25", cwd=folder)
    check(r.status == 2 and "[E0401]" in r.err and "at p = 2" in r.err, r)


@test
def signs_are_looked_at(folder):
    write(folder, "m.eig", "param w = 1\npopulation E excitatory { tau = 1; cost = nonnegative; input = 1 }\nconnect E -> E { weight = w - 0.5 }\n"
                           "simulate { duration = 1; method = euler; step = 0.5 }\n")
    r = eigc("sweep", "m.eig", "--over=w=1,0,2", cwd=folder)
    check(r.status in (1, 2) and "[E06" in r.err and "at w = 0" in r.err, r)


@test
def measures_that_are_no_numbers(folder):
    """Said once, with the first set and how many there are; nothing is said of numbers."""
    text = """model m
param g = 0 in [-1, 1]
param h = 1 in [0, 2]
population E excitatory { tau = 10 ms; cost = identity; input = 0; start = g }
simulate { duration = 1 ms; method = rk4; step = 0.1 ms; record RECORD every 1 ms }
"""
    write(folder, "n.eig", text.replace("RECORD", "E"))
    r = sweep(folder, "--over=g=-1:0.5:4", "--over=h=1:2:2", "--measure=final(log(E))", "--measure=peak(log(E))", model="n.eig")
    equal(r.err.count("warning"), 1, r)
    check("warning[E0893]: the measure `final(log(E))` is no number at g = -1, h = 1" in r.err, r.err)
    check("this is the first; 6 of 8 sets have such a measure" in r.err, r.err)
    for over, record in (("g=0.5:1:2", "log(E)"), ("g=-1:0.5:2", "log(abs(E))")):
        write(folder, "n.eig", text.replace("RECORD", record))
        equal(sweep(folder, "--over=" + over, f"--measure=final({record})", model="n.eig").err, "")


if __name__ == "__main__":
    main() if HAS_JIT else print("ok sweep_needs_the_code_generator")
