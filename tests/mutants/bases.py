"""Certificates and maps of every kind, small ones, that mutants are made of: (name, tree, model or None)."""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("..", "../property", "../cli"):
    sys.path.insert(0, os.path.normpath(os.path.join(HERE, folder)))
from map_files import MAPS, OVER                # noqa: E402
from test_statements import MODELS              # noqa: E402

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def documented():
    """The examples of docs/certificate.md."""
    text = open(os.path.join(HERE, "../../docs/certificate.md")).read()
    for title, example in re.findall(r"\n\*\*([^*]+?)\.\*\*[^\n]*\n(?:[^\n]+\n)*\n```json\n(.*?)```", text, re.S):
        yield "example: " + title.lower(), json.loads(example)


MEANS = """population E excitatory { size = 3; tau = 10 ms; cost = nonnegative; gain = 0.5 + SLOPE * i }
population I inhibitory { size = 2; tau = 10 ms; cost = nonnegative; gain = 1 / (1 + i) }
population Z excitatory { size = 1001; tau = 10 ms; cost = nonnegative }
connect E -> E { weight = 0.3 }
connect E -> I { weight = 0.6 }
connect I -> E { weight = 0.4 }
connect I -> I { weight = 0.25 }
"""
RANGES = """param v = 0.5 in [0, 0.9]
param w = 1.2 in [0, 3]
population E excitatory {{ tau = 20 ms; cost = nonnegative; {0} }}
population I inhibitory {{ tau = 20 ms; cost = nonnegative; {0} }}
connect E -> E {{ weight = v{1} }}
connect I -> E {{ weight = w{1} }}
connect E -> I {{ weight = 2 * w{1} }}
connect I -> I {{ weight = v * w{1} }}
require stable for all params
"""
UNEQUAL = """param v = 0.5 in [0, 0.9]
population E excitatory { tau = 20; cost = nonnegative }
population I inhibitory { tau = 7; cost = nonnegative }
population J inhibitory { tau = 11; cost = nonnegative }
connect E -> E { weight = v }
connect I -> E { weight = 1 }
connect E -> I { weight = 1 }
connect I -> J { weight = 0.3 }
connect J -> E { weight = 0.5 }
require stable for all params
"""
POWERS = """param v = 0.5 in [0, 0.9]
param w = 0.2 in [0, 1]
population E excitatory { tau = 20; cost = nonnegative }
population I inhibitory { tau = 20; cost = nonnegative }
connect E -> E { weight = v + w * exp(-w) * 0.2 }
connect I -> E { weight = w^2 }
connect E -> I { weight = 3 * w * (1 - w) / (1 + w) }
require unique_equilibrium for all params
"""
CHAIN = """population A excitatory { tau = 5; size = 2; cost = nonnegative }
population B inhibitory { tau = 5; cost = nonnegative }
population C excitatory { tau = 7; cost = nonnegative }
connect A -> A { weight = WEIGHT }
connect A -> B { weight = 2 }
connect B -> A { weight = 1 }
connect B -> C { weight = 3 }
"""


def models():
    for name, text in MODELS.items():
        yield name, text
    yield "mean slopes", MEANS.replace("SLOPE", "0.4")
    yield "mean slopes, refuted", MEANS.replace("SLOPE", "4")
    yield "ranges", RANGES.format("", "")
    yield "ranges of populations", RANGES.format("size = 2", " / 2")
    yield "ranges, unequal time constants", UNEQUAL
    yield "ranges, own params", POWERS
    yield "three populations", CHAIN.replace("WEIGHT", "0.2")
    yield "three populations, refuted", CHAIN.replace("WEIGHT", "1.2")


def refutation(rows, *statements):
    return {"format": "eig-certificate/1", "claim": "not-lds", "matrix": {"n": 2, "rows": rows}, "witness": {"members": [0], "V": [["1"]]},
            "statements": list(statements)}


PIECE = {"says": "equilibrium-on-pieces", "input": ["1", "0"], "slope": ["1", "1"], "offset": ["0", "0"], "t_lo": ["-10", "-10"], "t_hi": ["10", "10"]}


