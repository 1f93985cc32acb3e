#!/usr/bin/python3
"""Steps that several threads share give the bits of one, with every kernel and method; small networks start none."""
from cli import HAS_JIT, check, eigc, equal, main, npz, test, write

DENSE = """population E excitatory { size = 500; tau = 10 ms; cost = tanh; input = 1 + sin(i) }
population I inhibitory { size = 201; tau = 5 ms; cost = nonnegative; input = 1 }
connect E -> E { weight = 0.002 * (1 + sin(pre.i + 2 * post.i)) }
connect E -> I { weight = 0.001 * (2 + cos(pre.i * post.i)) }
connect I -> E { weight = 0.002 * (2 + cos(pre.i - post.i)); }
"""
SPARSE = """population E excitatory { size = 3001; tau = 10 ms; cost = tanh; input = 1 + sin(i) }
population I inhibitory { size = 2000; tau = 5 ms; activation(z) = 1 / (1 + exp(-z)); input = 1 }
connect E -> E { weight = uniform(0, 0.1); pattern = random(indegree = 40); seed = 1 }
connect E -> I { weight = 0.02; pattern = random(p = 0.02); seed = 2 }
connect I -> E { weight = 0.05; pattern = random(indegree = 30); seed = 3 }
"""
ALIKE = """population A mixed { size = 400; tau = 10 ms; cost = tanh; input = 1 + sin(i) }
population B mixed { size = 300; tau = 5 ms; cost = tanh; input = 2 + sin(i) }
connect A -> A { weight = sin(pre.i + 2 * post.i) / 50 }
connect A -> B { weight = cos(pre.i * post.i) / 50 }
connect B -> A { weight = cos(pre.i - post.i) / 50 }
"""
DELAYED = """population E excitatory { size = 2500; tau = normal(10 ms, 1 ms); cost = tanh; input = 1 + sin(i); noise = 0.1 per sqrt(ms) }
population I inhibitory { size = 1500; tau = 5 ms; cost = tanh; input = 1 }
connect E -> E { weight = 0.02; pattern = random(indegree = 40); delay = 0.3 ms }
connect E -> I { weight = 0.02; pattern = random(indegree = 40) }
connect I -> E { weight = 0.05; pattern = random(indegree = 30); delay = 1 ms }
"""
PAIRS = """population C excitatory {
  size = 300
  v' = v - v^3 / 3 - w + input + 0.1 * v * noise
  w' = 0.08 * (v + 0.7 - 0.8 * w)
  rate = v
  input = 0.5 + sin(i) / 10
  start(v) = sin(i)
}
connect C -> C { current = tanh(pre.v - post.v); weight = 0.001 }
"""
SOLVED = """population E mixed { size = 900; tau = 10 ms; cost(x) = x^4 / 4 + x^2 / 3; input = 1 + sin(i) }
connect E -> E { weight = uniform(-0.1, 0.1); pattern = random(indegree = 80); seed = 1 }
"""
KERNEL = """population R excitatory { size = 5000; tau = 10 ms; place = ring(5000); cost = tanh; input = 1 + sin(i) }
population G inhibitory { tau = 5 ms; place = grid(90, 50); cost = nonnegative; input = 1 + cos(i) }
connect R -> R { pattern = kernel(step(15 - distance)); weight = 0.3; delay = 0.2 ms }
connect G -> G { pattern = kernel(step(1 - distance)); weight = 0.2 }
connect R -> G { weight = 0.1; pattern = random(indegree = 20) }
"""
MANY = """population C excitatory {
  size = 40001
  v' = v - v^3 / 3 - w + input
  w' = 0.08 * (v + 0.7 - 0.8 * w)
  rate = tanh(v)
  input = 0.5 + sin(i) / 10
  start(v) = sin(i)
}
connect C -> C { weight = 0.0001 }
connect C -> C { current = 0.02 * (pre.v - post.v) / 40001 }
"""
STEPS = "step = 0.1 ms"
RUNS = {
    "dense": (DENSE, "", [("rk4", STEPS), ("exponential_euler", STEPS), ("dopri8", "")]),
    "sparse": (SPARSE, "", [("heun", STEPS), ("rk45", "rtol = 1e-4")]),
    "alike": (ALIKE, "", [("rk4", STEPS)]),
    "delayed": (DELAYED, "; record mean(E), I[7] every 0.5 ms", [("euler_maruyama", STEPS)]),
    "kernel": (KERNEL, "; record mean(R), R[7], G[4499] every 0.5 ms", [("euler", STEPS), ("heun", STEPS)]),
    "solved": (SOLVED, "", [("rk4", STEPS)]),
    "narrow": (DENSE + SPARSE.replace("E ", "F ").replace("I ", "J "), "; precision = f32_weights", [("rk4", STEPS)]),
}
OF_MANY = [("rk4", "step = 0.1"), ("heun", "step = 0.1")]
OF_PAIRS = [("milstein", "step = 0.1"), ("stochastic_heun", "step = 0.1")]


