#!/usr/bin/python3
"""taylor where formulas have kinks: networks of linear-threshold neurons against matrix exponentials and their switching times at 50 digits,
closed forms for curves that touch, cross twice, begin or rest at a kink, and dopri8 at a tight tolerance on generated networks; every run by the
reference and by compiled code, to the same bits."""
import os
import subprocess
import sys
import tempfile

import mpmath as mp
import numpy as np

import eigc

folder = tempfile.mkdtemp()
mp.mp.dps = 50


def exact(weight, drive, tau, start, duration, every):
    """tau x' = max(0, weight x + drive) - x, at multiples of `every`."""
    n, grid = len(start), mp.mpf(1) / 16
    x, at, powers, out = mp.matrix(start + [1]), mp.mpf(0), {}, [list(start)]
    weights = mp.matrix([[*weight[i], drive[i]] for i in range(n)])
    sides = tuple(z >= 0 for z in weights * x)

    def system(sides):
        rows = [[(weights[i, j] * sides[i] - (i == j)) / tau[i] for j in range(n + 1)] for i in range(n)]
        return mp.matrix(rows + [[0] * (n + 1)])

    n_switches = 0
    for k in range(int(duration / grid)):
        left = grid
        while left > 0:
            a = system(sides)
            if left == grid:
                if sides not in powers:
                    powers[sides] = mp.expm(a * grid)
                y = powers[sides] * x
            else:
                y = mp.expm(a * left) * x
            crossed = [i for i in range(n) if ((weights * y)[i] >= 0) != sides[i]]
            if not crossed:
                x, left = y, mp.mpf(0)
                continue
            times = [mp.findroot(lambda s: (weights * (mp.expm(a * s) * x))[i], (0, left), solver="anderson", tol=1e-80) for i in crossed]
            first = min(times)
            i = crossed[times.index(first)]
            x, left, n_switches = mp.expm(a * first) * x, left - first, n_switches + 1
            sides = tuple(not s if j == i else s for j, s in enumerate(sides))
        if (k + 1) * grid % every == 0:
            out.append(list(x)[:n])
    return np.array([[float(v) for v in row] for row in out]), n_switches


def network(weight, drive, tau, start):
    signs = ["excitatory" if all(row[j] >= 0 for row in weight) else "inhibitory" for j in range(len(start))]
    text = "".join("population P%d %s { tau = %s; cost = nonnegative; input = %s; start = %s }\n" % (j, signs[j], tau[j], drive[j], start[j])
                   for j in range(len(start)))
    return text + "".join("connect P%d -> P%d { weight = %s }\n" % (j, i, abs(w)) for i, row in enumerate(weight) for j, w in enumerate(row) if w)


def against_exact(name, weight, drive, tau, start, duration, least):
    want, n_switches = exact(weight, drive, tau, start, duration, mp.mpf(1) / 2)
    assert n_switches >= least, n_switches
    record = ", ".join("P%d" % j for j in range(len(start)))
    for rtol in 1e-6, 1e-9, 1e-12:
        got = eigc.both(network(weight, drive, tau, start) + "simulate { duration = %d; method = taylor; rtol = %g; atol = %g; record %s every 1/2 }\n" %
                        (duration, rtol, rtol, record), folder)
        off = max(np.max(np.abs(got["P%d" % j] - want[:, j])) for j in range(len(start)))
        print("#", name, n_switches, "switches, error / rtol", off / rtol)
        assert off < 20 * rtol, (name, rtol, off)


def a_pair():
    """Excitatory and inhibitory, on a cycle."""
    against_exact("pair", [[2.5, -3], [4, -0.5]], [1, -0.5], [1, 1], [1, 0], 40, 10)


def a_ring():
    """Three that inhibit the next."""
    against_exact("ring", [[0, 0, -3], [-3, 0, 0], [0, -3, 0]], [1, 1, 1], [1, 1, 1], [1, 0.5, 0], 40, 15)


def a_selector():
    """Four that inhibit each other: one is left, of those with the largest drive."""
    against_exact("selector", [[0 if i == j else -1.5 for j in range(4)] for i in range(4)], [1, 1.125, 1.0625, 0.875], [1, 2, 1, 0.5],
                  [0, 0, 0.25, 0.5], 20, 3)


