#!/usr/bin/python3
"""eigc map: what it says of every cell against the lines that theory gives, its proofs, its files."""
import csv
import json
import os
import sys
from fractions import Fraction

from cli import check, eigc, equal, main, test, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Tested, cells, check_cell, check_vectors, number, numbers, read_term, matrix_at

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


@test
def the_line_of_wilson_cowan(folder):
    """Whatever w_EI: diagonally stable, and stable, exactly where the slope bound times w_EE is below 1."""
    for activation, line in (("cost = nonnegative", Fraction(1)), ("activation(z) = 1 / (1 + exp(-4 * z))", Fraction(1)),
                             ("activation(z) = tanh(z)", Fraction(1)), ("cost = nonnegative; gain = 2", Fraction(1, 2))):
        for tau in (20, 10):
            write(folder, "m.eig", PAIR.format(activation, tau))
            area = {}
            for (x0, x1, y0, y1), region in cells_of(folder):
                area[region] = area.get(region, 0) + (x1 - x0) * (y1 - y0)
                check(region != "stable" or x1 < line, (activation, tau, x0, x1))
                check(region != "not-lds" or x0 >= line - Fraction(1, 10**6), (activation, tau, x0, x1))
                check(region in ("stable", "not-lds") or x0 <= line <= x1, (activation, tau, region, x0, x1))
            equal(sum(area.values()), 6)
            check(area["stable"] + area["not-lds"] > 6 * Fraction(96, 100), (activation, area))


@test
def proofs_hold_in_every_cell(folder):
    """By the second checker, at the corners, which is enough (docs/theory.md, Theorem 30)."""
    for text in (PAIR.format("cost = nonnegative", 10), PAIR.format("activation(z) = 1 / (1 + exp(-3.9 * z))", 20),
                 PAIR.format("cost = nonnegative; size = 3", 20)):
        write(folder, "m.eig", text)
        path = os.path.join(folder, "map.json")
        equal(eigc("map", os.path.join(folder, "m.eig"), *OVER, "-q", "--data", path, "--depth=4").status, 0)
        with open(path) as file:
            root = json.load(file)
        seen = set()
        for cell in root["cells"]:
            corners = [corner(root if "components" in cell else root.get("attained", root), cell, which) for which in range(4)]
            seen.add(cell["region"])
            if "components" in cell:
                check(cell["region"] in ("stable", "lds"), cell)
                check_cell({k: v for k, v in cell.items() if k != "region"}, corners, root)
            elif "witness" in cell:
                equal(cell["region"], "not-lds")
                for matrix in corners:
                    check_vectors(Tested(matrix), cell["witness"])
            else:
                check(cell["region"].startswith("centre-") or cell["region"] == "undecided", cell)
        check({"stable", "not-lds"} <= seen, seen)


def corner(root, cell, which):
    matrix, params = root["matrix"], root["params"]
    q = len(matrix.get("populations", [])) or matrix["n"]
    form = "uniform" if "populations" in matrix else "rows"
    terms = [read_term(t, form == "uniform", len(params), q) for t in root["terms"]]
    lo, hi = numbers(cell["lo"], len(params)), numbers(cell["hi"], len(params))
    theta = [(hi if which >> k & 1 else lo)[k] for k in range(len(params))]
    return matrix_at(matrix, cells(matrix, form, q), terms, [number(p["value"]) for p in params], theta)


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
