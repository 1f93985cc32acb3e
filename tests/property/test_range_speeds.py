#!/usr/bin/python3
"""Ranges where time constants are products of powers of params: cells have a param for each power that one over a time constant is a product
of. What is certified is accepted by both checkers, and at random values, with time constants worked out here from the model's text, and random
slopes the linear system decays, at the rate that is required; other speeds in a file are judged alike by both checkers, and refused beside the
model. Usage: test_range_speeds.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import random
import sys
from fractions import Fraction

import numpy as np

from each_test import run_each
from test_ranges import certificate_matrix, eigc, report
from two_checkers import both, reason

from second_checker import number

RING = """param T = 10 ms in [5 ms, 20 ms]
population A mixed {{ tau = {first}; cost = nonnegative; input = 1 }}
population B mixed {{ tau = {rest}; cost = nonnegative; input = 1 }}
population C mixed {{ tau = {rest}; cost = nonnegative; input = 1 }}
connect A -> B {{ weight = {w} }}
connect B -> C {{ weight = {w} }}
connect C -> A {{ weight = -{w} }}
require stable for all params
"""


def verdicts(r):
    return [x["verdict"] for x in r["requirements"]]


def certificate_of(folder, text):
    r, proof, path = report(folder, text)
    assert set(verdicts(r)) == {"certified"}, (text, r["requirements"])
    assert eigc("verify", proof, "--model", path).returncode == 0, text
    with open(proof) as file:
        certificate = json.load(file)
    assert both(certificate), text
    return certificate


def in_params(certificate):
    """Of one cell: the same of 1/T in a range, in place of T."""
    certificate = copy.deepcopy(certificate)
    ranges = certificate["ranges"]
    cell, = ranges["cells"]
    for p, lo, hi in zip(ranges["params"], cell["lo"], cell["hi"]):
        del p["of"]
        p.update(lo=lo, hi=hi)
    del ranges["own"], cell["own_lo"], cell["own_hi"]
    return certificate


def said(certificate):
    return {s["says"] for cell in certificate["ranges"]["cells"] for s in cell["statements"]}


def test_a_ring_beyond_contraction(folder):
    """1.6 is beyond what holds for any time constants; equal ones are equal for all values."""
    assert "lure-popov" in said(certificate_of(folder, RING.format(first="T", rest="10 ms", w="1.6")))
    assert "equal-time-constants" in said(certificate_of(folder, RING.format(first="T", rest="T", w="1.9")))
    assert said(certificate_of(folder, RING.format(first="T", rest="2 * T", w="1.6"))) == {"lure-popov"}
    for first, rest in (("T + 1 ms", "10 ms"), ("30 ms - T", "10 ms"), ("T + 2 ms", "(2 * T + 4 ms) / 3"), ("sqrt(10 ms * T)", "10 ms"), ("10 ms * exp(-T / (20 ms))", "10 ms"),
                        ("1 ms * exp(T / (5 ms - 2 * T))", "10 ms"), ("(100 ms^2) / (T + 3 ms)", "10 ms")):
        certificate = certificate_of(folder, RING.format(first=first, rest=rest, w="1.6"))
        assert "speeds" in certificate["ranges"] and said(certificate) <= {"lure-popov", "equal-time-constants"}, first
    r, _, _ = report(folder, RING.format(first="T - 5 ms", rest="10 ms", w="1.6"))
    assert verdicts(r) == ["undecided"], r


def test_many_rows(folder):
    text = """param T = 10 ms in [5 ms, 20 ms]
