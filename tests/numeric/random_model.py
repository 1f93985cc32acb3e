"""Random models: the text of one, and beside it the same network as NumPy
arrays and functions, written from docs/language.md and nothing of eigc's."""
import math
import os
import random

import numpy as np


def number(r, lo, hi):
    return round(r.uniform(lo, hi), r.randint(1, 4))


def clipped(z, lo, hi):
    return np.minimum(np.maximum(z, lo), hi)


def soft(z, a):
    return np.sign(z) * np.maximum(np.abs(z) - a, 0)


def solved(f, lo, hi):
    """z -> the x in [lo, hi] where the increasing f(x) reaches z."""
    def phi(z):
        a, b = np.full(np.shape(z), float(lo)), np.full(np.shape(z), float(hi))
        for _ in range(100):
            x = (a + b) / 2
            with np.errstate(all="ignore"):
                low = f(x) < z
            a, b = np.where(low, x, a), np.where(low, b, x)
        return (a + b) / 2
    return phi


def cost(r):
    """Text of a cost or an activation, and phi."""
    a, b = round(r.uniform(0.1, 0.9), 2), round(r.uniform(0.1, 0.9), 2)
    return r.choice([
        ("cost = identity", lambda z: z),
        ("cost = nonnegative", lambda z: np.maximum(z, 0)),
        (f"cost = box(-{a}, {b})", lambda z: clipped(z, -a, b)),
        (f"cost = box(lo = 0, hi = {b})", lambda z: clipped(z, 0, b)),
        (f"cost = l1({a})", lambda z: soft(z, a)),
        (f"cost = linear({a})", lambda z: z - a),
        (f"cost = quadratic({b})", lambda z: z / (1 + b)),
        (f"cost = elastic({a}, {b})", lambda z: soft(z, a) / (1 + b)),
        (f"cost = leaky({a})", lambda z: np.where(z >= 0, z, a * z)),
        ("cost = logistic", lambda z: 1 / (1 + np.exp(-z))),
        (f"cost = logistic(r = 2, T = {a}, th = {b})", lambda z: 2 / (1 + np.exp(-(z - b) / a))),
        ("cost = tanh_cost", np.tanh),
        (f"cost = softplus({a})", lambda z: a * np.log1p(np.exp(-np.abs(z) / a)) + np.maximum(z, 0)),
        (f"cost = nonnegative + 2 * l1({a}) + quadratic({b})", lambda z: np.maximum(z - 2 * a, 0) / (1 + b)),
        (f"cost = logistic + linear({a})", lambda z: 1 / (1 + np.exp(-(z - a)))),
        (f"cost = tanh_cost + box(0, {b})", lambda z: clipped(np.tanh(z), 0, b)),
        (f"cost(x) = {a} * x^3 on [0, inf]", solved(lambda x: x + 3 * a * x**2, 0, 1e3)),
        (f"cost(x) = {a} * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]",
         solved(lambda x: x + a * np.log(x / (1 - x)), 0, 1)),
        (f"cost(x) = {a} * abs(x - 1) + {b} * x^4", solved(lambda x: x + a * np.sign(x - 1) + 4 * b * x**3, -1e3, 1e3)),
        ("activation(z) = atan(z)", np.arctan),
        ("activation(z) = z / (1 + abs(z))", lambda z: z / (1 + np.abs(z))),
        (f"activation(v) = max(0, {a} * v) + {b} * tanh(v)", lambda z: np.maximum(0, a * z) + b * np.tanh(z)),
        ("activation(z) = log(1 + exp(z))", lambda z: np.log(1 + np.exp(z))),
    ])


def drive(r, ms):
    """Text of an input, and u(t, i)."""
    a, b = round(r.uniform(-1, 2), 2), round(r.uniform(0.3, 3), 2)
    t, unit = ("t / (1 ms)", " ms") if ms else ("t", "")
    return r.choice([
        (f"{a}", lambda t, i: a + 0 * i),
        (f"{a} + {b} * step(t - {b}7{unit})", lambda t, i: a + b * (t >= float(f"{b}7")) + 0 * i),
        (f"{b} * sin({a} * ({t}))", lambda t, i: b * math.sin(a * t) + 0 * i),
        (f"{a} + 0.01 * i", lambda t, i: a + 0.01 * i),
        (f"cos(i) * {b} + {a} * ramp(t - 0.137{unit}, {b}{unit})", lambda t, i: np.cos(i) * b + a * clipped((t - 0.137) / b, 0, 1)),
        (f"{b} * pulse(t - 0.2113{unit}, {b}{unit}) * neuron(0)", lambda t, i: b * (0.2113 <= t < 0.2113 + b) * (i == 0)),
        (f"exp(-({t})^2 / {b}) * max(i, 1)^0.5", lambda t, i: math.exp(-t ** 2 / b) * np.maximum(i, 1) ** 0.5),
    ])