def by_hand():
    """Of the statements that stand in maps, each in a file of its own; and sums."""
    around = {"equilibrium": "0", "tau": ["1", "2"]}
    yield "on pieces, unstable", refutation([["0.5", "0"], ["0", "-3"]], dict(PIECE, sign="-1"), dict(around, says="unstable-on-pieces"))
    yield "on pieces, attracting", refutation([["0.5", "-4"], ["4", "-3"]], dict(PIECE, sign="1"), dict(around, says="attracting-on-pieces"),
                                                 {"says": "inhibition-stabilised", "attracting": "1", "row": "0"})
    yield "on pieces, a focus that grows", refutation([["1.6", "-4"], ["4", "-3"]], dict(PIECE, sign="1"), dict(around, says="unstable-on-pieces"))
    other = dict(PIECE, slope=["0", "1"], offset=["11", "0"], t_lo=["10", "-10"], t_hi=["20", "10"], sign="1")
    yield "on pieces, several", refutation([["0.5", "0"], ["0", "-3"]], dict(PIECE, sign="-1"), other,
                                           {"says": "several-equilibria", "first": "0", "second": "1"})
    yield "run-away on pieces", refutation([["1", "-2"], ["1", "-3"]], {"says": "run-away-on-pieces", "slope": ["1", "1"], "tau": ["1", "1.5"], "rate": "0.1",
                                                                         "row": "1"})
    yield "no equilibrium on pieces", refutation([["5", "-2"], ["3", "-1.5"]], {"says": "no-equilibrium-on-pieces", "input": ["1.2", "0.5"], "corner": ["0.2", "0.1"],
                                                                               "level": ["0.05", "0.02"], "sign": ["1", "-1", "1", "-1"], "row": ["0", "0", "0", "1"]})
    moves = {"says": "moving-equilibrium", "input": ["0.3", "0"], "x": ["0.1", "-0.2"], "at": ["0.25", "0.1"], "radius": ["0.5", "0.6"], "value_lo": ["0.1", "-0.2"],
             "value_hi": ["0.12", "-0.18"], "slope_lo": ["0", "0.2"], "slope_hi": ["0.3", "0.4"], "Y": ["1.05", "-0.1", "0.1", "1"]}
    yield "boxes that move", refutation([["0.2", "-0.4"], ["0.3", "-1.1"]], moves, dict(moves, x=["3", "-0.2"], at=["4", "1"], value_lo=["3", "-0.2"], value_hi=["3.02", "-0.18"]),
                                        {"says": "several-equilibria", "first": "0", "second": "1"})
    yield "run-away by a form", refutation([["1", "-1.5"], ["0", "-6"]], {"says": "run-away-by-form", "q": ["1", "-1"], "slope": ["1", "1"], "tau": ["1", "1"],
                                                                         "rate": "0.9"}, {"says": "several-or-none"})
    entries = [[0, 0, "-1"], [0, 3, "0.2"], [0, 4, "-0.25"], [1, 1, "-1"], [1, 3, "0.2"], [2, 2, "-1.5"], [2, 3, "0.2"], [2, 4, "0.25"],
               [3, 0, "1"], [3, 1, "1"], [3, 3, "-1"], [4, 1, "0.5"], [4, 2, "1"], [4, 4, "-1"]]
    sums = {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 3, "sums": 2, "entries": entries},
            "components": [{"members": [0, 1, 2, 3, 4], "p": ["1", "1", "1", "0.3", "0.9"], "proof": "exact"}],
            "statements": [{"says": "equal-time-constants", "tau": "10"}, {"says": "projected-dynamics"}, {"says": "switched-dynamics"},
                           {"says": "quasi-dominance", "d": ["1", "1", "1", "2", "1.5"], "tau": ["10", "10", "10", "1", "1"], "rate": "0.02"}]}
    yield "sums", sums
    yield "sums, in rows", dict(sums, matrix={"n": 1, "sums": 1, "rows": [["-1", "0.5"], ["1", "-1"]]}, statements=[{"says": "projected-dynamics"}],
                                components=[{"members": [0, 1], "p": ["1", "0.5"], "proof": "exact"}])
    refuted = [[i, j, "0.4" if x == "0.2" else x] for i, j, x in entries]
    yield "sums, refuted", {"format": "eig-certificate/1", "claim": "not-lds", "matrix": {"n": 3, "sums": 2, "entries": [x if x[:2] not in ([0, 0], [1, 1]) else [*x[:2], "-0.5"] for x in refuted]},
                            "witness": {"members": [0, 1, 3, 4], "V": [["1", "1", "2", "0.5"], ["-2", "-2", "-4", "-1"]], "w": ["1", "2"]}}
    yield "mean slopes, alone", {"format": "eig-certificate/1", "claim": "lds",
                                 "matrix": {"n": 4, "populations": [{"name": "A", "size": 2}, {"name": "B", "size": 2}], "entries": [[1, 0, "0.5"]],
                                            "self": ["0.25", "0"], "leak": ["1", "1"], "mean_slopes": ["0.5", "2"]},
                                 "components": [{"members": [0], "p": ["1"], "proof": "exact"}, {"members": [1], "p": ["1"], "proof": "exact"}],
                                 "statements": [{"says": "equal-time-constants", "tau": "1"}]}
    one = [{"members": [0, 1], "p": ["1", "1"], "proof": "exact"}]
    yield "ranges, rates", {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 2, "rows": [["-0.5", "-0.2"], ["0.3", "-1"]]}, "components": one,
                            "ranges": {"params": [{"name": "w", "value": "0.5", "lo": "0", "hi": "0.7"}],
                                       "terms": [{"params": [0], "entries": [[0, 0, "1"]]}],
                                       "cells": [{"lo": ["0"], "hi": ["0.7"], "components": one,
                                                  "statements": [{"says": "projected-dynamics-rate", "lag": ["2", "1"], "rate": "0.05"},
                                                                 {"says": "switched-dynamics-rate", "tau": ["2", "1"], "rate": "0.25"}]}]}}
    there = {"matrix": {"n": 2, "rows": [["0.5", "-0.2"], ["0.3", "-1"]]}, "claim": "not-lds", "witness": {"members": [0], "V": [["2"]]}}
    yield "ranges, refuted", {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 2, "rows": [["-0.5", "-0.2"], ["0.3", "-1"]]}, "components": one,
                              "ranges": {"params": [{"name": "w", "lo": "0", "hi": "2"}, {"name": "v", "lo": "-1", "hi": "1"}],
                                         "refuted": [dict(there, at=["1.5", "0"]), dict(there, at=["1.5", "1"], statements=[{"says": "several-or-none"}])]}}
    box = {"says": "local-slopes", "slope": ["0.5"], "input": ["0.25"], "x_lo": ["0.4"], "x_hi": ["0.6"]}
    alone = {"claim": "lds", "matrix": {"n": 1, "rows": [["-0.25"]]}, "components": [{"members": [0], "p": ["1"], "proof": "exact"}]}
    yield "a box, and stable everywhere", dict(alone, format="eig-certificate/1", matrix={"n": 1, "rows": [["-0.5"]]}, statements=[box, {"says": "equal-time-constants", "tau": "3"}],
                                               everywhere=dict(alone, statements=[{"says": "equal-time-constants", "tau": "3"}]))
    yield from small_maps()
    yield from of_speeds()
    yield "several components", {"format": "eig-certificate/1", "claim": "lds",
                                 "matrix": {"n": 4, "entries": [[0, 0, "-1"], [0, 1, "0.5"], [1, 0, "0.5"], [1, 1, "-1"], [2, 0, "7"], [2, 2, "-1"], [3, 2, "-5"],
                                                                [3, 3, "-2"]]},
                                 "components": [{"members": [0, 1], "p": ["1", "1.5"], "proof": "exact"}, {"members": [2], "p": ["1"], "proof": "rump"},
                                                {"members": [3], "p": ["2"], "proof": "dominance"}],
                                 "statements": [{"says": "equal-time-constants", "tau": "1", "component": 0}, {"says": "equal-time-constants", "tau": "2", "component": 1},
                                                {"says": "equal-time-constants", "tau": "3", "component": 2}, {"says": "cascade"}]}
    one = [{"members": [0], "p": ["1"], "proof": "exact"}, {"members": [1], "p": ["1"], "proof": "exact"}]
    yield "components, rates", {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 2, "rows": [["-1", "0"], ["7", "-0.5"]]}, "components": one,
                                "statements": [{"says": "quasi-dominance", "d": ["1"], "tau": ["2"], "rate": "0.5", "component": 0},
                                               {"says": "rate-by-multipliers", "mu": "0.9", "tau": "1", "rate": "0.3", "component": 1},
                                               {"says": "cascade-rate", "rate": "0.2999"}]}


