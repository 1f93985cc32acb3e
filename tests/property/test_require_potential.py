#!/usr/bin/python3
"""`require potential_game` on random networks against all cycles of their graphs, tried one by one in fractions (Kolmogorov's
condition): certified and refuted are right, and undecided only where some neuron's rate is constant. A refutation's cycle is one.
Usage: test_require_potential.py [HOW MANY [FIRST SEED]]"""
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

from random_claim import Model

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
MOST_NEURONS = 7


def sign(x):
    return (x > 0) - (x < 0)


def around(w, cycle):
    """The products of the weights in both directions."""
    one = other = Fraction(1)
    for i, j in zip(cycle, cycle[1:] + cycle[:1]):
        one, other = one * w[i][j], other * w[j][i]
    return one, other


def has_potential(w, neurons):
    if any(sign(w[i][j]) != sign(w[j][i]) for i, j in itertools.combinations(neurons, 2)):
        return False
    for n in range(3, len(neurons) + 1):
        for some in itertools.combinations(neurons, n):
            for rest in itertools.permutations(some[1:]):
                one, other = around(w, [some[0], *rest])
                if one != other:
                    return False
    return True


def symmetrisable(r):
    """A matrix with a potential, mostly; and one that has an entry changed, sometimes."""
    n = r.randint(2, 6)
    w = [[Fraction(0)] * n for _ in range(n)]
    p = [Fraction(r.randint(1, 5)) for _ in range(n)]
    for i in range(n):
        w[i][i] = Fraction(r.randint(-3, 3), 10)
        for j in range(i):
            if r.random() < 0.7:
                x = Fraction(r.choice((-1, 1)) * r.randint(1, 6), r.choice((3, 7, 10)))
                w[i][j], w[j][i] = x / p[i], x / p[j]
    if r.random() < 0.5:
        i, j = r.sample(range(n), 2)
        w[i][j] *= r.choice((1 + Fraction(1, 10 ** 9), 1 - Fraction(1, 10 ** 9), Fraction(1, 2), 3, 0, -1))
    text = "population A mixed { size = %d; tau = 10; cost = nonnegative }\nconnect A -> A { weight = [%s] }\n" % (
        n, ", ".join("[%s]" % ", ".join("%d/%d" % (x.numerator, x.denominator) for x in row) for row in w))
    return text, w, [False] * n, ["A[%d]" % k for k in range(n)]


def any_model(seed, folder):
    m = Model(seed, folder)
    if m.n > MOST_NEURONS:
        return None
    constant = ["activation(z) = 1" in p.text for p in m.populations for _ in range(p.size)]
    return m.text, m.weights, constant, None


def try_one(seed, folder):
    r = random.Random(seed)
    found = any_model(seed, folder) if seed % 3 == 0 else symmetrisable(r)
    if not found:
        return None
    text, w, constant, names = found
    path, proof = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    with open(path, "w") as f:
        f.write(text + "require potential_game\n")
    p = subprocess.run([EIGC, "check", "--json", "--certificate", proof, path], capture_output=True, timeout=60)
    answer = json.loads(p.stdout)["requirements"][0]
    verdict, n = answer["verdict"], len(w)
    playing = [k for k in range(n) if not constant[k]]
    if verdict == "certified":
        assert has_potential(w, playing), (answer, text)
    elif verdict == "refuted":
        assert not has_potential(w, playing), (answer, text)
    else:
        assert any(constant) and not has_potential(w, list(range(n))), (answer, text)
    if verdict == "refuted" and names and os.path.exists(proof):
        with open(proof) as f:
            said = [s for s in json.load(f)["statements"] if s["says"] == "no-potential"]
        number = [int(x) for x in said[0]["cycle"]]
        cycle = [number.index(k) for k in range(1, max(number) + 1)]
        one, other = around(w, cycle)
        assert one != other or len(cycle) == 2, (said, text)
        assert len(cycle) > 2 or sign(w[cycle[0]][cycle[1]]) != sign(w[cycle[1]][cycle[0]]), (said, text)
    if os.path.exists(proof):
        assert subprocess.run([EIGC, "verify", "-q", proof, "--model", path]).returncode == 0, text
        os.unlink(proof)
    return verdict


def main(count=90, first=1):
    seen, failures = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            try:
                verdict = try_one(seed, folder)
                seen[verdict] = seen.get(verdict, 0) + 1
            except AssertionError as problem:
                failures += 1
                print(f"seed {seed}: {problem}", file=sys.stderr)
    print("#", ", ".join(f"{n} {v}" for v, n in seen.items() if v))
    if seen.get("certified", 0) < count / 10 or seen.get("refuted", 0) < count / 10:
        failures += 1
        print("too few of one kind", file=sys.stderr)
    print("ok" if not failures else "not ok", "potentials_are_those_of_all_cycles")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
