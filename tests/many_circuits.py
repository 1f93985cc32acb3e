"""Models of many circuits: 500 populations and almost 10,000 connections from pairs, and connections with a weight for each pair."""

LAYER = """circuit Layer(w, cells) {
  population E excitatory { size = cells; tau = 20 ms; cost = nonnegative; input = 1 }
  population I inhibitory { size = cells; tau = 10 ms; cost = nonnegative }
  connect E -> E { weight = 0.05 / cells }
  connect E -> I { weight = w }
  connect I -> E { weight = w }
  connect I -> I { weight = w }
}
"""


def model(cells):
    loops = ["connect L[k].E -> L[k + %d].E { weight = 0.001 * (k + 1) / %d } for k in 0..n - 1 - %d" % (d, cells, d) for d in range(1, 38)]
    return ("param n = 250\n" + LAYER + "instance L[n] = Layer((1 + index) / (1000 * %d), %d)\n" % (cells, cells) + "\n".join(loops) +
            "\nsimulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[249].E) }\n")


WIRES = ("pattern = random(p = 0.5); weight = 0.001 * (k + 1)", "pattern = one_to_one; weight = 0.001 * (k + 1)",
         "weight = 0.0001 * (1 + pre.i * post.i)", "weight = 0.001 * (k + 1)")


def wired(n, cells):
    """Circuits whose populations receive connections of every kind, hardly two in the same order."""
    layer = LAYER.replace("weight = 0.05 / cells", "self = no; weight = 0.05 / cells")
    loops = ["connect L[k].E -> L[k + %d].E { %s } for k in 0..%d" % (d, WIRES[d * d % 7 % 4], n - 1 - d) for d in range(1, min(n, 38))]
    return (layer + "instance L[%d] = Layer((1 + index) / (1000 * %d), %d)\n" % (n, cells, cells) + "\n".join(loops) +
            "\nsimulate { duration = 1 ms; method = rk4; step = 0.1 ms; record L[%d].E }\n" % (n - 1))


FORMULAS = """circuit Pair(w, b) {
  population E excitatory { size = 40; tau = 20 ms; cost(x) = b * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]; input = 1 }
  population I inhibitory { size = 20; tau = 10 ms; activation(z) = 1 / (1 + exp(-b * z / 2)) }
  connect E -> E { weight = w / 40 }
  connect E -> I { weight = w / 40 }
  connect I -> E { weight = w / 20 }
  connect I -> I { weight = w / 20 }
}
"""


def with_formulas(b):
    """The same number of populations and connections, with a cost and an activation by formula; b may differ with `index`."""
    loops = ["connect L[k].E -> L[k + %d].E { weight = %d / 10^7 } for k in 0..249 - %d" % (d, d, d) for d in range(1, 38)]
    return (FORMULAS + "instance L[250] = Pair((1 + index) / 10^6, %s)\n" % b + "\n".join(loops) +
            "\nsimulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[249].E) }\n")


OWN = (
    ("Hill", "activation(z) = max(z, 0)^2 / (max(z, 0)^2 + own^2)"),
    ("Naka and Rushton, power 2.5", "activation(z) = max(z, 0)^2.5 / (max(z, 0)^2.5 + own^2.5)"),
    ("Naka and Rushton, own power", "activation(z) = max(z, 0)^(1 + 2 * own) / (max(z, 0)^(1 + 2 * own) + 1)"),
    ("softplus", "activation(z) = own * log(1 + exp(z / own))"),
    ("normal", "activation(z) = z * normcdf(z / own) + own * normpdf(z / own)"),
    ("tanh, own gain and place", "activation(z) = tanh(own * (z - own / 2))"),
    ("logistic", "activation(z) = 1 / (1 + exp(-own * (z - 0.3)))"),
    ("two parts with max", "activation(z) = max(tanh(own * z), 0) + max(z - own, 0) / 10"),
    ("entropy", "cost(x) = own * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]"),
    ("entropy, own rate", "cost(x) = x * log(x / own) + (own - x) * log((own - x) / own) on [0, own]"),
    ("quartic", "cost(x) = own * x^4 / 4 + x^2 / own on [0, 1 + own]"),
    ("own scale, one domain", "cost(x) = own * log(1 + (x / own)^2) / 4 on [-2, 2]"),
    ("own quartic beside others", "cost(x) = own * x^4 - x^2 / 4 + 0.1 * log(1 + x^2) on [-1, 1]"),
    ("logistic, own power", "activation(z) = (1 + exp(-z))^(-own)"),
    ("firing rate, own noise", "activation(z) = 1 / (0.002 + own * log1p(exp(-z)))"),
    ("two costs", "cost(x) = own * x * log(x) + 0.2 * exp(-x) on [0, 3]"),
)


