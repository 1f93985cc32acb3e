#!/usr/bin/python3
"""cvode against closed forms, against SciPy's Radau at rtol 1e-12, against dopri8 where nothing is stiff; jumps, records, numbers that are the
same at every run, and how many steps it takes."""
import sys
import tempfile

import numpy as np
from scipy.integrate import solve_ivp

import eigc

folder = tempfile.mkdtemp()


def names(arrays):
    return [k for k in arrays if k != "t"]


def worst(got, want):
    return max(np.max(np.abs(np.asarray(got[k]) - want[k])) for k in want)


# A leak of 1 and one of 1e5, coupled one way: eigenvalues -1 and -1e5.
LINEAR = """
population A excitatory { tau = 1; activation(z) = z; input = 1 }
population B excitatory { tau = 1e-5; activation(z) = z; start = 3 }
connect A -> B { weight = 2 }
simulate { duration = 20; method = cvode; rtol = %g; atol = %g; record A, B every 1/4 }
"""


def linear():
    errors = []
    for rtol in 1e-4, 1e-6, 1e-8, 1e-10:
        got = eigc.both(LINEAR % (rtol, rtol), folder)
        t = got["t"]
        a = 1 - np.exp(-t)
        k = 1e5                 # b' = -k b + 2 k a
        b = 2 - 2 * k / (k - 1) * np.exp(-t) + (3 - 2 + 2 * k / (k - 1)) * np.exp(-k * t)
        errors.append(worst(got, {"A": a, "B": b}) / rtol)
    print("# error over tolerance", errors)
    assert max(errors) < 100, errors


# As LINEAR, with both eigenvectors mixed: x' = M x + u of eigenvalues -1 and -1e5.
def mixed():
    fast = 1e5
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    m = turn @ np.diag([-1.0, -fast]) @ turn.T
    text = ("population C mixed { x' = %.17g * x + %.17g * y + sin(t); y' = %.17g * x + %.17g * y; rate = x; start(x) = 1; start(y) = -1 }\n"
            "simulate { duration = 5; method = cvode; rtol = 1e-9; atol = 1e-11; record C.x, C.y every 1/8 }\n" % (*m[0], *m[1]))
    got = eigc.both(text, folder)
    t = got["t"]
    start, push = turn.T @ [1, -1], turn.T @ [1, 0]
    z = []
    for rate, z0, p in zip((1.0, fast), start, push):
        steady = p * (rate * np.sin(t) - np.cos(t)) / (1 + rate * rate)
        z.append(steady + (z0 + p / (1 + rate * rate)) * np.exp(-rate * t))
    x, y = turn @ np.array(z)
    assert worst(got, {"C.x": x, "C.y": y}) < 3e-7, worst(got, {"C.x": x, "C.y": y})


def radau(f, x0, t, jac=None):
    s = solve_ivp(f, (0, t[-1]), x0, method="Radau", t_eval=t, rtol=1e-12, atol=1e-13, jac=jac)
    assert s.success, s.message
    return s.y


FHN = """
population C excitatory {
  v' = 10000 * (v - v^3 / 3 - w + input)
  w' = 0.8 * (v + 0.7 - 0.8 * w)
  rate = v
  input = 0.5
  start(v) = 1
}
simulate { duration = 4; method = cvode; rtol = 1e-9; atol = 1e-11; record C.v, C.w every 1/2 }
"""


def fitzhugh_nagumo():
    got = eigc.both(FHN, folder)
    v, w = radau(lambda t, x: [1e4 * (x[0] - x[0] ** 3 / 3 - x[1] + 0.5), 0.8 * (x[0] + 0.7 - 0.8 * x[1])], [1, 0], got["t"],
                 lambda t, x: [[1e4 * (1 - x[0] ** 2), -1e4], [0.8, -0.64]])
    assert np.ptp(v) > 3        # it fires
    assert worst(got, {"C.v": v, "C.w": w}) < 1e-5, worst(got, {"C.v": v, "C.w": w})


