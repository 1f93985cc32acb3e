#!/usr/bin/python3
"""Statements of certificates (docs/certificate.md): what `eigc check` writes is accepted by `eigc verify` and by
tests/second_checker.py; with one number, sign or word changed, both say the same. Contractions and potentials are tried on
the network itself. Usage: test_statements.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

from random_claim import Model
from test_random_claims import written_out
from two_checkers import both

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import SAYS, check as second_check, number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
seen = {name: [0, 0, 0] for name in SAYS}           # statements, changes accepted, changes refused


PAIR = """population E excitatory {{ tau = 1; {0} }}
population I inhibitory {{ tau = 2; {0} }}
connect E -> E {{ weight = 0.5 }}
connect E -> I {{ weight = 3 }}
connect I -> E {{ weight = 2 }}
connect I -> I {{ weight = 0.5 }}
"""
UNEQUAL = """population E excitatory {{ tau = 1; cost = box(-1, 1); size = 2 }}
population I inhibitory {{ tau = {}; cost = box(-1, 1); size = 2 }}
connect E -> E {{ weight = 0.2 }}
connect E -> I {{ weight = 2 }}
connect I -> E {{ weight = 2 }}
"""
BALANCE = """population E excitatory { size = 4; tau = 2; cost = nonnegative; input = INPUT }
population I inhibitory { size = 9; tau = 1; cost = nonnegative; input = 4 }
connect E -> E { weight = 1; scale = 1/sqrt(n) }
connect I -> E { weight = 2; scale = 1/sqrt(n) }
connect E -> I { weight = 2; scale = 1/sqrt(n) }
connect I -> I { weight = 3; scale = 1/sqrt(n) }
require balanced
"""
# Each of the statements that random models seldom have, and a model that has it.
MODELS = {
    "two-neurons-smooth": PAIR.format("cost = tanh_cost"),
    "two-neurons-bounded": PAIR.format("cost = box(-1, 1)"),
    "two-neurons-excitatory-inhibitory": PAIR.format("cost = nonnegative"),
    "switched-dynamics": PAIR.format("cost = box(0, 1); prox_step = inf"),
    "projected-dynamics": PAIR.format("cost = nonnegative; prox_step = 0"),
    "projected-dynamics-rate": PAIR.format("cost = nonnegative; prox_step = 0; size = 2").replace("tau = 2", "tau = 2; gain = 0.5").replace("0.5 }", "0.2 }"),
    "switched-dynamics-rate": PAIR.format("cost = box(0, 1); prox_step = inf; size = 2").replace("0.5 }", "0.2 }"),
    "saddle": PAIR.format("cost = nonnegative; size = 3"),
    "symmetrisable-weights": """population A mixed { size = 3; tau = 1 + i; cost = nonnegative }
connect A -> A { weight = [[0, 0.6, -0.6], [0.6, 0, 0.6], [-0.6, 0.6, 0]] }
""",
    "cascade": PAIR.format("cost = nonnegative; size = 2").replace("tau = 2", "tau = 1").replace("weight = 0.5", "weight = 0.2") + """
population A excitatory { tau = 5; size = 3; cost = nonnegative }
population B inhibitory { tau = 5; cost = nonnegative }
connect E -> A { weight = 2 }
connect A -> A { weight = 0.1 }
connect A -> B { weight = 2 }
connect B -> A { weight = 1 }
""",
    "cascade-rate": """population A excitatory { tau = 10; cost = nonnegative }
population B inhibitory { tau = 10; cost = nonnegative; size = 2 }
population C excitatory { tau = 10; cost = nonnegative }
population D inhibitory { tau = 10; cost = nonnegative }
connect A -> A { weight = 0.5 }
connect B -> A { weight = 10 }
connect A -> B { weight = 3 }
connect A -> C { weight = 5 }
connect C -> C { weight = 0.5 }
connect D -> C { weight = 20 }
connect C -> D { weight = 3 }
""",
    "several-equilibria": PAIR.format("cost = box(0, 1); input = -0.5").replace("weight = 0.5", "weight = 3"),
    "unstable-equilibrium": PAIR.format("cost = nonnegative; input = 1").replace("E -> E { weight = 0.5", "E -> E { weight = 3").replace("weight = 2", "weight = 1.2"),
    "run-away": PAIR.format("cost = nonnegative; input = 1").replace("E -> E { weight = 0.5", "E -> E { weight = 6"),
    "unstable-differences": """population I inhibitory { size = 2; tau = 1; cost = nonnegative; input = 1 }
connect I -> I { weight = 1.5; self = no }
""",
    "equilibrium": """population E excitatory { size = 3; tau = 1; cost = box(0, 4); input = -1 }
