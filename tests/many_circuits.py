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


def with_weights(n, weight):
    """n circuits of forty neurons, wired at random with weights by an expression."""
    return ("circuit C() {\n  population E excitatory { size = 40; tau = 20 ms; cost = nonnegative }\n"
            "  connect E -> E { pattern = random(p = 0.1); weight = %s }\n}\ninstance L[%d] = C()\n"
            "simulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[%d].E) }\n" % (weight, n, n - 1))


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
