#!/usr/bin/python3
"""Ranges where time constants differ: cells converge by forms that hold at their corners (Theorems 27 and 28). What is certified is
accepted by both checkers, and at random values and slopes the linear system beside an equilibrium decays, by its eigenvalues; models are
accepted up to 1 % before the line and refused, with a point, beyond it; a form with one number changed is judged alike by both checkers,
and refused where numpy finds it indefinite at a corner. Usage: test_range_forms.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import os
import random
import sys
from fractions import Fraction

import numpy as np

from each_test import run_each
from test_ranges import certificate_matrix, eigc, report
from two_checkers import both

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import number

ANY_TAU = {"any-time-constants", "symmetrisable-weights", "two-neurons-smooth", "two-neurons-bounded", "two-neurons-excitatory-inhibitory"}
FORMS = {"lure-popov", "contraction-l2"}

PAIR = """param w_EE = 0.5 in [0, {top}]
param w_EI = 1.2 in [0, 3]
population E excitatory {{ size = {e}; tau = 20 ms; cost = {cost}; input = 2 }}
population I inhibitory {{ size = {i}; tau = {tau} ms; cost = {cost} }}
connect E -> E {{ weight = w_EE * {per_slope} / {e} }}
connect I -> E {{ weight = w_EI / {i} }}
connect E -> I {{ weight = 1 / {e} }}
connect I -> I {{ weight = 0.4 / {i} }}
require stable for all params
"""
THREE = """param w_EE = 0.5 in [0, {top}]
param w_EP = 1.2 in [0, 2]
population E excitatory {{ tau = 20 ms; cost = {cost}; input = 2 }}
population P inhibitory {{ tau = 10 ms; cost = {cost} }}
population S inhibitory {{ tau = 15 ms; cost = {cost} }}
connect E -> E {{ weight = w_EE * {per_slope} }}
connect P -> E {{ weight = w_EP }}
connect E -> P {{ weight = 1 }}
connect P -> P {{ weight = 0.4 }}
connect S -> E {{ weight = 0.5 }}
connect E -> S {{ weight = 0.5 }}
connect P -> S {{ weight = 0.3 }}
require stable for all params
"""
COSTS = (("nonnegative", 1), ("box(0, 1)", 1), ("logistic", 4))        # a sigmoid whose slope is at most 1/4


def models(top):
    for cost, per_slope in COSTS:
        for e, i in ((80, 20), (1, 1), (1, 4)):
            for tau in (20, 10) if e > 1 else (1,):
                yield PAIR.format(top=top, e=e, i=i, tau=tau, cost=cost, per_slope=per_slope)
    for cost, per_slope in COSTS:
        yield THREE.format(top=top, cost=cost, per_slope=per_slope)


def test_true_up_to_one_percent(folder):
    seen = set()
    for text in models("0.99"):
        r, proof, path = report(folder, text)
        assert r["requirements"][0]["verdict"] == "certified", (text, r["requirements"])
        assert eigc("verify", proof, "--model", path).returncode == 0, text
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate), text
        seen |= {s["says"] for cell in certificate["ranges"]["cells"] for s in cell.get("statements", [])}
    assert FORMS <= seen, seen


def test_false_by_one_percent(folder):
    """With the excitation of E alone beyond 1 nothing is diagonally stable, whatever the sizes and time constants."""
    for text in models("1.01"):
        r, _, path = report(folder, text)
        assert r["requirements"][0]["verdict"] != "certified" and r["ranges"]["lds"] == "refuted", text
        point = r["ranges"]["refuted_at"]
        assert number(point["w_EE"]) > 1, point
        there = eigc("check", path, "--json", *(f"--set={name}={value}" for name, value in point.items()))
        assert json.loads(there.stdout)["lds"]["verdict"] == "refuted", text


def test_time_constants_with_ranges(folder):
    """A form is about the time constants that it names: where these have ranges, cells state what holds for any, and a file that says more is refused."""
    text = PAIR.format(top="0.6", e=80, i=20, tau="10", cost="nonnegative", per_slope=1).replace("[0, 3]", "[0, 1]").replace("1.2 in", "0.5 in")
    _, proof, path = report(folder, text)
    with open(path, "w") as file:
        file.write("param tau_I = 10 ms in [1 ms, 30 ms]\n" + text.replace("tau = 10 ms", "tau = tau_I"))
    assert eigc("verify", proof).returncode == 0
    assert eigc("verify", proof, "--model", path).returncode != 0
    r, proof, _ = report(folder, open(path).read())
    assert r["requirements"][0]["verdict"] == "certified", r["requirements"]
    assert eigc("verify", proof, "--model", path).returncode == 0
    with open(proof) as file:
        certificate = json.load(file)
    said = {s["says"] for cell in certificate["ranges"]["cells"] for s in cell["statements"]}
    assert "any-time-constants" in said and said <= ANY_TAU and both(certificate), said
    for tau, why in (("tau_I - 2 ms", "not seen to be above 0"), ("tau_I + sin(tau_I / (1 ms)) * 1 ms", "not one sum of products")):
        with open(path, "w") as file:
            file.write("param tau_I = 10 ms in [1 ms, 30 ms]\n" + text.replace("tau = 10 ms", "tau = " + tau))
        assert eigc("verify", proof, "--model", path).returncode != 0, tau
        r, _, _ = report(folder, open(path).read())
        assert r["requirements"][0]["verdict"] == "undecided" and why in r["requirements"][0]["reason"], r["requirements"]


def test_rates(folder):
    """Required for all params: E alone with weight w decays at (1 - w)/20 per ms, a pair at what contraction in a Euclidean norm gives;
    time constants equal and not. Beyond the true rate nothing is certified, and a rate that is raised in a cell is refused."""
    alone = "param w = 0.2 in [0, 0.6]\npopulation E excitatory {{ size = {n}; tau = 20 ms; cost = nonnegative }}\n" \
            "connect E -> E {{ weight = w / {n} }}\nrequire rate >= {rate} per ms for all params\n"
    pair = """param w = 0.2 in [0, 0.6]
