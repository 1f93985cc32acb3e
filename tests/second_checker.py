#!/usr/bin/python3
"""Checks certificate files "eig-certificate/1", and maps "eig-map/1", with integers and fractions only.

Written from docs/certificate.md and from nothing else, so that it shares no mistake
with eigc. Usage: second_checker.py FILE...      one line a file, exit 1 if one is refused
                  second_checker.py --many FILE  texts separated by NUL bytes, one line each
                  second_checker.py --slopes SLOPES FILE  with the neurons' slopes by population, for mean slopes
"""
import copy
import json
import math
import os
import re
import sys
from functools import lru_cache
from operator import mul

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))       # wherever it is loaded from
import second_functions
from rational import Fraction

DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?", re.ASCII)
RATIO = re.compile(r"(-?)([0-9]+)/([0-9]+)", re.ASCII)
PROOFS = ("exact", "rump", "integer-residual", "dominance")


class Refused(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refused(reason)


# ---- reading -------------------------------------------------------------------

def no_twice(pairs):
    found = dict(pairs)
    need(len(found) == len(pairs), "a key occurs twice")
    return found


def no_constant(name):
    raise Refused(name + " is not JSON")


def number(text):
    need(isinstance(text, str), "a number is not in a string")
    need(len(text) <= 20000, "a number is too long")
    return read_number(text)


@lru_cache(maxsize=1 << 14)
def read_number(text):
    ratio = RATIO.fullmatch(text)
    if ratio:
        need(int(ratio[3]) != 0, "a fraction's lower part is 0")
        value = Fraction(int(ratio[2]), int(ratio[3]))
        return -value if ratio[1] else value
    decimal = DECIMAL.fullmatch(text)
    need(decimal, "%.40r is not a number" % text)
    places = decimal[3] or ""
    need(len((decimal[4] or "").lstrip("+-").lstrip("0")) <= 4, "an exponent is too large")
    exponent = int(decimal[4] or 0)
    need(abs(exponent) <= 5000, "an exponent is too large")
    exponent -= len(places)
    value = Fraction(int(decimal[2] + places))
    value = value * 10 ** exponent if exponent >= 0 else value / 10 ** -exponent
    return -value if decimal[1] else value


def numbers(values, count):
    need(isinstance(values, list) and len(values) == count, "a list of numbers is missing or has the wrong length")
    return [number(x) for x in values]


def whole(value, least, most):
    need(isinstance(value, int) and not isinstance(value, bool), "a count or row number is not an integer")
    need(least <= value <= most, "a count or row number is out of range")
    return value


def fields(thing, required, optional=()):
    need(isinstance(thing, dict), "an object is missing")
    need(set(required) <= set(thing), "a key is missing")
    need(set(thing) <= set(required) | set(optional), "an unknown key")
    return thing


def text(value):
    need(isinstance(value, str), "a text is missing")
    need(not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value), "a text with U+0000 or half a letter")
    return value


def model(thing):
    fields(thing, ("file", "sha256"), ("set", "imports", "seed"))
    text(thing["file"])
    text(thing["sha256"])
    if "seed" in thing:
        need(re.fullmatch("[0-9]+", text(thing["seed"]), re.ASCII) and int(thing["seed"]) < 2 ** 64, "no seed")
    for key in ("set", "imports"):
        if key in thing:
            need(isinstance(thing[key], dict), "\"%s\" is no object" % key)
            for name, value in thing[key].items():
                text(name)
                text(value)


def cells(matrix, dense, q):
    """List of q dictionaries column -> entry, zeros left out."""
    need((dense in matrix) != ("entries" in matrix), "the matrix has no cells, or two kinds")
    rows = [dict() for _ in range(q)]
    if dense in matrix:
        need(isinstance(matrix[dense], list) and len(matrix[dense]) == q, "wrong number of rows")
        for i, row in enumerate(matrix[dense]):
            rows[i] = {j: x for j, x in enumerate(numbers(row, q)) if x}
        return rows
    need(isinstance(matrix["entries"], list), "the entries are no list")
    before = (-1, -1)
    for entry in matrix["entries"]:
        need(isinstance(entry, list) and len(entry) == 3, "an entry is not of three")
        place = (whole(entry[0], 0, q - 1), whole(entry[1], 0, q - 1))
        need(place > before, "entries out of order")
        before = place
        x = number(entry[2])
        if x:
            rows[place[0]][place[1]] = x
    return rows


class Tested:
    """The tested matrix T, and what form 3 adds."""

    def __init__(self, matrix):
        need(isinstance(matrix, dict), "the matrix is missing")
        for key in ("sha256", "source"):
            if key in matrix:
                text(matrix[key])
        self.names = self.mean = None
        self.sums = ()
        self.kernels = {}
        self.place = {}
        if "populations" in matrix:
            self.read_populations(matrix)
        else:
            fields(matrix, ("n",), ("sums", "rows", "entries", "source", "sha256"))
            n = whole(matrix["n"], 1, 4194304)
            self.q = n + (whole(matrix["sums"], 1, 4194304 - n) if "sums" in matrix else 0)
            self.rows = cells(matrix, "rows", self.q)
            self.sums = range(n, self.q)
            for k in self.sums:
                need(self.rows[k].get(k) == -1 and all(j < n or j == k for j in self.rows[k]), "a row of sums is none")

    def read_populations(self, matrix):
        fields(matrix, ("n", "populations", "self", "leak"), ("uniform", "entries", "mean_slopes", "kernels", "source", "sha256"))
        n = whole(matrix["n"], 1, 1 << 53)
        populations = matrix["populations"]
        need(isinstance(populations, list) and populations, "no populations")
        for p in populations:
            fields(p, ("name", "size"))
        self.q = len(populations)
        self.names = [text(p["name"]) for p in populations]
        self.size = [whole(p["size"], 1, 1 << 53) for p in populations]
        need(sum(self.size) == n, "the sizes do not add up to n")
        uniform = cells(matrix, "uniform", self.q)
        own = numbers(matrix["self"], self.q)
        leak = numbers(matrix["leak"], self.q)
        self.mode = [s - d for s, d in zip(own, leak)]
        self.rows = [{b: c * self.size[b] for b, c in row.items()} for row in uniform]
        for a, row in enumerate(self.rows):
            row[a] = row.get(a, 0) + self.mode[a]
        self.own = own
        if "kernels" in matrix:
            self.read_kernels(matrix["kernels"])
        if "mean_slopes" in matrix:
            need("kernels" not in matrix and all(d == 1 for d in leak), "mean slopes beside kernels, or a leak that is not 1")
            self.mean = numbers(matrix["mean_slopes"], self.q)
            for x, row, s in zip(self.mean, uniform, own):
                need(x > 0 or x == s == 0 and not row, "a mean slope is below 0, or 0 in a row that is not")

    def read_kernels(self, kernels):
        need(isinstance(kernels, list) and kernels and len(kernels) <= 4096, "no kernels, or too many")
        for k in kernels:
            fields(k, ("to", "from", "extent", "values"))
            to, source = whole(k["to"], 0, self.q - 1), whole(k["from"], 0, self.q - 1)
            need(isinstance(k["extent"], list) and len(k["extent"]) == 2, "an extent is not of two")
            extent = tuple(whole(x, 1, 4194304) for x in k["extent"])
            n = extent[0] * extent[1]
            need(self.size[to] == n and self.size[source] == n, "an extent is not the size of its populations")
            values = numbers(k["values"], n)
            need(sum(values) == 0, "the values of a kernel do not add up to 0")
            need((to, source) not in self.kernels, "two kernels between the same populations")
            self.kernels[to, source] = values
            for a in (to, source):
                need(self.place.setdefault(a, extent) == extent, "a population has two extents")


# ---- positive definite ------------------------------------------------------------

