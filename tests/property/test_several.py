#!/usr/bin/python3
"""One equilibrium for every constant input (docs/theory.md, Theorem 8): random networks of a few neurons, most of them threshold-linear, against
the equilibria at given inputs, all of which are found in fractions: on each choice of who is active the equations are linear.
Usage: test_several.py [HOW MANY [FIRST SEED]]"""
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "second_checker.py")


def text_of(x):
    return str(x) if x.denominator == 1 else f"{x.numerator}/{x.denominator}"


class Network:
    """Neuron i: x_i = c_i + k_i max(s_i - th_i, 0), unless it is a sigmoid one."""

    def __init__(self, seed):
        r = random.Random(seed)
        self.relu = r.random() < .8
        few = lambda: Fraction(r.randint(-12, 12), r.choice([1, 2, 4, 5, 10]))
        self.of, self.k, self.th, self.c = [], [], [], []
        text, n_pops = [], r.randint(1, 3)
        signs = [r.choice([1, -1, 0]) for _ in range(n_pops)]
        noise = r.random() < .05
        self.noise = noise
        step = r.choice(["", "", "", "; prox_step = 0.5", "; prox_step = 0"])
        for a in range(n_pops):
            size = r.choice([1, 1, 2])
            k, th, c = Fraction(r.randint(1, 4), 2), r.choice([Fraction(0), few()]), r.choice([Fraction(0), few() / 4])
            cost = "nonnegative" if c == 0 else f"shift(nonnegative, {text_of(c)})"
            if not self.relu and a == 0:
                cost, k = r.choice(["tanh_cost", "logistic(1, 0.25, 0)", "leaky(0.5)", "box(0, 3)", "power(0.05, 2)", "softplus(0.5)"]), Fraction(1)
            kind = {1: "excitatory", -1: "inhibitory", 0: "mixed"}[signs[a]]
            u = r.choice(["1", "-0.5", "0", "sin(t)"])
            text.append(f"population P{a} {kind} {{ size = {size}; tau = {r.choice([1, 2])}; cost = {cost}; gain = {text_of(k)}; threshold = {text_of(th)}; "
                        f"input = {u}{'; noise = 0.1' if noise and a == 0 else ''}{step} }}")
            # shift(cost, a) is a + phi(s - a): with the gain, c + max(k (s - th) - c, 0)
            for _ in range(size):
                self.of.append(a)
                self.k.append(k)
                self.th.append(th + c / k)
                self.c.append(c)
        n = len(self.of)
        self.w = [[Fraction(0)] * n for _ in range(n)]
        for a, b in itertools.product(range(n_pops), repeat=2):
            if r.random() < .2:
                continue
            x = Fraction(r.randint(1, 30), 10) if r.random() < .8 else Fraction(r.randint(1, 12), 3)
            if signs[b] == 0 and r.random() < .5:
                x = -x
            own = r.random() < .5
            weight = f"({text_of(x)})" if x < 0 else text_of(x)
            delay = "; delay = 1" if r.random() < .1 else ""
            text.append(f"connect P{b} -> P{a} {{ weight = {weight}{delay}{'' if own else '; self = no'} }}" if a == b or own
                        else f"connect P{b} -> P{a} {{ weight = {weight}{delay} }}")
            for i, j in itertools.product(range(n), repeat=2):
                if (self.of[i], self.of[j]) == (a, b) and (i != j or own):
                    self.w[i][j] += x * (signs[b] or 1)
        self.n, self.text = n, "\n".join(text) + "\nrequire stable\nrequire unique_equilibrium\nrequire dale\n"

    def m(self):
        return [[(i == j) - self.k[i] * self.w[i][j] for j in range(self.n)] for i in range(self.n)]

    def equilibria(self, u):
        """All of them, as (who is active, rates); None where some form a line or more: then there are several, or none."""
        found, n = [], self.n
        for active in itertools.product((0, 1), repeat=n):
            rows = [[(i == j) - active[i] * self.k[i] * self.w[i][j] for j in range(n)] +
                    [self.c[i] + active[i] * self.k[i] * (u[i] - self.th[i])] for i in range(n)]
            x = solve(rows)
            if x is None:
                return None
            s = [sum(self.w[i][j] * x[j] for j in range(n)) + u[i] - self.th[i] for i in range(n)]
            if all((t >= 0) if on else (t <= 0) for t, on in zip(s, active)) and x not in found:
                found.append(x)
        return found

    def is_equilibrium(self, x, u):
        return all(x[i] == self.c[i] + self.k[i] * max(sum(self.w[i][j] * x[j] for j in range(self.n)) + u[i] - self.th[i], 0) for i in range(self.n))


