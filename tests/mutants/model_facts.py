"""Is what a file says, beside its proof, true of a model? A reading of the model's text of its own, for the few forms in which
bases.py writes models; None where that is not known here.

The matrix, or matrices, have to be those of the honest file. Time constants, inputs and activations are read from the text."""
import re
from fractions import Fraction

from second_checker import Tested, cells, matrix_at, number, read_term, weights

TIMES = ("ms", "s")
ABOUT_OTHERS = {"projected-dynamics": "0", "projected-dynamics-rate": "0", "switched-dynamics": "inf", "switched-dynamics-rate": "inf"}
OF_STRUCTURE = ("potential-game", "no-potential", "saddle", "balance", "no-balance", "several-or-none")
BOXES = ("local-slopes", "invariant-box", "attained-slopes")


class Population:
    def __init__(self, name, body):
        attrs = dict(re.findall(r"(\w+(?:\(z\))?) = ([^;]+?)\s*(?:;|$)", body))
        self.name, self.size = name, int(attrs.get("size", "1"))
        self.tau = [evaluate(attrs["tau"], i) for i in range(self.size)]
        self.gain = [evaluate(attrs.get("gain", "1"), i) for i in range(self.size)]
        self.input = evaluate(attrs.get("input", "0"), 0)
        self.cost, self.step = attrs.get("cost", "activation"), attrs.get("prox_step")

    def line(self):
        """Where the activation bends, and its values there: constant before and behind, or on (None) with slope 1; None: no such."""
        if self.cost == "nonnegative":
            return Fraction(0), None
        box = re.fullmatch(r"box\((\S+), (\S+)\)", self.cost)
        return tuple(map(Fraction, box.groups())) if box else None


def evaluate(text, i):
    text = re.sub(r"\b(?:%s)$" % "|".join(TIMES), "", text).strip()
    return Fraction(eval(re.sub(r"(\d+(?:\.\d+)?)", r"Fraction('\1')", text), {"Fraction": Fraction, "i": i}))


