#!/usr/bin/python3
"""Quantities recorded at several intervals in one run, against closed forms at every recorded time, in both kinds of file.
Run from the repository's root with EIGC=program."""
import csv
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

import eigc

folder = tempfile.mkdtemp()

PAIR = """population E excitatory { tau = 20 ms; cost = identity; input = 2 }
population I inhibitory { tau = 10 ms; cost = identity; start = 3 }
%s
simulate {
  duration = 6 ms
  %s
  record E every 0.3 ms
  record I, t every 0.5 ms
  record 2 * E every 0.3 ms
  record E - I
}
"""
EVERY_03, EVERY_05, EVERY_STEP = "t every 0.3 ms", "t every 0.5 ms", "t every step"


def named_by_interval(r):
    assert list(r) == [EVERY_03, "E", "2 * E", EVERY_05, "I", "t", EVERY_STEP, "E - I"], list(r)
    assert np.allclose(r[EVERY_03], 0.3 * np.arange(21), rtol=1e-15) and np.allclose(r[EVERY_05], 0.5 * np.arange(13), rtol=1e-15)
    assert np.array_equal(r["t"], r[EVERY_05]) and np.array_equal(r["2 * E"], 2 * r["E"])


def compare(r, e, i, tolerance):
    for name, t, wanted in (("E", EVERY_03, e), ("I", EVERY_05, i), ("E - I", EVERY_STEP, lambda t: e(t) - i(t))):
        assert np.allclose(r[name], wanted(r[t]), rtol=0, atol=tolerance), name


def intervals_of_fixed_steps():
    """One that is exact here: x = u + (x0 - u) exp(-t/tau)."""
    r = eigc.both(PAIR % ("", "method = exponential_euler; step = 0.1 ms"), folder)
    named_by_interval(r)
    assert len(r[EVERY_STEP]) == 61
    compare(r, lambda t: 2 - 2 * np.exp(-t / 20), lambda t: 3 * np.exp(-t / 10), 1e-14)


def intervals_of_rk45():
    r = eigc.both(PAIR % ("", "method = rk45; rtol = 1e-9; atol = 1e-12"), folder)
    named_by_interval(r)
    assert 3 < len(r[EVERY_STEP]) < 40 and r[EVERY_STEP][-1] == 6
    for name, every in (EVERY_03, Fraction(3, 10)), (EVERY_05, Fraction(1, 2)):
        assert list(r[name]) == [float(k * every) for k in range(len(r[name]))], name
    alone = eigc.run(PAIR.replace("record I, t every 0.5 ms", "record I, t every 0.3 ms") % ("", "method = rk45; rtol = 1e-9; atol = 1e-12"), folder, "--reference")
    assert np.array_equal(alone.arrays["E"], r["E"])
    compare(r, lambda t: 2 - 2 * np.exp(-t / 20), lambda t: 3 * np.exp(-t / 10), 1e-8)


def intervals_with_delays():
    """E's steps are a geometric sequence, and I adds what E was 0.7 ms before."""
    r = eigc.both(PAIR % ("connect E -> I { weight = 0.5; delay = 0.7 ms }", "method = euler; step = 0.1 ms"), folder)
    named_by_interval(r)
    e = 2 - 2 * (1 - 0.1 / 20) ** np.arange(61)
    i = [3.0]
    for k in range(60):
        i.append(i[k] + 0.1 / 10 * (0.5 * e[max(k - 7, 0)] - i[k]))
    compare(r, lambda t: e[np.rint(t / 0.1).astype(int)], lambda t: np.array(i)[np.rint(t / 0.1).astype(int)], 1e-13)


def times_are_named():
    r = eigc.run(PAIR % ("", "method = rk4; step = 0.1 ms"), folder, "--reference")
    assert r.meta["times"] == {"E": EVERY_03, "2 * E": EVERY_03, "I": EVERY_05, "t": EVERY_05, "E - I": EVERY_STEP}, r.meta["times"]
    assert r.meta["units"][EVERY_03] == r.meta["units"][EVERY_STEP] == "ms" and r.meta["run"]["records"] == 21 + 13 + 61
    one = eigc.run("population E excitatory { tau = 2; cost = nonnegative }\n"
                   "simulate { duration = 1; method = euler; step = 0.5; record E, mean(E) every 0.5 }\n", folder, "--reference")
    assert one.meta["times"] == {"E": "t", "mean(E)": "t"}, one.meta["times"]


def same_interval_otherwise_written():
    """1000 us is 1 ms, and a param has its value."""
    text = (PAIR % ("param dt = 0.5 ms", "method = rk4; step = 0.1 ms")).replace("E every 0.3 ms", "E every 500 us").replace("  record E - I\n", "")
    r = eigc.both(text.replace("2 * E every 0.3 ms", "2 * E every dt"), folder)
    assert list(r) == ["t", "E", "I", "t#2", "2 * E"] and r["t"].shape == r["E"].shape == (13,)


def intervals_as_csv():
    """All times in order, each once, with nothing in the cells of what was not recorded then."""
    for method in "rk4; step = 0.1 ms", "rk45":
        text = PAIR % ("", "method = " + method)
        r = eigc.run(text, folder, "--reference").arrays
        out = folder + "/several.csv"
        done = subprocess.run([eigc.EIGC, "run", "-q", "--reference", "-o", out, folder + "/model.eig"])
        assert done.returncode == 0
        with open(out) as f:
            rows = list(csv.reader(line for line in f if not line.startswith("#")))
        assert rows[0] == ["t", "E", "2 * E", "I", "t", "E - I"]
        table = np.array([[float(cell or "nan") for cell in row] for row in rows[1:]])
        assert np.array_equal(table[:, 0], np.unique(np.concatenate([r[EVERY_03], r[EVERY_05], r[EVERY_STEP]])))
        for k, name in enumerate(rows[0][1:], 1):
            there = ~np.isnan(table[:, k])
            axis = EVERY_03 if k < 3 else EVERY_05 if k < 5 else EVERY_STEP
            assert np.array_equal(table[there, 0], r[axis]) and np.array_equal(table[there, k], r[name]), name
            assert all((cell == "") == (not t) for cell, t in zip([row[k] for row in rows[1:]], there)), name


for check in (intervals_of_fixed_steps, intervals_of_rk45, intervals_with_delays, times_are_named, same_interval_otherwise_written,
              intervals_as_csv):
    eigc.test("intervals: " + check.__name__.replace("_", " "), check)
sys.exit(eigc.failures > 0)