WILSON_COWAN = """
population E excitatory { tau = 100; activation(z) = 1/(1 + exp(-4 * (z - 1))); input = 0.6 + 0.5 * sin(t / 50) }
population I inhibitory { tau = 0.01; activation(z) = 1/(1 + exp(-4 * (z - 0.5))) }
connect E -> E { weight = 2 }
connect I -> E { weight = 1 }
connect E -> I { weight = 1.5 }
connect I -> I { weight = 0.3 }
simulate { duration = 500; method = %s; rtol = %g; atol = %g; record E, I every 5 }
"""


def wilson_cowan():
    got = eigc.both(WILSON_COWAN % ("cvode", 1e-9, 1e-11), folder)

    def f(t, x):
        e, i = x
        return [(-e + 1 / (1 + np.exp(-4 * (2 * e - i + 0.6 + 0.5 * np.sin(t / 50) - 1)))) / 100,
                (-i + 1 / (1 + np.exp(-4 * (1.5 * e - 0.3 * i - 0.5)))) / 0.01]
    e, i = radau(f, [0, 0], got["t"])
    assert worst(got, {"E": e, "I": i}) < 1e-6, worst(got, {"E": e, "I": i})


def takes_fewer_steps():
    steps = {}
    for method in "cvode", "rk45", "dopri8":
        if not eigc.has_jit():
            return
        r = eigc.run(WILSON_COWAN % (method, 1e-6, 1e-9), folder)
        assert r.status == 0, r.stderr
        steps[method] = r.meta["run"]["steps"]
    print("# steps", steps)
    assert steps["cvode"] * 20 < min(steps["rk45"], steps["dopri8"]), steps


# Krylov's method: time constants over three decades, weights of all kinds.
MANY = """
population E excitatory { size = 120; tau = %s; activation(z) = tanh(z); input = 0.3 * sin(i) }
population I inhibitory { size = 30; tau = 0.1; cost = entropy(0.3) ; place = ring(1) }
connect E -> E { weight = 0.3; scale = 1/n }
connect E -> I { weight = uniform(0, 0.05); pattern = random(p = 0.1) }
connect I -> E { weight = 0.2; pattern = random(indegree = 4) }
connect I -> I { weight = 0.5; pattern = kernel(gaussian(0.1)) }
simulate { duration = 4; method = %s; rtol = %g; atol = %g; record E, I every 1/2 }
"""


def many_neurons():
    tau = "10^(-3 + 3 * i / 120)"
    got = eigc.both(MANY % (tau, "cvode", 1e-8, 1e-10), folder)
    want = eigc.run(MANY % (tau, "rk45", 1e-10, 1e-12), folder, *([] if eigc.has_jit() else ["--reference"]))
    assert want.status == 0, want.stderr
    assert worst(got, {k: want.arrays[k] for k in names(got)}) < 1e-6


def as_dopri8():
    """Nothing stiff: a rotation that decays, and gates, currents of pairs, signals."""
    text = """
population C excitatory {
  size = 12
  v' = v - v^3 / 3 - w + input
  w' = 0.08 * (v + 0.7 - 0.8 * w)
  rate = v
  input = 0.5 + 0.02 * i
  start(v) = 1 - 0.1 * i
}
connect C -> C { current = 0.02 * (pre.v - post.v) }
connect C -> C { current = 0.01 * tanh(pre.v - post.w); pattern = random(p = 0.3) }
simulate { duration = 50; method = %s; rtol = %g; atol = %g; record C.v, C.w every 5 }
"""
    got = eigc.both(text % ("cvode", 1e-9, 1e-11), folder)
    want = eigc.run(text % ("dopri8", 1e-12, 1e-13), folder, *([] if eigc.has_jit() else ["--reference"]))
    assert worst(got, {k: want.arrays[k] for k in names(got)}) < 1e-5


