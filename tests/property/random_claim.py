"""Random models for the proofs of `eigc check`: the text of one, and beside it the
matrix of weights as fractions and the slope bounds, written from docs/language.md
and nothing of eigc's."""
import os
import random
from fractions import Fraction

import numpy as np

SMALL = ["1/3", "0.1", "0.25", "0.5", "0.75", "1", "1.5", "2", "3", "0.3333333333333333", "1e-30", "1e-9", "7"]


def draw(r, zero=0.1):
    """Text of a weight's size; some are 0, and some sums of them are 1 exactly."""
    if r.random() < zero:
        return "0"
    return r.choice(SMALL) if r.random() < 0.5 else str(round(r.uniform(0.01, 2), r.randint(1, 4)))


def activation(r):
    """Text, and the largest slope, or None where a formula's has to be proved; phi for that."""
    a, b = r.choice(["0.1", "0.5", "1", "3", "-0.5"]), r.choice(["0.2", "0.5", "1"])
    fa, fb = Fraction(a), Fraction(b)
    return r.choice([
        ("cost = identity", Fraction(1), None),
        ("cost = nonnegative", Fraction(1), None),
        ("cost = box(-1, 2)", Fraction(1), None),
        (f"cost = quadratic({a})", 1 / (1 + fa), None),
        (f"cost = nonnegative + 2 * l1({b}) + quadratic({a})", 1 / (1 + fa), None),
        (f"cost = elastic({b}, {a})", 1 / (1 + fa), None),
        (f"cost = leaky({b}) + quadratic({a})", 1 / (1 + fa), None),
        (f"cost = leaky({b}) + box(-inf, 0)", fb, None),
        (f"cost = logistic(r = 2, T = {b}, th = {a})", 2 / (4 * fb), None),
        (f"cost = logistic(r = 2, T = {b}) + box(-1, 0.5)", Fraction(3, 4) / (2 * fb), None),
        ("cost = tanh_cost", Fraction(1), None),
        ("cost = tanh_cost + box(0.5, 2)", Fraction(3, 4), None),
        (f"cost = softplus({b}) + linear({a})", Fraction(1), None),
        ("activation(z) = 1", None, lambda z: 1 + 0 * z),
        ("activation(z) = z / 2 + sin(z) / 2", None, lambda z: z / 2 + np.sin(z) / 2),
        ("activation(z) = min(max(0.5 * z, 0) + max(z - 1, 0), 3)", None,
         lambda z: np.minimum(np.maximum(.5 * z, 0) + np.maximum(z - 1, 0), 3)),
        ("activation(z) = atan(3 * z) / 2 + log(1 + exp(z)) / 3", None,
         lambda z: np.arctan(3 * z) / 2 + np.logaddexp(0, z) / 3),
    ])


class Population:
    def __init__(self, r, k, sizes, tau, folder):
        self.name, self.size, self.tau = f"P{k}", r.choice(sizes), Fraction(tau or r.choice(["1", "2", "0.5", "0.3"]))
        kind = r.choice(["excitatory", "inhibitory", "mixed", "table"])
        self.mixed = kind == "mixed"
        self.sign = [{"excitatory": 1, "inhibitory": -1}.get(kind) or (1 if kind == "mixed" else r.choice([1, -1]))
                     for _ in range(self.size)]
        self.activation, self.slope, self.phi = activation(r)
        base = Fraction(r.choice(["1", "1", "0.5", "2", "1/3"]))
        more = Fraction(r.choice([0, 0, 0, "1/2", "1/5", "2"])) if self.size > 1 else 0
        gain = f"{base} + {more} * i" if more else base
        self.gains = [base + more * i for i in range(self.size)]
        head = f"population {self.name} {kind} {{ size = {self.size}; "
        self.neuron = [f"{self.name}_{i}" if kind == "table" else i for i in range(self.size)]
        if kind == "table":
            with open(os.path.join(folder, f"n{k}.csv"), "w") as f:
                f.write("name,sign\n" + "".join(f"{self.name}_{i},{s}\n" for i, s in enumerate(self.sign)))
            head = f'population {self.name} from table("n{k}.csv") {{ '
        threshold = r.choice(["", "; threshold = -0.7"])
        self.text = head + f"tau = {tau or str(float(self.tau))}; gain = {gain}; {self.activation}{threshold} }}\n"
        self.gain = max(self.gains)
        if self.slope is not None:
            self.slope *= self.gain


