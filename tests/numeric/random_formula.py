"""Random costs and activations by formula at the edges of what their functions are defined for: text, and ends of the domain."""


def number(rng, lo, hi, digits=2):
    return "%g" % round(rng.uniform(lo, hi), digits)


def line(rng, v, at=None):
    """What is linear in v: a (v - at), mostly."""
    at = at or rng.choice(["0", number(rng, -2, 2), "1/3"])
    inner = v if at == "0" else "(%s - %s)" % (v, at) if at[0] != "-" else "(%s + %s)" % (v, at[1:])
    rate = rng.choice(["1", "1", number(rng, 0.2, 3)])
    return inner if rate == "1" else "%s * %s" % (rate, inner)


def exponent(rng):
    return rng.choice(["0.5", "1", "1.5", "2", "2.5", "3", "(1/3)", "0.9", "1.1", "4", "65", "66"])


# ---- activations: what grows, of what grows ----

def above(rng, u):
    return rng.choice(["max(%s, 0)", "min(max(%s, 0), 1)", "max(%s, 0.1)", "abs(max(%s, 0))"]) % u


def growing(rng, depth):
    if depth == 0:
        return line(rng, "z")
    u = growing(rng, depth - 1)
    form = rng.choice(["tanh(U)", "exp(min(U, 2))", "log(1 + exp(U))", "normcdf(U)", "max(U, 0)^P", "sqrt(max(U, 0))",
                       "log(1 + max(U, 0))", "log(max(U, 0.1))", "1/(1 + exp(-(U)))", "atan(U)", "min(max(U, 0), 1)^P", "max(U, V)", "U + V",
                       "log(1 + abs(U) + U)", "sqrt(1 + abs(U) + U)", "sqrt(max(U, 0))^3", "(U) * sqrt(abs(U))", "U / sqrt(abs(U) + 1e-20)", "1 - 1/(1 + max(U, 0)^P)", "1 - exp(-max(U, 0)^P)"])
    return form.replace("U", "(%s)" % u).replace("P", exponent(rng)).replace("V", growing(rng, depth - 1))


WRONG = ["tanh(U) * sin(U)", "log(U)", "sqrt(U)", "max(U, 0)^(-1.5)", "1/U", "(U)^1.5", "U + 0 * log(U)", "U + 2 * cos(U)", "log(max(U, 0))", "U - 2 * tanh(U)"]


def activation(rng):
    phi = growing(rng, rng.choice([1, 1, 2]))
    if rng.random() < 0.25:
        phi = rng.choice(WRONG).replace("U", "(%s)" % phi)
    return "activation(z) = " + phi


# ---- costs: sums of terms that have an edge at an end of the domain, or not ----

AT_LO = ["-W * log(x - L)", "W * (x - L) * log(x - L)", "W * (x - L)^P", "-W * sqrt(x - L)", "W / (x - L)", "-W * (x - L)^0.9"]
AT_HI = ["-W * log(H - x)", "W * (H - x) * log(H - x)", "W * (H - x)^P", "-W * sqrt(H - x)", "W / (H - x)"]
ANYWHERE = ["W * x^2", "-W * x^2 / 8", "W * abs(x - C)", "W * max(x - C, 0)^P", "-W * abs(x - C) / 4", "W * normcdf(K)", "-W * normcdf(K)",
            "W * abs(x)^P", "W * exp(K / 4)", "W * log(1 + exp(K))", "-W * log(1 + exp(K))", "W * sqrt(1 + x^2)", "W * tanh(K)", "W * x^66", "W * exp(-x^2)",
            "W * log_root(K, 2)", "W * max(x - C, 0) * normcdf(x)", "W * min(x, C)^2", "W * step(x - C) * (x - C)^P", "W * cos(K)",
            "-W * x * normpdf(x)", "W * log(1 + max(x - C, 0))", "W * x * tanh(K)", "W * max(C - x, 0)^P",
            "W * sqrt(max(x - C, 0))^3", "W * abs(x - C) * sqrt(abs(x - C))"]


def cost(rng):
    lo, hi = sorted([round(rng.uniform(-3, 3), 1) for _ in range(2)])
    lo = rng.choice([str(lo), "1/7", "-1/3", "-1e18", "-inf"])
    hi = rng.choice([str(hi + 3), "10/3", "1e12", "1e18", "inf"])
    terms = rng.sample(ANYWHERE, rng.choice([1, 1, 2, 3]))
    if lo != "-inf" and rng.random() < 0.5:
        terms.append(rng.choice(AT_LO))
    if hi != "inf" and rng.random() < 0.4:
        terms.append(rng.choice(AT_HI))
    if rng.random() < 0.1:
        terms.append(rng.choice(["0 * log(x)", "0 / (x - C)", "W * (x - C)^1.5"]))
    text = " + ".join(t.replace("W", number(rng, 0.05, 1.2)).replace("P", exponent(rng)).replace("C", rng.choice(["0", "0.3", "1", "(1/3)", "L"]))
                      .replace("K", line(rng, "x")).replace("L", "(%s)" % lo if lo != "-inf" else "0").replace("H", "(%s)" % hi) for t in terms)
    return "cost(x) = %s on [%s, %s]" % (text, lo, hi)
