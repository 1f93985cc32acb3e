"""W1 and W2 with steps by error: what an accuracy costs."""
import os
import sys

import numpy as np

from measure import EIGC, against, costs, in_turn, numbers, once, table, time_of
from ways import FOLDER, last_row


def by_error(method, tolerance):
    return f"method = {method}\n  rtol = {tolerance}\n  atol = {tolerance * 1e-3:g}"


def pair_by_error(b, runs, seconds):
    """What a unit of time costs with steps by error, and how far the rates are off at t = 1000."""
    ways = {}
    for method, about in (("rk45", 1e-5), ("dopri8", 5e-6), ("taylor", 2e-6)):
        for tolerance in (1e-6, 1e-9, 1e-12):
            name = b.model("pair.eig", f"pair_{method}_{tolerance:g}.eig", {"method = rk4": by_error(method, tolerance)})
            def command(n, model=name):
                return last_row(f"{EIGC} run -q --no-check --threads=1 --set steps={100 * n} -o out.csv {model}", "out.csv", ",")
            ways[f"eigc, {method}, {tolerance:g}"] = (command, about)
    for method, tolerance in (("RK45", 1e-9), ("DOP853", 1e-9), ("LSODA", 1e-9)):
        ways.update(b.python(f"SciPy, {method}, {tolerance:g}", "pair_scipy", method, tolerance, seconds=2e-4, needs="scipy.integrate"))
    for tolerance in (1e-6, 1e-9, 1e-12):
        ways.update(b.sundials("cvode", tolerance, seconds=5e-5, title=f"SUNDIALS, CVODE, Adams, {tolerance:g}"))
    best = once([sys.executable, os.path.join(FOLDER, "arrays.py"), "pair_scipy", "1000", "DOP853", "3e-14"], b.folder).text
    done = costs({name: (command, 1000, 1000 + max(200, round(seconds / about))) for name, (command, about) in ways.items()}, runs, b.folder)
    ours = done["eigc, taylor, 1e-09"].step
    return table(["program, method, tolerance", "a unit of time", "eigc, taylor, 1e-9 is", "error at t = 1000"],
                 [[name, time_of(cost.step), against(cost.step, ours) if cost.step != ours else "",
                   f"{np.abs(numbers(cost.text) - numbers(best)).max():.1e}"] for name, cost in done.items()])


def sweep_by_error(b, runs):
    """What a set of a whole sweep costs for 100 units of time, start and compiler in it, and how far sets are off that SciPy computes closely."""
    side, few, n, ways, off = 100, 5, 100, {}, {}
    close = numbers(once([sys.executable, os.path.join(FOLDER, "arrays.py"), "sweep_scipy", str(n), str(few), str(few)], b.folder).text)
    for method in ("rk45", "dopri8"):
        for tolerance in (1e-6, 1e-7, 1e-8):
            words = {"DURATION": n, "method = rk4": by_error(method, tolerance), "  step = 0.01\n": ""}
            model = b.model("sweep.eig", f"sweep_{method}_{tolerance:g}.eig", words)
            def command(sets, model=model):
                swept = f"sweep -q --no-check --threads=1 --over=P=0.5:2.5:{sets} --over=w_EI=10:15:{sets} '--measure=final(E)'"
                return ["sh", "-c", f"{EIGC} {swept} -o s.csv {model} && grep -v '^#' s.csv | tail -n +2 | cut -d, -f3"]
            name = f"eigc, {method}, {tolerance:g}"
            ways[name] = command(side)
            off[name] = np.abs(numbers(once(command(few), b.folder).text) - close).max()
    done = in_turn(ways, runs, b.folder)
    return table(["program, method, tolerance", "a set, 100 units", "error at t = 100, of 25 sets"],
                 [[name, time_of(min(r.cpu for r in done[name]) / side ** 2), f"{off[name]:.1e}"] for name in ways])
