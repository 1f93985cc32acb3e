#!/usr/bin/python3
"""Maps over params of time constants: cells are boxes of one over them, and statements have the time constants of each corner. Both checkers
accept what is written, and beside the model; the cells of the .csv are the plane in pieces; at random points of stable cells, with time constants
worked out here, random slopes leave a linear system that decays; cells that are not stable for some time constants are so for others. Changed speeds,
params and statements are judged alike by both checkers, and other time constants are refused beside the model. Usage: test_map_speeds.py"""
import copy
import csv
import json
import os
import random
import sys
from fractions import Fraction

import numpy as np

from each_test import run_each
from test_range_speeds import RING, slowest
from test_ranges import eigc, write
from two_checkers import both

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Plane, Tested, number

OVER = ("--over", "T=5 ms:20 ms", "--over", "w=1:2.2")


def ring(first, rest, w="w"):
    return "param w = 1.5\n" + RING.format(first=first, rest=rest, w=w).replace("require stable for all params\n", "")


def map_of(folder, text, *over, depth=4):
    """The file, and the rows of the .csv."""
    path, out, rows = write(folder, text), os.path.join(folder, "map.json"), os.path.join(folder, "map.csv")
    for data in (out, rows):
        done = eigc("map", path, *(over or OVER), f"--depth={depth}", "--data", data)
        assert done.returncode == 0, (text, done.stdout, done.stderr)
    assert eigc("verify", out, "--model", path).returncode == 0, (text, eigc("verify", out, "--model", path).stdout)
    with open(out) as file:
        found = json.load(file)
    assert both(found), text
    with open(rows) as file:
        return found, list(csv.DictReader(file)), done.stdout


def area(rows, regions=None):
    return sum((Fraction(r["T_hi"]) - Fraction(r["T_lo"])) * (Fraction(r["w_hi"]) - Fraction(r["w_lo"])) for r in rows if not regions or r["region"] in regions)


def test_ring(folder):
    """Beyond 1 in size a ring of three is stable as long as time constants are alike, to 2 where they are equal."""
    found, rows, _ = map_of(folder, ring("T", "10 ms"))
    assert area(rows) == 15 * Fraction(12, 10), "the cells are not the plane"
    stable, lds = area(rows, ("stable",)), area(rows, ("stable", "lds"))
    assert lds * 10 > area(rows) * 7 and stable * 10 > lds * 7, (stable, lds)
    assert [p["name"] for p in found["params"]] == ["1/T", "w"] and found["speeds"] == [[0], [], []], found["params"]
    assert "lure-popov" in {s["says"] for p in found["proofs"] for s in p.get("statements", [])}
    rng, r, plane = np.random.default_rng(1), random.Random(1), Plane(found)
    for row in rows:
        if row["region"] != "stable":
            continue
        T, w = (Fraction(row[x + "_lo"]) + (Fraction(row[x + "_hi"]) - Fraction(row[x + "_lo"])) * Fraction(r.randrange(0, 101), 100) for x in "Tw")
        rows_at = Tested(plane.at((1 / T, w))).rows
        matrix = [[line.get(j, 0) for j in range(3)] for line in rows_at]
        assert matrix == [[-1, 0, -w], [w, -1, 0], [0, w, -1]], matrix
        assert slowest(matrix, np.array([float(T), 10.0, 10.0]), rng) < 1e-9, row


def test_equal(folder):
    """Equal ones are equal at every point: all that is diagonally stable is stable, and the edge is at 2."""
    _, rows, _ = map_of(folder, ring("T", "T"), depth=5)
    assert not area(rows, ("lds", "centre-lds")), rows
    assert all(Fraction(row["w_hi"]) <= 2 for row in rows if row["region"] == "stable")
    assert area(rows, ("stable",)) > 14
    _, rows, _ = map_of(folder, ring("T", "2 * T"), depth=5)
    assert all(Fraction(row["w_hi"]) <= 2 for row in rows if row["region"] == "stable")