def with_own(body):
    """500 populations of a circuit each, whose activation or cost has a number of its own, and 9790 connections."""
    loops = ["connect L[k].E -> L[k + %d].E { weight = %d / 10^7 } for k in 0..499 - %d" % (d, d, d) for d in range(1, 21)]
    return ("circuit C(own) {\n  population E excitatory { size = 20; tau = 20 ms; %s; input = 1 }\n}\n" % body +
            "instance L[500] = C(0.5 + index / 1000)\n" + "\n".join(loops) +
            "\nsimulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[499].E) }\n")


def with_weights(n, weight):
    """n circuits of forty neurons, wired at random with weights by an expression."""
    return ("circuit C() {\n  population E excitatory { size = 40; tau = 20 ms; cost = nonnegative }\n"
            "  connect E -> E { pattern = random(p = 0.1); weight = %s }\n}\ninstance L[%d] = C()\n"
            "simulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[%d].E) }\n" % (weight, n, n - 1))


def with_entries(n, size, most, body):
    """2 n populations and some `most` connections of each circuit to later ones, each with size^2 pairs; `body` may have k in it."""
    return ("circuit Two() {\n  population E excitatory { size = %d; tau = 20 ms; cost = nonnegative; input = 1 }\n"
            "  population I inhibitory { size = %d; tau = 10 ms; cost = nonnegative }\n}\ninstance L[%d] = Two()\n" % (size, size, n) +
            "\n".join("connect L[k].E -> L[k + %d].I { %s } for k in 0..%d" % (d, body, n - 1 - d) for d in range(1, most + 1)) +
            "\nsimulate { duration = 1 ms; method = euler; step = 0.1 ms; record mean(L[%d].I) }\n" % (n - 1))


MIXED = """circuit Mixed(b, w, p) {
  population E excitatory { size = 40; tau = 20 ms * b; cost(x) = b * x^4 / 4 + x^2 / b on [0, 1 + b]; input = b }
  population I inhibitory { size = 20; tau = 10 ms; activation(z) = 1 / (1 + exp(-b * z / 2)); input = b * sin(t / (3 ms)) }
  population D excitatory { size = 17; tau = 5 ms / b; cost = quadratic(b); input = b * i / 10 }
  population S excitatory { size = 33; tau = 20 ms; cost(x) = b * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]; input = b * i * t / (1 ms) }
  population P excitatory { size = 20; tau = 20 ms; activation(z) = max(z, 0)^p / 10; input = b * i }
  connect E -> E { weight = w / 40 }
  connect E -> I { weight = w / 40 }
  connect I -> E { weight = b / 20 }
  connect D -> D { pattern = one_to_one; weight = w }
  connect D -> S { pattern = random(p = 0.3); weight = b / 100 }
  connect E -> S { pattern = random(p = 0.3); weight = w * (1 + pre.i) / 100 }
  connect I -> S { weight = w * (1 + pre.i * post.i) / 1000 }
  connect S -> S { pattern = all_to_all; self = no; weight = w / 33 }
  connect S -> D { pattern = random(indegree = 3); weight = w }
}
"""


