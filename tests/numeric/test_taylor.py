#!/usr/bin/python3
"""taylor against closed forms, against mpmath at 30 digits, one equation for every function whose recurrence is known, and against dopri8 on
networks; its errors against the tolerance, records between steps, jumps, and what its plan says."""
import subprocess
import sys
import tempfile

import mpmath as mp
import numpy as np

import eigc

folder = tempfile.mkdtemp()

# Rotation, logistic curve, tangent; a straight line, whose higher coefficients are 0; exp(-2 t) to its end.
FORMS = """
population R excitatory { x' = -y; y' = x; start(x) = 1; rate = x }
population K excitatory { v' = v * (1 - v); start = 0.25 }
population Q excitatory { q' = q^2 / 16 + 1 }
population L excitatory { l' = 3/4; start = 1 }
population D excitatory { tau = 1/2; activation(z) = z; start = 1 }
"""


def wanted(t):
    return {"R.x": np.cos(t), "R.y": np.sin(t), "K.v": 1 / (1 + 3 * np.exp(-t)), "Q.q": 4 * np.tan(t / 4),
            "L.l": 1 + 0.75 * t, "D": np.exp(-2 * t)}


def ends_and_between():
    """At and between the ends of steps, over all tolerances."""
    ratios = []
    for k in range(4, 14):
        rtol = 10.0 ** -k
        got = eigc.both(FORMS + "simulate { duration = 4; method = taylor; record %s every 1/16; rtol = %g; atol = %g }\n" %
                        (", ".join(wanted(np.zeros(1))), rtol, rtol), folder)
        off = max(np.max(np.abs(got[name] - w) / (1 + np.abs(w))) for name, w in wanted(got["t"]).items())
        ratios.append(off / rtol)
    print("# error / rtol", ratios)
    assert all(r < 10 for r in ratios[:-2]) and all(r < 60 for r in ratios), ratios


def of_time():
    """exp(sin t), t^5/5, and inputs of time."""
    text = """
population U excitatory { u' = u * input; start = 1; input = cos(t) }
population P excitatory { p' = t^4 }
population F excitatory { tau = 1/2; activation(z) = z; input = t; start = 0 }
population S excitatory { s' = step(t) + ramp(t - 1, 2) }
simulate { duration = 4; method = taylor; rtol = 1e-12; atol = 1e-12; record U.u, P.p, F, S.s every 1/8 }
"""
    got = eigc.both(text, folder)
    t = got["t"]
    ramp = np.where(t < 1, 0, np.where(t < 3, (t - 1) ** 2 / 4, t - 2))
    for name, w in ("U.u", np.exp(np.sin(t))), ("P.p", t ** 5 / 5), ("F", t - 0.5 + 0.5 * np.exp(-2 * t)), ("S.s", t + ramp):
        assert np.max(np.abs(got[name] - w) / (1 + np.abs(w))) < 1e-12, (name, np.max(np.abs(got[name] - w)))


def records_change_nothing():
    text = FORMS + "simulate { duration = 4; method = taylor; record R.x, Q.q %s; rtol = 1e-9; atol = 1e-9 }\n"
    ends = [eigc.both(text % every, folder) for every in ("every 1/64", "every 4", "every 1/3")]
    for name in "R.x", "Q.q":
        assert len({float(e[name][-1]) for e in (ends[0], ends[1], ends[2])}) == 1, name


