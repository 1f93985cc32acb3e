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
    """Microseconds of the processor a set, the start of the process in it, and how far sets are off that SciPy computes closely."""
    n, ways = 100, {}
    def command(model, sets, out):
        return ["sh", "-c", f"{EIGC} sweep -q --no-check --threads=1 --over=P=0.5:2.5:{sets} --over=w_EI=10:15:{sets} '--measure=final(E)' -o {out} {model}"]
    for method in ("rk45", "dopri8", "taylor"):
        for tolerance in (1e-6, 1e-8):
            words = {"DURATION": n, "method = rk4": by_error(method, tolerance), "  step = 0.01\n": ""}
            ways[f"eigc, {method}, {tolerance:g}"] = b.model("sweep.eig", f"sweep_{method}_{tolerance:g}.eig", words)
    close = numbers(once([sys.executable, os.path.join(FOLDER, "arrays.py"), "sweep_scipy", str(n), "5", "5"], b.folder).text)
    done = in_turn({name: command(model, 100, "s.csv") for name, model in ways.items()}, runs, b.folder)
    rows = []
    for name, model in ways.items():
        once(command(model, 5, "few.csv"), b.folder)
        with open(b.path("few.csv")) as file:
            lines = [line for line in file if not line.startswith("#")][1:]
        off = np.abs(np.array([float(line.split(",")[2]) for line in lines]) - close).max()
        rows.append([name, f"{min(r.cpu for r in done[name]) / 1e4 * 1e6:.1f} us", f"{off:.1e}"])
    return table(["program, method, tolerance", "a set of 10,000", "error at t = 100, of 25 sets"], rows)