connect E -> E { weight = 0.8 }
""",
    "attracting-equilibrium": PAIR.format("cost = nonnegative; input = 1").replace("E -> E { weight = 0.5", "E -> E { weight = 1.5").replace("weight = 2", "weight = 1.2"),
    "local-slopes": PAIR.format("cost = logistic(1, 0.25, 0.5); input = -0.5").replace("weight = 0.5", "weight = 1.5"),
    "invariant-box": PAIR.format("cost = power(0.04, 2); input = 0.5"),
    "attained-slopes": PAIR.format("activation(z) = max(z, 0)^2; input = 0.1").replace("E -> E { weight = 0.5", "E -> E { weight = 4"),
    "nearly-equal-time-constants": UNEQUAL.format(1.05),
    "lure-popov": UNEQUAL.format(2),
    "contraction-l2": UNEQUAL.format(1.5).replace("size = 2", "size = 3").replace("weight = 2", "weight = 0.5"),
    "any-time-constants": """population E excitatory { size = 40; tau = 1 + i; cost = nonnegative }
population I inhibitory { size = 2; tau = 1 + i / 2; cost = nonnegative }
connect E -> E { weight = 0.015 }
connect E -> I { weight = 0.025 }
connect I -> E { weight = 0.5 }
connect I -> I { weight = 0.25 }
""",
    "balance": BALANCE.replace("INPUT", "3"),
    "no-balance": BALANCE.replace("INPUT", "1"),
    "no-potential": """population A mixed { size = 4; tau = 1; cost = nonnegative }
connect A -> A { weight = [[0, 0.1, 0, 0.2], [0.2, 0, 0.3, 0], [0, 0.1, 0, 0.1], [0.1, 0, 0.1, 0]] }
require potential_game
""",
    "potential-game": """population A excitatory { size = 8; tau = 1; cost = nonnegative; place = ring(360 deg) }
