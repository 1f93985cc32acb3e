#!/usr/bin/python3
"""eigc map: what it says of every cell against the lines that theory gives, its proofs, its files."""
import csv
import json
import os
import sys
from fractions import Fraction

import numpy as np

from cli import check, eigc, equal, main, test, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check

PAIR = """param w_EE = 0.5 in [0, 4]
param w_EI = 2
population E excitatory {{ tau = 20 ms; {0}; input = 2 }}
population I inhibitory {{ tau = {1} ms; {0} }}
connect E -> E {{ weight = w_EE }}
connect I -> E {{ weight = w_EI }}
connect E -> I {{ weight = 3 }}
connect I -> I {{ weight = 0.5 }}
"""
OVER = ("--over", "w_EE=0:2", "--over=w_EI=0:3")


def cells_of(folder, *options):
    r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "-q", "--data", os.path.join(folder, "map.csv"), *options)
    equal((r.status, r.err), (0, ""), r)
    with open(os.path.join(folder, "map.csv")) as file:
        rows = list(csv.DictReader(file))
    return [([Fraction(row[k]) for k in ("w_EE_lo", "w_EE_hi", "w_EI_lo", "w_EI_hi")], row["region"]) for row in rows]


NOT_LDS = ("not-lds", "attracting", "unstable", "several")      # proved of a cell, by that one's witness


@test
def the_line_of_wilson_cowan(folder):
    """Whatever w_EI: diagonally stable, and stable, exactly where the slope bound times w_EE is below 1."""
    for activation, line in (("cost = nonnegative", Fraction(1)), ("activation(z) = 1 / (1 + exp(-4 * z))", Fraction(1)),
                             ("activation(z) = tanh(z)", Fraction(1)), ("cost = nonnegative; gain = 2", Fraction(1, 2))):
        for tau in (20, 10):
            write(folder, "m.eig", PAIR.format(activation, tau).replace("input = 2", "input = 2 * sin(t / 1 ms)"))
            area = {}
            for (x0, x1, y0, y1), region in cells_of(folder):
                area[region] = area.get(region, 0) + (x1 - x0) * (y1 - y0)
                check(region != "stable" or x1 < line, (activation, tau, x0, x1))
                check(region != "not-lds" or x0 >= line - Fraction(1, 10**6), (activation, tau, x0, x1))
                check(region in ("stable", "not-lds") or x0 <= line <= x1, (activation, tau, region, x0, x1))
            equal(sum(area.values()), 6)
            check(area["stable"] + area["not-lds"] > 6 * Fraction(96, 100), (activation, area))


MAPS = ((PAIR.format("cost = nonnegative", 10), 4), (PAIR.format("activation(z) = 1 / (1 + exp(-3.9 * z))", 20), 3),
        (PAIR.format("cost = nonnegative; size = 3", 20), 4), (PAIR.format("cost = box(0, 1)", 20).replace("input = 2", "input = -0.3"), 4))


def map_file(folder, text, depth):
    path = os.path.join(folder, "map.json")
    write(folder, "m.eig", text)
    equal(eigc("map", os.path.join(folder, "m.eig"), *OVER, "-q", "--data", path, f"--depth={depth}").status, 0)
    with open(path) as file:
        return json.load(file)


def accepted(folder, root):
    """By both checkers, or by neither."""
    text = json.dumps(root)
    r = eigc("verify", write(folder, "changed.json", text))
    equal((r.err, r.status in (0, 1)), ("", True), r)
    try:
        second_check(text.encode())
    except Refused as refusal:
        equal(r.status, 1, "%s, which the second checker refuses: %s" % (r, refusal))
        return False
    equal(r.status, 0, "%s, which the second checker accepts" % (r,))
    return True


