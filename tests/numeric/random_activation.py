"""Random activations by formula, and their slopes in doubles: each form has its own derivative, written out by hand in a
way that does not overflow. Where forms join, it is the slope of the side that is taken."""
import numpy as np
from scipy.special import expit, ndtr


class Form:
    """`text` of z; value and slope at z, an array."""

    def __init__(self, text, jet, places=()):
        self.text, self.jet, self.places = text, jet, list(places)

    def slope(self, z):
        with np.errstate(all="ignore"):
            return self.jet(z)[1]


def number(rng, lo, hi):
    """Of two digits behind the point."""
    return round(float(rng.uniform(lo, hi)), 2)


def straight(rng, steepest=6):
    rate, at = max(0.1, number(rng, 0.1, steepest)), number(rng, -3, 3)
    text = f"{rate} * z" if rng.random() < 0.2 else f"{rate} * (z - {at})" if at >= 0 else f"{rate} * (z + {-at})"
    at = 0 if "(" not in text else at
    return Form(text, lambda z: (rate * (z - at), np.full_like(z, rate)), [at])


# ---- forms of one argument: text with U for it, value, derivative ----

def density(u):
    return np.exp(-u * u / 2) / np.sqrt(2 * np.pi)


def relu(u):
    return np.maximum(u, 0), (u > 0).astype(float)


SMOOTH = {
    "tanh(U)": lambda u: (np.tanh(u), 1 / np.cosh(np.clip(u, -350, 350))**2),
    "1 / (1 + exp(-(U)))": lambda u: (expit(u), expit(u) * expit(-u)),
    "exp(U) / (1 + exp(U))": lambda u: (expit(u), expit(u) * expit(-u)),
    "exp(U) / (exp(U) + 3)": lambda u: (expit(u - np.log(3)), expit(u - np.log(3)) * expit(np.log(3) - u)),
    "log(1 + exp(U))": lambda u: (np.logaddexp(0, u), expit(u)),
    "log1p(exp(U))": lambda u: (np.logaddexp(0, u), expit(u)),
    "normcdf(U)": lambda u: (ndtr(u), density(u)),
    "atan(U)": lambda u: (np.arctan(u), 1 / (1 + u * u)),
    "(U) / sqrt(1 + (U)^2)": lambda u: (u / np.sqrt(1 + u * u), (1 + u * u)**-1.5),
    "(U) / (1 + abs(U))": lambda u: (u / (1 + abs(u)), (1 + abs(u))**-2.0),
}
BENT = {
    "max(U, 0)": relu,
    "min(max(U, 0), 1.5)": lambda u: (np.clip(u, 0, 1.5), ((u > 0) & (u < 1.5)).astype(float)),
    "ramp(U, 0.8)": lambda u: (np.clip(u / 0.8, 0, 1), ((u > 0) & (u < 0.8)) / 0.8),
    "max(tanh(U), 0)": lambda u: (np.tanh(relu(u)[0]), (u > 0) / np.cosh(np.clip(u, -350, 350))**2),
}


def hill(rng):
    n, k = rng.choice([1, 1.5, 2, 2.5, 3, 4]), max(0.2, number(rng, 0.2, 3))
    text = f"max(U, 0)^{n:g} / ({k}^{n:g} + max(U, 0)^{n:g})"

    def jet(u):
        s = np.maximum(u, 1e-300) / k
        p = np.minimum(s, 1e50)**n
        return p / (1 + p) * (u > 0), n * p / s / k / (1 + p)**2 * (u > 0)
    return text, jet


def pick(rng, table):
    return list(table.items())[rng.integers(len(table))]


def applied(outer, inner):
    text, jet = outer

    def composed(z):
        u, du = inner.jet(z)
        f, df = jet(u)
        return f, df * du
    return Form(text.replace("U", inner.text), composed, inner.places)


def term(rng):
    kind = rng.random()
    outer = hill(rng) if kind < 0.25 else pick(rng, BENT) if kind < 0.4 else pick(rng, SMOOTH)
    return applied(outer, straight(rng))


def total(parts, weights):
    text = " + ".join(f"{w} * ({p.text})" for w, p in zip(weights, parts)).replace("+ -", "- ")

    def jet(z):
        jets = [p.jet(z) for p in parts]
        return tuple(sum(w * j[k] for w, j in zip(weights, jets)) for k in (0, 1))
    return Form(text, jet, sum((p.places for p in parts), []))


def sum_of(rng, most):
    n = int(rng.integers(1, most + 1))
    return total([term(rng) for _ in range(n)], [max(0.05, number(rng, 0.05, 2.5)) for _ in range(n)])


def joined(rng, a, b):
    larger = bool(rng.random() < 0.5)

    def jet(z):
        (f, df), (g, dg) = a.jet(z), b.jet(z)
        first = (f > g) if larger else (f < g)
        return np.where(first, f, g), np.where(first, df, dg)
    return Form(f"{'max' if larger else 'min'}({a.text}, {b.text})", jet, a.places + b.places)


def increasing(rng):
    """A sum, a composition, a maximum or minimum of such forms: it never falls."""
    kind = rng.random()
    if kind < 0.5:
        return sum_of(rng, 4)
    if kind < 0.7:
        return applied(pick(rng, SMOOTH) if rng.random() < 0.7 else hill(rng), sum_of(rng, 2))
    return joined(rng, sum_of(rng, 2), sum_of(rng, 2))


def with_a_dip(rng):
    """An increasing one less another: it may fall."""
    return total([increasing(rng), applied(pick(rng, SMOOTH), straight(rng))], [1, -max(0.05, number(rng, 0.05, 1))])


def extremes(form):
    """The least and the largest slope, and a place of the least: dense samples, then closer and closer ones around the
    best of them."""
    close = np.concatenate([[p + s * 10.0**e for e in np.linspace(-9, 2, 400) for s in (-1, 1)] for p in form.places + [0]])
    far = np.concatenate([s * 10.0**np.linspace(1, 6, 400) for s in (-1, 1)])
    z = np.unique(np.concatenate([np.linspace(-40, 40, 80001), close, far]))
    found, slopes = [], form.slope(z)
    for sign in (-1, 1):
        slope = sign * slopes
        most = slope.max()
        order = np.argsort(-slope, kind="stable")[:4000].tolist()
        best, chosen = most, []
        for k in order:
            if all(abs(k - c) > 3 for c in chosen):
                chosen.append(k)
            if len(chosen) == 12:
                break
        place = z[order[0]]
        for k in chosen:
            lo, hi = z[max(0, k - 2)], z[min(len(z) - 1, k + 2)]
            for _ in range(12):
                fine = np.linspace(lo, hi, 101)
                s = sign * form.slope(fine)
                j = int(s.argmax())
                if s[j] > best:
                    best, place = s[j], fine[j]
                lo, hi = fine[max(0, j - 2)], fine[min(100, j + 2)]
        found.append((sign * best, place))
    (least, at), (largest, _) = found
    return least, at, largest
