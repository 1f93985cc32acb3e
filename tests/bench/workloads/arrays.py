#!/usr/bin/python3
"""The workloads in plain Python, NumPy and SciPy, a process each: arrays.py WAY STEPS [...]. Prints the last numbers, as the C programs do."""
import math
import sys


def pair_slopes(exp, e, i):
    return 1 / (1 + exp(-1.3 * (16 * e - 12 * i + 1.25 - 4))) - e, (1 / (1 + exp(-2 * (15 * e - 3 * i - 3.7))) - i) / 2


def rk4(f, e, i, h):
    k1 = f(e, i)
    k2 = f(e + h / 2 * k1[0], i + h / 2 * k1[1])
    k3 = f(e + h / 2 * k2[0], i + h / 2 * k2[1])
    k4 = f(e + h * k3[0], i + h * k3[1])
    return e + h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]), i + h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])


def pair_python(steps):
    e, i = 0.1, 0.05
    for _ in range(steps):
        e, i = rk4(lambda a, b: pair_slopes(math.exp, a, b), e, i, 0.01)
    return e, i


def pair_scipy(duration, method, rtol):
    import numpy as np
    from scipy.integrate import solve_ivp
    done = solve_ivp(lambda t, x: pair_slopes(np.exp, x[0], x[1]), (0, duration), (0.1, 0.05), method=method,
                     rtol=float(rtol), atol=float(rtol) * 1e-3, t_eval=[duration])
    return tuple(done.y[:, -1])


def sweep_numpy(steps, n_P, n_w):
    import numpy as np
    P, w = (x.ravel() for x in np.meshgrid(np.linspace(0.5, 2.5, int(n_P)), np.linspace(10, 15, int(n_w)), indexing="ij"))
    def slopes(e, i):
        return 1 / (1 + np.exp(-1.3 * (16 * e - w * i + P - 4))) - e, (1 / (1 + np.exp(-2 * (15 * e - 3 * i - 3.7))) - i) / 2
    e, i = np.full(P.shape, 0.1), np.full(P.shape, 0.05)
    for _ in range(steps):
        e, i = rk4(slopes, e, i, 0.01)
    return (e.sum(),)


def sweep_scipy(duration, n_P, n_w):
    """Of each set the last E, closely."""
    import numpy as np
    from scipy.integrate import solve_ivp
    def last(P, w):
        def slopes(t, x):
            return (1 / (1 + np.exp(-1.3 * (16 * x[0] - w * x[1] + P - 4))) - x[0], (1 / (1 + np.exp(-2 * (15 * x[0] - 3 * x[1] - 3.7))) - x[1]) / 2)
        return solve_ivp(slopes, (0, duration), (0.1, 0.05), method="DOP853", rtol=3e-14, atol=1e-16, t_eval=[duration]).y[0, -1]
    return [last(P, w) for P in np.linspace(0.5, 2.5, int(n_P)) for w in np.linspace(10, 15, int(n_w))]


def two_inputs(n):
    import numpy as np
    n_E = n // 5 * 4
    return np.concatenate([0.5 + np.arange(n_E) / n_E, 0.5 + np.arange(n - n_E) / (n - n_E)])


def sums(x):
    n_E = len(x) // 5 * 4
    return x[:n_E].sum(), x[n_E:].sum()


def dense_numpy(steps, file, n):
    import numpy as np
    n = int(n)
    w, u, x = np.fromfile(file).reshape(n, n), two_inputs(n), np.full(n, 0.5)
    for _ in range(steps):
        x = x + 0.1 * (np.maximum(w @ x + u, 0) - x)
    return sums(x)


def sparse_scipy(steps, file, n, each):
    import numpy as np
    import scipy.sparse
    n, each = int(n), int(each)
    n_E, source = n // 5 * 4, np.fromfile(file, np.int32)
    target = np.repeat(np.arange(n), each)
    own = np.where(target < n_E, target, target - n_E)
    w = np.where(source < n_E, 0.02 + (source + own) / 5e6, -(0.08 + (source - n_E + own) / 5e6))
    w = scipy.sparse.csr_matrix((w, source, np.arange(n + 1, dtype=np.int32) * each), shape=(n, n))
    del target, own
    u, x = two_inputs(n), np.full(n, 0.5)
    for _ in range(steps):
        x = x + 0.1 * (np.tanh(w @ x + u) - x)
    return sums(x)


def noise_numpy(steps):
    import numpy as np
    rng, x = np.random.default_rng(1), np.full(4000, 0.1)
    e, i, c = x[:3200], x[3200:], 0.3 * math.sqrt(0.01)
    for _ in range(steps):
        z, m, h = rng.standard_normal(4000), e.mean(), i.mean()
        e += 0.01 * (math.tanh(0.5 + 1.5 * m - h) - e) + c * z[:3200]
        i += 0.01 * (math.tanh(0.3 + 1.2 * m - 0.5 * h) - i) + c * z[3200:]
    return e.mean(), e.std(), i.mean(), i.std()


def ring_numpy(steps, n):
    import numpy as np
    n = int(n)
    d = np.minimum(np.arange(n), n - np.arange(n)).astype(float)
    kernel = np.fft.rfft(0.025 * (1.5 * np.exp(-d * d / (2 * 32.0 ** 2)) - 0.3 * np.exp(-d * d / (2 * 128.0 ** 2))))
    u, x = 0.1 + 0.1 * np.arange(n) / n, np.full(n, 0.05)
    for _ in range(steps):
        x = x + 0.1 * (np.tanh(np.fft.irfft(np.fft.rfft(x) * kernel, n) + u) - x)
    return x.sum(), x.mean()


if __name__ == "__main__":
    print(*(f"{x:.17g}" for x in globals()[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])))
