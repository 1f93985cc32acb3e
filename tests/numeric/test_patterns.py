#!/usr/bin/python3
"""Patterns from matrices and tables: the synapses, and runs against NumPy.
Run from the repository's root with EIGC=program."""
import os
import subprocess
import sys
import tempfile

import numpy as np

import eigc

folder = tempfile.mkdtemp()
rng = np.random.default_rng(3)
N, M = 7, 5
WHO = (rng.random((M, N)) < 0.4).astype(int)            # targets x sources
OWN = (rng.random((N, N)) < 0.5).astype(int)

POPS = """population E excitatory { size = %d; tau = 20; cost = identity; start = 1 + 0.1 * i; input = 0.5 }
population I inhibitory { size = %d; tau = 10; cost = identity; start = 0.3 - 0.02 * i }
simulate { duration = 3; method = euler; step = 0.5; record E, I every 0.5 }
""" % (N, M)


def euler(w_ee, w_ie, w_ei):
    x, y = 1 + 0.1 * np.arange(N), 0.3 - 0.02 * np.arange(M)
    rows = [np.concatenate([x, y])]
    for _ in range(6):
        dx, dy = (-x + 0.5 + w_ee @ x - w_ei @ y) / 20, (-y + w_ie @ x) / 10
        x, y = x + 0.5 * dx, y + 0.5 * dy
        rows.append(np.concatenate([x, y]))
    return np.array(rows)


def agrees(connections, w_ee, w_ie, w_ei):
    r = eigc.run(POPS + connections, folder, "--reference")
    assert r.status == 0, r.stderr
    got = np.hstack([r.arrays["E"], r.arrays["I"]])
    assert np.max(abs(got - euler(w_ee, w_ie, w_ei))) < 1e-13
    if eigc.has_jit():
        fast = eigc.run(POPS + connections, folder)
        assert np.array_equal(got, np.hstack([fast.arrays["E"], fast.arrays["I"]]))


def literal(matrix):
    return "[" + ", ".join("[" + ", ".join(str(x) for x in row) + "]" for row in matrix) + "]"


def a_matrix_in_the_text():
    pair = 0.1 + 0.05 * np.arange(N)[None, :] + 0.01 * np.arange(M)[:, None]
    agrees("connect E -> I { weight = 0.1 + 0.05 * pre.i + 0.01 * post.i; pattern = %s }\n" % literal(WHO),
           np.zeros((N, N)), pair * WHO, np.zeros((N, M)))


def a_matrix_in_a_file():
    np.save(os.path.join(folder, "who.npy"), WHO)
    np.savetxt(os.path.join(folder, "own.csv"), OWN, fmt="%d", delimiter=",")
    without = OWN * (1 - np.eye(N))
    agrees("connect E -> I { weight = 0.3; pattern = matrix(\"who.npy\") }\n"
           "connect E -> E { weight = 0.2; pattern = matrix(\"own.csv\"); self = no }\n",
           0.2 * without, 0.3 * WHO, np.zeros((N, M)))
    assert OWN.trace() > 0
    agrees("connect E -> E { weight = 0.2; pattern = matrix(\"own.csv\") }\n", 0.2 * OWN, np.zeros((M, N)), np.zeros((N, M)))


def a_sparse_file():
    with open(os.path.join(folder, "who.mtx"), "w") as f:
        at = np.argwhere(WHO.T)
        f.write("%%%%MatrixMarket matrix coordinate pattern general\n%d %d %d\n" % (N, M, len(at)))
        f.writelines("%d %d\n" % (i + 1, j + 1) for i, j in at)
    agrees("connect I -> E { weight = 0.25; pattern = matrix(\"who.mtx\") }\n",
           np.zeros((N, N)), np.zeros((M, N)), 0.25 * WHO.T)


def a_table():
    with open(os.path.join(folder, "pairs.csv"), "w") as f:
        f.write("source,target,kind\n")
        f.writelines("E[%d],%d,chemical\n" % (j, i) for i, j in np.argwhere(WHO))
    agrees("connect E -> I { weight = 0.125; scale = 1/n; pattern = edges(\"pairs.csv\") }\n",
           np.zeros((N, N)), 0.125 / N * WHO, np.zeros((N, M)))


def the_draws_of_a_pair_stay():
    """A pair's weight does not depend on which other pairs there are: the text of the connection is its key, and here
    only the file that it names differs."""
    def net(who):
        path = os.path.join(folder, "draws.eig")
        np.savetxt(os.path.join(folder, "who.csv"), who, fmt="%d", delimiter=",")
        with open(path, "w") as f:
            f.write(POPS + 'connect E -> I { weight = lognormal(0.1, 0.5); pattern = matrix("who.csv") }\n')
        text = subprocess.run([eigc.EIGC, "dump", "--net", path], capture_output=True, text=True).stdout
        rows = [line.split(":")[1] for line in text.splitlines() if line.startswith("  row ")]
        return [row.replace("[", " [").split() for row in rows]
    every, some = net(np.ones_like(WHO)), net(WHO)
    for i, row in enumerate(some):
        assert [int(w[1:-1]) for w in row[::2]] == list(np.flatnonzero(WHO[i]))
        assert row[1::2] == [every[i][2 * j + 1] for j in np.flatnonzero(WHO[i])]


for check in (a_matrix_in_the_text, a_matrix_in_a_file, a_sparse_file, a_table, the_draws_of_a_pair_stay):
    eigc.test("patterns: " + check.__name__.replace("_", " "), check)
sys.exit(eigc.failures > 0)