class Population:
    def __init__(self, r, name, sizes, ms):
        self.name, self.size = name, r.choice(sizes)
        self.sign = r.choice(["excitatory", "inhibitory"])
        self.tau = round(r.uniform(1, 8), 2)
        self.gain, self.th = r.choice([1, round(r.uniform(0.3, 1.5), 2)]), r.choice([0, round(r.uniform(-1, 1), 2)])
        self.cost, self.phi = cost(r)
        self.input, self.u = drive(r, ms)
        self.x0 = round(r.uniform(-0.5, 1), 2)
        self.i = np.arange(self.size, dtype=float)
        if r.random() < 0.2:
            a, b = round(r.uniform(0.3, 1), 2), round(r.uniform(-1, 1), 2)
            self.gain_text, self.gain = f"{a} + 0.5 / (1 + i)", a + 0.5 / (1 + self.i)
            self.th_text, self.th = r.choice([(f"{b} * sin(i)", b * np.sin(self.i)), (str(b), b)])
        else:
            self.gain_text, self.th_text = self.gain, self.th
        self.start = f"{self.x0} + sin(i) / 10"
        self.g = 1
        if self.size <= 100 and r.random() < 0.25:
            self.g = r.choice([0.2, 0.5, 0.8] + [1.5] * ("logistic(r" not in self.cost))
        prox_step = "" if self.g == 1 else f"; prox_step = {self.g}"
        self.text = (f"population {name} {self.sign} {{ size = {self.size}; tau = {self.tau}{' ms' if ms else ''}; {self.cost}\n"
                     f"  gain = {self.gain_text}; threshold = {self.th_text}; input = {self.input}; start = {self.start}{prox_step} }}\n")

    def target(self, s, x):
        """What the rates move toward: the prox of g times the cost, from phi = the prox of the cost alone."""
        s = self.gain * (s - self.th)
        if self.g == 1:
            return self.phi(s)
        h = lambda w: (1 - self.g) * self.phi(w) + self.g * w
        return self.phi(solved(h, -1e4, 1e4)((1 - self.g) * x + self.g * s))


