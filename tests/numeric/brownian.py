"""The normals of a run once more, by docs/semantics.md, section 9: Philox and names are written here anew, the quantile is SciPy's."""
import math

import numpy as np
from scipy.special import ndtri

MASK = np.uint64(0xffffffff)
SEED = 12


def fnv(text):
    h = 0xcbf29ce484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001b3 % 2 ** 64
    return h


def philox(x, key):
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * x[0], np.uint64(0xCD9E8D57) * x[2]
        x = [(q >> np.uint64(32)) ^ x[1] ^ key[0], q & MASK, (p >> np.uint64(32)) ^ x[3] ^ key[1], p & MASK]
        key = [(key[0] + np.uint64(0x9E3779B9)) & MASK, (key[1] + np.uint64(0xBB67AE85)) & MASK]
    return x


def uniforms(names, n_steps, draw, seed=SEED):
    """u0 by step and entity."""
    tag = fnv("noise") * 0x9E3779B97F4A7C15 % 2 ** 64
    e = np.array([fnv(name) ^ tag for name in names], np.uint64)[None, :]
    step = np.arange(n_steps, dtype=np.uint64)[:, None]
    zero = np.zeros((n_steps, len(names)), np.uint64)
    counter = [step + zero, zero, np.uint64(draw) + zero, (e >> np.uint64(32)) + zero]
    o = philox(counter, [np.uint64(seed) + zero, (e & MASK) + zero])
    return ((o[0] >> np.uint64(5)) * 67108864.0 + (o[1] >> np.uint64(6)) + 0.5) / 2.0 ** 53


def normals(state, n, n_steps, draw=0):
    """By step and neuron, to some units in the last place."""
    return ndtri(uniforms(["%s[%d]" % (state, i) for i in range(n)], n_steps, draw))


def halved(state, n, n_steps, halvings):
    """n and m of the steps that `n_steps` longer ones have after so many halvings, by step and neuron."""
    a, b = normals(state, n, n_steps, 0), normals(state, n, n_steps, 1)
    for level in range(1, halvings + 1):
        q, p = (normals(state, n, len(a), 2 * level + which) for which in (0, 1))
        d, s = (math.sqrt(3) * b + q) / 2, (b - math.sqrt(3) * q) / 2
        a = np.stack([a + d, a - d], axis=1).reshape(-1, n) / math.sqrt(2)
        b = np.stack([s + p, s - p], axis=1).reshape(-1, n) / math.sqrt(2)
    return a, b