def mixed(n, method, record=""):
    """n circuits that differ in their numbers alone, with costs and activations by formula, inputs and weights of every kind."""
    return (MIXED + "instance L[%d] = Mixed(1.3 + index / 1000, (1 + index) / 10^3, 2 + index / 2)\n" % n +
            "connect L[k].E -> L[k + 1].D { weight = 1 / (1000 + k) } for k in 0..%d\n" % (n - 2) +
            "simulate { duration = 2 ms; method = %s%s }\n" % (method, record))


DELAYED = """circuit Delayed(w, cells) {
  population E excitatory { size = cells; tau = 20 ms; cost = nonnegative; input = 1 %s }
  population I inhibitory { size = cells; tau = 10 ms; cost = nonnegative %s }
  connect E -> E { weight = 0.05 / cells; delay = 1 ms }
  connect E -> I { weight = w; delay = 0.5 ms }
  connect I -> E { weight = w; delay = 0.2 ms }
  connect I -> I { weight = w }
}
"""


def connected(n, population, most, body):
    """A line for each distance below `most`: circuit k to circuit k + d."""
    return "\n".join("connect L[k].%s -> L[k + %d].%s { %s } for k in 0..%d" % (population, d, population, body(d), n - 1 - d)
                     for d in range(1, min(n, most)))


def delayed(n, cells, wires=("weight = 0.001 * (k + 1)",), noise=""):
    """2 n populations, n of them with up to 37 connections late by up to 0.6 ms."""
    method = "euler_maruyama" if noise else "heun"
    return (DELAYED % (noise, noise) + "instance L[%d] = Delayed((1 + index) / (1000 * %d), %d)\n" % (n, cells, cells) +
            connected(n, "E", 38, lambda d: "%s; delay = %g ms" % (wires[d * d % 7 % len(wires)], 0.1 * (d % 7))) +
            "\nsimulate { duration = 2 ms; method = %s; step = 0.1 ms; record L[%d].E }\n" % (method, n - 1))


CELLS = """circuit Cell(a, g) {
  population C excitatory {
    size     = %d
    v'       = v - v^3 / 3 - w + input
    w'       = 0.08 * (v + a - 0.8 * w)
    rate     = 1 / (1 + exp(-(v - 0.5) / 0.1))
    input    = 0.3 + a * i
    start(v) = -1 + 0.1 * i
    start(w) = -0.6
  }
  connect C -> C { self = no; weight = g; scale = 1/n%s }
}
"""
CURRENTS = ("", "; current = pre.rate * (2 - post.v)", "; current = pre.v - post.v; pattern = random(p = 0.5)", "; current = tanh(pre.v - post.v)")


def cells(n, size, currents=CURRENTS[:2]):
    """n populations of FitzHugh and Nagumo's cells, with up to 20 connections each."""
    return (CELLS % (size, currents[-1]) + "instance L[%d] = Cell(0.7 + index / 1000, (1 + index) / 10000)\n" % n +
            connected(n, "C", 21, lambda d: "weight = 0.0001 * (k + 1)" + currents[d * d % 7 % len(currents)]) +
            "\nsimulate { duration = 1; method = rk4; step = 0.1; record L[%d].C, L[%d].C.w }\n" % (n - 1, n - 1))


INPUTS = ("normal(0, 0.1)", "1 + noise_ou(tau = 5 ms, sigma = 0.2)", "samples(\"s.csv\", times = \"t [ms]\", column = \"c\")")


def driven(n, size, of_input, tau="20 ms"):
    """2 n populations whose neurons have inputs or time constants of their own."""
    layer = LAYER.replace("input = 1", "input = " + of_input).replace("tau = 20 ms", "tau = " + tau)
    return (layer + "instance L[%d] = Layer((1 + index) / (1000 * %d), %d)\n" % (n, size, size) +
            connected(n, "E", 38, lambda d: "weight = 0.001 * (k + 1)") +
            "\nsimulate { duration = 1 ms; method = rk4; step = 0.1 ms; record L[%d].E }\n" % (n - 1))