connect A -> A { weight = 0.5; pattern = kernel(gaussian(60 deg), normalize = yes) }
""",
}


def change(r, statement, others):
    """One thing else than it was."""
    keys = [k for k in statement if k not in ("says", "component")]
    kind = r.random()
    if not keys or kind < 0.15:
        statement["says"] = r.choice(sorted(SAYS))
    elif kind < 0.2 and others:
        statement["component"] = r.randrange(others)
    else:
        key = r.choice(keys)
        factor = r.choice([Fraction(-1), Fraction(0), Fraction(101, 100), Fraction(99, 100), Fraction(2), Fraction(1, 2)])
        if isinstance(statement[key], list):
            k = r.randrange(len(statement[key]))
            statement[key][k] = str(number(statement[key][k]) * factor)
        else:
            statement[key] = str(number(statement[key]) * factor)


def true_of(a, row, s):
    """Of the written-out matrix, in doubles."""
    w = np.array([[float(x) for x in r] for r in a]) + np.eye(len(a))
    at = lambda key: np.array([float(number(s[key][k])) for k in row])
    rng = np.random.default_rng(1)
    for _ in range(10):
        slope = rng.integers(0, 2, len(row)).astype(float)
        if s["says"] in ("contraction-l1", "quasi-dominance") and number(s["rate"]) > 0:
            j = (slope[:, None] * w - np.eye(len(row))) / at("tau")[:, None]
            weight = at("q") if s["says"] == "contraction-l1" else 1 / at("d")
            j = weight[:, None] * j / weight[None, :]
            off = np.abs(j) - np.diag(np.abs(np.diag(j)))
            norm = np.diag(j) + off.sum(0 if s["says"] == "contraction-l1" else 1)
            assert norm.max() <= -float(number(s["rate"])) * (1 - 1e-9), (s, norm)
        if s["says"] == "contraction-l2":           # in the norm of p, of every such Jacobian
            size = np.bincount(row)[row]
            j = (slope[:, None] * w - np.eye(len(row))) / at("tau")[:, None]
            weight = np.sqrt(at("p") / size)
            j = weight[:, None] * j / weight[None, :]
            assert np.linalg.eigvalsh((j + j.T) / 2).max() <= -float(number(s["rate"])) * (1 - 1e-9), s
        if s["says"] == "any-time-constants":       # in a norm of its own for any time constants
            tau = rng.uniform(0.1, 10, len(row))
            j = (slope[:, None] * w - np.eye(len(row))) / tau[:, None]
            weight = np.sqrt(at("p") / np.bincount(row)[row] * tau)
            j = weight[:, None] * j / weight[None, :]
            assert np.linalg.eigvalsh((j + j.T) / 2).max() < 0, s
    if s["says"] in ("potential-game", "symmetrisable-weights", "saddle"):
        p, sign = at("p"), at("sign") if "sign" in s else np.ones(len(row))
        off = w - np.diag(np.diag(w))
        assert np.allclose(p[:, None] * off, sign[:, None] * sign * p * off.T), s
    if s["says"] == "no-potential":                 # the logarithms of w_ij/w_ji are no differences
        number_of = [int(x) for x in s["cycle"]]
        cycle = [row.index(number_of.index(k)) for k in range(1, max(number_of) + 1)]
        ratio = [w[i][j] / w[j][i] for i, j in zip(cycle, cycle[1:] + cycle[:1])]
        assert len(cycle) == 2 or abs(sum(np.log(ratio))) > 1e-9, s


def try_model(seed, text, folder):
    r = random.Random(seed)
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    subprocess.run([EIGC, "check", "-q", "--certificate", out, path], capture_output=True, timeout=60)
    if not os.path.exists(out):
        return []
    with open(out) as f:
        certificate = json.load(f)
    assert both(certificate), "what was written is not accepted"
    assert subprocess.run([EIGC, "verify", "-q", out, "--model", path]).returncode == 0, "not of its model"
    a, row, _ = written_out(certificate["matrix"])
    components = len(certificate.get("components", []))
    for k, s in enumerate(certificate.get("statements", [])):
        seen[s["says"]][0] += 1
        if "component" not in s:
            true_of(a, row, s)
        for _ in range(3):
            changed = copy.deepcopy(certificate)
            change(r, changed["statements"][k], components)
            seen[s["says"]][2 - both(changed)] += 1
    return [s["says"] for s in certificate.get("statements", [])]


def projected_pair(r):
    """Weights from neuron to neuron, time constants, slopes at gain 1, gains, inputs; and the text."""
    w = np.array([[r.uniform(0, 0.8), -r.uniform(0, 3)], [r.uniform(0, 3), -r.uniform(0, 1)]]).round(3)
    tau, slope, gain, u = ([round(r.uniform(lo, hi), 3) for _ in range(2)] for lo, hi in ((0.3, 2), (0.4, 1), (0.3, 1.2), (0.2, 1)))
    text = "".join(f"population {name} {kind} {{ tau = {tau[k]}; cost = nonnegative + quadratic({1 / slope[k] - 1:.9f}); gain = {gain[k]}; "
                   f"prox_step = 0; input = {u[k]} }}\n" for k, (name, kind) in enumerate((("E", "excitatory"), ("I", "inhibitory"))))
    text += "".join(f"connect {a} -> {b} {{ weight = {abs(w[i][j])} }}\n" for j, a in enumerate("EI") for i, b in enumerate("EI"))
    return w, np.array(tau), np.array(slope), np.array(gain), np.array(u), text


def projected_with_a_rate(folder, seed):
    """What projected_rates_are_seen asks of one circuit; None where no rate is said."""
    r = random.Random(seed)
    w, tau, slope, gain, u, text = projected_pair(r)
    path, out = os.path.join(folder, "p.eig"), os.path.join(folder, "p.json")
    with open(path, "w") as f:
        f.write(text)
    subprocess.run([EIGC, "check", "-q", "--certificate", out, path], capture_output=True)
    certificate = json.load(open(out))
    said = [s for s in certificate.get("statements", []) if s["says"] == "projected-dynamics-rate"]
    if not said or len(certificate["components"]) > 1:
        assert certificate["claim"] == "not-lds" or len(certificate["components"]) > 1, text
        return None
    rate, p = float(number(said[0]["rate"])), [float(number(x)) for x in certificate["components"][0]["p"]]
    start = np.array([[r.uniform(0, 2), r.uniform(0, 2)] for _ in range(2)])
    return w, tau, slope, gain, u, rate, np.array(p), start


def projected_rates_are_seen(folder, seeds):
    """Two trajectories of the projected dynamics, by short steps of numpy, approach each other at the rate in the norm of Theorem 14."""
    found = [c for c in (projected_with_a_rate(folder, seed) for seed in seeds) if c]
    w, tau, slope, gain, u, rate, p, x = (np.array(each) for each in zip(*found))
    tau, slope, gain, u = (a[:, None] for a in (tau, slope, gain, u))          # by circuit, trajectory, neuron
    h, across, leak = 1e-4, w.transpose(0, 2, 1), 1 + (1 / slope - 1)
    apart = [x[:, 0] - x[:, 1]]
    for _ in range(30000):
        x = np.maximum(x + h * (gain * (x @ across + u) - leak * x) / tau, 0)
        apart.append(x[:, 0] - x[:, 1])
    size = np.sqrt(np.sum(p * (slope * tau)[:, 0] * np.array(apart) ** 2, axis=2))
    most = size[0] * np.exp(-rate * (1 - 1e-3) * h * np.arange(30001)[:, None]) * (1 + 1e-6) + 1e-12
    assert np.all(size[1:] <= most[1:]), (rate, found)
    return len(found)


OPEN = """population E excitatory { tau = 1; cost = tanh_cost; size = 2; input = %s }
population I inhibitory { tau = 8; cost = tanh_cost; size = 2 }
connect E -> E { weight = 0.2 }
connect E -> I { weight = 3 }
connect I -> E { weight = 1.5 }
"""


def slopes_that_occur_give_convergence(folder):
    """With unequal time constants, open for all slopes; and no rate is above that of the linear part at the equilibrium."""
    path, out = os.path.join(folder, "o.eig"), os.path.join(folder, "o.json")
    for u, verdict in ((2, "undecided"), (4, "certified"), (6, "certified")):
        with open(path, "w") as f:
            f.write(OPEN % u)
        said = json.loads(subprocess.run([EIGC, "check", "--json", "--certificate", out, path], capture_output=True).stdout)["stability"]
        assert said["verdict"] == verdict and said["unique_equilibrium"] == "certified", said
        if verdict == "undecided":
            continue
        assert subprocess.run([EIGC, "verify", "-q", out, "--model", path]).returncode == 0
        x = np.zeros(2)
        w, tau = np.array([[0.4, -3.0], [6.0, 0.0]]), np.array([1.0, 8.0])
        for _ in range(20000):
            x += 0.1 * (np.tanh(w @ x + [u, 0]) - x) / tau
        assert np.abs(np.tanh(w @ x + [u, 0]) - x).max() < 1e-12
        j = ((1 - x ** 2)[:, None] * w - np.eye(2)) / tau[:, None]
        slowest = max(np.linalg.eigvals(j).real.max(), -1 / 8)      # and the differences within a population
        assert 0 < float(number(said["rate"])) <= -slowest * (1 + 1e-9), (said, slowest)


def theorems_are_those_of_the_theory():
    """Each number is one theorem, and each statement's is the one that docs/theory.md gives it."""
    theory = open("docs/theory.md").read()
    numbers = re.findall(r"^\*\*Theorem (\d+) ", theory, re.M)
    assert len(numbers) == len(set(numbers)), sorted(numbers, key=int)
    rows = {name: n for names, n in re.findall(r"^\| (`.*`) \| (\d+) \|", theory, re.M) for name in re.findall(r"`([^`]+)`", names)}
    for name, n in re.findall(r'^STATEMENT\(\w+, "([^"]+)", (\d+)', open("compiler/check/proof/statement/statement.def").read(), re.M):
        assert n in numbers, (name, n)
        said = rows.get(name) or rows.get(re.sub("^two-neurons-.*", "two-neurons-...", name))
        assert said == n, (name, n, said)


