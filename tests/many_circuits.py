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