def solve(rows):
    """In fractions; None where singular."""
    rows, n = [list(r) for r in rows], len(rows)
    for k in range(n):
        at = next((i for i in range(k, n) if rows[i][k]), None)
        if at is None:
            return None
        rows[k], rows[at] = rows[at], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k])]
    return [r[n] for r in rows]


def determinant(rows):
    rows, n, d = [list(r) for r in rows], len(rows), Fraction(1)
    for k in range(n):
        at = next((i for i in range(k, n) if rows[i][k]), None)
        if at is None:
            return Fraction(0)
        if at != k:
            rows[k], rows[at], d = rows[at], rows[k], -d
        d *= rows[k][k]
        for i in range(k + 1, n):
            rows[i] = [x - rows[i][k] / rows[k][k] * y for x, y in zip(rows[i], rows[k])]
    return d


def is_p_matrix(m, up_to=None):
    """Principal minors, up to so many rows, are above 0."""
    n = len(m)
    return all(determinant([[m[i][j] for j in s] for i in s]) > 0 for k in range(1, (up_to or n) + 1) for s in itertools.combinations(range(n), k))


def vector_of(net, certificate):
    """The witness, neuron by neuron."""
    matrix, w = certificate["matrix"], certificate["witness"]
    rows = [[i] for i in range(net.n)]
    if "populations" in matrix:
        sizes, at = [p["size"] for p in matrix["populations"]], 0
        rows = []
        for size in sizes:
            rows.append(list(range(at, at + size)))
            at += size
    v = [Fraction(0)] * net.n
    if w.get("zero_sum"):
        a = [p["name"] for p in matrix["populations"]].index(w["population"])
        v[rows[a][0]], v[rows[a][1]] = Fraction(1), Fraction(-1)
        return v
    for row, x in zip(w["members"], w["V"][0]):
        for i in rows[row]:
            v[i] = number(x)
    return v


def several_at(net, v):
    """The input of Theorem 8, where the two parts of v are equilibria, and they."""
    n, m = net.n, net.m()
    plus = lambda x: [max(y, Fraction(0)) for y in x]
    times = lambda x: [sum(m[i][j] * x[j] for j in range(n)) for i in range(n)]
    q = [a - b for a, b in zip(plus(times(v)), times(plus(v)))]
    u = [net.th[i] - sum(net.w[i][j] * net.c[j] for j in range(n)) - q[i] / net.k[i] for i in range(n)]
    return u, [[c + y for c, y in zip(net.c, part)] for part in (plus(v), plus([-y for y in v]))]


def run(path, out):
    if os.path.exists(out):
        os.unlink(out)
    r = subprocess.run([EIGC, "check", "--json", path, "--certificate", out], capture_output=True, text=True, timeout=60)
    report = json.loads(r.stdout)
    certificate = None
    if os.path.exists(out):
        with open(out) as f:
            certificate = json.load(f)
    return report, certificate


def try_network(seed, folder, count):
    net, r = Network(seed), random.Random(seed + 10 ** 6)
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    with open(path, "w") as f:
        f.write(net.text)
    report, certificate = run(path, out)
    says = {s["says"] for s in (certificate or {}).get("statements", [])}
    unique = report["stability"]["unique_equilibrium"]
    asked = [x for x in report["requirements"] if x["text"] == "unique_equilibrium"][0]
    assert asked["verdict"] == unique, asked
    assert "several-or-none" not in says or (net.relu and not net.noise), net.text
    assert (unique == "refuted") == bool(says & {"several-or-none", "several-equilibria"}), (net.text, unique, says)
    count[unique] = count.get(unique, 0) + 1
    if "several-or-none" in says:
        count["by a vector"] = count.get("by a vector", 0) + 1
        u, both = several_at(net, vector_of(net, certificate))
        assert both[0] != both[1] and all(net.is_equilibrium(x, u) for x in both), (net.text, u, both)
        assert not is_p_matrix(net.m()), net.text
        found = net.equilibria(u)
        assert found is None or (both[0] in found and both[1] in found), net.text
        if seed % 10 == 0:
            for tool in ([EIGC, "verify", out, "--model", path], [sys.executable, CHECKER, out]):
                done = subprocess.run(tool, capture_output=True, text=True)
                assert done.returncode == 0, (net.text, done.stdout + done.stderr)
    if not net.relu or net.noise:
        return
    if unique != "refuted" and not is_p_matrix(net.m()):
        count["several, not found"] = count.get("several, not found", 0) + 1
    for _ in range(3 if unique == "certified" else 0):
        u = [Fraction(r.randint(-30, 30), 10) for _ in range(net.n)]
        found = net.equilibria(u)
        assert found is not None and len(found) == 1, (net.text, u, found)
        count["inputs"] = count.get("inputs", 0) + 1


