#!/usr/bin/python3
"""The files of eigc map: what eigc verify and the second checker accept, and what they refuse."""
import json
import os
from fractions import Fraction

import numpy as np

from cli import check, eigc, equal, main, test, write
from map_files import MAPS, NOT_LDS, accepted, map_file


@test
def proofs_hold_in_every_cell(folder):
    """By both checkers, at the corners, which is enough (docs/theory.md, Theorem 30); and they are of the model."""
    for text, depth in MAPS:
        root = map_file(folder, text, depth)
        check(accepted(root), text)
        r = eigc("verify", os.path.join(folder, "map.json"), "--model", os.path.join(folder, "m.eig"))
        equal((r.status, r.err), (0, ""), r)
        check("same matrix, entry by entry" in r.out and "cells that cover it" in r.out, r)
        regions = {cell["region"] for cell in root["cells"]}
        check("stable" in regions and regions & set(NOT_LDS), regions)
        for change in changes(root):
            check(not accepted(change), (text, change["cells"][:3], change["params"], len(change["proofs"])))


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
    sizes = [[Fraction(b) - Fraction(a) for a, b in zip(cell["lo"], cell["hi"])] for cell in some]
    named = [(cell.get("proof"), cell.get("centre")) for cell in some]
    twice = next((j, k) for k in range(len(some)) for j in range(len(some)) if j != k and sizes[j] == sizes[k] and named.count(named[k]) > 1)
    yield dict(root, cells=replaced(some, twice[1], some[twice[0]]))  # one is there twice and another one is not: no volume is missing
    for region in sorted({cell["region"] for cell in some}):
        k = [cell["region"] for cell in some].index(region)
        for other in ("stable", "lds", "not-lds", "several-or-none", "run-away", "attracting", "inhibition-stabilised", "unstable", "several", "bistable", "run-away-none", "centre-stable", "centre-not-lds", "centre-several"):
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


LESS = ("not-lds", "several-or-none")
OTHERS = LESS + ("attracting", "unstable", "several")
WEAKER = {"stable": ("lds",), "several-or-none": LESS, "attracting": LESS, "inhibition-stabilised": LESS + ("attracting",), "unstable": LESS + ("attracting",), "several": LESS + ("attracting", "unstable"),
          "bistable": OTHERS, "centre-stable": ("lds",)}
WEAKER.update({"run-away" + word: OTHERS + ("run-away",) for word in ("", "-attracting", "-unstable", "-several", "-none")})
WEAKER.update({"centre-" + region: LESS + ("centre-not-lds", "centre-attracting") for region in NOT_LDS})


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
            n_refused += not accepted(with_number(root, path, change))
            n += 1
        for _ in range(20):
            k, other = rng.integers(len(root["cells"])), int(rng.integers(len(root["proofs"])))
            n_refused += not accepted(dict(root, cells=replaced(root["cells"], k, dict(root["cells"][k], proof=other))))
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
    relu = MAPS[0][0]
    map_file(folder, relu, 4)
    for change in (("cost = nonnegative; input", "cost = box(0, 1e9); input"), ("input = 2", "input = 2.1"), ("tau = 10", "tau = 11"),
                   ("cost = nonnegative }", "activation(z) = max(z, 0.5 * z) }")):
        check(change[0] in relu, change)
        r = eigc("verify", path, "--model", write(folder, "other.eig", relu.replace(*change)))
        check(r.status == 1 and "not of this model" in r.out, (change, r))
    equal(eigc("verify", path, "--model", write(folder, "other.eig", relu)).status, 0)
    map_file(folder, text, 3)
    r = eigc("verify", path, "--model", write(folder, "other.eig", "# the same\n" + text))
    check(r.status == 0 and "changed since" in r.out, r)
    r = eigc("verify", "--json", path)
    said = json.loads(r.out)
    equal((r.status, said["accepted"], said["claim"]), (0, True, "map"))
    check(said["regions"]["stable"] > 0, said)


def refutation(rows, *statements):
    """Of a matrix A whose first diagonal entry is not negative."""
    return {"format": "eig-certificate/1", "claim": "not-lds", "matrix": {"n": 2, "rows": rows}, "witness": {"members": [0], "V": [["1"]]},
            "statements": list(statements)}


PLACE = {"says": "equilibrium-on-pieces", "input": ["1", "0"], "slope": ["1", "1"], "offset": ["0", "0"], "t_lo": ["-10", "-10"], "t_hi": ["10", "10"]}