def connection(r, pops, folder, k):
    """Text, source, target, and the matrix of signed weights; None for a random pattern."""
    pre, post = r.choice(pops), r.choice(pops)
    sign, n, m = (1 if pre.sign == "excitatory" else -1), pre.size, post.size
    w = round(r.uniform(0.05, 1.2), 3)
    kinds = ["uniform", "scale", "matrix", "edges", "random", "indegree"] if n * m <= 300000 else ["uniform", "scale"]
    kinds += ["pair"] * (n * m <= 20000) + ["one"] * (n == m) + ["literal"] * (n * m <= 12)
    kind = r.choice(kinds)
    alone = pre is post and r.random() < 0.5 and kind in ("uniform", "scale", "pair", "random")
    self_no = "; self = no" if alone else ""
    head = f"connect {pre.name} -> {post.name} {{ weight = "
    mask = 1 - np.eye(n) if alone else np.ones((m, n))
    i, j = post.i[:, None], pre.i[None, :]
    if kind == "uniform":
        value = round(w / n, 6)
        return head + f"{value}{self_no} }}", pre, post, sign * value * mask
    if kind == "scale":
        return head + f"{w}; scale = 1/n{self_no} }}", pre, post, sign * w / n * mask
    if kind == "one":
        return head + f"{w}; pattern = one_to_one }}", pre, post, sign * w * np.eye(n)
    if kind == "pair":
        return head + f"{w} / {n} * exp(-abs(pre.i - post.i) / 2){self_no} }}", pre, post, \
            sign * w / n * np.exp(-np.abs(i - j) / 2) * mask
    if kind == "literal":
        a = np.array([[round(r.uniform(0, 1), 2) for _ in range(n)] for _ in range(m)])
        return head + f"{w} * {a.tolist()} }}", pre, post, sign * w * a
    if kind == "matrix":
        a = np.round(np.random.default_rng(k + r.randint(0, 10 ** 6)).random((m, n)), 3)
        a *= a > r.choice([0, 0.5, 0.95])
        np.save(os.path.join(folder, f"w{k}.npy"), np.asfortranarray(a) if k % 2 else a)
        return head + f'{w} / {n} * matrix("w{k}.npy") }}', pre, post, sign * w / n * a
    if kind == "edges":
        a = np.zeros((m, n))
        with open(os.path.join(folder, f"e{k}.csv"), "w") as f:
            f.write("source,target,count\n")
            for at in r.sample(range(n * m), min(n * m, 1 + n * m // 10)):
                a[at % m, at // m] = r.randint(1, 9)
                f.write(f"{at // m},{at % m},{int(a[at % m, at // m])}\n")
        return head + f'{w} / {n} * edges("e{k}.csv") }}', pre, post, sign * w / n * a
    pattern = f"random(p = {round(r.uniform(0, 1), 2)})" if kind == "random" else f"random(indegree = {r.randint(1, n)})"
    return head + f"{w} / {n}; pattern = {pattern}; seed = {k}{self_no} }}", pre, post, None


class Model:
    """Network, method and records; .weights is None when a pattern is random."""

    def __init__(self, seed, folder):
        r = random.Random(seed)
        self.ms = r.random() < 0.5
        unit = " ms" if self.ms else ""
        sizes = r.choice([[1, 2, 3], [1, 2, 3, 5, 7], [1, 15, 16, 17, 33], [1, 40, 100], [1, 1023, 1024, 1025, 2100]])
        self.pops = [Population(r, f"P{k}", sizes, self.ms) for k in range(r.randint(1, 4))]
        self.conns = [connection(r, self.pops, folder, k) for k in range(r.randint(0, 3 * len(self.pops)))]
        self.method = r.choice(["euler", "heun", "rk4", "rk4", "exponential_euler", "rk45"])
        self.h, self.n_steps = r.choice([0.05, 0.1, 0.125]), 48
        self.every = r.choice([1, 1, 2, 3, 4, 100])
        text = "model drawn\n" + "".join(p.text for p in self.pops) + "".join(c[0] + "\n" for c in self.conns)
        records, self.observe = self.records(r)
        every = "" if self.every == 1 else f" every {round(self.every * self.h, 4)}{unit}"
        step = "" if self.method == "rk45" else f"; step = {self.h}{unit}"
        tolerance = "; rtol = 1e-9; atol = 1e-11" if self.method == "rk45" else ""
        self.text = text + (f"simulate {{ duration = {round(self.h * self.n_steps, 4)}{unit}; method = {self.method}{step}{tolerance}\n"
                            f"  record {', '.join(records)}{every} }}\n")
        self.from_ = np.cumsum([0] + [p.size for p in self.pops])
        self.exact = all(c[3] is not None for c in self.conns)

    def records(self, r):
        """Texts, and functions of (t, rates, total inputs), both per population."""
        texts, take = [], []
        for q, p in enumerate(self.pops):
            k = r.randrange(p.size)
            choice = [(f"{p.name}[{k}]", lambda t, x, s, q=q, k=k: x[q][k]),
                      (f"mean({p.name})", lambda t, x, s, q=q: x[q].mean()),
                      (f"sum({p.name}^2)", lambda t, x, s, q=q: (x[q] ** 2).sum()),
                      (f"input({p.name})", lambda t, x, s, q=q: s[q]),
                      (f"abs({p.name} - mean({p.name}))", lambda t, x, s, q=q: np.abs(x[q] - x[q].mean())),
                      (f"mean(input({p.name}) * {p.name})", lambda t, x, s, q=q: (s[q] * x[q]).mean())]
            for text, f in [(p.name, lambda t, x, s, q=q: x[q])] + r.sample(choice, r.randint(0, 3)):
                texts.append(text)
                take.append(f)
        return texts, take

    def total(self, t, x):
        s = [p.u(t, p.i) + np.zeros(p.size) for p in self.pops]
        for _, pre, post, w in self.conns:
            s[self.pops.index(post)] = s[self.pops.index(post)] + w @ x[self.pops.index(pre)]
        return s

    def target(self, t, x):
        return [p.target(s, own) for p, s, own in zip(self.pops, self.total(t, x), x)]

    def slope(self, t, x):
        return [(a - b) / (p.g * p.tau) for p, a, b in zip(self.pops, self.target(t, x), x)]

    def start(self):
        return [p.x0 + np.sin(p.i) / 10 for p in self.pops]

    def step(self, method, t, x, h):
        def moved(*parts):
            return [a + sum(c * k[q] for c, k in parts) for q, a in enumerate(x)]
        if method == "exponential_euler":
            return [a - math.expm1(-h / (p.g * p.tau)) * (b - a) for p, a, b in zip(self.pops, x, self.target(t, x))]
        k1 = self.slope(t, x)
        if method == "euler":
            return moved((h, k1))
        if method == "heun":
            return moved((h / 2, k1), (h / 2, self.slope(t + h, moved((h, k1)))))
        k2 = self.slope(t + h / 2, moved((h / 2, k1)))
        k3 = self.slope(t + h / 2, moved((h / 2, k2)))
        k4 = self.slope(t + h, moved((h, k3)))
        return moved((h / 6, k1), (h / 3, k2), (h / 3, k3), (h / 6, k4))
