"""A model of 500 populations and almost 10,000 connections, from circuits of one pair each."""

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