def matrix_network(w):
    """Threshold-linear neurons with these weights, as a Network has them."""
    net, n = Network.__new__(Network), len(w)
    net.n, net.w, net.relu, net.noise = n, w, True, False
    net.of, net.k, net.th, net.c = [0] * n, [Fraction(1)] * n, [Fraction(0)] * n, [Fraction(0)] * n
    net.text = (f"population V mixed {{ size = {n}; tau = 1; cost = nonnegative }}\n"
                'connect V -> V { weight = matrix("w.csv") }\nrequire unique_equilibrium\n')
    return net


def some_matrix(seed):
    """Not a P-matrix, I - W. The first: det (I - W) of rows 0, 1, 3 is -1, and the search for multipliers ends in a witness of two vectors."""
    if seed == 1:
        return [[Fraction(x) for x in row] for row in ((0, 0, 6, .5), (2, 0, 0, 0), (-5, 2, 0, 1), (0, 1.75, .625, .25))]
    r = random.Random(seed)
    while True:
        n, sparse = r.randint(2, 6), r.random()
        w = [[Fraction(r.randint(-24, 24), r.choice([4, 8])) if r.random() < .3 + .7 * sparse else Fraction(0) for _ in range(n)] for _ in range(n)]
        for i in range(n):
            w[i][i] = Fraction(r.randint(-8, 7), 8) if r.random() < .9 else w[i][i]
        m = [[(i == j) - w[i][j] for j in range(n)] for i in range(n)]
        if (seed % 4 == 0 or is_p_matrix(m, 2)) and not is_p_matrix(m):         # pairs of rows are looked at before all else
            return w


def try_matrix(seed, folder, count):
    """Every network whose matrix is not a P-matrix has several equilibria at some input, and is said to."""
    net = matrix_network(some_matrix(seed))
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    with open(path, "w") as f:
        f.write(net.text)
    with open(os.path.join(folder, "w.csv"), "w") as f:
        f.write("".join(",".join(str(float(x)) for x in row) + "\n" for row in net.w))
    report, certificate = run(path, out)
    assert report["stability"]["unique_equilibrium"] == "refuted", (seed, net.w)
    found = report["lds"]["method"] == "principal minor"
    assert found or seed > 1, report["lds"]
    count["by a minor"] = count.get("by a minor", 0) + found
    if certificate and "several-or-none" in {s["says"] for s in certificate["statements"]}:
        u, both = several_at(net, vector_of(net, certificate))
        assert both[0] != both[1] and all(net.is_equilibrium(x, u) for x in both), (net.w, u, both)
    if found:
        for tool in ([EIGC, "verify", out, "--model", path], [sys.executable, CHECKER, out]):
            done = subprocess.run(tool, capture_output=True, text=True)
            assert done.returncode == 0, (net.w, done.stdout + done.stderr)


def main(how_many=120, first=1):
    count, failures = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + how_many):
            for what in (try_network, try_matrix):
                try:
                    what(seed, folder, count)
                except AssertionError as problem:
                    failures += 1
                    print(f"{what.__name__}, seed {seed}: {problem}", file=sys.stderr)
    print("# " + ", ".join(f"{n} {what}" for what, n in sorted(count.items())))
    print("ok" if not failures else "not ok", "one_equilibrium_for_every_input_is_refuted_where_there_are_two")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
