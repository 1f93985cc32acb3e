#!/usr/bin/python3
"""Forms of tests/second_checker.py: positive definite as elimination in integers says, and of many rows without it.
Usage: test_second_positive.py [HOW MANY [FIRST SEED]]"""
import os
import random
import sys

from each_test import run_each

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import second_checker
from second_checker import eliminate, positive_definite


def random_form(r, n, digits, least):
    """G G' of long integers, whose diagonal is then moved by a part `least` of it."""
    top = 10 ** digits
    g = [[r.randrange(-top, top + 1) for _ in range(n)] for _ in range(n)]
    m = [[sum(x * y for x, y in zip(a, b)) for b in g] for a in g]
    for i in range(n):
        m[i][i] += m[i][i] * least // 1000
    return m


def test_random_models(folder, count, seed):
    said = [0, 0]
    for k in range(count):
        r = random.Random(seed + k)
        m = random_form(r, r.choice((1, 2, 5, 12, 13, 20)), r.choice((1, 10, 60)), r.choice((-400, -50, -1, 0, 1, 500)))
        assert positive_definite(m) == eliminate(m), seed + k
        said[positive_definite(m)] += 1
    assert min(said) > 2, said


def test_many_rows_without_it(folder):
    m = random_form(random.Random(3), 60, 40, 300)

    def never(m):
        raise AssertionError("eliminated")
    second_checker.eliminate = never
    try:
        assert positive_definite(m)
    finally:
        second_checker.eliminate = eliminate


if __name__ == "__main__":
    sys.exit(run_each(globals(), "second positive", 40))