def integer_form(rows, members, p):
    """M times a common denominator: full list of lists."""
    place = {row: k for k, row in enumerate(members)}
    n = len(members)
    entries = [dict() for _ in range(n)]
    for i, row in enumerate(members):
        for column, x in rows[row].items():
            if column in place:
                j = place[column]
                low, high = min(i, j), max(i, j)
                entries[high][low] = entries[high].get(low, 0) - p[i] * x * (2 if i == j else 1)
    common = 1
    for row in entries:
        for x in row.values():
            common = common * x.denominator // math.gcd(common, x.denominator)
    m = [[0] * n for _ in range(n)]
    for i, row in enumerate(entries):
        for j, x in row.items():
            m[i][j] = m[j][i] = x.numerator * (common // x.denominator)
    return m


def eliminate(m):
    """Fraction-free elimination: every pivot > 0."""
    n, before = len(m), 1
    m = [row[:i + 1] for i, row in enumerate(m)]
    for k in range(n):
        pivot = m[k][k]
        if pivot <= 0:
            return False
        column = [0] * (k + 1) + [m[i][k] for i in range(k + 1, n)]
        for i in range(k + 1, n):
            row, factor = m[i], column[i]
            for j in range(k + 1, i + 1):
                row[j] = (row[j] * pivot - factor * column[j]) // before
        before = pivot
    return True


def as_float(x, shift):
    """x / 2^shift, x an integer of any size."""
    if x == 0:
        return 0.0
    cut = max(0, abs(x).bit_length() - 60)
    return math.ldexp(float(abs(x) >> cut), cut - shift) * (1 if x > 0 else -1)


def guess_factor(m, scale, down):
    """Floating Cholesky of the scaled matrix minus `down`; None when it stops."""
    factor = []
    for i, row in enumerate(m):
        new = []
        for j in range(i):
            other = factor[j]
            new.append((as_float(row[j], scale[i] + scale[j]) - sum(map(mul, new, other))) / other[j])
        pivot = as_float(row[i], 2 * scale[i]) - down - sum(map(mul, new, new))
        if not pivot > 0 or not math.isfinite(pivot):
            return None
        new.append(math.sqrt(pivot))
        factor.append(new)
    return factor


def dominates(m, scale, factor):
    """Rows of s M - G G' strictly dominated by their diagonal, in integers; rows and
    columns of M are first divided by powers of two."""
    bits, n = 60, len(m)
    g = [[int(math.ldexp(x, bits)) for x in row] for row in factor]
    extra = 2 * max(scale)
    rest = [0] * n
    diagonal = [0] * n
    for i in range(n):
        for j in range(i + 1):
            product = sum(map(mul, g[i][:j + 1], g[j]))
            q = (m[i][j] << (2 * bits + extra - scale[i] - scale[j])) - (product << extra)
            if i == j:
                diagonal[i] = q
            else:
                rest[i] += abs(q)
                rest[j] += abs(q)
    return all(d > r for d, r in zip(diagonal, rest))


def positive_definite(m):
    n = len(m)
    if any(m[i][i] <= 0 for i in range(n)):
        return False
    if n <= 12:
        return eliminate(m)
    scale = [m[i][i].bit_length() // 2 for i in range(n)]
    for power in (8, 16, 24, 32, 38):
        factor = guess_factor(m, scale, math.ldexp(1, -power))
        if factor and dominates(m, scale, factor):
            return True
    return n <= 200 and eliminate(m)


# ---- checking ---------------------------------------------------------------------

def check_components(t, components):
    need(isinstance(components, list) and components, "no components")
    of = {}
    read = []
    for k, c in enumerate(components):
        fields(c, ("members", "p", "proof"))
        need(isinstance(c["members"], list) and c["members"], "a component without rows")
        need(len(c["members"]) <= t.q, "too many rows")
        members = [whole(x, 0, t.q - 1) for x in c["members"]]
        need(all(a < b for a, b in zip(members, members[1:])), "members are not ascending")
        p = numbers(c["p"], len(members))
        need(all(x > 0 for x in p), "a multiplier is not positive")
        need(isinstance(c["proof"], str) and c["proof"] in PROOFS, "no kind of proof")
        for row in members:
            need(row not in of, "components overlap")
            of[row] = k
        read.append((members, p))
    need(len(of) == t.q, "a row is in no component")
    for i, row in enumerate(t.rows):
        for j, x in row.items():
            need(x == 0 or of[i] >= of[j], "an entry against the order")
    if t.names is not None:
        for a in range(t.q):
            need(t.size[a] < 2 or t.mode[a] < 0 or a in t.place, "zero-sum modes do not decay")
    for to, source in t.kernels:
        need(of[to] >= of[source], "a kernel against the order")
    for members, p in read:
        need(positive_definite(integer_form(t.rows, members, p)), "M(p) is not positive definite")
        for extent in {t.place[a] for a in members if a in t.place}:
            check_frequencies(t, extent, members, p)


# ---- kernels: Fourier transforms in whole numbers -----------------------------------
#
# A complex number is a pair of integers over 2^BITS, and off by at most some whole number of units 2^-BITS.

BITS = 256


def arctan_inverse(k, bits):
    """arctan(1/k) 2^bits, off by at most 200."""
    power, total, n = (1 << bits) // k, 0, 1
    while power:
        total += power // n if n % 4 == 1 else -(power // n)
        power //= k * k
        n += 2
    return total


def turn(n):
    """exp(-2 pi i j/n) for j < n, each part off by at most 1."""
    bits = BITS + 40
    pi = 16 * arctan_inverse(5, bits) - 4 * arctan_inverse(239, bits)     # off by less than 2^13
    out = []
    for j in range(n):
        angle = 2 * pi * j // n
        parts = [0, 0]
        term, k = 1 << bits, 0
        while term:
            parts[k % 2] += term if k % 4 < 2 else -term
            k += 1
            term = (term * angle >> bits) // k
        out.append((parts[0] >> 40, -(parts[1] >> 40)))
    return out


def transform(values, turns, size):
    """Fourier transform of pairs whose absolute values add up to at most `size`, and by how much it may be off,
    when the values are exact."""
    n = len(values)
    if n == 1:
        return values, 0
    r = next((d for d in range(2, int(n ** 0.5) + 1) if n % d == 0), n)
    m, step = n // r, len(turns) // n
    parts = [transform(values[j::r], turns, size) for j in range(r)]
    out = []
    for k in range(n):
        re = im = 0
        for j, (y, _) in enumerate(parts):
            c, s = turns[j * k % n * step]
            a, b = y[k % m]
            re += c * a - s * b
            im += c * b + s * a
        out.append((re >> BITS, im >> BITS))
    # A turn is off by 2, a part by its error; parts are no larger than the size, turns than 1 + 2 units.
    return out, r * (2 * parts[0][1] + (2 * size >> BITS) + 4) + 2


def symbol(values, extent):
    """By frequency (f fastest): pairs of integers over 2^BITS, and by how much they may be off."""
    size = math.ceil(sum(map(abs, values)) * (1 << BITS)) + 2 * len(values)
    grid = [(math.floor(v * (1 << BITS)), 0) for v in values]
    width, height = extent
    turns, error = turn(width), 0
    rows = []
    for y in range(height):
        row, error = transform(grid[y * width:(y + 1) * width], turns, size)
        rows.append(row)
    turns, out, last = turn(height), [None] * (width * height), 0
    for f in range(width):
        column, last = transform([row[f] for row in rows], turns, size + height * error)
        for g in range(height):
            out[g * width + f] = column[g]
    return out, len(values) + height * 2 * error + last


def frequencies(extent):
    """One of each pair k, -k, without 0."""
    width, height = extent
    for k in range(1, width * height):
        f, g = k % width, k // width
        if k <= (height - g) % height * width + (width - f) % width:
            yield k


def check_frequencies(t, extent, members, p):
    field = [a for a in members if t.place.get(a) == extent]
    scale = math.lcm(*(x.denominator for x in p))
    weight = {a: int(x * scale) for a, x in zip(members, p)}
    own = {a: math.floor(t.mode[a] * (1 << BITS)) for a in field}
    part = {ab: symbol(v, extent) for ab, v in t.kernels.items() if ab[0] in weight and ab[1] in weight and t.place[ab[0]] == extent}
    n = len(field)
    for k in frequencies(extent):
        re = [[0] * n for _ in range(n)]
        im = [[0] * n for _ in range(n)]
        off = [0] * n               # what a row of the real form may be off by, in all
        for i, a in enumerate(field):
            re[i][i] -= 2 * weight[a] * own[a]
            off[i] += 2 * weight[a]
            for j, b in enumerate(field):
                if (a, b) not in part:
                    continue
                (x, y), error = part[a, b][0][k], part[a, b][1]
                re[i][j] -= weight[a] * x
                im[i][j] -= weight[a] * y
                re[j][i] -= weight[a] * x
                im[j][i] += weight[a] * y
                off[i] += 4 * weight[a] * (error + 1)
                off[j] += 4 * weight[a] * (error + 1)
        form = [re[i] + [-y for y in im[i]] for i in range(n)] + [im[i] + re[i] for i in range(n)]
        for i in range(2 * n):
            form[i][i] -= off[i % n]
        need(eliminate(form), "frequency %d of a kernel is not positive definite" % k)


def exact_symbol(values, extent, k):
    width = extent[0]
    f, g = k % width, k // width
    return sum(-v if (f > 0 and d % width % 2) != (g > 0 and d // width % 2) else v for d, v in enumerate(values))


def check_waves(t, witness):
    fields(witness, ("members", "waves", "w"))
    need(t.kernels, "waves without kernels")
    need(isinstance(witness["members"], list) and witness["members"], "a witness without rows")
    members = [whole(x, 0, t.q - 1) for x in witness["members"]]
    need(len(set(members)) == len(members), "members twice")
    need(isinstance(witness["waves"], list) and witness["waves"], "a witness without waves")
    weights = numbers(witness["w"], len(witness["waves"]))
    need(all(w >= 0 for w in weights), "a weight is negative")
    total, any_entry = [Fraction(0)] * len(members), False
    for wave, w in zip(witness["waves"], weights):
        fields(wave, ("frequency", "re", "im"))
        need(isinstance(wave["frequency"], list) and len(wave["frequency"]) == 2, "a frequency is not of two")
        f, g = (whole(x, 0, 4194304) for x in wave["frequency"])
        re, im = numbers(wave["re"], len(members)), numbers(wave["im"], len(members))
        inside = [i for i in range(len(members)) if re[i] or im[i]]
        any_entry = any_entry or (w > 0 and bool(inside))
        if f == 0 and g == 0:
            for i in inside:
                for j in inside:
                    total[i] += w * t.rows[members[i]].get(members[j], 0) * (re[i] * re[j] + im[i] * im[j])
            continue
        extents = {t.place.get(members[i]) for i in inside}
        need(len(extents) <= 1 and None not in extents, "a frequency where there is no place for it")
        for i in inside:
            total[i] += w * least_of_wave(t, members, inside, i, re, im, extents, f, g)
    need(any_entry, "X = 0")
    need(all(x >= 0 for x in total), "(A X)_ii >= 0 is not proved")


def least_of_wave(t, members, inside, i, re, im, extents, f, g):
    (extent,) = extents
    need(f < extent[0] and g < extent[1], "no frequency of this extent")
    k = g * extent[0] + f
    least = t.mode[members[i]] * (re[i] * re[i] + im[i] * im[i])
    for j in inside:
        values = t.kernels.get((members[i], members[j]))
        if values is None:
            continue
        alpha, beta = re[i] * re[j] + im[i] * im[j], re[i] * im[j] - im[i] * re[j]
        if 2 * f % extent[0] == 0 and 2 * g % extent[1] == 0:
            least += alpha * exact_symbol(values, extent, k)
            continue
        (x, y), error = (lambda s: (s[0][k], s[1]))(symbol(values, extent))
        least += (alpha * x - beta * y - (abs(alpha) + abs(beta)) * error) / (1 << BITS)
    return least


def check_vectors(t, witness):
    fields(witness, ("members", "V"), ("w",))
    need(isinstance(witness["members"], list) and witness["members"], "a witness without rows")
    members = [whole(x, 0, t.q - 1) for x in witness["members"]]
    place = {row: k for k, row in enumerate(members)}
    need(len(place) == len(members), "members twice")
    need(isinstance(witness["V"], list) and witness["V"], "a witness without vectors")
    vectors = [numbers(v, len(members)) for v in witness["V"]]
    weights = numbers(witness["w"], len(vectors)) if "w" in witness else [Fraction(1)] * len(vectors)
    need(all(w >= 0 for w in weights), "a weight is negative")
    need(any(w > 0 and any(v) for w, v in zip(weights, vectors)), "X = 0")
    for i, row in enumerate(members):
        inside = [(place[j], x) for j, x in t.rows[row].items() if j in place]
        total = sum((w * v[i] * sum((x * v[k] for k, x in inside), Fraction(0)) for w, v in zip(weights, vectors)),
                    Fraction(0))
        need(total >= 0, "(T X)_ii < 0 in row %d" % row)
    for row in t.sums:
        for v in vectors:
            need(sum((x * v[place[j]] for j, x in t.rows[row].items() if j in place), Fraction(0)) == 0, "a vector has another sum")


def check_zero_sum(t, witness):
    fields(witness, ("population", "zero_sum"))
    need(witness["zero_sum"] is True, "zero_sum is not true")
    name = text(witness["population"])
    need(t.names is not None and t.names.count(name) == 1, "not the name of one population")
    a = t.names.index(name)
    need(t.size[a] >= 2 and t.mode[a] >= 0 and a not in t.place, "its zero-sum modes decay")


# ---- statements -----------------------------------------------------------------------

class Neurons:
    """What a statement is about: the rows of a component, or all; W = A + I over neurons, in terms of rows."""

    def __init__(self, t, members):
        self.n, self.member = len(members), members
        place = {row: k for k, row in enumerate(members)}
        size = t.size if t.names is not None else [1] * t.q
        self.size = [size[row] for row in members]
        self.mode = [t.mode[row] if t.names is not None else None for row in members]
        self.a = [dict() for _ in members]            # between two different neurons
        for i, row in enumerate(members):
            for j, x in t.rows[row].items():
                if j not in place:
                    continue
                if t.names is not None and j == row:
                    x -= t.mode[row]
                self.a[i][place[j]] = x / size[j]
        self.kernel = {(place[to], place[source]): values for (to, source), values in t.kernels.items()
                       if to in place and source in place}
        self.extent = {place[a]: e for a, e in t.place.items() if a in place}

    def own(self, i):
        """W_ii"""
        x = self.a[i].get(i, Fraction(0)) + 1
        if self.mode[i] is not None:
            x += self.mode[i]
        return x + (self.kernel[i, i][0] if (i, i) in self.kernel else 0)

    def pairs(self):
        for i in range(self.n):
            for j in range(self.n):
                if self.a[i].get(j) or (i, j) in self.kernel:
                    yield i, j

    def others(self, i, j, of_source):
        """Sum of |W| between one neuron and the others of a row: over targets in i, or sources in j."""
        x = self.a[i].get(j, Fraction(0))
        if (i, j) in self.kernel:
            values = self.kernel[i, j]
            return sum((abs(x + v) for v in values[i == j:]), Fraction(0))
        return abs(x) * (self.size[i if of_source else j] - (i == j))

    def matches(self, p, sign):
        for i, j in self.pairs():
            s = sign[i] * sign[j]
            need(p[i] * self.a[i].get(j, 0) == s * p[j] * self.a[j].get(i, 0), "weights do not match")
            if (i, j) not in self.kernel:
                continue
            need((j, i) in self.kernel, "kernels do not match")
            width, height = self.extent[i]
            back = self.kernel[j, i]
            for d, v in enumerate(self.kernel[i, j]):
                e = -(d // width) % height * width + -(d % width) % width
                need(p[i] * v == s * p[j] * back[e], "kernels do not match")


def says_dominance(t, net, s):
    d, tau, rate = numbers(s["d"], net.n), numbers(s["tau"], net.n), number(s["rate"])
    need(min(d) > 0 and min(tau) > 0 and rate >= 0, "a number is not positive")
    sums = [1 - net.own(i) for i in range(net.n)]
    for i, j in net.pairs():
        sums[i] -= net.others(i, j, False) * d[j] / d[i]
    for row, x, time in zip(net.member, sums, tau):
        need(x >= 0 if row in t.sums else x > 0 and min(1, x) >= rate * time, "a row is not dominated")


def says_contraction_one(t, net, s):
    q, tau, rate = numbers(s["q"], net.n), numbers(s["tau"], net.n), number(s["rate"])
    need(min(q) > 0 and min(tau) > 0 and rate > 0, "a number is not positive")
    sums = [min(1, 1 - net.own(j)) / tau[j] for j in range(net.n)]
    for i, j in net.pairs():
        sums[j] -= q[i] / q[j] * net.others(i, j, True) / tau[i]
    need(min(sums) >= rate, "a column is not dominated")


def says_equal(t, net, s):
    need(number(s["tau"]) > 0, "tau is not positive")


def leaves_mu(t, net, mu, multipliers):
    """The largest multiplier of a neuron, and the squared norm of W."""
    need(multipliers is not None, "several components")
    shifted = {row: dict(t.rows[row]) for row in net.member}
    for k, row in enumerate(net.member):
        more = mu * net.size[k] / (2 * multipliers[k])
        shifted[row][row] = shifted[row].get(row, 0) + more
        need(net.size[k] < 2 or net.mode[k] + more < 0, "zero-sum modes at mu")
    need(positive_definite(integer_form(shifted, net.member, multipliers)), "the multipliers do not leave mu")
    rows, columns = ([abs(net.own(i)) for i in range(net.n)] for _ in range(2))
    for i, j in net.pairs():
        rows[i] += net.others(i, j, False)
        columns[j] += net.others(i, j, True)
    return max(p / n for p, n in zip(multipliers, net.size)), max(rows) * max(columns)


def says_rate(t, net, s, multipliers):
    mu, tau, rate = number(s["mu"]), number(s["tau"]), number(s["rate"])
    need(min(mu, tau, rate) > 0 and not net.kernel, "a number is not positive, or there are kernels")
    most, norm = leaves_mu(t, net, mu, multipliers)
    need(rate <= mu / (2 * tau * (mu + most * norm)), "the rate is too large")


def says_nearly_equal(t, net, s, multipliers):
    mu, loop, delta, tau = number(s["mu"]), number(s["loop"]), number(s["delta"]), numbers(s["tau"], net.n)
    need(min(tau) > 0 and min(mu, loop, delta) > 0 and not net.kernel, "a number is not positive, or there are kernels")
    most, norm = leaves_mu(t, net, mu, multipliers)
    need(loop ** 2 >= most ** 2 * norm, "loop is too small")
    rho = (max(tau) - min(tau)) / (max(tau) + min(tau))
    need(mu > 2 * rho * loop and 2 * delta * (1 - rho) * (mu - 2 * rho * loop) > (delta * (1 + rho) + rho * loop) ** 2,
         "the time constants differ too much")


def says_projected_rate(t, net, s, components):
    lag, rate = numbers(s["lag"], t.q), number(s["rate"])
    need(min(lag) > 0 and rate > 0 and "component" not in s, "a number is not positive, or it is about a component")
    more = copy.copy(t)
    more.rows = [dict(row) for row in t.rows]
    for a in range(t.q):
        more.rows[a][a] = more.rows[a].get(a, 0) + rate * lag[a]
    if t.names is not None:
        more.mode = [x + rate * y for x, y in zip(t.mode, lag)]
    check_components(more, components)


def says_switched_rate(t, net, s):
    tau, rate = numbers(s["tau"], net.n), number(s["rate"])
    need(min(tau) > 0 and rate > 0 and 2 * rate * max(tau) <= 1 and "component" not in s, "the rate is too large")


def positive_form(n, terms):
    """terms: (i, j, x), each 2 x z_i z_j of the form."""
    form = [[Fraction(0)] * n for _ in range(n)]
    for i, j, x in terms:
        form[i][j] += x
        form[j][i] += x
    common = math.lcm(*(x.denominator for row in form for x in row))
    need(positive_definite([[int(x * common) for x in row] for row in form]), "a form is not positive definite")


def integers_of(rows):
    """Rows times a common denominator, and that: sums of products of integers are much faster than those of fractions."""
    common = math.lcm(*(int(x.denominator) for row in rows for x in row))
    return [[int(x.numerator) * (common // int(x.denominator)) for x in row] for row in rows], common


def means(net):
    """W between the means of rows."""
    w = [[net.a[i].get(j, Fraction(0)) * net.size[j] for j in range(net.n)] for i in range(net.n)]
    for i in range(net.n):
        w[i][i] += 1 + (net.mode[i] or 0)
    return w


def lure_form(n, w, p, q, lam, tau):
    for i in range(n):
        yield n + i, n + i, lam[i]
        for j in range(n):
            yield i, j, p[i][j] / tau[j]
            yield i, n + j, -p[i][j] / tau[j]
            yield n + i, j, w[i][j] * (q[i] / tau[j] - lam[i])
            yield n + i, n + j, -q[i] * w[i][j] / tau[j]


def says_lure(t, net, s):
    n = net.n
    flat, q, lam, z, tau = numbers(s["P"], n * n), numbers(s["q"], n), numbers(s["lambda"], n), numbers(s["z"], n), numbers(s["tau"], n)
    p = [flat[n * i:n * i + n] for i in range(n)]
    need(min(tau) > 0 and min(lam) > 0 and min(q) >= 0 and not net.kernel, "a number is not positive, or there are kernels")
    need(all(p[i][j] == p[j][i] for i in range(n) for j in range(n)), "P is not symmetric")
    positive_form(2 * n, lure_form(n, means(net), p, q, lam, tau))
    for i, m in enumerate(net.size):
        if m > 1:
            positive_form(2, lure_form(1, [[1 + net.mode[i]]], [[z[i]]], [q[i] / m], [lam[i] / m], [tau[i]]))


def two_form(n, w, p, q, tau, rate):
    for i in range(n):
        yield i, i, p[i] / tau[i] - rate * p[i]
        yield i, n + i, -p[i] / tau[i]
        yield n + i, n + i, q[i]
        for j in range(n):
            yield n + i, j, -q[i] * w[i][j]


def says_contraction_two(t, net, s):
    n = net.n
    p, q, tau, rate = numbers(s["p"], n), numbers(s["q"], n), numbers(s["tau"], n), number(s["rate"])
    need(min(p) > 0 and min(q) > 0 and min(tau) > 0 and rate > 0 and not net.kernel, "a number is not positive, or there are kernels")
    positive_form(2 * n, two_form(n, means(net), p, q, tau, rate))
    for i, m in enumerate(net.size):
        if m > 1:
            positive_form(2, two_form(1, [[1 + net.mode[i]]], [p[i]], [q[i]], [tau[i]], rate))


def says_any_tau(t, net, s):
    p, q = numbers(s["p"], net.n), numbers(s["q"], net.n)
    need(min(p) > 0 and min(q) > 0 and not net.kernel, "a number is not positive, or there are kernels")
    positive_form(2 * net.n, two_form(net.n, means(net), p, q, [1] * net.n, 0))
    for i, m in enumerate(net.size):
        if m > 1:
            positive_form(2, two_form(1, [[1 + net.mode[i]]], [p[i]], [q[i]], [1], 0))


def says_symmetric(t, net, s):
    p = numbers(s["p"], net.n)
    need(min(p) > 0, "p is not positive")
    net.matches(p, [1] * net.n)


def says_saddle(t, net, s):
    p, sign = numbers(s["p"], net.n), numbers(s["sign"], net.n)
    need(min(p) > 0 and set(sign) == {1, -1}, "p is not positive, or the signs are not two")
    net.matches(p, sign)


def says_no_potential(t, net, s):
    number_of = numbers(s["cycle"], net.n)
    place = {x: k for k, x in enumerate(number_of) if x}
    n = net.n - number_of.count(0)
    need(not net.kernel and n >= 2 and set(place) == set(range(1, n + 1)), "no cycle")
    cycle = [place[k] for k in range(1, n + 1)]
    one = other = Fraction(1)
    for i, j in zip(cycle, cycle[1:] + cycle[:1]):
        one, other = one * net.a[i].get(j, 0), other * net.a[j].get(i, 0)
    if n == 2:
        one, other = [(x > 0) - (x < 0) for x in (net.a[cycle[0]].get(cycle[1], 0), net.a[cycle[1]].get(cycle[0], 0))]
    need(one != other, "what a potential asks for")


def says_balance(t, net, s):
    n = t.q
    need(n <= 256, "too many rows")
    g, y, u, m = pairs_of(s["G"], n), pairs_of(s["Y"], n), numbers(s["input"], n), numbers(s["M"], n)
    need(all(sum(g[i][k] * y[k][j] for k in range(n)) == (i == j) for i in range(n) for j in range(n)), "no inverse")
    need(all(sum(g[i][k] * m[k] for k in range(n)) + u[i] == 0 for i in range(n)), "no balance")


def says_no_balance(t, net, s):
    n = t.q
    need(n <= 256, "too many rows")
    g, u, eta, at = pairs_of(s["G"], n), numbers(s["input"], n), numbers(s["eta"], n), numbers(s["at"], n)
    need(sum(eta[i] * (sum(g[i][k] * at[k] for k in range(n)) + u[i]) for i in range(n)) > 0, "a balance is not excluded")


def says_two(t, net, s):
    need(net.size == [1, 1] and not net.kernel, "not two neurons")
    if s["says"] == "two-neurons-excitatory-inhibitory":
        x, y = net.a[1].get(0, 0), net.a[0].get(1, 0)
        need(x >= 0 >= y or x <= 0 <= y, "not an excitatory and an inhibitory neuron")


def pairs_of(values, n):
    """A list of n * n numbers as n rows."""
    flat = numbers(values, n * n)
    return [flat[i * n:(i + 1) * n] for i in range(n)]


def weights(t):
    """W summed over the neurons of a row: T + I."""
    return [[t.rows[i].get(j, Fraction(0)) + (i == j) for j in range(t.q)] for i in range(t.q)]


def says_equilibrium(t, net, s):
    n = t.q
    need(n <= 256, "too many rows")
    x, r, y, w = numbers(s["x"], n), numbers(s["radius"], n), pairs_of(s["Y"], n), weights(t)
    numbers(s["input"], n)
    bounds = [numbers(s[key], n) for key in ("value_lo", "value_hi", "slope_lo", "slope_hi")]
    need(all(a > 0 for a in r), "a radius is not positive")
    need(all(a <= b and c <= d for a, b, c, d in zip(*bounds)), "bounds out of order")
    miss = [x[i] - (bounds[0][i] + bounds[1][i]) / 2 for i in range(n)]
    slope = [(bounds[2][i] + bounds[3][i]) / 2 for i in range(n)]
    spread = [(bounds[1][i] - bounds[0][i]) / 2 + (bounds[3][i] - bounds[2][i]) / 2 * sum(abs(w[i][j]) * r[j] for j in range(n))
              for i in range(n)]
    for i in range(n):
        at = abs(sum(y[i][k] * miss[k] for k in range(n))) + sum(abs(y[i][k]) * spread[k] for k in range(n))
        row = [(i == j) - y[i][j] for j in range(n)]
        for k in range(n):
            factor = y[i][k] * slope[k]
            row = [a + factor * b for a, b in zip(row, w[k])] if factor else row
        need(at + sum(abs(a) * b for a, b in zip(row, r)) < r[i], "not into the box")


class Moving:
    """A box around x + shift, linear in the weights, and what is compared with its radius for the weights v, w and all between them."""

    def __init__(self, s, n):
        self.n = n
        need(n <= 64, "too many rows")
        self.u, self.x, self.at, self.r = (numbers(s[key], n) for key in ("input", "x", "at", "radius"))
        value, slope = ([numbers(s[name + end], n) for end in ("_lo", "_hi")] for name in ("value", "slope"))
        need(all(a > 0 for a in self.r) and all(a <= b for pair in (value, slope) for a, b in zip(*pair)), "a radius or bounds out of order")
        self.value, self.slope = ([(a + b) / 2 for a, b in zip(*pair)] for pair in (value, slope))
        self.value_half, self.slope_half = ([(b - a) / 2 for a, b in zip(*pair)] for pair in (value, slope))
        self.y = pairs_of(s["Y"], n)

    def off(self, w):
        """The input at x, less `at`."""
        return [sum(a * b for a, b in zip(w[i], self.x)) + self.u[i] - self.at[i] for i in range(self.n)]

    def shift(self, w):
        along = [self.value[i] - self.x[i] + self.slope[i] * off for i, off in enumerate(self.off(w))]
        return [sum(a * b for a, b in zip(row, along)) for row in self.y]

    def centre(self, w):
        return [a + b for a, b in zip(self.x, self.shift(w))]

    def leads_inside(self, v, w):
        n, y, d = self.n, self.y, self.slope
        middle = [[(a + b) / 2 for a, b in zip(*rows)] for rows in zip(v, w)]
        shift = [(a + b) / 2 for a, b in zip(self.shift(v), self.shift(w))]
        along = [(sum(a * b for a, b in zip(v[i], self.shift(w))) + sum(a * b for a, b in zip(w[i], self.shift(v)))) / 2 for i in range(n)]
        drift = [a + b for a, b in zip(self.off(middle), along)]
        spread = [self.value_half[i] + self.slope_half[i] * (abs(drift[i]) + sum(abs(a) * b for a, b in zip(middle[i], self.r))) for i in range(n)]
        for i in range(n):
            centre = shift[i] - sum(y[i][k] * (shift[k] - d[k] * along[k]) for k in range(n))
            rest = sum(abs((i == j) - sum(y[i][k] * ((k == j) - d[k] * middle[k][j]) for k in range(n))) * self.r[j] for j in range(n))
            if abs(centre) + rest + sum(abs(y[i][k]) * spread[k] for k in range(n)) >= self.r[i]:
                return False
        return True


def says_moving(t, net, s):
    need(not net.kernel and Moving(s, t.q).leads_inside(weights(t), weights(t)), "not into the box")


def says_local(t, net, s):
    slope, lo, hi = (numbers(s[key], t.q) for key in ("slope", "x_lo", "x_hi"))
    numbers(s["input"], t.q)
    need(min(slope) > 0 and all(a < b for a, b in zip(lo, hi)), "a slope is not positive, or the box is empty")


def equilibrium_named(found, text, kind="equilibrium"):
    k = number(text)
    need(k.denominator == 1 and 0 <= k < len(found) and found[int(k)]["says"] == kind, "no equilibrium")
    return found[int(k)]


def equilibrium_says(found, s):
    first = number(s["first"])
    return found[int(first)]["says"] if first.denominator == 1 and 0 <= first < len(found) else None


def says_several(t, net, s, found):
    kind = equilibrium_says(found, s)
    if kind == "equilibrium-on-pieces":
        one, two = equilibrium_named(found, s["first"], kind), equilibrium_named(found, s["second"], kind)
        u, lo, hi = ([numbers(e[key], 2) for e in (one, two)] for key in ("input", "t_lo", "t_hi"))
        need(u[0] == u[1], "two inputs")
        need(any(hi[0][i] <= lo[1][i] or hi[1][i] <= lo[0][i] for i in range(2)), "the pieces meet")
        return
    stay_apart([weights(t)], s, found)


def box_named(found, text):
    k = number(text)
    moves = k.denominator == 1 and 0 <= k < len(found) and found[int(k)]["says"] == "moving-equilibrium"
    return equilibrium_named(found, text, "moving-equilibrium" if moves else "equilibrium")


def stay_apart(matrices, s, found):
    """In some row one box is on one side of the other at all of the matrices."""
    one, two = box_named(found, s["first"]), box_named(found, s["second"])
    n = len(matrices[0])
    at = [[numbers(e[key], n) for e in (one, two)] for key in ("input", "radius")]
    need(at[0][0] == at[0][1], "two inputs")
    middles = [[Moving(e, n).centre(w) if e["says"] == "moving-equilibrium" else numbers(e["x"], n) for e in (one, two)] for w in matrices]
    need(any(all(sign * (a[i] - b[i]) > at[1][0][i] + at[1][1][i] for a, b in middles) for i in range(n) for sign in (1, -1)), "the boxes meet")


def says_form(t, net, s, found):
    """That an equilibrium is unstable, or attracts."""
    n = t.q
    need(n <= 256, "too many rows")
    at = box_named(found, s["equilibrium"])
    tau, p = numbers(s["tau"], n), pairs_of(s["P"], n)
    need(min(tau) > 0, "tau is not positive")
    need(all(p[i][j] == p[j][i] for i in range(n) for j in range(i)), "P is not symmetric")
    if s["says"] == "attracting-equilibrium":
        need(t.names is None or max(t.size) == 1, "a row of several neurons")
        common = math.lcm(*(x.denominator for row in p for x in row))
        need(positive_definite([[int(x * common) for x in row] for row in p]), "P is not positive definite")
    else:
        v = numbers(s["direction"], n)
        need(sum(v[i] * p[i][j] * v[j] for i in range(n) for j in range(n)) < 0, "P is not negative in the direction")
    lo, hi, w = numbers(at["slope_lo"], n), numbers(at["slope_hi"], n), weights(t)
    j = [[((lo[k] + hi[k]) / 2 * w[k][b] - (k == b)) / tau[k] for b in range(n)] for k in range(n)]
    e = [[(hi[k] - lo[k]) / 2 * abs(w[k][b]) / tau[k] for b in range(n)] for k in range(n)]
    pj = [[sum(p[a][k] * j[k][b] for k in range(n)) for b in range(n)] for a in range(n)]
    pe = [[sum(abs(p[a][k]) * e[k][b] for k in range(n)) for b in range(n)] for a in range(n)]
    form = {}
    for a in range(n):
        for b in range(n):
            form[a, b] = -pj[a][b] - pj[b][a] - (sum(pe[a][c] + pe[c][a] for c in range(n)) if a == b else 0)
    common = math.lcm(*(x.denominator for x in form.values()))
    need(positive_definite([[int(form[a, b] * common) for b in range(n)] for a in range(n)]), "the form does not fall")


def says_inhibition(t, net, s, found):
    """Of two neurons, that one by itself would leave the equilibrium that attracts."""
    k = number(s["attracting"])
    need(k.denominator == 1 and 0 <= k < len(found), "no statement")
    by = found[int(k)]
    need(by["says"] in ("attracting-equilibrium", "attracting-on-pieces"), "not one by which an equilibrium attracts")
    need(t.q == 2 and not net.kernel and (t.names is None or max(t.size) == 1), "not two neurons")
    r = number(s["row"])
    need(r in (0, 1), "no row")
    r, w = int(r), weights(t)
    if by["says"] == "attracting-on-pieces":
        slope = numbers(equilibrium_named(found, by["equilibrium"], "equilibrium-on-pieces")["slope"], 2)[r]
    else:
        slope = numbers(box_named(found, by["equilibrium"])["slope_lo"], 2)[r]
    need(slope > 0 and slope * w[r][r] > 1 and w[r][1 - r] < 0, "it stays by itself, or is not inhibited")


def says_runaway(t, net, s):
    n = t.q
    need(n <= 256, "too many rows")
    lo, hi, sign, tau, m, v = (numbers(s[key], n) for key in ("slope_lo", "slope_hi", "sign", "tau", "m", "direction"))
    p, rate, w = pairs_of(s["P"], n), number(s["rate"]), weights(t)
    need(min(tau) > 0 and rate >= 0 and all(a <= b for a, b in zip(lo, hi)), "a number out of order")
    need(set(sign) <= {1, 0, -1}, "no sign")
    need(all(p[i][j] == p[j][i] for i in range(n) for j in range(i)), "P is not symmetric")
    need(sum(v[i] * p[i][j] * v[j] for i in range(n) for j in range(n)) < 0, "P is not negative in the direction")
    integers, scale = integers_of(p)
    for i in range(n):
        if sign[i] and any(w[i]):
            need(sign[i] * sum(a * b for a, b in zip(w[i], v)) > 0, "an input of another sign")
            (own,), over = integers_of([w[i]])
            of_p, of_w = integers_of([[Fraction(1, scale), m[i] / over ** 2]])[0][0]
            need(positive_definite([[x * of_p + y * z * of_w for x, z in zip(row, own)] for row, y in zip(integers, own)]), "a form is not positive definite")
    need(positive_definite(falling(n, p, w, lo, hi, tau, rate)), "a form is not positive definite")


def falling(n, p, w, lo, hi, tau, rate):
    """-(P J + J'P) + 2 rate P, less what slopes between lo and hi may add, times a number."""
    at = [[((lo[k] + hi[k]) / 2 * w[k][b] - (k == b)) / tau[k] - (rate if k == b else 0) for b in range(n)] for k in range(n)]
    off = [[(hi[k] - lo[k]) / 2 * abs(w[k][b]) / tau[k] for b in range(n)] for k in range(n)]
    integers, _ = integers_of(p)
    both, _ = integers_of(at + off)
    columns, around = list(zip(*both[:n])), list(zip(*both[n:]))
    sizes = [[abs(x) for x in row] for row in integers]
    slope = [[sum(map(mul, row, column)) for column in columns] for row in integers]
    spread = [[sum(map(mul, row, column)) for column in around] for row in sizes]
    form = [[-slope[a][b] - slope[b][a] for b in range(n)] for a in range(n)]
    for a in range(n):
        form[a][a] -= sum(spread[a][c] + spread[c][a] for c in range(n))
    return form


def says_unstable_within(t, net, s, found):
    at, row = box_named(found, s["equilibrium"]), number(s["row"])
    need(row.denominator == 1 and 0 <= row < t.q, "no row")
    a, least = int(row), numbers(at["slope_lo"], t.q)[int(row)]
    need(t.names is not None and t.size[a] > 1 and a not in t.place, "a row of one neuron, or of kernels")
    need(t.q <= 256 and any(weights(t)[a]), "no input from any row")
    need(least >= 0 and least * (t.mode[a] + 1) > 1, "differences do not grow")


def says_several_or_none(t, net, s, root):
    need("witness" in root, "no witness")
    w = root["witness"]
    one_wave = [a["frequency"] == [0, 0] and not any(number(x) for x in a["im"]) for a in w.get("waves", [])] == [True]
    need("zero_sum" in w or len(w.get("V", [])) == 1 or one_wave, "not of rank one")


STRAIGHT = ("equilibrium-on-pieces", "attracting-on-pieces", "unstable-on-pieces", "run-away-on-pieces", "no-equilibrium-on-pieces")
BETWEEN = STRAIGHT + ("moving-equilibrium", "several-equilibria")


def none_values(w, s):
    """Of each set of active rows, its bits: the determinant, and a row's input off its piece times the determinant, with the sign that is said."""
    u, corner, level = (numbers(s[key], 2) for key in ("input", "corner", "level"))
    values = []
    for active, (sign, r) in enumerate(zip(numbers(s["sign"], 4), map(int, numbers(s["row"], 4)))):
        on = [active >> i & 1 for i in range(2)]
        g = [[(i == j) - on[i] * w[i][j] for j in range(2)] for i in range(2)]
        b = [level[i] + on[i] * (u[i] - corner[i]) for i in range(2)]
        det = g[0][0] * g[1][1] - g[0][1] * g[1][0]
        x = [g[1][1] * b[0] - g[0][1] * b[1], g[0][0] * b[1] - g[1][0] * b[0]]
        short = corner[r] * det - (w[r][0] * x[0] + w[r][1] * x[1] + u[r] * det)
        values += [sign * det, sign * (short if on[r] else -short)]
    return values


def straight_values(w, s, found):
    """What has to be positive: polynomials in the weights, of degree two."""
    if s["says"] == "no-equilibrium-on-pieces":
        return none_values(w, s)
    at = s if s["says"] in ("equilibrium-on-pieces", "run-away-on-pieces") else equilibrium_named(found, s["equilibrium"], "equilibrium-on-pieces")
    d = numbers(at["slope"], 2)
    g = [[(i == j) - d[i] * w[i][j] for j in range(2)] for i in range(2)]
    det = g[0][0] * g[1][1] - g[0][1] * g[1][0]
    if s["says"] == "equilibrium-on-pieces":
        u, f, lo, hi = (numbers(s[key], 2) for key in ("input", "offset", "t_lo", "t_hi"))
        b = [d[i] * u[i] + f[i] for i in range(2)]
        x = [g[1][1] * b[0] - g[0][1] * b[1], g[0][0] * b[1] - g[1][0] * b[0]]
        t = [w[i][0] * x[0] + w[i][1] * x[1] + u[i] * det for i in range(2)]
        return [number(s["sign"]) * y for i in range(2) for y in (t[i] - lo[i] * det, hi[i] * det - t[i])] + [number(s["sign"]) * det]
    tau = numbers(s["tau"], 2)
    if s["says"] == "run-away-on-pieces":
        r, rate = int(number(s["row"])), number(s["rate"])
        j = [[-g[i][k] / tau[i] for k in range(2)] for i in range(2)]
        return [rate - j[r][r], w[r][1 - r], j[0][1] * j[1][0] - (rate - j[0][0]) * (rate - j[1][1])]
    fall = g[0][0] / tau[0] + g[1][1] / tau[1]
    if s["says"] == "attracting-on-pieces":
        return [fall]
    return [-fall] if number(at["sign"]) > 0 else []


def says_straight(t, net, s, found):
    need(t.q == 2 and not net.kernel, "not two rows")
    if s["says"] == "equilibrium-on-pieces":
        for key in ("input", "offset", "slope"):
            numbers(s[key], 2)
        need(all(a < b for a, b in zip(numbers(s["t_lo"], 2), numbers(s["t_hi"], 2))), "an empty piece")
        need(number(s["sign"]) in (1, -1), "no sign")
    elif s["says"] == "no-equilibrium-on-pieces":
        need(t.names is None or max(t.size) == 1, "a row of several neurons")
        need(set(numbers(s["sign"], 4)) <= {1, -1} and set(numbers(s["row"], 4)) <= {0, 1}, "a sign or a row")
    else:
        need(min(numbers(s["tau"], 2)) > 0, "tau is not positive")
    if s["says"] == "attracting-on-pieces":
        need(t.names is None or max(t.size) == 1, "a row of several neurons")
        need(number(equilibrium_named(found, s["equilibrium"], "equilibrium-on-pieces")["sign"]) > 0, "a negative determinant")
    if s["says"] == "run-away-on-pieces":
        need(min(numbers(s["slope"], 2)) > 0 and number(s["rate"]) >= 0 and number(s["row"]) in (0, 1), "a number out of order")
    need(all(y > 0 for y in straight_values(weights(t), s, found)), "not so")


def hold_between(matrices, found):
    """Q(w) of a mean of matrices w_k is the mean of the polar forms 2 Q((v + w)/2) - (Q(v) + Q(w))/2 of pairs of them."""
    all_w = [weights(Tested(matrix)) for matrix in matrices]
    for s in found:
        if s["says"] == "several-equilibria" and equilibrium_says(found, s) != "equilibrium-on-pieces":
            stay_apart(all_w, s, found)
        if s["says"] == "moving-equilibrium":
            box = Moving(s, len(all_w[0]))
            need(all(box.leads_inside(v, w) for k, v in enumerate(all_w) for w in all_w[:k]), "not into the box between the corners")
        if s["says"] in STRAIGHT:
            for k, v in enumerate(all_w):
                for w in all_w[:k]:
                    middle = [[(a + b) / 2 for a, b in zip(x, y)] for x, y in zip(v, w)]
                    three = (straight_values(z, s, found) for z in (middle, v, w))
                    need(all(4 * m > a + b for m, a, b in zip(*three)), "not so between the corners")


def says_form_runaway(t, net, s):
    n = t.q
    need(not net.kernel, "kernels")
    q, d, tau, rate = (*(numbers(s[key], n) for key in ("q", "slope", "tau")), number(s["rate"]))
    need(min(tau) > 0 and min(d) >= 0 and rate > 0 and max(q) > 0, "a number out of order")
    total = [Fraction(0)] * n
    for i in range(n):
        row = dict(t.rows[i])
        row[i] = row.get(i, Fraction(0)) + 1
        for j, w in row.items():
            total[j] += q[i] / tau[i] * d[i] * (w if q[i] > 0 else max(w, 0))
    need(all(total[j] >= (rate + 1 / tau[j]) * q[j] for j in range(n)), "the form does not grow")


def says_cascade_rate(t, net, s, found, components):
    rate = number(s["rate"])
    need(rate > 0, "a rate of a cascade that is not above 0")
    own = [max((number(x["rate"]) for x in found if x.get("component") == k and "rate" in x and SAYS[x["says"]][2]), default=0) for k in range(len(components))]
    need(all(rate < x for x in own), "a component of the cascade is not quicker than it")


def says_attained(t, net, s, root):
    need(root["claim"] == "not-lds" and not net.kernel, "slopes that are attained, of another claim")
    need(min(numbers(s["slope"], t.q)) >= 0, "a negative slope")
    numbers(s["at"], t.q)


OTHER_SLOPES = {"local-slopes", "invariant-box", "attained-slopes"}
SAYS = {        # fields, whether it needs "lds", whether it is exponential convergence, what checks it
    "quasi-dominance": (("d", "tau", "rate"), True, True, says_dominance),
    "contraction-l1": (("q", "tau", "rate"), False, True, says_contraction_one),
    "equal-time-constants": (("tau",), True, True, says_equal),
    "rate-by-multipliers": (("mu", "tau", "rate"), True, True, says_rate),
    "projected-dynamics": ((), True, False, lambda t, net, s: None),
    "switched-dynamics": ((), True, False, lambda t, net, s: None),
    "projected-dynamics-rate": (("lag", "rate"), True, False, says_projected_rate),
    "switched-dynamics-rate": (("tau", "rate"), True, False, says_switched_rate),
    "nearly-equal-time-constants": (("mu", "loop", "tau", "delta"), True, True, says_nearly_equal),
    "lure-popov": (("P", "q", "lambda", "z", "tau"), False, True, says_lure),
    "contraction-l2": (("p", "q", "tau", "rate"), False, True, says_contraction_two),
    "any-time-constants": (("p", "q"), False, True, says_any_tau),
    "cascade": ((), True, False, None),
    "cascade-rate": (("rate",), True, False, says_cascade_rate),
    "symmetrisable-weights": (("p",), True, False, says_symmetric),
    "two-neurons-smooth": ((), True, False, says_two),
    "two-neurons-bounded": ((), True, False, says_two),
    "two-neurons-excitatory-inhibitory": ((), True, False, says_two),
    "potential-game": (("p",), False, False, says_symmetric),
    "no-potential": (("cycle",), False, False, says_no_potential),
    "balance": (("G", "Y", "input", "M"), False, False, says_balance),
    "no-balance": (("G", "input", "eta", "at"), False, False, says_no_balance),
    "saddle": (("p", "sign"), False, False, says_saddle),
    "equilibrium": (("input", "x", "radius", "value_lo", "value_hi", "slope_lo", "slope_hi", "Y"), False, False, says_equilibrium),
    "moving-equilibrium": (("input", "x", "at", "radius", "value_lo", "value_hi", "slope_lo", "slope_hi", "Y"), False, False, says_moving),
    "local-slopes": (("slope", "input", "x_lo", "x_hi"), True, False, says_local),
    "invariant-box": (("slope", "input", "x_lo", "x_hi"), True, False, says_local),
    "attained-slopes": (("slope", "at"), False, False, says_attained),
    "several-equilibria": (("first", "second"), False, False, says_several),
    "unstable-equilibrium": (("equilibrium", "tau", "P", "direction"), False, False, says_form),
    "attracting-equilibrium": (("equilibrium", "tau", "P"), False, False, says_form),
    "inhibition-stabilised": (("attracting", "row"), False, False, says_inhibition),
    "run-away": (("slope_lo", "slope_hi", "sign", "tau", "rate", "P", "m", "direction"), False, False, says_runaway),
    "unstable-differences": (("equilibrium", "row"), False, False, says_unstable_within),
    "equilibrium-on-pieces": (("input", "slope", "offset", "t_lo", "t_hi", "sign"), False, False, says_straight),
    "attracting-on-pieces": (("equilibrium", "tau"), False, False, says_straight),
    "unstable-on-pieces": (("equilibrium", "tau"), False, False, says_straight),
    "run-away-on-pieces": (("slope", "tau", "rate", "row"), False, False, says_straight),
    "no-equilibrium-on-pieces": (("input", "corner", "level", "sign", "row"), False, False, says_straight),
    "run-away-by-form": (("q", "slope", "tau", "rate"), False, False, says_form_runaway),
    "several-or-none": ((), False, False, says_several_or_none),
}
ABOUT_ALL = ("cascade-rate", "equilibrium", "moving-equilibrium", "local-slopes", "invariant-box", "attained-slopes", "several-equilibria", "unstable-equilibrium",
             "attracting-equilibrium", "inhibition-stabilised", "unstable-differences", "run-away", *STRAIGHT, "run-away-by-form", "several-or-none", "no-potential", "balance", "no-balance")


def check_statements(t, root):
    components, found = root.get("components", []), root["statements"]
    need(isinstance(found, list) and found and len(found) <= 60 * (len(components) + 1), "no statements, or too many")
    converges, checked_later = set(), []
    converges = set()
    for s in found:
        need(isinstance(s, dict) and isinstance(s.get("says"), str) and s["says"] in SAYS, "no statement")
        keys, needs_lds, exponential, test = SAYS[s["says"]]
        fields(s, ("says",) + keys, ("component",))
        need(not needs_lds or root["claim"] == "lds", "a statement that needs lds")
        need(t.mean is None or s["says"] in OF_MEANS, "a statement that need not hold of means")
        need(not t.sums or (s["says"] in OF_SUMS and "component" not in s), "a statement that need not hold of sums")
        if "component" in s:
            k = whole(s["component"], 0, len(components) - 1)
            net, one = Neurons(t, components[k]["members"]), components[k]
            if exponential:
                converges.add(k)
        else:
            net, one = Neurons(t, list(range(t.q))), components[0] if len(components) == 1 else None
        need("component" not in s or s["says"] not in ABOUT_ALL, "it is about all rows")
        if test in (says_several_or_none, says_attained):
            test(t, net, s, root)
        elif test in (says_several, says_form, says_inhibition, says_unstable_within, says_straight):
            checked_later.append((test, net, s))
        elif test is says_cascade_rate:
            checked_later.append((lambda t, net, s, found: says_cascade_rate(t, net, s, found, components), net, s))
        elif test is says_projected_rate:
            test(t, net, s, components)
        elif test in (says_rate, says_nearly_equal):
            test(t, net, s, one and numbers(one["p"], net.n))
        elif test:
            test(t, net, s)
        else:
            need("component" not in s, "a cascade of one component")
    need(sum(s["says"] in OTHER_SLOPES for s in found) <= 1, "two boxes, or slopes that are named twice")
    for test, net, s in checked_later:          # they are about other statements, which are in order by now
        test(t, net, s, found)
    if any(s["says"] == "cascade" for s in found):
        need(converges == set(range(len(components))), "a component of the cascade does not converge")


OF_SUMS = ("equal-time-constants", "projected-dynamics", "switched-dynamics", "quasi-dominance")


# ---- mean slopes ---------------------------------------------------------------

OF_MEANS = ("equal-time-constants", "projected-dynamics", "switched-dynamics", "switched-dynamics-rate", "cascade", "symmetrisable-weights",
            "potential-game", "no-potential", "saddle")


def check_slopes(data, slopes):
    """The claim of a file that is accepted holds of neurons with these slopes, a list for each population."""
    root = json.loads(data.decode("utf-8"))
    root = root.get("everywhere", root)
    t = Tested(root["matrix"])
    need(t.mean is not None, "no mean slopes")
    for name, size, x, own in zip(t.names, t.size, t.mean, t.own):
        each = slopes[name]
        need(len(each) == size and min(each) >= 0, "slopes of other neurons")
        s = own / x if x else Fraction(0)
        need(size == 1 or (s * max(each) < 1 and s * x < 1), "a neuron does not damp what it sends to itself")
        if size == 1:           # whatever the sign of 1 - s x
            most, least = x, each[0]
        else:
            most, least = size * x / (1 - s * x), sum(y / (1 - s * y) for y in each)
        need(most >= least if root["claim"] == "lds" else most <= least, "the slopes of %s have another mean" % name)


# ---- ranges --------------------------------------------------------------------

CONVEX = ("quasi-dominance", "contraction-l1", "equal-time-constants", "projected-dynamics", "switched-dynamics", "cascade", "symmetrisable-weights",
          "contraction-l2", "any-time-constants", "lure-popov", "projected-dynamics-rate", "switched-dynamics-rate",
          "two-neurons-smooth", "two-neurons-bounded", "two-neurons-excitatory-inhibitory")


def product(factors):
    value = Fraction(1)
    for x in factors:
        value *= x
    return value


def read_term(term, populations, n_params, q):
    fields(term, ("params", "entries") + (("self",) if populations else ()))
    need(isinstance(term["params"], list) and term["params"], "a term of no params")
    params = [whole(k, 0, n_params - 1) for k in term["params"]]
    need(len(set(params)) == len(params), "a param twice")
    need(isinstance(term["entries"], list), "no entries")
    entries, last = {}, (-1, -1)
    for entry in term["entries"]:
        need(isinstance(entry, list) and len(entry) == 3, "an entry is no triple")
        place = (whole(entry[0], 0, q - 1), whole(entry[1], 0, q - 1))
        need(place > last, "entries out of order")
        entries[place], last = number(entry[2]), place
    return params, entries, numbers(term["self"], q) if populations else None


def matrix_at(matrix, rows, terms, values, theta):
    """The matrix of the file with each term's entries added, as a matrix of a file again."""
    populations = "populations" in matrix
    rows = [dict(row) for row in rows]
    own = [number(x) for x in matrix["self"]] if populations else None
    for params, entries, self in terms:
        factor = product(theta[k] for k in params) - product(values[k] for k in params)
        for (i, j), x in entries.items():
            rows[i][j] = rows[i].get(j, Fraction(0)) + factor * x
        for a in range(len(rows) if populations else 0):
            own[a] += factor * self[a]
    made = {key: value for key, value in matrix.items() if key not in ("rows", "uniform", "entries", "self")}
    made["entries"] = [[i, j, str(x)] for i, row in enumerate(rows) for j, x in sorted(row.items()) if x]
    if populations:
        made["self"] = [str(x) for x in own]
    return made


def covered(lo, hi, boxes):
    """Whether closed boxes cover a box: cut it along their faces until a box holds a part, or none reaches into it."""
    todo = [(lo, hi, boxes)]
    while todo:
        lo, hi, boxes = todo.pop()
        n = range(len(lo))
        boxes = [(a, b) for a, b in boxes
                 if all(a[k] <= lo[k] <= b[k] if lo[k] == hi[k] else a[k] < hi[k] and b[k] > lo[k] for k in n)]
        if not boxes:
            return False
        faces = [(k, side[k]) for k in n for side in boxes[0] if lo[k] < side[k] < hi[k]]
        if faces:
            k, at = faces[0]
            todo.append((lo, hi[:k] + [at] + hi[k + 1:], boxes))
            todo.append((lo[:k] + [at] + lo[k + 1:], hi, boxes))
    return True


def members_of(cell, s, q):
    return cell["components"][whole(s["component"], 0, len(cell["components"]) - 1)]["members"] if "component" in s else list(range(q))


def slowed(cell, s, speeds, values, theta):
    """A statement with the time constants that rows have at theta."""
    need(isinstance(s, dict), "no statement")
    if "tau" not in s:
        return s
    slow = [product(values[k] / theta[k] for k in speeds[row]) for row in members_of(cell, s, len(speeds))]
    if isinstance(s["tau"], list):
        return dict(s, tau=[str(x * y) for x, y in zip(numbers(s["tau"], len(slow)), slow)])
    return dict(s, tau=str(number(s["tau"]) * slow[0]))


def read_speeds(ranges, terms, q, values):
    """Of each row the params whose product its speed goes with."""
    listed = ranges["speeds"]
    need(isinstance(listed, list) and len(listed) == q and all(isinstance(x, list) for x in listed), "speeds are no list of lists, one a row")
    speeds = [[whole(k, 0, len(values) - 1) for k in x] for x in listed]
    used = {k for x in speeds for k in x}
    need(all(len(set(x)) == len(x) for x in speeds), "a param twice")
    need(not any(k in used for params, _, _ in terms for k in params), "a param of a speed in a term")
    need(all(values[k] > 0 for k in used), "a param of a speed that is not above 0")
    return [sorted(x) for x in speeds]


def speed_statements(cell, speeds):
    for s in cell.get("statements", []):
        need(s["says"] != "projected-dynamics-rate", "lags with time constants that differ")
        if s["says"] in ("equal-time-constants", "rate-by-multipliers"):
            need(len({tuple(speeds[row]) for row in members_of(cell, s, len(speeds))}) == 1, "time constants that are not equal for all params")


def check_cell(cell, corners, thetas, speeds, values):
    fields(cell, ("lo", "hi", "components"), ("statements",))
    roles = set()
    for matrix, theta in zip(corners, thetas):
        t = Tested(matrix)
        check_components(t, cell["components"])
        if "statements" in cell:
            there = cell["statements"]
            if speeds:
                need(all(theta[k] > 0 for x in speeds for k in x), "a speed that is not above 0")
                need(isinstance(there, list), "no statements")
                there = [slowed(cell, s, speeds, values, theta) for s in there]
            check_statements(t, dict(cell, claim="lds", statements=there))
        x, y = t.rows[1].get(0, 0) if t.q == 2 else 0, t.rows[0].get(1, 0) if t.q == 2 else 0
        roles.add((x >= 0 >= y, x <= 0 <= y))
    if speeds:
        speed_statements(cell, speeds)
    for s in cell.get("statements", []):
        need(s["says"] in CONVEX, "a statement that need not hold between corners")
        if s["says"] == "two-neurons-excitatory-inhibitory":
            need(all(first for first, _ in roles) or all(second for _, second in roles), "the neurons change roles")


def read_range(p):
    return number(p["lo"]), number(p["hi"])


def read_params(ranges):
    """Values; the box that is to be covered; of own params what each param is of them."""
    params, own = ranges["params"], ranges.get("own")
    need(isinstance(params, list) and len(params) <= 8, "too many params")
    need("own" not in ranges or (isinstance(own, list) and 1 <= len(own) <= 8), "no own params, or too many")
    formulas = None
    for p in params:
        fields(p, ("name", "value", "of") if own else ("name", "value", "lo", "hi"))
        text(p["name"])
    for p in own or []:
        fields(p, ("name", "lo", "hi"))
        text(p["name"])
    if own:
        formulas = [second_functions.read(p["of"], len(own), number, need)[0] for p in params]
    box = [read_range(p) for p in own or params]
    return [number(p["value"]) for p in params], [lo for lo, _ in box], [hi for _, hi in box], formulas


def check_own(cell, lo, hi, formulas):
    """Where own params are in the cell, params are between their ends; its own box."""
    own = numbers(cell.pop("own_lo", None), len(lo)), numbers(cell.pop("own_hi", None), len(hi))
    need(all(a <= b for a, b in zip(*own)), "an empty cell")
    for f, least, most in zip(formulas, numbers(cell.get("lo"), len(formulas)), numbers(cell.get("hi"), len(formulas))):
        found = second_functions.values(f, *own)
        need(found is not None and least <= found[0] and found[1] <= most, "a param that may be outside of its ends")
    return own


def check_ranges(root, ranges):
    matrix = root["matrix"]
    need(root["claim"] == "lds" and not {"kernels", "mean_slopes", "sums"} & set(matrix), "ranges without lds, or with kernels, mean slopes or sums")
    fields(ranges, ("params", "terms", "cells"), ("speeds", "own"))
    value, lo, hi, formulas = read_params(ranges)
    q, count = Tested(matrix).q, len(value)
    need(isinstance(ranges["terms"], list) and len(ranges["terms"]) <= 256, "too many terms")
    terms = [read_term(term, "populations" in matrix, count, q) for term in ranges["terms"]]
    speeds = read_speeds(ranges, terms, q, value) if "speeds" in ranges else None
    rows = cells(matrix, "uniform" if "populations" in matrix else "rows", q)
    need(isinstance(ranges["cells"], list) and 1 <= len(ranges["cells"]) <= 20000, "no cells, or too many")
    boxes = []
    for cell in ranges["cells"]:
        need(isinstance(cell, dict), "a cell is no object")
        cell = dict(cell)
        box = numbers(cell.get("lo"), count), numbers(cell.get("hi"), count)
        need(all(a <= b for a, b in zip(*box)), "an empty cell")
        boxes.append(check_own(cell, lo, hi, formulas) if formulas is not None else box)
        corners = sorted({tuple(box[which >> k & 1][k] for k in range(count)) for which in range(1 << count)})
        check_cell(cell, [matrix_at(matrix, rows, terms, value, theta) for theta in corners], corners, speeds, value)
    need(covered(lo, hi, boxes), "the cells do not cover the ranges")


def check_points(ranges):
    """Points in the ranges, each with a proof of its own that the network there is not diagonally stable."""
    fields(ranges, ("params", "refuted"))
    params, points = ranges["params"], ranges["refuted"]
    need(isinstance(params, list) and 1 <= len(params) <= 256, "no params, or too many")
    need(isinstance(points, list) and 1 <= len(points) <= 16, "no points, or too many")
    for p in params:
        fields(p, ("name", "lo", "hi"))
        text(p["name"])
    need(len({p["name"] for p in params}) == len(params), "a param twice")
    box = [read_range(p) for p in params]
    for point in points:
        fields(point, ("at", "claim", "matrix", "witness"), ("statements",))
        need(all(lo <= x <= hi for x, (lo, hi) in zip(numbers(point["at"], len(box)), box)), "a point outside of the ranges")
        need(point["claim"] == "not-lds", "a point that refutes nothing")
        check_claim(point)


# ---- maps ----------------------------------------------------------------------

CONVERGES = CONVEX + ("rate-by-multipliers", "nearly-equal-time-constants")
BESIDE = ("equilibrium", "moving-equilibrium", "several-equilibria", "unstable-equilibrium", "attracting-equilibrium", "inhibition-stabilised",
          "run-away-by-form", "several-or-none") + STRAIGHT
SHOWS = {       # of the proof of a cell, or of its centre: what it has to have
    "stable": lambda proof, says: "components" in proof and any(x in says for x in CONVERGES),
    "lds": lambda proof, says: "components" in proof,
    "not-lds": lambda proof, says: "witness" in proof,
    "several-or-none": lambda proof, says: "witness" in proof and "several-or-none" in says,
    "attracting": lambda proof, says: "witness" in proof and bool({"attracting-equilibrium", "attracting-on-pieces"} & says),
    "inhibition-stabilised": lambda proof, says: "witness" in proof and "inhibition-stabilised" in says,
    "unstable": lambda proof, says: "witness" in proof and bool({"unstable-equilibrium", "unstable-differences", "unstable-on-pieces"} & says),
    "run-away": lambda proof, says: "witness" in proof and bool({"run-away", "run-away-on-pieces", "run-away-by-form"} & says),
    "several": lambda proof, says: "witness" in proof and "several-equilibria" in says,
    "bistable": lambda proof, says: "witness" in proof and two_attract(proof.get("statements", [])),
    "run-away-none": lambda proof, says: SHOWS["run-away"](proof, says) and "no-equilibrium-on-pieces" in says,
    "run-away-attracting": lambda proof, says: SHOWS["run-away"](proof, says) and SHOWS["attracting"](proof, says),
    "run-away-unstable": lambda proof, says: SHOWS["run-away"](proof, says) and SHOWS["unstable"](proof, says),
    "run-away-several": lambda proof, says: SHOWS["run-away"](proof, says) and SHOWS["several"](proof, says),
}


def two_attract(found):
    """Two equilibria that are apart, and each of them attracts."""
    attract = {number(s["equilibrium"]) for s in found if s["says"] in ("attracting-equilibrium", "attracting-on-pieces")}
    return any(s["says"] == "several-equilibria" and {number(s["first"]), number(s["second"])} <= attract for s in found)


class Plane:
    """The matrix of a map, or that for attained slopes, as a function of the params."""

    def __init__(self, part):
        need(isinstance(part["params"], list) and len(part["params"]) <= 8, "too many params")
        for p in part["params"]:
            fields(p, ("name", "value", "lo", "hi"))
            text(p["name"])
        self.matrix, count = part["matrix"], len(part["params"])
        self.q = Tested(self.matrix).q
        need(not {"kernels", "mean_slopes", "sums"} & set(self.matrix), "kernels, mean slopes or sums in a map")
        self.value, self.lo, self.hi = ([number(p[key]) for p in part["params"]] for key in ("value", "lo", "hi"))
        need(all(a <= b for a, b in zip(self.lo, self.hi)), "an empty range")
        need(isinstance(part["terms"], list) and len(part["terms"]) <= 256, "too many terms")
        populations = "populations" in self.matrix
        self.terms = [read_term(term, populations, count, self.q) for term in part["terms"]]
        self.rows = cells(self.matrix, "uniform" if populations else "rows", self.q)
        self.speeds = read_speeds(part, self.terms, self.q, self.value) if "speeds" in part else None

    def at(self, theta):
        return matrix_at(self.matrix, self.rows, self.terms, self.value, theta)


def check_proof(proof, plane, attained, points, is_cell):
    """Evidence that holds at every point; of a cell, so that it holds between them, too."""
    says = {s["says"] for s in proof.get("statements", [])}
    need(not says & OTHER_SLOPES, "other slopes")
    if "components" in proof:
        if is_cell:
            return check_cell(dict(proof, lo=[], hi=[]), [plane.at(theta) for theta in points], points, plane.speeds, plane.value)
        for theta in points:
            t = Tested(plane.at(theta))
            check_components(t, proof["components"])
            if "statements" in proof:
                there = proof["statements"]
                if plane.speeds:
                    need(all(theta[k] > 0 for x in plane.speeds for k in x), "a speed that is not above 0")
                    speed_statements(proof, plane.speeds)
                    there = [slowed(proof, s, plane.speeds, plane.value, theta) for s in there]
                check_statements(t, dict(proof, claim="lds", statements=there))
        return None
    need(not (plane.speeds and any("tau" in s for s in proof.get("statements", []))), "time constants beside a witness, and speeds")
    need(not is_cell or says <= set(CONVEX + BESIDE), "a statement that need not hold between corners")
    need(not plane.speeds or all(theta[k] > 0 for theta in points for x in plane.speeds for k in x), "a speed that is not above 0")
    for theta in points:
        t = Tested((attained or plane).at(theta))
        (check_zero_sum if "zero_sum" in proof["witness"] else check_vectors)(t, proof["witness"])
        if "statements" in proof:
            check_statements(t, dict(proof, claim="not-lds"))
    if is_cell and says & set(BETWEEN):
        hold_between([(attained or plane).at(theta) for theta in points], proof["statements"])
    return None


def read_proof(proof):
    fields(proof, (), ("components", "witness", "statements"))
    need(("components" in proof) != ("witness" in proof), "components or a witness")
    need("components" in proof or isinstance(proof["witness"], dict), "the witness is no object")
    if "statements" in proof:
        need(isinstance(proof["statements"], list) and all(isinstance(s, dict) and isinstance(s.get("says"), str) for s in proof["statements"]),
             "statements are no list")


def shows(proof, region):
    says = {s["says"] for s in proof.get("statements", []) if "component" not in s}
    return region in SHOWS and SHOWS[region](proof, says)


def read_map_cell(cell, plane, proofs):
    fields(cell, ("region", "lo", "hi"), ("proof", "centre"))
    count, region = len(plane.value), text(cell["region"])
    lo, hi = numbers(cell["lo"], count), numbers(cell["hi"], count)
    for k in range(count):
        need(plane.lo[k] <= lo[k] <= hi[k] <= plane.hi[k] and (lo[k] < hi[k] or plane.lo[k] == plane.hi[k]), "a cell outside of the plane, or an empty one")
    for key in ("proof", "centre"):
        need(key not in cell or whole(cell[key], 0, len(proofs) - 1) >= 0, "no such proof")
    at_centre = region.startswith("centre-")
    place = cell.get("centre" if at_centre else "proof")
    need(region == "undecided" or (place is not None and shows(proofs[place], region[7:] if at_centre else region)), "%s is more than what is proved" % region)
    return lo, hi


def check_pieces(plane, boxes):
    """Boxes inside the plane that do not overlap and are as large together leave nothing out."""
    wide = [k for k in range(len(plane.lo)) if plane.lo[k] < plane.hi[k]]
    need(sum(product(b[k] - a[k] for k in wide) for a, b in boxes) == product(plane.hi[k] - plane.lo[k] for k in wide), "the cells do not cover the plane")
    near = []
    for lo, hi in sorted(boxes, key=lambda box: [box[0][k] for k in wide]):
        need(not any(all(lo[k] < b[k] and a[k] < hi[k] for k in wide) for a, b in near), "cells overlap")
        near = [(a, b) for a, b in near if wide and b[wide[0]] > lo[wide[0]]] + [(lo, hi)]


def check_map(root):
    fields(root, ("format", "matrix", "params", "terms", "proofs", "cells"), ("model", "attained", "speeds"))
    if "model" in root:
        model(root["model"])
    plane, attained = Plane(root), None
    if "attained" in root:
        attained = Plane(fields(root["attained"], ("matrix", "params", "terms")))
        if plane.speeds:
            read_speeds(root, attained.terms, attained.q, attained.value)
        need((attained.q, attained.lo, attained.hi) == (plane.q, plane.lo, plane.hi), "two planes")
    proofs, points = root["proofs"], {}
    need(isinstance(proofs, list) and isinstance(root["cells"], list) and root["cells"], "no cells")
    for proof in proofs:
        read_proof(proof)
    boxes = [read_map_cell(cell, plane, proofs) for cell in root["cells"]]
    check_pieces(plane, boxes)
    for cell, (lo, hi) in zip(root["cells"], boxes):
        n = range(len(lo))
        if "proof" in cell:
            points.setdefault((cell["proof"], True), []).append({tuple((hi if which >> k & 1 else lo)[k] for k in n) for which in range(1 << len(lo))})
        if "centre" in cell:
            points.setdefault((cell["centre"], False), []).append({tuple((lo[k] + hi[k]) / 2 for k in n)})
    need({k for k, _ in points} == set(range(len(proofs))), "a proof of no cell")
    for (k, is_cell), places in points.items():
        if is_cell and {"two-neurons-excitatory-inhibitory", *BETWEEN} & {s["says"] for s in proofs[k].get("statements", [])}:
            for corners in places:      # what is asked of corners of one cell is not asked of those of two
                check_proof(proofs[k], plane, attained, sorted(corners), True)
        else:
            check_proof(proofs[k], plane, attained, sorted(set().union(*places)), is_cell)


def check(data):
    try:
        root = json.loads(data.decode("utf-8"), object_pairs_hook=no_twice, parse_constant=no_constant)
    except (ValueError, RecursionError) as problem:
        raise Refused("no JSON: %s" % problem)
    if isinstance(root, dict) and root.get("format") == "eig-map/1":
        return check_map(root)
    fields(root, ("format", "claim", "matrix"), ("model", "components", "witness", "statements", "ranges", "everywhere"))
    need(root["format"] == "eig-certificate/1", "another format")
    if "model" in root:
        model(root["model"])
    check_claim(root)
    if "everywhere" in root:
        check_everywhere(root, root["everywhere"])


def is_of_a_box(proof):
    return any(s["says"] in ("local-slopes", "invariant-box") for s in proof.get("statements", []))


def check_everywhere(root, everywhere):
    """A proof of its own about the same neurons, whose slopes are not those in the box that the file's own is about."""
    fields(everywhere, ("claim", "matrix"), ("components", "witness", "statements", "ranges"))
    check_claim(everywhere)
    need(is_of_a_box(root) and not is_of_a_box(everywhere), "slopes everywhere beside no box, or in one")
    need("refuted" not in everywhere.get("ranges", {}), "points of the ranges beside slopes everywhere")
    need(root["matrix"]["n"] == everywhere["matrix"]["n"], "other neurons")


def check_claim(root):
    t = Tested(root["matrix"])
    if root["claim"] == "lds":
        need("components" in root and "witness" not in root, "lds needs components and no witness")
        check_components(t, root["components"])
    else:
        need(root["claim"] == "not-lds", "no claim")
        need("witness" in root and "components" not in root, "not-lds needs a witness and no components")
        need(isinstance(root["witness"], dict), "the witness is no object")
        kind = check_zero_sum if "zero_sum" in root["witness"] else check_waves if "waves" in root["witness"] else check_vectors
        kind(t, root["witness"])
    if "statements" in root:
        check_statements(t, root)
    if "ranges" in root:
        need(isinstance(root["ranges"], dict), "the ranges are no object")
        check_points(root["ranges"]) if "refuted" in root["ranges"] else check_ranges(root, root["ranges"])


def report(name, data, slopes=None):
    try:
        check(data)
        if slopes is not None:
            check_slopes(data, slopes)
    except Refused as refusal:
        print("refused  %s: %s" % (name, refusal))
        return False
    print("accepted %s" % name)
    return True


def main(arguments):
    if not arguments:
        print(__doc__)
        return 1
    if arguments[0] == "--many":
        with open(arguments[1], "rb") as file:
            texts = file.read().split(b"\0")[:-1]
        return 0 if all([report(str(k), data) for k, data in enumerate(texts)]) else 1
    if arguments[0] == "--slopes":
        with open(arguments[1]) as file:
            slopes = {name: [number(x) for x in each] for name, each in json.load(file).items()}
        with open(arguments[2], "rb") as file:
            data = file.read()
        return 0 if report(arguments[2], data, slopes) else 1
    good = True
    for name in arguments:
        with open(name, "rb") as file:
            good = report(name, file.read()) and good
    return 0 if good else 1


if __name__ == "__main__":
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    sys.exit(main(sys.argv[1:]))
