#!/usr/bin/python3
"""eigc map: what it says of every cell against the lines that theory gives, its pictures, its mistakes."""
import csv
import json
import os
import re
from fractions import Fraction

import numpy as np

from cli import check, eigc, equal, main, test, write
from map_files import NOT_LDS, OVER, PAIR, accepted


def cells_of(folder, *options):
    r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "-q", "--data", os.path.join(folder, "map.csv"), *options)
    equal((r.status, r.err), (0, ""), r)
    with open(os.path.join(folder, "map.csv")) as file:
        rows = list(csv.DictReader(file))
    return [([Fraction(row[k]) for k in ("w_EE_lo", "w_EE_hi", "w_EI_lo", "w_EI_hi")], row["region"]) for row in rows]


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
                check(region not in NOT_LDS or x0 >= line - Fraction(1, 10**6), (activation, tau, x0, x1))
                check(region == "stable" or region in NOT_LDS or x0 <= line <= x1, (activation, tau, region, x0, x1))
            equal(sum(area.values()), 6)
            check(sum(part for region, part in area.items() if not region.startswith("centre-")) > 6 * Fraction(96, 100), (activation, area))


# ---- the regions of theory: equilibria, the trace and the determinant ----

WEIGHTS = {"w_IE": 3.0, "w_II": 0.5}
RELU, SIGMOID = "cost = nonnegative", "cost = logistic(1, 0.25, 0.5)"
TAU = (10.0, 20.0)