@test
def proofs_hold_in_every_cell(folder):
    """By both checkers, at the corners, which is enough (docs/theory.md, Theorem 30); and they are of the model."""
    for text, depth in MAPS:
        root = map_file(folder, text, depth)
        check(accepted(folder, root), text)
        r = eigc("verify", os.path.join(folder, "map.json"), "--model", os.path.join(folder, "m.eig"))
        equal((r.status, r.err), (0, ""), r)
        check("same matrix, entry by entry" in r.out and "cells that cover it" in r.out, r)
        regions = {cell["region"] for cell in root["cells"]}
        check("stable" in regions and regions & set(NOT_LDS), regions)
        for change in changes(root):
            check(not accepted(folder, change), (text, change["cells"][:3], change["params"], len(change["proofs"])))


def replaced(things, k, thing):
    return things[:k] + [thing] + things[k + 1:]


def changes(root):
    """What no longer holds, each for one reason."""
    some, proofs = root["cells"], root["proofs"]
    yield dict(root, cells=some[1:])
    yield dict(root, cells=some + some[:1])
    yield dict(root, cells=[])
    yield dict(root, surprise=1)
    yield dict(root, format="eig-map/2")
    yield dict(root, proofs=proofs[:-1])
    yield dict(root, proofs=proofs + proofs[:1])                       # one of no cell
    for key, end in (("lo", "-1"), ("hi", "5")):
        yield dict(root, params=replaced(root["params"], 0, dict(root["params"][0], **{key: end})))
    for k, cell in enumerate(some):
        lo, hi = ([Fraction(x) for x in cell[key]] for key in ("lo", "hi"))
        middle = [str((a + b) / 2) for a, b in zip(lo, hi)]
        if k in (0, len(some) - 1):
            yield dict(root, cells=replaced(some, k, dict(cell, lo=middle)))
            yield dict(root, cells=replaced(some, k, dict(cell, hi=cell["lo"])))
            yield dict(root, cells=replaced(some, k, dict(cell, hi=["9", cell["hi"][1]])))
            yield dict(root, cells=replaced(some, k, dict(cell, lo=cell["hi"], hi=cell["lo"])))
    for region in sorted({cell["region"] for cell in some}):
        k = [cell["region"] for cell in some].index(region)
        for other in ("stable", "lds", "not-lds", "attracting", "unstable", "several", "centre-stable", "centre-not-lds", "centre-several"):
            if other not in WEAKER.get(region, ()) and other not in (region, "undecided"):
                yield dict(root, cells=replaced(some, k, dict(some[k], region=other)))
        yield dict(root, cells=replaced(some, k, {key: x for key, x in some[k].items() if key not in ("proof", "centre")}))
        yield dict(root, cells=replaced(some, k, dict(some[k], proof=len(proofs))))
    for k, proof in enumerate(proofs):
        if "components" in proof:
            yield dict(root, proofs=replaced(proofs, k, dict(proof, components=[dict(c, p=["-" + x for x in c["p"]]) for c in proof["components"]])))
            yield dict(root, proofs=replaced(proofs, k, dict(proof, components=[dict(c, p=["1", "1e9"][:len(c["p"])]) for c in proof["components"]])))
        else:
            yield dict(root, proofs=replaced(proofs, k, dict(proof, witness=dict(proof["witness"], V=[["0" for _ in v] for v in proof["witness"]["V"]]))))
        yield dict(root, proofs=replaced(proofs, k, dict(proof, more=1)))
        if k > 20:
            break


WEAKER = {"stable": ("lds",), "attracting": ("not-lds",), "unstable": ("not-lds", "attracting"), "several": ("not-lds", "attracting", "unstable"),
          "centre-attracting": ("not-lds", "centre-not-lds"), "centre-unstable": ("not-lds", "centre-not-lds"),
          "centre-several": ("not-lds", "centre-not-lds"), "centre-stable": ("lds",)}


def numbers_in(thing, path=()):
    """Where the texts of numbers are."""
    if isinstance(thing, dict):
        for key, x in thing.items():
            if key not in ("region", "says", "name", "file", "sha256", "set", "format", "proof"):
                yield from numbers_in(x, path + (key,))
    elif isinstance(thing, list):
        for k, x in enumerate(thing):
            yield from numbers_in(x, path + (k,))
    elif isinstance(thing, str):
        yield path


