#!/usr/bin/python3
"""Weights of low rank: runs as with the product written out; verdicts as the exact criterion of rank one has them, and as with
the product; certificates with sums, true ones and false ones, as exact fractions judge the matrix that they are about.
Usage: test_low_rank.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def eigc(*args):
    return subprocess.run([EIGC, *args], capture_output=True, text=True)


# ---- runs ----

def run(folder, weight, rest):
    text = """population A %s { size = %d; tau = 10 ms; cost = box(-1, 1); start = 0.3 * sin(i); input = 0.2 * cos(i + t / 5 ms) }
population B mixed { size = %d; tau = 7 ms; activation(z) = tanh(z); start = 0.1 * i / (1 + i) }
connect A -> B { weight = 0.7 * %s%s }
connect B -> B { weight = 0.1 }
simulate { duration = 20 ms; method = euler; step = 0.5 ms; record A, B every 1 ms }
"""
    sign, n, m, more = rest
    model = os.path.join(folder, "m.eig")
    with open(model, "w") as f:
        f.write(text % (sign, n, m, weight, more))
    out = os.path.join(folder, "m.npz")
    done = eigc("run", "-q", "--verify", "-o", out, model)
    assert done.returncode == 0, done.stderr
    reference = os.path.join(folder, "reference.npz")
    done = eigc("run", "-q", "--reference", "-o", reference, model)
    assert done.returncode == 0, done.stderr
    with np.load(out) as f, np.load(reference) as g:
        assert all((f[name] == g[name]).all() for name in "AB"), "compiled code and the reference differ"
        return np.concatenate([f[name].reshape(len(f["t"]), -1) for name in "AB"], axis=1)


def runs_agree(r, folder):
    n, m, rank = r.randint(1, 20), r.randint(1, 20), r.randint(1, 4)
    sign = r.choice(["excitatory", "inhibitory", "mixed"])
    draw = np.random.default_rng(r.randrange(2 ** 32))
    left, right = draw.normal(size=(m, rank)), draw.normal(size=(n, rank))
    if sign != "mixed":
        left, right = abs(left), abs(right)
    np.save(os.path.join(folder, "left.npy"), left)
    np.savetxt(os.path.join(folder, "right.csv"), right, fmt="%.6f", delimiter=",")
    right = np.loadtxt(os.path.join(folder, "right.csv"), delimiter=",", ndmin=2)
    np.save(os.path.join(folder, "w.npy"), left @ right.T)
    more = r.choice(["", "; scale = 1/n", "; delay = 1 ms", "; current = pre.rate * (1 - post.rate)", "; current = pre.rate^2 - post.rate",
                     "; current = tanh(pre.rate - post.rate)"])
    rest = sign, n, m, more
    x, y = run(folder, 'low_rank("left.npy", "right.csv")', rest), run(folder, 'matrix("w.npy")', rest)
    assert np.allclose(x, y, rtol=1e-9, atol=1e-12), "%r: %g" % (rest, abs(x - y).max())


# ---- verdicts ----

def verdict(path, *args):
    done = eigc("check", "--json", *args, path)
    return json.loads(done.stdout)["lds"]["verdict"]


def rank_one_is_decided(r, folder):
    """LDS exactly when the positive u_i v_i add up to less than 1."""
    n = r.randint(1001, 1300)
    draw = np.random.default_rng(r.randrange(2 ** 32))
    left, right = np.round(draw.normal(size=n), 3), np.round(draw.normal(size=n), 3)

    total = sum(Fraction(x) * Fraction(y) for x, y in zip(left, right) if x * y > 0)
    np.save(os.path.join(folder, "u.npy"), left[:, None])
    np.save(os.path.join(folder, "v.npy"), right[:, None])
    path = os.path.join(folder, "one.eig")
    with open(path, "w") as f:
        f.write('param g = 1\npopulation V mixed { size = %d; tau = 10 ms; cost = nonnegative }\n'
                'connect V -> V { weight = g * low_rank("u.npy", "v.npy") }\n' % n)
    edge = 1 / total
    for factor, expected in ((Fraction(999, 1000), "certified"), (Fraction(1001, 1000), "refuted")):
        g = edge * factor
        proof = os.path.join(folder, "proof.json")
        args = "--set=g=%d/%d" % (g.numerator, g.denominator), "--certificate=" + proof
        assert verdict(path, *args) == expected, (n, float(g), expected)
        done = eigc("verify", proof, "--model", path, args[0])
        assert done.returncode == 0 and "same matrix" in done.stdout, done.stdout + done.stderr


def dominated_ones_have_rates(r, folder):
    """Equal weights d give the rate (1 - the largest sum of |u_i v_j|)/tau; others more. What is tampered with is refused."""
    n = r.randint(1001, 1100)
    draw = np.random.default_rng(r.randrange(2 ** 32))
    left, right = np.round(draw.normal(size=(n, 2)), 3), np.round(draw.normal(size=(n, 2)), 3)
    np.save(os.path.join(folder, "u.npy"), left)
    np.save(os.path.join(folder, "v.npy"), right)
    most = (abs(left) @ abs(right).sum(axis=0)).max()
    path, proof = os.path.join(folder, "two.eig"), os.path.join(folder, "proof.json")
    with open(path, "w") as f:
        f.write('population V mixed { size = %d; tau = 10 ms; cost = nonnegative }\n'
                'connect V -> V { weight = low_rank("u.npy", "v.npy") / %d }\n' % (n, most / 0.8 + 1))
    assert eigc("check", "-q", "--certificate=" + proof, path).returncode == 0
    with open(proof) as f:
        root = json.load(f)
    says = next(s for s in root["statements"] if s["says"] == "quasi-dominance")
    assert Fraction(says["rate"]) > Fraction(19, 1000), says["rate"]
    assert eigc("verify", "-q", proof, "--model", path).returncode == 0
    for key, at in ("d", n), ("d", n + 1), ("rate", None):
        forged = json.loads(json.dumps(root))
        statement = next(s for s in forged["statements"] if s["says"] == "quasi-dominance")
        if at is None:
            statement[key] = str(Fraction(statement[key]) * Fraction(102, 100))
        else:
            statement[key][at] = str(Fraction(statement[key][at]) * Fraction(999, 1000))
        with open(proof, "w") as f:
            json.dump(forged, f)
        assert eigc("verify", "-q", proof).returncode == 1, key


# ---- certificates with sums ----

def short(r):
    return Fraction(r.randint(-12, 12), r.choice([1, 2, 4, 5, 8]))


def product(left, right, d):
    n = len(d)
    return [[sum(a * b for a, b in zip(left[i], right[j])) + (d[i] if i == j else 0) for j in range(n)] for i in range(n)]


def is_positive(m):
    m = [row[:] for row in m]
    for k in range(len(m)):
        if m[k][k] <= 0:
            return False
        for i in range(k + 1, len(m)):
            factor = m[i][k] / m[k][k]
            m[i] = [x - factor * y for x, y in zip(m[i], m[k])]
    return True


def certificate(r, claim):
    n, s = r.randint(1, 5), r.randint(1, 2)
    size = Fraction(1, r.randint(1, 12)) if claim == "lds" else Fraction(r.randint(1, 8), 4)
    left, right = ([[short(r) * size for _ in range(s)] for _ in range(n)] for _ in range(2))
    d = [-Fraction(r.randint(1, 6), 2) for _ in range(n)]
    entries = [[i, i, str(d[i])] for i in range(n)] + [[n + k, n + k, "-1"] for k in range(s)]
    entries += [[i, n + k, str(left[i][k])] for i in range(n) for k in range(s)]
    entries += [[n + k, j, str(right[j][k])] for j in range(n) for k in range(s)]
    root = {"format": "eig-certificate/1", "claim": claim, "matrix": {"n": n, "sums": s, "entries": sorted(entries, key=lambda e: e[:2])}}
    a = product(left, right, d)
    if claim == "lds":
        p = [Fraction(r.randint(1, 16), 4) for _ in range(n + s)]
        root["components"] = [{"members": list(range(n + s)), "p": [str(x) for x in p], "proof": "exact"}]
        return root, is_positive([[-(p[i] * a[i][j] + p[j] * a[j][i]) for j in range(n)] for i in range(n)])
    v = [Fraction(r.randint(-3, 3)) for _ in range(n)]
    total = [sum(right[j][k] * v[j] for j in range(n)) for k in range(s)]
    if r.random() < 0.5:        # what the rows of neurons and of sums alone would not notice
        total[r.randrange(s)] = Fraction(0)
    honest = total == [sum(right[j][k] * v[j] for j in range(n)) for k in range(s)]
    root["witness"] = {"members": list(range(n + s)), "V": [[str(x) for x in v + total]]}
    return root, honest and any(v) and all(v[i] * sum(a[i][j] * v[j] for j in range(n)) >= 0 for i in range(n))


def certificates_are_judged(r, folder):
    """How many were accepted."""
    accepted = 0
    for claim in ("lds", "not-lds"):
        root, is_true = certificate(r, claim)
        text = json.dumps(root)
        path = os.path.join(folder, "sums.json")
        with open(path, "w") as f:
            f.write(text)
        ours = eigc("verify", "-q", path).returncode == 0
        try:
            second_check(text.encode())
            second = True
        except Refused:
            second = False
        assert ours == second, text
        assert is_true or not ours, "accepted, and false: " + text
        assert ours or claim == "lds" or not is_true, "refused, and true: " + text     # multipliers may hold of A alone
        accepted += ours
    return accepted


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    accepted = 0
    for seed in range(first, first + count):
        r = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            try:
                runs_agree(r, folder)
                for _ in range(4):
                    accepted += certificates_are_judged(r, folder)
                if seed % 10 == 0:
                    rank_one_is_decided(r, folder)
                    dominated_ones_have_rates(r, folder)
            except AssertionError:
                print("seed %d" % seed)
                raise
    assert accepted > count, "hardly any certificate was accepted: %d" % accepted
    print("# %d of %d certificates accepted" % (accepted, 8 * count))
    for name in ("runs_are_those_of_the_product", "rank_one_is_decided", "dominated_ones_have_rates", "certificates_with_sums_are_judged_by_what_they_say"):
        print("ok " + name)


if __name__ == "__main__":
    main()