def matrix_text(r, rows, folder, name, pre, post):
    """How the entries, texts, are given; and their values as eigc must read them."""
    values = [[Fraction(x) for x in row] for row in rows]
    m, n = len(rows), len(rows[0])
    kind = r.choice(["literal", "csv", "mtx", "npy", "edges"])
    if kind == "literal" and n * m <= 30:
        return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]", values
    path = os.path.join(folder, name)
    if kind == "mtx":
        with open(path + ".mtx", "w") as f:
            f.write(f"%%MatrixMarket matrix coordinate real general\n{m} {n} {m * n}\n")
            f.write("".join(f"{i + 1} {j + 1} {rows[i][j]}\n" for i in range(m) for j in range(n)))
        return f'matrix("{name}.mtx")', values
    if kind == "npy":
        doubles = np.array([[float(x) for x in row] for row in values])
        np.save(path + ".npy", doubles)
        return f'matrix("{name}.npy")', [[Fraction(x) for x in row] for row in doubles.tolist()]
    if kind == "edges" and any(any(row) for row in values):
        with open(path + ".csv", "w") as f:
            f.write("source,target,w\n")
            f.write("".join(f"{pre.neuron[j]},{post.neuron[i]},{rows[i][j]}\n" for j in range(n) for i in range(m) if values[i][j]))
        return f'edges("{name}.csv")', values
    with open(path + ".csv", "w") as f:
        f.write("".join(",".join(row) + "\n" for row in rows))
    return f'matrix("{name}.csv")', values


def decimal(text):
    """As file formats take it."""
    return text if "/" not in text else "0.3"


def connection(r, pops, folder, k):
    """Text, source, target, weights of the block."""
    pre, post = r.choice(pops), r.choice(pops)
    n, m, same = pre.size, post.size, pre is post
    kinds = ["uniform", "uniform", "scale", "matrix", "pair"] + ["one", "one pair"] * (n == m)
    kind = r.choice(kinds)
    w = Fraction(draw(r)) * (r.choice([1, -1]) if pre.mixed else 1)
    no_self = same and r.random() < 0.4 and kind[:3] != "one"       # which would join nobody
    tail = "; self = no }" if no_self else " }"
    head = f"connect {pre.name} -> {post.name} {{ weight = "
    here = [[(not no_self or i != j) and (kind[:3] != "one" or i == j) for j in range(n)] for i in range(m)]
    if kind == "matrix":
        signed = pre.mixed or r.random() < 0.3
        negative = [-1 if s < 0 or (pre.mixed and r.random() < 0.5) else 1 for s in pre.sign]
        rows = [[decimal(draw(r, 0.4)) for _ in range(n)] for _ in range(m)]
        if signed:
            rows = [[("-" if negative[j] < 0 and Fraction(x) else "") + x for j, x in enumerate(row)] for row in rows]
        text, values = matrix_text(r, rows, folder, f"w{k}", pre, post)
        is_signed = any(x < 0 for row in values for x in row)
        block = [[w * x * (1 if is_signed else pre.sign[j]) for j, x in enumerate(row)] for row in values]
        text = head + f"({w}) * {text}" + tail
    elif kind in ("pair", "one pair"):
        block = [[w * (j + 2 * i) / 7 * pre.sign[j] for j in range(n)] for i in range(m)]
        text = head + f"({w}) * (pre.i + 2 * post.i) / 7" + ("; pattern = one_to_one" if kind != "pair" else "") + tail
    else:
        scale = "; scale = 1/n" if kind == "scale" else "; pattern = one_to_one" if kind == "one" else ""
        block = [[w / (n if kind == "scale" else 1) * pre.sign[j] for j in range(n)] for i in range(m)]
        text = head + f"{w}" + scale + tail
    block = [[x if here[i][j] else Fraction(0) for j, x in enumerate(row)] for i, row in enumerate(block)]
    return text + "\n", pre, post, block


class Model:
    """.text, .populations, .weights[i][j] from neuron j to neuron i of the whole network."""

    def __init__(self, seed, folder):
        r = random.Random(seed)
        sizes = r.choice([[1], [1], [1, 2], [1, 2, 3], [2, 4]])
        tau = r.choice(["1", None])
        self.populations = [Population(r, k, sizes, tau, folder) for k in range(r.randint(1, 4))]
        self.blocks = [connection(r, self.populations, folder, k)
                       for k in range(r.randint(1, 2 + 3 * len(self.populations)))]
        self.text = "".join(p.text for p in self.populations) + "".join(b[0] for b in self.blocks)
        self.first, n = {}, 0
        for p in self.populations:
            self.first[p.name], n = n, n + p.size
        self.n = n
        self.weights = [[Fraction(0)] * n for _ in range(n)]
        for _, pre, post, block in self.blocks:
            for i, row in enumerate(block):
                for j, x in enumerate(row):
                    self.weights[self.first[post.name] + i][self.first[pre.name] + j] += x
