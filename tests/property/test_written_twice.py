#!/usr/bin/python3
"""One network in two texts: populations whose neurons differ in gain, threshold and input, and each neuron a population of its own.
What is concluded is the same, and so are the equilibria. Usage: test_written_twice.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import check as second_check, number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
COSTS = ["box(0, 1)", "nonnegative", "logistic(1, 0.25, 0.5)", "tanh_cost", "power(0.3, 2)", "softplus(1)", "box(0, 2)"]


class Network:
    def __init__(self, seed):
        r = random.Random(seed)
        self.pops = []
        for kind in ("excitatory", "inhibitory")[:r.choice([1, 2, 2])]:
            line = lambda lo, hi, steps: (round(r.uniform(lo, hi), 2), r.choice(steps))
            self.pops.append((kind, r.choice([1, 2, 2, 3]), r.choice(COSTS), r.choice([1, 2, 5]),
                              (line(.5, 2, [0, .5, .25]), line(-.3, .3, [0, 0, .1]), line(-.5, 1, [0, 0, .25]))))
        self.weight = {(a, b): round(r.uniform(0, 4 / self.pops[b][1]), 2) for a in range(len(self.pops)) for b in range(len(self.pops))}
        self.own = {k: r.random() < .7 for k in self.weight}

    def population(self, name, a, size, i):
        kind, _, cost, tau, lines = self.pops[a]
        gain, threshold, u = (f"{at} + {step} * {i}" for at, step in lines)
        return f"population {name} {kind} {{ size = {size}; tau = {tau}; cost = {cost}; gain = {gain}; threshold = {threshold}; input = {u} }}\n"

    def together(self):
        text = "".join(self.population(f"P{a}", a, p[1], "i") for a, p in enumerate(self.pops))
        for (a, b), x in self.weight.items():
            text += f"connect P{b} -> P{a} {{ weight = {x}{'' if a != b or self.own[a, b] else '; self = no'} }}\n"
        return text

    def apart(self):
        each = [(a, i) for a, p in enumerate(self.pops) for i in range(p[1])]
        text = "".join(self.population(f"P{a}_{i}", a, 1, i) for a, i in each)
        for a, i in each:
            text += "".join(f"connect P{b}_{j} -> P{a}_{i} {{ weight = {self.weight[a, b]} }}\n"
                            for b, j in each if (a, i) != (b, j) or self.own[a, b])
        return text


def check(text, folder):
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    r = subprocess.run([EIGC, "check", "--json", "--certificate", out, path], capture_output=True, text=True, timeout=60)
    report, statements, sizes = json.loads(r.stdout), [], None
    if os.path.exists(out):
        done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        with open(out, "rb") as f:
            data = f.read()
        second_check(data)
        root = json.loads(data)
        statements, sizes = root.get("statements", []), [p["size"] for p in root["matrix"].get("populations", [])]
    s = report["stability"]
    at = sorted([round(float(number(x)), 6) for x, size in zip(e["x"], sizes or [1] * len(e["x"])) for _ in range(size)]
                for e in statements if e["says"] == "equilibrium")
    says = {x["says"] for x in statements} & {"several-equilibria", "attracting-equilibrium", "run-away", "local-slopes", "invariant-box"}
    return {"lds": report["lds"]["verdict"], "stable": s["verdict"], "unique": s["unique_equilibrium"], "says": says, "equilibria": at}


def main(count=60, first=1):
    failures, seen = 0, {"certified": 0, "undecided": 0, "refuted": 0}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            net = Network(seed)
            together, apart = check(net.together(), folder), check(net.apart(), folder)
            seen[apart["stable"]] += 1
            if together != apart:
                failures += 1
                print(f"seed {seed}: {together}\n{apart}\n{net.together()}", file=sys.stderr)
    print("#", seen)
    print("ok" if not failures else "not ok", "networks_written_twice_are_one")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