def small_maps():
    """Of one cell or two, and with a proof for the centre alone."""
    one = {"n": 4, "populations": [{"name": "E", "size": 4}], "uniform": [["0.2"]], "self": ["0"], "leak": ["1"]}
    terms = [{"params": [0], "entries": [[0, 0, "1"]], "self": ["0"]}]
    proof = {"components": [{"members": [0], "p": ["1"], "proof": "exact"}]}
    yield "map of a centre", {"format": "eig-map/1", "matrix": one, "params": [{"name": "g", "value": "0.2", "lo": "0.1", "hi": "0.22"}], "terms": terms,
                              "proofs": [proof], "cells": [{"region": "centre-lds", "lo": ["0.1"], "hi": ["0.22"], "centre": 0}]}
    yield "map of a point", {"format": "eig-map/1", "matrix": one, "params": [{"name": "g", "value": "0.2", "lo": "0.2", "hi": "0.2"}], "terms": terms,
                             "proofs": [proof], "cells": [{"region": "lds", "lo": ["0.2"], "hi": ["0.2"], "proof": 0}]}
    params = [{"name": "g", "value": "0.2", "lo": "0.2", "hi": "0.6"}]
    yield "map of a centre, refuted", {"format": "eig-map/1", "matrix": dict(one, uniform=[["0.3"]]), "params": params, "terms": terms,
                                       "attained": {"matrix": one, "params": params, "terms": terms},
                                       "proofs": [{"witness": {"members": [0], "V": [["1"]]}}],
                                       "cells": [{"region": "centre-not-lds", "lo": ["0.2"], "hi": ["0.6"], "centre": 0}]}
    plane = {"format": "eig-map/1", "params": [{"name": "g", "value": "0", "lo": "0", "hi": "0.1"}], "terms": [{"params": [0], "entries": [[1, 1, "1"]]}]}
    away = {"says": "run-away-by-form", "q": ["1", "-1"], "slope": ["1", "1"], "tau": ["1", "1"], "rate": "0.9"}
    yield "map of a cell, run-away", dict(plane, matrix={"n": 2, "rows": [["1", "-1.5"], ["0", "-6"]]}, cells=[{"region": "run-away", "lo": ["0"], "hi": ["0.1"], "proof": 0}],
                                          proofs=[{"witness": {"members": [0], "V": [["1"]]}, "statements": [away]}])
    several = [dict(PIECE, slope=["0", "1"], offset=["11", "0"], t_lo=["10", "-10"], t_hi=["20", "10"], sign="1"), dict(PIECE, sign="-1"),
               {"says": "several-equilibria", "first": "0", "second": "1"}, {"says": "attracting-on-pieces", "equilibrium": "0", "tau": ["1", "2"]}]
    yield "map of a cell, several", dict(plane, matrix={"n": 2, "rows": [["0.5", "0"], ["0", "-3"]]}, cells=[{"region": "several", "lo": ["0"], "hi": ["0.1"], "proof": 0}],
                                         proofs=[{"witness": {"members": [0], "V": [["1"]]}, "statements": several}])
    proof = {"witness": {"members": [0], "V": [["1"]]}, "statements": [
        {"says": "moving-equilibrium", "input": ["0"], "x": ["0.01"], "at": ["0"], "radius": ["1"], "value_lo": ["-0.1"], "value_hi": ["0.1"], "slope_lo": ["1.6"],
         "slope_hi": ["2.4"], "Y": ["-1"]}]}
    yield "map of a box that moves", {"format": "eig-map/1", "matrix": {"n": 1, "rows": [["0"]]}, "params": [{"name": "g", "value": "0", "lo": "0", "hi": "0.1"}],
                                      "terms": [{"params": [0], "entries": [[0, 0, "1"]]}], "proofs": [proof],
                                      "cells": [{"region": "not-lds", "lo": ["0"], "hi": ["0.1"], "proof": 0}]}
    yield "map of two cells", {"format": "eig-map/1", "matrix": dict(one, uniform=[["0.3"]]), "terms": terms,
                               "params": [{"name": "g", "value": "0.3", "lo": "0.25", "hi": "0.6"}], "proofs": [{"witness": {"members": [0], "V": [["1"]]}}],
                               "cells": [{"region": "not-lds", "lo": ["0.4"], "hi": ["0.6"], "proof": 0}, {"region": "not-lds", "lo": ["0.25"], "hi": ["0.4"], "proof": 0}]}
    params = [{"name": x, "value": "0", "lo": "0", "hi": "2"} for x in ("g", "h")]
    terms = [{"params": [0], "entries": [[0, 0, "1"]]}]
    # the first one, moved along g, is on the last but one, and between the two of them is another
    cells = [{"region": "not-lds", "lo": [x, y], "hi": [str(int(x) + 1), str(int(y) + 1)], "proof": 0} for x, y in ("00", "11", "10", "01")]
    yield "map of four cells", {"format": "eig-map/1", "matrix": {"n": 2, "rows": [["1", "0"], ["0", "-3"]]}, "params": params, "terms": terms,
                                "attained": {"matrix": {"n": 2, "entries": [[0, 0, "0.5"]]}, "params": params, "terms": terms},
                                "proofs": [{"witness": {"members": [0], "V": [["1"]]}}], "cells": cells}


