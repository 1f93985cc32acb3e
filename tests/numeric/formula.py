"""Formulas of one variable, read from their text: values with 160 digits by mpmath, which has no part of eigc in it."""
import ast
import functools

import mpmath
from mpmath import mp, mpf

mp.dps = 160


class NoValue(Exception):
    pass


def where(inside, f):
    def strict(*u):
        if not inside(*u):
            raise NoValue
        return f(*u)
    return strict


def power(a, b):
    if (a < 0 and b != mpmath.floor(b)) or (a == 0 and b < 0):
        raise NoValue
    return mpf(1) if b == 0 else mp.power(a, b)


def log_root(a, b):
    """x + b log(x) = a by Newton's method: on u = log(x), where it descends from the right, or on x."""
    if a < 1:
        u = a / b
        for _ in range(300):
            step = (mp.exp(u) + b * u - a) / (mp.exp(u) + b)
            u -= step
            if abs(step) <= abs(u) * mpf(10)**-150:
                break
        return mp.exp(u)
    x = mpf(1)
    for _ in range(300):
        step = (x + b * mp.log(x) - a) / (1 + b / x)
        x -= step
        if abs(step) <= x * mpf(10)**-150:
            break
    return x


@functools.lru_cache(None)
def number_at(digits, precision):
    return mpf(digits)


def number(digits):
    """Read once at each working precision."""
    return number_at(digits, mp.prec)


NAMES = {
    "power": power, "quotient": where(lambda a, b: b != 0, lambda a, b: a / b), "number": number, "max": max, "min": min, "abs": abs,
    "exp": mp.exp, "expm1": mp.expm1, "exprel": lambda u: mp.expm1(u) / u if u else mpf(1),
    "tanh": mp.tanh, "atan": mp.atan, "sin": mp.sin, "cos": mp.cos,
    "normcdf": mp.ncdf, "normpdf": mp.npdf, "step": lambda u: mpf(int(u >= 0)), "ramp": lambda a, b: mpf(int(a >= b)) if a < 0 or a >= b else a / b,
    "log": where(lambda u: u > 0, mp.log), "log1p": where(lambda u: u > -1, mp.log1p), "sqrt": where(lambda u: u >= 0, mp.sqrt),
    "floor": mp.floor, "pulse": lambda a, b: mpf(int(0 <= a < b)), "log_root": where(lambda a, b: b > 0, log_root), "wright_omega": lambda a: log_root(a, mpf(1)),
}


class Rewrite(ast.NodeTransformer):
    """Numbers become what their digits say, powers and quotients the ones above."""

    def __init__(self, source):
        self.source = source

    def visit_BinOp(self, node):
        self.generic_visit(node)
        name = {ast.Pow: "power", ast.Div: "quotient"}.get(type(node.op))
        return ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], []) if name else node

    def visit_Constant(self, node):
        return ast.Call(ast.Name("number", ast.Load()), [ast.Constant(self.source[node.col_offset:node.end_col_offset])], [])


def function(text):
    """Of mpf; raises NoValue where the formula has none."""
    source = "lambda x, z: " + text.replace("^", "**")
    tree = ast.fix_missing_locations(Rewrite(source).visit(ast.parse(source, mode="eval")))
    f = eval(compile(tree, text, "eval"), dict(NAMES))
    return lambda u: f(mpf(u), mpf(u))


def parts(line, far):
    """`cost(x) = g on [lo, hi]`: g, and the ends, infinite ones at `far`."""
    text, _, domain = line.split("=", 1)[1].partition(" on ")
    ends = [-far, far]
    for k, end in enumerate(domain.strip("[] ").split(",") if domain else []):
        if "inf" not in end:
            ends[k] = function(end.strip())(0)
    return function(text.strip()), ends


LEAST, SHARE = mpf(10)**-13, mpf(10)**-20


def step(u):
    return max(abs(u), LEAST) * SHARE


def slope(f, u):
    h = step(u)
    return (f(u + h) - f(u - h)) / (2 * h)


def curvature(f, u):
    h = step(u)
    return (f(u + h) - 2 * f(u) + f(u - h)) / h**2
