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


def with_weights(n, weight):
    """n circuits of forty neurons, wired at random with weights by an expression."""
    return ("circuit C() {\n  population E excitatory { size = 40; tau = 20 ms; cost = nonnegative }\n"
            "  connect E -> E { pattern = random(p = 0.1); weight = %s }\n}\ninstance L[%d] = C()\n"
            "simulate { duration = 1 ms; method = rk4; step = 0.1 ms; record mean(L[%d].E) }\n" % (weight, n, n - 1))