def hundreds_of_switches():
    """max(0, cos t - 1 + e) along a circle: two crossings next to each other, in each turn; for e = 0 it touches. By how much the circle is off
    goes into the integral over its arcs, whose length is as sqrt(e)."""
    text = """
population C excitatory { x' = -y; y' = x; q' = max(0, x - 1 + %g); start(x) = 1 }
simulate { duration = 1000; method = taylor; rtol = 1e-10; atol = 1e-10; record C.q every 1000 }
"""
    for e in 0, 1e-6, 1e-4, 1e-2, 1:
        got = eigc.both(text % e, folder)["C.q"][-1]
        a = mp.acos(1 - mp.mpf(e))
        turns, rest = int(mp.mpf(1000) / (2 * mp.pi)), mp.mpf(1000) % (2 * mp.pi)
        part = lambda to: mp.sin(to) - (1 - mp.mpf(e)) * to
        want = 2 * turns * part(a) + part(min(rest, a)) + (part(a) - part(2 * mp.pi - rest) if rest > 2 * mp.pi - a else 0)
        print("# e", e, "error", float(got - want))
        assert abs(got - want) < 2e-7 * e ** 0.5 + 1e-10, (e, got, want)


def beginning_and_resting_at_a_kink():
    text = """
population A excitatory { a' = max(0, 1 - a); start = 1 }
population B excitatory { b' = abs(b); start = 0 }
population D excitatory { d' = max(0, t) - min(0, d) * 0 }
population F excitatory { x' = 1; q' = abs(x); start(x) = -2 }
population G excitatory { x' = -1; q' = max(0, x) }
population H excitatory { x' = 1; q' = max(0, x) }
population K excitatory { tau = 1; cost = nonnegative; input = 0.5 - step(t - 1) * 0.5 + step(t - 2) * 0.25 }
simulate { duration = 4; method = taylor; rtol = 1e-12; atol = 1e-12; record A.a, B.b, D.d, F.q, G.q, H.q, K every 4 }
"""
    got = eigc.both(text, folder)
    k1 = 0.5 * (1 - np.exp(-1))
    for name, want in {"A.a": 1, "B.b": 0, "D.d": 8, "F.q": 4, "G.q": 0, "H.q": 8, "K": 0.25 + (k1 * np.exp(-1) - 0.25) * np.exp(-2)}.items():
        assert abs(got[name][-1] - want) < 1e-11, (name, got[name][-1], want)


def with_pulses_and_ramps():
    """A kink of a ramp and of a pulse of the time, at times of neither of them."""
    text = """
population R excitatory { r' = max(0, ramp(t - 1, 2) - 1/4) + abs(pulse(t - 1/2, 1) - 1/4); }
population S excitatory { s' = min(1/2, max(-1/2, sin(3 * t))) }
simulate { duration = 4; method = taylor; rtol = 1e-12; atol = 1e-12; record R.r, S.s every 4 }
"""
    got = eigc.both(text, folder)
    assert abs(got["R.r"][-1] - (0.5 * 1.5 * 0.75 + 0.75 + 0.75 + 0.25 * 3)) < 1e-11, got["R.r"][-1]
    third = mp.quad(lambda t: min(mp.mpf(0.5), max(mp.mpf(-0.5), mp.sin(3 * t))), sorted([0, 4] + [(mp.pi * k + s * mp.pi / 6) / 3 for k in range(4)
                    for s in (-1, 1) if 0 < (mp.pi * k + s * mp.pi / 6) / 3 < 4]))
    assert abs(got["S.s"][-1] - third) < 1e-11, (got["S.s"][-1], third)


NETWORK = """
population A mixed { size = %d; tau = 1 + 0.05 * i; cost = %s; input = 0.5 + sin(t + i) + pulse(t - 3, 2); start = 0.1 * i - 0.3 }
connect A -> A { weight = normal(0, %g) }
simulate { duration = 10; method = %s; rtol = %g; atol = %g; record A every 1/4 }
"""