param v = 0.5 in [0, 1]
population E excitatory {{ size = {n}; tau = 20 ms; cost = nonnegative }}
population I inhibitory {{ tau = {tau} ms; cost = nonnegative }}
connect E -> E {{ weight = w / {n} }}
connect I -> E {{ weight = v }}
connect E -> I {{ weight = 0.5 / {n} }}
require rate >= {rate} per ms for all params
"""
    for text, wanted in ((alone.format(n=1, rate=0.0198), "certified"), (alone.format(n=40, rate=0.0198), "certified"), (alone.format(n=1, rate=0.0202), "undecided"),
                         (pair.format(n=1, tau=10, rate=0.0135), "certified"), (pair.format(n=8, tau=10, rate=0.0135), "certified"),
                         (pair.format(n=1, tau=20, rate=0.0135), "certified"), (pair.format(n=1, tau=10, rate=0.021), "undecided"),
                         ("param lag = 20 ms in [10 ms, 40 ms]\n" + alone.format(n=1, rate=0.0102).replace("20 ms; c", "lag; c"), "undecided")):
        r, proof, path = report(folder, text)
        found = r["requirements"][0]
        assert found["verdict"] == wanted and found["reason"], (text, found)
        if wanted == "undecided":
            continue
        assert eigc("verify", proof, "--model", path).returncode == 0
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate)
        rated = [s for cell in certificate["ranges"]["cells"] for s in cell["statements"] if "rate" in s]
        assert rated
        for s in rated:
            s["rate"] = "0.06"
        assert not both(certificate)


def random_model(r):
    n = r.randrange(2, 5)
    names = ["p", "q"][:r.randrange(1, 3)]
    text = "".join(f"param {name} = 0.5 in [{Fraction(r.randrange(0, 4), 10)}, {Fraction(r.randrange(5, 12), 10)}]\n" for name in names)
    sign = [1] + [r.choice((1, -1)) for _ in range(n - 1)]
    size = [r.choice((1, 1, 1, 3)) for _ in range(n)]
    tau = [r.randrange(1, 21) for _ in range(n)]
    for k in range(n):
        text += f"population A{k} {'excitatory' if sign[k] > 0 else 'inhibitory'} {{ size = {size[k]}; tau = {tau[k]}; cost = nonnegative }}\n"
    for i in range(n):
        for j in range(n):
            if r.random() < .75:
                scale = Fraction(r.randrange(1, 20), 10 if sign[j] < 0 else 25) / size[j]
                weight = r.choice([*names, "1", f"(1 - {names[0]} / 2)"] + (["p * q"] if len(names) > 1 else []))
                text += f"connect A{j} -> A{i} {{ weight = {scale} * {weight} }}\n"
    return text + "require stable for all params\n", tau, size


def decays(a, tau, r):
    """diag(tau)^-1 (D W - 1), W = A + 1, D random in [0, 1] or of ends only."""
    n = len(a)
    w = np.array(a, dtype=float) + np.eye(n)
    for _ in range(4):
        d = r.integers(0, 2, n) if r.random() < .5 else r.random(n)
        if np.linalg.eigvals((d[:, None] * w - np.eye(n)) / tau[:, None]).real.max() >= 0:
            return False
    return True


def change(r, certificate):
    """One number of one form, or an end of its cell; nothing is found where there are no forms."""
    forms = [(c, s) for c in certificate["ranges"]["cells"] for s in c.get("statements", []) if s["says"] in FORMS]
    if not forms:
        return False
    cell, s = r.choice(forms)
    keys = [key for key in s if key != "says" and key != "component"]
    key = r.choice(keys + ["hi", "lo"])
    if key == "rate":           # cells state less than the form gives
        s[key] = str(number(s[key]) * Fraction(r.randrange(0, 40), 10))
        return True
    values = cell[key] if key in ("hi", "lo") else s[key]
    if not values:
        return False
    k = r.randrange(len(values))
    values[k] = str(number(values[k]) * Fraction(r.choice((-1, 0, 1, 2, 5, 9, 11, 15, 30, 300)), 10))
    return True


def test_random_models(folder, count, seed):
    verdicts, judged, forms = {}, [0, 0], 0
    for k in range(count):
        r, rng = random.Random(seed + k), np.random.default_rng(seed + k)
        text, tau, size = random_model(r)
        got, proof, path = report(folder, text)
        verdict = got["requirements"][0]["verdict"]
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if verdict != "certified":
            continue
        assert eigc("verify", proof, "--model", path).returncode == 0, text
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate), text
        each = np.repeat(np.array(tau, dtype=float), size)
        params = certificate["ranges"]["params"]
        for _ in range(200 if k % 5 == 0 else 20):
            values = {p["name"]: number(p["lo"]) + (number(p["hi"]) - number(p["lo"])) * Fraction(r.randrange(0, 1001), 1000) for p in params}
            assert decays(certificate_matrix(certificate, values), each, rng), (text, values)
        for _ in range(6):
            changed = copy.deepcopy(certificate)
            if change(r, changed):
                forms += 1
                judged[both(changed)] += 1
    assert verdicts.get("certified", 0) * 4 > count and judged[0] > judged[1] > 0, (verdicts, judged)
    print(f"# {verdicts}; {forms} changed forms: {judged[1]} accepted, {judged[0]} refused by both")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "range_forms", 40))
