#!/usr/bin/python3
"""Mean slopes (Theorem 35) against the whole matrix: of small networks whose neurons differ in gain, made large by a population
that nothing reaches, so that they are decided by their means, what is proved of the means is lifted to neurons as in the theorem's
proof and tried on diag(L) W - I, all neurons written out, in fractions; and the verdict is that of the small network, which is
decided neuron by neuron. Some are on the edge itself, or 1e-12 beside it. Usage: test_mean_slopes.py [HOW MANY [FIRST SEED]]"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check, check_slopes, eliminate, number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
IDLE = "population Z excitatory { size = 1001; tau = 1; cost = nonnegative }\n"


def need(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(x) for x in what))


class Population:
    def __init__(self, r, k):
        a, b = r.choice(["1/3", "0.5", "1", "2"]), r.choice(["0.25", "1", "3", "9"])
        self.name, self.size = "P%d" % k, r.choice([1, 2, 3, 4, 4])
        self.sign = r.choice([1, 1, 1, -1])
        text, gain = r.choice([("%s + %s * i" % (a, b), lambda i: Fraction(a) + Fraction(b) * i),
                               ("%s / (1 + %s * i)" % (a, b), lambda i: Fraction(a) / (1 + Fraction(b) * i)),
                               ("%s * (i + 1) * (i + 1)" % a, lambda i: Fraction(a) * (i + 1) ** 2)])
        cost, slope = r.choice([("nonnegative", Fraction(1)), ("quadratic(1)", Fraction(1, 2)), ("tanh_cost", Fraction(1))])
        self.slopes = [slope * gain(i) for i in range(self.size)]
        self.text = "population %s %s { size = %d; tau = 1; cost = %s; gain = %s }\n" % (
            self.name, "excitatory" if self.sign > 0 else "inhibitory", self.size, cost, text)


class Model:
    """.pops; .w[a][b], between different neurons, and .own[a], how much more to itself."""

    def __init__(self, seed):
        r = random.Random(seed)
        self.pops = [Population(r, k) for k in range(r.choice([1, 2, 2, 2, 3]))]
        k = len(self.pops)
        self.w = [[Fraction(0)] * k for _ in range(k)]
        self.own = [Fraction(0)] * k
        self.text = []
        for a in range(k):
            if r.random() < 0.8:
                self.connect(a, a, self.weight(r, a), r.random() < 0.5)
            if r.random() < 0.3:
                self.connect(a, a, Fraction(r.randint(1, 3), 70), None)
        for a in range(k):
            for b in range(k):
                if a != b and r.random() < 0.85:
                    self.connect(a, b, self.weight(r, a), True)
        self.on_edge = r.random() < 0.6 and self.to_edge(r)

    def weight(self, r, to):
        """About where it matters how much the gains differ."""
        return Fraction(r.randint(2, 9), 8 + 8 * int(sum(self.pops[to].slopes)))

    def connect(self, to, source, weight, has_self):
        """has_self None: one to one."""
        signed = weight * self.pops[source].sign
        if has_self is not None:
            self.w[to][source] += signed
        if has_self is not True:
            self.own[to] += signed if has_self is None else -signed
        tail = {None: "; pattern = one_to_one", True: "", False: "; self = no"}[has_self]
        self.text.append("connect %s -> %s { weight = %s%s }\n" % (self.pops[source].name, self.pops[to].name, weight, tail))

    def sum(self, a):
        """e of the theorem's proof; None where it has none."""
        if len(self.pops[a].slopes) > 1 and max(self.pops[a].slopes) * self.own[a] >= 1:
            return None
        parts = [1 - x * self.own[a] for x in self.pops[a].slopes]
        return sum(x / y for x, y in zip(self.pops[a].slopes, parts)) if 0 not in parts else None

    def to_edge(self, r):
        """A last pair of weights, from one population of one sign to another and back, that makes the determinant of
        their 2 x 2 block 0, or 1e-12 of it more or less."""
        if len(self.pops) < 2 or self.pops[0].sign != self.pops[1].sign:
            return False
        e = self.sum(0), self.sum(1)
        if None in e or 0 in e:
            return False
        own = [self.w[k][k] - 1 / e[k] for k in range(2)]
        if max(own) >= 0:
            return False
        there = -own[0] * Fraction(r.randint(4, 9), 5)
        back = own[0] * own[1] / there * (1 + r.choice([-1, 0, 0, 1]) * Fraction(1, 10 ** 12))
        for a, b, x in ((0, 1, there), (1, 0, back)):
            more = x - abs(self.w[a][b])
            if more <= 0:
                return False
        for a, b, x in ((0, 1, there), (1, 0, back)):
            self.connect(a, b, x - abs(self.w[a][b]), True)
        return True

    def matrix(self):
        of = [a for a, p in enumerate(self.pops) for _ in range(p.size)]
        slope = [x for p in self.pops for x in p.slopes]
        return [[x * (self.w[a][b] + (self.own[a] if i == j else 0)) - (i == j) for j, b in enumerate(of)]
                for i, (a, x) in enumerate(zip(of, slope))], of, slope