def names_are_strings(folder):
    """What names a statement or a row is a number as any other: a string, whose value counts (docs/certificate.md)."""
    bistable = PAIR.format("cost = box(0, 1); input = -0.5").replace("weight = 0.5", "weight = 3")
    named = set()
    for text in (bistable, MODELS["unstable-differences"]):
        path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "named.json")
        with open(path, "w") as f:
            f.write(text)
        subprocess.run([EIGC, "check", "-q", "--certificate", out, path], capture_output=True, timeout=60)
        with open(out) as f:
            certificate = json.load(f)
        for k, s in enumerate(certificate["statements"]):
            for key in {"equilibrium", "first", "second", "attracting", "row"} & set(s):
                for value, fine in ((s[key] + ".0", True), (str(2 * int(s[key])) + "/2", True), (int(s[key]), False), (s[key] + ".5", False)):
                    other = copy.deepcopy(certificate)
                    other["statements"][k][key] = value
                    assert both(other) == fine, (s["says"], key, value)
                named.add((s["says"], key))
    wanted = {("several-equilibria", "first"), ("attracting-equilibrium", "equilibrium"), ("unstable-differences", "row")}
    assert wanted <= named, wanted - named


def main(count=18, first=1):
    failures = 0
    theorems_are_those_of_the_theory()
    with tempfile.TemporaryDirectory() as folder:
        for wanted, text in MODELS.items():
            for seed in range(3):
                try:
                    found = try_model(seed, text, folder)
                    assert wanted in found, f"{wanted} not in {found}"
                except AssertionError as problem:
                    failures += 1
                    print(f"{problem}\n{text}", file=sys.stderr)
        slopes_that_occur_give_convergence(folder)
        names_are_strings(folder)
        assert projected_rates_are_seen(folder, range(first, first + 8)) > 3
        for seed in range(first, first + count):
            text = Model(seed, folder).text
            try:
                try_model(seed, text, folder)
            except AssertionError as problem:
                failures += 1
                print(f"seed {seed}: {problem}\n{text}", file=sys.stderr)
    for name, (n, accepted, refused) in seen.items():
        print(f"# {name}: {n}, changed {accepted} accepted, {refused} refused")
    print("ok" if not failures else "not ok", "statements_are_proved_twice")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
