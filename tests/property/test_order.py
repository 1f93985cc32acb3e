#!/usr/bin/python3
"""What a model says does not depend on the order in which it says it, nor on the names
of its populations: verdicts are the same, and results to the bit; the margin and the rate
that are found are too, so that what is required may be as near to them as it likes. Every
model is written a second time, its declarations shuffled and, where nothing is drawn, its
populations renamed. Usage: test_order.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "numeric"))
sys.path.insert(0, HERE)
import eigc
import random_claim
import random_model
from random_parts import Parts

EIGC = eigc.EIGC
RATES = 4       # so many models for rates beside each of the others
EQUILIBRIA = 10         # one for equilibria beside so many


def need(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(x) for x in what))


# ---- a second text ----

def new_names(r, names, rename):
    """Old to new; the new ones are in another alphabetical order."""
    fresh = [a + b for a in "QZABMx" for b in ("", "1", "_k", "zz")]
    return dict(zip(names, r.sample(fresh, len(names)))) if rename else {n: n for n in names}


def renamed(text, name):
    return re.sub(r"(?<![\w.\"])[A-Za-z_]\w*", lambda m: name.get(m.group(), m.group()), text)


def shuffled(r, declarations):
    """In another order; what stands first comes elsewhere."""
    out = declarations[:]
    r.shuffle(out)
    return out


# ---- runs ----

def run(folder, name, head, declarations, records, tail):
    text = "\n".join([head] + declarations) + f"\nsimulate {{ {tail}\n  record {', '.join(records)} }}\n"
    result = eigc.run(text, folder, "--reference", name=name)
    need(result.status == 0, result.stderr, text)
    return text, list(result.arrays.values())


def compare_runs(seed, folder, parts):
    r = random.Random(seed)
    name = new_names(r, parts.names, parts.rename)
    head = "model of_parts"
    text, ours = run(folder, "a", head, parts.declarations, parts.records, parts.simulate)
    order = shuffled(r, list(range(len(parts.records))))
    second, theirs = run(folder, "b", head, [renamed(d, name) for d in shuffled(r, parts.declarations)],
                         [renamed(parts.records[k], name) for k in order], parts.simulate)
    need(ours[0].tobytes() == theirs[0].tobytes(), "times", text, second)
    for place, k in enumerate(order):
        a, b = ours[k + 1], theirs[place + 1]
        need(a.tobytes() == b.tobytes(), parts.records[k], "differs by", abs(a - b).max(), "\n" + text, second)
    return any((abs(a).max(initial=0) > 0) for a in ours[1:])


class OfNetwork:
    """The models of tests/numeric, as parts."""

    def __init__(self, seed, folder):
        m = random_model.Model(seed, folder)
        self.names = [p.name for p in m.pops]
        self.rename = m.exact
        self.declarations = [p.text for p in m.pops] + [c[0] for c in m.conns]
        inside = re.search(r"simulate \{(.*?)\n  record (.*?) \}\n", m.text, re.S)
        self.simulate, self.records = inside.group(1), re.sub(r" every .*", "", inside.group(2)).split(", ")


# ---- checks ----

def check(folder, declarations):
    path = os.path.join(folder, "c.eig")
    with open(path, "w") as f:
        f.write("\n".join(declarations) + "\n")
    done = subprocess.run([EIGC, "check", "--json", path], capture_output=True, text=True, timeout=60)
    need(done.stdout, done.stderr)
    return json.loads(done.stdout)


def verdicts(report):
    """All that is said of the whole model."""
    return {k: v for k, v in report.items() if isinstance(v, dict) and "verdict" in v}


def compare_checks(seed, folder):
    r = random.Random(seed)
    m = random_claim.Model(seed, folder)
    declarations = [p.text for p in m.populations] + [b[0] for b in m.blocks]
    name = new_names(r, [p.name for p in m.populations], True)
    ours = check(folder, declarations)
    theirs = check(folder, [renamed(d, name) for d in shuffled(r, declarations)])
    a, b = verdicts(ours), verdicts(theirs)
    need(a.keys() == b.keys(), a, b)
    for k in a:
        need(a[k]["verdict"] == b[k]["verdict"], k, a[k], b[k], "\n" + m.text)
    return a, b


# ---- rates ----

class OfRates:
    """Weights small enough for most to have a rate; some populations are alike, and some all time constants."""

    COSTS = ["identity", "nonnegative", "box(-1, 2)", "quadratic(0.5)", "tanh_cost", "logistic(r = 2, T = 1)", "leaky(0.5)",
             "softplus(0.3)"]

    def __init__(self, r):
        n = r.choice([2, 3, 3, 4, 5, 6, 9])
        tau = r.choice([["10"], ["10", "20"], ["1", "1.5", "3", "0.7"], ["5", "7/3"]])
        sizes, is_ring = r.choice([([1], False), ([1, 1, 2, 3], False), ([40, 1], False), ([8], True)])
        more = r.choice(["", "", "; prox_step = 0", "; prox_step = 0.3"]) + "; place = ring(360 deg)" * is_ring
        kinds = [(r.choice(tau), r.choice(self.COSTS), r.choice(sizes)) for _ in range(r.randint(1, n))]
        of = [r.choice(kinds) for _ in range(n)]
        self.names = [f"P{k}" for k in range(n)]
        self.declarations = [f"population P{k} mixed {{ size = {size}; tau = {tau}; cost = {cost}{more} }}"
                             for k, (tau, cost, size) in enumerate(of)]
        few = [str(round(r.uniform(-1, 1), 2)) for _ in range(2)]
        self.params = r.choice([[], [], [], ["w1", "w2"]])      # of ranges as wide as each other
        self.declarations += [f"param {w} = {value} in [{value} - 0.1, {value} + 0.05]" for w, value in zip(self.params, few)]
        few = self.params or few
        strength = r.uniform(0.3, 4)
        for i in range(n):
            for j in range(n):
                if r.random() > r.choice([0.4, 1]):
                    continue
                weight = r.choice(few) if r.random() < 0.3 else str(round(r.uniform(-1, 1), 5))
                if r.random() < 0.2 and of[i][2] * of[j][2] < 10:
                    weight = "[" + ", ".join("[" + ", ".join(str(round(r.uniform(-1, 1), 2)) for _ in range(of[j][2])) + "]"
                                             for _ in range(of[i][2])) + "]"
                tail = "pattern = kernel(gaussian(25 deg), normalize = yes)" if is_ring and r.random() < 0.5 else "scale = 1/n"
                self.declarations.append(f"connect P{j} -> P{i} {{ weight = {round(strength / n, 3)} * {weight}; {tail} }}")


def numbers(report):
    """All that is found, in full."""
    lds, stability = report["lds"], report["stability"]
    return [v["verdict"] for v in verdicts(report).values()] + [lds["method"], lds["margin"], stability["theorem"], stability["rate"]] + [
        x["verdict"] for x in report["requirements"]] + [(report["ranges"] or {}).get("cells")]


def compare_rates(seed, folder):
    """The first check is asked nothing, to know what the other two may be asked."""
    r = random.Random(seed)
    m = OfRates(r)
    best = Fraction(check(folder, m.declarations)["stability"]["rate"] or 0)
    near = (0, Fraction(1, 10**12), Fraction(1, 10**10), Fraction(-1, 10**10))
    asked = [f"require rate >= {best * (1 - x)}" for x in near if best]
    asked = [f"require rate >= {best * x / 1000} for all params" for x in (500, 970, 999) if best and m.params] + asked
    name = new_names(r, m.names, True)
    ours, theirs = (numbers(check(folder, declarations + asked)) for declarations in
                    (m.declarations, [renamed(d, name) for d in shuffled(r, m.declarations)]))
    need(ours == theirs, ours, theirs, "\n" + "\n".join(m.declarations + asked))
    need(not asked or ours[-5:-1] == ["certified"] * 3 + ["undecided"], ours)
    return best


# ---- equilibria, and points of ranges ----

class OfEquilibria:
    """Few connections, and steep activations: some have equilibria that few starts lead to."""

    COSTS = ["logistic(2, 0.2)", "logistic(1, 0.05, 0.6)", "logistic(1, 0.05, 0.6)", "box(0, 3)"]

    def __init__(self, r):
        n = r.choice([7, 8, 9])
        self.names = [f"P{k}" for k in range(n)]
        self.declarations = [f"population {p} {r.choice(['excitatory', 'inhibitory'])} {{ tau = {r.choice(['10', '20'])} ms; "
                             f"cost = {r.choice(self.COSTS)}; input = {r.choice(['-1', '0', '0.5', '-0.3', '0.2'])} }}" for p in self.names]
        pairs = r.sample([(p, q) for p in self.names for q in self.names], r.randint(3, 2 * n))
        self.declarations += [f"connect {p} -> {q} {{ weight = 2 }}" for p, q in pairs]
        self.asked = ["require stable", "require unique_equilibrium"]


class OneRowApart:
    """B has two rates when G and E are settled, and one while they start anywhere."""

    names = list("ADEBGC")
    declarations = ["population A inhibitory { tau = 20 ms; cost = logistic(2, 0.2); input = -1 }",
                    "population D inhibitory { tau = 10 ms; cost = logistic(1, 0.05, 0.6); input = 0 }",
                    "population E inhibitory { tau = 20 ms; cost = box(0, 3); input = 0 }",
                    "population B excitatory { tau = 10 ms; cost = logistic(1, 0.05, 0.6); input = -0.3 }",
                    "population G inhibitory { tau = 20 ms; cost = logistic(2, 0.2); input = -1 }",
                    "population C excitatory { tau = 20 ms; cost = logistic(1, 0.05, 0.6); input = 0.5 }",
                    "connect G -> B { weight = 2 }", "connect E -> B { weight = 2 }", "connect B -> B { weight = 2 }"]
    asked = ["require stable", "require unique_equilibrium"]


class PointOfRanges:
    """Refuted at an inner point, whose place in the ranges is not that of their order."""

    names = ["wp", "wq"]
    declarations = ["param wp = 0.37 in [0.1, 0.9]", "param wq = 0.21 in [0, 0.5]",
                    "population P0q excitatory { tau = 10 ms; cost = nonnegative; input = 0.2 }",
                    "population P2q excitatory { tau = 10 ms; cost = box(0, 3); gain = 0.7; input = 0.5 }",
                    "population P3q excitatory { tau = 20 ms; cost = nonnegative; input = 0.5 }",
                    "population P4q excitatory { tau = 10 ms; cost = box(0, 3); input = 0.2 }",
                    "population P5q inhibitory { size = 2; tau = 10 ms; cost = box(0, 3); gain = 1.3; input = 0.2 }",
                    "connect P0q -> P3q { weight = 0.162 }", "connect P2q -> P3q { weight = 0.16 }",
                    "connect P3q -> P0q { weight = 1.49 }", "connect P5q -> P2q { weight = 0.652 }",
                    "connect P3q -> P2q { weight = wq }", "connect P4q -> P0q { weight = wp }",
                    "connect P2q -> P2q { weight = 1.406 }",
                    "connect P5q -> P2q { weight = 0.916 / (1 + abs(pre.i - post.i)) }", "connect P0q -> P4q { weight = 0.725 }"]
    asked = ["require stable for all params"]


class ThreeParamsAlike:
    """Refuted at one inner point alone, where three params of one range differ: which of them is which is told by their names."""

    names = ["P0q"]
    declarations = [f"param {w} = 0.5 in [0, 1]" for w in ("wp", "wq", "wr")] + [
        "population P0q mixed { tau = 10 ms; cost = nonnegative; input = 1 }",
        "connect P0q -> P0q { weight = 3 * step(0.001 - (wp - 1/11)^2 - (wq - 2/11)^2 - (wr - 3/11)^2) }"]
    asked = ["require stable for all params"]


def compare_asked(r, folder, m):
    """Verdicts of what is required, of the model as it stands, backwards, and in some order with other names."""
    name = new_names(r, m.names, True)
    ours, *others = [[x["verdict"] for x in check(folder, declarations + m.asked)["requirements"]] for declarations in
                     (m.declarations, m.declarations[::-1], [renamed(d, name) for d in shuffled(r, m.declarations)])]
    need(all(x == ours for x in others), ours, *others, "\n" + "\n".join(m.declarations + m.asked))
    return ours


def compare_equilibria(count, first, folder):
    """How many fail."""
    cases = [OneRowApart, PointOfRanges] + [ThreeParamsAlike] * 4 + [OfEquilibria(random.Random(seed)) for seed in range(first, first + count)]
    failures = 0
    for number, m in enumerate(cases):
        try:
            verdicts = compare_asked(random.Random(number), folder, m)
            need(isinstance(m, OfEquilibria) or set(verdicts) == {"refuted"}, verdicts)
        except AssertionError as problem:
            failures += 1
            print(f"equilibria {number}: {problem}", file=sys.stderr)
    return failures


def main(count=70, first=1):
    failures = [0, 0, 0, 0, 0]
    quiet = rates = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            for kind, of in enumerate((lambda: compare_runs(seed, folder, Parts(seed)),
                                       lambda: compare_runs(seed, folder, OfNetwork(seed, folder)),
                                       lambda: compare_checks(seed, folder))):
                try:
                    quiet += not of()
                except AssertionError as problem:
                    failures[kind] += 1
                    print(f"seed {seed}: {problem}", file=sys.stderr)
        for seed in range(first, first + RATES * count):
            try:
                rates += bool(compare_rates(seed, folder))
            except AssertionError as problem:
                failures[3] += 1
                print(f"seed {seed}: {problem}", file=sys.stderr)
        failures[4] = compare_equilibria(count // EQUILIBRIA, first, folder)
    for kind, what in enumerate(("parts", "networks", "verdicts", "rates", "equilibria")):
        print("not ok" if failures[kind] else "ok", "order_and_names_do_not_matter_for_" + what)
    moves, has_rates = quiet < count / 20, rates > RATES * count / 2
    print("ok" if moves else "not ok", "order_is_tried_on_models_that_move")
    print("ok" if has_rates else "not ok", "order_is_tried_on_models_with_rates")
    return any(failures) or not moves or not has_rates


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