SEVEN, THREE = ["--threads=7", "-O1"], ["--threads=3", "--cpu=x86-64"]


def model(network, method, steps, duration, more=""):
    return network + "simulate { duration = %s; method = %s; %s%s }\n" % (duration, method, steps, more)


def result(folder, name, *args):
    r = eigc("run", "m.eig", "-q", "--no-check", "-o", name, *args, cwd=folder)
    equal(r.status, 0, r)
    return {k: v for k, v in npz(folder + "/" + name).items() if k != "meta"}


def same_bits(folder, text, several):
    write(folder, "m.eig", text)
    plan = eigc("dump", "--plan", "m.eig", cwd=folder)
    check("one thread's at a time" in plan.out, plan)
    alone = result(folder, "1.npz", "--threads=1")
    for how in (["--threads=2"], several, ["--reference"]):
        equal(result(folder, "n.npz", *how), alone, how)


def register(name, texts):
    def several_threads_give_the_bits_of_one(folder):
        for k, text in enumerate(texts):
            same_bits(folder, text, (SEVEN, THREE)[k % 2])
    several_threads_give_the_bits_of_one.__name__ = "several_threads_give_the_bits_of_one_" + name
    test(several_threads_give_the_bits_of_one)


for key, (network, more, methods) in RUNS.items():
    register(key, [model(network, m, steps, "2 ms", more) for m, steps in methods])
register("many", [model(MANY, m, steps, "1", "; record C[0].v, mean(C.w), C[40000].v every 0.1") for m, steps in OF_MANY])
register("pairs", [model(PAIRS, m, steps, "2") for m, steps in OF_PAIRS])


@test
def kernels_and_stages_are_shared(folder):
    write(folder, "m.eig", model(KERNEL, "euler", STEPS, "2 ms"))
    plan = eigc("dump", "--plan", "m.eig", cwd=folder).out
    check(plan.count("one thread's at a time") == 2, plan)
    write(folder, "m.eig", model(MANY, "rk4", "step = 0.1", "1"))
    plan = eigc("dump", "--plan", "m.eig", cwd=folder).out
    check("stages: 8192 numbers are one thread's at a time" in plan, plan)


@test
def a_network_of_little_work_is_not_shared(folder):
    write(folder, "m.eig", model(DENSE.replace("500", "50").replace("201", "20"), "rk4", STEPS, "2 ms"))
    check("thread" not in eigc("dump", "--plan", "m.eig", cwd=folder).out, "too small")


@test
def a_number_that_is_not_finite_is_named_alike(folder):
    write(folder, "m.eig", model(DENSE.replace("tanh", "nonnegative").replace("0.002 * (1", "200 * (1"), "euler", STEPS, "200 ms"))
    said = {eigc("run", "m.eig", "-q", "--no-check", "-o", "o.npz", "--threads=%d" % n, cwd=folder).err for n in (1, 2, 5)}
    equal(len(said), 1, said)
    check("finite" in said.pop(), said)


@test
def a_number_of_threads_is_a_count(folder):
    for wrong in ("0", "-1", "2.5", "many", "100000"):
        r = eigc("run", "examples/01-wilson-cowan.eig", "--threads=" + wrong)
        equal(r.status, 2, r)


main() if HAS_JIT else print("ok there_is_no_code_to_share")