def costs_of_networks():
    """In registers and in memory."""
    for cost in "nonnegative", "box(-0.5, 1)", "l1(0.25)", "box(0, 1) + l1(0.3)", "leaky(0.2)", "elu":
        for size, spread in (3, 0.6), (20, 0.3):
            want = eigc.run(NETWORK % (size, cost, spread, "dopri8", 1e-13, 1e-13), folder, *([] if eigc.has_jit() else ["--reference"]))
            got = eigc.both(NETWORK % (size, cost, spread, "taylor", 1e-9, 1e-9), folder)
            off = np.max(np.abs(got["A"] - want.arrays["A"]))
            assert off < 1e-7, (cost, size, off)


def kinks_of_signals():
    """What is sent, and what arrives through gates."""
    text = """
population C excitatory { size = 3; v' = v - v^3 / 3 - w + input; w' = 0.08 * (v + 0.7 - 0.8 * w); rate = max(0, v); start(v) = -1 + 0.3 * i; input = 0.4 }
connect C -> C { current = max(0, pre.rate - 1/2) * min(1, 1 - post.v); weight = 0.05 * (2 + cos(pre.i * post.i)) }
simulate { duration = 40; method = %s; rtol = %g; atol = %g; record C.v every 1 }
"""
    want = eigc.run(text % ("dopri8", 1e-13, 1e-13), folder, *([] if eigc.has_jit() else ["--reference"])).arrays["C.v"]
    off = np.max(np.abs(eigc.both(text % ("taylor", 1e-10, 1e-10), folder)["C.v"] - want))
    assert off < 1e-7, off


def many_at_once():
    """A hundred that are alike switch together, in as many steps as one would."""
    text = """
population A inhibitory { size = %d; tau = 1; cost = nonnegative; input = 1 + 2 * sin(t) }
connect A -> A { weight = %.17g }
simulate { duration = 50; method = taylor; rtol = 1e-9; atol = 1e-9; record mean(A) every 50 }
"""
    few, many = (eigc.run(text % (n, 0.5 / n), folder, *([] if eigc.has_jit() else ["--reference"])) for n in (1, 100))
    assert many.meta["run"]["steps"] <= few.meta["run"]["steps"] + 4, (few.meta["run"], many.meta["run"])
    assert abs(few.record(0)[-1] - many.record(0)[-1]) < 1e-8
    eigc.both(text % (100, 0.005), folder)


def switches_that_accumulate():
    """abs(x)/x jumps, and the solution stays at 0 from t = 1 on: a stop that names it, at once."""
    text = "population X excitatory { x' = -abs(x) / x; start = 1 }\nsimulate { duration = 5; method = taylor; record X.x every 1 }\n"
    ends = [eigc.run(text, folder, *more) for more in ((["--reference"], []) if eigc.has_jit() else (["--reference"],))]
    for r in ends:
        assert r.status == 1 and "E0891" in r.stderr and "X" in r.stderr, r.stderr
        assert r.stderr.splitlines()[0] == ends[0].stderr.splitlines()[0]


def said_by_the_plan():
    """How many kinks there are; none where min and max clip numbers far out, or are those of numbers."""
    path = os.path.join(folder, "plan.eig")
    for cost, n in ("box(0, 1)", 6), ("nonnegative", 3), ("tanh", 0), ("logistic", 0), ("softplus", 0), ("algebraic", 0), ("log_barrier", 0), ("elu", 6):
        with open(path, "w") as f:
            f.write("population A mixed { size = 3; tau = 1; cost = %s; input = max(0, 1 - i) }\nsimulate { duration = 1; method = taylor }\n" % cost)
        plan = subprocess.run([eigc.EIGC, "dump", "--plan", path], capture_output=True, text=True).stdout
        assert ("one of %d kinks" % n in plan) == (n > 0) and ("kinks" in plan) == (n > 0), (cost, plan)


# z of the first neuron of each population is 0 at time 0, and goes through it later; of others it is near.
BENT = """
population A mixed { size = 3; tau = 1; cost = softplus(0.3); input = sin(t) + 0.1 * i }
population B mixed { size = 3; tau = 2; cost = algebraic; gain = 3; threshold = 0.1; input = 0.1 + sin(2 * t) + 0.1 * i }
population C mixed { size = 3; tau = 1; cost = log_barrier(0.2); input = -sin(t) + 0.1 * i }
population D mixed { size = 3; tau = 3; cost = log_barrier(0.2) + quadratic(0.5); gain = 1.7; threshold = 0.3; input = 0.3 + sin(t) }
population E mixed { size = 20; tau = 1; cost = softplus; gain = 2.3; threshold = 0.1; input = 0.1 + sin(t) + 0.01 * i }
connect A -> B { weight = 0.1 * (1 + pre.i) * (i - 1) }
connect B -> A { weight = 0.1 * pre.i }
simulate { duration = 12; method = %s; rtol = %g; atol = %g; record A, B, C, D, E every 1/4 }
"""