def with_number(root, path, change):
    if not path:
        return change(root)
    copy = dict(root) if isinstance(root, dict) else list(root)
    copy[path[0]] = with_number(root[path[0]], path[1:], change)
    return copy


@test
def both_checkers_agree_on_every_mutation(folder):
    """One number becomes another, anywhere; one cell names another proof. A map that is still accepted is no larger a claim."""
    rng, n_refused, n = np.random.default_rng(5), 0, 0
    for text, depth in MAPS:
        root = map_file(folder, text, min(depth, 3))
        places = list(numbers_in(root))
        for _ in range(60):
            path = places[rng.integers(len(places))]
            change = (lambda x: str(-Fraction(x)), lambda x: str(Fraction(x) * 2), lambda x: str(Fraction(x) * Fraction(999, 1000)), lambda x: str(Fraction(x) + 1),
                      lambda x: x + "0", lambda x: "0")[rng.integers(6)]
            n_refused += not accepted(folder, with_number(root, path, change))
            n += 1
        for _ in range(20):
            k, other = rng.integers(len(root["cells"])), int(rng.integers(len(root["proofs"])))
            n_refused += not accepted(folder, dict(root, cells=replaced(root["cells"], k, dict(root["cells"][k], proof=other))))
            n += 1
    check(n_refused > n / 3, (n_refused, n))


@test
def a_map_is_of_its_model(folder):
    """A proof that holds, of another model: other weights, time constants, inputs, ranges."""
    text = MAPS[3][0]
    map_file(folder, text, 3)
    path = os.path.join(folder, "map.json")
    for change in (("weight = 3", "weight = 3.0001"), ("tau = 20 ms; cost = box(0, 1); input", "tau = 21 ms; cost = box(0, 1); input"), ("input = -0.3", "input = -0.31"),
                   ("box(0, 1)", "box(0, 1.1)"), ("in [0, 4]", "in [0, 1.5]")):
        check(change[0] in text, change)
        r = eigc("verify", path, "--model", write(folder, "other.eig", text.replace(*change)))
        check(r.status in (1, 2) and ("not of this model" in r.out or "E0404" in r.err), (change, r))
    r = eigc("verify", path, "--model", write(folder, "other.eig", "# the same\n" + text))
    check(r.status == 0 and "changed since" in r.out, r)
    r = eigc("verify", "--json", path)
    said = json.loads(r.out)
    equal((r.status, said["accepted"], said["claim"]), (0, True, "map"))
    check(said["regions"]["stable"] > 0, said)


# ---- the regions of theory: equilibria, the trace and the determinant ----

WEIGHTS = {"w_IE": 3.0, "w_II": 0.5}
RELU, SIGMOID = "cost = nonnegative", "cost = logistic(1, 0.25, 0.5)"
TAU = (10.0, 20.0)


def pair(activation, tau, inputs):
    return (f"param w_EE = 0.5 in [0, 8]\nparam w_EI = 2 in [0, 8]\n"
            f"population E excitatory {{ tau = {TAU[0]} ms; {activation}; input = {inputs[0]} }}\n"
            f"population I inhibitory {{ tau = {tau} ms; {activation}; input = {inputs[1]} }}\n"
            "connect E -> E { weight = w_EE }\nconnect I -> E { weight = w_EI }\n"
            "connect E -> I { weight = 3 }\nconnect I -> I { weight = 0.5 }\n")


def map_of(folder, text, x, y, depth):
    write(folder, "m.eig", text)
    path = os.path.join(folder, "map.csv")
    r = eigc("map", os.path.join(folder, "m.eig"), f"--over=w_EE={x[0]}:{x[1]}", f"--over=w_EI={y[0]}:{y[1]}", "-q", "--data", path, f"--depth={depth}")
    equal((r.status, r.err), (0, ""), r)
    with open(path) as file:
        return [([float(Fraction(row[k])) for k in ("w_EE_lo", "w_EE_hi", "w_EI_lo", "w_EI_hi")], row["region"]) for row in csv.DictReader(file)]