def pair(activation, tau, inputs, tau_of_e=TAU[0]):
    return (f"param w_EE = 0.5 in [0, 8]\nparam w_EI = 2 in [0, 8]\n"
            f"population E excitatory {{ tau = {tau_of_e} ms; {activation}; input = {inputs[0]} }}\n"
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


class Lines:
    """Of a ReLU pair, closed form: the region of a point, from the equilibrium with both active and the one with E silent."""

    def __init__(self, taus, inputs):
        self.taus, self.inputs = taus, inputs

    def values(self, ee, ei):
        """What changes its sign between regions."""
        det = (1 - ee) * (1 + WEIGHTS["w_II"]) + ei * WEIGHTS["w_IE"]
        j = (ee - 1) / self.taus[0], -(1 + WEIGHTS["w_II"]) / self.taus[1]
        real = (j[0] - j[1]) ** 2 - 4 * ei * WEIGHTS["w_IE"] / self.taus[0] / self.taus[1]
        e = (1 + WEIGHTS["w_II"]) * self.inputs[0] - ei * self.inputs[1]
        i = WEIGHTS["w_IE"] * self.inputs[0] + (1 - ee) * self.inputs[1]
        return {"1 - w_EE": 1 - ee, "det": det, "trace": j[0] + j[1], "real": real, "e": e, "i": i}

    def region(self, ee, ei):
        v = self.values(ee, ei)
        active, silent = v["e"] * v["det"] > 0 and v["i"] * v["det"] > 0, v["e"] < 0
        if v["1 - w_EE"] > 0:
            return "stable"
        if v["det"] < 0 or (v["trace"] > 0 and v["real"] > 0):      # a direction in which both rates grow
            beside = "several" if silent and active else "attracting" if silent else "unstable" if active else "none"
            return "run-away-" + beside
        if active and v["trace"] > 0 and not silent:
            return "unstable"
        return "inhibition-stabilised" if active else "attracting" if silent else "several-or-none"

    def holds(self, region, ee, ei):
        """What is said of the region, which may not be all that there is to say."""
        v = self.values(ee, ei)
        active, silent, unstable = v["e"] * v["det"] > 0 and v["i"] * v["det"] > 0, v["e"] < 0, v["det"] < 0 or v["trace"] > 0
        if region.startswith("run-away") and not self.region(ee, ei).startswith("run-away"):
            return False
        word = region.replace("run-away", "").strip("-")
        return {"several-or-none": v["1 - w_EE"] <= 0, "attracting": silent or (active and not unstable),
                "inhibition-stabilised": active and not unstable and ee > 1, "unstable": active and unstable,
                "several": active and silent, "none": not active and not silent, "": True}.get(word, self.region(ee, ei) == region)

    def goes_through(self, box):
        """Some line has a point in the closed box, or, that where eigenvalues become complex, beside it."""
        x0, x1, y0, y1 = box
        at = [self.values(x0 + (x1 - x0) * a / 8, y0 + (y1 - y0) * b / 8) for a in range(9) for b in range(9)]
        wide = [self.values(x0 + (x1 - x0) * a / 4, y0 + (y1 - y0) * b / 4)["real"] for a in range(-4, 9) for b in range(-4, 9)]
        return any(min(v[key] for v in at) <= 1e-12 and max(v[key] for v in at) >= -1e-12 for key in at[0] if key != "real") or \
            (max(v["det"] for v in at) >= 0 and min(wide) <= 0 <= max(wide))


@test
def lines_of_relu(folder):
    """Each coloured cell is what the closed form says of it, and no cell is left uncoloured but where a line goes through."""
    for taus, inputs, y in (((10, 10), (1, .2), (0, 4)), ((10, 20), (1, .2), (1, 5)), ((20, 10), (1, .2), (0, 8)), ((10, 10), (-1, .2), (0, 4)),
                            ((20, 10), (1, 3), (0, 4)), ((10, 10), (.5, -.3), (0, 4))):
        lines, area = Lines(taus, inputs), {}
        for box, region in map_of(folder, pair(RELU, taus[1], inputs, taus[0]), (0, 8), y, 5):
            x0, x1, y0, y1 = box
            area[region] = area.get(region, 0) + (x1 - x0) * (y1 - y0) / 8 / (y[1] - y[0])
            shrunk = [(x0 + (x1 - x0) * s, y0 + (y1 - y0) * t) for s in (1e-9, .5, 1 - 1e-9) for t in (1e-9, .5, 1 - 1e-9)]
            found = {lines.region(*at) for at in shrunk}
            if region.startswith("centre-"):
                equal(region[7:], lines.region((x0 + x1) / 2, (y0 + y1) / 2))
            else:
                check(all(lines.holds(region, *at) for at in shrunk), (taus, inputs, region, found, box))
            check(found == {region} or lines.goes_through(box), (taus, inputs, region, found, box))
        beside = {"run-away-none", "run-away-unstable"} if max(inputs[1], 0) < 1 and inputs[0] > 0 else {"run-away-several", "run-away-attracting"}
        check(set(area) >= {"stable", "inhibition-stabilised" if inputs[0] > max(inputs[1], 0) else "attracting"} | beside, area)
        check(sum(part for region, part in area.items() if not region.startswith("centre-")) > .95, area)


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


def growth(ee, ei, tau, at, tau_of_e=TAU[0]):
    w = np.array([[ee, -ei], [WEIGHTS["w_IE"], -WEIGHTS["w_II"]]])
    slope = np.array([4 * v * (1 - v) for v in at])
    return np.linalg.eigvals((slope[:, None] * w - np.eye(2)) / np.array([[tau_of_e], [tau]])).real.max()


def alone(ee, tau_of_e, at):
    """What E's rate does beside the equilibrium while I's is held."""
    return (4 * at[0] * (1 - at[0]) * ee - 1) / tau_of_e


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
                check(region not in ("several", "bistable") or len(found) > 1, (region, ee, ei, found))
                check(region != "bistable" or sorted(rates)[1] < 1e-4, (region, ee, ei, rates))
                check(region != "unstable" or max(rates) > -1e-4, (region, ee, ei, rates))
                check(region != "attracting" or min(rates) < 1e-4, (region, ee, ei, rates))
                check(region != "inhibition-stabilised" or any(r < 1e-4 and alone(ee, TAU[0], at) > -1e-4 for at, r in zip(found, rates)), (region, ee, ei, found))
    check({"stable", "attracting", "unstable", "bistable"} <= set(area), area)


def truth_of_sigmoid(ee, ei, taus, inputs):
    """The strongest word that a point deserves, and whether it deserves a word."""
    found = equilibria(ee, ei, inputs)
    rates = [growth(ee, ei, taus[1], at, taus[0]) for at in found]
    falls = sum(rate < 0 for rate in rates)
    held = any(rate < 0 and 4 * at[0] * (1 - at[0]) * ee > 1 for at, rate in zip(found, rates))
    words = {"stable": ee < 1, "attracting": falls > 0, "inhibition-stabilised": held, "unstable": falls < len(found), "several": len(found) > 1, "bistable": falls > 1}
    return "stable" if ee < 1 else max((word for word, fits in words.items() if fits), key=list(words).index), words


@test
def what_theory_says_of_both_activations(folder):
    """At random points, with equal and unequal time constants: no cell says what is not so; less than all is said only beside lines. For the
    sigmoid that is within two cells of the smallest size, for the other one where a line goes through the cell."""
    rng = np.random.default_rng(2)
    for taus in ((10, 10), (20, 10), (10, 20)):
        wrong, less, n, words_seen = [], [], 0, set()
        lines = Lines(taus, (1, .2))
        for box, region in map_of(folder, pair(RELU, taus[1], (1, .2), taus[0]), (0, 8), (0, 4), 5):
            at, n = (box[0] + (box[1] - box[0]) * rng.random(), box[2] + (box[3] - box[2]) * rng.random()), n + 1
            words_seen.add(lines.region(*at))
            if region != lines.region(*at) and not region.startswith("centre-"):
                (less if lines.holds(region, *at) and lines.goes_through(box) else wrong).append((region, lines.region(*at), at))
        check(not wrong and len(less) < n / 2, (taus, wrong, len(less), n))
        check({"stable", "inhibition-stabilised", "unstable", "run-away-unstable", "run-away-none"} <= words_seen, words_seen)
    for taus, inputs, x, y, seen in (((10, 10), (-.5, .2), (.5, 3.5), (0, 1.5), {"stable", "attracting", "bistable"}),
                                     ((10, 40), (0, -.75), (3.5, 4.5), (2.5, 3.5), {"unstable"}), ((40, 10), (0, -.75), (3.5, 4.5), (2.5, 3.5), {"attracting", "inhibition-stabilised"})):
        wrong, far, words_seen = [], [], set()
        cells = map_of(folder, pair(SIGMOID, taus[1], inputs, taus[0]), x, y, 4)
        for _ in range(40):
            at = x[0] + (x[1] - x[0]) * rng.random(), y[0] + (y[1] - y[0]) * rng.random()
            box, region = next((b, r) for b, r in cells if b[0] <= at[0] <= b[1] and b[2] <= at[1] <= b[3])
            word, words = truth_of_sigmoid(*at, taus, inputs)
            words_seen.add(region)
            if not region.startswith("centre-") and not words.get(region, region in ("lds", "not-lds")):
                wrong.append((region, words, at))
            if region != word:
                reach = 2 * (x[1] - x[0]) / 16, 2 * (y[1] - y[0]) / 16
                around = {truth_of_sigmoid(at[0] + reach[0] * a, max(0, at[1] + reach[1] * b), taus, inputs)[0] for a in (-1, -.5, 0, .5, 1) for b in (-1, -.5, 0, .5, 1)}
                far += [(region, word, at)] if around == {word} else []
        check(not wrong and not far, (taus, inputs, wrong, far))
        check(seen <= words_seen, (seen, words_seen))


THREE = """param g = 0.5 in [0, 3]
param h = 1 in [0, 3]
population A excitatory { tau = 10 ms; cost = nonnegative; input = 1 }
population B excitatory { tau = 20 ms; cost = nonnegative; gain = 0.5 }
population I inhibitory { tau = 5 ms; cost = nonnegative; threshold = 0.1 }
connect A -> A { weight = g }
connect A -> B { weight = 2 }
connect B -> A { weight = 0.4 }
connect A -> I { weight = 1 }
connect B -> I { weight = 0.1 }
connect I -> A { weight = h }
connect I -> B { weight = 0.2 }
"""


@test
def rates_run_away(folder):
    """By a linear form: it grows along the equations, in numpy, and the proof does for more than two rows; elsewhere several or none."""
    write(folder, "m.eig", THREE)
    path = os.path.join(folder, "map.json")
    r = eigc("map", os.path.join(folder, "m.eig"), "--over=g=0:3", "--over=h=0:3", "--depth=5", "--data", path)
    equal(r.status, 0, r)
    with open(path) as file:
        root = json.load(file)
    check(accepted(root), r)
    equal(eigc("verify", path, "--model", os.path.join(folder, "m.eig")).status, 0)
    rng, seen = np.random.default_rng(3), {}
    tau, gain, threshold, u = np.array([10, 20, 5.]), np.array([1, .5, 1]), np.array([0, 0, .1]), np.array([1, 0, 0.])
    for cell in root["cells"]:
        seen[cell["region"]] = seen.get(cell["region"], 0) + 1
        form = [s for s in root["proofs"][cell["proof"]].get("statements", []) if s["says"] == "run-away-by-form"] if "proof" in cell else []
        check(bool(form) == (cell["region"] == "run-away"), cell)
        if not form or rng.random() < .5:
            continue
        (g_lo, h_lo), (g_hi, h_hi) = ([float(Fraction(x)) for x in cell[key]] for key in ("lo", "hi"))
        g, h = g_lo + (g_hi - g_lo) * rng.random(), h_lo + (h_hi - h_lo) * rng.random()
        w = np.array([[g, .4, -h], [2, 0, -.2], [1, .1, 0]])
        q, rate = np.array([float(Fraction(x)) for x in form[0]["q"]]), float(Fraction(form[0]["rate"]))
        x = 1e6 * np.maximum(q, 0) / np.abs(q).max()
        value = [q @ x]
        for _ in range(4000):
            x = x + 0.01 * (np.maximum(gain * (w @ x + u - threshold), 0) - x) / tau
            value.append(q @ x)
        check(value[0] > 0 and value[-1] > value[0] * np.exp(rate * 40) * .97, (cell, value[0], value[-1], rate))
    check(seen.get("run-away", 0) > 5 and seen.get("stable", 0) > 5 and "lds" not in seen, seen)


@test
def a_connectome(folder):
    """The worm, 279 rows: stable, then several equilibria at some input, then run-away; the same bytes again; checked twice."""
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "data", "celegans")
    with open(os.path.join(data, "neurons.csv")) as file:
        sign = {row[0]: row[1] for row in csv.reader(file)}
    with open(os.path.join(data, "chemical.csv")) as file:
        head, *edges = list(csv.reader(file))
    for name, kind in (("exc.csv", "excitatory"), ("inh.csv", "inhibitory")):
        write(folder, name, "\n".join(",".join(row) for row in [head] + [row for row in edges if sign[row[0]] == kind]) + "\n")
    write(folder, "m.eig", "param g = 0.03 in [0, 0.1]\nparam h = 0.03 in [0, 1]\n"
                           'population worm from table("%s/neurons.csv") { tau = 20 ms; cost = nonnegative }\n'
                           'connect worm -> worm { weight = g * edges("exc.csv") }\nconnect worm -> worm { weight = h * edges("inh.csv") }\n' % data)
    paths = [os.path.join(folder, name) for name in ("a.json", "b.json")]
    for path in paths:
        equal(eigc("map", os.path.join(folder, "m.eig"), "--over=g=0.025:0.05", "--over=h=0:0.4", "--depth=2", "-q", "--data", path).status, 0)
    with open(paths[0]) as a, open(paths[1]) as b:
        text = a.read()
        equal(text == b.read(), True)
    check(len(text) < 600000, len(text))
    root = json.loads(text)
    regions = {cell["region"] for cell in root["cells"]}
    check({"stable", "several-or-none", "run-away"} <= regions, regions)
    check(accepted(root), regions)
    equal(eigc("verify", paths[0], "--model", os.path.join(folder, "m.eig")).status, 0)


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
    os.mkdir(os.path.join(folder, "full.svg"))          # whatever cannot be written, the picture does not come out elsewhere
    for path in ("none/a.svg", "full.svg"):
        r = eigc("map", os.path.join(folder, "m.eig"), *OVER, "--depth", "1", "-q", "-o", os.path.join(folder, path))
        equal((r.status, r.out), (3, ""), r)
        check("E0004" in r.err and "gnuplot" not in r.err, r)