def test_what_cells_are_not_drawn_of(folder):
    """Sums, squares and params of weights too: what holds for any time constants is left."""
    for first, why in (("T + 1 ms", "is not a product"), ("T * T / (5 ms)", "a power"), ("T * w", "stands") ):
        _, rows, said = map_of(folder, ring(first, "10 ms"), depth=2)
        assert "for any time constants" in said and not area(rows, ("run-away", "unstable", "several")), (why, said)
        assert all(Fraction(row["w_hi"]) <= 2 for row in rows if row["region"] == "stable")
    done = eigc("map", write(folder, ring("T - 5 ms", "10 ms")), *OVER, "--depth=2", "--data", os.path.join(folder, "m.csv"))
    assert done.returncode == 0 and "stable " not in done.stdout.replace("diagonally stable ", ""), done.stdout      # 0 at an end


def test_other_models(folder):
    text = ring("T", "10 ms")
    map_of(folder, text, depth=2)
    out = os.path.join(folder, "map.json")
    others = [ring("10 ms", "T"), ring("2 * T", "10 ms"), ring("T", "11 ms"), ring("T + 1 ms", "10 ms"), ring("T", "T"), text.replace("T = 10 ms", "T = 11 ms"),
              text.replace("weight = w", "weight = 1.01 * w")]
    for other in others:
        assert eigc("verify", out, "--model", write(folder, other)).returncode == 1, other
    assert eigc("verify", out, "--model", write(folder, text)).returncode == 0


def test_changed(folder):
    found, _, _ = map_of(folder, ring("T", "10 ms"), depth=2)
    judged = [0, 0]
    for seed in range(40):
        r, changed = random.Random(seed), copy.deepcopy(found)
        what = r.randrange(4)
        if what == 0:
            row = r.choice(changed["speeds"])
            k = r.randrange(2)
            row.remove(k) if k in row else row.append(k)
        elif what == 1:
            p = r.choice(changed["params"])
            key = r.choice(("value", "lo", "hi"))
            p[key] = str(number(p[key]) * Fraction(r.choice((-1, 0, 9, 10, 11)), 10))
        elif what == 2:
            s = r.choice([s for p in changed["proofs"] for s in p.get("statements", []) if isinstance(s.get("tau"), list)])
            k = r.randrange(3)
            s["tau"][k] = str(number(s["tau"][k]) * Fraction(r.choice((-1, 0, 5, 9, 10, 11, 20)), 10))
        else:
            del changed["speeds"]
        judged[both(changed)] += 1
    assert judged[0] > 5 and judged[1] > 0, judged
    print(f"# changed: {judged[1]} accepted, {judged[0]} refused by both")


def test_beside_a_witness(folder):
    """Time constants beside a witness are not slowed, so that none may be stated."""
    form = {"says": "run-away-by-form", "q": ["1"], "slope": ["1"], "tau": ["1"], "rate": "0.1"}
    found = {"format": "eig-map/1", "matrix": {"n": 1, "rows": [["1"]]}, "params": [{"name": "1/T", "value": "1", "lo": "0.5", "hi": "2"}], "terms": [],
             "speeds": [[0]], "proofs": [{"witness": {"members": [0], "V": [["1"]]}, "statements": [form]}],
             "cells": [{"region": "run-away", "lo": ["0.5"], "hi": ["2"], "proof": 0}]}
    assert not both(found)
    assert both({k: v for k, v in found.items() if k != "speeds"})
    del found["proofs"][0]["statements"]
    found["cells"][0]["region"] = "not-lds"
    assert both(found)
    for key, x in (("value", "0"), ("lo", "0")):
        changed = copy.deepcopy(found)
        changed["params"][0][key] = x
        if key == "lo":
            changed["cells"][0]["lo"] = [x]
        assert not both(changed), key


def test_one_tau_at_a_centre(folder):
    """Equal at the params' own values, not at the centre."""
    for says in ({"says": "equal-time-constants", "tau": "1"}, {"says": "rate-by-multipliers", "mu": "0.5", "tau": "1", "rate": "0.1"}):
        found = {"format": "eig-map/1", "matrix": {"n": 2, "rows": [["-1", "0.1"], ["0.1", "-1"]]}, "params": [{"name": "1/T", "value": "1", "lo": "0.5", "hi": "2"}],
                 "terms": [], "speeds": [[0], [0]], "proofs": [{"components": [{"members": [0, 1], "p": ["1", "1"], "proof": "exact"}], "statements": [says]}],
                 "cells": [{"region": "centre-stable", "lo": ["0.5"], "hi": ["2"], "centre": 0}]}
        assert both(found)
        found["speeds"] = [[0], []]
        assert not both(found), says


if __name__ == "__main__":
    sys.exit(run_each(globals(), "map_speeds", 1))
