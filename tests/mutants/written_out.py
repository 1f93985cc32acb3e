"""A third reading of an accepted file, that of the theorem alone: the matrix with every neuron, kernel and sum written out, and what
the evidence says of neurons. Exact but for waves, whose frequencies are irrational."""
import cmath
import math
from fractions import Fraction

from second_checker import eliminate, number

MOST = 40               # neurons; beyond, nothing is said


def cells_of(matrix, key, q):
    if key in matrix:
        return [[number(x) for x in row] for row in matrix[key]]
    c = [[Fraction(0)] * q for _ in range(q)]
    for i, j, x in matrix["entries"]:
        c[i][j] = number(x)
    return c


def neurons(matrix):
    """A, and the row of the tested matrix of each neuron."""
    n = matrix["n"]
    if "populations" not in matrix:
        q = n + matrix.get("sums", 0)
        t = cells_of(matrix, "rows", q)
        return [[t[i][j] + sum(t[i][k] * t[k][j] for k in range(n, q)) for j in range(n)] for i in range(n)], list(range(n))
    row = [a for a, p in enumerate(matrix["populations"]) for _ in range(p["size"])]
    first = [row.index(a) for a in range(len(matrix["populations"]))]
    uniform = cells_of(matrix, "uniform", len(first))
    a = [[uniform[k][m] for m in row] for k in row]
    for i, k in enumerate(row):
        a[i][i] += number(matrix["self"][k]) - number(matrix["leak"][k])
    for kernel in matrix.get("kernels", []):
        width, height = kernel["extent"]
        for i in range(width * height):
            for j in range(width * height):
                d = (i % width - j % width) % width + width * ((i // width - j // width) % height)
                a[first[kernel["to"]] + i][first[kernel["from"]] + j] += number(kernel["values"][d])
    return a, row


def multipliers_hold(a, row, components):
    size = {k: row.count(k) for k in row}
    place = {member: (number(x) / size.get(member, 1), block) for block, c in enumerate(components) for member, x in zip(c["members"], c["p"])}
    n = range(len(a))
    if any(a[i][j] for i in n for j in n if place[row[i]][1] < place[row[j]][1]):
        return False
    for block in range(len(components)):
        inside = [i for i in n if place[row[i]][1] == block]
        p = {i: place[row[i]][0] for i in inside}
        m = [[-(p[i] * a[i][j] + p[j] * a[j][i]) for j in inside] for i in inside]
        common = math.lcm(*(x.denominator for line in m for x in line))
        if not eliminate([[int(x * common) for x in line] for line in m]):
            return False
    return True


def double(text):
    x = number(text)
    if x and abs(x) < Fraction(1, 10 ** 100):
        raise OverflowError
    return float(x)


def vectors_of(matrix, row, witness):
    if "zero_sum" in witness:
        i = row.index([p["name"] for p in matrix["populations"]].index(witness["population"]))
        return [[Fraction((k == i) - (k == i + 1)) for k in range(len(row))]], [1]
    if "waves" not in witness:
        vectors = [[dict(zip(witness["members"], map(number, v))).get(k, Fraction(0)) for k in row] for v in witness["V"]]
        return vectors, [number(x) for x in witness.get("w", ["1"] * len(vectors))]
    vectors, extent = [], {}
    for kernel in matrix["kernels"]:
        extent[kernel["to"]] = extent[kernel["from"]] = kernel["extent"]
    for wave in witness["waves"]:
        value = {k: complex(double(x), double(y)) for k, x, y in zip(witness["members"], wave["re"], wave["im"])}
        f, g = wave["frequency"]
        v = []
        for i, k in enumerate(row):
            place, (width, height) = i - row.index(k), extent.get(k, (1, 1))
            v.append(value.get(k, 0) * cmath.exp(2j * math.pi * (f * (place % width) / width + g * (place // width) / height)))
        vectors.append(v)
    return vectors, [number(x) for x in witness["w"]]


def witness_holds(a, row, matrix, witness):
    vectors, weights = vectors_of(matrix, row, witness)
    n, least = range(len(a)), -1e-9 if "waves" in witness else 0
    if min(weights) < 0 or not any(any(v) and w > 0 for v, w in zip(vectors, weights)):
        return False
    for i in n:
        parts = [w * v[i] * sum((a[i][j] * v[j].conjugate() for j in n if a[i][j]), Fraction(0)) for v, w in zip(vectors, weights)]
        size = sum(abs(complex(x)) for x in parts) if least else 0
        if sum(x.real for x in parts) < least * (1 + size):
            return False
    return True


def claim_holds(root):
    """None where it is too large to be written out."""
    answers = [one_holds(root)] + [one_holds(root["everywhere"]) for key in root if key == "everywhere"]
    return False if False in answers else None if None in answers else True


def one_holds(root):
    matrix = root["matrix"]
    if matrix["n"] > MOST:
        return None
    try:
        a, row = neurons(matrix)
        return multipliers_hold(a, row, root["components"]) if "components" in root else witness_holds(a, row, matrix, root["witness"])
    except OverflowError:               # of waves
        return None
