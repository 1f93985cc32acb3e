#!/usr/bin/python3
"""Random models against a second reading of them: the matrix in the certificate is
diag(L) W - I of the model's text, entry by entry; the proof holds for that matrix, all
neurons written out, in fractions; and what is concluded from it (theorems, rates) holds
where it can be tried. Usage: test_random_claims.py [HOW MANY [FIRST SEED]]"""
import json
import math
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

from random_claim import Model

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check, check_slopes, eliminate, number

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def need(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(x) for x in what))


def written_out(matrix):
    """A of a certificate, all neurons, and which row of the tested matrix each one is in."""
    if "populations" not in matrix:
        cells, sizes = "rows", [1] * matrix["n"]
    else:
        cells, sizes = "uniform", [p["size"] for p in matrix["populations"]]
    q = len(sizes)
    c = [[Fraction(0)] * q for _ in range(q)]
    if cells in matrix:
        c = [[number(x) for x in row] for row in matrix[cells]]
    for i, j, x in matrix.get("entries", []):
        c[i][j] = number(x)
    row = [a for a in range(q) for _ in range(sizes[a])]
    a = [[c[k][l] for l in row] for k in row]
    if "populations" in matrix:
        for i, k in enumerate(row):
            a[i][i] += number(matrix["self"][k]) - number(matrix["leak"][k])
    return a, row, sizes


def proof_holds(a, row, sizes, certificate):
    """The evidence, said of neurons."""
    n = len(a)
    if certificate["claim"] == "lds":
        p, block = {}, {}
        for k, c in enumerate(certificate["components"]):
            for member, x in zip(c["members"], c["p"]):
                p[member], block[member] = number(x) / sizes[member], k
        need(all(a[i][j] == 0 for i in range(n) for j in range(n) if block[row[i]] < block[row[j]]), "order of components")
        for k in range(len(certificate["components"])):
            inside = [i for i in range(n) if block[row[i]] == k]
            m = [[-(p[row[i]] * a[i][j] + p[row[j]] * a[j][i]) for j in inside] for i in inside]
            common = math.lcm(*(x.denominator for r in m for x in r))
            need(eliminate([[int(x * common) for x in r] for r in m]), "M(p) of component", k)
        return
    w = certificate["witness"]
    if "zero_sum" in w:
        names = [x["name"] for x in certificate["matrix"]["populations"]]
        i = row.index(names.index(w["population"]))
        need(row[i + 1] == row[i], "a population of one has no differences")
        vectors = [[Fraction((k == i) - (k == i + 1)) for k in range(n)]]
    else:
        vectors = [[dict(zip(w["members"], (number(x) for x in v))).get(k, Fraction(0)) for k in row] for v in w["V"]]
    weights = [number(x) for x in w.get("w", ["1"] * len(vectors))]
    need(any(any(v) and x > 0 for v, x in zip(vectors, weights)) and min(weights) >= 0, "X = 0")
    for i in range(n):
        need(sum(x * v[i] * sum(a[i][j] * v[j] for j in range(n)) for x, v in zip(weights, vectors)) >= 0, "(A X)_ii")


def seen_slope(p):
    """An upper estimate of sup phi': difference quotients on a fine grid, and a little more."""
    if p.slope is not None:
        return float(p.slope)
    z = np.linspace(-40, 40, 800001)
    return float(p.gain) * (np.diff(p.phi(z)) / np.diff(z)).max() * (1 + 1e-6)


def slopes_hold(model, report):
    """L of each neuron for a certificate and for a refutation: the bound, exact where a cost
    has a formula, else not below what is seen; and what is said to be attained."""
    bounds, attained = [], []
    for p, said in zip(model.populations, report["activations"]):
        if not said["proved"] or said["slope"][1] is None:
            return None
        lo, hi = number(said["slope"][0]), number(said["slope"][1])
        need(said["population"] == p.name and lo >= 0, said)
        if p.slope is not None:
            need(hi == p.slope, p.text, "slope", hi, "not", p.slope)
        else:
            z = np.linspace(-40, 40, 16001)
            seen = float(p.gain) * np.diff(p.phi(z)) / np.diff(z)
            need(seen.max() <= float(hi) + 1e-9 and seen.min() >= -1e-9, p.text, seen.max(), hi)
            need(float(hi) <= seen.max() * 1.001 + 1e-9, p.text, "slope far from sharp", hi)
        low = number(said["attained"])
        least = min(p.gains) / p.gain
        need(low <= hi and (p.slope is None or low == hi * least) and float(low) <= seen_slope(p) * float(least) + 1e-9, p.text,
             "attained", low)
        bounds.append(hi)
        attained.append(low)
    return bounds, attained


def matrix_of(model, slope):
    return [[x * w - (i == j) for j, w in enumerate(model.weights[i])] for i, x in enumerate(slope)]


def claimed_matrix(model, slope, is_refuted, claimed):
    """The one matrix that may be claimed: of neurons that differ in gain each has its own slope, or all have that of the
    largest gain, in a refutation of the least."""
    each = []
    for p, x in zip(model.populations, slope):
        at = min(p.gains) if is_refuted else p.gain
        first = model.first[p.name]
        own = [x * g / at for g in p.gains]
        said = claimed[first:first + p.size]
        each += own if matrix_of(model, [0] * first + own)[first:] == said else [x] * p.size
    return matrix_of(model, each)