# The time constant is that of the input's jumps: a step over one of them would see none or be wrong by much.
JUMPS = """
param drive = 0
population A excitatory { tau = 1; activation(z) = z; input = drive + step(t - 3) - 2 * pulse(t - 5, 1/1000) + step(9 - t) }
population B excitatory { tau = 1e-4; activation(z) = z }
connect A -> B { weight = 1 }
simulate { duration = 12; method = cvode; rtol = 1e-9; atol = 1e-11; at 7 drive = 4; record A, B every 1/4 }
"""


def jumps():
    got = eigc.both(JUMPS, folder)
    t = got["t"]
    a = np.zeros_like(t)

    def since(at):
        return np.where(t > at, 1 - np.exp(-np.maximum(t - at, 0)), 0)
    a = since(0) + since(3) - 2 * (since(5) - since(5.001)) + 4 * since(7) - since(9)
    assert worst(got, {"A": a}) < 2e-7, worst(got, {"A": a})
    model = tempfile.NamedTemporaryFile("w", suffix=".eig")
    model.write(JUMPS)
    model.flush()
    import subprocess
    plan = subprocess.run([eigc.EIGC, "dump", "--plan", model.name], capture_output=True, text=True).stdout
    assert "begins anew at 5 times: 3 5 5.001 7 9\n" in plan, plan


def held_samples():
    """Samples that hold jump at each of their times."""
    with open(folder + "/drive.csv", "w") as f:
        f.write("t,drive\n0,1\n1,3\n2.5,-1\n4,0\n6,0\n")
    text = """
population A excitatory { tau = 1; activation(z) = z; input = samples("drive.csv", times = "t", column = "drive", interpolation = step) }
simulate { duration = 5; method = cvode; rtol = 1e-9; atol = 1e-11; record A every 1/4 }
"""
    got = eigc.both(text, folder)
    t = got["t"]
    a, last = np.zeros_like(t), 0.0
    for at, value in (0, 1), (1, 3), (2.5, -1), (4, 0):
        a = a + (value - last) * np.where(t > at, 1 - np.exp(-np.maximum(t - at, 0)), 0)
        last = value
    assert worst(got, {"A": a}) < 1e-7, worst(got, {"A": a})


def costs_solved_for():
    """A matrix, and products, where activations solve an equation with a kink and two ends."""
    text = """
population E excitatory { size = %d; tau = 10; cost(x) = x^4/4 + 0.2 * abs(x - 0.5) on [0, 1]; input = 0.2 + 0.02 * i + step(t - 20) }
population I inhibitory { size = 3; tau = 0.01; gain = 2; cost(x) = 0.1 * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1] }
connect E -> E { weight = 0.5; scale = 1/n }
connect E -> I { weight = 1; scale = 1/n }
connect I -> E { weight = 0.4 }
simulate { duration = 50; method = %s; rtol = %g; atol = %g; record E, I every 5 }
"""
    for size in 5, 120:
        got = eigc.both(text % (size, "cvode", 1e-8, 1e-10), folder)
        want = eigc.run(text % (size, "rk45", 1e-10, 1e-12), folder, *([] if eigc.has_jit() else ["--reference"]))
        assert worst(got, {k: want.arrays[k] for k in names(got)}) < 1e-6


def same_at_every_run():
    if not eigc.has_jit():
        return
    runs = [eigc.run(MANY % ("10^(-3 + 3 * i / 120)", "cvode", 1e-6, 1e-9), folder, *more) for more in ([], [], ["--threads", "1"], ["--threads", "3"])]
    for r in runs[1:]:
        assert all(np.array_equal(r.arrays[k], runs[0].arrays[k]) for k in r.arrays)


for check in (linear, mixed, fitzhugh_nagumo, wilson_cowan, takes_fewer_steps, many_neurons, as_dopri8, jumps, held_samples, costs_solved_for,
              same_at_every_run):
    eigc.test("stiff_" + check.__name__, check)
sys.exit(eigc.failures != 0)