# Of x, along x' = f(x): formulas, what they are in mpmath, the start.
FUNCTIONS = [
    ("exp(-x)", lambda x: mp.exp(-x), "0.2"), ("expm1(-x)", lambda x: mp.expm1(-x), "1"), ("log(2 + x)", lambda x: mp.log(2 + x), "0.3"),
    ("log1p(x)", lambda x: mp.log1p(x), "0.3"), ("sqrt(1 + x)", lambda x: mp.sqrt(1 + x), "0.3"), ("1 / exprel(x - 1/2)", lambda x: (x - mp.mpf(1) / 2) / mp.expm1(x - mp.mpf(1) / 2) if x != mp.mpf(1) / 2 else mp.mpf(1), "1/4"), ("sin(x) + cos(2 * x)", lambda x: mp.sin(x) + mp.cos(2 * x), "0.1"),
    ("cos(x)", mp.cos, "0.1"), ("tanh(1 - x)", lambda x: mp.tanh(1 - x), "0.1"), ("atan(1 + x)", lambda x: mp.atan(1 + x), "0.1"),
    ("normcdf(x)", mp.ncdf, "0.1"), ("normpdf(x)", mp.npdf, "-0.3"), ("1 / (1 + exp(-3 * x))", lambda x: 1 / (1 + mp.exp(-3 * x)), "-0.3"),
    ("wright_omega(x)", lambda x: mp.lambertw(mp.exp(x)), "0.1"),
    ("log_root(x, 1/2)", lambda x: mp.lambertw(2 * mp.exp(2 * x)) / 2, "0.1"),
    ("logit_root(x, 2)", lambda x: mp.findroot(lambda y: mp.log(y / (1 - y)) + 2 * y - x, 0.4), "0.1"),
    ("x^2 - x^3", lambda x: x ** 2 - x ** 3, "0.5"), ("(1 - x)^5", lambda x: (1 - x) ** 5, "0"), ("(1 - x)^7 + x^(-2)", lambda x: (1 - x) ** 7 + x ** -2, "1"),
    ("(1 + x)^(3/10)", lambda x: (1 + x) ** mp.mpf("0.3"), "0.1"), ("(1 + x)^x", lambda x: (1 + x) ** x, "0.1"), ("2^(-x)", lambda x: 2 ** -x, "0.1"),
    ("x / (1 + x^2)", lambda x: x / (1 + x ** 2), "0.4"), ("1 / (2 - x / 3)", lambda x: 1 / (2 - x / 3), "0.4"), ("-x / 7 + abs(-2)", lambda x: -x / 7 + 2, "0"),
]


def each_function():
    """At a time when x has moved by more than a tenth."""
    mp.mp.dps = 25
    pops = "".join("population P%d excitatory { x' = %s; start = %s }\n" % (k, f, start) for k, (f, of, start) in enumerate(FUNCTIONS))
    pops += "".join("population M%d excitatory { size = 21; x' = %s; start = %s }\n" % (k, f, start) for k, (f, of, start) in enumerate(FUNCTIONS))
    names = ["P%d.x" % k for k in range(len(FUNCTIONS))] + ["M%d.x" % k for k in range(len(FUNCTIONS))]
    got = eigc.both(pops + "simulate { duration = 1; method = taylor; rtol = 1e-13; atol = 1e-13; record %s every 1/2 }\n" % ", ".join(names), folder)
    for k, (f, of, start) in enumerate(FUNCTIONS):
        want = float(mp.odefun(lambda t, x, of=of: of(x), 0, mp.mpf(eval(start)))(1).real)
        alone, many = got["P%d.x" % k], got["M%d.x" % k]
        assert abs(want - float(mp.mpf(eval(start)))) > 0.1, f
        assert abs(alone[-1] - want) < 2e-12, (f, alone[-1], want)
        assert np.array_equal(many, np.repeat(alone[:, None], 21, axis=1)), f


NETWORK = """
population E excitatory { size = %d; tau = 10; cost = entropy(0.3); gain = 1.2; threshold = 0.5; input = 0.4 + 0.1 * sin(t / 7) + 0.01 * i; start = 0.1 }
population I inhibitory { size = 4; tau = uniform(4, 6); cost = tanh; start = 0.02 * i }
population C excitatory { size = 6; v' = v - v^3 / 3 - w + input; w' = 0.08 * (v + 0.7 - 0.8 * w); rate = 1 / (1 + exp(-v)); start(v) = -1 + 0.1 * i; input = 0.4 }
connect E -> E { weight = 2; scale = 1/n }
connect E -> I { weight = 0.5; pattern = random(p = 0.5); seed = 2 }
connect I -> E { weight = 0.3 }
connect I -> I { weight = [[0, 1, 0.5, 0], [0.2, 0, 0, 0.1], [0, 0.3, 0, 1], [1, 0, 0.4, 0]] }
connect C -> C { current = pre.rate * (1 - post.v); weight = 0.1 }
connect C -> C { current = 0.02 * (pre.v - post.v) }
connect C -> E { weight = 0.1 }
simulate { duration = 60; method = %s; rtol = %g; atol = %g; record E, I, C.v, C.w every 3 }
"""


