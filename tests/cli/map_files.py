"""Models of maps, their files, and both checkers of these, for the tests of eigc map."""
import json
import os
import sys

from cli import eigc, equal, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check
from verify_texts import verified

PAIR = """param w_EE = 0.5 in [0, 4]
param w_EI = 2
population E excitatory {{ tau = 20 ms; {0}; input = 2 }}
population I inhibitory {{ tau = {1} ms; {0} }}
connect E -> E {{ weight = w_EE }}
connect I -> E {{ weight = w_EI }}
connect E -> I {{ weight = 3 }}
connect I -> I {{ weight = 0.5 }}
"""
OVER = ("--over", "w_EE=0:2", "--over=w_EI=0:3")


NOT_LDS = ("not-lds", "several-or-none", "attracting", "inhibition-stabilised", "unstable", "several", "bistable", "run-away",
           "run-away-attracting", "run-away-unstable", "run-away-several", "run-away-none")     # proved of a cell, by that one's witness

MAPS = ((PAIR.format("cost = nonnegative", 10), 4), (PAIR.format("activation(z) = 1 / (1 + exp(-3.9 * z))", 20), 3),
        (PAIR.format("cost = nonnegative; size = 3", 20), 4), (PAIR.format("cost = box(0, 1)", 20).replace("input = 2", "input = -0.3"), 4))


def map_file(folder, text, depth):
    path = os.path.join(folder, "map.json")
    write(folder, "m.eig", text)
    equal(eigc("map", os.path.join(folder, "m.eig"), *OVER, "-q", "--data", path, f"--depth={depth}").status, 0)
    with open(path) as file:
        return json.load(file)


def accepted(root):
    """By both checkers, or by neither."""
    text = json.dumps(root).encode()
    status, said = verified(text)
    equal((said["diagnostics"]["runs"][0]["results"], status in (0, 1)), ([], True), said)
    try:
        second_check(text)
    except Refused as refusal:
        equal(status, 1, "%s, which the second checker refuses: %s" % (said, refusal))
        return False
    equal(status, 0, "%s, which the second checker accepts" % (said,))
    return True