def eigc(text, folder, name):
    path, out = os.path.join(folder, name + ".eig"), os.path.join(folder, name + ".json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    done = subprocess.run([EIGC, "check", "--json", "--certificate", out, path], capture_output=True, text=True, timeout=60)
    need(done.returncode == 0 or "undecided" in done.stderr, done.stderr)
    return json.loads(done.stdout), out, path


def lifted_certificate_holds(model, certificate):
    """P of neurons, p_a L_a/(n_a L_i), makes the form of each component positive definite."""
    a, of, slope = model.matrix()
    mean = [number(x) for x in certificate["matrix"]["mean_slopes"]]
    names = [p["name"] for p in certificate["matrix"]["populations"]]
    p, block = {}, {}
    for k, c in enumerate(certificate["components"]):
        for member, x in zip(c["members"], c["p"]):
            p[names[member]], block[names[member]] = number(x), k
    who = [model.pops[x].name for x in of]
    weight = [p[name] * mean[names.index(name)] / (model.pops[x].size * y) for name, x, y in zip(who, of, slope)]
    n = range(len(of))
    need(all(a[i][j] == 0 for i in n for j in n if block[who[i]] < block[who[j]]), "order of components")
    for k in set(block[name] for name in who):
        inside = [i for i in n if block[who[i]] == k]
        m = [[-(weight[i] * a[i][j] + weight[j] * a[j][i]) for j in inside] for i in inside]
        common = math.lcm(*(x.denominator for row in m for x in row))
        need(eliminate([[int(x * common) for x in row] for row in m]), "the form of neurons")


def lifted_witness_holds(model, certificate):
    """x_i = n_a v_a/(e_a h_i), h_i = 1/L_i - own."""
    a, of, slope = model.matrix()
    w, names = certificate["witness"], [p["name"] for p in certificate["matrix"]["populations"]]
    vectors = []
    for v in w["V"]:
        at = dict(zip((names[k] for k in w["members"]), (number(x) for x in v)))
        x = []
        for i, k in enumerate(of):
            p = model.pops[k]
            part = Fraction(1) if p.size == 1 else slope[i] / (1 - slope[i] * model.own[k]) / model.sum(k)
            x.append(p.size * at.get(p.name, Fraction(0)) * part)
        vectors.append(x)
    weights = [number(x) for x in w.get("w", ["1"] * len(vectors))]
    need(min(weights) >= 0 and any(any(v) and x > 0 for v, x in zip(vectors, weights)), "X = 0")
    for i in range(len(of)):
        need(sum(c * v[i] * sum(x * y for x, y in zip(a[i], v)) for c, v in zip(weights, vectors)) >= 0, "(A X)_ii of neurons")


def check_model(seed, folder):
    model = Model(seed)
    small = "".join(p.text for p in model.pops) + "".join(model.text)
    report, out, path = eigc(small + IDLE, folder, "large")
    own = eigc(small, folder, "small")[0]["lds"]["verdict"]
    verdict, by_mean = report["lds"]["verdict"], report["lds"]["mean_gains"]
    declined = any(p.size > 1 and model.sum(k) is None for k, p in enumerate(model.pops))
    need(verdict == own or (verdict == "undecided" and declined), verdict, "but neuron by neuron", own)
    if verdict == "undecided":
        return "declined"
    data = open(out, "rb").read()
    second_check(data)
    if not by_mean:
        return "by the largest gain"
    certificate = json.loads(data)
    certificate = certificate.get("everywhere", certificate)
    check_slopes(data, dict({p.name: p.slopes for p in model.pops}, Z=[Fraction(1)] * 1001))
    done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True, timeout=60)
    need(done.returncode == 0, done.stdout)
    (lifted_certificate_holds if verdict == "certified" else lifted_witness_holds)(model, certificate)
    return verdict + (" on the edge" if model.on_edge else "")


def main(count=150, first=1):
    tally, failures = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            try:
                verdict = check_model(seed, folder)
                tally[verdict] = tally.get(verdict, 0) + 1
            except (AssertionError, Refused) as problem:
                failures += 1
                model = Model(seed)
                print("seed %d: %s\n%s" % (seed, problem, "".join(p.text for p in model.pops) + "".join(model.text)), file=sys.stderr)
    print(tally, file=sys.stderr)
    print("ok" if not failures else "not ok", "means_say_what_neurons_say")
    kinds = ("certified", "refuted", "certified on the edge", "refuted on the edge")
    enough = all(tally.get(kind, 0) >= count / 50 for kind in kinds)
    print("ok" if enough else "not ok", "means_decide_both_ways_and_on_the_edge")
    return 1 if failures or not enough else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