def what_formulas_bend_and_functions_do_not():
    """abs and max in the formulas of costs that have all derivatives: no step ends there, and nothing is lost."""
    text = BENT.replace("(i - 1)", "(post.i - 1)")
    got, want = eigc.both(text % ("taylor", 1e-12, 1e-12), folder), eigc.run(text % ("dopri8", 1e-14, 1e-14), folder, *([] if eigc.has_jit() else ["--reference"]))
    off = max(np.max(np.abs(got[k] - want.arrays[k])) for k in "ABCDE")
    print("# off", off)
    assert off < 1e-11, off
    steps = eigc.run(text % ("taylor", 1e-12, 1e-12), folder, *([] if eigc.has_jit() else ["--reference"])).meta["run"]
    print("# steps", steps)
    assert steps["rejected"] * 10 < steps["steps"], steps


def kinks_beside_none():
    """Of two populations one has them."""
    path = os.path.join(folder, "plan.eig")
    with open(path, "w") as f:
        f.write("population A mixed { size = 3; tau = 1; cost = softplus; input = 1 }\npopulation B mixed { size = 5; tau = 1; cost = nonnegative; input = 1 }\n"
                "simulate { duration = 1; method = taylor }\n")
    plan = subprocess.run([eigc.EIGC, "dump", "--plan", path], capture_output=True, text=True).stdout
    assert "one of 5 kinks" in plan, plan


def two_parts_are_one_run():
    text = network([[0, 0, -3], [-3, 0, 0], [0, -3, 0]], [1, 1, 1], [1, 1, 1], [1, 0.5, 0])
    text += "simulate { duration = %s; method = taylor; record P0, P1, P2 every 1 }\n"
    state = os.path.join(folder, "state")
    mode = [] if eigc.has_jit() else ["--reference"]
    whole = eigc.run(text % 30, folder, *mode)
    for until in "7", "11", "16":
        eigc.run(text % 30, folder, "--until=" + until, "--save-state=" + state, *mode)
        rest = eigc.run(text % 30, folder, "--from=" + state, *mode)
        assert rest.status == 0, rest.stderr
        for name in "P0", "P1", "P2":
            n = len(rest.arrays[name])
            assert n > 5 and np.array_equal(rest.arrays[name], whole.arrays[name][-n:]), (until, name)


def sweeps():
    if not eigc.has_jit():
        return
    text = "param u = 1\n" + network([[0, 0, -3], [-3, 0, 0], [0, -3, 0]], ["u", 1, 1], [1, 1, 1], [1, 0.5, 0])
    text += "simulate { duration = 20; method = taylor; record P0 every 20 }\n"
    path, out = os.path.join(folder, "sweep.eig"), os.path.join(folder, "sweep.npz")
    with open(path, "w") as f:
        f.write(text)
    done = subprocess.run([eigc.EIGC, "sweep", "--no-check", "-q", "--over", "u=0.75:1.25:3", "--measure", "final(P0)", "-o", out, path],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with np.load(out) as f:
        got = [list(f[name]) for name in f.files if "final" in name][0]
    for u, value in zip(("0.75", "1", "1.25"), got):
        assert eigc.run(text, folder, "--set=u=" + u).arrays["P0"][-1] == value, u


for check in (a_pair, a_ring, a_selector, hundreds_of_switches, beginning_and_resting_at_a_kink, with_pulses_and_ramps,
              costs_of_networks, kinks_of_signals, many_at_once, switches_that_accumulate,
              said_by_the_plan, what_formulas_bend_and_functions_do_not, kinks_beside_none, two_parts_are_one_run, sweeps):
    eigc.test("kinks_" + check.__name__, check)
sys.exit(eigc.failures != 0)
