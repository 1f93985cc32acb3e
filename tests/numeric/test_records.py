#!/usr/bin/python3
"""Recorded ranges and spreads of neurons, protocols of circuits, and the exponential method beside
equations, against NumPy and closed forms. Run from the repository's root with EIGC=program."""
import sys
import tempfile

import numpy as np

import eigc

folder = tempfile.mkdtemp()


def both(text):
    return eigc.both(text, folder)


NET = """population E excitatory { size = 40; tau = 20; cost = nonnegative; input = 1 + 0.1 * i - 0.002 * i * i }
population I inhibitory { size = 20; tau = 10; cost = nonnegative; input = 1 - 0.01 * i }
population V excitatory { size = 7; v' = -v + w; w' = -w / 3 + input; start(v) = i; input = i^2 }
connect E -> I { weight = 0.02 }
connect I -> E { weight = 0.02 }
simulate {
  duration = 4
  method   = rk4
  step     = 0.1
  record %s every 1
}
"""


def ranges_are_slices():
    r = both(NET % "E, I, V.v, V.w, E[3..7], I[10..19], V[2..4].w, V[1..3], E[5..5], I[10..19] - E[0..9], E[3..7] + V[1..5].v")
    e, i, v, w = r["E"], r["I"], r["V.v"], r["V.w"]
    for name, wanted in (("E[3..7]", e[:, 3:8]), ("I[10..19]", i[:, 10:]), ("V[2..4].w", w[:, 2:5]), ("V[1..3]", v[:, 1:4]),
                         ("E[5..5]", e[:, 5]), ("I[10..19] - E[0..9]", i[:, 10:] - e[:, :10]),
                         ("E[3..7] + V[1..5].v", e[:, 3:8] + v[:, 1:6])):
        assert np.array_equal(r[name], wanted), name


def inputs_of_ranges():
    r = both(NET % "input(E), input(E[30..39]), mean(input(E[30..39]))")
    assert np.array_equal(r["input(E[30..39])"], r["input(E)"][:, 30:])
    assert np.allclose(r["mean(input(E[30..39]))"], r["input(E)"][:, 30:].mean(axis=1), rtol=1e-15)


def spreads():
    r = both(NET % "E, V.v, std(E), variance(E), variance(E[3..30]), std(V.v), std(2 * V[2..5].v - 1), mean(E[4..20]), sum(E[4..20]), "
                   "variance(E[3..3])")
    e, v = r["E"], r["V.v"]
    for name, wanted in (("std(E)", e.std(axis=1)), ("variance(E)", e.var(axis=1)), ("variance(E[3..30])", e[:, 3:31].var(axis=1)),
                         ("std(V.v)", v.std(axis=1)), ("std(2 * V[2..5].v - 1)", 2 * v[:, 2:6].std(axis=1)),
                         ("mean(E[4..20])", e[:, 4:21].mean(axis=1)), ("sum(E[4..20])", e[:, 4:21].sum(axis=1)),
                         ("variance(E[3..3])", 0 * e[:, 3])):
        assert np.allclose(r[name], wanted, rtol=1e-13, atol=1e-15), name


def units_of_spreads():
    r = eigc.run("population E excitatory { size = 3; tau = 2 ms; cost = nonnegative; gain = 1 Hz per mV; input = i * 5 mV }\n"
                 "simulate { duration = 4 ms; method = rk4; step = 0.1 ms; record std(E), variance(E) every 1 ms }\n", folder, "--reference")
    assert r.meta["units"] == {"t": "ms", "std(E)": "per ms", "variance(E)": "per ms^2"}, r.meta["units"]


def names_of_columns():
    with open(folder + "/neurons.csv", "w") as f:
        f.write("name,sign\nA,E\nB,E\nC,I\nD,E\n")
    text = ("population w from table(\"neurons.csv\") { tau = 1; cost = identity; input = i }\n"
            "simulate { duration = 1; method = euler; step = 1; record w[1..2], w[\"B\"..\"D\"] }\n")
    r = both(text)
    assert np.array_equal(r["w[1..2]"][-1], [1, 2]) and np.array_equal(r["w[\"B\"..\"D\"]"][-1], [1, 2, 3])


def protocols_of_circuits():
    """Euler's method with tau = 1 and step 1/2: x -> x/2 + u/2, with the u of each instance."""
    r = both("""circuit C(a) {
  param g = 1 in [0, 5]
  population V excitatory { tau = 1; cost = identity; input = g * a }
}
instance one = C(0.5)
instance M[2] = C(index + 1)
simulate {
  duration = 4
  method   = euler
  step     = 0.5
  at 1 one.g = 3
  at 2 M[1].g = 2
  at (2) M[1 - 1].g = 4
  at 3 M[1].g = 0
  record one.V, M[0].V, M[1].V, M[1].g every 0.5
}
""")
    t = r["t"]
    for name, u in (("one.V", 0.5 * np.where(t < 1, 1, 3)), ("M[0].V", 1.0 * np.where(t < 2, 1, 4)),
                    ("M[1].V", 2.0 * np.where(t < 2, 1, np.where(t < 3, 2, 0)))):
        x, wanted = 0.0, []
        for k in range(len(t)):
            wanted.append(x)
            x = x / 2 + u[k] / 2
        assert np.array_equal(r[name], wanted), name
    assert np.array_equal(r["M[1].g"], np.where(t < 2, 1, np.where(t < 3, 2, 0)))


def exponential_beside_equations():
    """The leak exactly, the equation by Euler; one drives the other."""
    r = both("population E excitatory { tau = 2; cost = identity; input = 1 }\n"
             "population V excitatory { v' = -v + input }\n"
             "connect E -> V { weight = 0.5 }\nconnect V -> E { weight = 0.25 }\n"
             "simulate { duration = 3; method = exponential_euler; step = 0.25; record E, V every 0.25 }\n")
    x = v = 0.0
    c = -np.expm1(-0.25 / 2)
    for k in range(13):
        assert abs(r["E"][k] - x) < 1e-15 and abs(r["V"][k] - v) < 1e-15
        x, v = x + c * (1 + 0.25 * v - x), v + 0.25 * (-v + 0.5 * x)


def times_of_steps():
    """The double nearest to every multiple of the step, for records, expressions of t and what begins at a time."""
    r = both("population E excitatory { size = 2; tau = 20; cost = identity; input = step(t - 0.7) + 0 * i }\n"
             "simulate { duration = 100; method = euler; step = 0.1; record E, mean(E), input(E[0]), input(E[0]) + t }\n")
    t = np.array([k / 10 for k in range(1001)])     # a quotient is rounded once
    assert np.array_equal(r["t"], t) and np.array_equal(r["input(E[0])"], t >= 0.7) and r["t"][3] == 0.3
    x = 0.0
    for k in range(1001):
        assert abs(r["mean(E)"][k] - x) < 1e-12
        x += 0.1 * ((k >= 7) - x) / 20
    thirds = both("population E excitatory { tau = 20; cost = identity }\n"
                  "simulate { duration = 100; method = rk4; step = 1/3; record E }\n")
    assert np.array_equal(thirds["t"], [k / 3 for k in range(301)])


for check in (ranges_are_slices, inputs_of_ranges, spreads, units_of_spreads, names_of_columns, protocols_of_circuits,
              exponential_beside_equations, times_of_steps):
    eigc.test("records: " + check.__name__.replace("_", " "), check)
sys.exit(eigc.failures > 0)