class Facts:
    def __init__(self, text, honest):
        self.pops = [Population(*found) for found in re.findall(r"population (\w+) \w+ \{ (.*?) \}", text)]
        self.honest = honest
        self.honest_inputs = [[number(x) for x in s["input"]] for proof in honest.get("proofs", [honest]) + [honest.get("everywhere", {})] for s in proof.get("statements", []) if "input" in s]
        self.box = any(s["says"] in BOXES for s in honest.get("statements", []))

    def rows(self, matrix):
        """Neurons of each row."""
        neurons = [(p, i) for p in self.pops for i in range(p.size)]
        if "populations" in matrix:
            sizes = [p["size"] for p in matrix["populations"]]
            return [neurons[sum(sizes[:k]):sum(sizes[:k + 1])] for k in range(len(sizes))]
        return [[x] for x in neurons]

    # ---- statements -----------------------------------------------------------------

    def statement_is_true(self, s, rows, where):
        """where: of each row, the corners' matrices."""
        says, steps = s["says"], {p.step for p in self.pops}
        structural = says in OF_STRUCTURE
        if says in ABOUT_OTHERS and steps != {ABOUT_OTHERS[says]}:
            return False
        if not structural and says not in ABOUT_OTHERS and steps & {"0", "inf"}:
            return False
        if "tau" in s and not self.times_are_right(s, rows):
            return False
        if "lag" in s:
            return all(number(x) >= max(p.gain[i] * p.tau[i] for p, i in row) for x, row in zip(s["lag"], rows))
        test = {"equilibrium": self.equilibrium, "run-away": self.far_out, "equilibrium-on-pieces": self.pieces, "run-away-on-pieces": self.right_slopes,
                "run-away-by-form": self.right_slopes, "several-or-none": self.all_relu, "two-neurons-smooth": self.smooth,
                "two-neurons-bounded": self.bounded, "balance": self.balance, "no-balance": self.balance,
                "moving-equilibrium": lambda s, rows, where: None if self.inputs_are_right(s, rows) else False,
                "no-equilibrium-on-pieces": self.no_pieces, "unstable-differences": lambda s, rows, where: self.one_time(rows[int(number(s["row"]))])}.get(says)
        if says in BOXES:
            return None
        return True if test is None else test(s, rows, where)

    def times_are_right(self, s, rows):
        about = rows
        if "component" in s:
            about = [rows[k] for k in self.components[s["component"]]["members"]]
        said = s["tau"] if isinstance(s["tau"], list) else [s["tau"]] * len(about)
        longest = s["says"] in ("quasi-dominance", "switched-dynamics-rate")
        return len(said) == len(about) and all((longest or self.one_time(row)) and number(x) == max(p.tau[i] for p, i in row) for x, row in zip(said, about))

    @staticmethod
    def one_time(row):
        return len({p.tau[i] for p, i in row}) == 1

    def inputs_are_right(self, s, rows):
        """diag(L) u, with slopes L as in the file: they are known here where activations are straight."""
        said = [number(x) for x in s["input"]]
        if any(row[0][0].line() is None for row in rows):
            return said in self.honest_inputs
        return said == [row[0][0].gain[0] * row[0][0].input for row in rows]

    def equilibrium(self, s, rows, where):
        if not self.inputs_are_right(s, rows):
            return False
        x, r = ([number(y) for y in s[key]] for key in ("x", "radius"))
        for k, row in enumerate(rows):
            line = row[0][0].line()
            if line is None:
                return None
            points = [sum(w[k][j] * x[j] for j in range(len(x))) + row[0][0].input for w in where]
            reach = [sum(abs(w[k][j]) * r[j] for j in range(len(x))) for w in where]
            least, most = min(points), max(points)
            lo, hi = min(t - d for t, d in zip(points, reach)), max(t + d for t, d in zip(points, reach))
            if not number(s["value_lo"][k]) <= bent(line, least) or not bent(line, most) <= number(s["value_hi"][k]):
                return False
            flat = lo < line[0] or (line[1] is not None and hi > line[1])
            steep = hi > line[0] and (line[1] is None or lo < line[1])
            if (flat and number(s["slope_lo"][k]) > 0) or (steep and number(s["slope_hi"][k]) < 1) or number(s["slope_lo"][k]) > 1 or number(s["slope_hi"][k]) < 0:
                return False
        return True

    def far_out(self, s, rows, where):
        for k, row in enumerate(rows):
            line, sign = row[0][0].line(), number(s["sign"][k])
            if line is None:
                return None
            right = 1 if line[1] is None else 0
            slopes = {1: [right], -1: [0], 0: [0, right]}[int(sign)]
            if not number(s["slope_lo"][k]) <= min(slopes) or not max(slopes) <= number(s["slope_hi"][k]):
                return False
        return True

    def pieces(self, s, rows, where):
        if not self.inputs_are_right(s, rows):
            return False
        for k, row in enumerate(rows):
            line = row[0][0].line()
            lo, hi, slope, offset = (number(s[key][k]) for key in ("t_lo", "t_hi", "slope", "offset"))
            if line is None:
                return None
            on = (hi <= line[0] and (slope, offset) == (0, line[0])) or (lo >= line[0] and (line[1] is None or hi <= line[1]) and (slope, offset) == (1, 0))
            if not on and not (line[1] is not None and lo >= line[1] and (slope, offset) == (0, line[1])):
                return False
        return True

    def no_pieces(self, s, rows, where):
        """All activations are max(t, 0)."""
        return self.inputs_are_right(s, rows) and all(p.cost == "nonnegative" for p in self.pops) and not any(number(x) for key in ("corner", "level") for x in s[key])

    @staticmethod
    def right_slopes(s, rows, where):
        """Far out to the right; a form looks at rows with a number other than 0."""
        lines = [row[0][0].line() for row in rows]
        if None in lines:
            return None
        q = [number(x) for x in s["q"]] if "q" in s else [1] * len(rows)
        return all(x == 0 or number(d) == (line[1] is None) for x, d, line in zip(q, s["slope"], lines))

    def all_relu(self, s, rows, where):
        return all(p.cost == "nonnegative" for p in self.pops)

    def smooth(self, s, rows, where):
        return not any(p.line() for p in self.pops)

    def bounded(self, s, rows, where):
        return None if self.box else all(p.cost != "nonnegative" for p in self.pops)

    def balance(self, s, rows, where):
        own = [x for x in self.honest.get("statements", []) if x["says"] in ("balance", "no-balance")]
        if not own:
            return None
        for key in ("G", "input"):
            if [number(x) for x in s[key]] != [number(x) for x in own[0][key]]:
                return False
        if "M" in s:
            return all(number(x) > 0 for x in s["M"])
        n, g, eta = len(s["at"]), [number(x) for x in s["G"]], [number(x) for x in s["eta"]]
        force = [sum(eta[i] * g[i * n + k] for i in range(n)) for k in range(n)]
        return all(x >= 0 and (x == 0 or number(at) == 0) for x, at in zip(force, s["at"]))

    # ---- matrices -------------------------------------------------------------------

    def true_of(self, tree):
        """True, False, or None."""
        if not self.same_matrices(tree):
            return False
        self.components, verdict = tree.get("components", []), True
        for proof, attained, where in self.proofs(tree):
            part = proof if proof is tree.get("everywhere") else tree["attained"] if attained and "attained" in tree else tree
            for s in proof.get("statements", []):
                self.components = proof.get("components", [])
                one = self.statement_is_true(s, self.rows(part["matrix"]), where)
                if one is False:
                    return False
                verdict = verdict if one else None
        return verdict

    def proofs(self, tree):
        if tree["format"] != "eig-map/1":
            yield tree, False, [weights(Tested(tree["matrix"]))]
            if "everywhere" in tree:
                yield tree["everywhere"], False, [weights(Tested(tree["everywhere"]["matrix"]))]
            for cell in tree.get("ranges", {}).get("cells", []):
                yield cell, False, []
            return
        for cell in tree["cells"]:
            lo, hi = ([number(x) for x in cell[key]] for key in ("lo", "hi"))
            for key, points in (("proof", corners(lo, hi)), ("centre", [[(a + b) / 2 for a, b in zip(lo, hi)]])):
                if key in cell:
                    proof = tree["proofs"][cell[key]]
                    refutes = "witness" in proof
                    part = tree["attained"] if refutes and "attained" in tree else tree
                    yield proof, refutes, [weights(Tested(matrix)) for matrix in matrices_at(part, part["matrix"], points)]

    def same_matrices(self, tree):
        honest = self.honest
        if tree["format"] == "eig-map/1":
            return self.same_plane(honest, tree, True) and self.same_plane(honest.get("attained", honest), tree.get("attained", tree), True)
        if not same_matrix(honest["matrix"], tree["matrix"], tree["claim"] == "lds"):
            return False
        if "everywhere" in tree:
            said, own = tree["everywhere"], honest.get("everywhere")
            if not own or "ranges" in said or not same_matrix(own["matrix"], said["matrix"], said["claim"] == "lds"):
                return False
        return "ranges" not in tree or ("ranges" in honest and self.same_plane(dict(honest["ranges"], matrix=honest["matrix"]),
                                                                              dict(tree["ranges"], matrix=tree["matrix"]), False))

    @staticmethod
    def same_plane(honest, tree, inside):
        """As functions of the params, by name; over no more of them for a map, over no less of them for ranges."""
        said, own = ({p["name"]: p for p in part["params"]} for part in (tree, honest))
        if set(said) != set(own) or len(tree["params"]) != len(said) or ("own" in tree) != ("own" in honest):
            return False
        over, allowed = ({p["name"]: p for p in part.get("own", part["params"])} for part in (tree, honest))
        if set(over) != set(allowed) or len(over) != len(tree.get("own", tree["params"])):
            return False
        for name, p in over.items():
            lo, hi, least, most = number(p["lo"]), number(p["hi"]), number(allowed[name]["lo"]), number(allowed[name]["hi"])
            if (lo < least or hi > most) if inside else (lo > least or hi < most):
                return False
        names = [p["name"] for p in tree["params"]]
        if "own" in tree:
            if not all(same_formula(own[name]["of"], honest["own"], said[name]["of"], tree["own"]) for name in names):
                return False
            points = corners([0] * len(names), [1] * len(names))
        else:
            points = corners([number(own[name]["lo"]) for name in names], [number(own[name]["hi"]) for name in names])
        order = [[point[names.index(p["name"])] for p in honest["params"]] for point in points]
        return all(same_matrix(a, b, True) for a, b in zip(matrices_at(honest, honest["matrix"], order), matrices_at(tree, tree["matrix"], points)))