def networks():
    """Blocks of every structure, gates, signals, numbers of neurons' own, few neurons and many."""
    for size in 3, 40:
        got = eigc.both(NETWORK % (size, "taylor", 1e-10, 1e-12), folder)
        want = eigc.run(NETWORK % (size, "dopri8", 1e-13, 1e-14), folder, *([] if eigc.has_jit() else ["--reference"]))
        off = max(np.max(np.abs(got[name] - want.arrays[name])) for name in got if name != "t")
        print("# against dopri8", size, off)
        assert off < 2e-9, off


def kernels():
    text = """
population R excitatory { size = 64; tau = 1; place = ring(1); cost = entropy(0.25); input = 0.5 + 0.3 * cos(2 * pi * i / 64); start = 0.1 }
connect R -> R { pattern = kernel(gaussian(0.1)); weight = 0.3 }
simulate { duration = 10; method = %s; rtol = %g; atol = %g; record R every 1 }
"""
    got = eigc.both(text % ("taylor", 1e-10, 1e-12), folder)
    want = eigc.run(text % ("dopri8", 1e-13, 1e-14), folder, *([] if eigc.has_jit() else ["--reference"]))
    assert np.max(np.abs(got["R"] - want.arrays["R"])) < 2e-10


def since(t, at):
    return np.where(t > at, 1 - np.exp(-np.maximum(t - at, 0)), 0)


JUMPS = """
param drive = 0
population A excitatory { tau = 1; activation(z) = z; input = drive + step(t - 3) - 2 * pulse(t - 5, 1/1000) + step(9 - t) }
simulate { duration = 12; method = taylor; rtol = 1e-10; atol = 1e-12; at 7 drive = 4; record A every 1/4 }
"""


def jumps():
    """Pieces between them, each to the tolerance."""
    got = eigc.both(JUMPS, folder)
    t = got["t"]
    a = since(t, 0) + since(t, 3) - 2 * (since(t, 5) - since(t, 5.001)) + 4 * since(t, 7) - since(t, 9)
    assert np.max(np.abs(got["A"] - a)) < 1e-9, np.max(np.abs(got["A"] - a))
    plan = dump(JUMPS)
    assert "begins anew at 5 times: 3 5 5.001 7 9\n" in plan and "polynomials of order 13" in plan, plan


def held_samples():
    with open(folder + "/drive.csv", "w") as f:
        f.write("t,drive\n0,1\n1,3\n2.5,-1\n4,0\n6,0\n")
    text = """
population A excitatory { tau = 1; activation(z) = z; input = samples("drive.csv", times = "t", column = "drive", interpolation = step) }
simulate { duration = 5; method = taylor; rtol = 1e-10; atol = 1e-12; record A every 1/4 }
"""
    got = eigc.both(text, folder)
    t = got["t"]
    a, last = np.zeros_like(t), 0.0
    for at, value in (0, 1), (1, 3), (2.5, -1), (4, 0):
        a = a + (value - last) * since(t, at)
        last = value
    assert np.max(np.abs(got["A"] - a)) < 1e-9, np.max(np.abs(got["A"] - a))


def a_bump_is_seen():
    """Far from it all coefficients are next to nothing."""
    text = "population B excitatory { b' = exp(-((t - 50) / 2)^2) }\nsimulate { duration = 100; method = taylor; rtol = 1e-8; atol = 1e-8; record B.b every 100 }\n"
    got = eigc.both(text, folder)
    assert abs(float(np.ravel(got["B.b"])[-1]) - 2 * np.sqrt(np.pi)) < 1e-6, got