population E excitatory { size = 30; tau = T; cost = nonnegative }
population I inhibitory { size = 30; tau = 10 ms; cost = nonnegative }
connect E -> E { pattern = random(p = 0.5); weight = 0.01 * (1 + post.i / 30) }
connect E -> I { weight = 0.01 }
connect I -> E { pattern = random(p = 0.5); weight = 0.01 }
require stable for all params
require rate >= 0.02 per ms for all params
"""
    certificate = certificate_of(folder, text)
    assert "quasi-dominance" in said(certificate)
    r, _, _ = report(folder, text.replace("0.02 per", "0.0502 per"))        # I may decay at 1/20 per ms
    assert verdicts(r) == ["certified", "undecided"], r["requirements"]


def test_speeds_of_another_model(folder):
    """The file says which rows go with which param, and is about no model in which others do."""
    text = RING.format(first="T", rest="10 ms", w="1.6")
    _, proof, path = report(folder, text)
    made = [RING.format(first=first, rest=rest, w="1.6") for first, rest in (("10 ms", "T"), ("T", "20 ms"), ("T * T / 10 ms", "10 ms"))]
    changes = (("20 ms]", "21 ms]"), ("[5 ms", "[4 ms"), ("tau = T", "tau = 2 * T"), ("tau = T", "tau = T + 1 ms"), ("T = 10 ms", "T = 11 ms"))
    for other in made + [text.replace(*change) for change in changes]:
        with open(path, "w") as file:
            file.write(other)
        assert eigc("verify", proof, "--model", path).returncode == 1, other
    with open(path, "w") as file:
        file.write(text.replace("[5 ms", "[6 ms"))
    assert eigc("verify", proof, "--model", path).returncode == 0       # a smaller range


def test_values_of_no_time_constant(folder):
    for low, value in (("0 ms", "10 ms"), ("-5 ms", "10 ms")):
        r, _, _ = report(folder, RING.format(first="T", rest="10 ms", w="1.6").replace("[5 ms", f"[{low}").replace("10 ms in", f"{value} in"))
        assert verdicts(r) == ["undecided"], r
    certificate = certificate_of(folder, RING.format(first="T", rest="T", w="1.9"))
    for x in ("0", "-1"):
        changed = copy.deepcopy(certificate)
        changed["ranges"]["own"][0]["lo"] = x
        changed["ranges"]["cells"][0]["own_lo"] = [x]
        assert not both(changed), x
        assert "not seen to have a value" in reason(changed), x
    certificate = in_params(certificate)
    assert both(certificate)
    for key, x in (("value", "0"), ("value", "-1/10"), ("lo", "0"), ("lo", "-1")):
        changed = copy.deepcopy(certificate)
        changed["ranges"]["params"][0][key] = x
        if key == "lo":
            changed["ranges"]["cells"][0]["lo"] = [x]
        assert not both(changed), (key, x)
        assert "not above 0" in reason(changed), (key, x)
    certificate["ranges"]["speeds"][1] = []         # equal at one value of T, and at no other
    assert not both(certificate)
    certificate["ranges"]["speeds"] = [[], [], []]
    assert both(certificate)


def test_one_param_in_weights_and_time_constants(folder):
    """T in a weight and 1/T are params of their own; 1/T in both would be squared."""
    text = RING.format(first="T", rest="10 ms", w="1.2 * {w}").replace("-1.2 * {w}", "-1.6")
    certificate = certificate_of(folder, text.replace("{w}", "T / (10 ms)").replace("20 ms]", "12 ms]"))
    assert [p["name"] for p in certificate["ranges"]["params"]] in (["T"], ["1/T", "T"]), certificate["ranges"]["params"]
    r, _, _ = report(folder, text.replace("{w}", "(10 ms) / T").replace("[5 ms", "[6 ms"))
    assert verdicts(r) == ["undecided"], r


# ---- random models -------------------------------------------------------------

KINDS = {"-1": (" / {0}", lambda x: 1 / x), "0": ("", lambda x: 1), "1": (" * {0}", lambda x: x), "2": (" * {0}^2", lambda x: x ** 2),
         "+": (" * ({0} + 0.5)", lambda x: x + .5), "exp": (" * exp({0} / 2)", lambda x: np.exp(x / 2)), "root": (" / sqrt({0} + 1)", lambda x: 1 / np.sqrt(x + 1))}


def random_model(r):
    """Its text, of each population its time constant as a function of p, q, and its size; a rate, or None."""
    n = r.randrange(2, 5)
    names = ["p", "q"][:r.randrange(1, 3)]
    text = "".join(f"param {name} = 1 in [{Fraction(r.randrange(2, 10), 10)}, {Fraction(r.randrange(10, 30), 10)}]\n" for name in names)
    text += "param w = 0.5 in [0.1, 0.9]\n"
    sign, size, tau = [1] + [r.choice((1, -1)) for _ in range(n - 1)], [r.choice((1, 1, 1, 3)) for _ in range(n)], []
    for k in range(n):
        factor, kinds = r.randrange(1, 6), {name: r.choice(("0", "1", "1", "-1", "2", "+", "exp", "root")) for name in names}
        product = str(factor) + "".join(KINDS[kind][0].format(name) for name, kind in kinds.items())
        tau.append(lambda v, factor=factor, kinds=kinds: factor * np.prod([KINDS[kind][1](float(v[name])) for name, kind in kinds.items()]))
        text += f"population A{k} {'excitatory' if sign[k] > 0 else 'inhibitory'} {{ size = {size[k]}; tau = {product}; cost = nonnegative }}\n"
    strength = r.randrange(10, 30)
    for i in range(n):
        for j in range(n):
            if r.random() < .75:
                scale = Fraction(r.randrange(1, strength), 10 if sign[j] < 0 else 25) / size[j]
                text += f"connect A{j} -> A{i} {{ weight = {scale} * {r.choice(['w', '1', '(1 - w / 2)', 'exp(-w)', '1 / (1 + w)', 'sqrt(w)'] + ['p'] * (r.random() < .1))} }}\n"
    rate = Fraction(r.randrange(1, 30), 100) if r.random() < .5 else None
    return text + "require stable for all params\n" + (f"require rate >= {float(rate)} for all params\n" if rate else ""), tau, size, rate


def slowest(a, tau, rng):
    """The largest real part of diag(tau)^-1 (D W - 1), W = A + 1, over a few D in [0, 1] or of ends only."""
    n = len(a)
    w = np.array(a, dtype=float) + np.eye(n)
    most = -np.inf
    for _ in range(4):
        d = rng.integers(0, 2, n) if rng.random() < .5 else rng.random(n)
        most = max(most, np.linalg.eigvals((d[:, None] * w - np.eye(n)) / tau[:, None]).real.max())
    return most


def change(r, certificate):
    """A number of a cell, or a row's speed."""
    ranges = certificate["ranges"]
    if "speeds" in ranges and r.random() < .4:
        row = r.choice(ranges["speeds"])
        k = r.randrange(len(ranges["params"]))
        row.remove(k) if k in row else row.append(k)
        return True
    cell = r.choice(ranges["cells"])
    s = r.choice(cell["statements"]) if cell.get("statements") else {}
    lists = [x for x in list(s.values()) + [cell["lo"], cell["hi"]] if isinstance(x, list) and x]
    if not lists:
        return False
    values = r.choice(lists)
    k = r.randrange(len(values))
    values[k] = str(number(values[k]) * Fraction(r.choice((-1, 0, 1, 5, 9, 11, 15, 30)), 10))
    return True