@test
def statements_by_hand(folder):
    """Where each of their conditions is the only one that fails."""
    there, beside = [["0.5", "0"], ["0", "-3"]], {"equilibrium": "0", "tau": ["1", "1"]}      # x = (-2, 0), a saddle
    for sign, says, fine in (("-1", "unstable-on-pieces", True), ("-1", "attracting-on-pieces", False), ("1", "unstable-on-pieces", False)):
        equal(accepted(refutation(there, dict(PLACE, sign=sign), dict(beside, says=says))), fine, (sign, says))
    for key, value, fine in (("t_lo", ["-2", "-10"], False), ("t_lo", ["-2.001", "-10"], True), ("t_hi", ["10", "0"], False), ("t_hi", ["10", "0.001"], True),
                             ("input", ["6", "0"], False), ("offset", ["2.7", "0"], False), ("offset", ["2.6", "0"], True)):
        equal(accepted(refutation(there, dict(PLACE, sign="-1", **{key: value}))), fine, (key, value))
    for corner, fine in ((0.1, True), (-0.1, False)):       # the trace, in time constants of 1 and 2: a focus that grows, or does not
        rows = [[str(Fraction(3, 2) + Fraction(corner)), "-4"], ["4", "-3"]]
        unstable = {"says": "unstable-on-pieces", "equilibrium": "0", "tau": ["1", "2"]}
        equal(accepted(refutation(rows, dict(PLACE, sign="1"), unstable)), fine, corner)
    away = {"says": "run-away-on-pieces", "slope": ["1", "1"], "tau": ["1", "1"], "rate": "0", "row": "1"}
    for row, fine in (("1", True), ("0", False), ("2", False), ("1/2", False)):       # eigenvalues -1 +- sqrt(2)
        equal(accepted(refutation([["1", "-2"], ["1", "-3"]], dict(away, row=row))), fine, row)
    for rate, fine in (("0.414", True), ("0.415", False), ("-0.1", False)):
        equal(accepted(refutation([["1", "-2"], ["1", "-3"]], dict(away, rate=rate))), fine, rate)
    form = {"says": "run-away-by-form", "q": ["1", "-1"], "slope": ["1", "1"], "tau": ["1", "1"], "rate": "1"}
    for inhibition, drive, fine in (("-2", "0", True), ("-2.001", "0", False), ("-2", "0.001", False)):        # whatever it sends to itself
        equal(accepted(refutation([["1", inhibition], [drive, "-6"]], form)), fine, (inhibition, drive))
    equal(accepted(refutation([["1", "-2"], ["0", "-6"]], dict(form, q=["-1", "-1"]))), False)
    several = refutation([["1", "-2"], ["0", "-6"]], {"says": "several-or-none"})
    equal(accepted(several), True)
    equal(accepted(dict(several, witness={"members": [0], "V": [["1"], ["2"]]})), False)


@test
def held_by_inhibition_by_hand(folder):
    """The slope is above 0, above 1/w_rr even where it is least, and the other neuron inhibits."""
    def held(place, attracting):
        return place, attracting, {"says": "inhibition-stabilised", "attracting": "1", "row": "0"}
    on_pieces = {"says": "attracting-on-pieces", "equilibrium": "0", "tau": ["1", "1"]}
    there = dict(PLACE, input=["0", "0"], sign="1")
    for rows, fine in (([["0.5", "-4"], ["4", "-3"]], True), ([["0.5", "4"], ["-4", "-3"]], False), ([["0", "-4"], ["4", "-3"]], False)):
        equal(accepted(refutation(rows, *held(there, on_pieces))), fine, rows)
    below = {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 2, "rows": [["-3", "-1"], ["-4", "-3"]]},
             "components": [{"members": [0, 1], "p": ["1", "1"], "proof": "exact"}]}
    for n, fine in ((2, True), (3, False)):             # it attracts, by slopes of which one is below 0
        equal(accepted(dict(below, statements=list(held(dict(there, slope=["-1", "1"]), on_pieces))[:n])), fine, n)
    box = {"says": "equilibrium", "input": ["0", "0"], "x": ["0", "0"], "radius": ["0.1", "0.1"], "value_lo": ["0", "0"], "value_hi": ["0", "0"],
           "slope_hi": ["0.83", "1.01"], "Y": ["0.625", "-0.5", "0.625", "0"]}
    by_form = {"says": "attracting-equilibrium", "equilibrium": "0", "tau": ["1", "1"], "P": ["1", "-0.5", "-0.5", "1"]}
    for least, fine in (("0.81", True), ("0.8", False), ("0.79", False)):               # w_rr = 5/4
        equal(accepted(refutation([["0.25", "-2"], ["2", "-2"]], *held(dict(box, slope_lo=[least, "0.99"]), by_form))), fine, least)


NONE = {"says": "no-equilibrium-on-pieces", "input": ["1", "0.2"], "corner": ["0", "0"], "level": ["0", "0"], "sign": ["1", "-1", "1", "-1"], "row": ["0", "0", "0", "0"]}
GROWS = [["5", "-2"], ["3", "-1.5"]]        # E = -0.73 with both active, E = -0.2 with E alone, 0.73 and 1 are the inputs of E with E silent


