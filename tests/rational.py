"""Exact numbers of tests: GMP's where Python has gmpy2, several times as fast, and else those of fractions.py. float() of one may be off
by a unit in the last place."""
try:
    from gmpy2 import mpq as Fraction
except ImportError:
    from fractions import Fraction