def matrix_of_means(model, slope, is_refuted, data):
    """Where gains differ by population: that of the mean slopes, which the second checker compares with each neuron's."""
    matrix = json.loads(data)["matrix"]
    each = [number(x) for x, p in zip(matrix["mean_slopes"], matrix["populations"]) for _ in range(p["size"])]
    own = [x * g / (min(p.gains) if is_refuted else p.gain) for p, x in zip(model.populations, slope) for g in p.gains]
    slopes, first = {}, 0
    for p in matrix["populations"]:
        slopes[p["name"]], first = own[first:first + p["size"]], first + p["size"]
    check_slopes(data, slopes)
    return matrix_of(model, each)


def is_symmetrisable(w):
    n, p = len(w), {}
    for start in range(n):
        if start in p:
            continue
        p[start], todo = Fraction(1), [start]
        while todo:
            i = todo.pop()
            for j in range(n):
                if i != j and (w[i][j] or w[j][i]):
                    if w[i][j] * w[j][i] <= 0:
                        return False
                    if j not in p:
                        p[j] = p[i] * w[i][j] / w[j][i]
                        todo.append(j)
    return all(p[i] * w[i][j] == p[j] * w[j][i] for i in range(n) for j in range(n))


def conclusions_hold(model, report, a, rng):
    """Hypotheses of the theorem that is named, and the rate against linearisations."""
    s, n = report["stability"], model.n
    tau = np.array([float(p.tau) for p in model.populations for _ in range(p.size)])
    w = [[a[i][j] + (i == j) for j in range(n)] for i in range(n)]
    says = {x["says"] for x in report["statements"]}         # tests/property/test_equilibria.py tries these
    need(s["verdict"] != "certified" or report["lds"]["verdict"] == "certified" or "local-slopes" in says, s)
    need(s["verdict"] != "refuted" or says & {"several-equilibria", "unstable-equilibrium", "unstable-differences", "run-away"}, s)
    if s["verdict"] != "certified":
        need(s.get("rate") is None, s)
        return
    dense = np.array([[float(x) for x in row] for row in w])
    theorem = int(s["theorem"].split(" (")[0].split()[-1])
    if theorem == 3:
        need(len({p.tau for p in model.populations}) == 1, s)
    elif theorem in (15, 16, 26, 27, 28):
        pass                # tests/property/test_statements.py tries what these say
    elif theorem == 5:
        h = np.abs(dense)
        np.fill_diagonal(h, np.diag(dense))
        need(np.linalg.eigvals(h).real.max() < 1 + 1e-12, s)
    elif theorem == 6:
        need(is_symmetrisable(w), s)
    elif theorem == 7:
        need(n == 2, s)
    else:
        raise AssertionError(s["theorem"])
    for _ in range(20):         # the slopes of some input's equilibrium
        d = rng.random(n) ** rng.choice([0, 0.2, 5]) * (rng.random(n) < rng.choice([0.7, 1]))
        jacobian = (d[:, None] * dense - np.eye(n)) / tau[:, None]
        worst = np.linalg.eigvals(jacobian).real.max()
        need(worst < 1e-9, "not stable in", s)
        if s.get("rate"):
            need(worst <= -float(number(s["rate"])) * (1 - 1e-6), "rate", s["rate"], "but", worst)


def check_model(seed, folder):
    """The verdict, or what eigc says instead of one."""
    model = Model(seed, folder)
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(model.text)
    done = subprocess.run([EIGC, "check", "--json", "--certificate", out, path], capture_output=True, text=True, timeout=60)
    need(done.returncode == 0 or "undecided" in done.stderr, done.stderr)
    report = json.loads(done.stdout)
    need(report["neurons"] == model.n and report["dale"]["verdict"] in ("certified", "exempt"), report["dale"])
    slope = slopes_hold(model, report)
    verdict = report["lds"]["verdict"]
    if verdict == "undecided":
        need(report["stability"]["verdict"] == "undecided" or os.path.exists(out), report["stability"])
    if not os.path.exists(out):
        return verdict if slope else "open slope"
    data = open(out, "rb").read()
    certificate = json.loads(data)
    claimed, row, sizes = written_out(certificate["matrix"])
    box = [s for s in certificate.get("statements", []) if s["says"] in ("local-slopes", "invariant-box")]
    if box:                     # where diagonal stability, for slopes in a box of rates, is all that is claimed
        a = matrix_of(model, [number(box[0]["slope"][k]) for k in row])
    elif "mean_slopes" in certificate["matrix"]:
        a = matrix_of_means(model, slope[verdict == "refuted"], verdict == "refuted", data)
    else:
        a = claimed_matrix(model, slope[verdict == "refuted"], verdict == "refuted", claimed)
    need(claimed == a, "the matrix of the claim")
    need((certificate["claim"] == "lds") == (verdict == "certified" or bool(box)), verdict)
    second_check(data)
    proof_holds(a, row, sizes, certificate)
    conclusions_hold(model, report, a, np.random.default_rng(seed))
    return verdict


def main(count=150, first=1):
    tally, failures = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            try:
                verdict = check_model(seed, folder)
                tally[verdict] = tally.get(verdict, 0) + 1
            except (AssertionError, Refused) as problem:
                failures += 1
                print(f"seed {seed}: {problem}\n{Model(seed, folder).text}", file=sys.stderr)
    print(tally, file=sys.stderr)
    print("ok" if not failures else "not ok", "claims_of_random_models")
    both = tally.get("certified", 0) > count / 8 and tally.get("refuted", 0) > count / 8
    decided = both and tally.get("undecided", 0) <= count / 50
    print("ok" if decided else "not ok", "claims_of_random_models_are_decided")
    return 1 if failures or not decided else 0


if __name__ == "__main__":
    sys.exit(main(*(int(x) for x in sys.argv[1:])))
