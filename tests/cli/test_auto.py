#!/usr/bin/python3
"""`method = auto`: which method it is, for what reason, and the bits of a run that names it; what is missing is said with the reason."""
from cli import HAS_JIT, check, eigc, equal, main, npz, test, write

RELU = "population E excitatory { tau = 10 ms; cost = nonnegative; input = 1 }\n"
SMOOTH = "population E excitatory { tau = 10 ms; activation(z) = tanh(z); input = sin(t / (10 ms)) }\n"
NOISY = RELU.replace("input = 1", "input = 1; noise = 0.1 per sqrt(ms)")
DELAY = "connect E -> E { weight = 0.5; delay = 2 ms }\n"
OWN = """population C excitatory {
  v' = input - v + 0.1 * v * noise
  rate = v
  input = 1
  %s
}
"""
FEW = 64                # numbers of which taylor is faster than dopri8
STEP, TIGHT = "step = 0.1 ms", "rtol = 1e-9"
CHOSEN = [
    (RELU, "", "rk45", "neither a step nor a small tolerance"), (RELU, "rtol = 1e-5", "rk45", "`rtol` is not small"),
    (RELU, TIGHT, "rk45", "computed with `max`"), (SMOOTH, TIGHT, "taylor", "and 1 number are few"), (SMOOTH, TIGHT + "; " + STEP, "taylor", "all derivatives"),
    (SMOOTH.replace("sin", "abs"), TIGHT, "rk45", "computed with `max`"), (RELU.replace("nonnegative", "entropy(0.1)"), TIGHT, "taylor", "all derivatives"),
    (RELU.replace("nonnegative", "box(0, 1)"), TIGHT, "rk45", "computed with `max`"), (RELU, STEP, "rk4", "a step is given"),
    (RELU, "step = 20 ms", "exponential_euler", "longer than the shortest time constant"), (RELU + DELAY, STEP, "heun", "E->E has a delay"),
    (RELU.replace("input = 1", "input = 1; prox_step = 0"), STEP, "euler", "projected"),
    (RELU.replace("cost = nonnegative", "cost = box(0, 1); prox_step = inf"), STEP, "euler", "switched"),
    (RELU.replace("input = 1", "input = 1 + noise_ou(5 ms, 0.1)"), STEP, "rk4", "fluctuates"),
    (NOISY, STEP, "sra1", "on no state"), (NOISY + DELAY, STEP, "milstein", "has noise and E->E a delay"),
    (OWN.replace("ms", "") % "", "step = 0.1", "milstein", "noise"), (OWN % "calculus = stratonovich", "step = 0.1", "milstein", "noise"),
    (OWN.replace("0.1 * v * noise", "0.1 * input * noise") % "" + "connect C -> C { weight = 0.1 }\n", "step = 0.1", "euler_maruyama", "no method of higher"),
]
FAST = SMOOTH.replace("sin(t / (10 ms))", "1 + step(t - 50 ms)") + "population F excitatory { tau = 0.01 ms; activation(z) = tanh(z) }\nconnect F -> E { weight = 0.5 }\nconnect E -> F { weight = 0.5 }\n"
CELL = "population C excitatory {\n  v' = 10000 * (v - v^3 / 3 - w)\n  w' = %s\n  start(v) = 1\n}\n"
CHOSEN += [
    (FAST, "", "cvode", "`F` changes 1000 times as fast as `E`"), (FAST, TIGHT, "cvode", "1000 times"), (FAST.replace("0.01", "0.011"), "", "rk45", "neither"),
    (FAST.replace("1 + step(t - 50 ms)", "sin(t / (10 ms))"), "", "rk45", "neither"),
    (FAST, "step = 0.001 ms", "rk4", "a step is given"),
    (FAST + DELAY, "step = 0.005 ms", "heun", "a delay"), (CELL % "v - w", "", "cvode", "`C.v` changes 30000 times as fast as `C.w`"),
    (CELL % "step(v) - w", "", "rk45", "neither"), ((CELL % "v - w").replace("10000", "10"), "", "rk45", "neither"),
]
WAVE = 'population E excitatory { tau = 10 ms; size = %d; cost = %s; input = 1 + sin(i + t / (10 ms)) }\n'
CHOSEN += [
    (WAVE % (FEW, "tanh"), TIGHT, "taylor", "%d numbers are few" % FEW), (WAVE % (FEW + 1, "tanh"), TIGHT, "dopri8", "everything is smooth"),
    (WAVE % (2, "tanh"), "rtol = 1e-6", "rk45", "not small"),
    (WAVE % (2, "softplus"), TIGHT, "taylor", "2 numbers"), (WAVE % (FEW + 1, "log_barrier"), TIGHT, "dopri8", "smooth"),
    (WAVE % (2, "algebraic + box(-1/2, 1/2)"), TIGHT, "rk45", "computed with `max`"),
    (WAVE % (2, "tanh") + "connect E -> E { current = abs(pre.rate); weight = 0.1 }\n", TIGHT, "dopri8", "smooth"),
    ((CELL % "v - w").replace("10000", "10"), TIGHT, "taylor", "2 numbers"),
]
REFUSED = [
    (NOISY, "", "E0801", "`auto` takes `sra1`, since `E` has noise"), (NOISY, TIGHT, "E0208", "steps of one length"),
    (RELU + DELAY, "", "E0801", "`auto` takes `heun`"), (RELU + DELAY, STEP + "; " + TIGHT, "E0208", "without a tolerance"),
    (RELU, "step = -1 ms", "E0401", "above 0"), (NOISY.replace("input = 1", "input = 1; prox_step = 0"), STEP, "E0807", "no method takes noise beside"),
]


def block(model, method, settings):
    unit = "" if "v'" in model else " ms"
    return f"{model}simulate {{ duration = 100{unit}; method = {method}; {settings} }}\n"


@test
def the_method_and_its_reason(folder):
    for model, settings, method, why in CHOSEN:
        auto, named = write(folder, "auto.eig", block(model, "auto", settings)), write(folder, "named.eig", block(model, method, settings))
        plan = eigc("dump", "--plan", auto)
        check(plan.status == 0, f"{model}{settings}: {plan.err}")
        line = next(l for l in plan.out.splitlines() if l.startswith("time "))
        check(line.startswith(f"time {method} (chosen: ") and why in line, f"{model}{settings}: {line}")
        if not HAS_JIT:
            continue
        runs = [eigc("run", path, "-o", path.replace(".eig", ".npz")) for path in (auto, named)]
        equal([r.status for r in runs], [0, 0])
        check(f"method {method}, since " in runs[0].out and "method" not in runs[1].out, runs[0].out)
        a, b = (npz(path.replace(".eig", ".npz")) for path in (auto, named))
        check(all(a[k] == b[k] for k in b if k != "meta"), f"{model}{settings}: other numbers")


@test
def what_is_missing_is_said_with_the_reason(folder):
    for model, settings, code, text in REFUSED:
        r = eigc("check", write(folder, "auto.eig", block(model, "auto", settings)))
        check(code in r.err and text in r.err, f"{model}{settings}: {r.err}")


main()