@test
def legends_are_on_the_page(folder):
    """Every region that has cells stands beside a swatch below the plot, and no text or rectangle leaves the page."""
    five = pair(RELU, 20, (1, .2))
    for text, over in ((PAIR.format("cost = nonnegative", 10), OVER), (five, ("--over=w_EE=0:8", "--over=w_EI=0:8"))):
        write(folder, "m.eig", text)
        path, data = os.path.join(folder, "a.svg"), os.path.join(folder, "map.csv")
        r = eigc("map", os.path.join(folder, "m.eig"), *over, "--depth", "4", "-q", "-o", path, "--data", data)
        equal((r.status, r.err), (0, ""), r)
        with open(data) as file:
            regions = {row["region"] for row in csv.DictReader(file)}
        with open(path) as file:
            svg = file.read()
        width, height = (float(x) for x in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
        texts = [(float(x), float(y), t.strip()) for x, y, t in re.findall(r'translate\(([\d.]+),([\d.]+)\).*?<text>(?:<tspan[^>]*>)?([^<]*)', svg, re.S)]
        labels = [t for t in texts if t[1] > 600]        # below the axis and its name
        equal(len(labels), len(regions), (labels, regions))
        for x, y, words in labels:
            check(0 <= x and x + 7.5 * len(words) <= width and y <= height - 5, (words, x, y))
        at = [(float(x), float(y)) for points in re.findall(r"points\s*=\s*'([^']*)'", svg) for x, y in re.findall(r"([-\d.]+),([-\d.]+)", points)]
        check(len(at) > 4 * len(regions) and all(0 <= x <= width and 0 <= y <= height for x, y in at), at)


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


@test
def the_order_of_cells(folder):
    """That of the axes as they are given, whatever the params are called."""
    text = PAIR.format("cost = nonnegative", 20)
    rows = []
    for names in (("a", "b"), ("b", "a")):
        write(folder, "m.eig", re.sub(r"\bw_E[EI]\b", lambda m: names[m.group() == "w_EI"], text))
        path = os.path.join(folder, "map.csv")
        r = eigc("map", os.path.join(folder, "m.eig"), f"--over={names[0]}=0:3", f"--over={names[1]}=0:2", "-q", "--depth=5", "--data", path)
        equal(r.status, 0, r)
        rows.append(open(path).read().split("\n", 1)[1])
    check(rows[0].count("\n") > 10, rows[0])
    equal(rows[0], rows[1])


main()
