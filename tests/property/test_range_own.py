#!/usr/bin/python3
"""Ranges where powers and functions of one param stand beside each other: cells are of the model's own params (docs/theory.md, Powers).
What is stable for all values with a margin is certified, and no more; both checkers accept it, and at random values nothing that NumPy finds
is against it; what is not is refuted at a point of the model; certificates with one number, formula or cell changed are judged alike by
both checkers, and what is accepted of them holds. Usage: test_range_own.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import math
import os
import random
import sys
from fractions import Fraction

import numpy as np

from each_test import run_each
from test_ranges import certificate_matrix, eigc, report, write
from two_checkers import both

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import number

ONE = "param w = 0.3 in [{lo}, {hi}]\npopulation A excitatory {{ tau = 1; cost = nonnegative }}\nconnect A -> A {{ weight = {weight} }}\n" \
      "require stable for all params\n"
# of the largest value 1
BUMPS = (("4 * w * (1 - w)", 0, 1), ("w * exp(1 - w)", 0, 4), ("4 * w / (1 + w)^2", 0, 4), ("2.598076211353316 * w * (1 - w^2)", 0, 1),
         ("w * (2 - w) * exp(-(w - 1)^2)", 0, 2), ("2 * w / (1 + w^2)", -1, 3), ("w^2 * exp(2 - 2 * w)", 0, 3), ("(1 - log(w)) * w", "0.1", 4),
         ("2 * sqrt(w) / (1 + w)", "0.01", 4), ("tanh(w) * (3 - 2 * w) * 1.028976926055", 0, "1.5"), ("(1 + log1p(w) - w)", 0, 2),
         ("(w - expm1(w) + 1)", -1, 1), ("4 * normcdf(w) * (1 - normcdf(w))", -2, 3), ("(1 + atan(w) - w)", 0, 2))


def certified(folder, text):
    r, proof, path = report(folder, text)
    assert {x["verdict"] for x in r["requirements"]} == {"certified"}, (text, r["requirements"])
    assert eigc("verify", proof, "--model", path).returncode == 0, text
    with open(proof) as file:
        certificate = json.load(file)
    assert "own" in certificate["ranges"] and both(certificate), text
    return certificate


def refuted_at(folder, text):
    """A point in the ranges at which it is refuted by itself, too."""
    r, _, path = report(folder, text)
    point = r["ranges"]["refuted_at"]
    assert r["ranges"]["lds"] == "refuted" and point, (text, r["ranges"])
    for name, (lo, hi) in r["ranges"]["params"].items():
        assert number(lo) <= number(point[name]) <= number(hi), point
    there = eigc("check", path, "--json", *(f"--set={name}={value}" for name, value in point.items()))
    assert json.loads(there.stdout)["lds"]["verdict"] == "refuted", (text, point)
    return r


def test_margins(folder):
    """Of 2.5 % and of one in ten thousand; and false by one in a thousand."""
    for k, (weight, lo, hi) in enumerate(BUMPS):
        for factor in ("0.975", "0.9999") if k < 3 else ("0.9999",):
            certificate = certified(folder, ONE.format(lo=lo, hi=hi, weight=f"{factor} * ({weight})"))
            assert len(certificate["ranges"]["cells"]) < 200 and len(certificate["ranges"]["params"]) == 1, (weight, factor)
        r = refuted_at(folder, ONE.format(lo=lo, hi=hi, weight=f"1.001 * ({weight})"))
        assert r["requirements"][0]["verdict"] == "refuted", (weight, r["requirements"])


NESTED = """param a = 0.5 in [0.1, 1]
param b = 0.4 in [0.2, 1.1]
population E excitatory { tau = 10 ms; cost = nonnegative }
population I inhibitory { tau = 20 ms; cost = nonnegative }
connect E -> E { weight = 0.9 * exp(-(a - log(1 + b^2))^2) * tanh(a + exp(b)) }
connect I -> E { weight = 1 + sqrt(1 + a * exp(tanh(b - a)))^3 }
connect E -> I { weight = 1 / (1 + exp(-3 * tanh(a * b) + log(1.5 + a)))^2 }
connect I -> I { weight = atan(exp(a - b)) * (2 - tanh(b)^2) * normcdf(sqrt(a) - log1p(b)) }
require stable for all params
"""


def test_nested_functions(folder):
    """Ends of functions of functions, and products of them, are rounded outward, and stay short."""
    certificate = certified(folder, NESTED)
    assert len(certificate["ranges"]["params"]) == 4 and len(certificate["ranges"]["cells"]) < 100
    rng = np.random.default_rng(1)
    assert holds_of_formulas(certificate, rng, 20000) is None
    for cell in certificate["ranges"]["cells"]:
        assert all(number(x).numerator.bit_length() < 200 for x in cell["lo"] + cell["hi"]), cell


def test_points_are_named(folder):
    """Also where nothing is followed, and cells are of no param: in the report a point stands that refutes a requirement."""
    r, _, _ = report(folder, ONE.format(lo=0, hi=2, weight="sin(3 * w) + 0.5"))
    assert r["requirements"][0]["verdict"] == "refuted" and r["ranges"]["lds"] == "refuted" and set(r["ranges"]["refuted_at"]) == {"w"}, r["ranges"]
    r, _, _ = report(folder, ONE.format(lo=0, hi=2, weight="0.2 * sin(3 * w) + 0.5"))
    assert r["requirements"][0]["verdict"] == "undecided" and r["ranges"]["lds"] == "undecided" and r["ranges"]["refuted_at"] is None, r["ranges"]


def test_values_cell_by_cell(folder):
    """What is divided by is seen to be above 0 in cells, not in all of the range; where it is 0 somewhere nothing is certified."""
    certified(folder, ONE.format(lo=0, hi=2, weight="0.9 / (1.5 + w^2 - 1.4 * w)"))
    certified(folder, ONE.format(lo=0, hi=2, weight="0.5 * log(3 + w^2 - 2 * w) / (1 + w - w^2 / 2)"))
    for weight in ("1e-9 / (w^2 - w + 0.25)", "0.9 + 0.1 * log(w^2 - w + 0.25)", "sqrt(w / w) / 9", "0.5 + 0 / (w^2 - w + 0.2)", "0.1 * sqrt(w^2 - w + 0.22)", "1 / (w^2 - w - 1)^2 / 99"):
        r, _, _ = report(folder, ONE.format(lo=0, hi=2, weight=weight))
        assert r["requirements"][0]["verdict"] == "undecided" and "`w`" in r["requirements"][0]["reason"], (weight, r["requirements"])


def test_largest_value_alone(folder):
    """Where the largest value is 1 the matrix is singular there, at one point: it is found or not, and nothing is certified."""
    for weight, lo, hi in BUMPS[:3]:
        r, _, _ = report(folder, ONE.format(lo=lo, hi=hi, weight=weight))
        assert r["requirements"][0]["verdict"] != "certified", (weight, r["ranges"])


def test_what_a_file_says_is_the_models(folder):
    """Another formula, another range, another name, and a cell in which a param gets further, are not."""
    text = ONE.format(lo=0, hi=1, weight="3 * w * (1 - w)")
    _, proof, path = report(folder, text)
    for other in ("3 * w * (1 - w^2)", "3.1 * w * (1 - w)", "3 * w * (1.1 - w)", "3 * w - 2.9 * w^2", "w * exp(1 - w) * 0.5"):
        write(folder, text.replace("3 * w * (1 - w)", other))
        assert eigc("verify", proof, "--model", path).returncode == 1, other
    for old, new in (("[0, 1]", "[0, 1.1]"), ("[0, 1]", "[-0.1, 1]"), ("w", "u")):
        write(folder, text.replace(old, new) if old != "w" else text.replace("w *", "u *").replace("- w", "- u").replace("param w", "param u"))
        assert eigc("verify", proof, "--model", path).returncode == 1, new
    write(folder, text.replace("[0, 1]", "[0.2, 0.9]"))
    assert eigc("verify", proof, "--model", path).returncode == 0
    with open(proof) as file:
        certificate = json.load(file)
    changed = copy.deepcopy(certificate)
    p, = changed["ranges"]["params"]
    p["of"] = {"product": [p["of"], "0.99"]}            # a proof, of another function under the same name
    assert both(changed)
    with open(f"{folder}/changed.json", "w") as file:
        json.dump(changed, file)
    assert eigc("verify", f"{folder}/changed.json", "--model", path).returncode == 1
    for change in (lambda c: c["ranges"]["cells"][0].update(hi=[str(number(c["ranges"]["cells"][0]["hi"][0]) * Fraction(999, 1000))]),
                   lambda c: c["ranges"]["own"][0].update(hi="1.01"), lambda c: c["ranges"]["cells"].pop(), lambda c: c["ranges"].pop("own"),
                   lambda c: c["ranges"]["cells"][0].pop("own_lo"), lambda c: c["ranges"]["params"][0].update(lo="0", hi="1"),
                   lambda c: c["ranges"]["params"][0].update(of={"power": [{"sum": [0, "-0.5"]}, -1]}), lambda c: c["ranges"].update(own=[])):
        changed = copy.deepcopy(certificate)
        change(changed)
        assert not both(changed)


# ---- random models -------------------------------------------------------------

def exact(f, v):
    """A formula of a file, in doubles."""
    if isinstance(f, str):
        return float(number(f)) * np.ones_like(v[0])
    if isinstance(f, int):
        return v[f]
    (key, value), = f.items()
    if key in ("sum", "product"):
        return (np.sum if key == "sum" else np.prod)([exact(x, v) for x in value], axis=0)
    if key == "power":
        return exact(value[0], v) ** value[1]
    return {"exp": np.exp, "log": np.log, "log1p": np.log1p, "expm1": np.expm1, "sqrt": np.sqrt, "tanh": np.tanh, "atan": np.arctan,
            "normcdf": lambda x: np.vectorize(math.erfc)(-x / math.sqrt(2)) / 2}[key](exact(value, v))


FACTORS = ("{0} * (1 - {0})", "{0} * exp(1 - {0})", "{0} / (1 + {0})^2", "{0}^2 * (1.5 - {0})", "{0} * {1} * (2 - {1})", "exp(-{0}) * (1 - {0} * {1})",
           "sqrt({0} + 0.1) / (1 + {0})", "({0} - {1})^2", "{0}", "tanh({0}) * (1.2 - {0})", "{0} * log(1.1 + {1}) / (1 + {0})", "1 / (1 + {0} - {0} * {1})",
           "normcdf({0}) * (1 - {0}^2)", "({0} + {1}) * exp(-{0} - {1})")
PLAIN = {"exp": np.exp, "sqrt": np.sqrt, "log": np.log, "tanh": np.tanh, "normcdf": lambda x: np.vectorize(math.erfc)(-x / math.sqrt(2)) / 2}


def random_model(r):
    """Text, names, sizes, signs, time constants, and connections (source, target, text of the weight)."""
    names = ["p", "q", "s"][:r.choice((1, 1, 2, 2, 3))]
    n = r.choice((1, 1, 2, 2, 3))
    text = "".join(f"param {name} = 0.3 in [{r.choice((0, 0.1))}, {r.choice((0.8, 1))}]\n" for name in names)
    sign, size, wiring = [r.choice((1, 1, -1)) for _ in range(n)], [r.choice((1, 1, 2)) for _ in range(n)], []
    for k in range(n):
        text += f"population A{k} {'excitatory' if sign[k] > 0 else 'inhibitory'} {{ size = {size[k]}; tau = {r.choice((1, 1, 3))}; cost = nonnegative }}\n"
    most = r.choice((0.9, 1.5, 2.5))
    for i in range(n):
        for j in range(n):
            if r.random() < (.9 if i == j else .5):
                weight = f"{round(r.uniform(0.1, most), 2)} * ({r.choice(FACTORS).format(r.choice(names), r.choice(names))}) / {size[j]}"
                wiring.append((j, i, weight))
                text += f"connect A{j} -> A{i} {{ weight = {weight} }}\n"
    return text + "require unique_equilibrium for all params\n", names, size, sign, wiring


def matrices(size, sign, wiring, values, count):
    """W - I over neurons at `count` points."""
    first = np.concatenate([[0], np.cumsum(size)])
    a = np.tile(-np.eye(first[-1]), (count, 1, 1))
    for j, i, weight in wiring:
        w = eval(weight.replace("^", "**"), dict(PLAIN, __builtins__={}), values)
        a[:, first[i]:first[i + 1], first[j]:first[j + 1]] += (sign[j] * np.broadcast_to(w, (count,)))[:, None, None]
    return a


def counterexample(a, rng):
    """A point at which D A has an eigenvalue of positive real part for some D > 0: diagonal stability would exclude it."""
    for _ in range(3):
        d = 10 ** rng.uniform(-2, 2, a.shape[1])
        worst = np.linalg.eigvals(d[None, :, None] * a).real.max(axis=1) / d.max()
        if worst.max() > 1e-9:
            return int(worst.argmax())
    return None


def change(r, certificate):
    ranges = certificate["ranges"]
    cell, p = r.choice(ranges["cells"]), r.choice(ranges["params"])
    kind = r.randrange(5)
    if kind == 0:
        ranges["cells"].remove(cell)
    elif kind == 1:
        values = cell[r.choice(("own_lo", "own_hi", "lo", "hi"))]
        k = r.randrange(len(values))
        values[k] = str(number(values[k]) * Fraction(r.choice((0, 9, 99, 101, 11, 20)), r.choice((10, 100))))
    elif kind == 2:
        own = r.choice(ranges["own"])
        own[r.choice(("lo", "hi"))] = str(Fraction(r.randrange(0, 30), 20))
    elif kind == 3:
        p["of"] = r.choice(({"sum": [p["of"], r.choice(("0.001", "-0.001"))]}, {"product": [p["of"], r.choice(("0.99", "1", "1.01"))]}, 0, {"power": [p["of"], 1]},
                            {"tanh": p["of"]}, {"power": [p["of"], 2]}, r.choice(ranges["params"])["of"]))
    else:
        p["value"] = str(number(p["value"]) * Fraction(r.choice((9, 11)), 10))


def points(ranges, count, rng):
    ends = [(float(number(p["lo"])), float(number(p["hi"]))) for p in ranges["own"]]
    return [lo + (hi - lo) * np.concatenate([[0, 1], rng.random(count - 2)]) for lo, hi in ends]


def holds_of_formulas(certificate, rng, count):
    """What the file says, whatever it was made from: no counterexample, and params between the ends of their cells."""
    ranges = certificate["ranges"]
    v = points(ranges, count, rng)
    theta = [np.broadcast_to(exact(p["of"], v), v[0].shape) for p in ranges["params"]]
    inside = np.zeros(count, bool)
    for cell in ranges["cells"]:
        here = np.all([(float(number(a)) <= x) & (x <= float(number(b))) for a, x, b in zip(cell["own_lo"], v, cell["own_hi"])], axis=0)
        inside |= here
        for a, x, b in zip(cell["lo"], theta, cell["hi"]):
            room = 1e-9 * (1 + abs(x[here]))
            assert np.all(float(number(a)) - room <= x[here]) and np.all(x[here] <= float(number(b)) + room), (cell, certificate)
    assert inside.all(), certificate


def test_random_models(folder, count, seed):
    verdicts, judged, cut = {}, [0, 0], 0
    for k in range(count):
        r, rng = random.Random(seed + k), np.random.default_rng(seed + k)
        text, names, size, sign, wiring = random_model(r)
        got, proof, path = report(folder, text)
        verdict = got["ranges"]["lds"]
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if verdict == "refuted":
            refuted_at(folder, text)
        if verdict != "certified":
            continue
        assert eigc("verify", proof, "--model", path).returncode == 0, text
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate), text
        n = 1000
        values = {name: np.concatenate([[float(number(lo)), float(number(hi))], float(number(lo)) + float(number(hi) - number(lo)) * rng.random(n - 2)])
                  for name, (lo, hi) in ((name, got["ranges"]["params"].get(name, ["0.3", "0.3"])) for name in names)}
        found = counterexample(matrices(size, sign, wiring, values, n), rng)
        assert found is None, (text, {name: x[found] for name, x in values.items()})
        if "own" not in certificate["ranges"]:
            continue
        cut += len(certificate["ranges"]["cells"]) > 1
        holds_of_formulas(certificate, rng, 500)
        for _ in range(4):
            changed = copy.deepcopy(certificate)
            change(r, changed)
            accepted = both(changed)
            judged[accepted] += 1
            if accepted:
                holds_of_formulas(changed, rng, 200)
    assert min(verdicts.get(v, 0) for v in ("certified", "refuted")) > 0 and cut > 0 and judged[0] > judged[1], (verdicts, cut, judged)
    assert verdicts.get("undecided", 0) * 5 < count, verdicts
    print(f"# {verdicts}, {cut} in several cells; changed: {judged[1]} accepted, {judged[0]} refused by both")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "range_own", 16))
