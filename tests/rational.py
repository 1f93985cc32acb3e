"""Exact numbers of tests: GMP's where Python has gmpy2, several times as fast, and else those of fractions.py. Their float() need not be
the nearest double: nearest() is."""
try:
    from gmpy2 import mpq as Fraction
except ImportError:
    from fractions import Fraction


def nearest(x):
    return int(x.numerator) / int(x.denominator)