def of_speeds():
    """Of time constants that go with params: a range, a map of a cell and one of a centre."""
    matrix = {"n": 2, "rows": [["-0.5", "-0.5"], ["0.4", "-1"]]}
    params = [{"name": "1/T", "value": "0.5", "lo": "0.4", "hi": "1"}, {"name": "w", "value": "0.5", "lo": "0", "hi": "0.6"}]
    terms = [{"params": [1], "entries": [[0, 0, "1"]]}]
    one = [{"members": [0, 1], "p": ["1", "1"], "proof": "exact"}]
    dominance = {"says": "quasi-dominance", "d": ["4", "3"], "tau": ["2", "50"], "rate": "0.009"}
    cell = {"lo": ["0.4", "0"], "hi": ["1", "0.6"]}
    yield "ranges, speeds", {"format": "eig-certificate/1", "claim": "lds", "matrix": matrix, "components": one,
                             "ranges": {"params": params, "terms": terms, "speeds": [[0], []],
                                        "cells": [dict(cell, components=one, statements=[dominance, {"says": "switched-dynamics-rate", "tau": ["2", "2"], "rate": "0.2"}])]}}
    yield "ranges, equal speeds", {"format": "eig-certificate/1", "claim": "lds", "matrix": matrix, "components": one,
                                   "ranges": {"params": params, "terms": terms, "speeds": [[0], [0]],
                                              "cells": [dict(cell, components=one, statements=[{"says": "equal-time-constants", "tau": "2"},
                                                                                                    {"says": "contraction-l2", "p": ["2", "2"], "q": ["1", "1"],
                                                                                                     "tau": ["2", "2"], "rate": "0.05"},
                                                                                                    {"says": "any-time-constants", "p": ["1", "1"], "q": ["1", "1"]}])]}}
    plane = {"format": "eig-map/1", "matrix": matrix, "params": params, "terms": terms, "speeds": [[0], []]}
    yield "map, speeds", dict(plane, proofs=[{"components": one, "statements": [dominance]}], cells=[dict(cell, region="stable", proof=0)])
    yield "map of a centre, speeds", dict(plane, speeds=[[0], [0]], cells=[dict(cell, region="centre-stable", centre=0)], proofs=[
        {"components": one, "statements": [{"says": "rate-by-multipliers", "mu": "0.5", "tau": "2", "rate": "0.04"}]}])
    yield "map, speeds, refuted", dict(plane, attained={"matrix": {"n": 2, "rows": [["0.5", "-0.5"], ["0.4", "-1"]]}, "params": params, "terms": terms},
                                       cells=[dict(cell, region="not-lds", proof=0)], proofs=[{"witness": {"members": [0], "V": [["1"]]}}])