def same_formula(a, own_of_a, b, own_of_b):
    """Written alike."""
    if isinstance(a, int) and isinstance(b, int):
        return own_of_a[a]["name"] == own_of_b[b]["name"]
    if isinstance(a, str) and isinstance(b, str):
        return number(a) == number(b)
    if not isinstance(a, dict) or not isinstance(b, dict) or set(a) != set(b):
        return False
    (key, x), (_, y) = *a.items(), *b.items()
    if key == "power":
        return x[1] == y[1] and same_formula(x[0], own_of_a, y[0], own_of_b)
    x, y = (z if isinstance(z, list) else [z] for z in (x, y))
    return len(x) == len(y) and all(same_formula(s, own_of_a, t, own_of_b) for s, t in zip(x, y))


def bent(line, t):
    return max(t, line[0]) if line[1] is None else min(max(t, line[0]), line[1])


def corners(lo, hi):
    return [[(hi if which >> k & 1 else lo)[k] for k in range(len(lo))] for which in range(1 << len(lo))]


def matrices_at(part, matrix, points):
    populations = "populations" in matrix
    q = Tested(matrix).q
    terms = [read_term(term, populations, len(part["params"]), q) for term in part["terms"]]
    rows = cells(matrix, "uniform" if populations else "rows", q)
    values = [number(p["value"]) for p in part["params"]]
    return [matrix_at(matrix, rows, terms, values, point) for point in points]


def same_matrix(a, b, is_lds):
    """Slopes of means may differ: on the side that the claim allows, with the same weights."""
    x, y = Tested(a), Tested(b)
    if (x.q, x.names is None, len(x.sums), x.mean is None) != (y.q, y.names is None, len(y.sums), y.mean is None) or x.kernels != y.kernels or x.place != y.place:
        return False
    if x.names is None:
        return x.rows == y.rows
    if x.size != y.size or [number(t) for t in a["leak"]] != [number(t) for t in b["leak"]]:
        return False
    rows, other = (cells(matrix, "uniform", x.q) for matrix in (a, b))
    if x.mean is None:
        return rows == other and x.own == y.own
    for k, (s, t) in enumerate(zip(x.mean, y.mean)):
        if (t < s) if is_lds else (t > s):
            return False
        if s and t and ({j: w / s for j, w in rows[k].items()} != {j: w / t for j, w in other[k].items()} or x.own[k] / s != y.own[k] / t):
            return False
        if not (s and t) and (rows[k] or other[k] or x.own[k] or y.own[k]):
            return False
    return True