@test
def no_equilibrium_by_hand(folder):
    """Each of the four sets of active rows, by its sign and by its row."""
    equal(accepted(refutation(GROWS, NONE)), True)
    for key, value, fine in (("input", ["-1", "0.2"], False), ("input", ["1", "0.76"], False), ("input", ["1", "0.74"], True), ("sign", ["-1", "-1", "1", "-1"], False),
                             ("sign", ["1", "1", "1", "-1"], False), ("sign", ["1", "-1", "-1", "-1"], False), ("sign", ["1", "-1", "1", "1"], False),
                             ("sign", ["2", "-1", "1", "-1"], False), ("row", ["1", "0", "0", "0"], True), ("row", ["0", "1", "0", "0"], False),
                             ("row", ["0", "0", "1", "0"], False), ("row", ["0", "0", "0", "1"], True), ("row", ["0", "0", "0", "2"], False),
                             ("corner", ["1.1", "0"], False), ("level", ["0", "0.6"], False), ("level", ["0", "0.4"], True)):
        equal(accepted(refutation(GROWS, dict(NONE, **{key: value}))), fine, (key, value))
    for e, fine in (("2", False), ("4", False), ("3.01", False), ("4.01", True)):      # the determinant of both is 6 - 1.5 e
        equal(accepted(refutation([[e, "-2"], ["3", "-1.5"]], NONE)), fine, e)


@test
def a_box_that_moves(folder):
    """x = g psi(x) + 1/2 with psi = 1/2 + t/4 near 0, about: what holds at corners need not hold between them, and boxes keep their sides."""
    box = {"says": "moving-equilibrium", "input": ["0"], "x": ["0"], "at": ["0"], "radius": ["1"], "value_lo": ["-1/8"], "value_hi": ["1/8"], "slope_lo": ["0"],
           "slope_hi": ["1"], "Y": ["1"]}

    def of_cell(lo, hi, *statements):
        proof = {"witness": {"members": [0], "V": [["1"]]}, "statements": list(statements)}
        return {"format": "eig-map/1", "matrix": {"n": 1, "rows": [["0"]]}, "params": [{"name": "g", "value": "0", "lo": lo, "hi": hi}],
                "terms": [{"params": [0], "entries": [[0, 0, "1"]]}], "proofs": [proof], "cells": [{"region": "not-lds", "lo": [lo], "hi": [hi], "proof": 0}]}
    steep = dict(box, slope_lo=["3/2"], slope_hi=["5/2"], Y=["-1"])         # w = 1 + g: I - Y (I - 2 w) = 2 - 2 w
    for hi, fine in (("0", True), ("0.1", True), ("1", False)):
        equal(accepted(of_cell("0", hi, steep)), fine, hi)
    curved = {"says": "moving-equilibrium", "input": ["0", "0"], "x": ["0", "3"], "at": ["0", "2.5"], "radius": ["1", "1"], "value_lo": ["0", "-1.75"],
              "value_hi": ["0", "-1.75"], "slope_lo": ["0", "-0.75"], "slope_hi": ["0", "-0.75"], "Y": ["1", "0", "0", "0.75"]}
    wide = dict(of_cell("0", "1.25", curved), matrix={"n": 2, "rows": [["0", "0"], ["0", "-2.25"]]}, terms=[{"params": [0], "entries": [[1, 1, "1"]]}])
    for lo, hi, fine in (("0", "0", True), ("1.25", "1.25", True), ("0", "1.25", False)):
        there = dict(wide, params=[dict(wide["params"][0], lo=lo, hi=hi)], cells=[dict(wide["cells"][0], lo=[lo], hi=[hi])])
        equal(accepted(there), fine, (lo, hi))
    one, other = dict(steep, x=["0.01"]), dict(steep, x=["3"], at=["3"], value_lo=["2.9"], value_hi=["3.1"])
    several = {"says": "several-equilibria", "first": "0", "second": "1"}
    equal(accepted(of_cell("0", "0.01", one, other)), True)
    equal(accepted(of_cell("0", "0.01", one, other, several)), True)
    equal(accepted(of_cell("0", "0.01", one, dict(one, x=["0.02"]), several)), False)


@test
def between_corners(folder):
    """The determinant g^2 - 1 is 3 at both ends of [-2, 2], and -1 between them."""
    for lo, hi, fine in (("-2", "2", False), ("1.5", "2", True), ("-2", "-1.1", True), ("-2", "-1", False)):
        proof = {"witness": {"members": [0], "V": [["1"]]}, "statements": [dict(PLACE, sign="1")]}
        equal(accepted({"format": "eig-map/1", "matrix": {"n": 2, "rows": [["1", "0"], ["0", "-1"]]},
                                "params": [{"name": "g", "value": "0", "lo": lo, "hi": hi}],
                                "terms": [{"params": [0], "entries": [[0, 1, "1"], [1, 0, "-1"]]}],
                                "proofs": [proof], "cells": [{"region": "not-lds", "lo": [lo], "hi": [hi], "proof": 0}]}), fine, (lo, hi))


main()