def dump(text):
    done = subprocess.run([eigc.EIGC, "dump", "--plan", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def the_order_follows_from_rtol():
    """1 - log(rtol)/2, rounded up, between 4 and 24."""
    for rtol, order in ("1e-1", 4), ("1e-4", 6), ("1e-9", 12), ("1e-13", 16), ("1e-16", 20), ("1e-30", 24):
        assert "polynomials of order %d," % order in dump(FORMS + "simulate { duration = 4; method = taylor; rtol = %s }\n" % rtol), rtol


def fewer_steps():
    """At tight tolerances a step is of a length that depends on the solution alone; a relaxation oscillator rejects few."""
    text = """
population V excitatory { v' = 10 * (v - v^3 / 3 - w); w' = 0.1 * v; start(v) = 2 }
simulate { duration = 100; method = %s; rtol = 1e-11; atol = 1e-11; record V.v every 10 }
"""
    steps = {}
    for method in "taylor", "dopri8":
        r = eigc.run(text % method, folder, *([] if eigc.has_jit() else ["--reference"]))
        assert r.status == 0, r.stderr
        steps[method] = r.meta["run"]["steps"]
        if method == "taylor":
            assert r.meta["run"]["rejected"] * 20 < r.meta["run"]["steps"], r.meta["run"]
    print("# steps", steps)
    assert 2 * steps["taylor"] < 3 * steps["dopri8"], steps


def same_on_any_number_of_threads():
    """What arrives through gates is shared among threads like anything else."""
    if not eigc.has_jit():
        return
    text = """
population C excitatory { size = 600; v' = v - v^3 / 3 - w + input; w' = 0.08 * (v + 0.7 - 0.8 * w); rate = tanh(v); start(v) = -1 + 0.003 * i; input = 0.4 }
connect C -> C { current = pre.rate * (1 - post.v); weight = 0.0005 * (2 + cos(pre.i * post.i)) }
connect C -> C { current = 0.1 * pre.rate * post.w; weight = 0.0005 * (2 + cos(pre.i + post.i^2)) }
connect C -> C { current = 0.1 * pre.w * post.v; weight = 0.0005 * (2 + cos(pre.i^2 + post.i)) }
connect C -> C { current = 0.3 * pre.rate; weight = 0.0005 * (2 + sin(pre.i * post.i)) }
simulate { duration = 6; method = taylor; rtol = 1e-9; atol = 1e-9; record C.v, input(C) every 1 }
"""
    runs = [eigc.run(text, folder, "--threads=%d" % n) for n in (1, 3)]
    assert all(r.status == 0 for r in runs), runs[0].stderr
    assert all(np.array_equal(runs[0].arrays[k], runs[1].arrays[k]) for k in runs[0].arrays)
    other = eigc.run(text.replace("taylor", "dopri8").replace("1e-9", "1e-12"), folder)
    assert np.max(np.abs(runs[0].arrays["C.v"] - other.arrays["C.v"])) < 1e-8


def where_it_ends():
    """A pole; a root of 0, whose derivative is infinite."""
    for drift, start in ("x^2", "1"), ("sqrt(x)", "0"), ("log(x)", "1/2"):
        text = "population X excitatory { x' = %s; start = %s }\nsimulate { duration = 3; method = taylor; record X.x every 1 }\n" % (drift, start)
        ends = [eigc.run(text, folder, *more) for more in ((["--reference"], []) if eigc.has_jit() else (["--reference"],))]
        for r in ends:
            assert r.status == 1 and ("E0890" in r.stderr or "E0891" in r.stderr), (drift, r.stderr)
            assert r.stderr.splitlines()[0] == ends[0].stderr.splitlines()[0]


for check in (ends_and_between, of_time, records_change_nothing, each_function, networks, kernels, jumps, held_samples, a_bump_is_seen,
              the_order_follows_from_rtol, fewer_steps, same_on_any_number_of_threads, where_it_ends):
    eigc.test("taylor_" + check.__name__, check)
sys.exit(eigc.failures != 0)