def check_samples(r, rng, text, certificate, tau, size, rate, count):
    for _ in range(count):
        values = {}
        for line in text.splitlines():
            if line.startswith("param"):
                lo, hi = (Fraction(x) for x in line[line.index("[") + 1:-1].split(", "))
                values[line.split()[1]] = lo + (hi - lo) * r.choice((0, 1, Fraction(r.randrange(0, 1001), 1000)))
        each = np.repeat([float(of(values)) for of in tau], size)
        assert slowest(certificate_matrix(certificate, values), each, rng) < -float(rate or 0) + 1e-9, (text, values)


def test_random_models(folder, count, seed):
    found, judged, with_speeds = {}, [0, 0], 0
    for k in range(count):
        r, rng = random.Random(seed + k), np.random.default_rng(seed + k)
        text, tau, size, rate = random_model(r)
        got, proof, path = report(folder, text)
        key = " ".join(verdicts(got))
        found[key] = found.get(key, 0) + 1
        if verdicts(got)[0] != "certified":
            continue
        assert eigc("verify", proof, "--model", path).returncode == 0, text
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate), text
        with_speeds += "speeds" in certificate["ranges"]
        check_samples(r, rng, text, certificate, tau, size, rate if verdicts(got)[-1] == "certified" else None, 40)
        for _ in range(4 if len(certificate["ranges"]["cells"]) < 9 else 0):      # many cells take the second checker long
            changed = copy.deepcopy(certificate)
            if change(r, changed):
                judged[both(changed)] += 1
    assert with_speeds * 15 > count and judged[0] > judged[1] > 0, (found, with_speeds, judged)
    print(f"# {found}; {with_speeds} with speeds; changed: {judged[1]} accepted, {judged[0]} refused by both")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "range_speeds", 16))