def of_model(folder, text, *command):
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "out.json")
    with open(path, "w") as f:
        f.write(text)
    if os.path.exists(out):
        os.unlink(out)
    subprocess.run([EIGC, command[0], path, "-q", *command[1:], out], capture_output=True, timeout=120)
    assert os.path.exists(out), text
    with open(out) as f:
        return json.load(f)


def bases():
    for name, tree in documented():
        yield name, tree, None
    for name, tree in by_hand():
        yield name, tree, None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in models():
            yield name, of_model(folder, text, "check", "--certificate"), text
        for k, (text, _) in enumerate(MAPS):
            yield "map %d" % k, of_model(folder, text, "map", *OVER, "--depth=2", "--data"), text


def kinds(tree):
    """What a file has: forms of the matrix, of the proof, statements, regions."""
    found = {"map"} if tree["format"] == "eig-map/1" else {tree["claim"]}
    matrix = tree["matrix"]
    found |= {x for x in ("rows", "entries", "populations", "sums", "mean_slopes", "kernels") if x in matrix} | {x for x in ("ranges", "attained") if x in tree}
    found |= {"everywhere"} & set(tree)
    for proof in tree.get("proofs", [tree]) + tree.get("ranges", {}).get("cells", []) + [tree.get("everywhere", {})]:
        found |= {s["says"] for s in proof.get("statements", [])}
        found |= {"witness: " + x for x in ("V", "zero_sum", "waves") if x in proof.get("witness", {})}
        if len(proof.get("components", [])) > 1:
            found.add("several components")
    return found | {"region: " + cell["region"] for cell in tree.get("cells", [])}