def by_lines(tau, inputs):
    """Of a ReLU pair, closed form: the region of a point, from the equilibrium with both active and the one with E silent."""
    def region(ee, ei):
        det = (1 - ee) * (1 + WEIGHTS["w_II"]) + ei * WEIGHTS["w_IE"]
        trace = (ee - 1) / TAU[0] - (1 + WEIGHTS["w_II"]) / tau
        e, i = (1 + WEIGHTS["w_II"]) * inputs[0] - ei * inputs[1], WEIGHTS["w_IE"] * inputs[0] + (1 - ee) * inputs[1]
        active, silent = e * det > 0 and i * det > 0, inputs[0] < ei * inputs[1] / (1 + WEIGHTS["w_II"])
        return ("stable" if ee < 1 else "several" if active and silent else "attracting" if silent else
                "not-lds" if not active else "unstable" if det < 0 or trace > 0 else "attracting")
    return region


@test
def lines_of_relu(folder):
    """Each coloured cell is what the closed form says at its corners."""
    depth, x = 5, (0.5, 4.5)
    for tau, inputs, y in ((10, (1, .2), (1.5, 3.5)), (20, (1, .2), (1.5, 3.5)), (10, (-1, .2), (.25, 2.25))):
        region_at, area = by_lines(tau, inputs), {}
        for (x0, x1, y0, y1), region in map_of(folder, pair(RELU, tau, inputs), x, y, depth):
            area[region] = area.get(region, 0) + (x1 - x0) * (y1 - y0) / 8
            shrunk = [(x0 + (x1 - x0) * s, y0 + (y1 - y0) * t) for s in (1e-9, .5, 1 - 1e-9) for t in (1e-9, .5, 1 - 1e-9)]
            found = {region_at(*at) for at in shrunk}
            if region.startswith("centre-"):
                equal(region[7:], region_at((x0 + x1) / 2, (y0 + y1) / 2))
            else:
                also = {"several"} if region == "attracting" and inputs[0] < 0 else set()    # E silent attracts there, too
                check(found - also == {region} or region == "not-lds", (tau, inputs, region, found, x0, x1, y0, y1))
        check(set(area) >= ({"stable", "attracting", "unstable"} if inputs[0] > 0 else {"stable", "attracting", "several"}), area)
        check(sum(part for region, part in area.items() if not region.startswith("centre-")) > .5, area)


def sigmoid(z):
    return 1 / (1 + np.exp(-4 * (z - .5)))


def equilibria(ee, ei, inputs):
    """On the line where I is at rest, which is one I for each E, whatever E: between the signs of dE/dt on a grid."""
    e = np.linspace(0, 1, 4001)
    lo, hi = np.zeros_like(e), np.ones_like(e)
    for _ in range(50):
        i = (lo + hi) / 2
        above = sigmoid(WEIGHTS["w_IE"] * e - WEIGHTS["w_II"] * i + inputs[1]) > i
        lo, hi = np.where(above, i, lo), np.where(above, hi, i)
    rest = sigmoid(ee * e - ei * i + inputs[0]) - e
    return [(e[k], i[k]) for k in np.flatnonzero(rest[:-1] * rest[1:] <= 0)]


def growth(ee, ei, tau, at):
    w = np.array([[ee, -ei], [WEIGHTS["w_IE"], -WEIGHTS["w_II"]]])
    slope = np.array([4 * v * (1 - v) for v in at])
    return np.linalg.eigvals((slope[:, None] * w - np.eye(2)) / np.array([[TAU[0]], [tau]])).real.max()


@test
def regions_of_a_sigmoid(folder):
    """At random points of coloured cells, against equilibria on a grid and numpy's eigenvalues; the time constants matter."""
    rng, area = np.random.default_rng(1), {}
    for tau, inputs, x, y in ((10, (-.5, .2), (0.5, 3.5), (1, 2)), (40, (0, -.75), (3.96, 4.04), (2.98, 3.02))):
        for (x0, x1, y0, y1), region in map_of(folder, pair(SIGMOID, tau, inputs), x, y, 3):
            area[region] = area.get(region, 0) + 1
            for _ in range(0 if region.startswith("centre-") else 4):
                ee, ei = x0 + (x1 - x0) * rng.random(), y0 + (y1 - y0) * rng.random()
                found = equilibria(ee, ei, inputs)
                rates = [growth(ee, ei, tau, at) for at in found]
                check(region != "stable" or (ee < 1 and len(found) == 1), (region, ee, ei))
                check(region == "stable" or ee > 1, (region, ee, ei))
                check(region != "several" or len(found) > 1, (region, ee, ei, found))
                check(region != "unstable" or max(rates) > -1e-4, (region, ee, ei, rates))
                check(region != "attracting" or min(rates) < 1e-4, (region, ee, ei, rates))
    check({"stable", "attracting", "unstable", "several"} <= set(area), area)


@test
def what_is_not_followed(folder):
    """Of equilibria nothing is said where a param stands in inputs, or the input goes on changing; and it is said why."""
    for change, reason in ((("input = -0.3", "input = -w_EI"), "stands in inputs or gains"), (("input = -0.3", "input = -sin(t / 1 ms)"), "changes in time")):
        write(folder, "m.eig", PAIR.format("cost = box(0, 1)", 20).replace("input = 2", "input = -0.3").replace(*change))
        r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "--depth=3", "--data", os.path.join(folder, "map.csv"))
        equal(r.status, 0, r)
        check("equilibria are not looked at" in r.out and reason in r.out, r)
        with open(os.path.join(folder, "map.csv")) as file:
            check({row["region"] for row in csv.DictReader(file)} <= {"stable", "not-lds", "centre-not-lds", "centre-stable"}, r)


@test
def pictures(folder):
    write(folder, "m.eig", PAIR.format("cost = nonnegative", 10))
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG")):
        r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "--depth", "3", "-o", os.path.join(folder, name))
        equal((r.status, r.err), (0, ""), r)
        check("proved in all of it" in r.out, r)
        with open(os.path.join(folder, name), "rb") as file:
            equal(file.read(len(start)), start)
    r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "-o", os.path.join(folder, "b.svg"), env={"PATH": folder})
    equal(r.status, 3, r)
    check("gnuplot-nox" in r.err and "is not installed" in r.err, r)


@test
def what_is_wrong_is_said(folder):
    write(folder, "m.eig", PAIR.format("cost = nonnegative", 10))
    model = os.path.join(folder, "m.eig")
    for options, text in ((("--over=w_EE=0:2",), "two params"), (("--over=w_EE=0:2", "--over=w_EE=0:1"), "two different params"),
                          (("--over=w_EE=0:2", "--over=v=0:1"), "no param `v`"), (("--over=w_EE=0:5", "--over=w_EI=0:1"), "outside the declared range"),
                          (("--over=w_EE=2:1", "--over=w_EI=0:1"), "lower end comes first"), (("--over=w_EE", "--over=w_EI=0:1"), "NAME=LO:HI"),
                          (OVER + ("--depth=13",), "0 to 12"), (OVER + ("-o", "a.pdf"), ".svg or .png"), (OVER + ("--data", "a.txt"), ".csv or .json")):
        r = eigc("map", model, *options)
        equal((r.status, r.out), (2, ""), r)
        check(text in r.err, (text, r))
    write(folder, "m.eig", PAIR.format("cost = nonnegative; gain = w_EI", 10))
    r = eigc("map", model, *OVER)
    equal(r.status, 1, r)
    check("`w_EI`" in r.err, r)


main()
